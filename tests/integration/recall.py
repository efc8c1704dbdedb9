"""Originals that are in the cache, as the images of a pipeline: `recall`, and `peel derive HASH`."""

import os

import support
from support import expect, expect_equal

GENERATE = """\
version: 1
name: watch
matrix: { angle: [front, side] }
stages:
  - generate: { prompt: "A watch, ${angle}", resolution: 64x48 }
outputs:
  - stages: [{ recompress: { format: webp } }]
    to: "out/{name}.webp"
"""

RECALL = """\
version: 1
stages:
  - recall: %s
outputs:
  - stages: [{ resize: { width: 16 } }, { recompress: { format: webp } }]
    to: "out/small/{name}.webp"
"""

ONE = ("--preset", "web/thumb", "--with", "format=webp", "--with", "width=16")


def generate(place):
    """Hashes of two originals by image id."""
    place.write("p.yaml", GENERATE)
    return {e["image"]: e["sha256"] for e in place.run().events if e["event"] == "original"}


def originals(result):
    return {e["image"]: e["how"] for e in result.events if e["event"] == "original"}


def test_recall_makes_outputs_of_what_is_there(place):
    made = generate(place)
    front = made["watch@front"]
    place.write("r.yaml", RECALL % front[:8])
    run = place.run(pipeline="r.yaml")
    expect_equal(originals(run), {f"watch@front-{front[:8]}": "cached"}, "originals")
    expect_equal(run.outputs("made"), [f"out/small/watch-front-{front[:8]}.webp"], "outputs")
    expect_equal(place.check_originals(), 2, "originals in the cache")
    again = place.run(pipeline="r.yaml")
    expect_equal(again.summary["made"], 0, "made by a second run")
    both = RECALL % ("{ hash: [" + ", ".join(made.values()) + "] }")
    place.write("r.yaml", both)
    expect_equal(len(originals(place.run(pipeline="r.yaml"))), 2, "originals of two hashes")


def test_recalled_originals_keep_their_label(place):
    bare = support.png(40, 40)
    place.write("bare.png", bare)
    place.peel("cache", "import", "bare.png", "--model", "sdxl", "--image", "mug")
    digest = support.sha256(bare)
    place.write("r.yaml", RECALL % digest)
    place.run(pipeline="r.yaml")
    made = place.read(f"out/small/mug-{digest[:8]}.webp")
    expect(b"trainedAlgorithmicMedia" in made, "the label that only the cache knows is in the file")


def test_a_campaign_feeds_a_new_preset(place):
    generate(place)
    place.write("c.yaml", "version: 1\nstages:\n  - recall: { text: watch, since: 30d, "
                "pipeline: watch }\noutputs:\n  - preset: web/thumb\n    with: "
                "{ format: webp, width: 16 }\n    to: 'out/c/{name}.webp'\n"
                "    stages: [{ metadata: { policy: all } }]\n")
    run = place.run(pipeline="c.yaml")
    expect_equal(run.summary["originals-cached"], 2, "originals")
    expect_equal(run.summary["originals-generated"], 0, "generated")
    for path, content in place.files("out/c").items():
        expect(b"A watch, " in content, f"the prompt is in {path}")
    nothing = place.peel("run", "c.yaml", "--json", code=None)
    expect_equal(nothing.summary["made"], 0, "made by a second run")
    place.write("c.yaml", RECALL % "{ text: watch, until: 1d }")
    none = place.peel("run", "c.yaml", code=2)
    expect("no original fits text 'watch', until '1d' (the cache is " in none.err, repr(none))
    expect("and holds 2)" in none.err, repr(none))


def test_a_variable_chooses_the_original(place):
    side = generate(place)["watch@side"]
    place.write("r.yaml", "vars: { which: ffffffff }\n" + RECALL % '"${which}"')
    place.run("--var", "which=" + side[:10], pipeline="r.yaml")
    nothing = place.peel("run", "r.yaml", code=2)
    expect("no original in the cache begins with ffffffff" in nothing.err, repr(nothing))


def test_check_makes_no_home(place):
    place.write("r.yaml", RECALL % "0123abcd")
    place.peel("check", "r.yaml", code=2)
    expect(not os.path.exists(place.home), "a check made a home for the cache")


def test_a_lost_original_is_told(place):
    front = generate(place)["watch@front"]
    place.lose(front)
    place.write("r.yaml", RECALL % front)
    place.peel("run", "r.yaml", code=2)


def test_pixel_frames_are_recalled_too(place):
    front = generate(place)["watch@front"]
    made = place.peel("derive", front, *ONE, "--to", "out/before.webp")
    place.peel("cache", "repack")
    kept = os.listdir(os.path.join(place.home, "originals", front[:2]))
    expect(front + ".pix" in kept, f"the original as a pixel frame: {kept}")
    made = place.peel("derive", front[:8], *ONE, "--to", "out/after.webp", "--json")
    expect_equal(made.outputs("made"), ["out/after.webp"], "made")
    expect_equal(place.read("out/after.webp"), place.read("out/before.webp"), "bytes")
    place.write("r.yaml", RECALL % "{ text: watch }")
    expect_equal(place.run(pipeline="r.yaml").summary["made"], 2, "made of recalled frames")


def test_derive_from_a_hash_copies_nothing(place):
    front = generate(place)["watch@front"]
    before = place.check_originals()
    made = place.peel("derive", front[:10], *ONE, "--json")
    expect_equal(originals(made), {f"watch@front-{front[:8]}": "cached"}, "originals")
    expect_equal(made.outputs("made"), [f"out/web-thumb/watch-front-{front[:8]}-16.webp"], "made")
    expect_equal(place.check_originals(), before, "originals in the cache")
    acquisitions = place.peel("cache", "show", front, "--json").events[0]["acquisitions"]
    expect_equal([a["source"] for a in acquisitions], ["generate"], "how it came to be here")


support.main(globals())
