"""Five hundred generations against a service that lets through sixty a minute, five at a time, and has
trouble of its own: all of them finish, its quotas are never exceeded, and they are used.

Time is scaled: the service's minute is a tenth of one, and so is what else takes time.
"""

import os

import support
from generating import PAY, TINY, Service
from quotas import calls_of, credentials, expect_kept, used_share
from support import expect, expect_equal

N_IMAGES = 500
REQUESTS = 60
AT_ONCE = 5
MINUTE_S = 6
LEAST_SHARE = 0.9
# Of 500 at 10 a second, and of what comes before and after on a busy machine.
LONGEST_S = 240

FAULTS = [
    (0.02, {"error": "rate-limit", "retry-delay": "0.3s"}),
    (0.01, {"error": "rate-limit-bare"}),
    (0.02, {"error": "overloaded"}),
    (0.01, {"hang": True}),
]


class Pressed:
    """A service with quotas and faults, and the configuration that knows of the quotas."""

    def __init__(self, place, n_keys=1, minute_s=MINUTE_S):
        self.minute_s = minute_s
        keys = [f"simulator-key-{number}" for number in range(n_keys)]
        rules = [{"match": {"probability": chance}, "do": {**TINY["do"], **fault}}
                 for chance, fault in FAULTS]
        self.service = Service(place, rules=[*rules, TINY], arguments=[
            "--rpm", str(REQUESTS), "--concurrent", str(AT_ONCE), "--minute", f"{minute_s}s",
            "--latency", "50..250", *(word for key in keys for word in ("--key", key))])
        self.service.variables.update({f"KEY_{number}": key for number, key in enumerate(keys)})
        self.service.configure(
            "ai-studio", keys=[{"env": f"KEY_{number}"} for number in range(n_keys)],
            requests=[f"{REQUESTS}/{minute_s}s"], jobs=AT_ONCE, timeout="2s", backoff="100ms",
            retries=6, retries_billed=4)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.service.simulator.stop()

    def run(self, *paths):
        """Each path by a process of its own, all at the same time."""
        processes = [self.service.start(PAY[0], path, *PAY[2:], "-j1") for path in paths]
        for process in processes:
            support.finish(process, 0, LONGEST_S)

    def expect_used_and_kept(self, images, n_keys=1):
        place = self.service.place
        self.service.simulator.stop()
        lines = calls_of(self.service.calls(len(images)))
        expect_equal(len(credentials(lines)), n_keys, "keys that were used")
        share = used_share(lines, REQUESTS, self.minute_s)
        counts = {rule: sum(line.get("rule") == rule for line in lines)
                  for rule in range(1, len(FAULTS) + 1)}
        print(f"{len(lines)} requests, faults by rule {counts}, {share:.0%} of the quota", flush=True)
        expect(all(counts.values()), f"faults by rule: {counts}")
        expect_kept(lines, REQUESTS, self.minute_s, AT_ONCE)
        wanted = {f"{image.replace('@', '-')}.png" for image in images}
        expect_equal(set(os.listdir(place.path("out"))) ^ wanted, set(), "outputs too many or too few")
        expect_equal(place.check_originals(), len(images), "originals")
        expect_equal(place.leftovers(), [], "temporary files")
        expect(share >= LEAST_SHARE, f"{share:.0%} of the quota was used, {LEAST_SHARE:.0%} at least "
               "is wanted")


def test_one_process_one_key(place):
    with Pressed(place) as pressed:
        images = pressed.service.lot("ai-studio", range(N_IMAGES))
        pressed.run("p.yaml")
        pressed.expect_used_and_kept(images)


def test_three_processes_share_a_key(place):
    with Pressed(place) as pressed:
        images = []
        for part in range(3):
            images += pressed.service.lot("ai-studio", range(part, N_IMAGES, 3), f"lot-{part}",
                                          f"p{part}.yaml")
        pressed.run("p0.yaml", "p1.yaml", "p2.yaml")
        pressed.expect_used_and_kept(images)


def test_three_processes_share_a_key_and_a_pipeline(place):
    with Pressed(place) as pressed:
        images = pressed.service.lot("ai-studio", range(N_IMAGES))
        pressed.run("p.yaml", "p.yaml", "p.yaml")
        pressed.expect_used_and_kept(images)


def test_one_process_four_keys(place):
    # A longer minute, so that the service, and not this machine, is what limits four keys.
    with Pressed(place, n_keys=4, minute_s=4 * MINUTE_S) as pressed:
        images = pressed.service.lot("ai-studio", range(N_IMAGES))
        pressed.run("p.yaml")
        pressed.expect_used_and_kept(images, n_keys=4)


if __name__ == "__main__":
    support.main(globals())
