"""Odd pictures: each is read right, or refused in words that help."""

import itertools
import struct

import judge
import pictures

WIDTH, HEIGHT = 12, 9
RAMP = [x * 20 for x in range(WIDTH)]


def vips(*words):
    judge.tool("vips", *words)


class Formats(judge.Case):
    def read(self, name, code=0, words=(), **options):
        """What a PNG of the picture holds: (width, height, bands, samples), or what was said."""
        stem = name.replace(".", "-")
        done = self.run_pipeline(f"p-{stem}", {"stages": [{"load": name}], "outputs": [
            {"stages": [{"metadata": "strip"}, {"recompress": {"format": "png", **options}}],
             "to": f"out/{stem}.png"}]}, *words, code=code)
        return done.err if code else pictures.pixels(self.folder / "out" / f"{stem}.png")

    def put(self, name, *arguments, **options):
        return pictures.write_png(self.folder / name, *arguments, **options)

    def ramp(self, name="ramp.png"):
        return self.put(name, WIDTH, HEIGHT, bytes(
            sample for _ in range(HEIGHT) for value in RAMP
            for sample in (value, 100, 250 - value)))

    def assertRamp(self, found, tolerance=0, red=RAMP):
        width, height, bands, samples = found
        self.assertEqual((width, height), (WIDTH, HEIGHT))
        for x, y in itertools.product(range(WIDTH), range(HEIGHT)):
            self.assertLessEqual(abs(samples[(y * WIDTH + x) * bands] - red[x]), tolerance)

    def test_one_pixel(self):
        self.put("dot.png", 1, 1, bytes((10, 20, 30)))
        self.assertEqual(self.read("dot.png"), (1, 1, 3, bytes((10, 20, 30))))
        self.run_pipeline("dots", {"stages": [{"load": "dot.png"}], "outputs": [
            {"stages": [{"resize": {"width": 320}}], "to": f"dots/a.{ext}"}
            for ext in ("jpg", "webp", "avif", "tif")]})
        for path in sorted((self.folder / "dots").iterdir()):
            self.assertEqual(pictures.pixels(path)[:2], (1, 1), path.name)

    def test_png_of_1_2_and_4_bits(self):
        for depth in 1, 2, 4:
            per_byte = 8 // depth
            most = (1 << depth) - 1
            values = [x % (most + 1) for x in range(16)]
            row = bytes(sum(values[at + i] << (8 - depth * (i + 1)) for i in range(per_byte))
                        for at in range(0, 16, per_byte))
            self.put(f"bits-{depth}.png", 16, 2, row * 2, depth=depth, color=0)
            with self.subTest(depth):
                width, height, bands, samples = self.read(f"bits-{depth}.png")
                self.assertEqual((width, height), (16, 2))
                self.assertEqual(list(samples[:16 * bands:bands]),
                                 [value * 255 // most for value in values])

    def test_grey_with_and_without_alpha(self):
        self.put("grey.png", WIDTH, HEIGHT, bytes(RAMP * HEIGHT), color=0)
        found = self.read("grey.png")
        self.assertEqual(found[2], 1)
        self.assertRamp(found)
        both = bytes(sample for value in RAMP * HEIGHT for sample in (value, 255 - value))
        self.put("greya.png", WIDTH, HEIGHT, both, color=4)
        self.assertEqual(self.read("greya.png"), (WIDTH, HEIGHT, 2, both))
        self.run_pipeline("greya", {"stages": [{"load": "greya.png"}], "outputs": [
            {"stages": [{"recompress": {"format": "webp", "lossless": True}}],
             "to": "out/greya.webp"}, {"stages": [{"flatten": {}}], "to": "out/greya.jpg"}]})
        self.assertEqual(pictures.pixels(self.folder / "out/greya.webp")[3][3::4],
                         both[1::2])
        # On white: value * alpha + 255 * (1 - alpha).
        flat = pictures.pixels(self.folder / "out/greya.jpg")
        wanted = [round((v * (255 - v) + 255 * v) / 255) for v in RAMP]
        self.assertRamp(flat, 6, wanted)

    def test_palette_with_transparency(self):
        palette = pictures.png_chunk(b"PLTE", bytes((255, 0, 0, 0, 0, 255)))
        self.put("palette.png", 8, 1, bytes((0b01010101,)), depth=1, color=3,
                 extra=palette + pictures.png_chunk(b"tRNS", bytes((255, 128))))
        self.assertEqual(self.read("palette.png"),
                         (8, 1, 4, bytes((255, 0, 0, 255, 0, 0, 255, 128)) * 4))

    def test_16_bits_and_interlaced(self):
        deep = struct.pack(f">{3 * WIDTH * HEIGHT}H", *(
            sample * 257 + 3 for _ in range(HEIGHT) for value in RAMP
            for sample in (value, 100, 250 - value)))
        self.put("deep.png", WIDTH, HEIGHT, deep, depth=16)
        self.assertEqual(self.read("deep.png")[3][:3], (3, 100 * 257 + 3, 250 * 257 + 3))
        self.assertRamp(self.read("deep.png", depth=8))
        self.ramp()
        vips("pngsave", self.folder / "ramp.png", self.folder / "interlaced.png", "--interlace")
        self.assertEqual((self.folder / "interlaced.png").read_bytes()[28], 1)
        self.assertRamp(self.read("interlaced.png"))

    def test_jpeg_progressive_grey_and_cmyk(self):
        ramp = self.ramp()
        vips("jpegsave", ramp, self.folder / "progressive.jpg", "--interlace", "--Q", "98")
        self.assertRamp(self.read("progressive.jpg"), 12)
        vips("colourspace", ramp, self.folder / "grey.jpg[Q=100]", "b-w")
        self.assertEqual(self.read("grey.jpg")[2], 1)
        vips("icc_transform", ramp, self.folder / "ink.tif", "cmyk")
        vips("jpegsave", self.folder / "ink.tif", self.folder / "ink.jpg", "--Q", "98")
        self.assertIn("color: srgb", self.read("ink.jpg", code=1))
        self.run_pipeline("ink", {"stages": [{"load": "ink.jpg"}, {"color": "srgb"}], "outputs": [
            {"to": "out/ink.png"}]})
        found = pictures.pixels(self.folder / "out/ink.png")
        self.assertEqual(found[2], 3)
        # Ink cannot show all of the ramp; light stays light and dark stays dark.
        self.assertGreater(found[3][(WIDTH - 1) * 3], 180)
        self.assertLess(found[3][0], 60)

    def test_frames_and_pages_are_refused_or_the_first_is_read(self):
        ramp = self.ramp()
        other = self.put("other.png", WIDTH, HEIGHT, bytes(3 * WIDTH * HEIGHT))
        vips("arrayjoin", f"{ramp} {other}", self.folder / "joined.v", "--across", "1")
        for name in "pages.tif", "frames.gif", "frames.webp":
            lossless = ",lossless" if name.endswith("webp") else ""
            vips("copy", self.folder / "joined.v",
                 self.folder / f"{name}[page-height={HEIGHT}{lossless}]")
            with self.subTest(name):
                said = self.read(name, code=1)
                self.assertIn("2 pages or frames", said)
                self.assertIn("--max-pages", said)
                self.assertRamp(self.read(name, words=("--max-pages", "2")),
                                40 if name.endswith("gif") else 0)

    def test_tiff_of_floats_of_big_offsets_and_tiled(self):
        ramp = self.ramp()
        vips("tiffsave", ramp, self.folder / "big.tif", "--bigtiff")
        self.assertRamp(self.read("big.tif"))
        vips("tiffsave", ramp, self.folder / "tiled.tif", "--tile", "--compression", "deflate")
        self.assertRamp(self.read("tiled.tif"))
        # Floats are light, from 0 to 1.
        vips("colourspace", ramp, self.folder / "float.tif", "scrgb")
        self.assertIn(b"IEEE", judge.tool("tiffinfo", self.folder / "float.tif"))
        found = self.read("float.tif")
        self.assertEqual(found[:2], (WIDTH, HEIGHT))
        self.assertRamp(found, 1)

    def test_avif_and_heic(self):
        ramp = self.ramp()
        vips("heifsave", ramp, self.folder / "in.avif", "--compression", "av1", "--lossless",
             "--bitdepth", "8", "--subsample-mode", "off")
        self.assertRamp(self.read("in.avif"), 2)
        vips("heifsave", ramp, self.folder / "deep.avif", "--compression", "av1", "--lossless",
             "--bitdepth", "12")
        self.assertEqual(self.read("deep.avif")[:2], (WIDTH, HEIGHT))

    def test_what_is_no_picture_is_refused(self):
        (self.folder / "text.png").write_text("not a picture\n")
        (self.folder / "empty.jpg").write_bytes(b"")
        (self.folder / "drawing.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        for name, words in (("text.png", "its bytes are not a JPEG, PNG"),
                            ("empty.jpg", "it is empty"),
                            ("drawing.png", "its bytes are not a JPEG, PNG")):
            with self.subTest(name):
                self.assertIn(words, self.read(name, code=1))

    def test_the_bytes_tell_the_format_not_the_name(self):
        ramp = self.ramp()
        vips("webpsave", ramp, self.folder / "w.webp", "--lossless")
        (self.folder / "w.jpg").write_bytes((self.folder / "w.webp").read_bytes())
        self.assertRamp(self.read("w.jpg"))


if __name__ == "__main__":
    judge.main()
