"""Every stage, into every format, once: the size that was asked for, and a file that opens."""

import itertools
import json

import judge
import pictures

FORMATS = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif", "tiff": "tif"}
# Of a picture of 200x150 px: the stage, its options, the size it gives.
STAGES = [
    ("crop", {"width": 80, "height": 60, "gravity": "attention"}, (80, 60)),
    ("resize", {"width": 100, "height": 100, "fit": "cover"}, (100, 100)),
    ("pad", {"width": 240, "height": 160, "background": "#ff800080"}, (240, 160)),
    ("page", {"size": "30x40mm", "bleed": "2mm", "dpi": "100dpi", "min-dpi": "100dpi"}, (173, 134)),
    ("rotate", {"angle": 90}, (150, 200)),
    ("flip", {}, (200, 150)),
    ("trim", {}, None),
    ("sharpen", {"sigma": 1}, (200, 150)),
    ("blur", {"sigma": 2}, (200, 150)),
    ("adjust", {"saturation": 1.5, "contrast": 1.1}, (200, 150)),
    ("flatten", {"background": "white"}, (200, 150)),
    ("overlay", {"text": "Żółć", "gravity": "south-east", "margin": 4, "size": 20}, (200, 150)),
    ("color", {"space": "p3"}, (200, 150)),
    ("upscale", {"factor": 2}, (400, 300)),
]


class Stages(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_pipeline("source", {
            "stages": [{"generate": {"provider": "synthetic", "prompt": "a lake",
                                     "resolution": "200x150"}}],
            "outputs": [{"stages": [{"metadata": "strip"}], "to": "in.png"}]})

    def test_every_stage_there_is_is_tried(self):
        """All but the sources and those that say how a file is written; they have their tests."""
        said = self.peel("stages", "--json").out.splitlines()
        names = {line["name"] for line in map(json.loads, said) if line.get("role") == "image"}
        self.assertEqual(names, {name for name, *_ in STAGES})

    def test_every_stage_into_every_format(self):
        self.run_pipeline("all", {"stages": [{"load": "in.png"}], "outputs": [
            {"stages": [{stage: options}, {"recompress": {"format": name}}],
             "to": f"out/{stage}.{ext}"}
            for (stage, options, _), (name, ext) in itertools.product(STAGES, FORMATS.items())]})
        for (stage, _, size), ext in itertools.product(STAGES, FORMATS.values()):
            path = self.folder / "out" / f"{stage}.{ext}"
            with self.subTest(path.name):
                width, height, bands, samples = pictures.pixels(path)
                self.assertIn(bands, (3, 4))
                self.assertEqual((width, height), size or (width, height))
                self.assertGreater(max(samples) - min(samples), 40)

    def test_a_long_chain_ends_in_ink_on_paper(self):
        """Trimmed, cut, scaled, sharpened, marked, turned into ink: for a press, at 300 dpi."""
        ink = self.folder / "ink.tif"
        judge.tool("vips", "icc_transform", self.folder / "in.png", ink, "cmyk")
        (self.folder / "press.icc").write_bytes(pictures.profile(ink))
        self.run_pipeline("press", {"stages": [{"load": "in.png"}], "outputs": [{"stages": [
            {"crop": {"aspect-ratio": "1:1"}}, {"resize": {"width": 120}},
            {"sharpen": {"sigma": 0.5}}, {"overlay": {"text": "Peel", "size": 20}},
            {"color": {"profile-file": "press.icc"}},
            {"recompress": {"format": "tiff", "density": "300dpi"}}], "to": "out/press.tif"}]})
        said = judge.tool("tiffinfo", "-D", self.folder / "out/press.tif").decode()
        for words in ("Photometric Interpretation: separated", "Samples/Pixel: 4",
                      "Resolution: 300, 300 pixels/inch", "Image Width: 120 Image Length: 120",
                      "ICC Profile: <present>"):
            self.assertIn(words, said)


if __name__ == "__main__":
    judge.main()
