"""A service that says to wait, and limits of one's own: who waits, for how long, who goes on meanwhile,
and what the next run knows of it. Times are those of the simulator's log."""

import contextlib
import datetime
import email.utils
import os
import re
import signal
import sqlite3
import time
import zoneinfo

import support
from generating import PAY, TINY, Service, journal, sidecar
from quotas import US, calls_of, credentials, end_us, most_at_once, most_in_window
from support import expect, expect_equal

QUICK = {"backoff": "50ms"}
TWO_KEYS = ("--key", "key-one", "--key", "key-two")
PLACES = ["europe-west1", "us-central1"]
ELSEWHERE = {"project": "simulator-project", "locations": PLACES,
             "token_command": ["/bin/echo", "simulator-access-token"], **QUICK}
OLD = "gemini-2.5-flash-image"  # it is in regions


def service(place, *rules, arguments=()):
    """Rules are (match, fault) pairs; all pictures are tiny."""
    made = [{"match": match, "do": {**TINY["do"], **fault}} for match, fault in rules]
    return Service(place, rules=[*made, TINY], arguments=arguments)


def two_keys(place, *rules, arguments=(), **options):
    at = service(place, *rules, arguments=[*TWO_KEYS, *arguments])
    at.variables.update(KEY_ONE="key-one", KEY_TWO="key-two")
    at.configure("ai-studio", keys=[{"env": "KEY_ONE"}, {"env": "KEY_TWO"}], **QUICK, **options)
    return at


def calls(at):
    return calls_of(at.calls(0))


def seconds(us):
    return f"{us / US:.2f} s"


def read_until(process, words):
    """The line of standard error that has the words; who never says them ends first."""
    for line in process.stderr:
        if words in line:
            return line
    raise support.Failure(f"“{words}” was not said")


def finish_early(process):
    """Ctrl-C, which ends a wait at once."""
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    result = support.finish(process, 130)
    expect(time.monotonic() - start < 8, f"the wait went on: {result}")
    return result


# ---- a service that says how long ----

def expect_pause(place, fault, least_s, most_s):
    """One answer is a throttle: whoever has the key waits, in another process too."""
    with service(place, ({"nth": 2}, fault), arguments=["--latency", "20..60"]) as at:
        at.configure("ai-studio", jobs=2, **QUICK)
        at.lot("ai-studio", range(5))
        at.lot("ai-studio", range(2), "other", "other.yaml")
        first = at.start(*PAY)
        support.wait_until(lambda: any(call["status"] == 429 for call in calls(at)), "the throttle")
        second = at.start(PAY[0], "other.yaml", *PAY[2:])
        for process in (first, second):
            support.finish(process, 0)
        asked = calls(at)
        said_us = next(end_us(call) for call in asked if call["status"] == 429)
        gap_us = min(call["us"] for call in asked if call["us"] > said_us) - said_us
        expect(least_s * US <= gap_us <= most_s * US,
               f"asked again after {seconds(gap_us)}, not {least_s} to {most_s} s")
        expect_equal(len(asked), 8, "calls")


def test_retry_info_pauses_the_key_for_all(place):
    expect_pause(place, {"error": "rate-limit", "retry-delay": "1.5s"}, 1.45, 2.6)


def test_retry_after_in_seconds(place):
    expect_pause(place, {"error": "rate-limit-bare", "retry-after": "2"}, 1.95, 3.1)


def test_retry_after_in_milliseconds(place):
    expect_pause(place, {"error": "rate-limit-bare", "retry-after-ms": 1700}, 1.65, 2.8)


def test_retry_after_as_a_date(place):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=4)
    expect_pause(place, {"error": "rate-limit-bare",
                         "retry-after": email.utils.format_datetime(moment, usegmt=True)}, 2, 5)


def test_the_longer_of_two_waits_counts(place):
    expect_pause(place, {"error": "rate-limit", "retry-delay": "0.2s", "retry-after": "1"}, 0.95, 2.1)


def test_another_key_goes_on_meanwhile(place):
    fault = {"error": "rate-limit", "retry-delay": "3s"}
    with two_keys(place, ({"nth": 1}, fault), jobs=1, arguments=["--latency", "30"]) as at:
        at.lot("ai-studio", range(8))
        at.run()
        asked = calls(at)
        throttle, = [call for call in asked if call["status"] == 429]
        begin = end_us(throttle)
        meanwhile = [call["credential"] for call in asked if begin < call["us"] < begin + 2.9 * US]
        expect(throttle["credential"] not in meanwhile, f"the key was used in its pause: {meanwhile}")
        expect(len(meanwhile) >= 6, f"the other key was used {len(meanwhile)} times in the pause")


def test_a_wait_beyond_most_wait_is_an_error_in_the_next_run_too(place):
    with service(place, ({"nth": 1}, {"error": "rate-limit", "retry-delay": "300s"})) as at:
        at.configure("ai-studio", most_wait="2s", **QUICK)
        at.pipeline("ai-studio")
        result = at.run(code=4)
        expect("it asks to wait for 5 min, and 'most-wait' allows 2 s" in result.err, result)
        again = at.run(code=4)
        expect(re.search(r"not asked: ai-studio answered 429.*; it asks to wait for [45] min.*, and "
                         r"'most-wait' allows 2 s", again.err), again)
        at.expect_calls(1)


def test_a_pause_that_another_run_began_is_told(place):
    with service(place, ({"nth": 1}, {"error": "rate-limit", "retry-delay": "40s"})) as at:
        at.configure("ai-studio", **QUICK)
        at.pipeline("ai-studio")
        first = at.start(*PAY)
        support.wait_until(lambda: len(calls(at)) == 1, "the throttle")
        result = finish_early(first)
        expect("too many requests for now" in result.err and
               re.search(r"nothing more is asked of ai-studio with key of SIMULATOR_KEY for 40 s", result.err),
               result)
        second = at.start(*PAY)
        read_until(second, "nothing more is asked of ai-studio with key of SIMULATOR_KEY for ")
        finish_early(second)
        at.expect_calls(1)


# ---- as many at once as the service bears ----

def test_fewer_at_once_after_throttles_and_more_again(place):
    for name, fault in (("429", {"error": "rate-limit-bare"}), ("503", {"error": "overloaded"})):
        rules = [({"nth": number}, fault) for number in range(20, 24)]
        with service(place.another(name), *rules, arguments=["--latency", "150"]) as at:
            at.configure("ai-studio", jobs=8, retries=6, **QUICK)
            at.lot("ai-studio", range(90))
            at.run()
            asked = calls(at)
            throttles = [call for call in asked if call["status"] == int(name)]
            expect_equal(len(throttles), 4, "throttles")
            said = max(end_us(call) for call in throttles)
            before = [call for call in asked if call["us"] <= said]
            after = [call for call in asked if call["us"] > said + 300_000]
            first, last = after[:10], after[-24:]
            expect_equal(most_at_once(before), 8, f"{name}: at once before")
            expect(most_at_once(first) <= 6, f"{name}: {most_at_once(first)} at once after")
            expect(most_at_once(last) >= 7, f"{name}: {most_at_once(last)} at once in the end")
            expect_equal(len(asked), 94, "calls")


def test_a_service_that_answers_nobody_is_left_alone(place):
    with service(place, ({}, {"error": "overloaded"})) as at:
        at.configure("ai-studio", jobs=2, retries=1, **QUICK)
        at.lot("ai-studio", range(200))
        result = at.run("-k", code=3)
        asked = len(calls(at))
        expect(16 <= asked <= 20, f"{asked} calls, two for each of the first eight images or so")
        expect("lot@150: not asked, since for another image ai-studio answered 503" in result.err, result)


# ---- quotas of the day ----

def pacific_midnight():
    """The next one."""
    zone = zoneinfo.ZoneInfo("America/Los_Angeles")
    tomorrow = datetime.datetime.now(zone).date() + datetime.timedelta(days=1)
    return datetime.datetime.combine(tomorrow, datetime.time(), zone).timestamp()


def test_a_quota_of_the_day_stops_the_key_until_midnight_in_all_runs(place):
    with two_keys(place, ({"nth": 1}, {"error": "per-day"})) as at:
        at.configure("ai-studio", keys=[{"env": "KEY_ONE"}], jobs=1, **QUICK)
        at.lot("ai-studio", range(3))
        words = r"the quota of the day is used up\)?; it begins anew at midnight Pacific time, in \d+"
        result = at.run("-k", code=3)
        expect(re.search(words, result.err), result)
        at.expect_calls(1)
        again = at.run(code=4)
        expect(re.search("not asked: ai-studio answered 429.*" + words, again.err), again)
        at.expect_calls(1)
        store = sqlite3.connect(os.path.join(place.home, "quotas.sqlite"))
        (until_us,), = store.execute("SELECT until_us FROM lanes WHERE is_day").fetchall()
        store.close()
        expect_equal(until_us / 1e6, pacific_midnight(), "the begin of the next day")
        at.configure("ai-studio", keys=[{"env": "KEY_ONE"}, {"env": "KEY_TWO"}], **QUICK)
        at.run()
        expect_equal([call["credential"] for call in calls(at)], ["key:1"] + ["key:2"] * 3, "asked")


def test_a_number_a_day_of_one_s_own_does_too(place):
    with two_keys(place) as at:
        at.configure("ai-studio", keys=[{"env": "KEY_ONE"}], requests=["3/day"], **QUICK)
        at.lot("ai-studio", range(5))
        words = "the 3 requests a day of the configuration are used up (the day ends at midnight " \
                "Pacific time, "
        result = at.run("-k", code=3)
        expect("not asked: " + words in result.err, result)
        at.expect_calls(3)
        again = at.run(code=4)
        expect(words in again.err, again)
        at.expect_calls(3)
        at.configure("ai-studio", keys=[{"env": "KEY_ONE"}, {"env": "KEY_TWO"}], requests=["3/day"],
                     **QUICK)
        at.run()
        expect_equal([call["credential"] for call in calls(at)], ["key:1"] * 3 + ["key:2"] * 2, "asked")


# ---- windows of one's own ----

def test_spending_is_paced(place):
    with service(place) as at:
        at.configure("ai-studio", cost=0.1, spend=["0.2/1s"], **QUICK)
        at.lot("ai-studio", range(6))
        at.run()
        expect_equal(most_in_window(calls(at), None, 1), 2, "most in a second")


def test_what_alone_costs_more_than_its_window_is_no_matter_of_time(place):
    with service(place) as at:
        at.configure("ai-studio", spend=["0.2/1h"], **QUICK)
        at.pipeline("ai-studio", resolution="4K")
        result = at.run(code=4)
        expect("not asked: one call costs 0.24 USD, which is more than the 0.20 USD of the "
               "configuration\n" in result.err, result)
        at.expect_calls(0)


def test_keys_count_apart_unless_they_share_a_quota(place):
    for is_shared, most in ((False, 4), (True, 2)):
        with two_keys(place.another(str(is_shared)), requests=["2/1s"], shared_quota=is_shared) as at:
            at.lot("ai-studio", range(8))
            at.run()
            expect_equal(most_in_window(calls(at), None, 1), most, f"most in a second, {is_shared}")
            expect_equal(credentials(calls(at)), ["key:1", "key:2"], "keys that were used")


def test_a_long_wait_for_a_window_of_one_s_own_is_told_once(place):
    with service(place) as at:
        at.configure("ai-studio", requests=["1/60s"], **QUICK)
        at.lot("ai-studio", range(3))
        process = at.start(*PAY)
        read_until(process, "nothing more is asked of ai-studio for ")
        result = finish_early(process)
        expect("nothing more is asked" not in result.err, result)
        at.expect_calls(1)


# ---- places and accounts ----

def places_of(at):
    return [call["path"].split("/")[5] for call in calls(at)]


def test_another_location_is_asked_and_remembered(place):
    faults = {"not-found": {"error": "not-found"}, "overloaded": {"error": "overloaded"},
              "rate-limit": {"error": "rate-limit", "retry-delay": "30s"}}
    for name, fault in faults.items():
        rule = ({"path": f"*/locations/{PLACES[0]}/*"}, fault)
        with service(place.another(name), rule,
                     arguments=["--access-token", "simulator-access-token"]) as at:
            at.configure("vertex", **ELSEWHERE, jobs=1)
            at.place.write("p.yaml", f"""\
version: 1
matrix: {{ n: [1, 2, 3] }}
stages:
  - generate: {{ provider: vertex, model: {OLD}, prompt: "${{n}}" }}
outputs:
  - stages: [ {{ resize: {{ width: 16 }} }} ]
    to: "out/{{name}}.png"
""")
            result = at.run()
            first, second = PLACES
            # What has no room now may have some for the next image; the others are known not to.
            wanted = [first, second] * 3 if name == "overloaded" else [first, *[second] * 3]
            expect_equal(places_of(at), wanted, name)
            expect("instead of" not in result.err, result)
            kept = [sidecar(at.place, digest)["acquisitions"][0] for digest in at.place.blobs()]
            expect_equal([each["location"] for each in kept], [second] * 3, "where, in the cache")


def test_a_key_and_a_token_have_quotas_of_their_own(place):
    with service(place, ({"nth": 1}, {"error": "per-day"}),
                 arguments=["--access-token", "simulator-access-token"]) as at:
        at.configure("vertex", key={"env": "SIMULATOR_KEY"}, **QUICK)
        at.pipeline("vertex")
        at.run(code=4)
        at.run(code=4)
        at.expect_calls(1)
        at.configure("vertex", **{**ELSEWHERE, "locations": ["global"]})
        at.run()
        expect("key=" not in calls(at)[1]["path"], "the token was used")
        at.expect_calls(2)


# ---- how often, and how soon ----

def test_how_often_is_configured(place):
    cases = (("overloaded", {"retries": 0}, 1), ("overloaded", {"retries": 4}, 5),
             ("internal", {"retries_billed": 0}, 1), ("internal", {"retries_billed": 3}, 4),
             ("internal", {"retries": 5}, 2), ("rate-limit-bare", {"retries": 0}, 5),
             ("rate-limit-bare", {"retries": 6}, 7))
    for number, (name, options, asked) in enumerate(cases):
        with service(place.another(str(number)), ({}, {"error": name})) as at:
            at.configure("ai-studio", **options, backoff="10ms")
            at.pipeline("ai-studio")
            at.run(code=4)
            expect_equal(len(calls(at)), asked, f"{name} with {options}: calls")


def test_the_least_wait_is_configured(place):
    for name in ("overloaded", "rate-limit-bare", "internal"):
        with service(place.another(name), ({"times": 1}, {"error": name})) as at:
            at.configure("ai-studio", backoff="400ms")
            at.pipeline("ai-studio")
            at.run()
            first, second = calls(at)
            gap_us = second["us"] - end_us(first)
            expect(0.4 * US <= gap_us <= 2 * US, f"{name}: {seconds(gap_us)}")


# ---- Ctrl-C ----

def test_every_wait_ends_with_ctrl_c(place):
    cases = {
        "throttle": ({"error": "rate-limit", "retry-delay": "60s"}, {}),
        "trouble": ({"error": "overloaded", "retry-after": "60"}, {}),
        "backoff": ({"error": "internal"}, {"backoff": "60s"}),
        "window": ({}, {"requests": ["1/60s"]}),
        "spend": ({}, {"spend": ["0.2/60s"]}),
    }
    for name, (fault, options) in cases.items():
        with service(place.another(name), ({}, fault)) as at:
            at.configure("ai-studio", **{**QUICK, **options})
            at.lot("ai-studio", range(2))
            process = at.start(*PAY, "-j1")
            support.wait_until(lambda at=at: len(calls(at)) >= 1, "the first call")
            time.sleep(0.3)
            finish_early(process)
            expect(len(calls(at)) <= 2, f"{name}: {len(calls(at))} calls")
            expect_equal(at.place.leftovers(), [], "left behind")


def test_an_end_that_could_not_be_written_is_written_later(place):
    """Its place is the only one."""
    with Service(place, rules=[{"do": {"delay": "1500ms", "pixels": "64x64"}}]) as service:
        service.configure("ai-studio", jobs=1)
        service.lot("ai-studio", [1, 2])
        process = service.start(*PAY)
        path = os.path.join(place.home, "journal.jsonl")
        support.wait_until(lambda: os.path.exists(path) and journal(place), "a call")
        with contextlib.closing(sqlite3.connect(os.path.join(place.home, "quotas.sqlite"))) as other:
            other.execute("CREATE TRIGGER stop BEFORE UPDATE OF is_open ON calls "
                          "BEGIN SELECT RAISE (ABORT, 'no room'); END")
            other.commit()
            support.wait_until(lambda: ("end", "stored") in journal(place), "an answer")
            time.sleep(0.3)
            other.execute("DROP TRIGGER stop")
            other.commit()
        result = support.finish(process, 0, timeout=20)
        expect("no room" in result.err, result)
        expect_equal(len(place.blobs()), 2, "originals")


if __name__ == "__main__":
    support.main(globals())
