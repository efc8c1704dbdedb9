"""What files say beside their pixels: nothing that was not meant to leave, everything that was."""

import itertools
import json
import types

import pictures
import judge

FORMATS = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif", "tiff": "tif", "pdf": "pdf"}
# A page has a size.
RECOMPRESS = {name: {"format": name} | ({"density": "150dpi"} if name == "pdf" else {})
              for name in FORMATS}
POLICIES = ["strip", "copyright", "provenance", "all"]
NEVER = pictures.PLACES + pictures.TEXTS[:3] + pictures.OTHERS + pictures.DIRECTION


def read_with_exiftool(paths):
    listing = json.loads(judge.tool("exiftool", "-j", "-G1", "-a", "-struct", *paths))
    return {tags["SourceFile"]: tags for tags in listing}


def tag(tags, name):
    """A tag's value whatever its group, or None."""
    return next((value for key, value in tags.items() if key.split(":")[-1] == name), None)


class Metadata(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_inputs()
        outputs = []
        for policy, name in itertools.product(POLICIES, FORMATS):
            for word, drop in ("", []), ("unlabelled", ["ai-label"]):
                outputs.append({
                    "stages": [{"resize": {"width": 96}},
                               {"metadata": {"policy": policy, "drop": drop}},
                               {"recompress": RECOMPRESS[name]}],
                    "to": f"out/{{stem}}-{policy}{word}.{FORMATS[name]}"})
        cls.run_pipeline("loaded", {"stages": [{"load": sorted(cls.inputs)}], "outputs": outputs})
        cls.run_pipeline("drawn", {
            "stages": [{"generate": {"provider": "synthetic", "prompt": "CanaryPrompt of a lake",
                                     "resolution": "512x384"}}], "outputs": [
                {**output, "to": output["to"].replace("{stem}", "drawn")} for output in outputs]})
        cls.paths = sorted((cls.folder / "out").iterdir())
        cls.tags = read_with_exiftool(cls.paths)

    @classmethod
    def make_inputs(cls):
        cls.run_pipeline("source", {
            "stages": [{"generate": {"provider": "synthetic", "prompt": "a lake in autumn",
                                     "resolution": "512x384"}}],
            "outputs": [{"stages": [{"resize": {"width": 160}},
                                    {"metadata": {"policy": "strip", "drop": ["ai-label"]}}],
                         "to": "bare.png"}]})
        bare = cls.folder / "bare.png"
        cls.inputs = ["plain.png", "labelled.png", "labelled-jpeg.jpg", "labelled-tiff.tif",
                      "labelled-webp.webp", "labelled-avif.avif"]
        for name in cls.inputs[:4]:
            path = cls.folder / name
            judge.tool("vips", "copy", bare, path)
            pictures.plant(path, cls.folder, pictures.LABEL if name != "plain.png" else None)
        for name in cls.inputs[4:]:
            judge.tool("vips", "copy", cls.folder / "labelled.png", cls.folder / name)

    def each(self, claim):
        """Tries a claim on every file made."""
        for path in self.paths:
            source, policy = path.stem.rsplit("-", 1)
            with self.subTest(path.name):
                claim(types.SimpleNamespace(
                    path=path, source=source, policy=policy.removesuffix("unlabelled"),
                    is_dropped=policy.endswith("unlabelled"), tags=self.tags[str(path)]))

    def test_the_inputs_carry_what_is_looked_for(self):
        """A test that finds nothing must have had something to find."""
        planted = pictures.CAMERA + NEVER[:-2] + ["CanaryPrompt"]
        self.assertEqual(pictures.leaks(self.folder / "labelled.png", planted), planted)
        tags = read_with_exiftool([self.folder / name for name in self.inputs])
        for name in self.inputs:
            with self.subTest(name):
                self.assertIn("CanaryArea", json.dumps(tags[str(self.folder / name)]))

    def test_every_file_is_made(self):
        self.assertEqual(len(self.paths), len(FORMATS) * 4 * 2 * (len(self.inputs) + 1))

    def test_other_decoders_open_every_file(self):
        def claim(made):
            pictures.check(made.path)
        self.each(claim)

    def test_no_file_tells_a_place_a_text_a_thumbnail_or_a_tool(self):
        def claim(made):
            never = NEVER + ([] if made.policy == "all" else ["CanaryPrompt"] + pictures.CAMERA)
            self.assertEqual(pictures.leaks(made.path, never), [])
            self.assertEqual([key for key in made.tags if "GPS" in key or "Thumbnail" in key], [])
            if made.path.suffix == ".png":
                chunks = pictures.png_chunks(made.path.read_bytes())
                texts = [kind + body[:30] for kind, body in chunks
                         if kind in (b"tEXt", b"zTXt", b"iTXt")]
                self.assertEqual([text for text in texts if b"com.adobe.xmp" not in text], [])
        self.each(claim)

    def test_exiv2_sees_no_place_and_no_camera(self):
        def claim(made):
            # It ends with an error where there is nothing to show.
            words = ["sh", "-c", 'exiv2 -q -PEIXkt "$1" || true', "sh", made.path]
            said = judge.tool(*words).decode()
            self.assertNotIn("GPS", said)
            self.assertNotIn("City", said)
            if made.policy != "all":
                self.assertNotRegex(said, "Exif.Image.(Make|Model)|Exif.Photo.(Lens|DateTimeOrig)")
        self.each(claim)

    def test_the_ai_label_is_there_when_it_is_due_and_only_then(self):
        def claim(made):
            due = {"plain": None, "drawn": "algorithmicMedia"}.get(made.source,
                                                                   "trainedAlgorithmicMedia")
            label = tag(made.tags, "DigitalSourceType")
            self.assertEqual(label and label.split("/")[-1], None if made.is_dropped else due)
        self.each(claim)

    def test_the_label_stands_where_byte_readers_find_it(self):
        def claim(made):
            if made.source != "plain" and not made.is_dropped:
                uri = pictures.DRAWN if made.source == "drawn" else pictures.LABEL
                self.assertIn(uri.encode(), made.path.read_bytes())
        self.each(claim)

    def test_rights_stay_under_all_policies_but_strip(self):
        def claim(made):
            rights = tag(made.tags, "Rights")
            due = None if made.source == "drawn" or made.policy == "strip" else pictures.RIGHTS
            self.assertEqual(rights, due)
        self.each(claim)

    def test_the_description_stays_with_provenance(self):
        def claim(made):
            due = made.policy in ("provenance", "all") and made.source != "drawn"
            self.assertEqual(tag(made.tags, "Description"), pictures.DESCRIPTION if due else None)
        self.each(claim)

    def test_the_camera_stays_with_all_alone(self):
        def claim(made):
            # libvips reads no EXIF from TIFF, and writes none into it; a PDF has no place for it.
            has_exif = made.path.suffix not in (".tif", ".pdf")
            if has_exif and made.source not in ("drawn", "labelled-tiff"):
                due = "CanaryMake" if made.policy == "all" else None
                self.assertEqual(tag(made.tags, "Make"), due)
        self.each(claim)


class Values(judge.Case):
    def test_what_is_set_appears_in_every_format_in_utf_8(self):
        values = {"copyright": "© Zażółć gęślą jaźń", "creator": "Ёлка 山田",
                  "credit": "Peel & Söhne",
                  "usage-terms": "Nur <Presse>", "rights-url": "https://example.org/r?a=1&b=2",
                  "title": "Ein “Titel”", "description": "Zeile eins\nZeile zwei 🏔",
                  "keywords": ["лес", "été, fin", "x"]}
        pictures.write_png(self.folder / "in.png", 20, 10, bytes(20 * 10 * 3))
        self.run_pipeline("set", {"stages": [{"load": "in.png"}], "outputs": [
            {"stages": [{"metadata": {"policy": "strip", "set": values}},
                        {"recompress": RECOMPRESS[name]}], "to": f"out/a.{ext}"}
            for name, ext in FORMATS.items()]})
        for path in sorted((self.folder / "out").iterdir()):
            tags = read_with_exiftool([path])[str(path)]
            with self.subTest(path.name):
                self.assertEqual(tags["XMP-dc:Rights"], values["copyright"])
                self.assertEqual(tags["XMP-dc:Creator"], [values["creator"]])
                self.assertEqual(tags["XMP-photoshop:Credit"], values["credit"])
                self.assertEqual(tags["XMP-xmpRights:UsageTerms"], values["usage-terms"])
                self.assertEqual(tags["XMP-xmpRights:WebStatement"], values["rights-url"])
                self.assertEqual(tags["XMP-dc:Title"], values["title"])
                self.assertEqual(tags["XMP-dc:Description"], values["description"])
                self.assertEqual(tags["XMP-dc:Subject"], values["keywords"])


class Gif(judge.Case):
    def test_what_a_gif_carries_survives(self):
        """It is read and never written: exiftool puts it in."""
        drawn, original = self.folder / "drawn.png", self.folder / "a.gif"
        pictures.write_png(drawn, 20, 10, bytes(20 * 10 * 3))
        judge.tool("vips", "copy", drawn, original)
        judge.tool("exiftool", "-q", "-overwrite_original", f"-XMP-dc:Rights={pictures.RIGHTS}",
                   f"-XMP-iptcExt:DigitalSourceType={pictures.LABEL}", "-Comment=a remark",
                   original)
        self.run_pipeline("gif", {"stages": [{"load": "a.gif"}], "outputs": [
            {"stages": [{"recompress": RECOMPRESS[name]}], "to": f"gif/a.{ext}"}
            for name, ext in FORMATS.items()]})
        for path in sorted((self.folder / "gif").iterdir()):
            tags = read_with_exiftool([path])[str(path)]
            with self.subTest(path.name):
                self.assertEqual(tags["XMP-iptcExt:DigitalSourceType"], pictures.LABEL)
                self.assertEqual(tags["XMP-dc:Rights"], pictures.RIGHTS)
        told = json.loads(self.peel("inspect", "--json", "a.gif").out.splitlines()[0])
        self.assertEqual(told["ai-label"]["source-type"], pictures.LABEL.split("/")[-1])
        self.assertEqual([text["text"] for text in told["texts"]], ["a remark"])


if __name__ == "__main__":
    judge.main()
