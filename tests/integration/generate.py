"""Each provider, with each way of proving who asks: the original is in the cache as it was sent, the
outputs are there, and a second run asks nobody."""

import json
import os

import simulated
import support
from generating import Service, journal, key_file, sidecar, with_account
from support import expect, expect_equal

HERO = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "pipelines",
                    "hero.yaml")


def expect_whole_way(service, surface, calls=1):
    """A first run that asks, and a second that does not."""
    result = service.run()
    expect("1 generated" in result.err + result.out, result)
    digest = service.expect_original()
    asked = service.expect_calls(calls, surface)
    expect_equal(journal(service.place), [("begin", None), ("end", "stored")] * calls, "journal")
    again = service.run()
    expect("1 up to date" in again.err + again.out, again)
    service.expect_calls(calls, surface)
    return asked[-1], sidecar(service.place, digest)["acquisitions"][0]


# ---- by a key ----

def test_ai_studio_by_a_configured_key(place):
    with Service(place) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        call, told = expect_whole_way(service, "gemini")
        expect_equal(call["credential"], "key:1", "credential")
        expect_equal((told["provider"], told["model"], told["model-version"], told["finish-reason"]),
                     ("ai-studio", "gemini-3-pro-image", "gemini-3-pro-image", "STOP"), "told")
        expect(told["usage"], told)


def test_ai_studio_by_a_key_of_the_environment(place):
    with Service(place) as service:
        service.configure("ai-studio", keys=[])
        service.pipeline("ai-studio")
        service.variables["GEMINI_API_KEY"] = simulated.KEY + "\n"
        expect_whole_way(service, "gemini")


def test_ai_studio_by_a_key_in_a_file(place):
    with Service(place) as service:
        key = place.write("key.txt", simulated.KEY + "\n")
        os.chmod(key, 0o644)
        service.configure("ai-studio", keys=[{"file": key}])
        service.pipeline("ai-studio")
        result = service.run()
        expect(f"can be read by other users of this machine: chmod 600 {key}" in result.err, result)


def test_several_keys_take_turns(place):
    with Service(place, arguments=["--key", "simulator-one", "--key", "simulator-two"]) as service:
        service.configure("ai-studio", keys=[{"env": "KEY_ONE"}, {"env": "KEY_TWO"}])
        service.pipeline("ai-studio", variants=4)
        service.variables.update(KEY_ONE="simulator-one", KEY_TWO="simulator-two")
        service.run()
        used = sorted(call["credential"] for call in service.expect_calls(4))
        expect_equal(used, ["key:1", "key:1", "key:2", "key:2"], "keys")


def test_a_gateway_that_speaks_gemini_takes_a_bearer(place):
    with Service(place) as service:
        service.configure("ai-studio", profile="apiyi")
        service.pipeline("ai-studio")
        call, _ = expect_whole_way(service, "gemini")
        expect(["Authorization", "Bearer key:1"] in call["headers"] or
               any(name == "Authorization" for name, _ in call["headers"]), call)


def test_openai_by_a_key(place):
    with Service(place) as service:
        service.configure("openai", cost=0.05)
        service.pipeline("openai", output_type="jpeg", output_quality=90)
        call, told = expect_whole_way(service, "openai")
        expect_equal(call["body"]["output_format"], "jpeg", "output_format")
        expect_equal(told["cost-usd"], 0.05, "cost")


def test_vertex_in_express_mode(place):
    with Service(place) as service:
        service.configure("vertex", key={"env": "SIMULATOR_KEY"})
        service.pipeline("vertex")
        call, _ = expect_whole_way(service, "vertex")
        expect_equal(call["path"],
                     "/v1/publishers/google/models/gemini-3-pro-image:generateContent", "path")


# ---- by Google's ways ----

def test_vertex_by_a_service_account_that_signs(place):
    with with_account(place) as service:
        service.configure("vertex", credentials_file=key_file(service))
        service.pipeline("vertex")
        call, _ = expect_whole_way(service, "vertex")
        expect_equal(call["path"], "/v1/projects/simulator-project/locations/global/publishers/google"
                     "/models/gemini-3-pro-image:generateContent", "path")
        service.expect_calls(0, "token")


def test_vertex_by_a_service_account_and_the_token_endpoint(place):
    with with_account(place) as service:
        service.configure("vertex", credentials_file=key_file(service), token_endpoint=True)
        service.pipeline("vertex", variants=3)
        service.run()
        service.expect_calls(3, "vertex")
        service.expect_calls(1, "token")


def test_vertex_by_the_variable_of_google(place):
    with with_account(place) as service:
        service.configure("vertex")
        service.pipeline("vertex")
        service.variables["GOOGLE_APPLICATION_CREDENTIALS"] = key_file(service)
        expect_whole_way(service, "vertex")


def write_json(place, name, content):
    path = place.write(name, json.dumps(content))
    os.chmod(path, 0o600)
    return path


def test_vertex_by_gcloud_user_credentials(place):
    with Service(place) as service:
        service.configure("vertex", project="simulator-project")
        service.pipeline("vertex")
        os.makedirs(os.path.join(place.root, ".config", "gcloud"))
        with open(os.path.join(place.root, ".config", "gcloud",
                               "application_default_credentials.json"), "w",
                  encoding="ascii") as stream:
            json.dump({"type": "authorized_user", "client_id": "simulator",
                       "client_secret": "simulator-client-secret",
                       "refresh_token": "simulator-refresh-token",
                       "quota_project_id": "simulator-quota",
                       "token_uri": service.url + "/token"}, stream)
        call, _ = expect_whole_way(service, "vertex")
        expect(["x-goog-user-project", "simulator-quota"] in call["headers"], call)


def test_vertex_by_the_metadata_server(place):
    with Service(place) as service:
        service.configure("vertex")
        service.pipeline("vertex")
        service.variables.update(NO_GCE_CHECK="", GCE_METADATA_HOST=service.url[len("http://"):])
        call, _ = expect_whole_way(service, "vertex")
        expect("/projects/simulator-project/" in call["path"], call)


def external_account(service, source, **more):
    return write_json(service.place, "external.json", {
        "type": "external_account", "audience": "//iam.googleapis.com/simulator",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": service.url + "/v1/token", "credential_source": source, **more})


def subject_token(service):
    return service.simulator.ask("GET", "/subject-token").body.decode().strip()


def test_vertex_by_an_external_account_with_a_file(place):
    with Service(place) as service:
        path = place.write("subject", subject_token(service))
        service.configure("vertex", project="simulator-project",
                          credentials_file=external_account(service, {"file": path}))
        service.pipeline("vertex")
        expect_whole_way(service, "vertex")


def test_vertex_by_an_external_account_with_a_url_and_impersonation(place):
    with Service(place) as service:
        source = {"url": service.url + "/subject-token?format=json",
                  "format": {"type": "json", "subject_token_field_name": "access_token"}}
        answer = service.simulator.ask("GET", "/subject-token?format=json").json
        source["format"]["subject_token_field_name"] = next(iter(answer))
        account = external_account(
            service, source, service_account_impersonation_url=service.url +
            "/v1/projects/-/serviceAccounts/robot@simulator.invalid:generateAccessToken")
        service.configure("vertex", project="simulator-project", credentials_file=account)
        service.pipeline("vertex")
        expect_whole_way(service, "vertex")


def test_vertex_by_a_program_that_prints_a_token(place):
    with Service(place, arguments=["--access-token", "simulator-access-token"]) as service:
        service.configure("vertex", project="simulator-project",
                          token_command=["/bin/echo", "simulator-access-token"])
        service.pipeline("vertex")
        expect_whole_way(service, "vertex")


def test_vertex_by_a_token_command_of_the_command_line(place):
    with Service(place, arguments=["--access-token", "simulator-access-token"]) as service:
        service.configure("vertex", project="simulator-project")
        service.pipeline("vertex")
        service.run("--token-command", "printf %s simulator-access-token")
        service.expect_original()


def test_a_token_that_was_revoked_is_got_anew_once(place):
    rules = [{"match": {"surface": "vertex", "times": 1}, "do": {"error": "unauthenticated"}}]
    with with_account(place, rules=rules) as service:
        service.configure("vertex", credentials_file=key_file(service), token_endpoint=True)
        service.pipeline("vertex")
        service.run()
        service.expect_calls(2, "vertex")
        service.expect_calls(2, "token")
        service.expect_original()


def test_without_any_credential_every_place_is_named(place):
    with Service(place) as service:
        service.configure("vertex", project="simulator-project")
        service.pipeline("vertex")
        result = service.run(code=4)
        for word in ("GOOGLE_APPLICATION_CREDENTIALS", "gcloud auth application-default login"):
            expect(word in result.err, result)
        service.expect_calls(0)
        expect(not os.path.exists(os.path.join(place.home, "journal.jsonl")), "nothing was begun")


# ---- what is asked ----

def test_the_hero_in_4k_is_kept_as_it_was_sent(place):
    with Service(place, paint="scene", arguments=["--type", "png"]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio", resolution="4K", aspect_ratio="1:1")
        service.run()
        digest = service.expect_original()
        size = os.path.getsize(service.sent()[digest])
        expect(15e6 < size < 21e6, f"{size} bytes")


def run_hero(service, *arguments, code=0):
    """The example of the project, in a folder of its own."""
    with open(HERO, "rb") as stream:
        service.place.write("p.yaml", stream.read())
    result = service.run(*arguments, code=code, timeout=300)
    digest = service.expect_original()
    again = service.run(*arguments, code=code, timeout=300)
    service.expect_calls(1)
    return result, again, os.path.getsize(service.sent()[digest])


def test_the_hero_of_vertex(place):
    with Service(place, paint="scene") as service:
        service.configure("vertex", key={"env": "SIMULATOR_KEY"})
        _, again, _ = run_hero(service, "--var", "provider=vertex")
        expect("20 up to date" in again.out, again)


def test_the_hero_of_openai_is_too_small_for_paper(place):
    with Service(place) as service:
        service.configure("openai", cost=0.05)
        with open(HERO, "rb") as stream:
            place.write("p.yaml", stream.read())
        result = service.run("--var", "provider=openai", "--var", "resolution=3840x2160", "--var",
                             "ratio=16:9", code=9)
        expect("from 3840x2160 px gives 25" in result.err, result)
        service.expect_calls(0)


def test_another_location_is_asked_when_one_has_no_room(place):
    rules = [{"match": {"path": "*/locations/europe-west1/*"}, "do": {"error": "not-found"}}]
    with Service(place, rules=rules, arguments=["--access-token", "simulator-access-token"]) as service:
        service.configure("vertex", project="simulator-project",
                          locations=["asia-east1", "europe-west1", "us-central1"],
                          token_command=["/bin/echo", "simulator-access-token"])
        service.pipeline("vertex", model="gemini-2.5-flash-image")
        service.run()
        places = [call["path"].split("/")[5] for call in service.expect_calls(2)]
        expect_equal(places, ["europe-west1", "us-central1"], "locations")


def test_what_one_location_may_have_worked_on_is_not_asked_in_another(place):
    rules = [{"match": {"path": "*/locations/europe-west1/*"}, "do": {"error": "deadline"}}]
    with Service(place, rules=rules, arguments=["--access-token", "simulator-access-token"]) as service:
        service.configure("vertex", project="simulator-project",
                          locations=["europe-west1", "us-central1"],
                          token_command=["/bin/echo", "simulator-access-token"])
        service.pipeline("vertex", model="gemini-2.5-flash-image")
        result = service.run(code=4)
        expect("Deadline expired" in result.err, repr(result))
        places = [call["path"].split("/")[5] for call in service.expect_calls(2)]
        expect_equal(places, ["europe-west1"] * 2, "locations")


def test_references_go_along_in_their_order(place):
    with Service(place) as service:
        service.configure("ai-studio")
        first, second = support.png(40, 30, seed=1), support.png(30, 40, seed=2)
        place.write("a.png", first)
        place.write("b.png", second)
        service.pipeline("ai-studio", references=["a.png", "b.png"])
        service.run()
        call = service.expect_calls(1)[0]
        parts = call["body"]["contents"][0]["parts"]
        expect_equal([part["inlineData"]["data"]["sha256"] for part in parts[:2]],
                     [support.sha256(first), support.sha256(second)], "references")
        expect_equal(parts[2], {"text": "A brass owl"}, "the prompt")
        # Other bytes are another request.
        place.write("b.png", first)
        service.run()
        service.expect_calls(2)


def test_an_original_is_a_reference_too(place):
    with Service(place) as service:
        service.configure("openai", cost=0.05)
        service.pipeline("openai")
        service.run()
        digest = service.expect_original()
        service.pipeline("openai", prompt="The same at night", references=["original:" + digest[:12]])
        service.run()
        call = service.expect_calls(2)[1]
        expect_equal(call["path"], "/v1/images/edits", "path")
        pictures = [part for part in call["body"] if part["name"] == "image"]
        expect_equal(len(pictures), 1, "pictures")
        expect(digest in json.dumps(pictures), pictures)
        expect_equal(os.listdir(os.path.join(place.home, "calls")), [], "left behind")


def test_variants_are_calls_of_their_own_with_seeds_of_their_own(place):
    with Service(place) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio", variants=3, seed=7)
        service.run()
        seeds = sorted(call["body"]["generationConfig"]["seed"] for call in service.expect_calls(3))
        expect_equal(seeds, [7, 8, 9], "seeds")
        expect_equal(len(place.blobs()), 3, "originals")


def test_the_upscaler_gets_the_picture_and_the_factor(place):
    models = {"imagen-4.0-upscale-preview": {"price": 0.06}}
    with Service(place, arguments=["--access-token", "simulator-access-token"]) as service:
        service.configure("vertex", models=models, project="simulator-project",
                          token_command=["/bin/echo", "simulator-access-token"])
        place.write("small.png", support.png(512, 512))
        service.pipeline("vertex", model="imagen-4.0-upscale-preview", references=["small.png"],
                         upscale_factor=2, output_type="png")
        service.run()
        call = service.expect_calls(1, "predict")[0]
        expect_equal(call["body"]["parameters"]["upscaleConfig"], {"upscaleFactor": "x2"}, "factor")


support.main(globals())
