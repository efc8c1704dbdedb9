"""Originals that become pixel frames: nothing is lost on the way, whatever happens on it, and what
is made from a frame is what is made from the bytes."""

import os
import random
import signal
import subprocess
import time

import support
from support import expect, expect_equal, sha256

N_KILLS = 30

PIPELINE = """\
version: 1
stages:
  - load: { files: "in/*.png" }
outputs:
  - stages: [{ resize: { width: 40 } }, { recompress: { format: jpeg } }]
    to: "out/{name}.jpg"
  - stages: [{ metadata: { policy: all } }, { recompress: { format: png } }]
    to: "out/{name}.png"
  - stages: [{ crop: { aspect-ratio: "1:1" } }, { recompress: { format: tiff } }]
    to: "out/{name}.tif"
"""


def stored(place, suffix):
    return {digest: path for digest, paths in place.blobs().items() for path in paths
            if path.endswith(suffix)}


def cat(place, digest):
    return subprocess.run([support.PEEL, "cache", "cat", digest], capture_output=True, check=True,
                          cwd=place.folder, env=place.environment()).stdout


def import_pictures(place, numbers, size=160):
    """Contents by hash."""
    contents = {}
    for number in numbers:
        content = support.png(size, size, seed=number)
        place.write(f"in/{number}.png", content)
        contents[sha256(content)] = content
    place.peel("cache", "import", "-q", "in")
    return contents


def check_whole(place, contents):
    """Every original is there, by zstd and by Peel."""
    frames, pixels = stored(place, ".zst"), stored(place, ".pix")
    expect_equal(set(frames) | set(pixels), set(contents), "originals")
    for digest, path in frames.items():
        plain = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
        expect_equal(sha256(plain), digest, "the hash of a frame's content")
    for digest in pixels:
        expect_equal(cat(place, digest), contents[digest], "what cat rebuilds")


# ---- kills ----

def repack_and_kill(place, duration):
    process = place.start("cache", "repack", "-q", "-j", "2")
    time.sleep(random.uniform(0.01, duration))
    process.kill()
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_killed_at_any_moment_keeps_every_original(place):
    reference = place.another("reference")
    import_pictures(reference, range(6))
    start = time.monotonic()
    reference.peel("cache", "repack", "-q", "-j", "2")
    duration = time.monotonic() - start
    n_kills = n_begun = n_rounds = 0
    while n_kills < N_KILLS:
        n_rounds += 1
        place = place.another(f"round-{n_rounds}")
        contents = import_pictures(place, range(6))
        for _ in range(6):
            n_kills += repack_and_kill(place, duration)
            n_pixels = len(stored(place, ".pix"))
            n_begun += 0 < n_pixels < len(contents)
        check_whole(place, contents)
        place.peel("cache", "repack", "-q")
        expect_equal((len(stored(place, ".zst")), len(stored(place, ".pix"))),
                     (0, len(contents)), "stored as bytes and as pixels in the end")
        place.peel("cache", "verify", "-q", "--rebuild")
        expect_equal(place.leftovers(), [], "temporary files")
    expect(n_begun > 0, f"only {n_begun} kills came while some were packed")
    print(f"{n_kills} kills within {duration:.2f} s, {n_begun} while some were packed")


def test_put_and_repacked_at_once_loses_nothing(place):
    contents = import_pictures(place, range(5))
    for _ in range(5):
        processes = [place.start("cache", "repack", "-q"), place.start("cache", "import", "-q", "in"),
                     place.start("cache", "repack", "-q"), place.start("cache", "verify", "-q")]
        for process in processes:
            support.finish(process)
        check_whole(place, contents)
        import_pictures(place, range(5))
    expect_equal(os.listdir(os.path.join(place.home, "quarantine")), [], "quarantine")


# ---- use ----

def test_derivatives_are_the_same_from_bytes_and_pixels(place):
    for number in range(3):
        place.write(f"in/{number}.png", support.png(120, 90, seed=number))
    place.write("p.yaml", PIPELINE)
    place.run("--no-repack")
    made = place.files()
    expect_equal((len(made), len(stored(place, ".pix"))), (9, 0), "outputs and pixel frames")
    place.peel("cache", "repack", "-q")
    expect_equal((len(stored(place, ".zst")), len(stored(place, ".pix"))), (0, 3), "stored")
    subprocess.run(["rm", "-r", place.path("out")], check=True)
    expect_equal(place.run().summary["made"], 9, "made from pixels")
    expect_equal(place.files(), made, "outputs made from pixels")


def test_damaged_pixels_are_told_and_the_file_loaded_again(place):
    for number in range(2):
        place.write(f"in/{number}.png", support.png(120, 90, seed=number))
    place.write("p.yaml", PIPELINE)
    place.run()
    made = place.files()
    place.peel("cache", "repack", "-q")
    path = stored(place, ".pix")[sha256(place.read("in/1.png"))]
    with open(path, "r+b") as stream:
        stream.seek(os.path.getsize(path) // 2)
        stream.write(b"rotten")
    result = place.peel("cache", "verify", code=8)
    expect("is damaged" in result.out and path in result.out, f"verify does not name it: {result}")
    subprocess.run(["rm", "-r", place.path("out")], check=True)
    place.run()
    expect_equal(place.files(), made, "outputs")
    place.peel("cache", "verify", "-q")


# ---- checks that are cut off ----

def test_killed_check_goes_on(place):
    for number in range(60):
        place.write(f"in/{number}.bin", random.Random(number).randbytes(400_000))
    place.peel("cache", "import", "-q", "in")
    victim = sorted(stored(place, ".zst").values())[-1]
    with open(victim, "r+b") as stream:
        stream.seek(1000)
        stream.write(b"rotten")
    for _ in range(4):
        process = place.start("cache", "verify", "-q", "-j", "1")
        time.sleep(random.uniform(0.05, 0.3))
        process.kill()
        process.communicate()
    result = place.peel("cache", "verify", "--json", code=None)
    n_quarantined = len(os.listdir(os.path.join(place.home, "quarantine")))
    expect_equal(n_quarantined, 1, "files in quarantine")
    expect(result.code == 8, f"a lost original is told: {result}")
    expect_equal(place.leftovers(), [], "temporary files")


support.main(globals())
