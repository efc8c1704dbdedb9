"""What calls cost, and what may be spent: real costs from what answers tell, the budget of the day in the
configuration, and --max-cost at each call."""

import datetime
import glob
import json
import os
import shutil

import generating
import support
from calls import Calls, journal, place_config
from generating import Service
from simulated import bill
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: cup
matrix: { n: [1, 2, 3] }
stages:
  - generate: { provider: command, prompt: "A cup ${n}", resolution: 64x48 }
outputs:
  - to: "out/{name}.png"
"""
EXPECTED = 0.134


def expect_usd(found, wanted, what):
    expect(abs(found - wanted) < 1e-9, f"{what}: {found} USD, not {wanted}")


def ends(place):
    """(result, USD) of each call of the journal."""
    return [(entry["result"], entry["cost-usd"]) for entry in journal(place)
            if entry["line"] == "end"]


def expect_end(place, result, usd):
    (found, cost), = ends(place)
    expect_equal(found, result, "the result")
    expect_usd(cost, usd, "the journal")


def acquisition(place, digest):
    told, = generating.sidecar(place, digest)["acquisitions"]
    return told


def yesterday(place, *arguments, code=0):
    """`peel`, whose journal says that it was the day before."""
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=30)
    variables = {**place.environment(), "PEEL_TEST_NOW": before.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return support.finish(place.start(*arguments, environment=variables), code)


def forget_quotas(place):
    """What was spent today is then read from the journal."""
    for path in glob.glob(os.path.join(place.home, "quotas.sqlite*")):
        os.remove(path)


def allow(place, usd):
    with open(place_config(place), "a", encoding="utf-8") as stream:
        stream.write(f"budget: {{ per-day: {usd} }}\n")


# ---- what calls cost ----

def test_a_picture_costs_what_its_answer_says_was_used(place):
    place.write("slate.png", support.png(64, 64))
    with Service(place) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio", references=["slate.png"])
        summary = service.run("--json").summary
        told = acquisition(place, service.expect_original())
        call, = service.expect_calls(1)
    usage = json.loads(told["usage"])
    expect_equal((usage["thoughtsTokenCount"] > 0, usage["promptTokenCount"] > 560), (True, True),
                 "usage")
    expect(call["usd"] > EXPECTED, "thoughts cost more than nothing")
    expect_usd(call["usd"], bill(usage), "the bill")
    expect_usd(told["cost-usd"], call["usd"], "the sidecar")
    expect_usd(summary["spent-usd"], call["usd"], "the summary")
    expect_end(place, "stored", call["usd"])
    begin = journal(place)[0]
    expect_usd(begin["cost-usd"], EXPECTED + 0.0011, "what was expected")


def test_a_picture_that_is_fetched_costs_what_the_answer_before_it_says(place):
    with Service(place, rules=[{"match": {"surface": "gemini"}, "do": {"deliver": "url"}}]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        service.run()
        call, = service.expect_calls(1, "gemini")
        told = acquisition(place, service.expect_original())
    expect(call["usd"] > EXPECTED, "thoughts cost more than nothing")
    expect_usd(told["cost-usd"], call["usd"], "the sidecar")
    expect_end(place, "stored", call["usd"])


def test_a_flat_price_is_the_price_whatever_was_used(place):
    with Service(place) as service:
        service.configure("ai-studio", cost=0.09)
        service.pipeline("ai-studio")
        expect_usd(service.run("--json").summary["spent-usd"], 0.09, "the summary")
        expect_usd(acquisition(place, service.expect_original())["cost-usd"], 0.09, "the sidecar")
    expect_end(place, "stored", 0.09)


def test_a_price_of_one_s_own_takes_the_place_of_those_of_tokens(place):
    with Service(place) as service:
        service.configure("ai-studio", models={"gemini-3-pro-image": {"prices": {"1K": 0.1}}})
        service.pipeline("ai-studio")
        service.run()
    expect_end(place, "stored", 0.1)


def test_what_did_not_come_of_a_throttle_a_fault_or_a_filter_costs_nothing(place):
    cases = (({"error": "bad-key"}, 4, "failed"), ({"finish-reason": "IMAGE_SAFETY"}, 5, "refused"),
             ({"block-reason": "SAFETY"}, 5, "refused"))
    for number, (action, code, result) in enumerate(cases):
        with Service(place.another(str(number)), rules=[{"do": action}]) as service:
            service.configure("ai-studio")
            service.pipeline("ai-studio")
            summary = service.run("--json", code=code).summary
            expect_equal([summary[key] for key in ("spent-usd", "may-be-usd", "may-be-calls")],
                         [0, 0, 0], action)
            expect_end(service.place, result, 0)
            expect_equal(service.expect_calls(1)[0]["usd"], 0, "the bill")


def test_words_and_thoughts_are_paid_for_without_a_picture(place):
    with Service(place, rules=[{"do": {"parts": "text"}}]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        result = service.run("--json", code=4)
        billed = [call["usd"] for call in service.expect_calls(2)]
    expect(all(0.003 < usd < 0.01 for usd in billed), billed)
    expect_equal([result for result, _ in ends(place)], ["failed", "failed"], "results")
    expect_usd(sum(usd for _, usd in ends(place)), sum(billed), "the journal")
    expect_usd(result.summary["spent-usd"], sum(billed), "the summary")
    expect_equal(result.summary["may-be-calls"], 0, "calls that may be charged")


def test_what_may_be_charged_keeps_the_expected_price_and_is_told(place):
    with Service(place, rules=[{"do": {"cut": True}}], paint="scene") as service:
        service.configure("ai-studio", retries_billed=0)
        service.pipeline("ai-studio")
        summary = service.run("--json", code=4).summary
        expect_end(place, "unknown", EXPECTED)
        expect_equal((summary["may-be-calls"], summary["spent-usd"]), (1, 0), "the summary")
        expect_usd(summary["may-be-usd"], EXPECTED, "the summary")
        again = service.run(code=4)
    expect("1 call may be charged without a picture: 0.1340 USD" in again.out, again)


def test_a_model_without_prices_for_tokens_costs_its_price(place):
    with Service(place) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio", model="gemini-2.5-flash-image")
        service.run()
        call, = service.expect_calls(1)
    expect_usd(call["usd"], 0.039, "the bill")
    expect_end(place, "stored", 0.039)


# ---- limits ----

def test_each_call_is_weighed_with_what_was_really_spent(place):
    with Service(place) as service:
        service.configure("ai-studio", jobs=1)
        service.pipeline("ai-studio", variants=2)
        # Two at the expected price, but the thoughts of the first leave too little for the second.
        result = service.run("--max-cost", "0.27", code=6)
        service.expect_calls(1)
    expect("not asked: it costs 0.1340 USD, and --max-cost allows 0.27 USD: 0.1381 USD are spent"
           in result.err, result)
    expect_equal(len(place.blobs()), 1, "originals")


def test_a_budget_of_the_day_is_kept_before_anything_is_asked(place):
    calls = Calls(place, cost=0.5)
    allow(place, 1.4)
    place.write("p.yaml", PIPELINE)
    result = place.peel("run", "p.yaml", "--on-miss", "generate", code=6)
    expect("3 originals are not in the cache; making them costs 1.50 USD, and the budget in "
           f"{place_config(place)} allows 1.40 USD a day, of which 0.00 USD are spent or may have been. "
           "Nothing was spent" in result.err, result)
    expect_equal((calls.runs, journal(place)), ([], []), "done")


def test_a_budget_counts_all_runs_of_its_day(place):
    calls = Calls(place, cost=0.5)
    allow(place, 1.4)
    place.write("p.yaml", PIPELINE)
    pay = ("run", "p.yaml", "--on-miss", "generate")
    yesterday(place, *pay, "--only", "cup@1")
    forget_quotas(place)
    place.peel(*pay, "--only", "cup@2")
    for is_forgotten in (False, True):
        if is_forgotten:
            forget_quotas(place)
        place.write("more.yaml", PIPELINE.replace("cup", "bowl"))
        refused = place.peel("run", "more.yaml", *pay[2:], code=6)
        expect("making them costs 1.50 USD" in refused.err, refused)
        expect("allows 1.40 USD a day, of which 0.50 USD are spent" in refused.err, refused)
    place.peel(*pay)
    expect_equal(len(calls.runs), 3, "runs")


def test_what_may_have_been_charged_counts_for_the_budget(place):
    calls = Calls(place, cost=0.5, behaviour="sleep 100", timeout="300ms")
    allow(place, 0.9)
    place.write("p.yaml", PIPELINE)
    pay = ("run", "p.yaml", "--on-miss", "generate")
    yesterday(place, *pay, "--only", "cup@1", code=4)
    expect_equal(ends(place), [("unknown", 0.5)], "the journal")
    refused = place.peel(*pay, "--only", "cup@2", code=6)
    expect("of which 0.50 USD are spent or may have been" in refused.err, refused)
    forget_quotas(place)
    calls.behave("exit 3")
    place.peel(*pay, "--only", "cup@2", code=4)
    expect_equal(ends(place)[-1], ("failed", 0), "the journal")
    calls.behave("")
    place.peel(*pay, "--only", "cup@2")


def test_what_is_free_or_there_needs_no_budget(place):
    Calls(place, cost=0.5)
    allow(place, 1.5)
    place.write("p.yaml", PIPELINE)
    pay = ("run", "p.yaml", "--on-miss", "generate")
    place.peel(*pay)
    shutil.rmtree(place.path("out"))
    place.peel(*pay)
    place.write("p.yaml", PIPELINE.replace("command", "synthetic").replace("64x48", "1K"))
    place.peel(*pay)


def test_a_plan_says_that_a_run_would_pass_the_budget(place):
    Calls(place, cost=0.5)
    allow(place, 1)
    place.write("p.yaml", PIPELINE)
    plan = place.peel("plan", "p.yaml")
    expect("allows 1.00 USD a day, of which 0.00 USD are spent" in plan.err, plan)


def test_a_price_that_nobody_knows_is_within_no_budget(place):
    with Service(place) as service:
        service.configure("openai")
        config = os.path.join(place.root, "config", "peel", "config.yaml")
        with open(config, encoding="utf-8") as stream:
            text = stream.read()
        with open(config, "w", encoding="utf-8") as stream:
            stream.write(text[:-1] + ', "budget": {"per-day": 5}}')
        service.pipeline("openai")
        result = service.run(code=6)
        expect(f"is not known, so the budget in {config} cannot be kept to" in result.err, result)
        service.expect_calls(0)


def test_a_project_can_only_lower_the_budget(place):
    calls = Calls(place, cost=0.5)
    allow(place, 1.4)
    place.write("p.yaml", PIPELINE)
    for project, shown, code in (("0.4", "0.40", 6), ("9", "1.40", 0)):
        path = place.write("peel.yaml", f"budget: {{ per-day: {project} }}\n")
        listed = place.peel("trust", "--yes", ".")
        expect(f"lets be spent at most  {shown} USD a day" in listed.out, listed)
        result = place.peel("run", "p.yaml", "--on-miss", "generate", "--only", "cup@1",
                            code=code)
        expect(code == 0 or f"the budget in {path} allows 0.40 USD" in result.err, result)
    expect_equal(len(calls.runs), 1, "runs")


if __name__ == "__main__":
    support.main(globals())
