"""The commands of `peel cache`: what they give, and what they refuse."""

import os
import signal
import subprocess

import support
from support import expect, expect_equal, sha256

PIPELINE = """\
version: 1
stages:
  - load: { files: "*.png" }
outputs:
  - stages: [{ resize: { width: 16 } }, { recompress: { format: webp } }]
    to: "out/{name}.webp"
"""


def load(place, *names):
    """Originals by way of a pipeline; their bytes by hash."""
    found = {}
    for seed, name in enumerate(names):
        content = support.png(24 + seed, 20, seed)
        place.write(name, content)
        found[sha256(content)] = content
    place.write("p.yaml", PIPELINE)
    place.run()
    return found


def cat(place, *arguments, code=0):
    done = subprocess.run([support.PEEL, "cache", "cat", *arguments], capture_output=True,
                          cwd=place.folder, env=place.environment(), check=False,
                          timeout=support.TIMEOUT_S)
    expect_equal(done.returncode, code, f"exit code of cat {arguments}\n{done.stderr.decode()}")
    return done


def blob_path(place, digest):
    return os.path.join(place.home, "originals", digest[:2], digest + ".zst")


# ---- cat ----

def test_cat_gives_the_exact_bytes(place):
    for digest, content in load(place, "a.png", "b.png").items():
        expect_equal(cat(place, digest[:12]).stdout, content, "what cat gives")
        expect_equal(cat(place, digest.upper()).stdout, content, "a hash in capitals")
        expect_equal(cat(place, digest, "--to", "copy.bin").stdout, b"", "nothing is printed")
        expect_equal(place.read("copy.bin"), content, "what cat writes")
    expect_equal(place.leftovers(), [], "temporary files")


def test_cat_of_what_is_not_there_writes_nothing(place):
    load(place, "a.png")
    unknown = cat(place, "0123456789", "--to", "x.bin", code=2)
    expect(b"no original in the cache begins with '0123456789'" in unknown.stderr, unknown.stderr)
    expect(not os.path.exists(place.path("x.bin")), "no file is made")
    nowhere = cat(place, "--to", "no-folder/x.bin", next(iter(load(place, "b.png"))), code=1)
    expect(b"no-folder" in nowhere.stderr, nowhere.stderr)


def test_cat_of_a_damaged_original_writes_nothing(place):
    digest = next(iter(load(place, "a.png")))
    path = blob_path(place, digest)
    with open(path, "rb") as stream:
        blob = bytearray(stream.read())
    blob[len(blob) // 2] ^= 1
    os.chmod(path, 0o600)
    with open(path, "wb") as stream:
        stream.write(blob)
    place.write("x.bin", "what was here")
    damaged = cat(place, digest, "--to", "x.bin", code=8)
    expect(b"is damaged" in damaged.stderr and b"quarantine" in damaged.stderr, damaged.stderr)
    expect_equal(place.read("x.bin"), b"what was here", "the file that was there")
    gone = cat(place, digest, code=2)
    expect_equal(gone.stdout, b"", "nothing is written of what is in quarantine")


def test_cat_knows_full_disks_and_readers_that_leave(place):
    digest = next(iter(load(place, "a.png")))
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([support.PEEL, "cache", "cat", digest], stdout=full, check=False,
                              stderr=subprocess.PIPE, text=True, env=place.environment(),
                              timeout=support.TIMEOUT_S)
    expect_equal(done.returncode, 1, f"exit code on a full disk: {done.stderr}")
    expect("cannot write the original" in done.stderr, done.stderr)
    process = place.start("cache", "cat", digest)
    process.stdout.close()
    process.stdout = None
    support.finish(process, 0)


# ---- show ----

def test_show_tells_what_the_sidecar_tells(place):
    digests = load(place, "a.png", "b.png")
    first = next(iter(digests))
    shown = place.peel("cache", "show", first[:8])
    for word in (first, "png 24x20", "load", "a.png"):
        expect(word in shown.out, f"{word} is not told: {shown}")
    both = place.peel("cache", "show", "--json", *digests, first[:9])
    expect_equal([o["sha256"] for o in both.events], list(digests), "each of them once")
    one = both.events[0]
    expect_equal((one["format"], one["width"], one["height"], one["bytes"]),
                 ("png", 24, 20, len(digests[first])), "facts")
    expect_equal([a["file"] for a in one["acquisitions"]], ["a.png"], "acquisitions")
    expect_equal(place.peel("cache", "show", first, "0123", code=2).out, "", "all or nothing")


# ---- import ----

GENERATED = """\
version: 1
matrix:
  angle: [front, side]
stages:
  - generate: { provider: synthetic, prompt: "A gate, ${angle}", resolution: 320x240 }
outputs:
  - stages: [{ resize: { width: 16 } }, { recompress: { format: webp } }]
    to: "out/{name}.webp"
"""


def test_import_keeps_any_bytes(place):
    wanted = {}
    for i, content in enumerate((b"", b"hello", os.urandom(70000), support.png(30, 20),
                                 support.png(30, 20)[:-20], b"\x89PNG\r\n\x1a\n")):
        place.write(f"in/{'sub/' * (i % 3)}f{i}.png", content)
        wanted[sha256(content)] = content
    place.write("in/.hidden", "not me")
    place.write("alone.txt", "me too")
    wanted[sha256(b"me too")] = b"me too"
    said = place.peel("cache", "import", "in", "alone.txt", "--json", "-j3")
    expect_equal({e["sha256"] for e in said.events[:-1]}, set(wanted), "what was imported")
    summary = said.summary
    expect_equal((summary["imported"], summary["known"], summary["failed"], summary["exit"]),
                 (7, 0, 0, 0), "summary")
    for digest, content in wanted.items():
        expect_equal(cat(place, digest).stdout, content, "what cat gives of it")
    expect_equal(place.check_originals(), 7, "originals in the cache")
    again = place.peel("cache", "import", "in", "alone.txt", "--json")
    expect_equal((again.summary["imported"], again.summary["known"]), (0, 7), "the second time")


def test_import_says_what_it_cannot_take(place):
    os.makedirs(place.path("empty/.git"))
    said = place.peel("cache", "import", "empty")
    expect("there is no file in empty to import" in said.err, repr(said))
    missing = place.peel("cache", "import", place.write("a.png", support.png(8, 8)), "nope", code=2)
    expect("there is no file or folder nope" in missing.err, repr(missing))
    expect(not os.path.exists(place.home) or place.check_originals() == 0, "nothing by halves")
    place.write("big.bin", b"x" * 5000)
    some = place.peel("cache", "import", "a.png", "big.bin", "--max-file-size", "4KB", "--json",
                      code=1)
    expect_equal((some.summary["imported"], some.summary["failed"], some.summary["exit"]),
                 (1, 1, 1), "one fails, the other is kept")
    place.write("p.yaml", GENERATED)
    for arguments, complaint in (
            (("a.png", "a.png", "--pipeline", "p.yaml"), "one picture is imported at a time"),
            (("empty", "--pipeline", "p.yaml"), "not a folder"),
            (("a.png", "--variant", "2"), "give --pipeline too"),
            (("a.png", "--pipeline", "p.yaml"), "has 2 images; choose one with --image ID"),
            (("a.png", "--pipeline", "a.png"), "is a picture, not a pipeline"),
            (("a.png", "--pipeline", "p.yaml", "--image", "p@fornt"), "did you mean 'p@front'?")):
        refused = place.peel("cache", "import", *arguments, code=2)
        expect(complaint in refused.err, f"{complaint!r} is not in {refused}")


def test_imported_answer_is_not_generated(place):
    place.write("p.yaml", GENERATED)
    place.write("bought.png", support.png(320, 240, 7))
    place.write("letter.png", "no picture")
    side = ("--pipeline", "p.yaml", "--image", "p@side", "--cost", "0.04")
    refused = place.peel("cache", "import", "letter.png", *side, code=1)
    expect("letter.png" in refused.err, repr(refused))
    said = place.peel("cache", "import", "bought.png", *side, "--json")
    digest = said.events[0]["sha256"]
    ran = place.run()
    how = {e["image"]: (e["how"], e["sha256"]) for e in ran.events if e["event"] == "original"}
    expect_equal(how["p@side"], ("cached", digest), "the one that was bought")
    expect_equal(how["p@front"][0], "generated", "the other one")
    shown = place.peel("cache", "show", digest, "--json").events[0]["acquisitions"][0]
    expect_equal((shown["source"], shown["image"], shown["prompt"], shown["cost-usd"]),
                 ("import", "p@side", "A gate, side", 0.04), "what is told of it")


def test_import_tags_are_checked_and_kept(place):
    place.write("a.png", support.png(20, 20))
    wrong = place.peel("cache", "import", "a.png", "--tag", "hero," + "x" * 65, code=2)
    expect("cannot be a tag" in wrong.err, repr(wrong))
    said = place.peel("cache", "import", "a.png", "--tag", "hero, spring", "--tag", "b", "--json")
    digest = said.events[0]["sha256"]
    place.peel("cache", "import", "a.png", "--tag", "autumn")
    shown = place.peel("cache", "show", digest, "--json").events[0]
    expect_equal(shown["tags"], ["autumn", "b", "hero", "spring"], "tags")


def test_import_ends_whole_when_it_is_interrupted(place):
    for i in range(60):
        place.write(f"in/f{i:02}.bin", os.urandom(200000))
    process = place.start("cache", "import", "in", "-j2", "--json")
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    result = support.finish(process, 130)
    expect_equal(result.summary["interrupted"], True, "summary")
    n = result.summary["imported"]
    expect(0 < n < 60, f"it stops soon: {n} of 60")
    expect_equal(place.check_originals(), n, "originals that are told of and are there")
    expect_equal(place.leftovers(), [], "temporary files")


# ---- bundles ----

def test_restore_refuses_what_is_no_bundle(place):
    place.write("letter.txt", "no bundle" * 200)
    wrong = place.peel("cache", "restore", "letter.txt", code=8)
    expect("letter" in wrong.err or "bundle" in wrong.err, repr(wrong))
    event = place.peel("cache", "restore", "letter.txt", "--json", code=8).summary
    expect_equal((event["event"], event["originals"], event["exit"]), ("summary", 0, 8), "summary")
    missing = place.peel("cache", "restore", "nope.tar", code=1)
    expect("nope.tar" in missing.err, repr(missing))


if __name__ == "__main__":
    support.main(globals())
