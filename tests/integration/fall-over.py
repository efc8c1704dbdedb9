"""An ordered list of providers: who is asked when the one before cannot, what is told and kept of it,
and what stays an error of the one that was asked."""

import json
import os
import shutil
import signal

import support
from calls import Calls
from generating import PAY, TINY, Service, journal, sidecar
from support import expect, expect_equal

VERTEX = {"surface": "vertex"}
GEMINI = {"surface": "gemini"}
QUICK = {"backoff": "50ms"}
EXPRESS = {"key": {"env": "SIMULATOR_KEY"}, **QUICK}
TOKEN = {"project": "simulator-project", "token_command": ["/bin/echo", "simulator-access-token"],
         **QUICK}
PAIR = ["vertex", "ai-studio"]
PRO = "gemini-3-pro-image"

# Two images of one request.
TWINS = """\
version: 1
name: twins
matrix: { n: [1, 2] }
stages:
  - generate: { provider: [vertex, openai], prompt: "A brass owl" }
outputs:
  - stages: [ { resize: { width: 16 } } ]
    to: "out/{name}.png"
"""


def service(place, *rules):
    """Rules are (match, fault) pairs; all pictures are tiny."""
    made = [{"match": match, "do": {**TINY["do"], **fault}} for match, fault in rules]
    return Service(place, rules=[*made, TINY],
                   arguments=["--access-token", "simulator-access-token"])


def configure(at, vertex=None, models=None, more=None, **others):
    """Vertex AI in express mode and AI Studio, unless told otherwise."""
    providers = {"vertex": EXPRESS if vertex is None else vertex, "ai-studio": QUICK, **others}
    at.configure_several(providers, models, **(more or {}))


def originals(result):
    return [event for event in result.events if event["event"] == "original"]


def warnings(result):
    return [event["message"] for event in result.events if event["event"] == "warning"]


def falls(result):
    return [words for words in warnings(result) if " is asked instead of " in words]


def ends(place):
    """Results of calls that are over; a run may not have begun the journal yet."""
    if not os.path.exists(os.path.join(place.home, "journal.jsonl")):
        return []
    return [result for line, result in journal(place) if line == "end"]


def expect_served(at, whose):
    """Another run finds it, whoever answered."""
    before = at.asked()
    told = originals(at.run("--json"))
    expect_equal([(each["how"], each["cached-from"]) for each in told], [("cached", whose)], "served")
    expect_equal(at.asked(), before, "asked by the second run")


def expect_fall(place, fault, asked, words, vertex=None, **configuration):
    """One image that AI Studio makes, and all that is told and kept of it."""
    with service(place, (VERTEX, fault)) as at:
        configure(at, vertex, **configuration)
        at.pipeline(PAIR)
        result = at.run("--json")
        expect_equal(at.asked(), ["vertex"] * asked + ["gemini"], "asked")
        told = falls(result)
        expect(len(told) == 1 and told[0].startswith("ai-studio is asked instead of vertex: "), result)
        for word in words:
            expect(word in told[0], f"“{word}” is not in “{told[0]}”")
        event = originals(result)[0]
        expect_equal((event["how"], event["provider"], event["model"]),
                     ("generated", "ai-studio", PRO), "the event")
        kept = sidecar(place, at.expect_original())["acquisitions"]
        expect_equal([(each["provider"], each["model"]) for each in kept], [("ai-studio", PRO)], "kept")
        with open(os.path.join(place.home, "journal.jsonl"), encoding="utf-8") as stream:
            lines = [json.loads(line) for line in stream]
        begun = [line["provider"] for line in lines if line["line"] == "begin"]
        expect_equal(begun, ["vertex"] * asked + ["ai-studio"], "the journal's calls")
        expect_equal(ends(place), ["failed"] * asked + ["stored"], "the journal's results")
        expect_served(at, "ai-studio")


# ---- what falls ----

def test_no_room(place):
    expect_fall(place, {"error": "overloaded"}, 3,
                ["vertex answered 503 UNAVAILABLE", "(asked 3 times)"])


def test_too_many_requests(place):
    expect_fall(place, {"error": "rate-limit-bare"}, 5, ["vertex answered 429", "(asked 5 times)"])


def test_a_wait_that_is_too_long(place):
    expect_fall(place, {"error": "rate-limit", "retry-delay": "600s"}, 1,
                ["it asks to wait for 10 min, and 'most-wait' allows 2 min"])


def test_a_quota_of_the_day(place):
    expect_fall(place, {"error": "per-day"}, 1,
                ["the quota of the day is used up", "it begins anew at midnight Pacific time"])


def test_no_right(place):
    expect_fall(place, {"error": "permission"}, 1, ["vertex answered 403 PERMISSION_DENIED"])


def test_billing_is_off(place):
    expect_fall(place, {"error": "billing"}, 1, ["billing is off"])


def test_a_model_that_is_not_there(place):
    expect_fall(place, {"error": "not-found"}, 1, ["vertex answered 404"])


def test_a_country_that_is_not_served(place):
    expect_fall(place, {"error": "location"}, 1, ["vertex answered 400 FAILED_PRECONDITION"])


def test_a_login_that_is_refused(place):
    expect_fall(place, {"error": "unauthenticated"}, 1, ["the credential was not accepted"])


def test_a_token_that_nobody_gives(place):
    expect_fall(place, {"error": "overloaded"}, 0, ["vertex"],
                vertex={**TOKEN, "token_command": ["/bin/false"]})


def test_nobody_listens(place):
    with service(place) as at:
        configure(at, {**EXPRESS, "base-url": "http://127.0.0.1:9"})
        at.pipeline(PAIR)
        result = at.run("--json")
        expect_equal(at.asked(), ["gemini"], "asked")
        expect_equal(len(falls(result)), 1, "told")
        expect_equal(ends(place), ["failed"] * 3 + ["stored"], "the journal's results")
        expect_served(at, "ai-studio")


def test_who_has_no_login_is_passed_over_in_silence(place):
    with service(place) as at:
        at.configure_several({"ai-studio": QUICK})
        at.pipeline(PAIR)
        result = at.run("--json")
        expect_equal((at.asked(), falls(result)), (["gemini"], []), "asked and told")
        expect_served(at, "ai-studio")


def test_a_model_that_retired_is_passed_over(place):
    row = {"old-one": {"providers": ["vertex"], "resolutions": ["1K"], "price": 0.1,
                       "retired": "2026-11-01", "successor": PRO}}
    with service(place) as at:
        configure(at, {**EXPRESS, "model": "old-one"}, models=row)
        at.pipeline(PAIR)
        at.run()
        expect_equal(at.asked(), ["gemini"], "asked")
        expect_served(at, "ai-studio")


def test_another_family_answers(place):
    with service(place, (VERTEX, {"error": "overloaded"}), (GEMINI, {"error": "not-found"})) as at:
        configure(at, openai={"cost": 0.05, **QUICK})
        at.pipeline([*PAIR, "openai"])
        result = at.run("--json")
        expect_equal(at.asked(), ["vertex"] * 3 + ["gemini", "openai"], "asked")
        expect_equal([words.partition(":")[0] for words in falls(result)],
                     ["ai-studio is asked instead of vertex", "openai is asked instead of ai-studio"],
                     "told")
        event = originals(result)[0]
        expect_equal((event["provider"], event["model"]), ("openai", "gpt-image-2"), "the event")
        expect_served(at, "openai")
        os.remove(place.path("peel.lock"))
        expect_served(at, "openai")


def test_when_nobody_can_the_last_one_s_error_is_the_run_s(place):
    with service(place, ({}, {"error": "overloaded"})) as at:
        configure(at)
        at.pipeline(PAIR)
        result = at.run(code=4)
        expect("hero: ai-studio answered 503" in result.err, result)
        expect("ai-studio is asked instead of vertex" in result.err, result)
        expect_equal(at.asked(), ["vertex"] * 3 + ["gemini"] * 3, "asked")


def test_auto_falls_within_its_family(place):
    with service(place, (VERTEX, {"error": "permission"})) as at:
        configure(at)
        at.pipeline("auto")
        result = at.run("--json")
        expect_equal((at.asked(), len(falls(result))), (["vertex", "gemini"], 1), "asked and told")
        expect_served(at, "ai-studio")


def test_many_images_tell_it_once(place):
    with service(place, (VERTEX, {"error": "permission"})) as at:
        configure(at, {**EXPRESS, "jobs": 4})
        at.lot(PAIR, range(12))
        result = at.run("--json")
        expect_equal(len(falls(result)), 1, "told")
        expect_equal(len(place.blobs()), 12, "originals")
        asked = at.asked()
        expect_equal(asked.count("gemini"), 12, "AI Studio was asked")
        expect(asked.count("vertex") <= 4, f"Vertex AI was asked {asked.count('vertex')} times")


def test_an_image_that_asks_for_the_same_falls_with_the_first(place):
    with service(place, (VERTEX, {"error": "overloaded"}),
                 ({"surface": "openai"}, {"delay": "1s"})) as at:
        configure(at, openai={"cost": 0.05, **QUICK})
        place.write("p.yaml", TWINS)
        result = at.run("--json")
        expect_equal(sorted(each["how"] for each in originals(result)), ["cached", "generated"], result)
        expect_equal(at.asked().count("openai"), 1, "openai was asked")


# ---- what does not ----

def stays(place, fault, code, words, asked=1, **vertex):
    with service(place, (VERTEX, fault)) as at:
        configure(at, {**EXPRESS, **vertex})
        at.pipeline(PAIR)
        result = at.run(code=code)
        expect(words in result.err and "instead of" not in result.err, result)
        expect_equal(at.asked(), ["vertex"] * asked, "asked")
    return ends(place)


def test_a_refusal_is_an_answer(place):
    expect_equal(stays(place, {"block-reason": "SAFETY"}, 5, "vertex refused the prompt (SAFETY)"),
                 ["refused"], "the journal's results")


def test_a_refused_picture_is_an_answer(place):
    stays(place, {"finish-reason": "IMAGE_SAFETY"}, 5, "(IMAGE_SAFETY)")


def test_a_request_that_is_wrong_is_wrong(place):
    expect_equal(stays(place, {"error": "invalid-argument"}, 4, "vertex answered 400"), ["failed"],
                 "the journal's results")


def test_what_may_be_charged_is_not_asked_of_the_next_too(place):
    expect_equal(stays(place, {"hang": True}, 4, "no answer came within 300ms", asked=2,
                       timeout="300ms"), ["unknown"] * 2, "the journal's results")
    expect_equal(stays(place.another("none"), {"error": "internal"}, 4, "vertex answered 500",
                       retries_billed=0), ["unknown"], "the journal's results")


# ---- money and consent ----

def test_a_dearer_second_is_told_with_its_price(place):
    with service(place, (VERTEX, {"error": "permission"})) as at:
        configure(at, {**EXPRESS, "cost": 0.01}, **{"ai-studio": {"cost": 0.5, **QUICK}})
        at.pipeline(PAIR)
        told = falls(at.run("--json"))
        expect(told[0].startswith("ai-studio is asked instead of vertex, for 0.50 USD each and not "
                                  "0.01 USD: vertex answered 403"), told)


def test_a_yes_is_to_the_price_that_was_shown(place):
    with service(place, (VERTEX, {"error": "permission"})) as at:
        for cost, code, asked in ((0.5, 7, ["vertex"]), (0.01, 0, ["vertex", "vertex", "gemini"])):
            configure(at, {**EXPRESS, "cost": 0.01}, **{"ai-studio": {"cost": cost, **QUICK}})
            at.pipeline(PAIR)
            found, shown, n_asked = support.at_terminal(place, b"yes\n", environment=at.environment())
            expect_equal((found, n_asked, at.asked()), (code, 1, asked), shown)
            expect(code == 0 or "costs more than what was agreed to" in shown, shown)


def test_a_dearer_second_stays_within_max_cost(place):
    with service(place, (VERTEX, {"error": "permission"})) as at:
        configure(at, {**EXPRESS, "cost": 0.01}, **{"ai-studio": {"cost": 0.5, **QUICK}})
        at.pipeline(PAIR)
        result = at.run("--max-cost", "0.1", code=6)
        expect("not asked: it costs 0.50 USD, and --max-cost allows 0.10 USD" in result.err, result)
        expect_equal(at.asked(), ["vertex"], "asked")


def test_a_dearer_second_stays_within_the_budget_of_the_day(place):
    with service(place, (VERTEX, {"error": "permission"})) as at:
        configure(at, {**EXPRESS, "cost": 0.01}, more={"budget": {"per-day": 0.1}},
                  **{"ai-studio": {"cost": 0.5, **QUICK}})
        at.pipeline(PAIR)
        result = at.run(code=6)
        expect("not asked: it costs 0.50 USD, and the budget of the day" in result.err, result)
        expect_equal(at.asked(), ["vertex"], "asked")


def test_a_second_whose_price_nobody_knows_breaks_a_limit(place):
    row = {"new-one": {"providers": ["ai-studio"], "resolutions": ["1K"]}}
    with service(place, (VERTEX, {"error": "permission"})) as at:
        for limit, more, words in ((["--max-cost", "5"], {}, "--max-cost cannot be kept to"),
                                   ([], {"budget": {"per-day": 5}}, "cannot be kept to")):
            configure(at, models=row, more=more, **{"ai-studio": {"model": "new-one", **QUICK}})
            at.pipeline(PAIR)
            result = at.run(*limit, code=6)
            expect("what it costs is not known" in result.err and words in result.err, result)
            expect("gemini" not in at.asked(), "it was asked")


def test_a_yes_to_the_first_is_one_to_the_next(place):
    with service(place, (VERTEX, {"error": "permission"})) as at:
        configure(at)
        at.pipeline(PAIR)
        refused = at.peel("run", "p.yaml", code=7)
        expect("0.13" in refused.err and "nobody can be asked here" in refused.err, refused)
        expect_equal(at.asked(), [], "asked without a yes")


def local(place, behaviour):
    """A program, and the options that name it."""
    program = Calls(place, behaviour=behaviour)
    return program, {"program": [program.path("make"), "{output}", "{prompt}"]}


def test_a_free_program_does_not_fall_to_what_costs_without_a_yes(place):
    with service(place) as at:
        program, options = local(place, "exit 3")
        configure(at, command=options)
        at.pipeline(["command", "ai-studio"])
        refused = at.peel("run", "p.yaml", code=7)
        expect("ai-studio" in refused.err and "0.1340 USD" in refused.err, refused)
        expect_equal((len(program.runs), at.asked()), (1, []), "asked")


def test_a_program_that_fails_falls_to_a_service_and_back(place):
    with service(place, (GEMINI, {"error": "permission"})) as at:
        program, options = local(place, "exit 3")
        configure(at, command=options)
        at.pipeline(["command", "vertex"])
        result = at.run("--json")
        expect_equal((len(program.runs), at.asked()), (1, ["vertex"]), "asked")
        expect("vertex is asked instead of command" in falls(result)[0], result)
        expect_served(at, "vertex")
        program.behave("")
        at.pipeline(["ai-studio", "command"], prompt="Another")
        result = at.run("--json")
        expect_equal((len(program.runs), at.asked()), (2, ["vertex", "gemini"]), "asked")
        expect_served(at, "command")


# ---- whose answer is taken ----

def test_same_provider_takes_what_the_next_one_gave(place):
    with service(place, ({**VERTEX, "times": 1}, {"error": "permission"})) as at:
        configure(at)
        at.pipeline(PAIR, accept="same-provider")
        at.run()
        expect_equal(at.asked(), ["vertex", "gemini"], "asked")
        expect_served(at, "ai-studio")
        at.pipeline("vertex", accept="same-provider")
        result = at.run()
        expect("the cache has an original from ai-studio" in result.err, result)
        expect_equal(at.asked(), ["vertex", "gemini", "vertex"], "asked")


def test_regenerate_falls_too_and_asks_each_once(place):
    with service(place) as at:
        configure(at)
        at.pipeline(PAIR)
        at.run()
    shutil.rmtree(place.path("kept"))
    with service(place, (VERTEX, {"error": "permission"})) as at:
        configure(at)
        result = at.run("--json", "--regenerate", "hero")
        expect_equal(at.asked(), ["vertex", "gemini"], "asked")
        event = originals(result)[0]
        expect_equal((event["how"], event["provider"]), ("generated", "ai-studio"), "the event")
        expect_equal(len(place.blobs()), 2, "originals")
        expect_served(at, "ai-studio")


# ---- several processes, and an end in between ----

def test_two_processes_with_one_pipeline_buy_each_image_once(place):
    with service(place, (VERTEX, {"error": "overloaded"}), (GEMINI, {"delay": "100ms"})) as at:
        configure(at, {**EXPRESS, "retries": 1})
        at.lot(PAIR, range(8))
        for process in [at.start(*PAY) for _ in range(2)]:
            support.finish(process, 0)
        expect_equal(at.asked().count("gemini"), 8, "AI Studio was asked")
        expect_equal(len(place.blobs()), 8, "originals")


def test_ctrl_c_lets_what_fell_land_and_asks_nobody_else(place):
    with service(place, (VERTEX, {"error": "permission"}), (GEMINI, {"delay": "1s"})) as at:
        configure(at, **{"ai-studio": {"jobs": 2, **QUICK}})
        at.lot(PAIR, range(6))
        process = at.start(*PAY)
        support.wait_until(lambda: ends(place).count("failed") > 0 and
                           len(journal(place)) >= len(ends(place)) + 2, "asked of the next")
        process.send_signal(signal.SIGINT)
        support.finish(process, 130)
        asked = at.asked().count("gemini")
        expect(1 <= asked <= 2, f"AI Studio was asked {asked} times")
        expect_equal(len(place.blobs()), asked, "originals")
        at.run()
        expect_equal((at.asked().count("gemini"), len(place.blobs())), (6, 6), "asked and kept")


def test_ctrl_c_before_the_fall_ends_the_wait(place):
    with service(place, (VERTEX, {"error": "rate-limit", "retry-delay": "60s"})) as at:
        configure(at)
        at.pipeline(PAIR)
        process = at.start(*PAY)
        support.wait_until(lambda: ends(place) == ["failed"], "the first answer")
        process.send_signal(signal.SIGINT)
        support.finish(process, 130, timeout=15)
        expect_equal(at.asked(), ["vertex"], "asked")


if __name__ == "__main__":
    support.main(globals())
