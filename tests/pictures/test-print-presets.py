"""Sheets: for every print, pod and press preset and every usual shape of a 4K original the right pixels,
boxes, density and bleed, or a refusal. The table is that of paper sizes, not the program's."""

import json
import math
import re
import struct
import zlib

import judge
import pictures

ORIGINALS = {"square": (4096, 4096), "3x4": (3584, 4800), "2x3": (3392, 5056),
             "16x9": (5504, 3072)}
INCH = 25.4
EIGHTH = INCH / 8
# preset: width and height after the cut, bleed (mm), the least density, the highest, format.
SHEETS = {
    "print/a6": (105, 148, 3, 300, 300, "tiff"),
    "print/a5": (148, 210, 3, 300, 300, "tiff"),
    "print/a4": (210, 297, 3, 300, 300, "tiff"),
    "print/a3": (297, 420, 3, 250, 300, "tiff"),
    "print/a2": (420, 594, 3, 150, 300, "tiff"),
    "print/a1": (594, 841, 3, 150, 300, "tiff"),
    "print/letter": (215.9, 279.4, EIGHTH, 300, 300, "tiff"),
    "print/tabloid": (279.4, 431.8, EIGHTH, 250, 300, "tiff"),
    "print/4x6": (101.6, 152.4, EIGHTH, 300, 300, "tiff"),
    "print/5x7": (127, 177.8, EIGHTH, 300, 300, "tiff"),
    "print/8x10": (203.2, 254, EIGHTH, 300, 300, "tiff"),
    "print/11x14": (279.4, 355.6, EIGHTH, 250, 300, "tiff"),
    "print/16x20": (406.4, 508, EIGHTH, 150, 300, "tiff"),
    "print/18x24": (457.2, 609.6, EIGHTH, 150, 300, "tiff"),
    "print/24x36": (609.6, 914.4, EIGHTH, 150, 300, "tiff"),
    "print/30x40cm": (300, 400, 3, 250, 300, "tiff"),
    "print/50x70cm": (500, 700, 3, 150, 300, "tiff"),
    "print/business-card": (85, 55, 3, 300, 300, "tiff"),
    "print/dl-flyer": (99, 210, 3, 300, 300, "tiff"),
    "pod/printful": (304.8, 406.4, 0, 150, 300, "png"),
    "pod/gelato": (210, 297, 4, 300, 300, "pdf"),
    "press/fogra39-coated": (210, 297, 3, 300, 300, "pdf"),
    "press/gracol": (215.9, 279.4, EIGHTH, 300, 300, "pdf"),
    "press/newspaper": (148, 210, 0, 200, 200, "pdf"),
}
# What a preset says beside its sheet: the file's own word for it, and the condition it is for.
STANDARDS = {"pod/gelato": ("PDF/X-4", "CGATS TR 006"), "press/gracol": ("PDF/X-4", "CGATS TR 006"),
             "press/fogra39-coated": ("PDF/X-4", "FOGRA39"),
             "press/newspaper": ("PDF/X-1a:2003", "CGATS TR 002")}
EXTENSIONS = {"tiff": "tif", "png": "png", "jpeg": "jpg", "pdf": "pdf"}
# All presets from the shape that fits most of them best; two of them from all shapes, and a PDF that
# lies on its side.
MADE = [("3x4", preset) for preset in SHEETS] + [
    (shape, preset) for shape in ("square", "2x3", "16x9")
    for preset in ("print/a4", "print/letter")] + [("16x9", "press/gracol"), ("16x9", "pod/gelato")]


def pixels_of(length_mm, dpi):
    return math.floor(length_mm / INCH * dpi + 0.5)


def density_of(size, area_mm):
    """The largest whole density at which the picture has the pixels that the area takes."""
    dpi = math.floor(min(have / (mm / INCH) for have, mm in zip(size, area_mm)))
    more = all(pixels_of(mm, dpi + 1) <= have for have, mm in zip(size, area_mm))
    return dpi + 1 if more else dpi


class Sheet:
    """What is to come of one original on one sheet, by the rules that docs/print.md tells."""

    def __init__(self, shape, preset, least=None):
        size = ORIGINALS[shape]
        width, height, bleed, usual, most, self.format = SHEETS[preset]
        least = least or usual
        if size[0] != size[1] and (size[0] > size[1]) != (width > height):
            width, height = height, width
        self.trim_mm, self.bleed_mm = (width, height), bleed
        self.full_mm = (width + 2 * bleed, height + 2 * bleed)
        self.source = "pixels" if bleed else None
        area = self.full_mm
        if bleed and density_of(size, area) < least <= density_of(size, self.trim_mm):
            self.source, area = "mirror", self.trim_mm
        self.effective = min(have / (mm / INCH) for have, mm in zip(size, area))
        self.reached = density_of(size, area)
        self.dpi = min(most, self.reached)
        self.is_refused = self.reached < least
        self.size = tuple(pixels_of(mm, self.dpi) for mm in self.full_mm)
        self.trim = tuple(pixels_of(mm, self.dpi) for mm in self.trim_mm)


def wave(at):
    """Up and down, a level a pixel: where a colour is from can be told to a pixel or two."""
    at = round(at) % 400
    return 28 + (at if at < 200 else 400 - at)


def write_original(path, size):
    """Red tells of x, green of y. All rows are like the one above but for green, so that PNG's filter
    makes nothing of them."""
    width, height = size
    row = bytearray(b"\0" + bytes(3 * width))
    row[1::3] = bytes(wave(x) for x in range(width))
    row[2::3] = bytes([wave(0)]) * width
    row[3::3] = b"\x80" * width
    packed = zlib.compressobj(1)
    parts = [packed.compress(bytes(row))]
    for y in range(1, height):
        step = (wave(y) - wave(y - 1)) % 256
        parts.append(packed.compress(b"\2" + bytes((0, step, 0)) * width))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + pictures.png_chunk(b"IHDR", header) +
                     pictures.png_chunk(b"IDAT", b"".join(parts) + packed.flush()) +
                     pictures.png_chunk(b"IEND", b""))


def name_of(shape, preset):
    return f"{shape}-{preset.replace('/', '-')}"


class Sheets(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.use_profiles("peel-fogra39-300", "peel-gracol-300", "peel-newsprint-240")
        for shape, size in ORIGINALS.items():
            write_original(cls.folder / f"{shape}.png", size)
        cls.sheets = {(shape, preset): Sheet(shape, preset)
                      for shape in ORIGINALS for preset in SHEETS}
        everything = cls.plan("everything", list(ORIGINALS), list(SHEETS))
        cls.planned = {(event["image"], event["preset"]): event for event in everything
                       if event["event"] == "output"}
        cls.made = {}
        for shape in ORIGINALS:
            cls.make(shape, [preset for of, preset in MADE if of == shape and
                             not cls.sheets[shape, preset].is_refused])

    @classmethod
    def outputs(cls, presets):
        return [{"preset": preset, "to": f"out/{{stem}}-{preset.replace('/', '-')}.{{ext}}"}
                for preset in presets]

    @classmethod
    def plan(cls, name, shapes, presets):
        cls.write(f"{name}.json", json.dumps({
            "version": 1, "stages": [{"load": [f"{shape}.png" for shape in shapes]}],
            "outputs": cls.outputs(presets)}))
        done = cls.peel("plan", "--keep-going", "--json", f"{name}.json", code=3)
        return [json.loads(line) for line in done.out.splitlines()]

    @classmethod
    def make(cls, shape, presets):
        cls.run_pipeline(f"of-{shape}", {"stages": [{"load": f"{shape}.png"}],
                                         "outputs": cls.outputs(presets)})
        for image in cls.manifest(f"of-{shape}")["images"]:
            for each in image["derivatives"]:
                cls.made[shape, each["preset"]] = each

    def file(self, shape, preset):
        extension = EXTENSIONS[self.sheets[shape, preset].format]
        return self.folder / "out" / f"{name_of(shape, preset)}.{extension}"

    def each_made(self, *formats):
        return [(*pair, sheet) for pair, sheet in self.sheets.items()
                if pair in self.made and sheet.format in formats]

    def test_every_preset_for_paper_is_in_the_table(self):
        there = {f"{group}/{path.stem}" for group in ("print", "pod", "press")
                 for path in (judge.SOURCE / "presets" / group).glob("*.yaml")}
        # Not a sheet but a picture for one.
        self.assertEqual(there - {"print/4k"}, set(SHEETS))

    def test_every_pair_is_planned_as_the_table_says_or_refused(self):
        self.assertEqual(len(self.planned), len(self.sheets))
        for (shape, preset), sheet in self.sheets.items():
            with self.subTest(f"{preset} from {shape}"):
                event = self.planned[shape, preset]
                if sheet.is_refused:
                    self.assertEqual(event["error"]["class"], "target")
                    self.assertIn(f"gives {sheet.reached} dpi",
                                  event["error"]["message"])
                    continue
                self.assertNotIn("error", event)
                self.assertEqual((event["width"], event["height"]), sheet.size)
                self.assertSaysSheet(event["page"], sheet)

    def test_the_documentation_has_the_same_numbers(self):
        text = (judge.SOURCE / "docs/print.md").read_text()
        rows = [[cell.strip(" `") for cell in line.strip("|").split("|")]
                for line in text.splitlines() if re.match(r"\| `\w+/", line)]
        self.assertEqual([row[0] for row in rows], list(SHEETS))
        for preset, least, *cells in rows:
            self.assertEqual(int(least), SHEETS[preset][3])
            for shape, cell in zip(ORIGINALS, cells, strict=True):
                with self.subTest(f"{preset} from {shape}"):
                    sheet = self.sheets[shape, preset]
                    dpi = sheet.reached
                    self.assertEqual(cell, f"({dpi})" if sheet.is_refused else str(dpi))

    def assertSaysSheet(self, page, sheet):
        self.assertEqual(page["dpi"], sheet.dpi)
        self.assertEqual(page.get("bleed"), sheet.source)
        for key, wanted in (("width-mm", sheet.trim_mm[0]), ("height-mm", sheet.trim_mm[1]),
                            ("bleed-mm", sheet.bleed_mm)):
            self.assertAlmostEqual(page[key], wanted, delta=0.006)
        self.assertAlmostEqual(page["effective-dpi"], sheet.effective, delta=0.11)

    def test_who_is_refused(self):
        """By hand: A3 of a square, posters of anything."""
        square = self.planned["square", "print/a3"]["error"]["message"]
        self.assertIn("A3", square)
        self.assertIn("4096x4096 px gives 244 dpi", square)
        refused = {pair for pair, sheet in self.sheets.items() if sheet.is_refused}
        for shape in ORIGINALS:
            self.assertIn((shape, "print/24x36"), refused)
            self.assertIn((shape, "print/a1"), refused)
            self.assertNotIn((shape, "print/a4"), refused)
        self.assertEqual({shape for shape in ORIGINALS if (shape, "print/a3") in refused},
                         {"square"})

    def test_a_refusal_ends_with_9_and_makes_nothing(self):
        said = self.peel("derive", "square.png", "--preset", "print/a3", "--to", "no.tif",
                         code=9).err
        self.assertIn("gives 244 dpi", said)
        self.assertFalse((self.folder / "no.tif").exists())

    def test_the_manifest_says_the_same(self):
        self.assertEqual(len(self.made), sum(not self.sheets[pair].is_refused for pair in MADE))
        for (shape, preset), each in self.made.items():
            with self.subTest(f"{preset} from {shape}"):
                sheet = self.sheets[shape, preset]
                self.assertEqual((each["width"], each["height"]), sheet.size)
                self.assertSaysSheet(each["page"], sheet)

    def test_pixels_and_density_are_in_the_file(self):
        files = [self.file(shape, preset) for shape, preset, _ in self.each_made("tiff", "png")]
        found = {tags["SourceFile"]: tags for tags in json.loads(
            judge.tool("exiftool", "-j", "-n", "-G1", *files))}
        for shape, preset, sheet in self.each_made("tiff", "png"):
            with self.subTest(f"{preset} from {shape}"):
                tags = found[str(self.file(shape, preset))]
                self.assertEqual(tuple(map(int, tags["Composite:ImageSize"].split())), sheet.size)
                self.assertEqual(tags["ICC-header:ColorSpaceData"], "RGB ")
                for density in densities(tags):
                    self.assertAlmostEqual(density, sheet.dpi, delta=0.02)
                self.assertGreaterEqual(len(densities(tags)), 2)

    def test_tiffs_are_what_every_printer_reads(self):
        for shape, preset, sheet in self.each_made("tiff"):
            with self.subTest(f"{preset} from {shape}"):
                said = judge.tool("tiffinfo", self.file(shape, preset)).decode()
                for words in (f"Resolution: {sheet.dpi}, {sheet.dpi} pixels/inch",
                              "Compression Scheme: LZW", "Samples/Pixel: 3", "Bits/Sample: 8",
                              "Predictor: horizontal"):
                    self.assertIn(words, said)
                self.assertEqual(n_pictures(self.file(shape, preset)), 1)
                self.assertNotIn("Tile Width", said)

    def test_printful_would_take_it(self):
        self.peel("check", "--preset-rules", "pod/printful", self.file("3x4", "pod/printful"))
        self.peel("check", "--preset-rules", "pod/printful", self.file("3x4", "print/a5"), code=9)

    def test_boxes_of_pdfs(self):
        for shape, preset, sheet in self.each_made("pdf"):
            with self.subTest(f"{preset} from {shape}"):
                said = judge.tool("pdfinfo", "-box", self.file(shape, preset)).decode()
                boxes = {name: [float(number) for number in numbers.split()] for name, numbers in
                         re.findall(r"^(\w+)Box: +([-0-9. ]+)$", said, re.MULTILINE)}
                media = [mm * 72 / INCH for mm in sheet.full_mm]
                bleed = sheet.bleed_mm * 72 / INCH
                for box, inset in ("Media", 0), ("Bleed", 0), ("Trim", bleed):
                    wanted = [inset, inset, media[0] - inset, media[1] - inset]
                    for pair in zip(boxes[box], wanted, strict=True):
                        self.assertAlmostEqual(*pair, delta=0.02)
                standard, condition = STANDARDS[preset]
                self.assertRegex(said, rf"PDF subtype: +{re.escape(standard)}")
                outlines = judge.tool("qpdf", "--json", self.file(shape, preset)).decode()
                self.assertIn(f'"{condition}"', outlines.replace("u:", ""))
                judge.tool("qpdf", "--check", self.file(shape, preset))

    def test_the_picture_of_a_pdf_is_ink_at_the_density_of_the_sheet(self):
        for shape, preset, sheet in self.each_made("pdf"):
            with self.subTest(f"{preset} from {shape}"):
                row = listed(self.file(shape, preset))
                self.assertEqual((int(row["width"]), int(row["height"])), sheet.size)
                self.assertEqual((row["comp"], row["bpc"]), ("4", "8"))
                self.assertLessEqual(abs(int(row["x-ppi"]) - sheet.dpi), 1)
                self.assertLessEqual(abs(int(row["y-ppi"]) - sheet.dpi), 1)

    def test_bleed_is_what_lies_outside_the_trim(self):
        """Real pixels, where the table says so: a colour on the sheet is that of its own place in the
        original, out to the last pixel of the bleed. Mirrored else: that of a place inside."""
        for shape, preset, sheet in self.each_made("tiff", "png"):
            with self.subTest(f"{preset} from {shape}"):
                self.assertEqual(sheet.source, None if preset == "pod/printful" else "pixels")
                self.assertComesFromWhere(self.file(shape, preset), shape, sheet)

    def test_bleed_is_mirrored_where_only_the_sheet_has_pixels_enough(self):
        sheet = Sheet("square", "print/a3", least=246)
        self.assertEqual((sheet.source, sheet.dpi), ("mirror", 247))
        self.peel("derive", "square.png", "--preset", "print/a3", "--with", "min-dpi=246dpi",
                  "--to", "mirrored.tif")
        self.assertComesFromWhere(self.folder / "mirrored.tif", "square", sheet)

    def assertComesFromWhere(self, path, shape, sheet):
        width, height, bands, samples = pictures.pixels(path)
        self.assertEqual((width, height, bands), (*sheet.size, 3))
        for x, y in places(sheet):
            at = (y * width + x) * bands
            wanted = [wave(place) for place in self.origin(shape, sheet, x, y)]
            # Reducing rounds the wave's corners off, and LANCZOS rings there.
            for found, one in zip(samples[at:at + 2], wanted):
                self.assertLess(abs(found - one), 8, f"at {x},{y} of {sheet.size}")

    def origin(self, shape, sheet, x, y):
        """Where in the original the middle of a pixel of the sheet is from."""
        canvas = sheet.size
        if sheet.source == "mirror":
            canvas = sheet.trim
            x, y = (mirrored(at, (full - inner) // 2, inner) for at, full, inner in
                    zip((x, y), sheet.size, sheet.trim))
        scale = min(have / want for have, want in zip(ORIGINALS[shape], canvas))
        return [(have - want * scale) / 2 + (at + 0.5) * scale - 0.5
                for have, want, at in zip(ORIGINALS[shape], canvas, (x, y))]

    def test_density_is_equal_in_every_format_and_place(self):
        """JFIF and EXIF, pHYs, TIFF's tags, the page of a PDF. Few pixels suffice."""
        write_original(self.folder / "small.png", (1200, 1600))
        presets = sorted(preset for preset in SHEETS if preset.startswith("print/"))
        wanted = {preset.replace("/", "-"): 20 + at for at, preset in enumerate(presets)}
        self.run_pipeline("formats", {"stages": [{"load": "small.png"}], "outputs": [
            {"preset": preset, "with": {"format": name, "dpi": f"{dpi}dpi", "min-dpi": "10dpi"},
             "to": f"formats/{preset.replace('/', '-')}.{ext}"}
            for preset, dpi in zip(presets, wanted.values()) for name, ext in EXTENSIONS.items()]})
        files = sorted((self.folder / "formats").iterdir())
        self.assertEqual(len(files), len(presets) * len(EXTENSIONS))
        raster = [path for path in files if path.suffix != ".pdf"]
        for path, tags in zip(raster, json.loads(
                judge.tool("exiftool", "-j", "-n", "-G1", *raster))):
            with self.subTest(path.name):
                self.assertEqual(tags["SourceFile"], str(path))
                found = densities(tags)
                self.assertGreaterEqual(len(found), 4 if path.suffix == ".jpg" else 2, tags)
                for density in found:
                    self.assertAlmostEqual(density, wanted[path.stem], delta=0.02)
        for path in set(files) - set(raster):
            with self.subTest(path.name):
                row = listed(path)
                for key in "x-ppi", "y-ppi":
                    self.assertEqual(int(row[key]), wanted[path.stem])


def listed(pdf):
    """What poppler tells of the only picture of a PDF."""
    names, _, row, *more = judge.tool("pdfimages", "-list", pdf).decode().strip().split("\n")
    assert not more, more
    return dict(zip(names.split(), row.split()))


def n_pictures(path):
    """Directories in a TIFF's own chain; EXIF's hangs elsewhere."""
    data = path.read_bytes()
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    at, n = struct.unpack(order + "I", data[4:8])[0], 0
    while at:
        n += 1
        end = at + 2 + 12 * struct.unpack(order + "H", data[at:at + 2])[0]
        at = struct.unpack(order + "I", data[end:end + 4])[0]
    return n


def densities(tags):
    """Dots per inch in every place of a file that says them."""
    found = []
    for key, value in tags.items():
        group, _, name = key.partition(":")
        if name in ("XResolution", "YResolution"):
            unit = tags[f"{group}:ResolutionUnit"]
            # JFIF's 1 and TIFF's 2 are inches; TIFF's 3 (JFIF's 2) are centimetres.
            is_inch = unit == (1 if group == "JFIF" else 2)
            found.append(value if is_inch else value * INCH / 10)
        elif name in ("PixelsPerUnitX", "PixelsPerUnitY"):
            found.append(value * INCH / 1000)
    return found


def mirrored(at, offset, length):
    inside = at - offset
    if inside < 0:
        inside = -1 - inside
    return 2 * length - 1 - inside if inside >= length else inside


def places(sheet):
    """In every bleed, on both sides of every cut, in the middle."""
    width, height = sheet.size
    left, top = ((full - inner) // 2 for full, inner in zip(sheet.size, sheet.trim))
    across = [2, left // 2, left + 3, width // 2, width - left - 4, width - 1 - left // 2, width - 3]
    down = [2, top // 2, top + 3, height // 2, height - top - 4, height - 1 - top // 2, height - 3]
    return [(x, y) for x in across for y in down]


if __name__ == "__main__":
    judge.main()
