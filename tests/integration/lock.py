"""peel.lock: what is pinned, what a pin does, and what --locked refuses."""

import json
import os
import shutil

import support
from support import expect, expect_equal, sha256

PIPELINE = """\
version: 1
name: watch
matrix: { angle: [front, side] }
stages:
  - generate: { prompt: "A watch, ${angle}", resolution: 64x48 }
outputs:
  - stages: [{ resize: { width: 32 } }, { recompress: { format: webp } }]
    to: "out/{name}.webp"
"""

TABLE = """\
version: 1
name: %s
matrix: { from: rows.csv }
stages:
  - generate: { prompt: "%s, ${color}", resolution: 64x48 }
outputs:
  - stages: [{ recompress: { format: webp } }]
    to: "out/%s/{name}.webp"
"""


def lock_of(place):
    """Entries by image and, where that is not 1, variant."""
    lines = place.read("peel.lock").decode().splitlines()
    expect_equal(json.loads(lines[0]), {"peel-lock": 1}, "first line")
    entries = [json.loads(line) for line in lines[1:]]
    found = {}
    for entry in entries:
        name = entry["image"] + (f"#{entry['variant']}" if "variant" in entry else "")
        found[(entry["pipeline"] + ":" if "pipeline" in entry else "") + name] = entry
    expect_equal(len(found), len(entries), "entries that are different images")
    return found


def originals_of(result):
    return {e["image"]: e.get("sha256") for e in result.events if e["event"] == "original"}


def warnings_of(result):
    return "\n".join(e["message"] for e in result.events if e["event"] == "warning")


def begin(place, text=PIPELINE):
    place.write("p.yaml", text)
    return originals_of(place.run())


def answer(place, image, seed):
    """Another picture that answers the same request, later. Its hash."""
    content = support.png(64, 48, seed)
    path = place.write(f"answers/{seed}.png", content)
    told = place.peel("cache", "import", path, "--pipeline", "p.yaml", "--image", image)
    pick = f"pins another original for {image}: 'peel pick {image} {sha256(content)[:12]}' takes"
    expect(pick in told.err, repr(told))
    return sha256(content)


# ---- writing ----

def test_a_run_pins_what_it_generated(place):
    originals = begin(place)
    lock = lock_of(place)
    expect_equal({image: e["original"] for image, e in lock.items()}, originals, "pinned")
    expect_equal([set(e) for e in lock.values()], [{"image", "request", "original"}] * 2, "members")
    stamp = os.stat(place.path("peel.lock"))
    place.run()
    place.peel("plan", "p.yaml")
    after = os.stat(place.path("peel.lock"))
    expect_equal((after.st_ino, after.st_mtime_ns), (stamp.st_ino, stamp.st_mtime_ns), "the file")


def test_what_is_loaded_or_planned_is_not_pinned(place):
    place.write("a.png", support.png(20, 20))
    place.write("p.yaml", "version: 1\nstages: [{ load: a.png }]\n"
                          "outputs: [{ to: 'out/{name}.webp' }]\n")
    place.run()
    place.write("g.yaml", PIPELINE)
    place.peel("plan", "g.yaml")
    expect(not os.path.exists(place.path("peel.lock")), "a lock without a generated image")


def test_variants_have_a_pin_each(place):
    begin(place, PIPELINE.replace("resolution:", "variants: 2, resolution:"))
    expect_equal(sorted(lock_of(place)),
                 ["watch@front", "watch@front#2", "watch@side", "watch@side#2"], "pinned")


def test_a_run_with_failures_pins_nothing(place):
    place.write("p.yaml", PIPELINE)
    place.write("out/watch-side.webp/in-the-way", "a folder has the name of an output")
    failed = place.run("-k", code=3)
    expect_equal((failed.summary["made"], failed.summary["originals-generated"]), (1, 2), "made")
    expect(not os.path.exists(place.path("peel.lock")), "a lock after a failure")


def test_pins_of_gone_images_go_and_others_stay(place):
    begin(place)
    place.write("rows.csv", "id,color\n1,red\n2,blue\nwatch,gold\n")
    for name in ("mugs", "vases"):
        place.write(name + ".yaml", TABLE % (name, name, name))
        place.run(pipeline=name + ".yaml")
    tables = [f"{name}:{row}" for name in ("mugs", "vases") for row in ("1", "2", "watch")]
    expect_equal(sorted(lock_of(place)), sorted([*tables, "watch@front", "watch@side"]), "pinned")
    requests = {e["request"] for e in lock_of(place).values()}
    expect_equal(len(requests), 8, "requests: equal ids of two tables do not get mixed up")

    place.write("p.yaml", PIPELINE.replace("side", "back"))
    place.run("--only", "watch@front")
    expect("watch@side" in lock_of(place), "a part of a run forgets nothing")
    place.run()
    expect_equal(sorted(lock_of(place)), sorted([*tables, "watch@back", "watch@front"]), "then")
    place.write("rows.csv", "id,color\n1,red\n")
    place.run(pipeline="mugs.yaml")
    expect_equal([n for n in sorted(lock_of(place)) if "mugs" in n], ["mugs:1"], "rows that went")
    expect("vases:2" in lock_of(place), "the other table's rows stay")


def test_runs_that_end_together_keep_each_others_pins(place):
    names = [f"p{i}" for i in range(6)]
    for name in names:
        place.write(name + ".yaml", PIPELINE.replace("watch", name))
    for process in [place.start("run", name + ".yaml") for name in names]:
        support.finish(process)
    expect_equal(len(lock_of(place)), 12, "pins")


def test_a_manifest_does_not_overwrite_the_lock(place):
    place.write("p.yaml", "manifest: peel.lock\n" + PIPELINE)
    refused = place.peel("check", "p.yaml", code=2)
    expect("the manifest would overwrite a file that the pipeline reads" in refused.err,
           repr(refused))


# ---- holding ----

def test_a_pipe_in_the_place_of_the_lock_is_not_waited_for(place):
    place.write("p.yaml", PIPELINE)
    os.mkfifo(place.path("peel.lock"))
    result = place.peel("run", "p.yaml", code=2)
    expect("peel.lock is not a regular file, so it is no lock; move it away" in result.err, repr(result))


def test_a_pinned_original_wins_over_newer_answers(place):
    originals = begin(place)
    newer = answer(place, "watch@front", 7)
    again = place.run()
    expect_equal(originals_of(again), originals, "originals with a lock")
    expect_equal(again.summary["made"], 0, "made with a lock")
    os.remove(place.path("peel.lock"))
    without = place.run()
    expect_equal(originals_of(without)["watch@front"], newer, "the original without a lock")
    expect_equal(lock_of(place)["watch@front"]["original"], newer, "pinned then")


def test_a_stale_pin_is_told_and_renewed(place):
    originals = begin(place)
    before = place.read("peel.lock")
    place.write("p.yaml", PIPELINE.replace("A watch, ", "A clock, "))
    for command in ("plan", "explain"):
        told = place.peel(command, "p.yaml")
        expect("the pin of watch@front is stale: what is asked has changed" in told.err, repr(told))
    expect_equal(place.read("peel.lock"), before, "the lock after a plan")
    renewed = place.run()
    expect("the pin of watch@side is stale" in warnings_of(renewed), repr(renewed))
    expect(lock_of(place)["watch@front"]["original"] != originals["watch@front"], "a new pin")
    expect_equal(warnings_of(place.run()), "", "warnings of the next run")


def test_many_stale_pins_are_counted(place):
    text = PIPELINE.replace("[front, side]", str(list(range(14))))
    begin(place, text)
    place.write("p.yaml", text.replace("A watch, ", "A clock, "))
    told = warnings_of(place.peel("plan", "--json", "p.yaml"))
    expect_equal(told.count("is stale"), 10, f"pins that are named in {told}")
    expect("4 more pins are stale or without their original" in told, told)


def test_a_lost_pinned_original_gives_way(place):
    originals = begin(place)
    newer = answer(place, "watch@front", 7)
    place.lose(originals["watch@front"])
    run = place.run()
    expect(f"the original {originals['watch@front'][:12]} that is pinned for watch@front is not in "
           "the cache" in warnings_of(run), repr(run))
    expect_equal(originals_of(run)["watch@front"], newer, "the newest other answer")
    expect_equal(lock_of(place)["watch@front"]["original"], newer, "pinned then")
    place.lose(originals["watch@side"])
    made = place.run()
    expect_equal(made.summary["originals-generated"], 1, "without another answer it is a miss")
    expect("pinned for watch@side is not in the cache" in warnings_of(made), repr(made))


# ---- --locked ----

def expect_locked_refusal(place, *words):
    lock = place.read("peel.lock") if os.path.exists(place.path("peel.lock")) else None
    stamps = place.stamps()
    n_originals = place.check_originals()
    for command in ("plan", "run"):
        refused = place.peel(command, "p.yaml", "--locked", code=7)
        for word in ("--locked, but the lock is not kept", "peel cache restore BUNDLE", *words):
            expect(word in refused.err, f"{word!r} is not said: {refused}")
    expect_equal(place.peel("run", "p.yaml", "--locked", "--json", code=7).summary["error"]["class"],
                 "miss", "class of the error")
    expect_equal(place.stamps(), stamps, "outputs")
    expect_equal(place.check_originals(), n_originals, "originals")
    if lock is not None:
        expect_equal(place.read("peel.lock"), lock, "the lock")


def test_locked_refuses_what_is_not_pinned(place):
    place.write("p.yaml", PIPELINE)
    expect_locked_refusal(place, "watch@front: no original is pinned", "watch@side: no original")
    expect(not os.path.exists(place.path("peel.lock")), "--locked began a lock")
    place.run()
    place.run("--locked")
    place.write("p.yaml", PIPELINE.replace("side", "back"))
    expect_locked_refusal(place, "watch@back: no original is pinned")
    place.run("--locked", "--only", "watch@front")


def test_locked_refuses_stale_pins_and_lost_originals(place):
    originals = begin(place)
    place.write("p.yaml", PIPELINE.replace("A watch, ", "A clock, "))
    expect_locked_refusal(place, "watch@front: its pin is stale: what is asked has changed")
    place.write("p.yaml", PIPELINE)
    answer(place, "watch@side", 7)
    place.lose(originals["watch@side"])
    expect_locked_refusal(place, f"watch@side: its pinned original {originals['watch@side'][:12]} "
                                 "is not in the cache")


def test_locked_runs_leave_the_lock_alone(place):
    begin(place)
    before = place.read("peel.lock")
    gone = before + before.splitlines(True)[1].replace(b"watch@front", b"watch@gone")
    place.write("peel.lock", gone)
    place.run("--locked")
    expect_equal(place.read("peel.lock"), gone, "the lock")
    place.run()
    expect_equal(place.read("peel.lock"), before, "the lock after a run that may write it")


def test_locked_and_regenerate_contradict_each_other(place):
    begin(place)
    refused = place.peel("run", "p.yaml", "--locked", "--regenerate", "watch@*", code=2)
    expect("--locked keeps to the originals that are pinned, and --regenerate asks for others" in
           refused.err, repr(refused))


def test_a_clean_checkout_makes_the_same_bytes(place):
    originals = begin(place)
    answer(place, "watch@front", 7)
    other = place.another("checkout")
    for name in ("p.yaml", "peel.lock"):
        shutil.copy(place.path(name), other.path(name))
    bundle = place.path("originals.tar")
    place.peel("cache", "export", bundle, "--lock", "peel.lock")
    refused = other.peel("run", "p.yaml", "--offline", "--locked", code=7)
    expect("is not in the cache" in refused.err, repr(refused))
    other.peel("cache", "restore", bundle)
    made = other.run("--offline", "--locked")
    expect_equal(originals_of(made), originals, "originals")
    expect_equal(made.summary["originals-generated"], 0, "generated")
    expect_equal(other.files(), place.files(), "outputs")


# ---- broken ----

def test_a_merge_that_stopped_is_told(place):
    begin(place)
    place.write("peel.lock", b"<<<<<<< HEAD\n" + place.read("peel.lock"))
    for command in ("run", "plan", "check"):
        refused = place.peel(command, "p.yaml", code=2)
        expect("peel.lock:1: a merge stopped here: keep one line for each image" in refused.err,
               repr(refused))


support.main(globals())
