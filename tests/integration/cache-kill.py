"""kill -9 at random moments of whatever writes originals: what was told to be stored is there and
whole, nothing is left over, and what is known of it is in order."""

import os
import random
import shutil
import subprocess
import time

import support
from support import expect, expect_equal

N_KILLS = 100
N_PROCESSES = 4
N_FILES = 24  # a process, and as many that all of them have


def write_files(place, number):
    """The folders of a round, with bytes that no round before had."""
    noise = random.Random(random.random())
    shared = [noise.randbytes(noise.randrange(100, 60_000)) for _ in range(N_FILES)]
    folders = []
    for i in range(N_PROCESSES):
        folder = f"round-{number}/{i}"
        for k, content in enumerate(shared):
            place.write(f"{folder}/shared-{k:02}", content)
        for k in range(N_FILES):
            content = (support.png(16, 16, seed=noise.randrange(10**9)) if k % 4 == 0
                       else noise.randbytes(noise.randrange(100, 60_000)))
            place.write(f"{folder}/own-{k:02}", content)
        folders.append(folder)
    return folders


def hashes_of(place, folders):
    return {support.sha256(place.read(f"{folder}/{name}"))
            for folder in folders for name in os.listdir(place.path(folder))}


def start_all(place, folders):
    return [place.start("cache", "import", "--json", "-j", "2", folder) for folder in folders]


def reports(out):
    """What whole lines tell; the last may be cut."""
    lines = out.split("\n")[:-1]
    events = [support.json.loads(line) for line in lines]
    return {event["sha256"] for event in events if event["event"] == "original"}


def kill_all(processes, duration):
    """Each at a moment of its own. How many were at work then, and what they had told."""
    ends = sorted((random.uniform(0.02, duration * 1.1), i) for i in range(len(processes)))
    start = time.monotonic()
    n_killed = 0
    for delay, i in ends:
        time.sleep(max(0, start + delay - time.monotonic()))
        processes[i].kill()
    told = set()
    for process in processes:
        out, _ = process.communicate()
        n_killed += process.returncode == -9
        told |= reports(out)
    return n_killed, told


def stored(place, suffix):
    return {name[:-len(suffix)]: os.path.join(folder, name)
            for folder, _, names in os.walk(os.path.join(place.home, "originals"))
            for name in names if name.endswith(suffix)}


def check_whole(place, known):
    """Every blob that is not among the known ones hashes to its name, by zstd and not by Peel."""
    new = {name: path for name, path in stored(place, ".zst").items() if name not in known}
    if not new:
        return
    plain = place.path("plain")
    subprocess.run(["rm", "-rf", plain], check=True)
    os.makedirs(plain)
    subprocess.run(["zstd", "-dq", "--output-dir-flat", plain, *new.values()], check=True)
    for name in new:
        with open(os.path.join(plain, name), "rb") as stream:
            expect_equal(support.sha256(stream.read()), name, "the hash of what is stored")
    known |= set(new)


def undisturbed(place):
    folders = write_files(place, 0)
    start = time.monotonic()
    for process in start_all(place, folders):
        result = support.finish(process)
        expect_equal(result.summary["imported"] + result.summary["known"], 2 * N_FILES, "files")
    duration = time.monotonic() - start
    expect_equal(set(stored(place, ".zst")), hashes_of(place, folders), "originals")
    return duration


def expect_sound(place):
    """Every byte, every sidecar, and every row of the index."""
    said = place.peel("cache", "verify", "--json")
    expect_equal((said.summary["index-differences"], said.summary["damaged"],
                  said.summary["lost"]), (0, 0, 0), "of the check")
    listed = place.peel("cache", "ls", "--limit", "0", "--json").events[:-1]
    expect_equal({event["sha256"] for event in listed}, set(stored(place, ".json")),
                 "what the index lists and what has a sidecar")


def mend(place, folders):
    """The next start, and then all of it once more."""
    place.peel("cache", "import", "-q", folders[0] + "/own-00")
    expect_equal(place.leftovers(), [], "temporary files after the next start")
    expect_equal(os.listdir(os.path.join(place.home, "writers")), [], "marks of the dead")
    for process in start_all(place, folders):
        result = support.finish(process)
        expect_equal((result.summary["imported"] + result.summary["known"],
                      result.summary["failed"]), (2 * N_FILES, 0), "imported and failed")


def test_imports_killed_at_any_moment_lose_nothing(place):
    duration = undisturbed(place.another("reference"))
    n_kills = n_rounds = n_told = 0
    known = set()
    while n_kills < N_KILLS:
        n_rounds += 1
        folders = write_files(place, n_rounds)
        killed, told = kill_all(start_all(place, folders), duration)
        n_kills += killed
        n_told += len(told)
        expect(told <= set(stored(place, ".zst")), "an original that was told to be stored is lost")
        expect(told <= set(stored(place, ".json")), "the sidecar of one that was told is lost")
        check_whole(place, known)
        if n_rounds % 5 == 0:
            mend(place, folders)
            expect(hashes_of(place, folders) <= set(stored(place, ".json")), "sidecars")
            expect_sound(place)
    mend(place, folders)
    check_whole(place, known)
    expect_sound(place)
    expect_equal(os.listdir(os.path.join(place.home, "quarantine")), [], "quarantine")
    expect(n_told > N_KILLS, f"only {n_told} were told before their importers were killed")
    print(f"{n_kills} kills in {n_rounds} rounds of {duration:.2f} s, {n_told} had been told")


# ---- one at a time ----

def pictures(place):
    """A home with PNGs that can be repacked and others that cannot."""
    for i in range(10):
        place.write(f"in/{i}.png", support.png(120, 90 + i, seed=i))
        place.write(f"in/{i}.bin", random.randbytes(30_000))
    place.peel("cache", "import", "-q", "in")
    return {support.sha256(content): content for content in place.files("in").values()}


def kill_one(place, delay, *arguments):
    process = place.start(*arguments)
    time.sleep(delay)
    process.kill()
    process.communicate()
    return process.returncode == -9


def has_enough(n_kills, n_tries):
    """What is timed on a busy machine may be over before most kills come: then more are tried."""
    return n_kills > 10 or n_tries >= 150


def time_of(place, *arguments):
    start = time.monotonic()
    place.peel(*arguments)
    return time.monotonic() - start


def test_restores_killed_at_any_moment_lose_nothing(place):
    originals = pictures(place)
    place.peel("cache", "export", "all.tar")
    restore = ("cache", "restore", "-q", place.path("all.tar"))
    duration = time_of(place.another("reference"), *restore)
    n_kills = i = 0
    while i < 30 or not has_enough(n_kills, i):
        other = place.another(f"other-{i // 3}")
        n_kills += kill_one(other, random.uniform(0, duration), *restore)
        check_whole(other, set())
        i += 1
        if i % 3 != 0:
            continue
        other.peel(*restore)
        expect_equal(set(stored(other, ".zst")), set(originals), "originals")
        expect_equal(set(stored(other, ".json")), set(originals), "sidecars")
        expect_sound(other)
        expect_equal(other.leftovers(), [], "temporary files")
    expect(has_enough(n_kills, 0), f"only {n_kills} kills hit a restore at work")


def test_repacks_killed_at_any_moment_lose_nothing(place):
    originals = pictures(place)
    reference = place.another("reference")
    shutil.copytree(place.home, reference.home)
    repack = ("cache", "repack", "-q", "-j", "2")
    duration = time_of(reference, *repack)
    expect(len(stored(reference, ".pix")) >= 8, "few were repacked")
    n_kills = i = 0
    while i < 30 or not has_enough(n_kills, i):
        if i % 5 == 0:
            other = place.another(f"other-{i // 5}")
            shutil.copytree(place.home, other.home)
        n_kills += kill_one(other, random.uniform(0, duration), *repack)
        expect_equal(set(stored(other, ".zst")) | set(stored(other, ".pix")), set(originals),
                     "originals as bytes or as pixels")
        i += 1
        if i % 5 != 0:
            continue
        other.peel(*repack)
        expect_equal(set(stored(other, ".pix")), set(stored(reference, ".pix")), "repacked")
        expect(not set(stored(other, ".pix")) & set(stored(other, ".zst")), "kept twice")
        other.peel("cache", "verify", "--rebuild")
        expect_sound(other)
        expect_equal(other.leftovers(), [], "temporary files")
    expect(has_enough(n_kills, 0), f"only {n_kills} kills hit a repack at work")


support.main(globals())
