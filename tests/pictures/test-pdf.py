"""PDF pages, judged by programs that share no code with Peel or with each other: qpdf and mutool read the
structure, poppler the boxes and pictures, Ghostscript the ink, exiftool what is said of it.

None of them certifies PDF/X: what they can see of it is checked here."""

import json
import re
import struct

import canaries
import judge
import pictures

WIDTH, HEIGHT, DPI = 300, 200, 300
POINTS = 72 / 25.4
SETTINGS = {"title": "Zoë (& co)", "copyright": pictures.RIGHTS}
# The page of the tests with 'page': A6 with bleed, as wide as the picture lies.
TRIM, BLEED = (148, 105), 3


def noise(x, y, channel):
    """A picture with slopes, edges and grain, of 16 bits."""
    grain = (x * 7919 + y * 104729 + channel * 1299709) % 4096
    edge = 20000 if (x // 40 + y // 30) % 2 else 0
    return min(65535, x * 110 * (channel != 1) + y * 120 * (channel != 0) + edge + grain)


def write_picture(path, width, height, depth, alpha=False):
    form = ">H" if depth == 16 else ">B"
    rows = b"".join(struct.pack(form, noise(x, y, c) >> (16 - depth)) if c < 3 else
                    struct.pack(form, (1 << depth) - 1 if x > 50 else 0)
                    for y in range(height) for x in range(width)
                    for c in range(4 if alpha else 3))
    return pictures.write_png(path, width, height, rows, depth=depth, color=6 if alpha else 2)


def labelled(path):
    packet = (b"XML:com.adobe.xmp\0\0\0\0\0" + pictures.packet(pictures.LABEL).encode())
    pictures.insert_before_idat(path, pictures.png_chunk(b"iTXt", packet))


class Pdf(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for depth in 8, 16:
            labelled(write_picture(cls.folder / f"in{depth}.png", WIDTH, HEIGHT, depth))
        judge.tool("vips", "icc_transform", cls.folder / "in8.png", cls.folder / "ink.tif", "cmyk")
        (cls.folder / "press.icc").write_bytes(pictures.profile(cls.folder / "ink.tif"))
        for depth in 8, 16:
            cls.make(f"ink{depth}", depth, {
                "x4": {"pdf": "x-4"}, "auto": {}, "plain": {"pdf": "plain"},
                "x4j": {"pdf": "x-4", "packing": "jpeg", "quality": 98},
                "x1a": {"pdf": "x-1a"}, "named": {"pdf": "x-1a", "condition": "FOGRA39"}})
        cls.make("rgb8", 8, {"rgb": {}, "rgbj": {"packing": "jpeg", "quality": 98}}, ink=False)
        cls.make("rgb16", 16, {"rgb": {}}, ink=False)

    @classmethod
    def make(cls, name, depth, rows, ink=True, stages=()):
        color = {"profile-file": "press.icc"} if ink else {"space": "srgb"}
        common = [{"color": {**color, "depth": depth}}, *stages]
        outputs = [{"stages": [{"recompress": {"format": "tiff"}}], "to": f"{name}.tif"}]
        for word, options in rows.items():
            outputs.append({"stages": [
                {"metadata": {"policy": "provenance", "set": SETTINGS}},
                {"recompress": {"format": "pdf", "density": f"{DPI}dpi", **options}}],
                "to": f"{name}-{word}.pdf"})
        cls.run_pipeline(name, {"stages": [{"load": f"in{depth}.png"}, *common],
                                "outputs": outputs})

    def objects(self, path):
        """(catalog, page, picture, information, trailer), references followed once."""
        data = json.loads(judge.tool("qpdf", "--json=2", "--json-key=qpdf", path))
        table = data["qpdf"][1]

        def get(value):
            found = table[f"obj:{value}"] if isinstance(value, str) and f"obj:{value}" in table \
                else value
            if isinstance(found, dict):
                return found.get("value", found.get("stream", {}).get("dict", found))
            return found
        trailer = table["trailer"]["value"]
        catalog = get(trailer["/Root"])
        page = get(get(catalog["/Pages"])["/Kids"][0])
        picture = get(page["/Resources"]["/XObject"]["/Im0"])
        return catalog, page, picture, get(trailer["/Info"]), trailer

    def samples(self, path, width=WIDTH, height=HEIGHT):
        """The picture's own samples, unpacked by qpdf, as pictures.pixels gives those of a TIFF."""
        _, _, picture, _, _ = self.objects(path)
        xobject = re.search(rb"/Im0 (\d+) 0 R", path.read_bytes()).group(1).decode()
        data = judge.tool("qpdf", f"--show-object={xobject}", "--filtered-stream-data", path)
        depth = picture["/BitsPerComponent"]
        bands = len(data) * 8 // depth // width // height
        if depth == 16:
            data = struct.unpack(f">{len(data) // 2}H", data)
        return width, height, bands, data

    def rendered(self, path, device="tiff32nc"):
        out = self.folder / "rendered.tif"
        judge.tool("gs", "-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", f"-sDEVICE={device}", f"-r{DPI}",
                   f"-sOutputFile={out}", path)
        return pictures.pixels(out)

    def every(self):
        paths = sorted(self.folder.glob("*.pdf"))
        self.assertGreaterEqual(len(paths), 13)
        return paths

    def test_nobody_finds_a_mistake(self):
        for path in self.every():
            with self.subTest(path.name):
                said = judge.tool("qpdf", "--check", path).decode()
                self.assertIn("No syntax or stream encoding errors found", said)
                self.assertIn("Pages: 1", judge.tool("mutool", "info", path).decode())
                # Both repair what is wrong and say so.
                for words in (("mutool", "draw", "-q", "-o", "/dev/null", "-F", "pam", path),
                              ("gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=nullpage", path)):
                    self.assertEqual(judge.tool(*words), b"")

    def test_it_is_what_it_says(self):
        for path in self.every():
            with self.subTest(path.name):
                word = path.stem.split("-")[1]
                said = judge.tool("pdfinfo", "-box", path).decode()
                is_x1a, is_x4 = word in ("x1a", "named"), word in ("x4", "auto", "x4j")
                subtype = re.search(r"PDF subtype: +(\S+)", said)
                self.assertEqual(subtype and subtype.group(1), "PDF/X-1a:2003" if is_x1a else
                                 "PDF/X-4" if is_x4 else None)
                self.assertIn(f"PDF version:     {'1.4' if is_x1a else '1.6'}", said)
                self.assertIn("Encrypted:       no", said)
                self.assertIn("Form:            none", said)
                self.assertIn("JavaScript:      no", said)
                self.assertIn("Title:           Zoë (& co)", said)
                for box in "Media", "Bleed", "Trim":
                    self.assertRegex(said, rf"{box}Box: +0\.00 +0\.00 +72\.00 +48\.00")

    def test_the_output_intent_names_the_press(self):
        for path in self.every():
            with self.subTest(path.name):
                catalog, page, picture, info, trailer = self.objects(path)
                word = path.stem.split("-")[1]
                has_intent = word in ("x4", "auto", "x4j", "x1a", "named")
                self.assertEqual("/OutputIntents" in catalog, has_intent)
                self.assertEqual(info["/Trapped"], "/False")
                for key in "/Title", "/CreationDate", "/ModDate", "/Producer":
                    self.assertIn(key, info)
                self.assertEqual(len(trailer["/ID"]), 2)
                self.assertNotIn("/Encrypt", trailer)
                for key in "/Group", "/Annots", "/ArtBox", "/AA":
                    self.assertNotIn(key, page)
                for key in "/SMask", "/Mask", "/Alternates":
                    self.assertNotIn(key, picture)
                if not has_intent:
                    continue
                intent, = catalog["/OutputIntents"]
                self.assertEqual(intent["/S"], "/GTS_PDFX")
                self.assertEqual(picture["/ColorSpace"], "/DeviceCMYK")
                self.assertEqual(intent["/OutputConditionIdentifier"],
                                 "u:FOGRA39" if word == "named" else "u:Custom")
                self.assertEqual("/RegistryName" in intent, word == "named")
                self.assertTrue(intent["/Info"])
                number = intent["/DestOutputProfile"].split()[0]
                icc = judge.tool("qpdf", f"--show-object={number}", "--filtered-stream-data", path)
                self.assertEqual(icc, (self.folder / "press.icc").read_bytes())

    def test_the_ink_is_that_of_the_tiff(self):
        for depth in 8, 16:
            wanted = pictures.pixels(self.folder / f"ink{depth}.tif")
            self.assertEqual(wanted[:3], (WIDTH, HEIGHT, 4))
            for word in "x4", "auto", "plain":
                with self.subTest(f"{word} {depth}"):
                    path = self.folder / f"ink{depth}-{word}.pdf"
                    found = self.samples(path)
                    self.assertEqual(found[:3], wanted[:3])
                    self.assertEqual(bytes(found[3]) if depth == 8 else found[3], wanted[3])
        eight = pictures.pixels(self.folder / "ink8.tif")
        for word in "x4", "x1a", "named":
            with self.subTest(f"rendered {word}"):
                self.assertEqual(self.rendered(self.folder / f"ink8-{word}.pdf"), eight)
        deep = pictures.pixels(self.folder / "ink16.tif")[3]
        for word in "x1a", "named", "x4":
            found = self.rendered(self.folder / f"ink16-{word}.pdf")[3]
            self.assertLessEqual(max(abs(a - b / 257) for a, b in zip(found, deep)), 1)

    def test_jpeg_keeps_ink_the_right_way_round(self):
        for depth in 8, 16:
            path = self.folder / f"ink{depth}-x4j.pdf"
            wanted = pictures.pixels(self.folder / "ink8.tif")[3]
            found = self.rendered(path)[3]
            mean = sum(abs(a - b) for a, b in zip(found, wanted)) / len(wanted)
            self.assertLess(mean, 4, path.name)
            self.assertIn(b"jpeg", judge.tool("pdfimages", "-list", path))
        found = self.rendered(self.folder / "rgb8-rgbj.pdf", "tiff24nc")[3]
        wanted = pictures.pixels(self.folder / "rgb8.tif")[3]
        self.assertLess(sum(abs(a - b) for a, b in zip(found, wanted)) / len(wanted), 6)

    def test_screens_colours_are_those_of_their_profile(self):
        for depth in 8, 16:
            path = self.folder / f"rgb{depth}-rgb.pdf"
            found = self.samples(path)
            self.assertEqual(found[2], 3)
            self.assertEqual(found[3], pictures.pixels(self.folder / f"rgb{depth}.tif")[3])
            _, _, picture, _, _ = self.objects(path)
            self.assertEqual(picture["/ColorSpace"][0], "/ICCBased")
        wanted = pictures.pixels(self.folder / "rgb8.tif")[3]
        found = self.rendered(self.folder / "rgb8-rgb.pdf", "tiff24nc")[3]
        self.assertLessEqual(max(abs(a - b) for a, b in zip(found, wanted)), 3)

    def test_pdfimages_counts_the_same(self):
        for path in self.every():
            with self.subTest(path.name):
                name, word = path.stem.split("-")
                row = judge.tool("pdfimages", "-list", path).decode().splitlines()[2].split()
                is_ink, is_plain = name.startswith("ink"), word in ("plain", "rgb", "rgbj")
                deep = name.endswith("16") and word not in ("x1a", "named", "x4j")
                self.assertEqual(row[3:5], [str(WIDTH), str(HEIGHT)])
                self.assertEqual(row[5], "icc" if is_plain else "cmyk")
                self.assertEqual(row[6:8], ["4" if is_ink else "3", "16" if deep else "8"])
                self.assertEqual(row[12:14], [str(DPI), str(DPI)])

    def test_exiftool_reads_what_is_said(self):
        for path in self.every():
            with self.subTest(path.name):
                word = path.stem.split("-")[1]
                found, = json.loads(judge.tool("exiftool", "-json", "-G1", path))
                self.assertEqual(found.get("XMP-iptcExt:DigitalSourceType"), pictures.LABEL)
                self.assertEqual(found["XMP-dc:Rights"], pictures.RIGHTS)
                self.assertEqual(found["XMP-dc:Title"], "Zoë (& co)")
                self.assertEqual(found["PDF:Title"], "Zoë (& co)")
                self.assertEqual(found["XMP-pdf:Trapped"], False)
                for key in "XMP-xmp:CreateDate", "XMP-xmp:ModifyDate", "XMP-xmp:MetadataDate":
                    self.assertEqual(found[key], "2000:01:01 00:00:00Z")
                self.assertRegex(found["XMP-xmpMM:DocumentID"], "^uuid:[0-9a-f-]{36}$")
                self.assertEqual(str(found["XMP-xmpMM:VersionID"]), "1")
                self.assertEqual(found["XMP-xmpMM:RenditionClass"], "default")
                self.assertEqual(found.get("XMP-pdfx:GTS_PDFXVersion", found.get(
                    "XMP-pdfxid:GTS_PDFXVersion", found.get("XMP-pdfxid:Gts_pdfxversion"))),
                    "PDF/X-4" if word in ("x4", "auto", "x4j") else None)
                self.assertNotIn("Warning", " ".join(found))

    def test_nothing_leaks(self):
        for path in self.every():
            words = pictures.CAMERA + pictures.PLACES + pictures.OTHERS
            self.assertEqual(pictures.leaks(path, words), [], path.name)

    def test_inspect_tells_label_and_rights_and_that_pixels_are_not_read(self):
        done = self.peel("inspect", "--json", "ink8-x4.pdf")
        told = json.loads(done.out.splitlines()[0])
        self.assertEqual(told["format"], "pdf")
        self.assertTrue(told["ai-label"]["is-ai"])
        self.assertIn(pictures.RIGHTS, json.dumps(told, ensure_ascii=False))
        self.assertIn("written by Peel, not read", json.dumps(told["troubles"]))
        self.assertNotIn("pixels", told)

    def test_a_pdf_is_not_read(self):
        said = self.run_pipeline("again", {"stages": [{"load": "ink8-x4.pdf"}], "outputs": [
            {"to": "again.png"}]}, code=1).err
        self.assertIn("a PDF is written by Peel, not read", said)

    def test_alpha_is_flattened_on_white(self):
        write_picture(self.folder / "alpha.png", 60, 40, 8, alpha=True)
        self.run_pipeline("alpha", {"stages": [{"load": "alpha.png"}], "outputs": [
            {"stages": [{"recompress": {"format": "pdf", "density": "300dpi"}}],
             "to": "out/alpha.pdf"}]})
        _, _, bands, found = self.samples(self.folder / "out/alpha.pdf", 60, 40)
        self.assertEqual(bands, 3)
        self.assertEqual(set(found[:3 * 50]), {255})

    def test_what_does_not_fit_is_refused_before_any_work(self):
        rows = [
            ({"density": "300dpi", "pdf": "x-4"}, "PDF/X-4 holds CMYK, and this is RGB"),
            ({"density": "300dpi", "pdf": "x-1a"}, "put 'color: { profile: … }' into the stages"),
            ({}, "put 'page: A4' (or another) into the stages"),
        ]
        for options, words in rows:
            said = self.run_pipeline("refused", {"stages": [{"load": "in8.png"}], "outputs": [
                {"stages": [{"recompress": {"format": "pdf", **options}}],
                 "to": "out/refused.pdf"}]}, code=1).err
            self.assertIn(words, said)
            self.assertFalse((self.folder / "out/refused.pdf").exists())

    def test_equal_runs_give_equal_files(self):
        before = (self.folder / "ink8-x4.pdf").read_bytes()
        self.peel("run", "--refresh", "*", "-j", "1", "ink8.json")
        self.assertEqual((self.folder / "ink8-x4.pdf").read_bytes(), before)


class Metadata(judge.Case):
    """What may leave under a policy does, the rest does not. A PDF has no EXIF: the camera never leaves."""

    POLICIES = ["strip", "copyright", "provenance", "all"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        maker = canaries.Maker(cls.folder)
        maker.make("elements.png", canaries.packet(False), texts=canaries.png_texts())
        maker.make("exif.png")
        lost = dict.fromkeys(canaries.CAMERA, canaries.NEVER)
        always = {**canaries.PROFILE, **canaries.EXIF_NEVER, **lost}
        hidden = dict.fromkeys([*canaries.EXIF_TEXTS, *canaries.PNG_TEXTS], canaries.NEVER)
        cls.words = {"elements": {**always, **canaries.XMP, **canaries.XMP_NEVER, **hidden},
                     "exif": {**always, **canaries.EXIF_TEXTS}}
        done = cls.run_pipeline("metadata", {
            "stages": [{"load": ["elements.png", "exif.png"]}, {"resize": {"width": 60}}],
            "outputs": [{"stages": [{"metadata": policy},
                                    {"recompress": {"format": "pdf", "density": "150dpi"}}],
                         "to": f"out/{{stem}}+{policy}.pdf"} for policy in cls.POLICIES]},
            "--json")
        events = [json.loads(line) for line in done.out.splitlines()]
        cls.told = {event["path"]: event.get("metadata", [])
                    for event in events if event["event"] == "output"}

    def each(self):
        paths = sorted((self.folder / "out").glob("*.pdf"))
        self.assertEqual(len(paths), 2 * len(self.POLICIES))
        for path in paths:
            stem, policy = path.stem.split("+")
            yield path, self.words[stem], self.POLICIES.index(policy)

    def test_what_may_leave_leaves_and_nothing_else(self):
        for path, words, level in self.each():
            due = {word for word, least in words.items() if least <= level}
            found = set(pictures.leaks(path, list(words)))
            self.assertEqual(sorted(map(str, found - due)), [], f"{path.name} must not hold it")
            self.assertEqual(sorted(map(str, due - found)), [], f"{path.name} must hold it")

    def test_the_run_tells_that_the_camera_stayed_behind(self):
        for path, _, _ in self.each():
            camera, = [verdict for verdict in self.told[f"out/{path.name}"]
                       if verdict["group"] == "camera"]
            self.assertFalse(camera["kept"], path.name)

    def test_the_label_is_read(self):
        for path, words, _ in self.each():
            uri = canaries.SOURCE_TYPE + "trainedAlgorithmicMedia"
            found, = json.loads(judge.tool("exiftool", "-json", "-DigitalSourceType", path))
            self.assertEqual(found.get("DigitalSourceType"), uri if uri in words else None,
                             path.name)


class Pages(judge.Case):
    """With 'page': boxes follow the millimetres exactly, and the picture fills the MediaBox."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        write_picture(cls.folder / "in8.png", 960, 700, 8)
        cls.slugs = {"none": 0, "crop": 10}
        cls.run_pipeline("pages", {"stages": [{"load": "in8.png"}], "outputs": [
            {"stages": [{"page": {"size": "a6", "bleed": f"{BLEED}mm", "dpi": "150dpi",
                                  "min-dpi": "100dpi", "marks": marks}},
                        {"recompress": {"format": "pdf"}}], "to": f"{marks}.pdf"}
            for marks in cls.slugs]})

    def test_boxes_follow_millimetres(self):
        for marks, slug in self.slugs.items():
            said = judge.tool("pdfinfo", "-box", self.folder / f"{marks}.pdf").decode()
            data = (self.folder / f"{marks}.pdf").read_bytes()
            # The sheet lies as the picture does.
            full = [side + 2 * (BLEED + slug) for side in TRIM]
            wanted = {"Media": 0, "Bleed": slug, "Trim": slug + BLEED}
            for box, at in wanted.items():
                corners = [at, at, full[0] - at, full[1] - at]
                text = re.search(rf"/{box}Box \[([^]]+)\]".encode(), data).group(1)
                for found, mm in zip(map(float, text.split()), corners):
                    self.assertAlmostEqual(found, mm * POINTS, 4)
                self.assertIn(f"{box}Box:", said)
            drawn = re.search(rb"q ([0-9.]+) 0 0 ([0-9.]+) 0 0 cm", data)
            for found, mm in zip(map(float, drawn.groups()), full):
                self.assertAlmostEqual(found, mm * POINTS, 4)

    def test_the_density_is_the_pages(self):
        for marks in self.slugs:
            row = judge.tool("pdfimages", "-list", self.folder / f"{marks}.pdf").decode()
            self.assertEqual(row.splitlines()[2].split()[12:14], ["150", "150"])


if __name__ == "__main__":
    judge.main()
