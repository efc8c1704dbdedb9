"""Several who could be asked: ordered lists, `provider: auto`, and whose answers of the cache are taken."""

import json
import os

import support
from generating import PAY, Service
from support import expect, expect_equal

PRO, NANO = "gemini-3-pro-image", "gemini-nano-banana-2.1"


def configure(service, *providers, models=None):
    """Those that are set up; the others lack a login."""
    given = {}
    for name in providers:
        given[name] = {"base-url": service.url + ("/v1" if name == "openai" else "")}
        key = {"env": "SIMULATOR_KEY"}
        given[name].update({"key": key} if name == "vertex" else {"keys": [key]})
    folder = os.path.join(service.place.root, "config", "peel")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as stream:
        json.dump({"providers": given, "models": models or {}}, stream)


def original(result):
    """What is told of the one original."""
    return next(event for event in result.events if event["event"] == "original")


def plan(service, *arguments):
    return original(service.peel("plan", "p.yaml", "--json", *arguments))


def asked(service):
    """The surfaces that were asked for pictures, in order."""
    return [call["surface"] for call in service.calls(0)
            if call["surface"] in ("gemini", "vertex", "openai")]


def who(event):
    return [(event["provider"], event["model"]),
            *((other["provider"], other["model"]) for other in event.get("else", []))]


# ---- the cache ----

def test_what_one_provider_made_answers_another(place):
    with Service(place) as service:
        configure(service, "ai-studio", "vertex")
        service.pipeline("ai-studio")
        service.run()
        service.pipeline("vertex")
        told = original(service.run("--json"))
        expect_equal((told["how"], told["cached-from"]), ("cached", "ai-studio"), "told")
        expect_equal(asked(service), ["gemini"], "asked")


def test_same_provider_announces_the_miss(place):
    with Service(place) as service:
        configure(service, "ai-studio", "vertex")
        service.pipeline("vertex")
        service.run()
        service.pipeline("ai-studio", accept="same-provider")
        words = "the cache has an original from vertex for this request, but 'accept: " \
                "same-provider' asks ai-studio"
        told = plan(service)
        expect_equal((told["how"], told["cached-from"]), ("missing", "vertex"), "told")
        shown = service.peel("plan", "p.yaml")
        expect("the cache has one from vertex, which 'accept: same-provider' does not take"
               in shown.out, shown)
        refused = service.peel("run", "p.yaml", code=7)
        expect(words in refused.err, refused)
        expect("--on-miss generate" in refused.err, refused)
        expect_equal(asked(service), ["vertex"], "asked before a yes")
        ran = service.run()
        expect(f"hero: {words}" in ran.err, ran)
        expect_equal(asked(service), ["vertex", "gemini"], "asked")
        told = original(service.run("--json"))
        expect_equal((told["how"], told["cached-from"]), ("cached", "ai-studio"), "told")
        service.pipeline("vertex", accept="same-provider")
        told = original(service.run("--json"))
        expect_equal((told["how"], told["cached-from"]), ("cached", "vertex"), "its own is there still")
        expect_equal(asked(service), ["vertex", "gemini"], "nothing is asked again")


def test_a_lock_does_not_hand_out_another_provider_s_original(place):
    with Service(place) as service:
        configure(service, "ai-studio", "vertex")
        service.pipeline("vertex")
        service.run()
        service.run("--locked")
        service.pipeline("ai-studio", accept="same-provider")
        refused = service.run("--locked", code=7)
        expect("is from another provider, which 'accept: same-provider' does not take"
               in refused.err, refused)
        expect_equal(asked(service), ["vertex"], "asked")


def test_a_list_finds_what_its_second_family_made(place):
    with Service(place) as service:
        configure(service, "ai-studio", "openai")
        service.pipeline("openai")
        service.run()
        os.remove(place.path("peel.lock"))  # its pin would do as well
        service.pipeline(["ai-studio", "openai"])
        told = original(service.run("--json"))
        expect_equal((told["how"], told["cached-from"]), ("cached", "openai"), "told")
        service.run("--locked")
        service.pipeline(["vertex", "openai"])
        service.run("--locked")
        expect_equal(asked(service), ["openai"], "asked")


def test_the_first_of_a_list_wins_in_the_cache(place):
    with Service(place) as service:
        configure(service, "ai-studio", "openai")
        for provider in ("ai-studio", "openai"):
            service.pipeline(provider)
            service.run()
            os.remove(place.path("peel.lock"))  # a pin would win
        service.pipeline(["ai-studio", "openai"])
        expect_equal(original(service.run("--json"))["cached-from"], "ai-studio", "whose")


# ---- lists ----

def test_who_is_not_set_up_is_passed_over(place):
    with Service(place) as service:
        configure(service, "ai-studio")
        service.pipeline(["vertex", "openai", "ai-studio"])
        expect_equal(who(plan(service)), [("ai-studio", PRO)], "who")
        service.run()
        expect_equal(asked(service), ["gemini"], "asked")


def test_a_plan_names_all_who_would_be_asked(place):
    with Service(place) as service:
        configure(service, "ai-studio", "vertex", "openai")
        service.pipeline(["vertex", "ai-studio", "openai"])
        shown = service.peel("plan", "p.yaml")
        words = f"vertex ({PRO}), else ai-studio, else openai (gpt-image-2)"
        expect(f"0.1340 USD, {words}\n" in shown.out, shown)
        explained = service.peel("explain", "p.yaml")
        expect(f"its original is not there yet: {words}" in explained.out, explained)
        expect_equal(who(plan(service)),
                     [("vertex", PRO), ("ai-studio", PRO), ("openai", "gpt-image-2")], "who")


def test_a_list_of_which_none_is_set_up_is_refused(place):
    with Service(place) as service:
        configure(service)
        service.pipeline(["vertex", "openai"])
        refused = service.run(code=7)
        expect("none of those that could be asked is set up: vertex, openai" in refused.err, refused)


# ---- auto ----

def auto(service, **generate):
    service.pipeline("auto", **generate)
    return who(plan(service))


def test_auto_goes_by_what_is_preferred(place):
    with Service(place) as service:
        configure(service, "ai-studio", "vertex", "openai",
                  models={"gpt-image-2.6-flare": {"seconds": {"1K": 6}, "price": 0.05}})
        expect_equal(auto(service), [("vertex", PRO), ("ai-studio", PRO)], "quality")
        expect_equal(auto(service, prefer="quality"), auto(service), "quality is the default")
        expect_equal(auto(service, prefer="cost"), [("vertex", NANO), ("ai-studio", NANO)], "cost")
        expect_equal(auto(service, prefer="speed"), [("openai", "gpt-image-2.6-flare")], "speed")
        expect_equal(auto(service, prefer="speed", resolution="4K"),
                     [("vertex", PRO), ("ai-studio", PRO)], "speed at 4K")
        service.run()
        expect_equal(asked(service), ["vertex"], "asked")


def test_auto_counts_what_a_picture_costs_here(place):
    with Service(place) as service:
        configure(service, "ai-studio", "openai", models={"gpt-image-1-mini": {"price": 0.011}})
        expect_equal(auto(service, prefer="cost")[0], ("openai", "gpt-image-1-mini"), "cost")


def test_auto_passes_over_who_is_not_set_up(place):
    with Service(place) as service:
        configure(service, "openai")
        service.pipeline("auto")
        service.run()
        expect_equal(asked(service), ["openai"], "asked")
        configure(service, "ai-studio", "openai")
        expect_equal(auto(service, prompt="Another"), [("ai-studio", PRO)], "vertex is not ready")


def test_a_metadata_server_that_nobody_named_is_no_login(place):
    with Service(place) as service:
        configure(service, "openai")
        service.variables["NO_GCE_CHECK"] = ""
        expect_equal(auto(service)[0][0], "openai", "nobody named vertex")
        service.configure("vertex")
        expect_equal(auto(service), [("vertex", PRO)], "the configuration names it")


def test_a_login_without_a_project_cannot_be_asked(place):
    with Service(place, arguments=["--access-token", "simulator-access-token"]) as service:
        service.configure("vertex", token_command=["/bin/echo", "simulator-access-token"])
        service.pipeline(["vertex", "synthetic"])
        expect_equal(who(plan(service)), [("synthetic", "painter")], "no project")
        service.variables["GOOGLE_CLOUD_PROJECT"] = "simulator-project"
        expect_equal(who(plan(service)), [("vertex", PRO), ("synthetic", "painter")], "a project")


def test_auto_asks_only_who_can_do_it(place):
    with Service(place) as service:
        configure(service, "ai-studio", "vertex", "openai")
        expect_equal(auto(service, output_type="jpeg"), [("vertex", PRO)], "output-type")
        expect_equal(auto(service, background="transparent")[0][0], "openai", "background")
        expect_equal(auto(service, model="nano-banana-2.1"), [("vertex", NANO), ("ai-studio", NANO)],
                     "the model that is named")


def test_auto_without_anybody_says_what_to_do(place):
    with Service(place) as service:
        configure(service, "ai-studio")
        service.pipeline("auto")
        service.run()
        configure(service)
        told = original(service.run("--json"))
        expect_equal((told["how"], told["cached-from"]), ("cached", "ai-studio"), "the cache answers")
        service.pipeline("auto", prompt="Another")
        refused = service.run(code=7)
        expect("none of those that could be asked is set up: vertex, ai-studio, openai"
               in refused.err, refused)
        expect("'peel providers' tells what each lacks" in refused.err, refused)


def test_auto_is_not_free_without_a_yes(place):
    with Service(place) as service:
        configure(service, "ai-studio")
        service.pipeline("auto")
        refused = service.peel(*PAY[:2], code=7)
        expect("0.13" in refused.err, refused)
        expect_equal(asked(service), [], "asked")


support.main(globals())
