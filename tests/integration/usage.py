"""What `peel providers`, `peel doctor` and `peel cache stat` tell of what was asked today: quotas, pauses and
money, as the simulator saw them; and how a pause is forgotten."""

import json
import os
import re

import support
from generating import PAY, TINY, Service
from quotas import calls_of
from simulated import KEY
from support import expect, expect_equal

PER_DAY = {"match": {"times": 1}, "do": {"error": "per-day"}}
LONG_WAIT = {"match": {"times": 1}, "do": {"error": "rate-limit", "retry-delay": "600s"}}


def told(service, name="ai-studio"):
    """The event of one provider."""
    event, = [event for event in service.peel("providers", name, "--json").events
              if event["event"] == "provider"]
    return event


def today(service):
    """What all providers cost, and the budget."""
    return service.peel("providers", "--json").summary["today"]


def listed(service, *arguments):
    result = service.peel("providers", *arguments)
    expect(KEY not in result.out + result.err, "the key is told")
    return result


def findings(service, name):
    return [(event["health"], event["text"], event.get("advice"))
            for event in service.peel("doctor", "--json").events
            if event["event"] == "finding" and event["name"] == name]


def billed(service):
    """The bill of all calls; the simulator has stopped."""
    service.simulator.stop()
    with open(service.simulator.log_path, encoding="utf-8") as stream:
        return sum(call["usd"] for call in calls_of(map(json.loads, stream)))


def expect_usd(found, wanted, what):
    expect(abs(found - wanted) < 1e-9, f"{what}: {found} USD, not {wanted}")


def allow(service, usd):
    """Adds a budget to the configuration."""
    path = os.path.join(service.place.root, "config", "peel", "config.yaml")
    with open(path, encoding="utf-8") as stream:
        config = json.load(stream)
    config["budget"] = {"per-day": usd}
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(config, stream)


def quotas_file(place):
    with open(os.path.join(place.home, "quotas.sqlite"), "rb") as stream:
        return stream.read()


# ---- nothing ----

def test_to_look_makes_no_home(place):
    with Service(place) as service:
        service.configure("ai-studio")
        for arguments in (["providers"], ["providers", "ai-studio"], ["providers", "--resume"], ["doctor"]):
            result = service.peel(*arguments)
            expect("cannot" not in result.err, result)
        expect(not os.path.exists(place.home), "the home was made")
        expect_equal(told(service)["today"], {"requests": 0, "usd": 0, "may-be-usd": 0}, "today")
        expect_equal(told(service)["quotas"], [], "quotas")
        expect("today: not asked" in listed(service, "ai-studio").out, "in words")
        expect("Nobody had to wait." in listed(service, "--resume").out, "nothing to forget")


def test_to_look_changes_no_quotas(place):
    with Service(place, rules=[TINY]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        service.run()
        before = quotas_file(place)
        for arguments in (["providers"], ["providers", "ai-studio", "--json"], ["doctor"]):
            service.peel(*arguments)
        expect_equal(quotas_file(place) == before, True, "quotas.sqlite is as it was")


def test_quotas_that_cannot_be_read_are_left_and_told(place):
    place.write("home/quotas.sqlite", "no database at all")
    place.home = place.path("home")
    with Service(place) as service:
        service.configure("ai-studio")
        result = listed(service)
        expect("what was asked today cannot be told" in result.err, result)
        expect_equal(place.read("home/quotas.sqlite"), b"no database at all", "the file")


# ---- what was asked ----

def test_what_is_told_is_the_bill(place):
    rules = [{"match": {"prompt": "lot@2"}, "do": {"hang": True}}, TINY]
    with Service(place, rules=rules) as service:
        service.configure("ai-studio", timeout="2s", retries_billed=0, requests=["60/60s", "250/day"],
                          spend=["10/10m"])
        allow(service, 5)
        service.lot("ai-studio", range(4))
        service.run("-k", "-j1", code=None)
        quota, = told(service)["quotas"]
        money = today(service)
        words, short = listed(service, "ai-studio").out, listed(service).out
        stat = service.peel("cache", "stat", "--json").summary["journal"]
        shown = service.peel("cache", "stat").out
        budget, = findings(service, "budget")
        bill = billed(service)
    expect_equal((quota["login"], quota["model"], quota["today"]["requests"]),
                 ("key of SIMULATOR_KEY", "gemini-3-pro-image", 4), "whose")
    expect(re.fullmatch("[0-9a-f]{16}", quota["account"]), quota)
    # The one that hung was billed, and nobody here can know.
    expect(money["may-be-usd"] >= 0.134 - 1e-9, money)
    expect(abs(money["usd"] + money["may-be-usd"] - bill) < 0.01, f"{money}, {bill} USD were billed")
    expect_usd(quota["today"]["usd"], money["usd"], "of the key")
    expect_usd(stat["today"]["usd"], money["usd"], "of the journal")
    expect_usd(stat["all"]["may-be-usd"], money["may-be-usd"], "of the journal, what may be")
    expect_equal((stat["all"]["calls"], stat["all"]["may-be-calls"]), (3, 1), "calls")
    expect_equal([each["provider"] for each in stat["providers"]], ["ai-studio"], "providers")
    used = [(limit["of"], limit["most"], limit["used"]) for limit in quota["limits"]]
    expect_equal(used[:2], [("requests", 60, 4), ("requests", 250, 4)], "limits")
    expect_usd(used[2][2], money["usd"] + money["may-be-usd"], "of 10 minutes")
    for line in ("4 of 60 requests in the last minute", "4 of 250 requests since midnight Pacific time",
                 "of 10.00 USD in the last 10 min", "gemini-3-pro-image, key of SIMULATOR_KEY: 4 requests"):
        expect(line in words, f"{line!r}: {words}")
    expect("today: 4 requests" in short and "0.1340 USD more may have been charged" in short, short)
    expect("The budget is 5.00 USD a day in " in short, short)
    expect_usd(money["budget-left-usd"], 5 - money["usd"] - money["may-be-usd"], "left")
    expect_equal(budget[0], "ok", "the budget")
    expect("1 more, 0.1340 USD, may have been charged" in shown, shown)


def test_a_key_that_is_not_set_up_any_more_has_its_digits(place):
    with Service(place, rules=[TINY]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        service.run()
        service.variables["SIMULATOR_KEY"] = "another"
        quota, = told(service)["quotas"]
        expect("login" not in quota, quota)
        expect(f"account {quota['account']}" in listed(service, "ai-studio").out, "its digits")


def test_a_budget_that_is_used_up_is_told(place):
    with Service(place, rules=[TINY]) as service:
        service.configure("ai-studio", cost=0.5)
        allow(service, 0.5)
        service.pipeline("ai-studio")
        service.run()
        (health, text, advice), = findings(service, "budget")
        expect_equal(health, "warning", text)
        expect("0.50 USD a day in" in text and "0.00 USD are left" in text, text)
        expect("per-day" in advice, advice)


# ---- pauses ----

def test_a_stop_for_the_day_is_told_and_forgotten(place):
    with Service(place, rules=[PER_DAY, TINY]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        failed = service.run(code=4)
        for words in ("it begins anew at midnight Pacific time, in ",
                      "peel providers --resume ai-studio", "key of SIMULATOR_KEY"):
            expect(words in failed.err, f"{words!r}: {failed}")
        again = service.run(code=4)
        expect("not asked: ai-studio answered 429" in again.err, again)
        service.expect_calls(1)
        quota, = told(service)["quotas"]
        expect("the quota of the day is used up" in quota["why"], quota)
        expect(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", quota["stopped-until"]), quota)
        for arguments in ([], ["ai-studio"]):
            result = listed(service, *arguments)
            expect("stopped until midnight Pacific time (" in result.out, result)
            expect("peel providers --resume" in result.err, result)
        warning = [each for each in findings(service, "ai-studio") if each[0] == "warning"]
        expect_equal(len(warning), 1, "warnings")
        expect("stopped until midnight Pacific time" in warning[0][1], warning)
        expect_equal(service.peel("providers", "--resume", "vertex", "--json").summary["resumed"], 0,
                     "another's")
        service.run(code=4)
        service.expect_calls(1)
        resumed = listed(service, "--resume", "ai-studio")
        expect("1 pause or stop is forgotten" in resumed.out, resumed)
        quota, = told(service)["quotas"]
        expect("stopped-until" not in quota and "why" not in quota, quota)
        service.run()
        service.expect_calls(2)
        service.expect_original()


def test_a_long_pause_holds_for_the_next_run_too(place):
    with Service(place, rules=[LONG_WAIT, TINY]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        for start in ("", "not asked: "):
            failed = service.run(code=4)
            for words in (f"{start}ai-studio answered 429", "and 'most-wait' allows 2 min. Run again after",
                          "peel providers --resume ai-studio"):
                expect(words in failed.err, f"{words!r}: {failed}")
        service.expect_calls(1)
        quota, = told(service)["quotas"]
        expect("paused-until" in quota and quota["at-once"] == 1, quota)
        expect(re.search(r"paused until \S+ \(in (9|10) min", listed(service).out), "paused")
        expect_equal(service.peel("providers", "--resume", "--json").summary["resumed"], 1, "resumed")
        service.run()
        service.expect_calls(2)


def test_a_pause_that_is_a_guess_is_waited_for_by_the_next_run_too(place):
    rules = [{"match": {"times": 1}, "do": {"error": "rate-limit-bare"}}, TINY]
    with Service(place, rules=rules) as service:
        service.configure("ai-studio", backoff="3s", most_wait="500ms")
        service.pipeline("ai-studio")
        first = service.start(*PAY)
        support.wait_until(lambda: os.path.exists(os.path.join(place.home, "quotas.sqlite")) and
                           "paused-until" in next(iter(told(service)["quotas"]), {}), "a pause")
        expect("the service had too much to do" in listed(service).out, "why")
        place.write("q.yaml", place.read("p.yaml").decode().replace("brass owl", "tin owl"))
        service.peel("run", "q.yaml", "--on-miss", "generate")
        support.finish(first)


def test_a_limit_of_the_configuration_says_so(place):
    with Service(place, rules=[TINY]) as service:
        service.configure("ai-studio", requests=["2/day"])
        service.lot("ai-studio", range(3))
        failed = service.run("-k", "-j1", code=3)
        expect("the 2 requests a day of the configuration are used up" in failed.err, failed)
        expect("raise 'requests' or 'spend' under 'providers: ai-studio:'" in failed.err, failed)
        expect("2 of 2 requests since midnight Pacific time" in listed(service, "ai-studio").out, "told")


# ---- nobody ----

def test_doctor_tells_that_nobody_is_set_up(place):
    with Service(place) as service:
        (health, text, advice), = findings(service, "providers")
        expect_equal(health, "warning", text)
        expect("only 'synthetic' makes originals" in text and "docs/providers.md" in advice, advice)
        service.configure("ai-studio")
        expect_equal(findings(service, "providers"), [], "one is set up")


if __name__ == "__main__":
    support.main(globals())
