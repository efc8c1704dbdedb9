"""A thousand calls with every kind of fault, and fifty kill -9 among them: the journal and the service's
bill agree to the cent, but for what the journal itself says may have been billed."""

import random
import time

import support
from bills import Settlement, journal_calls
from generating import PAY, TINY, Service
from quotas import calls_of
from support import expect, expect_equal

N_LOTS = 25
N_IMAGES = 40
KILLS_A_LOT = 2

# Some are billed and bring nothing (a hang, a cut, words), some are not billed, of some nobody can know.
FAULTS = [
    (0.03, {"error": "rate-limit", "retry-delay": "0.2s"}),
    (0.02, {"error": "rate-limit-bare"}),
    (0.03, {"error": "overloaded"}),
    (0.02, {"error": "deadline"}),
    (0.01, {"error": "internal"}),
    (0.02, {"hang": True}),
    (0.01, {"hang": True, "error": "overloaded"}),
    (0.02, {"cut": True}),
    (0.01, {"reset-after": "200B"}),
    (0.01, {"reset": True}),
    (0.02, {"finish-reason": "IMAGE_SAFETY"}),
    (0.01, {"block-reason": "PROHIBITED_CONTENT"}),
    (0.02, {"parts": "text"}),
    (0.01, {"parts": "empty"}),
    (0.01, {"base64": "bad"}),
    (0.02, {"draft": True}),
]


def rules():
    tiny = TINY["do"]
    return [{"match": {"probability": chance}, "do": {**tiny, **fault}} for chance, fault in FAULTS] + [TINY]


def kill_once(service, longest):
    process = service.start(*PAY, "-k", "-j1")
    time.sleep(random.uniform(0.1, longest))
    is_hit = process.poll() is None
    process.kill()
    process.communicate(timeout=support.TIMEOUT_S)
    return is_hit


def expect_settled(service):
    """All that was begun is in the log when the simulator has stopped."""
    service.simulator.stop()
    lines = service.calls(1)
    calls = journal_calls(service.place)
    found = Settlement(calls, lines)
    print(found, flush=True)
    expect(len(calls) >= len(calls_of(lines)), f"{len(calls)} calls in the journal, "
           f"{len(calls_of(lines))} were made")
    verified = service.place.peel("cache", "verify", code=None)
    expect(f"{found.n_maybe} calls that may have been charged" in verified.out + verified.err, verified)
    return found, calls


def test_the_journal_is_the_bill(place):
    arguments = ["--latency", "20..150", "--random", str(random.randrange(1, 10**6))]
    with Service(place, rules=rules(), arguments=arguments) as service:
        service.configure("ai-studio", jobs=8, timeout="2s")
        n_hit = 0
        for number in range(N_LOTS):
            service.lot("ai-studio", range(N_IMAGES), f"lot-{number}")
            for _ in range(KILLS_A_LOT):
                n_hit += kill_once(service, 2.5)
            service.run("-k", "-j1", code=None)
        found, calls = expect_settled(service)
        expect(len(calls) >= N_LOTS * N_IMAGES, f"{len(calls)} calls")
        expect(n_hit > N_LOTS, f"only {n_hit} kills hit a run at work")
        expect(found.n_rest > 0, "nothing was billed of which the journal does not know")
        expect_equal(place.leftovers(), [], "temporary files")


if __name__ == "__main__":
    support.main(globals())
