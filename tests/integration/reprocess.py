"""Making something else of originals that are there: nobody is asked for anything again."""

import json
import os

import support
from calls import Calls
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: watch
matrix: { angle: [front, side] }
stages:
  - generate: { provider: command, prompt: "A watch, ${angle}", resolution: 64x48 }
outputs:
  - stages: [{ resize: { width: 32 } }, { recompress: { format: webp, quality: 80 } }]
    to: "out/{name}.webp"
"""


def begin(place, width=64, height=48):
    calls = Calls(place, cost=0.05)
    for i in (1, 2):
        calls.write(f"picture-{i}.png", support.png(width, height, i))
    place.write("p.yaml", PIPELINE)
    run = place.run("--on-miss", "generate")
    return calls, {e["image"]: e["sha256"] for e in run.events if e["event"] == "original"}


def test_other_outputs_ask_for_nothing(place):
    calls, originals = begin(place)
    for change in (("quality: 80", "quality: 60"), ("width: 32", "width: 16"),
                   ("outputs:\n", "outputs:\n  - preset: web/thumb\n"),
                   ("out/{name}", "out/all/{name}")):
        text = place.read("p.yaml").decode().replace(*change)
        place.write("p.yaml", text)
        # Without a terminal a paid miss would be refused.
        run = place.run("--offline")
        expect_equal({e["image"]: e["sha256"] for e in run.events if e["event"] == "original"},
                     originals, f"originals after {change}")
    expect_equal(len(calls.runs), 2, "pictures that were asked for")
    with open(os.path.join(place.home, "journal.jsonl"), encoding="utf-8") as journal:
        expect_equal(len(journal.readlines()), 4, "lines of the journal: two calls")


def test_an_original_is_derived_for_print(place):
    calls, originals = begin(place, 600, 848)
    front = originals["watch@front"]
    made = place.peel("derive", front[:8], "--preset", "print/a4", "--with",
                      "min-dpi=70dpi", "--json")
    expect_equal(made.outputs("made"), [f"out/print-a4/watch-front-{front[:8]}.tif"], "made")
    size = made.events[-2]["facts"]
    expect_equal((size["width"], size["height"]), (595, 835), "pixels")
    expect_equal(len(calls.runs), 2, "pictures that were asked for")


def test_originals_of_another_machine_give_the_same_bytes(place):
    calls, _ = begin(place)
    place.peel("cache", "export", "originals.tar", "--lock", "peel.lock")
    other = place.another("checkout")
    for name in ("p.yaml", "peel.lock", "p.manifest.json"):
        other.write(name, place.read(name))
    other.peel("cache", "restore", place.path("originals.tar"))
    made = other.run("--locked", "--offline")
    expect_equal(made.summary["made"], 2, "made")
    expect_equal(other.files(), place.files(), "outputs")
    expect_equal(other.read("p.manifest.json"), place.read("p.manifest.json"), "the manifest")
    expect_equal([e for e in made.events if e["event"] == "warning"], [], "warnings")
    expect_equal(len(calls.runs), 2, "pictures that were asked for")


def test_drift_is_told_by_the_manifest_alone(place):
    begin(place)
    manifest = json.loads(place.read("p.manifest.json"))
    manifest["images"][0]["derivatives"][0]["made-with"] = "libvips 7.0"
    place.write("p.manifest.json", json.dumps(manifest))
    os.remove(os.path.join(place.home, "state.sqlite"))
    for command in ("plan", "run"):
        told = place.peel(command, "p.yaml")
        expect("1 made with other library versions (--refresh-drift makes them again)" in
               told.out + told.err, repr(told))
    again = place.run("--refresh-drift")
    expect_equal(again.outputs("made"), ["out/watch-front.webp"], "made again")


def test_files_that_come_out_otherwise_are_told(place):
    """As on a machine with another encoder: the files are not there, and the manifest knows them."""
    begin(place)
    manifest = json.loads(place.read("p.manifest.json"))
    manifest["images"][0]["derivatives"][0]["sha256"] = "0" * 64
    place.write("p.manifest.json", json.dumps(manifest))
    for name in place.files():
        os.remove(place.path(name))
    told = place.run()
    warnings = [e["message"] for e in told.events if e["event"] == "warning"]
    expect_equal(len(warnings), 1, f"warnings {warnings}")
    expect("1 file came out other than " in warnings[0] and "p.manifest.json tells" in warnings[0],
           warnings[0])
    expect_equal([e for e in place.run().events if e["event"] == "warning"], [], "told once")


support.main(globals())
