"""kill -9 at random moments: nothing half, nothing left over, and the next run mends all."""

import random
import signal
import time

import support
from support import expect, expect_equal

N_KILLS = 50

PIPELINE = """\
version: 1
matrix:
  time: [dawn, dusk]
stages:
  - generate: { provider: synthetic, prompt: "A harbour at ${time}", resolution: 320x240 }
outputs:
  - stages: [{ resize: { width: 300 } }, { recompress: { format: jpeg, quality: 80 } }]
    to: "out/{name}-300.jpg"
  - stages: [{ resize: { width: 200 } }, { recompress: { format: webp, quality: 80 } }]
    to: "out/{name}-200.webp"
  - stages: [{ recompress: { format: png } }]
    to: "out/png/{name}.png"
  - stages: [{ resize: { width: 64 } }, { recompress: { format: avif, effort: 1 } }]
    to: "out/{name}-64.avif"
  - stages: [{ recompress: { format: tiff } }]
    to: "out/print/{name}.tif"
  - stages: [{ page: { size: 40x30mm, min-dpi: 100dpi } }, { recompress: { format: pdf } }]
    to: "out/print/{name}.pdf"
"""


def undisturbed(place):
    reference = place.another("reference")
    reference.write("p.yaml", PIPELINE)
    start = time.monotonic()
    reference.run()
    return reference, time.monotonic() - start


def kill_once(place, delay, wanted):
    process = place.start("run", "p.yaml", "--refresh", "*")
    time.sleep(delay)
    workers = support.children_of(process.pid)
    # Again after the end: a worker may have been started in between.
    process.send_signal(signal.SIGSTOP)
    workers += support.children_of(process.pid)
    process.kill()
    process.communicate()
    support.expect_dead(workers, f"the workers of a killed run end (after {delay:.3f} s)")
    for name, content in place.files().items():
        if "/.peel-" not in name:
            expect(content == wanted[name], f"{name} is half written after {delay:.3f} s")
    place.check_originals()
    return len(workers) > 0


def test_killed_at_any_moment_leaves_nothing_half(place):
    reference, duration = undisturbed(place)
    wanted = reference.files()
    expect_equal(len(wanted), 12, "outputs of the undisturbed run")
    place.write("p.yaml", PIPELINE)
    n_with_workers = 0
    for i in range(N_KILLS):
        if i % 10 == 0:  # from nothing: the originals are made again, too
            place = place.another(f"work-{i}")
            place.write("p.yaml", PIPELINE)
        n_with_workers += kill_once(place, random.uniform(0, duration * 1.05), wanted)
        if i % 10 != 9:
            continue
        result = place.run()
        expect_equal(place.files(), wanted, "outputs after the run that mends")
        expect_equal(place.read("p.manifest.json"), reference.read("p.manifest.json"),
                     "the manifest")
        expect_equal(place.leftovers(), [], "temporary files")
        expect_equal(place.check_originals(), 2, "originals")
        expect_equal(result.summary["failed"], 0, "failures")
        stamps = place.stamps()
        expect_equal(place.run().summary["made"], 0, "made by a third run")
        expect_equal(place.stamps(), stamps, "mtimes after the third run")
    expect(n_with_workers > N_KILLS // 5, f"only {n_with_workers} kills hit a run at work")
    print(f"{N_KILLS} kills within {duration:.2f} s, {n_with_workers} while workers ran")


support.main(globals())
