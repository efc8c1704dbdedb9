"""Whatever is imported comes back byte for byte: PNGs of every common writer, other formats, and
bytes that are no picture."""

import os
import random
import subprocess

import support
from support import expect, expect_equal

PILLOW = """\
import sys
from PIL import Image
folder, source = sys.argv[1:]
photo = Image.open(source)
for level in (0, 1, 6, 9):
    photo.save(f"{folder}/pillow-level-{level}.png", compress_level=level)
photo.save(f"{folder}/pillow-optimize.png", optimize=True)
photo.save(f"{folder}/pillow-dpi.png", dpi=(300, 300))
for mode in ("L", "LA", "RGBA", "P", "1", "I;16"):
    (photo.convert("L").convert("I").point(lambda v: v * 257) if mode == "I;16" else photo
     ).convert("I" if mode == "I;16" else mode).save(f"{folder}/pillow-{mode.replace(';', '-')}.png")
photo.save(f"{folder}/pillow.jpg", quality=90)
photo.save(f"{folder}/pillow.webp", quality=80)
photo.save(f"{folder}/pillow.tif")
photo.save(f"{folder}/pillow.gif")
"""


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)


def libpng(place, source):
    """Through libvips: every level and filter of libpng, every kind of pixels."""
    def save(name, options, given=source):
        run("vips", "copy", given, place.path(f"in/vips-{name}.png") + f"[{options}]")

    for level in range(10):
        save(f"level-{level}", f"compression={level}")
    for word in ("none", "sub", "up", "avg", "paeth", "all"):
        save(f"filter-{word}", f"filter={word}")
    save("interlaced", "interlace")
    save("palette", "palette,bitdepth=8")
    save("palette-4", "palette,bitdepth=4")
    kinds = {"gray": ("colourspace", "b-w"), "gray-16": ("colourspace", "grey16"),
             "rgb-16": ("colourspace", "rgb16"), "rgba": ("bandjoin_const", "200")}
    for name, (operation, argument) in kinds.items():
        other = place.path(f"{name}.v")
        run("vips", operation, source, other, argument)
        save(name, "compression=6", other)
        save(name + "-filtered", "compression=6,filter=all", other)
    for name, option in (("jpg", "Q=90"), ("webp", "Q=80"), ("tif", "compression=lzw"),
                         ("gif", "effort=1")):
        run("vips", "copy", source, place.path(f"in/vips.{name}") + f"[{option}]")
    run("vips", "webpsave", source, place.path("in/vips-lossless.webp"), "--lossless")
    run("avifenc", "-s", "9", source, place.path("in/avifenc.avif"))


def image_magick(place, source):
    for quality in (0, 15, 35, 75, 91, 95):
        run("convert", source, "-quality", str(quality), place.path(f"in/magick-{quality}.png"))
    for define in ("compression-strategy=1", "compression-strategy=2", "compression-strategy=3",
                   "compression-strategy=4", "compression-level=1", "compression-level=9"):
        run("convert", source, "-define", f"png:{define}", place.path(f"in/magick-{define}.png"))
    for form in ("png8", "png24", "png32", "png48", "png64"):
        run("convert", source, f"{form}:" + place.path(f"in/magick-{form}.png"))
    run("convert", source, "-interlace", "PNG", place.path("in/magick-interlaced.png"))


def optimizers(place, source):
    for level in (0, 1, 2, 5):
        run("optipng", "-q", f"-o{level}", "-out", place.path(f"in/optipng-{level}.png"), source)
    run("optipng", "-q", "-i1", "-out", place.path("in/optipng-interlaced.png"), source)
    run("zopflipng", "-q", "--iterations=2", source, place.path("in/zopflipng.png"))
    run("zopflipng", "-q", "--iterations=1", "--filters=0me", source,
        place.path("in/zopflipng-filters.png"))


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
    libpng(place, source)
    image_magick(place, source)
    optimizers(place, source)
    # Debian's own Python has Debian's Pillow, whichever runs this.
    run("/usr/bin/python3", "-c", PILLOW, place.path("in"), source)
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
