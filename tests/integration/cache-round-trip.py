"""Whatever is imported comes back byte for byte: PNGs of every common writer, other formats, and
bytes that are no picture."""

import os
import random
import subprocess

import support
import writers
from support import expect, expect_equal

PROGRAMS = (writers.libpng, writers.image_magick, writers.optipng, writers.zopflipng,
            writers.pillow, writers.other_formats)


def odd_pngs(place, source):
    """PNGs that something happened to, and that are none."""
    with open(source, "rb") as stream:
        png = stream.read()
    place.write("in/odd-cut.png", png[:len(png) // 2])
    place.write("in/odd-tail.png", png + b"what follows IEND\0" * 5)
    place.write("in/odd-chunks.png", png[:33] + support.png_chunk(b"tEXt", b"Comment\0slate")
                + png[33:-12] + support.png_chunk(b"prVt", bytes(100)) + png[-12:])
    flipped = bytearray(png)
    flipped[len(png) // 2] ^= 1
    place.write("in/odd-flipped.png", bytes(flipped))
    place.write("in/odd-header.png", png[:33])
    place.write("in/odd-pixel.png", support.png(1, 1))
    place.write("in/odd-end.png", png.replace(b"IEND", b"IEnD"))


def other_bytes(place):
    noise = random.Random(5)
    place.write("in/empty.bin", b"")
    place.write("in/one.bin", b"\0")
    place.write("in/text.txt", "brass diver's watch, " * 20000)
    place.write("in/zeros.bin", bytes(3_000_000))
    place.write("in/noise.bin", noise.randbytes(1_000_000))
    place.write("in/mixed.bin", noise.randbytes(200_000) + bytes(500_000) + noise.randbytes(70_000))
    place.write("in/zstd.zst", subprocess.run(["zstd", "-qc"], input=b"frame " * 1000, check=True,
                                              capture_output=True).stdout)


def make_files(place):
    source = place.write("source.png", support.png(150, 110, seed=3))
    os.makedirs(place.path("in"))
    for program in PROGRAMS:
        program(source, place.path("in"))
    odd_pngs(place, source)
    other_bytes(place)
    return place.files("in")


def expect_back(place, files, when, n_samples=None):
    names = sorted(files)
    for name in names if n_samples is None else random.sample(names, n_samples):
        back = subprocess.run([support.PEEL, "cache", "cat", support.sha256(files[name])],
                              env=place.environment(), capture_output=True, check=True,
                              timeout=support.TIMEOUT_S).stdout
        expect(back == files[name], f"{name} does not come back as it was {when}")


def count(place, suffix):
    return sum(name.endswith(suffix) for _, _, names in
               os.walk(os.path.join(place.home, "originals")) for name in names)


def expect_repacked(place, pixels):
    said = place.peel("cache", "repack", "--json", "--pixels", pixels).summary
    expect_equal(said["failed"], 0, f"failures of repack: {said}")
    place.peel("cache", "verify", "--rebuild")
    return said


def test_every_imported_byte_comes_back(place):
    files = make_files(place)
    expect(len(files) >= 80, f"only {len(files)} files were made")
    result = place.peel("cache", "import", "--json", "in")
    expect_equal((result.summary["files"], result.summary["failed"]), (len(files), 0), "imported")
    told = {event["path"]: event["sha256"] for event in result.events
            if event["event"] == "original"}
    expect_equal(told, {name: support.sha256(content) for name, content in files.items()}, "hashes")
    n_originals = len(set(told.values()))
    expect_back(place, files, "after the import", 15)
    expect_equal(place.check_originals(), n_originals, "originals")
    again = place.peel("cache", "import", "--json", "in")
    expect_equal((again.summary["imported"], again.summary["known"]), (0, len(files)), "again")

    # As pixels where the exact bytes can be rebuilt: all that zlib wrote and that gains by it.
    said = expect_repacked(place, "auto")
    expect_equal((count(place, ".zst"), count(place, ".pix")),
                 (n_originals - said["packed"], said["packed"]), "files after repacking")
    expect(said["packed"] >= 30, f"few were repacked: {said}")
    expect_back(place, files, "after repacking")

    # And beside the bytes where they cannot.
    beside = expect_repacked(place, "always")
    expect(beside["beside"] >= 5, f"few have pixels beside them: {beside}")
    expect_back(place, files, "after repacking all", 15)

    # By way of a bundle into another home.
    place.peel("cache", "export", "all.tar")
    other = place.another("other")
    got = other.peel("cache", "restore", "--json", place.path("all.tar")).summary
    expect_equal((got["new"], got["refused"]), (n_originals, 0), "restored")
    expect_back(other, files, "after restoring", 15)
    other.peel("cache", "verify", "--rebuild")
    other.peel("cache", "export", "again.tar")
    expect(other.read("again.tar") == place.read("all.tar"), "the same originals, another bundle")


support.main(globals())
