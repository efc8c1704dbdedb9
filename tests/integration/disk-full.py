"""A disk without space: an error that says where and what to do, and nothing half written."""

import contextlib
import os
import random
import re
import resource
import subprocess

import support
from generating import Service, journal
from support import Failure, expect, expect_equal

PIPELINE = """\
version: 1
stages:
  - generate: { provider: synthetic, prompt: A mill at a brook, resolution: 400x300 }
outputs:
  - stages: [{ resize: { width: 40 } }, { recompress: { format: jpeg } }]
    to: out/small.jpg
  - stages: [{ recompress: { format: tiff, compression: none } }]
    to: out/large.tif
"""


@contextlib.contextmanager
def small_disk(path, size_kib):
    """A file system of its own. Needs root; a container without mounts cannot tell."""
    os.makedirs(path, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", path],
                             capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        raise Failure(f"this test mounts a small file system and must run as root: "
                      f"{mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", path], check=True)


def expect_told(result, name):
    text = result.out + result.err
    for words in (name, "disk is full", "free some space"):
        expect(words in text, f"the error does not say {words!r}: {result}")


def test_full_disk_of_outputs_keeps_the_earlier_ones(place):
    place.write("p.yaml", PIPELINE)
    with small_disk(place.path("out"), 200):
        place.run("--only", "out/small.jpg")
        before = place.files()
        result = place.run(code=1)
        expect_told(result, "out/large.tif")
        expect_equal(result.outputs("failed"), ["out/large.tif"], "failed")
        expect_equal(place.files(), before, "outputs after the failure")
        subprocess.run(["mount", "-o", "remount,size=2m", place.path("out")], check=True)
        expect_equal(place.run().outputs("made"), ["out/large.tif"], "made with space")
        expect_equal(place.leftovers(), [], "temporary files")
        reference = place.another("reference")
        reference.write("p.yaml", PIPELINE)
        reference.run()
        expect_equal(place.files(), reference.files(), "outputs")


def test_full_disk_of_the_cache_says_so_and_harms_nothing(place):
    place.write("p.yaml", PIPELINE)
    with small_disk(place.home, 220):
        result = place.run(code=1)
        expect_told(result, place.home)
        expect("bytes were still to be written" in result.out + result.err,
               f"the error does not say how much is missing: {result}")
        expect_equal(place.files(), {}, "outputs")
        expect_equal(place.check_originals(), 0, "originals")
        subprocess.run(["mount", "-o", "remount,size=8m", place.home], check=True)
        expect_equal(place.run().summary["made"], 2, "made with space")
        expect_equal(place.check_originals(), 1, "originals")
        expect_equal(place.leftovers(), [], "temporary files")


@contextlib.contextmanager
def small_files(size_bytes):
    """As `ulimit -f`: what is started within cannot make larger files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_file_that_may_not_grow_fails_alone(place):
    place.write("p.yaml", PIPELINE)
    with small_files(300000):
        result = place.run("--keep-going", code=3)
        expect_equal(result.outputs("failed"), ["out/large.tif"], "failed")
        expect_equal(result.outputs("made"), ["out/small.jpg"], "made")
        expect("File too large" in result.out + result.err, f"the error does not say why: {result}")
    expect_equal(place.run().outputs("made"), ["out/large.tif"], "made without a limit")
    expect_equal(place.leftovers(), [], "temporary files")


def test_cache_without_any_space_left_says_so(place):
    place.write("p.yaml", PIPELINE)
    place.run()
    with small_disk(place.path("elsewhere"), 64):
        with open(place.path("elsewhere/filler"), "wb", buffering=0) as stream:
            with contextlib.suppress(OSError):
                while stream.write(b"x" * 4096) > 0:
                    pass
        place.home = place.path("elsewhere/home")
        expect_told(place.run(code=1), place.home)
        expect_equal(len(place.files()), 2, "outputs")


def expect_whole_or_absent(place, events, contents):
    """Of each file either the original and its sidecar, or an error that says what is wrong."""
    for event in events:
        if event["event"] == "original":
            stem = os.path.join(place.home, "originals", event["sha256"][:2], event["sha256"])
            expect_equal(event["sha256"], support.sha256(contents[event["path"]]), "a hash")
            expect(os.path.exists(stem + ".zst") and os.path.exists(stem + ".json"),
                   f"{event['path']} was told to be imported and is not there")
        elif event["event"] == "failed":
            for words in (place.home, "disk is full", "free some space"):
                expect(words in event["error"]["message"], f"{words!r} is not in {event}")
    place.check_originals()
    expect_equal(place.leftovers(), [], "temporary files")


def test_no_more_is_asked_for_than_the_disk_has_room_for(place):
    rules = [{"do": {"delay": "1s"}}]
    with small_disk(place.home, 180 * 1024), Service(place, rules) as service:
        service.configure("ai-studio", jobs=8)
        place.write("p.yaml", "version: 1\nmatrix: { n: [1, 2, 3, 4, 5, 6, 7, 8] }\nstages:\n"
                    "  - generate: { provider: ai-studio, prompt: \"Owl ${n}\", resolution: 4K }\n"
                    "outputs:\n  - stages: [{ resize: { width: 40 } }]\n    to: \"out/{name}.png\"\n")
        result = service.run("--keep-going", code=3)
        lines = journal(place)
        n_stored = lines.count(("end", "stored"))
        expect(n_stored >= 1, f"nothing was asked: {result}")
        expect_equal(lines.count(("begin", None)), n_stored, "what was asked for and is there")
        expect("beside the" in result.err and "nothing was asked" in result.err, repr(result))
        service.expect_calls(n_stored)


def test_full_disk_of_an_import_keeps_what_fitted(place):
    noise = random.Random(1)
    contents = {name: noise.randbytes(size) for name, size in
                (("a", 30_000), ("b", 200_000), ("c", 5_000), ("d", 90_000))}
    for name, content in contents.items():
        place.write(name, content)
    n_failed = set()
    for size_kib in (8, 24, 40, 44, 48, 52, 56, 100, 140, 144, 148, 152, 156, 180, 220, 260, 300, 340,
                     380, 420, 460, 500, 600):
        with small_disk(place.home, size_kib):
            result = place.peel("cache", "import", "--json", *contents, code=None)
            expect_equal(result.code, 0 if result.summary.get("failed") == 0 else 1, "exit code")
            expect_whole_or_absent(place, result.events, contents)
            if "failed" in result.summary:
                n_failed.add(result.summary["failed"])
            subprocess.run(["mount", "-o", "remount,size=1m", place.home], check=True)
            place.peel("cache", "import", "--json", *contents)
            expect_equal(place.check_originals(), len(contents), f"with {size_kib} KiB and then more")
            expect_equal(place.leftovers(), [], "temporary files")
    expect(len(n_failed) >= 4, f"only these numbers of files failed: {n_failed}")


def test_full_disk_says_how_much_is_missing(place):
    place.write("large.bin", random.Random(1).randbytes(300_000))
    with small_disk(place.home, 150):
        result = place.peel("cache", "import", "large.bin", code=1)
        expect_told(result, "large.bin")
        expect(re.search(r"original of 300000 bytes .* up to \d{6} bytes were still to be written",
                         result.err), f"not how much is missing: {result}")
        expect_equal(place.check_originals(), 0, "originals")


def fill_disk(path, room_kib):
    """All but so much of it."""
    status = os.statvfs(os.path.dirname(path))
    with open(path, "wb") as stream:
        stream.write(b"x" * max(status.f_bavail * status.f_frsize - room_kib * 1024, 0))


def test_full_disk_of_a_repack_leaves_the_originals(place):
    digests = []
    for number in range(3):
        content = support.png(200, 200, seed=number)
        place.write(f"in/{number}.png", content)
        digests.append(support.sha256(content))
    n_failed = 0
    for room_kib in (0, 12, 60, 150):
        with small_disk(place.home, 4096):
            place.peel("cache", "import", "-q", "in")
            fill_disk(os.path.join(place.home, "filler"), room_kib)
            result = place.peel("cache", "repack", code=None)
            expect_equal(result.code, 1 if "disk is full" in result.err else 0,
                         f"exit code with {room_kib} KiB: {result}\nexit code")
            n_failed += result.code
            for digest in digests:
                place.peel("cache", "cat", digest, "--to", place.path("plain"))
                expect_equal(support.sha256(place.read("plain")), digest, "what cat gives")
            expect_equal(place.leftovers(), [], "temporary files")
            os.remove(os.path.join(place.home, "filler"))
            place.peel("cache", "repack", "-q")
            expect_equal(place.check_originals(), 3, "originals when there is space")
            place.peel("cache", "verify", "-q", "--rebuild")
    expect(n_failed >= 2, f"only {n_failed} repacks met a full disk")


def stored(place):
    return {name for _, _, names in os.walk(os.path.join(place.home, "originals")) for name in names}


def test_full_disk_of_a_restore_keeps_what_was_whole(place):
    for i in range(6):
        place.write(f"in/{i}", random.Random(i).randbytes(60_000 + i))
    place.peel("cache", "import", "-q", "in")
    place.peel("cache", "export", "all.tar")
    n_told = 0
    for size_kib in (170, 200, 240, 290, 330):
        other = place.another(f"other-{size_kib}")
        with small_disk(other.home, size_kib):
            result = other.peel("cache", "restore", place.path("all.tar"), code=1)
            expect_told(result, other.home)
            n_told += re.search(r"all.tar: \d{4,5} of 60\d{3} bytes are missing", result.err) is not None
            expect(other.check_originals() < 6, f"originals: {stored(other)}")
            expect_equal(other.leftovers(), [], "temporary files")
            subprocess.run(["mount", "-o", "remount,size=2m", other.home], check=True)
            other.peel("cache", "restore", place.path("all.tar"))
            expect_equal(stored(other), stored(place), "originals and sidecars with space")
            other.peel("cache", "verify")
    expect(n_told > 0, "no error told how much was missing")


def test_full_disk_of_a_bundle_leaves_none(place):
    for i in range(3):
        place.write(f"in/{i}", random.Random(i).randbytes(60_000))
    place.peel("cache", "import", "-q", "in")
    with small_disk(place.path("small"), 100):
        result = place.peel("cache", "export", "small/all.tar", code=1)
        expect_told(result, "small/all.tar")
        expect(re.search(r"\d{4,5} of 60\d{3} bytes of originals/\S* are missing", result.err),
               f"not how much is missing: {result}")
        expect_equal(os.listdir(place.path("small")), [], "what is left of it")


support.main(globals())
