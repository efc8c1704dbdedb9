"""The commands of `peel cache`: what they give, and what they refuse."""

import os
import re
import signal
import subprocess
import time

import support
from cli import on_terminal
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
    place.run("--no-repack")
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
    gone = cat(place, digest, code=8)
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
    expect_equal([o["sha256"] for o in both.events[:-1]], list(digests), "each of them once")
    one = both.events[0]
    expect_equal((one["format"], one["width"], one["height"], one["bytes"]),
                 ("png", 24, 20, len(digests[first])), "facts")
    expect_equal([a["file"] for a in one["acquisitions"]], ["a.png"], "acquisitions")
    expect_equal(place.peel("cache", "show", first, "0123", code=2).out, "", "all or nothing")


def test_show_leaves_out_what_no_sidecar_tells(place):
    digest = next(iter(load(place, "a.png")))
    os.remove(blob_path(place, digest)[:-4] + ".json")
    shown = place.peel("cache", "show", digest[:8])
    expect(re.search(r"^stored +[\d.]+ K?B as they are, in a zstd frame$", shown.out, re.MULTILINE),
           f"stored, without a share of nobody knows what: {shown}")
    expect("it has no sidecar" in shown.out, repr(shown))
    expect("bytes " not in shown.out and "%" not in shown.out, f"nothing is made up: {shown}")
    event = place.peel("cache", "show", digest, "--json").events[0]
    expect_equal((event["sha256"], "bytes" in event, event["lost"]), (digest, False, False), "JSON")


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


# ---- ls ----

def fill(place):
    """Four originals of different kinds; hashes by name."""
    found = {}
    for seed, (name, arguments) in enumerate((
            ("watch", ("--prompt", "A brass diver's watch,\non slate", "--tag", "hero,spring",
                       "--model", "nano", "--provider", "elsewhere", "--cost", "0.04")),
            ("lamp", ("--prompt", "A lamp in the rain", "--tag", "hero")),
            ("Größe", ()), ("notes", ()))):
        content = b"some notes" if name == "notes" else support.png(200 + seed, 100, seed)
        place.write(name + ".png", content)
        said = place.peel("cache", "import", name + ".png", "--json", *arguments)
        found[name] = said.events[0]["sha256"]
    return found


def names_of(place, digests, *arguments):
    listed = place.peel("cache", "ls", "--json", *arguments).events[:-1]
    by_hash = {digest: name for name, digest in digests.items()}
    return [by_hash[row["sha256"]] for row in listed]


def test_ls_finds_by_each_filter(place):
    digests = fill(place)
    everything = set(digests)
    for arguments, wanted in (
            ((), everything),
            (("watch",), {"watch"}),
            (("WATCH", "slate"), {"watch"}),
            (("--text", "lamp rain"), {"lamp"}),
            (("lam*",), {"lamp"}),
            (("große",), {"Größe"}),
            (("watch", "rain"), set()),
            (("--tag", "hero"), {"watch", "lamp"}),
            (("--tag", "hero", "--tag", "spring"), {"watch"}),
            (("--provider", "else*"), {"watch"}),
            (("--model", "nano"), {"watch"}),
            (("--model", "nan"), set()),
            (("--image", "l?mp"), {"lamp"}),
            (("--since", "1h"), everything),
            (("--since", "2020-01-01", "--until", "2020-12-31"), set()),
            (("--until", "2999-01-01"), everything),
            (("--smaller-than", "1KB"), {"notes"}),
            (("--larger-than", "1KB"), everything - {"notes"}),
            (("--paid",), everything)):
        expect_equal(set(names_of(place, digests, *arguments)), wanted, f"ls {arguments}")
    newest = names_of(place, digests)
    expect_equal(names_of(place, digests, "--oldest-first"), newest[::-1], "the other way round")


def test_ls_tells_programs_all_of_it(place):
    digests = fill(place)
    rows = place.peel("cache", "ls", "watch", "--columns",
                      "hash,size,pixels,format,provider,model,cost,image,tags,prompt").out
    size = os.path.getsize(place.path("watch.png"))
    expect_equal(rows, f"{digests['watch']}\t{size}\t200x100\tpng\telsewhere\tnano\t0.04\twatch\t"
                 "hero,spring\tA brass diver's watch, on slate\n", "a line with tabs")
    one = place.peel("cache", "ls", "watch", "--json").events[0]
    expect_equal((one["prompt"], one["tags"], one["paid"], one["cost-usd"]),
                 ("A brass diver's watch,\non slate", ["hero", "spring"], True, 0.04), "as JSON")
    limited = place.peel("cache", "ls", "--limit", "1")
    expect_equal((limited.out.count("\n"), limited.err), (1, "3 more; --limit 0 lists all\n"),
                 "with a limit")
    paid = place.peel("cache", "ls", "--limit", "1", "--paid", "--json")
    expect_equal((len(paid.events), paid.err), (2, "3 more; --limit 0 lists all\n"), "of some")
    expect_equal((paid.summary["originals"], paid.summary["more"]), (1, 3), "counted")


def test_ls_fits_the_terminal(place):
    fill(place)
    pieces, code = on_terminal(place, 70, "cache", "ls")
    lines = "".join(piece for _, piece in pieces).replace("\033[1m", "").replace("\033[0m", "")
    expect_equal(code, 0, lines)
    shown = lines.split("\r\n")[:-1]
    expect_equal(len(shown), 5, f"a heading and four rows: {shown}")
    expect(shown[0].startswith("hash          date       "), repr(shown[0]))
    for line in shown:
        expect(len(line) <= 70, f"wider than the terminal: {line!r}")
    expect(any("…" in line for line in shown), f"nothing is cut: {shown}")


def test_ls_of_nothing_says_so(place):
    empty = place.peel("cache", "ls")
    expect_equal((empty.out, empty.err), ("", f"there are no originals in {place.home}\n"), "empty")
    none = place.peel("cache", "ls", "zebra")
    expect_equal((none.out, none.err), ("", "no original is as was asked for\n"), "no match")
    for arguments, complaint in ((("--columns", "hash,prize"), "there is no column 'prize'"),
                                 (("--since", "yesterday"), "--since takes an age such as 30d"),
                                 (("--limit", "-1"), "--limit takes")):
        wrong = place.peel("cache", "ls", *arguments, code=2)
        expect(complaint in wrong.err, repr(wrong))


def test_hash_that_fits_several_lists_them(place):
    place.write("many.py", "")
    by_prefix, i = {}, 0
    while True:
        content = str(i).encode()
        names = by_prefix.setdefault(sha256(content)[:4], [])
        names.append(content)
        if len(names) == 2:
            break
        i += 1
    for n, content in enumerate(names):
        place.write(f"in/{n}", content)
    place.peel("cache", "import", "in")
    refused = place.peel("cache", "show", sha256(names[0])[:4], code=2)
    for content in names:
        expect(sha256(content)[:12] in refused.err, f"candidates: {refused}")
    expect("give more digits" in refused.err, repr(refused))


# ---- tag, stat, rebuild ----

def test_tag_adds_and_removes(place):
    digests = fill(place)
    said = place.peel("cache", "tag", digests["watch"], digests["lamp"][:8], "--add", "x, y",
                      "--remove", "hero", "--json")
    expect_equal([e["tags"] for e in said.events[:-1]], [["spring", "x", "y"], ["x", "y"]], "tags")
    expect_equal(said.summary["tagged"], 2, "summary")
    expect_equal(set(names_of(place, digests, "--tag", "x")), {"watch", "lamp"}, "found by it")
    expect_equal(names_of(place, digests, "--tag", "hero"), [], "and not by the old one")
    for arguments, complaint in (((), "needs --add TAGS or --remove TAGS"),
                                 (("--add", "a,,b"), "cannot be a tag"),
                                 (("0123456789", "--add", "z"), "no original in the cache")):
        wrong = place.peel("cache", "tag", digests["lamp"], *arguments, code=2)
        expect(complaint in wrong.err, repr(wrong))
    expect_equal(names_of(place, digests, "--tag", "z"), [], "all or none")


def test_stat_counts(place):
    empty = place.peel("cache", "stat", "--json").events[0]
    expect_equal((empty["originals"], empty["stored-bytes"]), (0, 0), "of an empty cache")
    digests = fill(place)
    place.write("copy.png", place.read("watch.png"))
    place.peel("cache", "import", "copy.png")
    stat = place.peel("cache", "stat", "--json").events[0]
    size = sum(os.path.getsize(place.path(name + ".png")) for name in digests)
    expect_equal((stat["originals"], stat["pictures"], stat["bytes"], stat["spent-usd"]),
                 (4, 3, size, 0.04), "figures")
    expect_equal(stat["acquired-bytes"], size + len(place.read("copy.png")), "got twice")
    blobs = [os.path.join(folder, name) for folder, _, names in os.walk(place.home)
             for name in names if name.endswith(".zst")]
    expect_equal(stat["stored-bytes"], sum(map(os.path.getsize, blobs)), "stored")
    shown = place.peel("cache", "stat").out
    for word in ("4 (3 pictures", "kept once", "$0.04"):
        expect(word in shown, f"{word!r}: {shown}")


def test_stat_tells_what_using_again_saved(place):
    """An original that was imported for a pipeline's request, with its price, serves its runs."""
    place.write("p.yaml", """\
version: 1
stages:
  - generate: { prompt: a lamp, resolution: 64x64 }
outputs:
  - to: "out/{name}-{width}.png"
""")
    place.write("lamp.png", support.png(64, 64))
    place.peel("cache", "import", "lamp.png", "--pipeline", "p.yaml", "--cost", "0.25")

    def saved():
        stat = place.peel("cache", "stat", "--json").events[0]
        return stat["uses"], stat["saved-usd"]

    expect_equal(saved(), (0, 0), "before")
    place.run("--dry-run")
    expect_equal(saved(), (0, 0), "a dry run uses nothing")
    place.run()
    place.run()
    expect_equal(saved(), (1, 0.25), "the second had nothing to make")
    place.run("--refresh", "*")
    expect_equal(saved(), (2, 0.5), "made again of what was there")
    expect("$0.50 (used again 2 times)" in place.peel("cache", "stat").out, "for people")


def test_rebuild_brings_the_index_back(place):
    digests = fill(place)
    for suffix in ("", "-wal", "-shm"):
        path = os.path.join(place.home, "index.sqlite" + suffix)
        if os.path.exists(path):
            os.remove(path)
    said = place.peel("cache", "rebuild", "--json")
    expect_equal(said.summary["originals"], 4, "sidecars")
    expect_equal(names_of(place, digests, "watch"), ["watch"], "search works")


# ---- verify ----

def flip(path, at=None):
    with open(path, "rb") as stream:
        content = bytearray(stream.read())
    content[len(content) // 2 if at is None else at] ^= 4
    os.chmod(path, 0o600)
    with open(path, "wb") as stream:
        stream.write(content)


def test_verify_names_what_is_damaged(place):
    digests = fill(place)
    sound = place.peel("cache", "verify", "--json")
    expect_equal((sound.summary["originals"], sound.summary["exit"]), (4, 0), "a sound cache")
    expect("all of them are whole" in place.peel("cache", "verify").out, "in words")
    flip(blob_path(place, digests["watch"]))
    flip(blob_path(place, digests["lamp"])[:-4] + ".json")
    os.remove(blob_path(place, digests["notes"]))
    found = place.peel("cache", "verify", "--json", code=8)
    by_kind = {e["kind"]: e["sha256"] for e in found.events[:-1] if "sha256" in e}
    expect_equal(by_kind, {"damaged": digests["watch"], "sidecar-damaged": digests["lamp"],
                           "lost": digests["notes"]}, "findings")
    quarantined = os.listdir(os.path.join(place.home, "quarantine"))
    expect_equal(sorted(quarantined), sorted([digests["watch"] + ".zst",
                                              digests["lamp"] + ".json"]), "quarantine")
    expect_equal(cat(place, digests["Größe"]).stdout, place.read("Größe.png"), "the others")
    one = place.peel("cache", "verify", digests["Größe"], "--json")
    expect_equal(one.summary["originals"], 1, "one alone")


def test_what_is_told_of_a_lost_original_is_still_there(place):
    digests = fill(place)
    lost = digests["lamp"]
    place.lose(lost)
    events = place.peel("cache", "ls", "--json").events
    expect_equal([e["sha256"] for e in events[:-1] if e["lost"]], [lost], "marked in JSON")
    expect_equal(events[-1]["lost"], 1, "counted")
    listed = place.peel("cache", "ls", "--columns", "hash,state")
    expect_equal([row.split("\t")[0] for row in listed.out.splitlines() if row.endswith("lost")],
                 [lost], "marked in a column")
    expect("1 of them is lost" in listed.err and "peel cache restore" in listed.err, repr(listed))
    shown = place.peel("cache", "show", lost[:8])
    expect("rain" in shown.out and "its bytes are gone" in shown.out, f"what is told: {shown}")
    expect_equal(place.peel("cache", "show", lost, "--json").events[0]["lost"], True, "as JSON")
    place.peel("cache", "tag", lost[:8], "--add", "miss")
    expect_equal(names_of(place, digests, "--tag", "miss"), ["lamp"], "a tag of a lost one")
    gone = place.peel("cache", "cat", lost[:8], "--to", "x.png", code=8)
    expect("gone" in gone.err and "peel cache restore" in gone.err, repr(gone))
    expect(not os.path.exists(place.path("x.png")), "nothing is written")
    left = place.peel("cache", "export", "x.tar", lost[:8], "--json", code=8).summary
    expect_equal((left["originals"], left["left-out"]), (0, 1), "export")


def test_verify_compares_the_index(place):
    digests = fill(place)
    sidecar = blob_path(place, digests["lamp"])[:-4] + ".json"
    with open(sidecar, "rb") as stream:
        kept = stream.read()
    place.peel("cache", "tag", digests["lamp"], "--add", "new")
    with open(sidecar, "wb") as stream:
        stream.write(kept)
    found = place.peel("cache", "verify", "--json", code=8)
    expect_equal([e["kind"] for e in found.events[:-1]], ["index"], f"findings: {found}")
    expect("peel cache rebuild" in place.peel("cache", "verify", code=8).out, "what to do")
    place.peel("cache", "rebuild")
    place.peel("cache", "verify")


# ---- gc ----

def test_gc_tells_first_and_keeps_what_was_paid(place):
    loaded = load(place, "a.png", "b.png")
    imported = fill(place)
    wrong = place.peel("cache", "gc", code=2)
    expect("needs to know what may go" in wrong.err, repr(wrong))
    dry = place.peel("cache", "gc", "--max-size", "1B")
    expect("2 originals" in dry.out and "would go" in dry.out, repr(dry))
    expect("4 more" in dry.err and "--delete does it" in dry.err, repr(dry))
    place.check_originals()
    expect_equal(len(place.peel("cache", "ls").out.splitlines()), 6, "nothing went")
    none = place.peel("cache", "gc", "--older-than", "1h", "--delete", "--json")
    expect_equal((none.summary["originals"], none.summary["kept"]), (0, 0), "none is old")
    some = place.peel("cache", "gc", "--max-size", "1B", "--image", "a", "--delete", "--json")
    expect_equal([e["sha256"] for e in some.events[:-1]], [next(iter(loaded))], "the chosen one")
    place.peel("cache", "gc", "--max-size", "1B", "--delete")
    left = {e["sha256"] for e in place.peel("cache", "ls", "--json").events[:-1]}
    expect_equal(left, set(imported.values()), "what was imported stays")
    place.peel("cache", "gc", "--max-size", "1B", "--delete", "--include-paid")
    expect_equal(place.check_originals(), 0, "unless it is said")
    expect_equal(place.peel("cache", "stat", "--json").events[0]["stored-bytes"], 0, "room")
    os.remove(place.path("notes.png"))
    place.run()


def test_gc_empties_quarantine_and_forgets_outputs(place):
    digest = next(iter(load(place, "a.png", "b.png")))
    flip(blob_path(place, digest))
    cat(place, digest, code=8)
    os.remove(place.path("out/b.webp"))
    policy = ("--quarantine", "1h", "--forget-outputs")
    young = place.peel("cache", "gc", *policy, "--json").summary
    expect_equal((young["quarantine-files"], young["outputs-forgotten"]), (0, 1), "young")
    time.sleep(0.05)
    policy = ("--quarantine", "1ms", "--forget-outputs")
    dry = place.peel("cache", "gc", *policy, "--json").summary
    expect_equal((dry["quarantine-files"], dry["deleted"]), (1, False), "dry")
    done = place.peel("cache", "gc", *policy, "--delete", "--json").summary
    expect_equal((done["quarantine-files"], done["outputs-forgotten"]), (1, 1), "done")
    expect_equal(os.listdir(os.path.join(place.home, "quarantine")), [], "quarantine")
    again = place.peel("cache", "gc", *policy, "--delete", "--json").summary
    expect_equal((again["quarantine-files"], again["outputs-forgotten"]), (0, 0), "again")


# ---- repack ----

def test_repack_keeps_every_byte(place):
    digests = fill(place)
    said = place.peel("cache", "repack", "--json", "-j2")
    expect_equal((said.summary["originals"], said.summary["done"], said.summary["failed"]),
                 (4, 4, 0), "summary")
    expect(said.summary["packed"] >= 1, f"PNGs of zlib can be packed: {said}")
    for name, digest in digests.items():
        expect_equal(cat(place, digest).stdout, place.read(name + ".png"), name)
    place.peel("cache", "verify", "--rebuild")
    nothing = place.peel("cache", "repack", "--pixels", "off", "--json").summary
    expect_equal((nothing["packed"], nothing["beside"]), (0, 0), "off")


def test_run_packs_what_it_stored(place):
    place.write("p.yaml", GENERATED.replace("320x240", "900x700"))
    ran = place.run()
    expect_equal(ran.summary["event"], "summary", "the last event is the summary")
    blobs = place.blobs()
    expect_equal([path[-4:] for paths in blobs.values() for path in paths], [".pix"] * 2, "stored")
    expect_equal(place.check_originals(), 2, "the exact bytes")
    out = place.files()
    place.run("--refresh", "*")
    expect_equal(place.files(), out, "outputs made of the pixels")
    place.write("p.yaml", GENERATED.replace("320x240", "901x700"))
    place.run("--no-repack")
    new = [paths for digest, paths in place.blobs().items() if digest not in blobs]
    expect_equal([path[-4:] for paths in new for path in paths], [".zst"] * 2, "--no-repack")


def test_run_packs_nothing_that_it_does_not_keep(place):
    place.write("a.png", support.png(300, 200))
    place.write("p.yaml", PIPELINE.replace('files: "*.png"', 'files: "*.png", keep: false'))
    ran = place.peel("run", "p.yaml")
    expect("no original" not in ran.err, repr(ran))
    expect_equal(place.blobs(), {}, "originals")


def test_what_nothing_is_told_of_is_carried_too(place):
    digests = fill(place)
    os.remove(blob_path(place, digests["lamp"])[:-4] + ".json")
    place.peel("cache", "rebuild")
    expect_equal(place.peel("cache", "export", "all.tar", "--json").summary["originals"], 4, "all")
    one = place.peel("cache", "export", "one.tar", digests["lamp"], "--json").summary
    expect_equal(one["originals"], 1, "by its hash")
    packed = place.peel("cache", "repack", digests["lamp"], "--json").summary
    expect_equal((packed["originals"], packed["packed"]), (1, 1), "repacked")
    expect_equal(cat(place, digests["lamp"]).stdout, place.read("lamp.png"), "its bytes")


def test_repack_that_is_interrupted_loses_nothing(place):
    place.write("p.yaml", GENERATED.replace("[front, side]", "[a, b, c, d, e, f]")
                .replace("320x240", "1600x1200"))
    place.run("--no-repack")
    process = place.start("cache", "repack", "-j1", "--json")
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    result = support.finish(process, 130)
    n_packed = result.summary["packed"]
    expect(1 <= n_packed < 6, f"it stops soon: {result}")
    kinds = [path[-4:] for paths in place.blobs().values() for path in paths]
    expect_equal((kinds.count(".pix"), kinds.count(".zst")), (n_packed, 6 - n_packed), "files")
    expect_equal(place.check_originals(), 6, "originals")
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


def test_bundle_carries_everything(place):
    digests = fill(place)
    said = place.peel("cache", "export", "all.tar", "--json")
    expect_equal((said.summary["originals"], said.summary["left-out"]), (4, 0), "summary")
    listed = subprocess.run(["tar", "tf", place.path("all.tar")], capture_output=True, text=True,
                            check=True).stdout.splitlines()
    expect_equal(listed[0], "peel-bundle.json", "tar lists it")
    other = place.another("other")
    got = other.peel("cache", "restore", place.path("all.tar"), "--json").summary
    expect_equal((got["originals"], got["new"], got["sidecars"], got["refused"]), (4, 4, 4, 0), "got")
    for name, digest in digests.items():
        expect_equal(cat(other, digest).stdout, place.read(name + ".png"), name)
    expect_equal(names_of(other, digests, "watch", "--tag", "hero"), ["watch"], "search")
    again = other.peel("cache", "restore", place.path("all.tar"), "--json").summary
    expect_equal((again["originals"], again["new"]), (4, 0), "the second time")
    piped = subprocess.run([support.PEEL, "cache", "export", "-", "--tag", "hero"], check=True,
                           capture_output=True, cwd=place.folder, env=place.environment())
    third = place.another("third")
    subprocess.run([support.PEEL, "cache", "restore", "-"], input=piped.stdout, check=True,
                   capture_output=True, cwd=third.folder, env=third.environment())
    expect_equal(set(names_of(third, digests)), {"watch", "lamp"}, "some of them, through a pipe")


def test_export_says_what_it_cannot_do(place):
    digests = fill(place)
    none = place.peel("cache", "export", "x.tar", "--tag", "nope", code=2)
    expect("nothing to export" in none.err, repr(none))
    unknown = place.peel("cache", "export", "x.tar", "0123456", code=2)
    expect("no original in the cache" in unknown.err, repr(unknown))
    nowhere = place.peel("cache", "export", "no/x.tar", code=1)
    expect("no/x.tar" in nowhere.err, repr(nowhere))
    flip(blob_path(place, digests["watch"]))
    damaged = place.peel("cache", "export", "x.tar", code=8)
    expect("damaged" in damaged.err, repr(damaged))
    expect(not os.path.exists(place.path("x.tar")), "whole or not at all")
    rest = place.peel("cache", "export", "x.tar", "--json", code=8)
    expect_equal((rest.summary["originals"], rest.summary["left-out"]), (3, 1), "without it")
    expect("x.tar" in os.listdir(place.folder), "what is there is written")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([support.PEEL, "cache", "export", "-"], stdout=full, check=False,
                              stderr=subprocess.PIPE, text=True, env=place.environment(),
                              timeout=support.TIMEOUT_S)
    expect_equal(done.returncode, 1, f"on a full disk: {done.stderr}")


def test_export_takes_what_a_lock_pins(place):
    place.write("p.yaml", GENERATED)
    place.run()
    fill(place)
    said = place.peel("cache", "export", "x.tar", "--lock", "peel.lock", "--json").summary
    expect_equal((said["originals"], said["left-out"]), (2, 0), "the two of the pipeline")
    both = place.peel("cache", "export", "x.tar", "--lock", "peel.lock", "--tag", "hero", code=2)
    expect("no other option that chooses" in both.err, repr(both))
    missing = place.peel("cache", "export", "x.tar", "--lock", "nope.lock", code=2)
    expect("there is no such file" in missing.err, repr(missing))
    other = place.another("other")
    other.write("peel.lock", place.read("peel.lock"))
    gone = other.peel("cache", "export", "x.tar", "--lock", "peel.lock", "--json", code=8).summary
    expect_equal((gone["originals"], gone["left-out"]), (0, 2), "what is not here is told")


def test_restore_of_a_cut_bundle_keeps_what_was_whole(place):
    fill(place)
    place.peel("cache", "export", "all.tar")
    whole = place.read("all.tar")
    place.write("cut.tar", whole[:len(whole) * 2 // 3])
    other = place.another("other")
    cut = other.peel("cache", "restore", place.path("cut.tar"), "--json", code=8)
    expect(0 < cut.summary["originals"] < 4, repr(cut))
    expect_equal(other.check_originals(), cut.summary["originals"], "what is there is whole")


if __name__ == "__main__":
    support.main(globals())
