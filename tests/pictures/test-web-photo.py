"""A photograph of 16.8 megapixels with all that a camera and an editor left in it, for the web."""

import json
import math

import judge
import pictures

LADDER = [320, 480, 640, 828, 1080, 1280, 1600, 1920, 2560]


class WebPhoto(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_pipeline("source", {
            "stages": [{"generate": {"provider": "synthetic", "prompt": "a harbour in the morning",
                                     "resolution": "4K"}}],
            "outputs": [{"stages": [{"metadata": {"policy": "strip", "drop": ["ai-label"]}},
                                    {"recompress": {"format": "png", "compression-level": 1}}],
                         "to": "photo.png"}]})
        cls.photo = pictures.plant(cls.folder / "photo.png", cls.folder)
        cls.write("web.yaml", (judge.SOURCE / "pipelines/web.yaml").read_text())
        cls.peel("run", "web.yaml", "--var", "photo=photo.png")
        cls.made = sorted(path for path in (cls.folder / "out").rglob("*.*"))
        listing = json.loads(judge.tool("exiftool", "-j", "-G1", "-a", *cls.made))
        cls.tags = {tags["SourceFile"]: tags for tags in listing}

    def test_the_photo_is_as_large_as_they_are(self):
        self.assertGreater(self.photo.stat().st_size, 12 << 20)
        self.assertEqual(judge.tool("vipsheader", "-f", "width", self.photo), b"4096\n")

    def test_every_promised_size_is_there_and_opens_elsewhere(self):
        wanted = {f"out/web/photo-{width}.{ext}": (width, width)
                  for width in LADDER for ext in ("webp", "jpg")}
        wanted |= {f"out/web/thumb/photo-{width}.{ext}": (width, width)
                   for width in (160, 320) for ext in ("avif", "webp", "jpg")}
        wanted |= {"out/web/photo-og.jpg": (1200, 630), "out/web/photo-banner.webp": (1600, 900)}
        self.assertEqual({str(path.relative_to(self.folder)) for path in self.made}, set(wanted))
        for path in self.made:
            with self.subTest(path.name):
                tags = self.tags[str(path)]
                size = tuple(map(int, tags["Composite:ImageSize"].split("x")))
                self.assertEqual(size, wanted[str(path.relative_to(self.folder))])
                pictures.check(path)

    def test_nothing_of_the_camera_or_the_editor_left(self):
        words = (pictures.CAMERA + pictures.PLACES + pictures.TEXTS + pictures.OTHERS +
                 pictures.DIRECTION)
        for path in self.made:
            with self.subTest(path.name):
                self.assertEqual(pictures.leaks(path, words), [])
                names = [name for name in self.tags[str(path)]
                         if "GPS" in name or name.startswith(("ExifIFD:Lens", "IFD0:Make"))]
                self.assertEqual(names, [])
                said = judge.tool("sh", "-c", 'exiv2 -q -PEIXkt "$1" || true', "sh", path).decode()
                self.assertNotRegex(said, "GPS|Make|Model|Lens|DateTimeOriginal|Canary")

    def test_a_photo_without_a_label_gets_none(self):
        for path in self.made:
            self.assertNotIn(b"digitalsourcetype", path.read_bytes(), path.name)

    def test_rights_stay(self):
        for path in self.made:
            rights = [value for name, value in self.tags[str(path)].items()
                      if name == "XMP-dc:Rights"]
            banner = path.name == "photo-banner.webp"
            self.assertEqual(rights, ["Example GmbH" if banner else pictures.RIGHTS], path.name)

    def test_a_lossless_size_is_within_40_db_of_lanczos(self):
        self.run_pipeline("lossless", {"stages": [{"load": "photo.png"}], "outputs": [
            {"stages": [{"resize": {"width": 1280}}, {"metadata": "strip"}],
             "to": "lossless.png"}]})
        # libvips's kernel in floats and one step, without the shrinking by averages before it.
        # Here to see that a large factor is fine; test-resampling has a Lanczos of its own.
        reference = self.folder / "reference.v"
        judge.tool("vips", "cast", self.photo, self.folder / "float.v", "float")
        judge.tool("vips", "reduce", self.folder / "float.v", reference, "3.2", "3.2", "--gap",
                   "0", "--kernel", "lanczos3")
        (self.folder / "float.v").unlink()
        judge.tool("vips", "subtract", self.folder / "lossless.png", reference,
                   self.folder / "difference.v")
        judge.tool("vips", "math2_const", self.folder / "difference.v", self.folder / "square.v",
                   "pow", "2")
        mean = float(judge.tool("vips", "avg", self.folder / "square.v"))
        found = 10 * math.log10(255 * 255 / mean)
        print(f"1280 of 4096: {found:.1f} dB", flush=True)
        self.assertGreater(found, 40)

    def test_a_second_run_makes_nothing(self):
        before = {path: path.stat().st_mtime_ns for path in self.made}
        self.assertNotIn("made  ", self.peel("run", "web.yaml", "--var",
                                               "photo=photo.png").out)
        self.assertEqual({path: path.stat().st_mtime_ns for path in self.made}, before)


if __name__ == "__main__":
    judge.main()
