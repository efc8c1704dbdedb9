"""Ink: the colours of a press are those of Little CMS to the last bit, and how much of it lies on the
paper is what others count, too."""

import json
import pathlib
import random
import struct
import zlib

import judge
import pictures
import press

SRGB = pathlib.Path("/usr/share/color/icc/sRGB.icc")
PROFILES = ("peel-fogra39-300", "peel-newsprint-240")
INTENTS = {"relative": 1, "perceptual": 0}
# The press of libvips has a table for each intent; the coarse profiles have one for all.
INKS = [(PROFILES[0], "relative"), (PROFILES[1], "relative"), ("press", "relative"),
        ("press", "perceptual")]
SIDE = 300


def write_colors(path):
    """Everything a screen shows: ramps of each colour, its darks and lights, and noise."""
    noise = random.Random(7)
    rows = bytearray()
    for y in range(SIDE):
        for x in range(SIDE):
            if y < 200:
                hue, level = x * 6 / SIDE, y / 199
                pure = [max(0.0, min(1.0, abs((hue + turn) % 6 - 3) - 1)) for turn in (0, 4, 2)]
                rows += bytes(round(255 * (2 * level * one if level < 0.5 else
                                           one + (2 * level - 1) * (1 - one))) for one in pure)
            else:
                rows += bytes(noise.randrange(256) for _ in range(3))
    icc = pictures.png_chunk(b"iCCP", b"x\0\0" + zlib.compress(SRGB.read_bytes()))
    pictures.write_png(path, SIDE, SIDE, bytes(rows), extra=icc)


class Inks(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profiles = dict(zip(PROFILES, cls.use_profiles(*PROFILES)))
        write_colors(cls.folder / "colors.png")
        judge.tool("vips", "copy", cls.folder / "colors.png",
                   f"{cls.folder / 'colors.tif'}[compression=none]")
        judge.tool("vips", "icc_transform", cls.folder / "colors.png", cls.folder / "ink.tif", "cmyk")
        cls.profiles["press"] = cls.home / "data/icc/press.icc"
        cls.profiles["press"].write_bytes(pictures.profile(cls.folder / "ink.tif"))
        ink = {f"{profile}-{intent}": {"space": "cmyk", "profile": profile, "intent": intent}
               for profile, intent in INKS}
        cls.run_pipeline("inks", {"stages": [{"load": "colors.png"}], "outputs": [
            {"stages": [{"color": color}, {"recompress": "tiff"}], "to": f"inks/{name}.tif"}
            for name, color in ink.items()]})
        cls.said = {pathlib.Path(each["path"]).stem: each["ink"]
                    for each in cls.manifest("inks")["images"][0]["derivatives"]}

    def test_inks_are_those_of_tificc_exactly(self):
        for profile, intent in INKS:
            with self.subTest(f"{profile}, {intent}"):
                path = self.profiles[profile]
                wanted = self.folder / f"wanted-{profile}-{intent}.tif"
                judge.tool("tificc", f"-t{INTENTS[intent]}", "-b", f"-i{SRGB}", f"-o{path}",
                           self.folder / "colors.tif", wanted)
                found = self.folder / "inks" / f"{profile}-{intent}.tif"
                self.assertEqual(pictures.pixels(found)[:3], (SIDE, SIDE, 4))
                self.assertEqual(pictures.profile(found), path.read_bytes())
                ours, theirs = pictures.pixels(found)[3], pictures.pixels(wanted)[3]
                self.assertGreater(len(set(zip(*[iter(ours)] * 4))), 10000)
                self.assertEqual(max(abs(a - b) for a, b in zip(ours, theirs)), 0)
        of_press = [pictures.pixels(self.folder / "inks" / f"press-{intent}.tif")[3]
                    for intent in INTENTS]
        self.assertNotEqual(*of_press)

    def test_ink_is_what_the_pixels_of_the_file_add_up_to(self):
        self.assertEqual(len(self.said), 4)
        for name, said in self.said.items():
            with self.subTest(name):
                samples = pictures.pixels(self.folder / "inks" / f"{name}.tif")[3]
                sums = sorted(map(sum, zip(*[iter(samples)] * 4)))
                self.assertAlmostEqual(said["max"], sums[-1] / 2.55, delta=0.06)
                self.assertAlmostEqual(said["p99"], sums[len(sums) * 99 // 100] / 2.55, delta=0.5)
                for channel, mean in enumerate(said["mean"]):
                    plane = samples[channel::4]
                    self.assertAlmostEqual(mean, sum(plane) / len(plane) / 2.55, delta=0.06)

    def ink_of(self, pdf, dpi, device="ink_cov"):
        """Percent of each ink, as ghostscript counts it."""
        said = judge.tool("gs", "-q", "-dNOPAUSE", "-dBATCH", f"-r{dpi}", f"-sDEVICE={device}",
                          "-sOutputFile=-", pdf).decode().split()
        return [float(word) for word in said[:4]]

    def page_to(self, name, source, color, recompress, to, code=0, dpi=72):
        return self.run_pipeline(name, {"stages": [{"load": source}], "outputs": [{
            "stages": [{"page": {"size": "4x4in", "dpi": f"{dpi}dpi", "min-dpi": f"{dpi}dpi"}},
                       {"color": {"space": "cmyk", "profile": PROFILES[0], **color}},
                       {"recompress": recompress}], "to": to}]}, code=code)

    def test_ghostscript_finds_as_much_ink_in_a_pdf(self):
        self.page_to("page", "colors.png", {}, "pdf", "page.pdf")
        said = self.manifest("page")["images"][0]["derivatives"][0]["ink"]
        for mean, found in zip(said["mean"], self.ink_of(self.folder / "page.pdf", 72)):
            self.assertAlmostEqual(mean, found, delta=0.5)

    def test_the_most_ink_of_a_flat_page_is_that_of_ghostscript(self):
        for name, color in (("dark", (12, 10, 14)), ("red", (180, 20, 30)), ("pale", (250, 252, 240))):
            with self.subTest(name):
                pictures.write_png(self.folder / f"{name}.png", SIDE, SIDE,
                                   bytes(color) * SIDE * SIDE)
                self.page_to(name, f"{name}.png", {}, "pdf", f"{name}.pdf")
                said = self.manifest(name)["images"][0]["derivatives"][0]["ink"]
                found = self.ink_of(self.folder / f"{name}.pdf", 72)
                self.assertAlmostEqual(said["max"], sum(found), delta=0.5)
                self.assertAlmostEqual(said["p99"], said["max"], delta=0.5)
                covered = self.ink_of(self.folder / f"{name}.pdf", 72, device="inkcov")
                self.assertEqual([share > 0.5 for share in covered],
                                 [mean > 0 for mean in said["mean"]])

    def test_more_ink_than_allowed_ends_with_9_and_leaves_no_file(self):
        """The limit is met at the pixel: what the profile's own maker promised is not believed."""
        most = self.said[f"{PROFILES[0]}-relative"]["max"]
        for extension in "tif", "pdf":
            recompress = {"tif": "tiff", "pdf": "pdf"}[extension]
            with self.subTest(extension):
                path = self.folder / f"limited.{extension}"
                said = self.page_to("limited", "colors.png", {"max-ink": 200}, recompress,
                                    path.name, code=9).err
                self.assertIn("200", said)
                self.assertFalse(path.exists())
                self.assertEqual(list(self.folder.glob(f"*limited.{extension}*")), [])
                self.page_to("limited", "colors.png", {"max-ink": int(most) + 1}, recompress,
                             path.name)
                self.assertTrue(path.exists())

    def test_profiles_keep_their_promise(self):
        for name in PROFILES:
            with self.subTest(name):
                said = self.said[f"{name}-relative"]
                # Tables are interpolated: a little more than was asked for is possible.
                self.assertLess(said["max"], int(name.split("-")[2]) + 5)
                self.assertGreater(said["max"], 150)

    def test_sixteen_bits_stay_more_than_eight(self):
        """A soft ramp through a page, colours and every format that has sixteen bits."""
        width, height = 1200, 1200
        row = b"".join(struct.pack(">3H", *(round(at * 40000 / width) + shift
                                            for shift in (8000, 9000, 10000)))
                       for at in range(width))
        pictures.write_png(self.folder / "ramp.png", width, height, row * height, depth=16)
        ink = {"space": "cmyk", "profile": PROFILES[0], "depth": 16}
        outputs = {"srgb.tif": ({"space": "srgb", "depth": 16}, "tiff", 3),
                   "srgb.png": ({"space": "srgb", "depth": 16}, "png", 3),
                   "ink.tif": (ink, "tiff", 4), "ink.pdf": (ink, "pdf", 4)}
        self.run_pipeline("deep", {"stages": [{"load": "ramp.png"}], "outputs": [
            {"stages": [{"page": {"size": "4x4in", "dpi": "250dpi", "min-dpi": "250dpi"}},
                        {"color": color}, {"recompress": name}], "to": f"deep/{to}"}
            for to, (color, name, _) in outputs.items()]})
        for to, (_, name, n_bands) in outputs.items():
            with self.subTest(to):
                path = self.folder / "deep" / to
                if name == "pdf":
                    self.assertIn(" 16 ", judge.tool("pdfimages", "-list", path).decode())
                    continue
                width, height, bands, samples = pictures.pixels(path)
                self.assertEqual((width, height, bands), (1000, 1000, n_bands))
                middle = samples[500 * width * bands:501 * width * bands]
                # Black ink begins in the darks only.
                for channel in range(3):
                    self.assertGreater(len(set(middle[channel::bands])), 400)

        for depth in 8, 16:
            self.peel("derive", "ramp.png", "--preset", "print/a6", "--with", "min-dpi=150dpi",
                      "--with", f"depth={depth}", "--to", f"depth-{depth}.tif")
            self.assertIn(f"Bits/Sample: {depth}\n", judge.tool(
                "tiffinfo", self.folder / f"depth-{depth}.tif").decode())

    def test_a_missing_profile_says_who_has_it(self):
        for preset, name in (("press/gracol", "peel-gracol-300"), ("pod/gelato", "peel-gracol-300")):
            said = self.peel("derive", "colors.png", "--preset", preset, code=2).err
            self.assertIn(f"there is no profile '{name}' in ", said)
            self.assertIn("/scripts/build-profiles' builds it from free measurements", said)
        said = self.peel("derive", "colors.png", "--preset", "press/newspaper", "--with",
                         "profile=ISOnewspaper26v5", code=2).err
        self.assertIn("there is no profile 'ISOnewspaper26v5' in ", said)


class Profiles(judge.Case):
    def fake(self, name, text):
        """A search path whose colprof is a shell script."""
        path = self.write(f"{name}/colprof", f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return f"{path.parent}:/usr/bin:/bin"

    def build(self, folder, *words, search="/usr/bin:/bin", code=0):
        judge.tool("/usr/bin/env", f"PATH={search}", "/bin/bash", press.BUILDER, "--to", folder,
                   *words, "peel-newsprint-240", code=code)

    def test_built_ones_tell_what_they_are(self):
        for name, words in (("peel-fogra39-300", "Peel: built from FOGRA39L data, ink limit 300 %"),
                            ("peel-newsprint-240", "Peel: built from TR002 data, ink limit 240 %")):
            path = press.profile(name)
            tags = json.loads(judge.tool("exiftool", "-j", "-G1", path))[0]
            self.assertEqual(tags["ICC_Profile:ProfileDescription"], words)
            self.assertEqual(tags["ICC-header:ColorSpaceData"], "CMYK")
            self.assertIn("Not a published standard profile", tags["ICC_Profile:ProfileCopyright"])

    def test_another_build_is_the_same_and_what_is_there_is_left_alone(self):
        """Its hash is in recipes: a profile with the time in it would put every page out of date."""
        path = self.folder / "again/peel-newsprint-240.icc"
        self.build(path.parent, "--quality", "low")
        data = path.read_bytes()
        self.assertEqual(data, press.profile(path.stem).read_bytes())
        self.assertEqual(struct.unpack(">6H", data[24:36]), (2000, 1, 1, 0, 0, 0))
        # The profile's name for itself would have to be of what is in it now.
        self.assertEqual(data[84:100], bytes(16))
        before = path.stat()
        self.build(path.parent, "--quality", "low")
        self.assertEqual((path.stat().st_ino, path.stat().st_mtime_ns),
                         (before.st_ino, before.st_mtime_ns))
        self.assertEqual([each.name for each in path.parent.iterdir()], [path.name])

    def test_what_people_get_has_a_perceptual_table_of_its_own(self):
        """Minutes of colprof: that it is asked for is all that is tried."""
        said = self.folder / "asked"
        search = self.fake("asking", f"echo $* > {said}\nexit 1")
        for words, has_table in ([], True), (["--quality", "low"], False):
            self.build(self.folder / "none", *words, search=search, code=1)
            self.assertEqual(" -S /usr/share/color/icc/sRGB.icc " in said.read_text(), has_table)

    def test_a_wrong_word_is_told(self):
        for words in (["--quality", "finest"], ["peel-nothing"], ["--what"]):
            judge.tool(press.BUILDER, *words, code=2)

    def test_a_build_that_fails_leaves_nothing(self):
        half = "echo half > \"$(echo \"$*\" | sed 's/.*-O \\([^ ]*\\).*/\\1/')\"\nexit 1"
        for name, search in (("failing", self.fake("half", half)), ("missing", "/nowhere"),
                             ("silent", self.fake("nothing", "exit 0"))):
            with self.subTest(name):
                folder = self.folder / name
                self.build(folder, search=search, code=1)
                self.assertEqual(list(folder.glob("**/*")), [])


if __name__ == "__main__":
    judge.main()
