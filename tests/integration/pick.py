"""`peel pick`: choosing among variants, and what a run makes then."""

import json
import os

import support
from calls import Calls
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: watch
stages:
  - generate: { provider: command, prompt: "A watch", resolution: 64x48, variants: 3 }
outputs:
  - stages: [{ recompress: { format: webp } }]
    to: "out/{name}.webp"
"""


def begin(place, n_pictures=6):
    """The calls, and the originals by variant."""
    calls = Calls(place)
    for i in range(1, n_pictures + 1):
        calls.write(f"picture-{i}.png", support.png(64, 48, i))
    place.write("p.yaml", PIPELINE)
    return calls, originals_of(place.run("-j", "1"))


def originals_of(result):
    return {e.get("variant", 0): e["sha256"] for e in result.events if e["event"] == "original"}


def warnings_of(result):
    return "\n".join(e["message"] for e in result.events if e["event"] == "warning")


def lock_of(place):
    return [json.loads(line) for line in place.read("peel.lock").decode().splitlines()[1:]]


def test_a_pick_makes_one_variant_alone(place):
    calls, originals = begin(place)
    before = place.files()
    said = place.peel("pick", "watch", "2")
    expect_equal(said.out, "", "results of a pick")
    expect(f"watch: variant 2 ({originals[2][:12]}) is picked in " in said.err, repr(said))
    run = place.run()
    expect_equal(run.outputs("made"), ["out/watch.webp"], "made: the file that pages refer to")
    expect_equal(originals_of(run), {0: originals[2]}, "the only original")
    expect_equal(place.files()["out/watch.webp"], before["out/watch-2.webp"], "bytes")
    manifest = json.loads(place.read("p.manifest.json"))
    expect_equal([i.get("variant") for i in manifest["images"]], [None], "images of the manifest")
    # What is not picked is not asked for either, and the lock stays as it is.
    place.write("p.yaml", PIPELINE.replace("variants: 3", "variants: 9"))
    lock = place.read("peel.lock")
    expect_equal(place.run("--locked").summary["made"], 0, "made of more variants")
    place.run()
    expect_equal(place.read("peel.lock"), lock, "the lock")
    expect_equal(len(calls.runs), 3, "pictures that were asked for")
    place.write("p.yaml", PIPELINE.replace("variants: 3", "variants: 1"))
    expect_equal(originals_of(place.run()), {0: originals[2]}, "of fewer variants")


def test_a_pick_can_be_changed_and_taken_back(place):
    calls, originals = begin(place)
    lock = place.read("peel.lock")
    for chosen in ("2", originals[3][:6]):
        place.peel("pick", "watch", chosen)
        place.run()
    expect_equal([e["variant"] for e in lock_of(place) if "picked" in e], [3], "picked")
    place.peel("pick", "watch", "--none")
    expect_equal(place.read("peel.lock"), lock, "the lock after --none")
    again = place.peel("pick", "watch", "--none")
    expect("no variant was picked" in again.err, repr(again))
    expect_equal(originals_of(place.run()), originals, "all variants")
    expect_equal(len(calls.runs), 3, "pictures that were asked for")


def test_the_candidates_are_listed(place):
    _, originals = begin(place)
    place.peel("pick", "watch", "2")
    listed = place.peel("pick", "watch")
    rows = [line.split() for line in listed.out.splitlines()]
    expect_equal(rows[0][:5], ["VARIANT", "ORIGINAL", "GOT", "PROVIDER", "PIPELINE"], "heading")
    expect_equal([(r[0], r[1], r[3], r[-1]) for r in rows[1:]],
                 [(str(v), originals[v][:12], "command", "picked" if v == 2 else "pinned")
                  for v in (1, 2, 3)], "rows")
    events = place.peel("pick", "watch", "--json").events[:-1]
    expect_equal([(e["image"], e["variant"], e["sha256"], e["pinned"], e["picked"])
                  for e in events],
                 [("watch", v, originals[v], True, v == 2) for v in (1, 2, 3)], "as JSON")
    done = place.peel("pick", "watch", "1", "--json").events
    expect_equal([(e["event"], e.get("sha256"), e.get("exit")) for e in done],
                 [("picked", originals[1], None), ("summary", None, 0)], "events of a pick")


def test_an_older_answer_can_be_picked(place):
    calls, first = begin(place)
    place.run("--regenerate", "watch", "-j", "1")
    second = originals_of(place.run())
    expect_equal((len(calls.runs), first[2] == second[2]), (6, False), "answers")
    by_number = place.peel("pick", "watch", "2")
    expect(second[2][:12] in by_number.err, f"a number means what is pinned: {by_number}")
    place.peel("pick", "watch", first[2])
    expect_equal(originals_of(place.run()), {0: first[2]}, "the older answer")
    by_number = place.peel("pick", "watch", "2")
    expect(first[2][:12] in by_number.err, f"and if that is an older one: {by_number}")
    states = [(e["variant"], e["sha256"], e["picked"])
              for e in place.peel("pick", "watch", "--json").events[:-1]]
    expect_equal(sorted(states), sorted([(v, by[v], (v, by) == (2, first))
                                         for v in (1, 2, 3) for by in (first, second)]), "listed")


def test_a_pick_ends_when_something_else_is_asked(place):
    calls, _ = begin(place, 9)
    place.peel("pick", "watch", "2")
    place.write("p.yaml", PIPELINE.replace("A watch", "A clock"))
    run = place.run()
    expect("the pin of watch (variant 2) is stale: what is asked has changed, and no variant is "
           "picked any more" in warnings_of(run), repr(run))
    expect_equal((len(originals_of(run)), len(calls.runs)), (3, 6), "variants and calls")
    expect_equal([e for e in lock_of(place) if "picked" in e], [], "picked")
    # The old question's answers are still there to be picked, with a word about it.
    old = place.peel("pick", "watch", "--json").events[:-1]
    stale = next(e["sha256"] for e in old if not e["pinned"])
    said = place.peel("pick", "watch", stale)
    expect("it answers what was asked before" in said.err, repr(said))


def test_ids_of_tables_are_picked_by_pipeline(place):
    place.write("rows.csv", "id,color\n7,red\n")
    for name in ("mugs", "vases"):
        place.write(name + ".yaml", f"""\
version: 1
name: {name}
matrix: {{ from: rows.csv }}
stages:
  - generate: {{ prompt: "{name}, ${{color}}", resolution: 64x48, variants: 2 }}
outputs:
  - stages: [{{ recompress: {{ format: webp }} }}]
    to: "out/{name}/{{name}}.webp"
""")
        place.run(pipeline=name + ".yaml")
    refused = place.peel("pick", "7", "2", code=2)
    expect("7 is an image of the pipelines " in refused.err and "--pipeline" in refused.err,
           repr(refused))
    place.peel("pick", "7", "2", "--pipeline", "mugs")
    expect_equal(place.run(pipeline="mugs.yaml").summary["images"], 1, "images that are picked")
    expect_equal(place.run(pipeline="vases.yaml").summary["images"], 2, "of the other table")
    place.peel("pick", "7", "--none", "--pipeline", "vases")
    expect_equal(place.run(pipeline="mugs.yaml").summary["images"], 1, "after another's --none")
    place.peel("pick", "7", "--none", "--pipeline", "mugs")
    expect_equal(place.run(pipeline="mugs.yaml").summary["images"], 2, "after its own")


def test_what_cannot_be_picked_changes_nothing(place):
    begin(place)
    lock = place.read("peel.lock")
    for arguments, words in ((("watch", "9"), "there is no variant 9 of watch"),
                             (("wtach", "2"), "no original of an image 'wtach' is in the cache"),
                             (("watch", "2nd"), "choose by the number of a variant"),
                             (("watch", "0123456789ab"), "no original of watch begins with"),
                             (("watch", "2", "--none"), "--none takes the choice back")):
        refused = place.peel("pick", *arguments, code=2)
        expect(words in refused.err, repr(refused))
        place.peel("pick", *arguments, "--json", code=2)
    expect_equal(place.read("peel.lock"), lock, "the lock")
    os.makedirs(place.path("elsewhere"))
    refused = place.peel("pick", "watch", "2", code=2, cwd=place.path("elsewhere"))
    expect("there is no " in refused.err and "--lock" in refused.err, repr(refused))
    expect_equal(os.listdir(place.path("elsewhere")), [], "files of another folder")
    place.peel("pick", "watch", "2", "--lock", "../peel.lock", cwd=place.path("elsewhere"))
    expect_equal([e["variant"] for e in lock_of(place) if "picked" in e], [2], "by --lock")


support.main(globals())
