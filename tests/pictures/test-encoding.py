"""What the files are: turned upright, as dense, as large and coded as the pipeline said."""

import base64
import html.parser
import itertools
import json
import math

import judge
import pictures

FORMATS = {"jpeg": "jpg", "png": "png", "webp": "webp", "avif": "avif", "tiff": "tif"}
# Left top red, right top green, left bottom blue, right bottom white; 24x16.
CORNERS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]
# Where each corner of the stored picture is seen, for EXIF's eight orientations.
SEEN = {1: [0, 1, 2, 3], 2: [1, 0, 3, 2], 3: [3, 2, 1, 0], 4: [2, 3, 0, 1],
        5: [0, 2, 1, 3], 6: [2, 0, 3, 1], 7: [3, 1, 2, 0], 8: [1, 3, 0, 2]}


def corners(width, height):
    return bytes(sample for y in range(height) for x in range(width)
                 for sample in CORNERS[2 * (2 * y >= height) + (2 * x >= width)])


def nearest_corners(path):
    """Which of CORNERS is seen left top, right top, left bottom, right bottom; and the size."""
    width, height, bands, samples = pictures.pixels(path)
    found = []
    for y, x in itertools.product((height // 4, height * 3 // 4), (width // 4, width * 3 // 4)):
        pixel = samples[(y * width + x) * bands:][:3]
        found.append(min(range(4), key=lambda i: sum(
            (a - b) ** 2 for a, b in zip(pixel, CORNERS[i]))))
    return (width, height), found


class Orientation(judge.Case):
    def test_each_orientation_is_applied_once(self):
        plain = pictures.write_png(self.folder / "plain.png", 96, 64, corners(96, 64))
        judge.tool("vips", "jpegsave", plain, self.folder / "plain.jpg", "--Q", "95")
        for number in SEEN:
            xmp = self.folder / "turned.xmp"
            xmp.write_text(pictures.packet(orientation=number))
            for suffix in "png", "jpg":
                path = self.folder / f"in-{number}-{suffix}.{suffix}"
                path.write_bytes((self.folder / f"plain.{suffix}").read_bytes())
                judge.tool("exiftool", "-q", "-overwrite_original", f"-xmp<={xmp}", path)
                judge.tool("exiftool", "-q", "-n", "-overwrite_original",
                           f"-IFD0:Orientation={number}", path)
        self.run_pipeline("turn", {"stages": [{"load": ["in-*.png", "in-*.jpg"]}], "outputs": [
            {"stages": [{"metadata": "all"}, {"recompress": {"format": name}}],
             "to": f"out/{{stem}}.{ext}"} for name, ext in FORMATS.items()]})
        made = sorted((self.folder / "out").iterdir())
        self.assertEqual(len(made), 8 * 2 * len(FORMATS))
        said = judge.tool("exiftool", "-j", "-n", "-G1", "-a", "-Orientation", *made)
        for tags in json.loads(said):
            turned = {key: value for key, value in tags.items() if "Orientation" in key}
            self.assertLessEqual(set(turned.values()), {1}, tags)
        for path in made:
            with self.subTest(path.name):
                number = int(path.stem.split("-")[1])
                size, found = nearest_corners(path)
                self.assertEqual(size, (96, 64) if number < 5 else (64, 96))
                self.assertEqual(found, SEEN[number])


class Density(judge.Case):
    def test_300_dpi_is_written_wherever_a_format_can_say_it(self):
        pictures.write_png(self.folder / "in.png", 24, 16, corners(24, 16))
        self.run_pipeline("dense", {"stages": [{"load": "in.png"}], "outputs": [
            {"stages": [{"recompress": {"format": name, "density": "300dpi"}}],
             "to": f"out/a.{ext}"} for name, ext in FORMATS.items()]})
        made = {path.suffix: path for path in (self.folder / "out").iterdir()}
        tags = {path.suffix: json.loads(judge.tool("exiftool", "-j", "-n", "-G1", path))[0]
                for path in made.values()}
        self.assertEqual(tags[".jpg"]["JFIF:XResolution"], 300)
        self.assertEqual(tags[".jpg"]["JFIF:ResolutionUnit"], 1)
        self.assertEqual(tags[".png"]["PNG-pHYs:PixelsPerUnitX"], 11811)
        self.assertEqual(tags[".tif"]["IFD0:XResolution"], 300)
        self.assertEqual(tags[".tif"]["IFD0:ResolutionUnit"], 2)
        for suffix in ".jpg", ".webp", ".avif":
            self.assertEqual(tags[suffix]["IFD0:XResolution"], 300, suffix)
            self.assertEqual(tags[suffix]["IFD0:YResolution"], 300, suffix)
            self.assertEqual(tags[suffix]["IFD0:ResolutionUnit"], 2, suffix)
        self.assertIn(b"Resolution: 300, 300 pixels/inch", judge.tool("tiffinfo", made[".tif"]))

    def test_without_density_none_is_made_up(self):
        pictures.write_png(self.folder / "in.png", 24, 16, corners(24, 16))
        self.run_pipeline("none", {"stages": [{"load": "in.png"}], "outputs": [
            {"stages": [{"recompress": {"format": name}}], "to": f"none/a.{ext}"}
            for name, ext in FORMATS.items()]})
        jpeg = dict(pictures.jpeg_segments((self.folder / "none/a.jpg").read_bytes()))
        self.assertEqual(jpeg[0xE0][7:12], bytes((0, 0, 1, 0, 1)))
        chunks = dict(pictures.png_chunks((self.folder / "none/a.png").read_bytes()))
        self.assertNotIn(b"pHYs", chunks)


class Coding(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_pipeline("source", {
            "stages": [{"generate": {"provider": "synthetic", "prompt": "a harbour, boats",
                                     "resolution": "400x300"}}],
            "outputs": [{"stages": [{"metadata": "strip"}], "to": "in.png"}]})

    def make(self, name, ext="jpg", code=0, **options):
        done = self.run_pipeline(name, {"stages": [{"load": "in.png"}], "outputs": [
            {"stages": [{"recompress": options}], "to": f"out/{name}.{ext}"}]}, code=code)
        return done if code else self.folder / "out" / f"{name}.{ext}"

    def psnr(self, path):
        ours, whole = pictures.pixels(path)[3], pictures.pixels(self.folder / "in.png")[3]
        error = sum((a - b) ** 2 for a, b in zip(ours, whole))
        return math.inf if error == 0 else 10 * math.log10(255 * 255 * len(ours) / error)

    def test_progressive_jpeg_and_interlaced_png(self):
        for progressive, kind in (True, 0xC2), (False, 0xC0):
            path = self.make(f"scan-{progressive}", format="jpeg", progressive=progressive)
            self.assertIn(kind, [kind for kind, _ in pictures.jpeg_segments(path.read_bytes())])
        path = self.make("interlaced", "png", format="png", progressive=True)
        self.assertEqual(path.read_bytes()[28], 1)
        judge.tool("pngcheck", "-q", path)

    def test_every_level_and_filter_of_png_is_sound_and_exact(self):
        sizes = {}
        for level, filter_name in (0, "all"), (1, "all"), (6, "all"), (12, "all"), (6, "none"), (6, "paeth"):
            path = self.make(f"level-{level}-{filter_name}", "png", format="png", filter=filter_name,
                             **{"compression-level": level})
            judge.tool("pngcheck", "-q", path)
            self.assertEqual(self.psnr(path), math.inf)
            sizes[level, filter_name] = path.stat().st_size
        self.assertGreater(sizes[0, "all"], 400 * 300 * 3)
        self.assertGreater(sizes[1, "all"], sizes[6, "all"])
        self.assertGreater(sizes[6, "all"], sizes[12, "all"])
        self.assertGreater(sizes[6, "none"], sizes[6, "all"])

    def test_every_kind_of_png_is_sound(self):
        for color, n_channels in (0, 1), (2, 3), (4, 2), (6, 4):
            for depth in 8, 16:
                name = f"kind-{color}-{depth}"
                n_bytes = 33 * 21 * n_channels * depth // 8
                pixels = bytes((i * i >> 3) & 255 for i in range(n_bytes))
                pictures.write_png(self.folder / f"{name}.png", 33, 21, pixels, depth=depth, color=color)
                self.run_pipeline(name, {"stages": [{"load": f"{name}.png"}], "outputs": [
                    {"stages": [{"recompress": {"format": "png", "density": "300dpi"}}],
                     "to": f"out/{name}.png"}]})
                path = self.folder / "out" / f"{name}.png"
                with self.subTest(name):
                    judge.tool("pngcheck", "-q", path)
                    self.assertEqual(path.read_bytes()[24:26], bytes([depth, color]))
                    chunks = dict(pictures.png_chunks(path.read_bytes()))
                    self.assertEqual(chunks[b"pHYs"], (11811).to_bytes(4, "big") * 2 + b"\1")
                    if depth == 8:
                        ours, theirs = pictures.pixels(path), pictures.pixels(self.folder / f"{name}.png")
                        self.assertEqual(ours, theirs)

    def test_chroma(self):
        for chroma, sampling in ("4:2:0", 0x22), ("4:4:4", 0x11):
            path = self.make("chroma-" + chroma[2], format="jpeg", chroma=chroma)
            frame = dict(pictures.jpeg_segments(path.read_bytes()))[0xC0]
            self.assertEqual(frame[7], sampling)
        said = judge.tool("avifdec", "--info", self.make(
            "full", "avif", format="avif", chroma="4:4:4", quality=50))
        self.assertIn(b"YUV444", said)
        self.assertIn(b"Bit Depth      : 8", said)

    def test_lossless_is(self):
        for name, options in ("webp", {"lossless": True}), ("png", {}), ("tiff", {}):
            path = self.make("exact-" + name, FORMATS[name], format=name, **options)
            with self.subTest(name):
                self.assertEqual(self.psnr(path), math.inf)

    def test_lossless_avif_rounds_to_luma_and_chroma_and_no_more(self):
        path = self.make("exact-avif", "avif", format="avif", lossless=True)
        whole = pictures.pixels(self.folder / "in.png")[3]
        self.assertLessEqual(max(abs(a - b) for a, b in zip(pictures.pixels(path)[3], whole)), 2)

    def test_a_better_word_is_a_better_picture_and_a_larger_file(self):
        for name in "jpeg", "webp", "avif":
            found = []
            for word in "low", "medium", "good", "high":
                path = self.make(f"word-{word}", FORMATS[name], format=name, quality=word)
                found.append((self.psnr(path), path.stat().st_size))
            with self.subTest(name):
                self.assertEqual(sorted(found), found)
                self.assertEqual(sorted(size for _, size in found), [size for _, size in found])

    def test_words_look_alike_in_all_formats(self):
        for word in "medium", "good", "high":
            found = [self.psnr(self.folder / "out" / f"word-{word}.{FORMATS[name]}")
                     if (self.folder / "out" / f"word-{word}.{FORMATS[name]}").exists()
                     else self.psnr(self.make(f"word-{word}", FORMATS[name], format=name,
                                              quality=word)) for name in ("jpeg", "webp", "avif")]
            print(f"{word}: " + " ".join(f"{value:.1f}" for value in found), "dB", flush=True)
            self.assertLess(max(found) - min(found), 5)

    def test_max_bytes_is_kept_and_not_far_missed(self):
        for name in "jpeg", "webp", "avif":
            path = self.make("limited-" + name, FORMATS[name], format=name, quality=95,
                             **{"max-bytes": "8KB"})
            size = path.stat().st_size
            with self.subTest(name):
                self.assertLessEqual(size, 8000)
                self.assertGreater(size, 6000)

    def test_max_bytes_out_of_reach_ends_with_9(self):
        said = self.make("tiny", format="jpeg", code=9, **{"max-bytes": "1KB"}).err
        self.assertIn("max-bytes 1KB cannot be met", said)
        self.assertFalse((self.folder / "out" / "tiny.jpg").exists())

    def test_palette_and_depth(self):
        path = self.make("palette", "png", format="png", palette=True, colors=16)
        self.assertEqual(path.read_bytes()[24:26], b"\x04\x03")
        judge.tool("pngcheck", "-q", path)
        path = self.make("deep", "tif", format="tiff", depth=16, compression="deflate")
        said = judge.tool("tiffinfo", path)
        self.assertIn(b"Bits/Sample: 16", said)
        self.assertIn(b"AdobeDeflate", said)


# ---- placeholders ----

def thumbhash_average(data):
    """The mean colour a ThumbHash says: the first 24 bits hold L, P and Q, of 6 bits each."""
    header = data[0] | data[1] << 8 | data[2] << 16
    light = (header & 63) / 63
    p, q = (header >> 6 & 63) / 31.5 - 1, (header >> 12 & 63) / 31.5 - 1
    blue = light - 2 / 3 * p
    red = (3 * light - blue + q) / 2
    return [round(255 * min(max(part, 0), 1)) for part in (red, red - q, blue)]


def blurhash_average(text):
    """The mean colour a BlurHash says: four base-83 digits after the first two."""
    digits = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_"
              "{|}~")
    value = 0
    for letter in text[2:6]:
        value = value * 83 + digits.index(letter)
    return [value >> 16, value >> 8 & 255, value & 255]


class Snippet(html.parser.HTMLParser):
    """Of a <picture>: its elements in order, and what they hold."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("img", "source"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


class Manifest(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Orange left, blue right: what a placeholder says is easy to foretell.
        cls.mean = [(220 + 30) // 2, (120 + 60) // 2, (40 + 160) // 2]
        pixels = b"".join(bytes((220, 120, 40) if x < 450 else (30, 60, 160)) for y in range(600)
                          for x in range(900))
        pictures.write_png(cls.folder / "two & halves.png", 900, 600, pixels)
        cls.run_pipeline("web", {"stages": [{"load": "two & halves.png"}], "outputs": [
            {"preset": "web/content", "to": "out/a b-{width}.{ext}"},
            {"stages": [{"resize": {"width": 300}},
                        {"placeholder": ["thumbhash", "blurhash", "lqip", "color"]}],
             "to": "out/one.jpg"}]})
        cls.image = cls.manifest("web")["images"][0]
        cls.placeholder = next(made["placeholder"] for made in cls.image["derivatives"]
                               if "placeholder" in made)

    def assertNear(self, found, wanted, most):
        self.assertLess(max(abs(a - b) for a, b in zip(found, wanted)), most, found)

    def test_thumbhash(self):
        data = base64.b64decode(self.placeholder["thumbhash"])
        self.assertLess(len(data), 30)
        self.assertNear(thumbhash_average(data), self.mean, 14)

    def test_blurhash(self):
        # Its mean is one of light.
        light = [255 * (((a / 255) ** 2.2 + (b / 255) ** 2.2) / 2) ** (1 / 2.2)
                 for a, b in zip((220, 120, 40), (30, 60, 160))]
        self.assertNear(blurhash_average(self.placeholder["blurhash"]), light, 8)

    def test_lqip_is_a_small_picture_of_the_picture(self):
        kind, _, data = self.placeholder["lqip"].partition(";base64,")
        self.assertEqual(kind, "data:image/webp")
        self.assertLessEqual(len(self.placeholder["lqip"]), 600)
        path = self.folder / "lqip.webp"
        path.write_bytes(base64.b64decode(data))
        width, height, bands, samples = pictures.pixels(path)
        self.assertAlmostEqual(width / height, 1.5, delta=0.1)
        middle = height // 2 * width
        self.assertNear(samples[(middle + 1) * bands:][:3], (220, 120, 40), 45)
        self.assertNear(samples[(middle + width - 2) * bands:][:3], (30, 60, 160), 45)

    def test_color(self):
        found = self.placeholder["color"]
        self.assertRegex(found, "^#[0-9a-f]{6}$")
        parts = [int(found[at:at + 2], 16) for at in (1, 3, 5)]
        self.assertTrue(any(max(abs(a - b) for a, b in zip(parts, wanted)) < 40 for wanted in (
            (220, 120, 40), (30, 60, 160), self.mean)), found)

    def test_the_manifest_says_what_the_files_are(self):
        self.assertEqual(len(self.image["derivatives"]), 3 * 2 + 1)
        for made in self.image["derivatives"]:
            path = self.folder / made["path"]
            with self.subTest(made["path"]):
                self.assertEqual(made["bytes"], path.stat().st_size)
                self.assertEqual((made["width"], made["height"]), pictures.pixels(path)[:2])

    def test_the_picture_element_offers_every_width(self):
        self.assertEqual(len(self.image["pictures"]), 1)
        snippet = Snippet(self.image["pictures"][0])
        self.assertEqual(snippet.open, [])
        names = [tag for tag, _ in snippet.tags]
        self.assertEqual(names, ["picture", "source", "source", "img"])
        self.assertEqual([hold["type"] for _, hold in snippet.tags[1:3]],
                         ["image/avif", "image/webp"])
        for (_, hold), ext in zip(snippet.tags[1:], ("avif", "webp", "jpg")):
            offers = [offer.split() for offer in hold["srcset"].split(", ")]
            self.assertEqual([offer[1] for offer in offers], ["400w", "900w"])
            self.assertEqual([offer[0] for offer in offers],
                             [f"out/a%20b-{width}.{ext}" for width in (400, 900)])
        image = snippet.tags[3][1]
        self.assertEqual((image["width"], image["height"]), ("900", "600"))
        self.assertIn("alt", image)


if __name__ == "__main__":
    judge.main()
