"""Ctrl-C: the first ends what is begun and begins nothing, the second ends at once."""

import signal
import time

import support
from support import expect, expect_equal

# Long enough to be interrupted: one thread, one image after another.
PIPELINE = """\
version: 1
matrix:
  n: [1, 2, 3, 4, 5, 6]
stages:
  - generate: { provider: synthetic, prompt: "Barn ${n}", resolution: 320x240 }
outputs:
  - stages: [{ recompress: { format: png } }]
    to: "out/{name}.png"
  - stages: [{ recompress: { format: avif, effort: 1 } }]
    to: "out/{name}.avif"
"""
N_OUTPUTS = 12

# One output that takes its time.
SLOW = """\
version: 1
stages:
  - generate: { provider: synthetic, prompt: A barn, resolution: 1600x1200 }
outputs:
  - stages: [{ recompress: { format: avif, effort: 9 } }]
    to: "out/{name}.avif"
"""


def wait_for_event(process, word):
    """Reads events up to the first that has the word."""
    lines = []
    for line in process.stdout:
        lines.append(line)
        if f'"{word}"' in line and '"summary"' not in line:
            return "".join(lines)
    raise support.Failure(f"no event '{word}': {lines} {process.stderr.read()}")


def interrupted(place, numbers, *arguments, word="made", pause=0):
    process = place.start("run", "--json", "-j1", "p.yaml", *arguments)
    begun = wait_for_event(process, word)
    time.sleep(pause)
    workers = support.children_of(process.pid)
    sent = time.monotonic()
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.02)
    result = support.finish(process, 130)
    result.out = begun + result.out
    support.expect_dead(workers, "workers")
    return result, time.monotonic() - sent


def expect_rest(place, made, what):
    """What was told as made is whole and known; the next run makes just the rest."""
    expect(0 < len(made) < N_OUTPUTS, f"{what}: {len(made)} made before the end")
    stamps = {name: stamp for name, stamp in place.stamps().items() if name in made}
    expect_equal(sorted(stamps), made, f"{what}: files of the outputs that were told")
    result = place.run()
    expect_equal(result.outputs("up-to-date"), made, f"{what}: up to date in the next run")
    expect_equal(len(result.outputs("made")), N_OUTPUTS - len(made), f"{what}: made by it")
    now = place.stamps()
    expect_equal({name: now[name] for name in made}, stamps, f"{what}: mtimes")
    expect_equal(place.leftovers(), [], f"{what}: temporary files")


def one_signal(place, number):
    place.write("p.yaml", PIPELINE)
    result, _ = interrupted(place, [number])
    expect(result.summary["interrupted"], "the summary says that it was interrupted")
    expect_equal(result.summary["failed"], 0, "failures")
    made = result.outputs("made")
    expect_equal(sorted(place.files()), made, "nothing is there that was not told")
    expect_rest(place, made, str(number))


def test_sigint_finishes_what_is_in_flight(place):
    one_signal(place, signal.SIGINT)


def test_sigterm_does_the_same(place):
    one_signal(place, signal.SIGTERM)


def stops_at_once(place, *arguments):
    place.write("p.yaml", SLOW)
    result, duration = interrupted(place, [signal.SIGINT, signal.SIGINT], *arguments,
                                   word="original", pause=0.5)
    expect(duration < 3, f"stopped after {duration:.1f} s")
    expect_equal(result.outputs("failed"), [], "what was cut off is not told as a failure")
    expect_equal((result.summary["made"], result.summary["failed"]), (0, 0), "made and failed")
    expect("gave up" not in result.err + result.out, f"no codec is blamed: {result}")
    expect_equal(place.files(), {}, "files of outputs")


def test_second_signal_stops_at_once(place):
    stops_at_once(place)


def test_second_signal_stops_at_once_without_isolation(place):
    stops_at_once(place, "--no-isolate")


def test_second_signal_forgets_nothing_that_was_made(place):
    place.write("p.yaml", PIPELINE)
    result, _ = interrupted(place, [signal.SIGINT, signal.SIGINT])
    expect_rest(place, result.outputs("made"), "twice")


def test_signal_before_the_first_image_is_not_lost(place):
    rows = "\n".join(f"  - stages: [{{ resize: {{ width: {i} }} }}]\n    to: out/{i}.jpg"
                     for i in range(1, 1500))
    place.write("p.yaml", "version: 1\nstages:\n"
                "  - generate: { provider: synthetic, prompt: Reeds, resolution: 64x64 }\n"
                f"outputs:\n{rows}\n")
    process = place.start("run", "--json", "p.yaml")
    support.wait_until(lambda: support.catches(process.pid, signal.SIGINT), "the handler is set")
    process.send_signal(signal.SIGINT)
    result = support.finish(process, 130)
    expect(len(result.outputs("made")) < 100, "went on after the signal")


support.main(globals())
