"""What is up to date: by the state, by the manifest where that is lost, by the bytes."""

import json
import os
import shutil
import sqlite3

import support
from support import expect, expect_equal, png

PIPELINE = """\
version: 1
stages:
  - generate: { provider: synthetic, prompt: A weir, resolution: 200x160 }
outputs:
  - stages: [{ resize: { width: 90 } }, { recompress: { format: jpeg } }]
    to: "out/a.jpg"
  - stages: [{ recompress: { format: png } }]
    to: "out/deep/b.png"
  - stages: [{ resize: { width: 64 } }, { placeholder: { kinds: [color] } }, { recompress: { format: webp } }]
    to: "out/c.webp"
"""
ALL = ["out/a.jpg", "out/c.webp", "out/deep/b.png"]


def made(place):
    place.write("p.yaml", PIPELINE)
    expect_equal(place.run().outputs("made"), ALL, "made")


def forget_state(place):
    for name in os.listdir(place.home):
        if name.startswith("state.sqlite"):
            os.unlink(os.path.join(place.home, name))


def expect_nothing_made(place, *arguments):
    stamps, manifest = place.stamps(), place.read("p.manifest.json")
    mtime = os.stat(place.path("p.manifest.json")).st_mtime_ns
    result = place.run(*arguments)
    expect_equal(result.outputs("up-to-date"), ALL, "up to date")
    expect_equal(place.stamps(), stamps, "mtimes and inodes")
    expect_equal(place.read("p.manifest.json"), manifest, "the manifest")
    expect_equal(os.stat(place.path("p.manifest.json")).st_mtime_ns, mtime, "the manifest's mtime")


def test_second_run_makes_nothing(place):
    made(place)
    expect_nothing_made(place)
    expect_nothing_made(place, "--verify-outputs")


def test_lost_state_is_made_up_for_by_the_manifest(place):
    made(place)
    forget_state(place)
    expect_nothing_made(place)
    # And the state knows them again.
    os.rename(place.path("p.manifest.json"), place.path("aside.json"))
    stamps = place.stamps()
    expect_equal(place.run().summary["up-to-date"], 3, "up to date by the new state")
    expect_equal(place.stamps(), stamps, "mtimes")
    expect_equal(place.read("p.manifest.json"), place.read("aside.json"), "the manifest")


def test_machine_with_outputs_and_manifest_but_another_home_makes_nothing(place):
    made(place)
    place.home += "-new"
    expect_nothing_made(place)


def test_lost_state_and_manifest_make_all_again_with_equal_bytes(place):
    made(place)
    files, manifest = place.files(), place.read("p.manifest.json")
    forget_state(place)
    os.unlink(place.path("p.manifest.json"))
    expect_equal(place.run().outputs("made"), ALL, "made again")
    expect_equal(place.files(), files, "outputs")
    expect_equal(place.read("p.manifest.json"), manifest, "the manifest")


def test_broken_manifest_and_state_are_no_reason_to_fail(place):
    made(place)
    files, manifest = place.files(), place.read("p.manifest.json")
    for junk in (b"", b"{", b"[1, 2]", b'{"peel": 1, "images": [{"derivatives": [{"path": 3}]}]}',
                 b'{"peel": 1, "images": {"derivatives": 7}}', b"\0" * 100):
        place.write("p.manifest.json", junk)
        forget_state(place)
        with open(os.path.join(place.home, "state.sqlite"), "wb") as stream:
            stream.write(junk * 50)
        expect_equal(place.run().summary["failed"], 0, f"failures with {junk!r}")
        expect_equal(place.files(), files, "outputs")
        expect_equal(place.read("p.manifest.json"), manifest, "the manifest")


def test_deleted_and_altered_outputs_are_made_again(place):
    made(place)
    files = place.files()
    os.unlink(place.path("out/a.jpg"))
    expect_equal(place.run().outputs("made"), ["out/a.jpg"], "made after one was deleted")
    place.write("out/c.webp", files["out/c.webp"] + b"more")
    expect_equal(place.run().outputs("made"), ["out/c.webp"], "made after one grew")
    shutil.rmtree(place.path("out/deep"))
    expect_equal(place.run().outputs("made"), ["out/deep/b.png"], "made after a folder went")
    expect_equal(place.files(), files, "outputs")


def other_byte(content):
    return content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]


def test_altered_output_of_the_same_size_is_found(place):
    made(place)
    files = place.files()
    place.write("out/a.jpg", other_byte(files["out/a.jpg"]))
    expect_equal(place.run().outputs("made"), ["out/a.jpg"], "made after a byte changed")
    # With its time put back only a look at the bytes tells.
    status = os.stat(place.path("out/a.jpg"))
    with open(place.path("out/a.jpg"), "r+b") as stream:
        stream.write(other_byte(files["out/a.jpg"]))
    os.utime(place.path("out/a.jpg"), ns=(status.st_atime_ns, status.st_mtime_ns))
    expect_equal(place.run().summary["made"], 0, "made when size and time say nothing")
    expect_equal(place.run("--verify-outputs").outputs("made"), ["out/a.jpg"],
                 "made under --verify-outputs")
    expect_equal(place.files(), files, "outputs")


def test_touched_output_of_the_same_bytes_is_left_alone(place):
    made(place)
    os.utime(place.path("out/a.jpg"), (1_000_000_000, 1_000_000_000))
    expect_nothing_made(place)
    shutil.copy(place.path("out/c.webp"), place.path("copy"))
    os.replace(place.path("copy"), place.path("out/c.webp"))
    expect_nothing_made(place)


def test_file_of_somebody_else_in_the_place_of_an_output_is_replaced(place):
    place.write("p.yaml", PIPELINE)
    place.write("out/a.jpg", b"not a picture of ours")
    expect_equal(place.run().outputs("made"), ALL, "made")
    expect(place.read("out/a.jpg")[:2] == b"\xff\xd8", "a JPEG is there now")


def test_folder_in_the_place_of_an_output_fails_that_output(place):
    place.write("p.yaml", PIPELINE)
    place.write("out/a.jpg/keep.txt", b"mine")
    result = place.run("-k", code=3)
    expect_equal((result.outputs("failed"), result.summary["made"]), (["out/a.jpg"], 2), "failed")
    expect_equal(place.read("out/a.jpg/keep.txt"), b"mine", "what was in the folder")
    expect_equal(place.leftovers(), [], "temporary files")


def test_file_in_the_place_of_a_folder_fails_that_output(place):
    place.write("p.yaml", PIPELINE)
    place.write("out/deep", b"mine")
    result = place.run("-k", code=3)
    expect_equal((result.outputs("failed"), result.summary["made"]), (["out/deep/b.png"], 2),
                 "failed")
    expect_equal(place.read("out/deep"), b"mine", "the file")


def test_linked_output_folder_is_written_through(place):
    place.write("p.yaml", PIPELINE)
    os.mkdir(place.path("elsewhere"))
    os.symlink("elsewhere", place.path("out"))
    expect_equal(place.run().outputs("made"), ALL, "made")
    expect(os.path.islink(place.path("out")), "the link is kept")
    expect(os.path.exists(place.path("elsewhere/a.jpg")), "the file is where the link leads")
    expect_equal(place.run().summary["up-to-date"], 3, "up to date")


def test_link_out_of_the_folder_needs_permission(place):
    place.write("p.yaml", PIPELINE)
    outside = place.path("../outside-" + os.path.basename(place.path("")))
    os.mkdir(outside)
    os.symlink(outside, place.path("out"))
    result = place.run(code=2)
    expect(result.summary["made"] == 0 and os.listdir(outside) == [], "nothing is written there")
    expect_equal(place.run("--allow-outside").outputs("made"), ALL, "made")


def test_linked_output_is_replaced_and_its_target_kept(place):
    place.write("p.yaml", PIPELINE)
    place.write("precious.jpg", b"a file of mine")
    os.mkdir(place.path("out"))
    os.symlink("../precious.jpg", place.path("out/a.jpg"))
    expect_equal(place.run().outputs("made"), ALL, "made")
    expect_equal(place.read("precious.jpg"), b"a file of mine", "what the link led to")
    expect(not os.path.islink(place.path("out/a.jpg")), "the output is a file")


def test_folder_that_takes_no_files_fails_with_its_name(place):
    # /proc refuses new files to everybody, root too.
    place.write("p.yaml", PIPELINE.replace('"out/a.jpg"', '"/proc/sys/a.jpg"'))
    result = place.run("-k", "--allow-outside", code=3)
    expect_equal(result.summary["made"], 2, "made")
    expect("/proc/sys/a.jpg" in result.out, f"the error names the file: {result}")


def test_drift_is_told_and_redone_only_when_asked(place):
    made(place)
    files = place.files()
    with sqlite3.connect(os.path.join(place.home, "state.sqlite")) as state:
        facts = json.loads(state.execute("SELECT facts FROM outputs WHERE path = ?",
                                         (place.path("out/c.webp").encode(),)).fetchone()[0])
        facts["made-with"] = "libvips 7.0"
        state.execute("UPDATE outputs SET facts = ? WHERE path = ?",
                      (json.dumps(facts), place.path("out/c.webp").encode()))
    state.close()
    result = place.run()
    expect_equal((result.summary["made"], result.summary["drifted"]), (0, 1), "made and drifted")
    plan = place.peel("plan", "--json", "p.yaml")
    expect_equal((plan.summary["to-make"], plan.summary["drifted"]), (0, 1), "planned and drifted")
    plan = place.peel("plan", "--json", "p.yaml", "--refresh-drift")
    expect_equal(plan.outputs("to-make"), ["out/c.webp"], "planned with --refresh-drift")
    result = place.run("--refresh-drift")
    expect_equal(result.outputs("made"), ["out/c.webp"], "made by --refresh-drift")
    expect_equal(place.run().summary["drifted"], 0, "drifted afterwards")
    expect_equal(place.files(), files, "outputs")


def test_lost_original_is_told_of_before_it_is_drawn_again(place):
    made(place)
    for digest in place.blobs():
        place.lose(digest)
    os.unlink(place.path("out/a.jpg"))
    result = place.run()
    warnings = [e["message"] for e in result.events if e["event"] == "warning"]
    expect(any("lost or damaged" in text for text in warnings), f"a warning, not {warnings}")
    expect_equal(result.outputs("made"), ["out/a.jpg"], "made")


def test_file_that_no_run_made_is_replaced_with_a_word(place):
    place.write("p.yaml", PIPELINE)
    place.write("out/a.jpg", b"mine")
    warnings = [e["message"] for e in place.run().events if e["event"] == "warning"]
    expect_equal(len(warnings), 1, "warnings")
    expect("out/a.jpg" in warnings[0], warnings[0])


def test_link_to_its_own_input_is_no_output(place):
    place.write("real/photo.png", png(40, 30))
    os.symlink("real", place.path("out"))
    place.write("p.yaml", PIPELINE.replace("generate: { provider: synthetic, prompt: A weir, resolution: 200x160 }",
                                           "load: real/photo.png").replace("out/deep/b.png", "out/photo.png"))
    before = place.read("real/photo.png")
    result = place.run(code=2)
    expect("overwrite a file that the pipeline reads" in result.summary["error"]["message"], result)
    expect_equal(place.read("real/photo.png"), before, "the input")


def test_relative_home_is_refused(place):
    place.write("p.yaml", PIPELINE)
    place.home = "relative"
    expect("PEEL_HOME is 'relative'" in str(place.run(code=1)), "the reason")


def test_plan_changes_nothing(place):
    place.write("p.yaml", PIPELINE)
    plan = place.peel("plan", "--json", "p.yaml")
    expect_equal((plan.summary["to-make"], plan.summary["made"]), (3, 0), "planned and made")
    expect_equal(sorted(os.listdir(place.folder)), ["p.yaml"], "files")
    expect_equal(place.check_originals(), 0, "originals")


def test_damaged_original_is_reported_with_its_own_code(place):
    made(place)
    for paths in place.blobs().values():
        for path in paths:
            os.chmod(path, 0o600)
            with open(path, "r+b") as stream:
                stream.seek(200)
                stream.write(b"\xff" * 64)
    expect_nothing_made(place)
    result = place.run("--refresh", "out/a.jpg", code=8)
    expect("quarantine" in result.out + result.err, f"says where it went: {result}")
    expect_equal(len(os.listdir(os.path.join(place.home, "quarantine"))), 1, "in quarantine")
    expect_equal(len(place.files()), 3, "outputs")


support.main(globals())
