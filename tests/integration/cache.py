"""The commands of `peel cache`: what they give, and what they refuse."""

import os
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


if __name__ == "__main__":
    support.main(globals())
