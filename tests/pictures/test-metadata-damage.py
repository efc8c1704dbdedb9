"""Originals whose metadata is turned, broken, hostile or too much: no crash, no endless reading, and a file that
comes out clean. The sanitizers of the build watch."""

import struct
import time
import zlib

import canaries
import judge
import pictures

MOST_SECONDS = 60  # of a run in a build with sanitizers, beside others; it takes a few
ACROSS, DOWN = ("flip", "horizontal"), ("flip", "vertical")
# What makes the picture upright, as the values of EXIF's Orientation are defined.
TURNS = {1: [], 2: [ACROSS], 3: [("rot", "d180")], 4: [DOWN], 5: [("rot", "d90"), ACROSS],
         6: [("rot", "d90")], 7: [("rot", "d270"), ACROSS], 8: [("rot", "d270")]}


def ifd(entries, order="<", after=0):
    return (struct.pack(order + "H", len(entries)) +
            b"".join(struct.pack(order + "HHII", *entry) for entry in entries) +
            struct.pack(order + "I", after))


HEAD = b"II*\0\x08\0\0\0"


def hostile_blocks():
    """Blocks that lead in circles, point out of themselves, or say the same a thousand times."""
    text = b";a" * 15000
    count = 2500
    return {
        "nothing": b"", "header": b"II*\0", "no-order": b"XX*\0\x08\0\0\0" + ifd([]),
        "far": b"II*\0\xff\xff\xff\xff",
        "itself": HEAD + ifd([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x014a, 4, 1, 8)], after=8),
        "counts": HEAD + ifd([(tag, kind, 0xffffffff, 8) for tag in (0x010f, 0x8298, 0x927c, 0x0112)
                              for kind in (1, 2, 3, 5, 12)]),
        "more-than-there-is": HEAD + struct.pack("<H", 0xffff) + bytes(100),
        "again": HEAD + ifd([(0x013b, 2, len(text), 8 + 6 + 12 * count)] * count) + text,
        "types": HEAD + ifd([(0x010f, kind, 2, 8) for kind in range(64)]),
        "turn-of-nine": HEAD + ifd([(0x0112, 3, 1, 9)]),
        "turn-of-none": HEAD + ifd([(0x0112, 3, 0, 6), (0x0112, 2, 1, 6)]),
    }


def hostile_packets():
    deep = "".join(f"<a{n}>" for n in range(5000))
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description {}>{}'
    spaces = " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(3000))
    entities = ('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)) + "]>")
    return {
        "nothing": b"", "cut": canaries.packet(True)[:900], "deep": deep.encode(),
        "spaces": rdf.format(spaces, "").encode(), "entities": (entities + "<x>&i;</x>").encode(),
        "not-unicode": canaries.packet(False).replace(b"CanaryRights", b"\xff\xfe\x80"),
        "large": canaries.packet(False).replace(b"CanaryTitle", b"CanaryTitle" * 90000),
        "long": canaries.packet(False).replace(b"CanaryTitle", b"CanaryTitle" * 2000),
    }


class Damage(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = canaries.Maker(cls.folder)

    def deliver(self, name, paths, policy="all", formats=("jpeg", "png", "tiff")):
        """{stem+format: path} of all that could be made, in bounded time."""
        started = time.monotonic()
        done = self.run_pipeline(name, {
            "stages": [{"load": [path.name for path in paths]}],
            "outputs": [{"stages": [{"metadata": {"policy": policy}}],
                         "to": f"{name}/{{stem}}+{kind}.{canaries.EXTENSIONS[kind]}"}
                        for kind in formats]})
        self.assertLess(time.monotonic() - started, MOST_SECONDS)
        self.assertNotIn("Sanitizer", done.err)
        made = {path.stem: path for path in (self.folder / name).iterdir()}
        self.assertEqual(len(made), len(paths) * len(formats))
        return made

    def put_exif(self, name, block):
        """A file of the format that the name's extension says, with the block as it is."""
        path = self.folder / name
        put = {".png": self.maker.png, ".jpg": self.maker.jpeg, ".webp": self.maker.webp}
        put[path.suffix](path, block or b"\0", None, None, (), None)
        return path

    def put_xmp(self, name, packet):
        path = self.folder / name
        put = {".png": self.maker.png, ".webp": self.maker.webp, ".tif": self.maker.tiff}
        put[path.suffix](path, None, packet or b"\0", None, (), None)
        return path

    def test_every_turn_is_applied_once(self):
        """By EXIF, whatever XMP says; then everything says that it is upright."""
        paths = []
        for turn in TURNS:
            path = self.folder / f"turn{turn}.png"
            exif = canaries.tiff_structure(self.maker.thumb, "><"[turn % 2], orientation=turn)
            self.maker.png(path, exif, canaries.packet(turn % 2 == 0), None, (), None)
            paths.append(path)
        made = self.deliver("turns", paths, formats=("png", "tiff"))
        for turn, steps in TURNS.items():
            upright, turned = self.folder / "upright.png", self.folder / "turned.png"
            judge.tool("vips", "copy", self.maker.bare, upright)
            for name, way in steps:
                judge.tool("vips", name, upright, turned, way)
                turned.rename(upright)
            for kind in "png", "tiff":
                with self.subTest(turn=turn, kind=kind):
                    path = made[f"turn{turn}+{kind}"]
                    self.assertEqual(pictures.pixels(path), pictures.pixels(upright))
                    said = judge.tool("exiftool", "-s3", "-n", "-a", "-Orientation", path)
                    self.assertIn(said.strip(), (b"1", b""))

    def test_hostile_exif_ends(self):
        for extension in "png", "jpg", "webp":
            with self.subTest(extension):
                made = self.deliver(f"exif-{extension}", [
                    self.put_exif(f"{name}-{extension}.{extension}", block)
                    for name, block in hostile_blocks().items()])
                for path in made.values():
                    pictures.check(path)

    def test_hostile_xmp_ends(self):
        for extension in "png", "webp", "tif":
            with self.subTest(extension):
                made = self.deliver(f"xmp-{extension}", [
                    self.put_xmp(f"{name}-{extension}.{extension}", packet)
                    for name, packet in hostile_packets().items()])
                for path in made.values():
                    pictures.check(path)
                    self.assertEqual(pictures.leaks(path, ["CanaryCity", "CanaryTool"]), [])

    def test_more_xmp_than_the_limit_is_an_error_that_says_so(self):
        packet = canaries.packet(False).replace(b"CanaryTitle", b"CanaryTitle" * 100000)
        for extension in "png", "webp", "tif":
            path = self.put_xmp(f"over.{extension}", packet)
            done = self.run_pipeline("over", {
                "stages": [{"load": path.name}],
                "outputs": [{"stages": [{"metadata": "all"}], "to": "over/{stem}.jpg"}]}, code=1)
            self.assertIn("over the limit of 1048576", done.err)

    def test_texts_that_unpack_to_much_are_bounded(self):
        bomb = b"parameters\0\0" + zlib.compress(b"Steps: 20, Seed: 1, " * 4000000, 9)
        many = [pictures.png_chunk(b"tEXt", b"x\0Steps: 1, Seed: %d" % n) for n in range(5000)]
        for name, chunks in {"bomb": [pictures.png_chunk(b"zTXt", bomb)] * 4, "many": many,
                             "no-zlib": [pictures.png_chunk(b"zTXt", b"prompt\0\0nothing")],
                             "no-keyword": [pictures.png_chunk(b"tEXt", b"prompt")]}.items():
            with self.subTest(name):
                path = self.folder / f"{name}.png"
                self.maker.png(path, None, None, None, chunks, None)
                for made in self.deliver(f"texts-{name}", [path]).values():
                    self.assertLess(made.stat().st_size, 1 << 20)

    def test_a_cut_original_leaks_nothing(self):
        """Cut within its metadata it is no picture, and nothing is made of it."""
        whole = self.maker.make("whole.jpg", canaries.packet(True), iptc=canaries.iptc_records())
        data = whole.read_bytes()
        for share in 10, 30, 50, 70:
            path = self.folder / f"cut{share}.jpg"
            path.write_bytes(data[:len(data) * share // 100])
        started = time.monotonic()
        self.run_pipeline("cut", {
            "stages": [{"load": [f"cut{share}.jpg" for share in (10, 30, 50, 70)]}],
            "outputs": [{"stages": [{"metadata": "all"}], "to": "cut/{stem}.jpg"}]}, code=1)
        self.assertLess(time.monotonic() - started, MOST_SECONDS)


if __name__ == "__main__":
    judge.main()
