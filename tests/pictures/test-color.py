"""Colours mean the same before and after: pixels and profile of each file, read by Little CMS."""

import itertools
import pathlib
import struct
import zlib

import judge
import pictures

ADOBE = pathlib.Path("/usr/share/color/icc/compatibleWithAdobeRGB1998.icc")
FORMATS = {"png": "png", "tiff": "tif", "jpeg": "jpg", "webp": "webp", "avif": "avif"}
POLICIES = ["strip", "copyright", "provenance", "all"]
# Within every RGB space used here and within reach of ink: what is compared is not clipped.
PATCHES = [(r, g, b) for r, g, b in itertools.product((110, 140, 170), repeat=3)][:24]
SIDE = 16
COLUMNS = 6


def patches(samples_of):
    """Rows of a picture of 6x4 squares; `samples_of` gives the samples of a patch."""
    rows = []
    for y in range(4 * SIDE):
        for x in range(COLUMNS * SIDE):
            rows.extend(samples_of(PATCHES[y // SIDE * COLUMNS + x // SIDE]))
    return rows


def iccp(profile):
    return pictures.png_chunk(b"iCCP", b"x\0\0" + zlib.compress(profile))


class Colors(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plain = pictures.write_png(cls.folder / "plain.png", COLUMNS * SIDE, 4 * SIDE,
                                   bytes(patches(lambda patch: patch)))
        cls.profiles = {"plain": b"", "adobe": ADOBE.read_bytes()}
        for name in "srgb", "p3", "cmyk":
            path = cls.folder / f"{name}-sample.tif"
            judge.tool("vips", "icc_transform", plain, path, name)
            cls.profiles[name] = pictures.profile(path)
            (cls.folder / f"{name}.icc").write_bytes(cls.profiles[name])
        cls.make_inputs()
        cls.seen = {path.stem: cls.look(path)
                    for path in sorted(cls.folder.glob("in*.*"))
                    if path.suffix in (".png", ".jpg", ".tif")}
        outputs = cls.outputs("strip", "provenance")
        cls.run_pipeline("all", {"stages": [{"load": "in-*"}], "outputs": outputs})
        cls.run_pipeline("rest", {"stages": [{"load": "in-p3.png"}],
                                  "outputs": cls.outputs("copyright", "all")})
        # Ink stays ink where the format has it, and becomes sRGB where that is asked for.
        inks = [output for output in outputs if output["to"].endswith(("jpg", "tif"))]
        others = [{**output, "stages": [{"color": "srgb"}, *output["stages"]]}
                  for output in outputs if output not in inks]
        cls.run_pipeline("ink", {"stages": [{"load": "ink.tif"}], "outputs": inks + others})

    @classmethod
    def outputs(cls, *policies):
        return [{"stages": [{"metadata": policy}, {"recompress": cls.encoding(name)}],
                 "to": f"out/{{stem}}-{policy}.{ext}"}
                for policy, (name, ext) in itertools.product(policies, FORMATS.items())]

    @staticmethod
    def encoding(name):
        lossy = {"quality": 95} if name in ("jpeg", "webp", "avif") else {}
        return {"format": name, **lossy}

    @classmethod
    def make_inputs(cls):
        size = (COLUMNS * SIDE, 4 * SIDE)
        rgb = bytes(patches(lambda patch: patch))
        gray = bytes(patches(lambda patch: [sum(patch) // 3]))
        deep = struct.pack(f">{len(rgb)}H", *(sample * 257 for sample in rgb))
        for name in "srgb", "p3", "adobe", "plain":
            profile = cls.profiles[name]
            pictures.write_png(cls.folder / f"in-{name}.png", *size, rgb,
                               extra=iccp(profile) if profile else b"")
        pictures.write_png(cls.folder / "in-deep.png", *size, deep, depth=16,
                           extra=iccp(cls.profiles["p3"]))
        pictures.write_png(cls.folder / "in-gray.png", *size, gray, color=0)
        judge.tool("vips", "jpegsave", cls.folder / "in-adobe.png", cls.folder / "in-jpeg.jpg",
                   "--Q", "100", "--subsample-mode", "off")
        judge.tool("vips", "copy", cls.folder / "cmyk-sample.tif", cls.folder / "ink.tif")

    @staticmethod
    def centers(width, bands, samples):
        for row, column in itertools.product(range(4), range(COLUMNS)):
            at = ((row * SIDE + SIDE // 2) * width + column * SIDE + SIDE // 2) * bands
            yield samples[at:at + bands]

    @classmethod
    def look(cls, path):
        """The patches of a file in Lab, as its own profile explains them; sRGB without one."""
        width, _, bands, samples = pictures.pixels(path)
        profile = pictures.profile(path)
        full = 65535 if max(samples) > 255 else 255
        values = []
        for pixel in cls.centers(width, bands, samples):
            if bands == 1 and not profile:
                pixel = list(pixel) * 3
            values += [sample * (100 if bands == 4 else 255) / full for sample in pixel]
        own = cls.folder / "own.icc"
        own.write_bytes(profile)
        said = judge.tool("transicc", "-n", "-t1", f"-i{own}" if profile else "-i*sRGB", "-o*Lab",
                          data="".join(f"{value}\n" for value in values).encode())
        numbers = [float(word) for word in said.split()]
        return [numbers[at:at + 3] for at in range(0, len(numbers), 3)]

    def assertSeenAs(self, path, wanted, tolerance):
        found = self.look(path)
        self.assertEqual(len(found), len(wanted))
        worst = max(sum((a - b) ** 2 for a, b in zip(*pair)) ** 0.5 for pair in zip(found, wanted))
        self.assertLess(worst, tolerance, f"{path.name}: delta E {worst:.1f}")
        return worst

    def test_inputs_differ(self):
        self.assertEqual(len(self.seen), 8)
        far = [abs(a[1] - b[1]) for a, b in zip(self.seen["in-p3"], self.seen["in-plain"])]
        self.assertGreater(max(far), 8)

    def test_every_policy_shows_the_same_colours_in_every_format(self):
        made = sorted((self.folder / "out").glob("in*"))
        self.assertEqual(len(made), (8 * 2 + 2) * len(FORMATS))
        worst = {}
        for path in made:
            stem, policy = path.stem.rsplit("-", 1)
            lossless = path.suffix in (".png", ".tif")
            with self.subTest(path.name):
                # Black point compensation moves what is between ink's black and sRGB's.
                tolerance = 6 if stem == "ink" else 1.2 if lossless else 4
                delta = self.assertSeenAs(path, self.seen[stem], tolerance)
                worst[path.suffix] = max(delta, worst.get(path.suffix, 0))
        print(", ".join(f"{suffix} delta E {delta:.2f}" for suffix, delta in worst.items()),
              flush=True)

    def test_profiles_go_with_strip_and_copyright_and_stay_with_the_rest(self):
        for policy, ext in itertools.product(POLICIES, FORMATS.values()):
            path = self.folder / "out" / f"in-p3-{policy}.{ext}"
            with self.subTest(path.name):
                kept = policy in ("provenance", "all")
                self.assertEqual(pictures.profile(path), self.profiles["p3"] if kept else b"")

    def test_ink_keeps_its_profile_under_every_policy(self):
        """Without it nobody knows what the inks look like; it goes when it is named."""
        for policy, ext in itertools.product(("strip", "provenance"), ("jpg", "tif")):
            path = self.folder / "out" / f"ink-{policy}.{ext}"
            with self.subTest(path.name):
                self.assertEqual(pictures.profile(path), self.profiles["cmyk"])
        self.run_pipeline("bare", {"stages": [{"load": "ink.tif"}], "outputs": [
            {"stages": [{"metadata": {"policy": "all", "drop": ["icc"]}}], "to": "out/bare.tif"}]})
        width, _, bands, samples = pictures.pixels(self.folder / "out" / "bare.tif")
        self.assertEqual((bands, pictures.profile(self.folder / "out" / "bare.tif")), (4, b""))
        self.assertEqual(samples, pictures.pixels(self.folder / "ink.tif")[3])

    def test_the_color_stage_reaches_each_space(self):
        spaces = {"srgb": "srgb", "p3": "p3", "deep": {"space": "srgb", "depth": 16}}
        self.run_pipeline("spaces", {
            "stages": [{"load": ["in-p3.png", "in-plain.png"]}], "outputs": [
                {"stages": [{"color": color}, {"recompress": self.encoding(name)}],
                 "to": f"out/space-{label}-{{stem}}.{ext}"}
                for label, color in spaces.items() for name, ext in FORMATS.items()]})
        made = sorted((self.folder / "out").glob("space-*"))
        self.assertEqual(len(made), 2 * 5 * 3)
        for path in made:
            stem = path.stem.split("-", 2)[2]
            with self.subTest(path.name):
                self.assertSeenAs(path, self.seen[stem],
                                  1.2 if path.suffix in (".png", ".tif") else 5)

    def test_inks_are_those_of_little_cms(self):
        self.run_pipeline("press", {"stages": [{"load": "in-p3.png"}], "outputs": [
            {"stages": [{"color": {"profile-file": "cmyk.icc"}}, {"recompress": encoding}],
             "to": f"out/press.{ext}"} for encoding, ext in (
                 ({"format": "tiff"}, "tif"), ({"format": "jpeg", "quality": 100}, "jpg"))]})
        said = judge.tool("transicc", "-n", "-t1", "-b", f"-i{self.folder / 'p3.icc'}",
                          f"-o{self.folder / 'cmyk.icc'}",
                          data="".join(f"{value}\n" for patch in PATCHES
                                       for value in patch).encode())
        wanted = [float(word) for word in said.split()]
        for path in sorted((self.folder / "out").glob("press.*")):
            with self.subTest(path.name):
                self.assertEqual(pictures.profile(path), self.profiles["cmyk"])
                width, _, bands, samples = pictures.pixels(path)
                self.assertEqual(bands, 4)
                found = [sample / 2.55 for pixel in self.centers(width, 4, samples)
                         for sample in pixel]
                self.assertLess(max(abs(a - b) for a, b in zip(found, wanted)), 2.5)

    def test_grey_keeps_lightness(self):
        self.run_pipeline("grey", {"stages": [{"load": "in-p3.png"}], "outputs": [
            {"stages": [{"color": "gray"}, {"recompress": {"format": name}}],
             "to": f"out/grey.{FORMATS[name]}"} for name in ("png", "tiff", "jpeg", "webp")]})
        for path in sorted((self.folder / "out").glob("grey.*")):
            with self.subTest(path.name):
                for found, wanted in zip(self.look(path), self.seen["in-p3"]):
                    self.assertLess(abs(found[0] - wanted[0]), 4)
                    self.assertLess(abs(found[1]) + abs(found[2]), 1.5)

    def test_cmyk_cannot_go_where_there_is_no_ink(self):
        for name in "png", "webp", "avif":
            said = self.run_pipeline("ink", {"stages": [{"load": "in-p3.png"}], "outputs": [
                {"stages": [{"color": {"profile-file": "cmyk.icc"}},
                            {"recompress": {"format": name}}],
                 "to": f"out/ink.{FORMATS[name]}"}]}, code=1).err
            self.assertIn("cannot hold CMYK", said)
            self.assertIn("put 'color: srgb'", said)


if __name__ == "__main__":
    judge.main()
