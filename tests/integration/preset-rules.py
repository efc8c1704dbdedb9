"""`peel check --preset-rules`: what presets make keeps to their rules, and each rule can be broken."""

import json
import os
import signal
import subprocess

import support
from support import expect, expect_equal

# What they are for; pages have sizes of their own, which one original cannot fill.
FOLDERS = ("mail/", "shop/", "social/")
LABEL = "-XMP-iptcExt:DigitalSourceType"
AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
OWN = """\
summary: Of our own
stages:
  - recompress: jpeg
rules:
%s
"""


def exiftool(place, name, *tags):
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, place.path(name)], check=True,
                   capture_output=True)


def picture(place, name, width, height, *tags):
    """A plain one, so that even a large one is made at once."""
    support.vips("black", place.path(name + ".v"), str(width), str(height), "--bands", "3")
    support.vips("copy", place.path(name + ".v"), place.path(name))
    os.remove(place.path(name + ".v"))
    if tags:
        exiftool(place, name, *tags)
    return name


def check(place, preset, *names, code=0):
    """The state of each rule of each file."""
    result = place.peel("check", "--json", "--preset-rules", preset, *names, code=code)
    expect_equal(result.summary["exit"], result.code, "exit in the summary")
    return {(event["path"], event["rule"]): event["state"] for event in result.events
            if event["event"] == "rule"}


def own(place, *rules):
    """A preset with these rules."""
    os.makedirs(place.path("presets"), exist_ok=True)
    place.write("presets/own.yaml", OWN % "\n".join("  " + rule for rule in rules))
    return "own"


def broken(states):
    return sorted(rule for (_, rule), state in states.items() if state == "broken")


def names_with_rules(place):
    said = place.peel("check", "--preset-rules", "web/thumb", "a.jpg", code=2).err
    names = said.split("these have some: ")[1].strip().split(", ")
    return [name for name in names if name.startswith(FOLDERS)]


def test_what_presets_make_keeps_to_their_rules(place):
    names = names_with_rules(place)
    expect({"mail/hero", "shop/google-merchant", "shop/amazon-main", "shop/shopify", "social/og",
            "social/instagram-story", "social/x-card"} <= set(names), f"with rules: {names}")
    place.write("p.yaml", json.dumps({
        "version": 1,
        "stages": [{"generate": {"provider": "synthetic", "prompt": "a watch",
                                 "resolution": "2100x2200"}}],
        "outputs": [{"preset": name, "to": f"out/{name}.jpg"} for name in names]}))
    place.run()
    for name in names:
        states = check(place, name, f"out/{name}.jpg")
        expect(states, f"no rule of {name}")
        expect_equal(set(states.values()), {"ok"}, f"rules of {name}: {states}")


def test_each_kind_of_google_keeps_to_its_rules(place):
    """Of what compresses worst: as a PNG of 16 bit it has more than 16 MB."""
    def step(word, *arguments):
        support.vips(word, *(place.path(name) if name.endswith((".v", ".png")) else name
                             for name in arguments))
    step("gaussnoise", "one.v", "1600", "2200", "--mean", "30000", "--sigma", "9000")
    step("cast", "one.v", "gray.v", "ushort")
    support.vips("bandjoin", " ".join([place.path("gray.v")] * 3), place.path("three.v"))
    step("copy", "three.v", "a.png", "--interpretation", "rgb16")
    exiftool(place, "a.png", f"{LABEL}={AI}")
    for kind in ("jpeg", "png", "webp"):
        name = f"g.{kind}"
        place.peel("derive", "a.png", "--preset", "shop/google-merchant", "--with",
                   f"format={kind}", "--to", name)
        expect_equal(set(check(place, "shop/google-merchant", name).values()), {"ok"}, kind)


def test_google_says_what_is_wrong(place):
    picture(place, "small.jpg", 499, 500)
    picture(place, "new.avif", 600, 600)
    picture(place, "huge.png", 8001, 8001)
    for name, rule, words in (
            ("small.jpg", "min-width", "499 px; asked is at least 500 px"),
            ("new.avif", "formats", "avif; asked is jpeg, png, webp, tiff or gif"),
            ("huge.png", "max-megapixels", "64 megapixels; asked is at most 64 megapixels")):
        expect_equal(broken(check(place, "shop/google-merchant", name, code=9)), [rule], name)
        said = place.peel("check", "-q", "--preset-rules", "shop/google-merchant", name, code=9)
        expect_equal(len(said.out.splitlines()), 1, f"only what is broken: {said}")
        expect(said.out.startswith(f"broken  {name}  {rule}  ") and words in said.out, repr(said))


def test_bytes_shape_and_colour(place):
    picture(place, "a.jpg", 1200, 630)
    with open(place.path("a.jpg"), "ab") as stream:
        stream.write(b"\0" * 5_000_001)
    expect_equal(broken(check(place, "social/og", "a.jpg", code=9)), ["max-bytes"], "too large")
    picture(place, "b.jpg", 1200, 675)
    expect_equal(broken(check(place, "social/og", "b.jpg", code=9)), ["aspect-ratio"], "16:9")
    expect_equal(broken(check(place, "social/x-card", "b.jpg")), [], "but X shows it")
    picture(place, "c.jpg", 1000, 1000)
    expect_equal(broken(check(place, "social/x-card", "c.jpg", code=9)), ["min-aspect-ratio"], "")
    place.write("alpha.png", support.png(64, 48))
    support.vips("bandjoin_const", place.path("alpha.png"), place.path("with-alpha.png"), "128")
    support.vips("colourspace", place.path("alpha.png"), place.path("gray.png"), "b-w")
    preset = own(place, "color: srgb", "alpha: false", "max-width: 64")
    expect_equal(broken(check(place, preset, "alpha.png")), [], "RGB")
    expect_equal(broken(check(place, preset, "with-alpha.png", code=9)), ["alpha"], "alpha")
    expect_equal(broken(check(place, preset, "gray.png", code=9)), ["color"], "gray")
    own(place, "max-width: 63", "max-height: 47", "min-long-edge: 65", 'max-aspect-ratio: "1:1"')
    expect_equal(broken(check(place, preset, "alpha.png", code=9)),
                 ["max-aspect-ratio", "max-height", "max-width", "min-long-edge"], "sizes")


def test_density_is_what_the_file_says(place):
    preset = own(place, "min-dpi: 300dpi")
    for name in ("a.jpg", "a.png", "a.tif"):
        picture(place, "plain.png", 60, 60)
        support.vips("copy", place.path("plain.png"), place.path(name), "--xres", "11.811",
                     "--yres", "11.811")
        expect_equal(broken(check(place, preset, name)), [], f"300 dpi in {name}")
        support.vips("copy", place.path("plain.png"), place.path(name), "--xres", "5.9",
                     "--yres", "11.811")
        expect_equal(broken(check(place, preset, name, code=9)), ["min-dpi"], f"150 in {name}")


def test_a_label_that_is_gone_is_missed_where_it_is_known(place):
    picture(place, "a.png", 1600, 1600, f"{LABEL}={AI}")
    google = ("--preset", "shop/google-merchant", "--to")
    place.peel("derive", "a.png", *google, "g.jpg")
    expect_equal(broken(check(place, "shop/google-merchant", "g.jpg")), [], "as it was made")
    exiftool(place, "g.jpg", "-all=")
    said = place.peel("check", "--preset-rules", "shop/google-merchant", "g.jpg", code=9)
    expect("what was made here under its name is generated (trainedAlgorithmicMedia)" in said.out,
           repr(said))
    expect("unknown  g.jpg  enlarged        something else wrote to it" in said.out, repr(said))
    os.rename(place.path("g.jpg"), place.path("elsewhere.jpg"))
    states = check(place, "shop/google-merchant", "elsewhere.jpg")
    expect_equal({states["elsewhere.jpg", rule] for rule in ("ai-label", "enlarged")},
                 {"unknown"}, "a file that nobody knows")
    place.write("strip.yaml", "version: 1\nstages:\n  - load: a.png\noutputs:\n"
                "  - stages: [{ metadata: { policy: strip, drop: [ai-label] } }]\n"
                "    to: bare.jpg\n")
    place.peel("run", "strip.yaml")
    said = place.peel("check", "--preset-rules", "shop/google-merchant", "bare.jpg", code=9)
    expect("none, and its original is generated (trainedAlgorithmicMedia)" in said.out, repr(said))


def test_what_a_file_tells_of_itself_counts(place):
    picture(place, "c.jpg", 600, 600, "-ExifIFD:UserComment=a fox\nNegative prompt: x\nSteps: 20, "
            "Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 8x8, Model: sdxl")
    expect_equal(broken(check(place, "shop/google-merchant", "c.jpg", code=9)), ["ai-label"],
                 "parameters of a generator")
    photo = AI.replace("trainedAlgorithmicMedia", "digitalCapture")
    picture(place, "d.jpg", 600, 600, f"{LABEL}={photo}")
    expect_equal(check(place, "shop/google-merchant", "d.jpg")["d.jpg", "ai-label"], "ok", "photo")


def test_an_enlarged_picture_is_found_out(place):
    # A gradient: 'trim' finds nothing in a black one.
    support.vips("grey", place.path("a.png"), "700", "900", "--uchar")
    big = "{ resize: { width: %d, height: %d, fit: cover, when-smaller: enlarge } }"
    chains = {
        "larger": (f"[{big % (900, 900)}]", "broken"),
        "smaller": (f"[{big % (600, 600)}]", "ok"),
        "a-part": (f"[{{ crop: {{ width: 300, height: 300 }} }}, {big % (600, 600)}]", "broken"),
        "upscaled": ("[{ upscale: 1.5 }]", "broken"),
        "padded": ("[{ resize: { width: 1200, height: 1200, fit: contain } }]", "ok"),
        "trimmed": (f"[trim, {big % (600, 600)}]", "unknown"),
    }
    place.write("p.yaml", "version: 1\nstages:\n  - load: a.png\noutputs:\n" + "".join(
        f"  - stages: {stages}\n    to: out/{name}.jpg\n" for name, (stages, _) in chains.items()))
    place.peel("run", "p.yaml")
    for name, (_, state) in chains.items():
        found = check(place, "shop/google-merchant", f"out/{name}.jpg", code=None)
        expect_equal(found[f"out/{name}.jpg", "enlarged"], state, name)
    expect_equal(check(place, "shop/google-merchant", "a.png")["a.png", "enlarged"], "ok",
                 "an original itself")
    said = place.peel("check", "--preset-rules", "shop/google-merchant", "out/larger.jpg", code=9)
    expect("'resize' made it larger than its original, of 700x900 px" in said.out, repr(said))


def test_files_that_cannot_be_read_are_failures(place):
    picture(place, "a.jpg", 64, 48)
    place.write("text.jpg", "no picture")
    place.write("page.pdf", "%PDF-1.4\n")
    place.write("cut.png", support.png(64, 48)[:3000])
    os.mkfifo(place.path("pipe.jpg"))
    names = ("text.jpg", "page.pdf", "cut.png", "nowhere.jpg", "pipe.jpg", ".")
    for name in names:
        said = place.peel("check", "--preset-rules", "shop/shopify", name, code=1)
        expect(said.err.startswith(f"peel: {name}: "), repr(said))
    result = place.peel("check", "--json", "--preset-rules", "shop/shopify", "a.jpg", *names, code=1)
    expect_equal([event["path"] for event in result.events if event["event"] == "failed"],
                 list(names), "failed")
    expect_equal([result.summary[name] for name in ("files", "broken", "failed")], [7, 0, 6],
                 "summary")


def test_what_was_not_looked_at_is_not_counted(place):
    picture(place, "large.png", 12000, 12000)
    for options in ((), ("--json",)):
        process = place.start("check", *options, "--preset-rules", "mail/hero", "large.png", "b.png")
        support.wait_until(lambda: support.workers_of(process.pid), "a worker")
        workers = support.workers_of(process.pid)
        os.kill(workers[0], signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        result = support.finish(process, 130)
        support.expect_dead(workers, "workers")
        if options:
            counts = [result.summary[name] for name in ("files", "broken", "failed")]
            expect_equal(counts, [0, 0, 0], f"counts in {result}")
        else:
            expect_equal(result.out, "mail/hero: 0 of 0 files break no rule\n", "what is told")


def test_nothing_is_left_behind(place):
    picture(place, "a.jpg", 64, 48)
    check(place, "shop/shopify", "a.jpg")
    expect(not os.path.exists(place.home), "a cache was made")


def test_presets_show_their_rules(place):
    shown = place.peel("presets", "shop/google-merchant").out
    expect("Its rules" in shown and "  max-bytes       16MB\n" in shown, shown)
    event = place.peel("presets", "shop/google-merchant", "--json").events[0]
    expect_equal(event["rules"]["max-megapixels"], 64, "in --json")
    expect("Its rules" not in place.peel("presets", "web/thumb").out, "one without")


support.main({name: test for name, test in globals().items() if name.startswith("test_")})
