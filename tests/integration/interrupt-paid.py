"""Ctrl-C, or the end of the terminal, at random moments of a run that pays, again and again to its end:
no image is paid for twice, and none is lost."""

import random
import signal
import time

import support
from bills import Settlement, billed, delivered, journal_calls
from generating import PAY, TINY, Service
from support import expect, expect_equal

N_IMAGES = 200
INTERRUPTS = 12

# None of them is billed: what may have been would be asked again, and paid for twice with good reason.
REFUSALS = [
    {"match": {"probability": 0.03}, "do": {"error": "rate-limit", "retry-delay": "0.2s"}},
    {"match": {"probability": 0.03}, "do": {"error": "overloaded"}},
]


def interrupt_once(service, longest, signals):
    """False: the run had ended before."""
    process = service.start(*PAY, "-k")
    support.wait_until(lambda: support.catches(process.pid, signal.SIGINT) or process.poll() is not None,
                       "the handler is set")
    time.sleep(random.uniform(0, longest))
    for each in signals:
        process.send_signal(each)
    result = support.finish(process, None)
    expect(result.code in (0, 4, 130), f"exit {result.code}: {result}")
    return result.code == 130


def run_to_the_end(service):
    """With service trouble some images may need another run."""
    for _ in range(5):
        if service.run("-k", code=None).code == 0:
            return
    service.run()


def expect_each_once(service, images):
    service.simulator.stop()
    lines = service.calls(N_IMAGES)
    expect_equal({image: len(bill) for image, bill in billed(lines).items()},
                 dict.fromkeys(images, 1), "how often each was billed")
    expect_equal(delivered(lines), dict.fromkeys(images, 1), "how often each was delivered")
    found = Settlement(journal_calls(service.place), lines)
    expect_equal((found.n_rest, found.n_maybe), (0, 0), f"what may be billed: {found}")
    expect_equal(len(service.place.files()), N_IMAGES, "outputs")
    expect_equal(service.place.check_originals(), N_IMAGES, "originals")
    expect_equal(service.place.leftovers(), [], "temporary files")


def interrupted_again_and_again(place, rules, signals=(signal.SIGINT,)):
    with Service(place, rules=[*rules, TINY], arguments=["--latency", "30..200"]) as service:
        service.configure("ai-studio", jobs=6)
        images = service.lot("ai-studio", range(N_IMAGES))
        n_hit = sum(interrupt_once(service, 1.0, signals) for _ in range(INTERRUPTS))
        expect(n_hit > INTERRUPTS // 2, f"only {n_hit} of {INTERRUPTS} hit a run at work")
        run_to_the_end(service)
        print(f"{n_hit} interrupts", flush=True)
        expect_each_once(service, images)


def test_no_image_is_paid_for_twice_and_none_is_lost(place):
    interrupted_again_and_again(place, [])


def test_nor_when_the_service_refuses_some(place):
    interrupted_again_and_again(place, REFUSALS)


def test_nor_when_the_terminal_goes_and_it_is_told_twice(place):
    interrupted_again_and_again(place, [], (signal.SIGHUP, signal.SIGHUP))


support.main(globals())
