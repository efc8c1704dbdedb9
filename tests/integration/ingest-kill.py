"""kill -9 while answers come in: what was paid for is in the cache, or the journal tells of it."""

import os
import random
import signal
import time

import support
from bills import journal_calls
from generating import PAY, Service
from support import expect, expect_equal

# Long answers, so that most kills hit one that is coming in; some hit the journal, the commit, the
# look of a worker or the outputs.
SLOW = [{"do": {"drip": "100KB", "drip-pause": "4ms"}}]
KILLS = 100


def kill_after(service, delay):
    process = service.start(*PAY, "-k")
    time.sleep(delay)
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate(timeout=support.TIMEOUT_S)


def time_of_run(service):
    """How long one takes on this machine, as busy as it is."""
    service.pipeline("ai-studio", prompt="An owl that lives", variants=2)
    begin = time.monotonic()
    service.run()
    return time.monotonic() - begin


def test_nothing_that_was_paid_for_is_lost_without_a_word(place):
    with Service(place, rules=SLOW) as service:
        service.configure("ai-studio", jobs=4)
        whole_s = time_of_run(service)
        for number in range(KILLS):
            service.pipeline("ai-studio", prompt=f"Owl {number}", variants=2)
            kill_after(service, random.uniform(0.05, whole_s))
        # Whoever was asked is in the journal, and was in it before.
        calls = journal_calls(place)
        asked = service.expect_calls_at_least(1)
        expect(len(calls) >= len(asked), f"{len(calls)} in the journal, {len(asked)} were asked")
        stored = [entry for lines in calls.values() for entry in lines
                  if entry.get("result") == "stored"]
        blobs = place.blobs()
        for entry in stored:
            expect(entry["original"] in blobs, f"{entry['original']} is lost")
        open_calls = [lines for lines in calls.values() if len(lines) == 1]
        expect(open_calls, "no kill hit a call that was under way")
        expect(len(stored) > 2, "no call was done before its kill")
        place.check_originals()
        # And all of it is said.
        verified = place.peel("cache", "verify", code=None)
        expect(f"{len(open_calls)} calls that may have been charged" in verified.out + verified.err,
               verified)
        service.pipeline("ai-studio", prompt="Owl 0", variants=2)
        service.run("-k")
        expect_equal(place.leftovers(), [], "left behind")


def test_the_first_interrupt_lets_what_is_paid_for_come_home(place):
    with Service(place, rules=SLOW) as service:
        service.configure("ai-studio", jobs=2)
        service.pipeline("ai-studio", variants=6)
        process = service.start(*PAY)
        support.wait_until(lambda: len(journal_calls(place)) == 2, "two calls")
        process.send_signal(signal.SIGINT)
        result = support.finish(process, 130)
        calls = journal_calls(place)
        expect_equal([lines[-1].get("result") for lines in calls.values()], ["stored", "stored"],
                     f"results {result}")
        expect_equal(len(place.blobs()), 2, "originals")
        # They were looked at, too: the next run knows them without a word.
        again = service.run()
        expect("what is told" not in again.err, again)
        service.expect_calls(6)


def test_the_second_interrupt_ends_at_once(place):
    with Service(place, rules=[{"do": {"delay": "30s"}}]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        process = service.start(*PAY)
        support.wait_until(lambda: len(journal_calls(place)) == 1, "a call")
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        support.finish(process, 130)
        expect(time.monotonic() - start < 15, "at once")
        expect_equal([lines[-1].get("result") for lines in journal_calls(place).values()],
                     ["unknown"], "results")


support.main(globals())
