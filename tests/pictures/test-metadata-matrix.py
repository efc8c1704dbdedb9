"""Every place in which metadata can hide, in every format, under every policy: what may leave does, the rest
does not, and other programs agree. The originals and who may tell which word: canaries.py."""

import collections
import itertools
import json
import pathlib
import sys

import canaries
import judge
import pictures

sys.path.insert(0, str(judge.SOURCE / "tests/support"))
try:
    import credentials
except ImportError:
    credentials = None

FORMATS = canaries.EXTENSIONS
TARGETS = canaries.TARGETS
# A page has a size.
RECOMPRESS = {name: {"format": name} | ({"density": "300dpi"} if name == "pdf" else {})
              for name in TARGETS}
POLICIES = ["strip", "copyright", "provenance", "all"]
# Beside the policies: how it was made, without what was asked.
SETTINGS = {"policy": "provenance", "keep": ["generation-parameters"]}

Original = collections.namedtuple("Original", "name words")
Made = collections.namedtuple("Made", "path original policy format")


def joined(*tables):
    return {word: level for table in tables for word, level in table.items()}


class Matrix(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker = canaries.Maker(cls.folder)
        cls.originals = [original for extension in FORMATS.values()
                         for original in cls.make_originals(extension)]
        outputs = []
        for policy, (name, extension) in itertools.product([*POLICIES, "settings"],
                                                           TARGETS.items()):
            options = SETTINGS if policy == "settings" else {"policy": policy}
            outputs.append({"stages": [{"resize": {"width": 40}}, {"metadata": options},
                                       {"recompress": RECOMPRESS[name]}],
                            "to": f"out/{{stem}}+{policy}.{extension}"})
        done = cls.run_pipeline("matrix", {
            "stages": [{"load": [original.name for original in cls.originals]}],
            "outputs": outputs}, "--json")
        told = [json.loads(line) for line in done.out.splitlines()]
        cls.told = {cls.folder / event["path"]: event.get("metadata", [])
                    for event in told if event["event"] == "output"}
        by_stem = {original.name.rsplit(".", 1)[0]: original for original in cls.originals}
        cls.made = []
        for path in sorted((cls.folder / "out").iterdir()):
            if path.suffix != ".c2pa":
                stem, policy = path.stem.split("+")
                cls.made.append(Made(path, by_stem[stem], policy, path.suffix[1:]))
        cls.tags = exiftool([made.path for made in cls.made])
        cls.said = {made.path: exiv2(made.path) for made in cls.made}

    @classmethod
    def make_originals(cls, extension):
        """Of one format, each kind of block by itself where others would hide it."""
        always = joined(canaries.PROFILE, canaries.COMMENT if extension == "jpg" else {})
        exif = joined(always, canaries.CAMERA, canaries.EXIF_NEVER)
        for spelling in "elements", "attributes":
            name = f"{spelling}-{extension}.{extension}"
            has_iptc = extension in ("jpg", "tif")
            cls.maker.make(name, canaries.packet(spelling == "attributes"),
                           iptc=canaries.iptc_records() if has_iptc else None,
                           texts=canaries.png_texts())
            # What XMP says goes before the same of EXIF, IPTC and texts.
            hidden = joined(canaries.EXIF_TEXTS, canaries.IPTC if has_iptc else {},
                            canaries.PNG_TEXTS if extension == "png" else {})
            yield Original(name, joined(exif, canaries.XMP, canaries.XMP_NEVER,
                                        dict.fromkeys(hidden, canaries.NEVER)))
        name = f"exif-{extension}.{extension}"
        cls.maker.make(name)
        yield Original(name, joined(exif, canaries.EXIF_TEXTS))
        name = f"webui-{extension}.{extension}"
        cls.maker.make(name, comment=canaries.WEB_UI, texts=canaries.web_ui_texts())
        exif = {word: level for word, level in exif.items() if word != "CanaryNote"}
        yield Original(name, joined(exif, canaries.EXIF_TEXTS, canaries.PARAMETERS))
        if extension in ("jpg", "tif"):
            name = f"iptc-{extension}.{extension}"
            cls.maker.make(name, has_exif=False, iptc=canaries.iptc_records())
            yield Original(name, joined(always, canaries.IPTC))
        if extension == "png":
            name = "texts-png.png"
            cls.maker.make(name, has_exif=False, texts=canaries.png_texts())
            yield Original(name, joined(always, canaries.PNG_TEXTS))
        yield from cls.sign_originals(extension, always)

    @classmethod
    def sign_originals(cls, extension, always):
        """Content Credentials, with a word in an assertion and with a place in one."""
        if credentials is None or extension == "tif":
            return
        for kind, extra, words in (
                ("signed", [credentials.metadata_text("CanaryAssertion")], canaries.CREDENTIALS),
                ("placed", [credentials.metadata_text("CanaryAssertion"),
                            credentials.metadata_place("CanaryAssertedCity")],
                 canaries.CREDENTIALS_WITH_PLACE)):
            path = cls.maker.make(f"{kind}-{extension}.{extension}", has_exif=False)
            path.write_bytes(credentials.sign(path.read_bytes(), cls.folder, extra=extra))
            label = {canaries.SOURCE_TYPE + "trainedAlgorithmicMedia": canaries.STRIP}
            yield Original(path.name, joined(always, words, label))

    def each(self, claim, policies=(*POLICIES, "settings")):
        """Tries a claim on every file made."""
        for made in self.made:
            if made.policy in policies:
                with self.subTest(made.path.name):
                    claim(made)

    @staticmethod
    def found_in(path, words):
        """In the file and in the credentials beside it."""
        beside = path.with_name(path.name + ".c2pa")
        found = set(pictures.leaks(path, words))
        return found | set(pictures.leaks(beside, words) if beside.exists() else [])

    def test_the_originals_carry_what_is_looked_for(self):
        """A test that finds nothing must have had something to find."""
        for original in self.originals:
            with self.subTest(original.name):
                # The two byte orders of one number exclude each other.
                words = [word for word in original.words if isinstance(word, str)]
                missing = set(words) - self.found_in(self.folder / original.name, words)
                self.assertEqual(missing, set())

    def test_the_originals_are_read_by_others(self):
        for original in self.originals:
            with self.subTest(original.name):
                if not original.name.endswith(".tif"):  # tiffinfo minds a thumbnail without a size
                    pictures.check(self.folder / original.name)
                if "CanaryMake" in original.words:
                    said = exiv2(self.folder / original.name)
                    self.assertIn("CanaryMake", said)
                    self.assertIn("GPSInfo", said)

    def test_every_file_is_made(self):
        self.assertEqual(len(self.made), len(self.originals) * 5 * len(TARGETS))

    def test_other_decoders_open_every_file(self):
        self.each(lambda made: pictures.check(made.path))

    def test_what_may_leave_leaves_and_nothing_else(self):
        def claim(made):
            words = made.original.words
            level = POLICIES.index(made.policy)
            due = {word for word, least in words.items() if least <= level} - never_in(made)
            found = self.found_in(made.path, list(words))
            self.assertEqual(sorted(map(str, found - due)), [], "must not be there")
            self.assertEqual(sorted(due - found), [], "must be there")
        self.each(claim, POLICIES)

    def test_the_run_tells_what_was_found_and_what_was_kept(self):
        def claim(made):
            level = POLICIES.index(made.policy)
            due = {group: min(levels) <= level for group, words in canaries.GROUPS.items()
                   if (levels := [made.original.words[word] for word in words
                                  if word in made.original.words])}
            if made.original.name.endswith(".tif"):
                due.pop("thumbnail", None)  # the second directory of a TIFF is a page of its own
            if made.format == "pdf" and "camera" in due:
                due["camera"] = False
            told = [(verdict["group"], verdict["kept"]) for verdict in self.told[made.path]
                    if verdict["group"] not in ("other", "orientation")]
            self.assertEqual(sorted(told), sorted(due.items()))
        self.each(claim, POLICIES)

    def test_settings_leave_without_the_prompt(self):
        def claim(made):
            words = list(canaries.PARAMETERS)
            due = set(canaries.SETTINGS) if made.original.name.startswith("webui") else set()
            self.assertEqual(self.found_in(made.path, words), due)
        self.each(claim, ["settings"])

    def test_no_program_sees_a_place_a_thumbnail_or_a_turn(self):
        def claim(made):
            tags, said = self.tags[made.path], self.said[made.path]
            for word in "GPS", "Thumbnail", "MakerNote", "Exif.Iop", "Xmp.tiff", "Xmp.exif.GPS":
                self.assertNotIn(word, said)
            self.assertEqual([key for key in tags if "GPS" in key or "Thumbnail" in key], [])
            turned = [value for key, value in tags.items() if key.endswith(":Orientation")]
            self.assertEqual([value for value in turned if value != 1], [])
        self.each(claim)

    def test_other_programs_read_what_stayed(self):
        """exiv2 for EXIF: exiftool does not see an eXIf chunk that stands behind a caBX."""
        def claim(made):
            tags, said = self.tags[made.path], self.said[made.path]
            level, has_exif = POLICIES.index(made.policy), made.format != "pdf"
            for word, key in (("CanaryMake", "Exif.Image.Make"), ("CanaryLens", "LensModel")):
                if word in made.original.words:
                    self.assertEqual(f"{key} {word}" in said or word in tag_values(tags),
                                     level == 3 and has_exif)
            for word in "CanaryRights", "CanaryTerms", "CanaryTitle", "CanaryDescription":
                least = made.original.words.get(word, canaries.NEVER)
                self.assertEqual(word in tag_values(tags), least <= level, word)
            if made.original.name.startswith("webui") and level == 3 and has_exif:
                self.assertEqual(tag(tags, "UserComment"), canaries.WEB_UI)
        self.each(claim, POLICIES)

    def test_the_label_is_read_in_every_file(self):
        def claim(made):
            uri = canaries.SOURCE_TYPE + "trainedAlgorithmicMedia"
            due = uri if uri in made.original.words else None
            self.assertEqual(tag(self.tags[made.path], "DigitalSourceType"), due)
        self.each(claim)

    def test_the_profile_stays_or_the_pixels_are_srgb(self):
        def claim(made):
            keeps = made.policy in ("provenance", "all", "settings")
            self.assertEqual(b"CanaryProfile" in pictures.profile(made.path), keeps)
        self.each(claim)


class Groups(judge.Case):
    """Each group by itself: taken from all there is, added to nothing."""

    # Of the original with everything in XMP, and of the one that the web UI made.
    WORDS = {
        "elements": {
            "icc": ["CanaryProfile"], "camera": list(canaries.CAMERA),
            "ai-label": [canaries.SOURCE_TYPE + "trainedAlgorithmicMedia"],
            "rights": ["CanaryRights", "CanaryCreator", "CanaryCredit", "CanaryTerms"],
            "description": ["CanaryTitle", "CanaryDescription", "CanarySubject"],
            "prompt": ["CanaryPrompt"], "generation-parameters": ["CanarySystem"]},
        "webui": {
            "icc": ["CanaryProfile"], "camera": list(canaries.CAMERA),
            "rights": ["CanaryArtist", "CanaryCopyright"],
            "description": ["CanaryExifDescription"], "prompt": ["CanaryWish", "CanaryBlur"],
            "generation-parameters": ["CanaryCheckpoint"]},
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        maker = canaries.Maker(cls.folder)
        maker.make("elements.jpg", canaries.packet(False))
        maker.make("webui.jpg", comment=canaries.WEB_UI)
        wishes = {"keep": {"policy": "strip", "icc": "keep"}, "drop": {"policy": "all", "icc": "drop"},
                  "convert": {"policy": "all", "icc": "convert"}}
        for group in cls.WORDS["elements"]:
            wishes[f"without+{group}"] = {"policy": "all", "drop": [group]}
            wishes[f"with+{group}"] = {"policy": "strip", "keep": [group]}
        cls.run_pipeline("groups", {
            "stages": [{"load": ["elements.jpg", "webui.jpg"]}],
            "outputs": [{"stages": [{"metadata": wish}, {"recompress": RECOMPRESS[name]}],
                         "to": f"out/{{stem}}+{words}.{extension}"}
                        for words, wish in wishes.items()
                        for name, extension in TARGETS.items()]})
        cls.paths = sorted((cls.folder / "out").iterdir())
        cls.n_due = 2 * len(wishes) * len(TARGETS)

    def test_every_file_is_made(self):
        self.assertEqual(len(self.paths), self.n_due)

    def test_a_group_goes_by_its_name_and_alone(self):
        for path in self.paths:
            stem, how, *group = path.stem.split("+")
            if how not in ("with", "without"):
                continue
            with self.subTest(path.name):
                words = self.WORDS[stem]
                due = [word for name, some in words.items() for word in some
                       if (name == group[0]) == (how == "with") or
                       (name == "ai-label" and how == "with")]
                every = [word for some in words.values() for word in some] + ["CanaryAgain"]
                found = set(pictures.leaks(path, every))
                # What repeats the prompt stays where prompt and settings do.
                both = how == "without" and group[0] not in ("prompt", "generation-parameters")
                due += ["CanaryAgain"] if both and stem == "webui" else []
                nowhere = canaries.NO_PDF if path.suffix == ".pdf" else set()
                self.assertEqual(found, set(due) - nowhere)

    def test_the_profile_goes_as_its_option_says(self):
        for path in self.paths:
            how = path.stem.split("+")[1]
            if how in ("keep", "drop", "convert"):
                with self.subTest(path.name):
                    profile = pictures.profile(path)
                    self.assertEqual(b"CanaryProfile" in profile, how == "keep")
                    self.assertEqual(bool(profile), how != "drop")


def never_in(made):
    return canaries.NO_PDF if made.format == "pdf" else set()


def exiv2(path):
    """Keys and values of all it reads, a row each. It ends with an error where there is nothing."""
    words = ["sh", "-c", 'exiv2 -q -PEIXkt "$1" || true', "sh", path]
    lines = judge.tool(*words).decode(errors="replace").splitlines()
    return "\n".join(" ".join(line.split()) for line in lines)


def exiftool(paths):
    listing = json.loads(judge.tool("exiftool", "-j", "-n", "-G1", "-a", "-struct", *paths))
    return {pathlib.Path(tags["SourceFile"]): tags for tags in listing}


def tag(tags, name):
    return next((value for key, value in tags.items() if key.split(":")[-1] == name), None)


def tag_values(tags):
    return [str(value) for value in tags.values()]


if __name__ == "__main__":
    judge.main()
