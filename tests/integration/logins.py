"""What `peel providers`, `peel models` and `peel doctor` tell of a person's configuration and credentials,
without asking anybody and without telling a secret."""

import json
import os
import re
import subprocess

import support
from support import expect, expect_equal

# Made up, in the shape of services' keys.
KEY = "AIza" + "SyExampleExampleExampleExample12345"
REFRESH = "1//" + "example-refresh-token"


def alone(place, config="", **variables):
    """Nothing of the person who runs the test; `config` is the configuration's text."""
    path = place.write("config/peel/config.yaml", config)
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")}
    env = dict(kept, HOME=place.folder, PEEL_HOME=place.home, LC_ALL="C.UTF-8",
               XDG_CONFIG_HOME=os.path.dirname(os.path.dirname(path)), NO_GCE_CHECK="true",
               LSAN_OPTIONS=f"suppressions={support.NO_LEAKS}:print_suppressions=0", **variables)
    place.environment = lambda: env


def write_key(place, name="key", mode=0o600):
    path = place.write(name, KEY + "\n")
    os.chmod(path, mode)
    return path


def write_service_account(place, name="account.json", mode=0o600):
    pem = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True,
                         text=True).stdout
    path = place.write(name, json.dumps({
        "type": "service_account", "project_id": "shop-pictures", "private_key_id": "k1",
        "private_key": pem, "client_email": "peel@shop-pictures.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token"}))
    os.chmod(path, mode)
    return path, pem


def write_user(place):
    path = place.write(".config/gcloud/application_default_credentials.json", json.dumps({
        "type": "authorized_user", "client_id": "c.apps.googleusercontent.com",
        "client_secret": "d-" + "example-client-secret", "refresh_token": REFRESH}))
    os.chmod(path, 0o600)
    return path


def provider(place, name):
    """What --json tells of one, and all that either way tells."""
    told = place.peel("providers", name, "--json")
    shown = place.peel("providers", name)
    return told.events[0], told.out + told.err + shown.out + shown.err


def findings(place, name, code=0):
    result = place.peel("doctor", "--json", code=code)
    return [(e["health"], e["text"]) for e in result.events
            if e["event"] == "finding" and e["name"] == name]


# ---- providers ----

def test_a_key_is_told_by_its_place_and_never_itself(place):
    alone(place, GEMINI_API_KEY=KEY)
    told, text = provider(place, "ai-studio")
    expect_equal((told["ready"], told["configured"], told["logins"]),
                 (True, False, ["key of GEMINI_API_KEY"]), "of the environment")
    expect(KEY not in text, "the key is told")
    path = write_key(place)
    alone(place, f"providers: {{ openai: {{ keys: [{{ file: {path} }}, {{ env: SECOND }}] }} }}\n",
          SECOND=KEY)
    told, text = provider(place, "openai")
    expect_equal((told["configured"], told["logins"]),
                 (True, [f"key of {path}", "key of SECOND"]), "of the configuration")
    expect(KEY not in text, "the key is told")


def test_a_service_account_is_told_with_its_file_and_project(place):
    path, pem = write_service_account(place)
    alone(place, GOOGLE_APPLICATION_CREDENTIALS=path)
    told, text = provider(place, "vertex")
    expect_equal(told["logins"],
                 [f"service account peel@shop-pictures.iam.gserviceaccount.com (file {path})"],
                 "the login")
    expect_equal((told["project"], told["ready"]), ("shop-pictures", True), "the project")
    expect(pem.splitlines()[3] not in text, "the private key is told")


def test_a_file_of_credentials_is_named_in_the_configuration(place):
    path, _ = write_service_account(place, "config/peel/account.json")
    for name in (path, "account.json"):
        alone(place, f"providers: {{ vertex: {{ credentials-file: {name} }} }}\n")
        told, _ = provider(place, "vertex")
        expect(told["logins"] and told["logins"][0].endswith(f"(file {path})"), f"{name}: {told}")


def test_a_users_login_is_found_where_gcloud_leaves_it(place):
    path = write_user(place)
    alone(place)
    told, text = provider(place, "vertex")
    expect_equal(told["logins"], [f"user account (file {path})"], "the login")
    expect("project" not in told and not told["ready"], "no project, so not ready")
    expect(REFRESH not in text, "the refresh token is told")


def test_a_token_command_is_not_run(place):
    program = place.write("token", f"#!/bin/sh\ntouch {place.path('was-run')}\n")
    os.chmod(program, 0o700)
    alone(place, f"providers: {{ vertex: {{ project: p1, token-command: [{program}, s3cr3t] }} }}\n")
    told, text = provider(place, "vertex")
    expect_equal(told["logins"], [f"token command {program}"], "the login")
    expect("s3cr3t" not in text, "an argument is told")
    place.peel("doctor")
    expect(not os.path.exists(place.path("was-run")), "it was run")


def test_a_metadata_server_is_a_guess_until_it_was_seen(place):
    alone(place)
    env = dict(place.environment())
    del env["NO_GCE_CHECK"]
    place.environment = lambda: env
    told, _ = provider(place, "vertex")
    on_google = "machine of Google" not in told["logins"][0]
    expect(told["logins"][0].startswith("metadata server metadata.google.internal"), f"{told}")
    expect_equal(findings(place, "vertex") == [], not on_google, "doctor is silent about a guess")


def test_without_a_login_it_is_said_what_was_looked_for(place):
    alone(place)
    told, text = provider(place, "vertex")
    expect(not told["ready"] and told["logins"] == [], f"{told}")
    for word in ("GOOGLE_APPLICATION_CREDENTIALS", "gcloud auth application-default login"):
        expect(word in told["problem"] and word in text, word)


# ---- models ----

def test_models_of_the_configuration_say_so(place):
    alone(place, "models:\n"
                 "  gemini-3-pro-image: { prices: { 4K: 0.2 }, prices-as-of: 2026-12-01 }\n"
                 "  ours: { providers: [openai], api: images, resolutions: [1K], price: 0.01 }\n"
                 "  gpt-image-1: { retired: '', providers: [openai] }\n")
    told = {e["id"]: e for e in place.peel("models", "--json").events if e["event"] == "model"}
    changed, ours = told["gemini-3-pro-image"], told["ours"]
    expect_equal((changed["origin"], changed["prices-usd"], changed["prices-as-of"]),
                 ("changed", {"1K": 0.134, "2K": 0.134, "4K": 0.2}, "2026-12-01"), "changed")
    expect_equal((ours["origin"], ours["prices-usd"]), ("added", {"1K": 0.01}), "added")
    expect("retired" not in told["gpt-image-1"], "a retirement taken back")
    expect_equal(told["gpt-image-2"]["origin"], "built-in", "untouched")
    listing = place.peel("models").out
    for line in (r"gemini-3-pro-image \(changed\) .* 4K: \$0\.2 ", r"ours \(yours\) .*1K: \$0\.01"):
        expect(re.search(line, listing), f"{line}: {listing}")
    expect(listing.index("gpt-image-1 (changed)") < listing.index("ask instead"), "not among those gone")
    one = place.peel("models", "nano-banana-pro").out
    expect("changed by your configuration" in one and "as of 2026-12-01" in one, one)


# ---- doctor ----

def test_doctor_is_silent_about_what_nobody_set_up(place):
    alone(place)
    for name in ("ai-studio", "openai", "vertex"):
        expect_equal(findings(place, name), [], name)
    alone(place, OPENAI_API_KEY=KEY)
    expect_equal(findings(place, "openai"), [("ok", "key of OPENAI_API_KEY")], "openai")
    expect_equal(findings(place, "vertex"), [], "vertex")


def test_doctor_warns_of_keys_that_others_can_read(place):
    path = write_key(place, mode=0o644)
    account, _ = write_service_account(place, mode=0o640)
    alone(place, f"providers: {{ openai: {{ keys: {{ file: {path} }} }} }}\n",
          GOOGLE_APPLICATION_CREDENTIALS=account)
    for name, where in (("openai", path), ("vertex", account)):
        warnings = [text for health, text in findings(place, name) if health == "warning"]
        expect(len(warnings) == 1 and f"chmod 600 {where}" in warnings[0], f"{name}: {warnings}")
    os.chmod(path, 0o600)
    expect_equal(findings(place, "openai"), [("ok", f"key of {path}")], "closed")


def test_doctor_tells_what_a_first_request_would_lack(place):
    write_user(place)
    alone(place)
    healths = [health for health, _ in findings(place, "vertex")]
    expect_equal(healths, ["ok", "warning"], "a login without a project")
    alone(place, "providers: { vertex: { project: p1, base-url: 'http://127.0.0.1:8085' } }\n")
    expect_equal([text for _, text in findings(place, "vertex")][1:],
                 ["project p1", "is asked at http://127.0.0.1:8085"], "project and address")
    alone(place, "providers: { openai: { keys: { env: NOT_SET } } }\n")
    health, text = findings(place, "openai", code=1)[0]
    expect(health == "problem" and "NOT_SET" in text, text)
    broken = place.write("broken.json", '{"type": "service_account"}')
    alone(place, GOOGLE_APPLICATION_CREDENTIALS=broken)
    health, text = findings(place, "vertex", code=1)[0]
    expect(health == "problem" and "broken.json" in text, text)


if __name__ == "__main__":
    support.main(globals())
