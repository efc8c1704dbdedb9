"""PNGs, and a few other formats, as other programs write them: for the test and the bench of what
comes back from the cache. Each function writes files of one program into a folder."""

import os
import subprocess

PILLOW = """\
import sys
from PIL import Image
folder, source = sys.argv[1:]
photo = Image.open(source)
for level in (0, 1, 6, 9):
    photo.save(f"{folder}/pillow-level-{level}.png", compress_level=level)
photo.save(f"{folder}/pillow-optimize.png", optimize=True)
photo.save(f"{folder}/pillow-dpi.png", dpi=(300, 300))
for mode in ("L", "LA", "RGBA", "P", "1"):
    photo.convert(mode).save(f"{folder}/pillow-{mode}.png")
deep = photo.convert("L").convert("I").point(lambda value: value * 257)
deep.save(f"{folder}/pillow-I.png")
photo.save(f"{folder}/pillow.jpg", quality=90)
photo.save(f"{folder}/pillow.webp", quality=80)
photo.save(f"{folder}/pillow.tif")
photo.save(f"{folder}/pillow.gif")
"""

# Run with a folder in whose node_modules sharp is.
SHARP = """\
const sharp = require("sharp");
const [folder, source] = process.argv.slice(1);
async function write() {
  const save = (name, options) =>
    sharp(source).png(options).toFile(`${folder}/sharp-${name}.png`);
  await save("default", {});
  for (const level of [0, 1, 6, 9]) await save(`level-${level}`, { compressionLevel: level });
  await save("filtered", { adaptiveFiltering: true });
  await save("interlaced", { progressive: true });
  await save("palette", { palette: true });
  await sharp(source).withMetadata().png().toFile(`${folder}/sharp-metadata.png`);
  await sharp(source).grayscale().png().toFile(`${folder}/sharp-gray.png`);
  await sharp(source).toColourspace("rgb16").png().toFile(`${folder}/sharp-16.png`);
  await sharp(source).ensureAlpha(0.5).png().toFile(`${folder}/sharp-alpha.png`);
}
write();
"""


def run(*command, **options):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, **options)


def libpng(source, folder):
    """Through libvips: every level and filter of libpng, every kind of pixels."""
    def save(name, options, given=source):
        run("vips", "copy", given, f"{folder}/vips-{name}.png[{options}]")

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
        other = f"{folder}/{name}.v"
        run("vips", operation, source, other, argument)
        save(name, "compression=6", other)
        save(name + "-filtered", "compression=6,filter=all", other)
        os.remove(other)


def image_magick(source, folder):
    for quality in (0, 15, 35, 75, 91, 95):
        run("convert", source, "-quality", str(quality), f"{folder}/magick-{quality}.png")
    for strategy in (1, 2, 3, 4):
        run("convert", source, "-define", f"png:compression-strategy={strategy}",
            f"{folder}/magick-strategy-{strategy}.png")
    for level in (1, 9):
        run("convert", source, "-define", f"png:compression-level={level}",
            f"{folder}/magick-level-{level}.png")
    for kind in ("png8", "png24", "png32", "png48", "png64"):
        run("convert", source, f"{kind}:{folder}/magick-{kind}.png")
    run("convert", source, "-interlace", "PNG", f"{folder}/magick-interlaced.png")


def optipng(source, folder):
    for level in (0, 1, 2, 5):
        run("optipng", "-q", f"-o{level}", "-out", f"{folder}/optipng-{level}.png", source)
    run("optipng", "-q", "-i1", "-out", f"{folder}/optipng-interlaced.png", source)


def zopflipng(source, folder):
    run("zopflipng", "-q", "--iterations=2", source, f"{folder}/zopflipng.png")
    run("zopflipng", "-q", "--iterations=1", "--filters=0me", source,
        f"{folder}/zopflipng-filters.png")


def pillow(source, folder):
    """Debian's own Python has Debian's Pillow, whichever runs this."""
    run("/usr/bin/python3", "-c", PILLOW, folder, source)


def sharp(source, folder, installed):
    run("node", "-e", SHARP, folder, source, cwd=installed)


def other_formats(source, folder):
    for name, option in (("jpg", "Q=90"), ("webp", "Q=80"), ("tif", "compression=lzw"),
                         ("gif", "effort=1")):
        run("vips", "copy", source, f"{folder}/vips.{name}[{option}]")
    run("vips", "webpsave", source, f"{folder}/vips-lossless.webp", "--lossless")
    run("avifenc", "-s", "9", source, f"{folder}/avifenc.avif")
