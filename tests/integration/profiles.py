"""One pipeline, and a configuration that says who makes its pictures: --profile chooses."""

import json
import os

import simulated
import support
from generating import Service, key_file, with_account
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: hero
stages:
  - generate: { prompt: A brass owl }
outputs:
  - stages: [ { resize: { width: 64 } } ]
    to: "out/{name}.png"
"""

PAY = ("--on-miss", "generate")


def write_config(place, config):
    """The user's own."""
    folder = os.path.join(place.root, "config", "peel")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as stream:
        json.dump(config, stream)
    return os.path.join(folder, "config.yaml")


def three_profiles(service):
    """dev asks AI Studio, staging a gateway in OpenAI's dialect, production Vertex AI."""
    return {
        "dev": {
            "generate": {"provider": "ai-studio", "resolution": "1K"},
            "providers": {"ai-studio": {"base-url": service.url,
                                        "keys": [{"env": "SIMULATOR_KEY"}]}},
        },
        "staging": {
            "generate": {"provider": "openai", "model": "house-painter",
                         "resolution": "1024x1024", "output-type": "jpeg"},
            "providers": {"openai": {"base-url": service.url + "/v1", "cost": 0.02,
                                     "keys": [{"env": "SIMULATOR_KEY"}]}},
            "models": {"house-painter": {"api": "images", "providers": ["openai"],
                                         "ids": ["openai=gpt-image-2"], "size-step": 16,
                                         "most-edge": 3840, "options": ["output-type"]}},
        },
        "production": {
            "generate": {"provider": "vertex", "resolution": "2K"},
            "providers": {"vertex": {"base-url": service.url,
                                     "credentials-file": key_file(service)}},
        },
        "production-small": {
            "generate": {"provider": "vertex", "resolution": "1K"},
            "providers": {"vertex": {"base-url": service.url,
                                     "credentials-file": key_file(service)}},
        },
    }


def acquisitions(place):
    """(provider, cost) of every original, as its sidecar tells."""
    found = []
    for folder, _, names in os.walk(os.path.join(place.home, "originals")):
        for name in names:
            if name.endswith(".json"):
                with open(os.path.join(folder, name), encoding="utf-8") as stream:
                    found += [(one["provider"], one.get("cost-usd"))
                              for one in json.load(stream)["acquisitions"]]
    return found


def expect_three_providers(service):
    place, known = service.place, []
    place.write("p.yaml", PIPELINE)
    for profile, surface, provider in (("dev", "gemini", "ai-studio"),
                                       ("staging", "openai", "openai"),
                                       ("production", "vertex", "vertex")):
        result = service.run("--profile", profile)
        expect("1 generated" in result.err + result.out, f"{profile}: {result}")
        asked = service.expect_calls(1, surface)[0]
        new = [one for one in acquisitions(place) if one not in known]
        known += new
        expect_equal([name for name, _ in new], [provider], profile)
        if profile == "staging":
            expect_equal((asked["body"]["output_format"], new[0][1]), ("jpeg", 0.02), "of staging")
        if profile == "production":
            expect_equal(asked["body"]["generationConfig"]["imageConfig"]["imageSize"], "2K",
                         "of production")


# ---- one pipeline, three providers ----

def test_one_pipeline_is_made_by_three_providers(place):
    with with_account(place) as service:
        place.write("peel.yaml", json.dumps({"profiles": three_profiles(service)}))
        shown = service.peel("trust", "--yes")
        for words in ("openai, --profile staging", "vertex, --profile production",
                      "the environment's SIMULATOR_KEY", service.url + "/v1"):
            expect(words in shown.out, f"{words}: {shown}")
        expect_three_providers(service)
        again = service.run("--profile", "production")
        expect("1 up to date" in again.err + again.out, again)
        service.expect_calls(3)


def test_the_user_s_own_profiles_need_no_trust(place):
    with with_account(place) as service:
        write_config(place, {"profiles": three_profiles(service)})
        expect_three_providers(service)


def test_another_profile_is_served_what_the_same_family_made(place):
    with with_account(place) as service:
        write_config(place, {"profiles": three_profiles(service)})
        place.write("p.yaml", PIPELINE)
        service.run("--profile", "dev")
        result = service.peel("run", "p.yaml", "--profile", "production-small")
        expect("1 up to date" in result.err + result.out, result)
        service.expect_calls(1)


def test_a_profile_may_cost_money_where_the_pipeline_does_not(place):
    with with_account(place) as service:
        write_config(place, {"profiles": three_profiles(service)})
        place.write("p.yaml", PIPELINE)
        planned = service.peel("plan", "p.yaml", "--profile", "staging")
        expect("0.02 USD" in planned.out, planned)
        refused = service.peel("run", "p.yaml", "--profile", "staging", code=7)
        expect("0.02 USD" in refused.err + refused.out, refused)
        service.peel("run", "p.yaml", "--profile", "staging", *PAY, "--max-cost", "0.01", code=6)
        service.expect_calls(0)
        free = service.peel("run", "p.yaml")
        expect("1 generated" in free.err + free.out, free)
        service.expect_calls(0)


def test_a_project_s_profile_lies_over_the_user_s(place):
    with Service(place) as service:
        profiles = {"dev": {"generate": {"provider": "ai-studio", "resolution": "4K"},
                            "providers": {"ai-studio": {"base-url": service.url,
                                                        "keys": [{"env": "SIMULATOR_KEY"}]}}}}
        write_config(place, {"profiles": profiles})
        place.write("peel.yaml", "profiles: { dev: { generate: { resolution: 2K } } }\n")
        service.peel("trust", "--yes")
        place.write("p.yaml", PIPELINE)
        service.run("--profile", "dev")
        asked = service.expect_calls(1, "gemini")[0]
        expect_equal(asked["body"]["generationConfig"]["imageConfig"]["imageSize"], "2K", "asked")


def test_what_a_profile_asks_is_answered_by_an_import(place):
    write_config(place, {"profiles": {"dev": {"generate": {"provider": "vertex"}}}})
    place.write("p.yaml", PIPELINE)
    place.write("owl.png", support.png(64, 48))
    place.peel("cache", "import", "owl.png", "--pipeline", "p.yaml", "--image", "hero",
               "--profile", "dev")
    result = place.peel("run", "p.yaml", "--profile", "dev")
    expect("1 made" in result.err + result.out, result)
    alone = place.peel("cache", "import", "owl.png", "--profile", "dev", code=2)
    expect("give --pipeline too" in alone.err, alone)


# ---- mistakes ----

def test_an_unknown_profile_is_told_with_those_there_are(place):
    path = write_config(place, {"profiles": {"dev": {}, "staging": {}}})
    place.write("p.yaml", PIPELINE)
    place.write("peel.yaml", "profiles: { production: {} }\n")
    place.peel("trust", "--yes")
    wanted = (f"there is no profile 'prodution'; did you mean 'production'? {path} has dev, staging; "
              f"{place.path('peel.yaml')} has production")
    for command in ("run", "plan", "explain", "check"):
        result = place.peel(command, "p.yaml", "--profile", "prodution", code=2)
        expect(wanted in result.err, f"{command}: {result}")
    for command in (["providers"], ["models"], ["providers", "openai"],
                    ["derive", "p.png", "--preset", "web/thumb"]):
        place.write("p.png", support.png(64, 48))
        result = place.peel(*command, "--profile", "x", code=2)
        expect(f"there is no profile 'x': {path} has dev, staging" in result.err,
               f"{command}: {result}")
    found = place.peel("doctor", "--profile", "x", code=1)
    expect(f"there is no profile 'x': {path} has dev, staging" in found.out, found)


def test_a_profile_of_an_untrusted_project_is_not_there(place):
    place.write("p.yaml", PIPELINE)
    place.write("peel.yaml", "profiles: { dev: {} }\n")
    for command in ("run", "check"):
        result = place.peel(command, "p.yaml", "--profile", "dev", code=2)
        expect("there is no profile 'dev': " in result.err and
               f"{place.path('peel.yaml')} is not used: you have not trusted it; to see what it would "
               "allow: peel trust ." in result.err, result)
        expect_equal(result.err.count("is not used"), 1, f"told once: {result}")
    place.peel("trust", "--yes")
    place.peel("check", "p.yaml", "--profile", "dev")
    place.write("peel.yaml", "profiles: { dev: {}, more: {} }\n")
    result = place.peel("check", "p.yaml", "--profile", "dev", code=2)
    expect("it has changed since you trusted it" in result.err, result)
    # The user's own profile of that name is enough, as the user's own configuration is elsewhere.
    write_config(place, {"profiles": {"dev": {}}})
    result = place.peel("check", "p.yaml", "--profile", "dev")
    expect("it has changed since you trusted it" in result.err, result)


def test_a_profile_that_nobody_chose_is_checked(place):
    place.write("p.yaml", PIPELINE)
    place.write("peel.yaml", "profiles:\n  good: {}\n  bad: { generate: { resolutoin: 2K } }\n")
    refused = place.peel("trust", "--yes", code=2)
    expect("peel.yaml:3:22: 'generate' has no option 'resolutoin'" in refused.err, refused)
    write_config(place, {"profiles": {"bad": {"generate": {"prompt": "A cup"}}}})
    result = place.peel("check", "p.yaml", code=2)
    expect("'prompt' stays in the pipeline" in result.err, result)


# ---- what a profile sees ----

def test_listings_show_what_a_profile_sees(place):
    write_config(place, {"profiles": {"dev": {
        "providers": {"openai": {"base-url": "https://images.example.com/v1",
                                 "keys": [{"env": "OWN_KEY"}]}},
        "models": {"ours": {"providers": ["openai"], "price": 0.01}}}}})
    place.environment = lambda real=place.environment: dict(real(), OWN_KEY=simulated.KEY)
    for arguments, is_there in ((["--profile", "dev"], True), ([], False)):
        told = place.peel("providers", "openai", "--json", *arguments).events[0]
        expect_equal((told["configured"], told.get("base-url") == "https://images.example.com/v1"),
                     (is_there, is_there), "providers")
        listed = place.peel("models", "--json", *arguments).events
        expect_equal("ours" in [e.get("id") for e in listed], is_there, "models")
        found = place.peel("doctor", "--json", *arguments, code=None).events
        expect_equal("is asked at https://images.example.com/v1" in
                     [e.get("text") for e in found], is_there, "doctor")


def test_listings_know_the_profiles_of_the_project_they_are_in(place):
    place.write("peel.yaml", "profiles: { dev: { providers: { openai: { jobs: 2 } } } }\n")
    for command in ("providers", "models", "doctor"):
        result = place.peel(command, "--profile", "dev", code=None)
        expect(result.code != 0 and "is not used: you have not trusted it; to see what it would "
               "allow: peel trust ." in result.err + result.out, result)
        alone = place.peel(command, code=None)
        expect("peel.yaml" not in alone.err + alone.out, alone)
    place.peel("trust", "--yes")
    told = place.peel("providers", "openai", "--json", "--profile", "dev").events[0]
    expect_equal(told["configured"], True, "configured")
    other = place.peel("providers", "--profile", "dev", cwd=place.root, code=2)
    expect("there is no profile 'dev'" in other.err, other)


def test_profiles_change_nothing_for_pictures_that_are_loaded(place):
    write_config(place, {"profiles": {"dev": {"generate": {"provider": "vertex", "seed": 3}}}})
    place.write("owl.png", support.png(64, 48))
    place.write("p.yaml", PIPELINE.replace("generate: { prompt: A brass owl }", "load: owl.png"))
    place.run()
    expect_equal(place.run("--profile", "dev").summary["up-to-date"], 1, "up to date")


support.main(globals())
