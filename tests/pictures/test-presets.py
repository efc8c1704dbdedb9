"""Every preset on a suitable picture: size, format, bytes, density and label as it promises."""

import json

import judge
import pictures

# preset: type, sizes, and the most bytes of a file.
MB, KB = 1000 * 1000, 1000
PRESETS = {
    "social/og": ("image/jpeg", [(1200, 630)], 300 * KB),
    "social/x-card": ("image/jpeg", [(1200, 628)], 5 * MB),
    "social/linkedin": ("image/jpeg", [(1200, 627)], 5 * MB),
    "social/instagram-square": ("image/jpeg", [(1080, 1080)], 30 * MB),
    "social/instagram-portrait": ("image/jpeg", [(1080, 1350)], 30 * MB),
    "social/instagram-story": ("image/jpeg", [(1080, 1920)], 30 * MB),
    "social/pinterest": ("image/jpeg", [(1000, 1500)], 20 * MB),
    "shop/amazon-main": ("image/jpeg", [(2000, 2000)], 10 * MB),
    "shop/shopify": ("image/jpeg", [(2048, 2048)], 500 * KB),
    "shop/google-merchant": ("image/jpeg", [(1500, 2000)], 16 * MB),
    "mail/hero": ("image/jpeg", [(1200, 1600)], 200 * KB),
    "print/4k": ("image/tiff", [(2880, 3840)], None),
    "web/lqip": ("image/webp", [(32, 43)], 1 * KB),
    "web/thumb": (None, [(160, 160), (320, 320)], 60 * KB),
    "web/content": ("image/jpeg", [(width, round(width * 4 / 3)) for width in (
        400, 800, 1200, 1600)], None),
    "web/hero": ("image/jpeg", [(width, round(width * 4 / 3)) for width in (
        828, 1080, 1600, 1920, 2880)], None),
    "web/responsive": ("image/jpeg", [(width, round(width * 4 / 3)) for width in (
        320, 480, 640, 828, 1080, 1280, 1600, 1920, 2560)], None),
}
# AVIF at these sizes takes minutes, and is looked at in the other tests.
ONE_FORMAT = {"web/content", "web/hero", "web/responsive"}
# Sheets are a matter of their own: test-print-presets.py.
SHEETS = ("print/", "pod/", "press/")


class Presets(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_pipeline("all", {
            "stages": [{"generate": {"provider": "synthetic", "prompt": "a watch on slate",
                                     "resolution": "2880x3840"}}],
            "outputs": [{"preset": name, "to": f"out/{name}/{{width}}.{{ext}}",
                         **({"with": {"format": ["jpeg"]}} if name in ONE_FORMAT else {})}
                        for name in PRESETS]})
        paths = [path for path in (cls.folder / "out").rglob("*.*") if path.is_file()]
        cls.tags = {name: [] for name in PRESETS}
        for tags in json.loads(judge.tool("exiftool", "-j", "-n", "-G1", *paths)):
            name = "/".join(tags["SourceFile"].split("/")[-3:-1])
            cls.tags[name].append(tags)

    def test_every_preset_there_is_is_tried(self):
        there = {str(path.relative_to(judge.SOURCE / "presets").with_suffix(""))
                 for path in (judge.SOURCE / "presets").rglob("*.yaml")}
        self.assertEqual({name for name in there if "/" in name and
                          (name == "print/4k" or not name.startswith(SHEETS))}, set(PRESETS))

    def test_sizes_formats_and_bytes(self):
        for name, (kind, sizes, most) in PRESETS.items():
            with self.subTest(name):
                found = [(tags["File:MIMEType"],
                          tuple(map(int, tags["Composite:ImageSize"].split())))
                         for tags in self.tags[name]]
                kinds = [kind] if kind else ["image/avif", "image/webp", "image/jpeg"]
                self.assertEqual(sorted(found), sorted(
                    (each, size) for size in sizes for each in kinds))
                for tags in self.tags[name]:
                    self.assertLessEqual(tags["System:FileSize"], most or 1e9)

    def test_generated_pictures_say_so(self):
        for name, files in self.tags.items():
            for tags in files:
                with self.subTest(tags["SourceFile"]):
                    self.assertEqual(tags.get("XMP-iptcExt:DigitalSourceType"), pictures.DRAWN)

    def test_colours_are_srgb_and_say_so(self):
        for name, files in self.tags.items():
            for tags in files:
                with self.subTest(tags["SourceFile"]):
                    self.assertEqual(tags.get("ICC-header:ColorSpaceData"),
                                     None if name == "web/lqip" else "RGB ")

    def test_print_is_300_dpi_lzw_without_alpha(self):
        said = judge.tool("tiffinfo", "-D", self.tags["print/4k"][0]["SourceFile"]).decode()
        for words in ("Resolution: 300, 300 pixels/inch", "Compression Scheme: LZW",
                      "Samples/Pixel: 3", "Bits/Sample: 8", "Predictor: horizontal"):
            self.assertIn(words, said)

    def test_too_small_for_paper_or_shop_ends_with_9(self):
        pictures.write_png(self.folder / "small.png", 600, 800, bytes(600 * 800 * 3))
        for name in "print/4k", "shop/amazon-main", "shop/google-merchant":
            with self.subTest(name):
                said = self.peel("derive", "small.png", "--preset", name, code=9).err
                self.assertIn("600x800", said)
        self.peel("derive", "small.png", "--preset", "print/4k", "--with",
                  "when-smaller=enlarge", "--to", "soft.tif")
        self.assertEqual(judge.tool("vipsheader", "-f", "width", self.folder / "soft.tif"),
                         b"2880\n")

    def test_amazon_stands_on_pure_white(self):
        """A product cut out, wider than high: transparent turns white, and so do the bars."""
        row = b"".join(bytes((90, 60, 30, 255 if 200 <= x < 2200 else 0)) for x in range(2400))
        pictures.write_png(self.folder / "cut.png", 2400, 2000, row * 2000, color=6)
        self.peel("derive", "cut.png", "--preset", "shop/amazon-main", "--to", "amazon.jpg")
        width, height, bands, samples = pictures.pixels(self.folder / "amazon.jpg")
        self.assertEqual((width, height, bands), (2000, 2000, 3))
        for x, y in ((0, 0), (1999, 0), (0, 1999), (1999, 1999), (1000, 100), (1000, 1900),
                     (100, 1000), (1900, 1000)):
            self.assertEqual(samples[(y * width + x) * 3:][:3], b"\xff\xff\xff", (x, y))
        middle = samples[(1000 * width + 1000) * 3:][:3]
        self.assertLess(max(abs(a - b) for a, b in zip(middle, (90, 60, 30))), 4)

    def test_lqip_has_its_placeholders_in_the_manifest(self):
        made = [each for each in self.manifest("all")["images"][0]["derivatives"]
                if each["preset"] == "web/lqip"]
        self.assertEqual(set(made[0]["placeholder"]), {"thumbhash", "lqip", "color"})
        self.assertLessEqual(len(made[0]["placeholder"]["lqip"]), 600)


if __name__ == "__main__":
    judge.main()
