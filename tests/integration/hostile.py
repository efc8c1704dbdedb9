"""Inputs that are not what they seem: refused with a word, quickly, and alone."""

import os
import resource
import shutil
import struct
import subprocess
import tarfile
import time
import zlib

import support
from support import expect, expect_equal

# Of a sanitized build on a busy machine; a release takes a tenth of it.
QUICK_S = 5
MODEST_KIB = 400 * 1024

LOAD = """\
version: 1
stages:
  - load: {files}
outputs:
  - stages: [{{ resize: {{ width: 20, height: 20 }} }}, {{ recompress: {{ format: png }} }}]
    to: "out/{{name}}.png"
"""


def load(place, *names):
    place.write("p.yaml", LOAD.format(files="[" + ", ".join(f'"{n}"' for n in names) + "]"))


def expect_refused(place, name, *words, code=1):
    load(place, name)
    start = time.monotonic()
    result = place.run(code=code, timeout=QUICK_S * 4)
    duration = time.monotonic() - start
    text = result.out + result.err
    for word in (os.path.basename(name), *words):
        expect(word in text, f"{name}: the error does not say {word!r}: {result}")
    expect(duration < QUICK_S, f"{name}: refused after {duration:.1f} s")
    expect_equal(place.files(), {}, f"{name}: outputs")
    return result


def test_header_of_a_huge_picture_is_refused_quickly_in_little_memory(place):
    place.write("huge.png", support.png(100_000, 100_000, pixels=False))
    expect_refused(place, "huge.png", "100000 x 100000 px", "--max-edge")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    expect(peak < MODEST_KIB, f"{peak} KiB at the most")


def test_many_megapixels_behind_few_bytes_are_refused(place):
    rows = zlib.compress(b"\0" * (12_001 * 3 + 1)) * 4
    head = support.png(12_001, 12_001, pixels=False)[:33]
    place.write("bomb.png", head + support.png_chunk(b"IDAT", rows) +
                support.png_chunk(b"IEND", b""))
    expect_refused(place, "bomb.png", "12001 x 12001 px", "--max-pixels")


def pictures(place):
    place.write("whole.png", support.png(200, 150))
    for name in ("whole.jpg", "whole.webp", "whole.tif"):
        support.vips("copy", place.path("whole.png"), place.path(name))


def test_truncated_pictures_are_refused_unless_damage_is_allowed(place):
    pictures(place)
    for kind in ("png", "jpg", "webp", "tif"):
        whole = place.read("whole." + kind)
        name = "cut." + kind
        place.write(name, whole[:len(whole) * 6 // 10])
        result = expect_refused(place, name)
        if kind not in ("webp", "tif"):
            expect("--allow-damaged" in result.out + result.err,
                   f"{name}: the error names no way out: {result}")
            made = place.run("--allow-damaged").outputs("made")
            expect_equal(made, ["out/cut.png"], f"{name} with --allow-damaged")
            shutil.rmtree(place.path("out"))


def test_wrong_checksum_is_refused_unless_damage_is_allowed(place):
    pictures(place)
    bad = bytearray(place.read("whole.png"))
    bad[-20] ^= 0xff  # in the last IDAT, or its CRC
    place.write("crc.png", bytes(bad))
    expect_refused(place, "crc.png")
    expect_equal(place.run("--allow-damaged").summary["made"], 1, "made from damaged pixels")


def test_what_is_no_picture_is_refused_with_a_word(place):
    place.write("empty.png", b"")
    place.write("text.png", b"Dear reader,\nthis is a letter and not a picture.\n")
    place.write("script.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image '
                b'href="file:///etc/passwd"/></svg>')
    place.write("zeros.jpg", b"\0" * 5000)
    place.write("magic.webp", b"RIFF\xff\xff\xff\xffWEBPVP8 ")
    place.write("header.png", b"\x89PNG\r\n\x1a\n")
    for name in ("empty.png", "text.png", "script.svg", "zeros.jpg", "magic.webp", "header.png"):
        expect_refused(place, name)


def test_what_is_no_regular_file_is_refused_and_never_read(place):
    os.mkfifo(place.path("pipe.png"))
    os.mkdir(place.path("folder.png"))
    os.symlink("/dev/zero", place.path("zero.png"))
    os.symlink("nowhere.png", place.path("dangling.png"))
    for name, word in (("pipe.png", "regular file"), ("folder.png", "folder"),
                       ("zero.png", "regular file"), ("dangling.png", "no file"),
                       ("/dev/zero", "regular file"), ("missing.png", "no file")):
        expect_refused(place, name, word, code=2)


def test_names_in_a_bundle_say_no_line_of_their_own(place):
    """Whoever made the bundle chose them: a newline would forge a line, ESC command the terminal."""
    place.write("a.png", support.png(8, 8))
    place.peel("cache", "import", "a.png")
    place.peel("cache", "export", "good.tar")
    forged = "x\npeel: 7 originals restored\033[2J".encode() + b"\xff"
    place.write("item", b"x")
    with tarfile.open(place.path("good.tar")) as good, \
            tarfile.open(place.path("bad.tar"), "w", format=tarfile.USTAR_FORMAT,
                         encoding="utf-8", errors="surrogateescape") as bad:
        for member in good:
            bad.addfile(member, good.extractfile(member))
        entry = tarfile.TarInfo(forged.decode("utf-8", "surrogateescape"))
        bad.addfile(entry)
    for arguments in ((), ("--json",)):
        said = place.peel("cache", "restore", "bad.tar", *arguments, code=8)
        for line in said.err.splitlines():
            expect(not line.startswith("peel: 7"), f"a forged line: {said}")
        expect("\033" not in said.out + said.err, repr(said))
    expect_equal([e["event"] for e in said.events], ["refused", "summary"], repr(said))


def test_unreadable_file_is_refused(place):
    place.write("secret.png", support.png(10, 10))
    os.chmod(place.path("secret.png"), 0)
    if os.geteuid() == 0:
        # Root reads everything; a name that cannot be opened will do.
        os.unlink(place.path("secret.png"))
        os.symlink("secret.png", place.path("secret.png"))
        expect_refused(place, "secret.png", code=2)
    else:
        expect_refused(place, "secret.png", "ermission")


def test_signs_in_a_name_are_just_a_name(place):
    for name in ("x.png[access=sequential]", "y [1].png", "per%cent.png", "-n.png", "a'b\"c.png"):
        place.write(name, support.png(40, 30))
        place.write("p.yaml", LOAD.format(files="[" + quoted(name) + "]"))
        made = place.run().summary["made"]
        expect_equal(made, 1, f"made from {name}")


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def test_picture_in_another_format_than_its_name_is_read_for_what_it_is(place):
    pictures(place)
    place.write("photo.png", place.read("whole.jpg"))
    load(place, "photo.png")
    result = place.run()
    expect_equal(next(e for e in result.events if e["event"] == "original")["format"], "jpeg",
                 "format")


def test_one_bad_picture_among_many_fails_alone(place):
    names = [f"{i}.png" for i in range(6)]
    for i, name in enumerate(names):
        place.write(name, support.png(30, 20, seed=i))
    place.write("3.png", place.read("3.png")[:200])
    load(place, *names)
    result = place.run("-k", code=3)
    expect_equal(result.outputs("made"),
                 [f"out/{n}" for n in names if n != "3.png"], "made under -k")
    expect_equal((result.outputs("failed"), result.summary["failed"]), (["out/3.png"], 1),
                 "failed under -k")
    again = place.run("-k", code=3)
    expect_equal((again.summary["made"], again.summary["up-to-date"]), (0, 5), "the second run")
    place.run(code=1)
    place.write("3.png", support.png(30, 20, seed=3))
    expect_equal(place.run().outputs("made"), ["out/3.png"], "made once it was mended")


def test_metadata_over_its_limit_is_refused(place):
    pictures(place)
    whole = place.read("whole.jpg")
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + b" " * 5000
    place.write("fat.jpg", whole[:2] + b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp +
                whole[2:])
    load(place, "fat.jpg")
    result = place.run("--max-metadata", "2KiB", code=1)
    expect("XMP" in result.out and "--max-metadata" in result.out, f"says which: {result}")
    expect_equal(place.run().summary["made"], 1, "made under the usual limit")


BOMB = "version: 1\na: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi"))


def test_pipelines_that_explode_are_refused_quickly(place):
    files = {
        "aliases": BOMB,
        "depth": "version: 1\nstages: " + "[" * 100_000,
        "size": "version: 1\n# " + "x" * 5_000_000,
        "matrix": "version: 1\nmatrix:\n" + "".join(
            f"  k{i}: [{', '.join(map(str, range(100)))}]\n" for i in range(8)) +
            'stages:\n  - generate: "${k0}"\noutputs:\n  - to: "out/{name}.png"\n',
        "empty": "",
        "nothing": "# only a comment\n",
        "nul": "version: 1\0\nstages: []\n",
        "latin": "version: 1\nname: caf\xe9\n".encode("latin-1"),
    }
    for name, content in files.items():
        place.write(name + ".yaml", content)
        start = time.monotonic()
        result = place.peel("run", name + ".yaml", code=2, timeout=QUICK_S * 4)
        duration = time.monotonic() - start
        expect(f"{name}.yaml" in result.err, f"{name}: the error names no file: {result}")
        expect(duration < QUICK_S, f"{name}: refused after {duration:.1f} s")
        expect(len(result.err) < 20_000, f"{name}: {len(result.err)} characters of error")


def test_pipeline_that_is_no_file_is_refused(place):
    os.mkdir(place.path("folder.yaml"))
    for name in ("folder.yaml", "missing.yaml", "/dev/null"):
        result = place.peel("run", name, code=2, timeout=QUICK_S * 4)
        expect(name in result.err, f"{name}: the error names no file: {result}")


support.main(globals())
