"""A codec that aborts takes down a worker: its output is tried again, or fails, alone.

There is no such codec at hand, so the worker is killed from outside while it is at work.
"""

import contextlib
import os
import signal
import subprocess
import time

import support
from support import PEEL, expect, expect_equal

# An output that takes its time, and two that do not.
PIPELINE = """\
version: 1
matrix:
  n: [1, 2]
stages:
  - generate: { provider: synthetic, prompt: "A pier ${n}", resolution: 640x480 }
outputs:
  - stages: [{ resize: { width: 600 } }, { recompress: { format: avif, effort: 4 } }]
    to: "out/{name}.avif"
  - stages: [{ resize: { width: 40 } }, { recompress: { format: jpeg } }]
    to: "out/{name}.jpg"
  - stages: [{ resize: { width: 30 } }, { recompress: { format: webp } }]
    to: "out/{name}.webp"
"""


def wait_for_worker(process, known=()):
    found = []

    def look():
        found[:] = [pid for pid in support.workers_of(process.pid) if pid not in known]
        return found or process.poll() is not None
    support.wait_until(look, "a worker is started")
    expect(found, "the run ended without a worker")
    return found[0]


def originals_made(place):
    place.write("p.yaml", PIPELINE)
    place.run("--only", "*.jpg")  # so that what follows only renders


def test_worker_killed_while_rendering_costs_a_second_try(place):
    reference = place.another("reference")
    reference.write("p.yaml", PIPELINE)
    reference.run()
    originals_made(place)
    for number in (signal.SIGKILL, signal.SIGABRT):
        process = place.start("run", "--json", "-j1", "p.yaml", "--refresh", "*")
        worker = wait_for_worker(process)
        time.sleep(0.25)
        os.kill(worker, number)
        result = support.finish(process)
        expect_equal(result.summary["failed"], 0, f"failures after signal {number}")
        expect_equal(result.summary["made"], 6, f"made after signal {number}")
        expect_equal(place.files(), reference.files(), "outputs")
        expect_equal(place.leftovers(), [], "temporary files")


def kill_on_sight(process, number):
    """Every worker shortly after it began, until the run ends."""
    known = []
    while process.poll() is None:
        for pid in support.workers_of(process.pid):
            if pid not in known:
                known.append(pid)
                time.sleep(0.05)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        time.sleep(0.005)
    return known


def test_worker_that_dies_each_time_fails_the_outputs_alone(place):
    originals_made(place)
    process = place.start("run", "--json", "-k", "-j1", "p.yaml", "--only", "*.avif")
    killed = kill_on_sight(process, signal.SIGABRT)
    result = support.finish(process, 3)
    expect_equal(result.outputs("failed"), ["out/p-1.avif", "out/p-2.avif"], "failed")
    for event in result.events:
        if event.get("status") == "failed":
            expect("signal 6" in event["error"]["message"], f"names the signal: {event}")
    expect(len(killed) >= 2, f"only {len(killed)} workers were killed")
    expect_equal(place.run().summary["failed"], 0, "failures of an undisturbed run")


def test_worker_that_dies_ends_the_run_without_keep_going(place):
    originals_made(place)
    process = place.start("run", "--json", "-j1", "p.yaml", "--only", "*.avif")
    kill_on_sight(process, signal.SIGABRT)
    result = support.finish(process, 1)
    expect_equal(result.summary["failed"], 1, "failures")


def test_worker_killed_while_an_original_is_made_fails_that_image(place):
    place.write("p.yaml", PIPELINE.replace("640x480", "3000x2000"))
    process = place.start("run", "--json", "-k", "-j1", "p.yaml", "--only", "p@1", "--only", "*1.jpg")
    worker = wait_for_worker(process)
    time.sleep(0.25)
    os.kill(worker, signal.SIGKILL)
    result = support.finish(process, 3)
    failed = [e for e in result.events if e["event"] == "image-failed"]
    expect_equal([e["image"] for e in failed], ["p@1"], "images that failed")
    expect("signal 9" in failed[0]["error"]["message"], f"names the signal: {failed}")
    place.write("p.yaml", PIPELINE)
    expect_equal(place.run().summary["made"], 6, "made by the next run")
    expect_equal(place.leftovers(), [], "temporary files")
    expect_equal(place.check_originals(), 2, "originals")


def test_process_1_has_workers_too(place):
    """A container runs peel without an init above it."""
    place.write("p.yaml", PIPELINE)
    process = subprocess.run(["unshare", "-p", "-f", "--mount-proc", PEEL, "run", "--json", "p.yaml"],
                             cwd=place.folder, env=place.environment(), capture_output=True, text=True,
                             timeout=support.TIMEOUT_S, check=False)
    expect_equal(process.returncode, 0, process.stderr)


support.main(globals())
