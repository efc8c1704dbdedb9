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


def expect_back(place, files, when):
    for name, content in files.items():
        back = place.path("back")
        place.peel("cache", "cat", support.sha256(content), "--to", back)
        with open(back, "rb") as stream:
            expect(stream.read() == content, f"{name} does not come back as it was {when}")


def test_every_imported_byte_comes_back(place):
    files = make_files(place)
    expect(len(files) >= 80, f"only {len(files)} files were made")
    result = place.peel("cache", "import", "--json", "in")
    expect_equal((result.summary["files"], result.summary["failed"]), (len(files), 0), "imported")
    told = {event["path"]: event["sha256"] for event in result.events
            if event["event"] == "original"}
    expect_equal(told, {name: support.sha256(content) for name, content in files.items()}, "hashes")
    expect_back(place, files, "after the import")
    expect_equal(place.check_originals(), len(set(told.values())), "originals")
    again = place.peel("cache", "import", "--json", "in")
    expect_equal((again.summary["imported"], again.summary["known"]), (0, len(files)), "again")


support.main(globals())
