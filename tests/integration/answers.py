"""What a service may answer, by fault and by nature: the exit code, the words, and what is kept."""

import json
import os
import time

import support
from generating import PAY, Service, journal, sidecar
from support import expect, expect_equal


def answered(place, rule, code, words, provider="ai-studio", calls=None, **generate):
    """One run against one answer; the words must all be said."""
    with Service(place, rules=[{"do": rule}]) as service:
        configure(service, provider)
        service.pipeline(provider, **generate)
        result = service.run(code=code)
        for word in [words] if isinstance(words, str) else words:
            expect(word in result.out + result.err, f"“{word}” is not in {result}")
        if calls is not None:
            service.expect_calls(calls)
        if code == 0:
            service.expect_original()
        else:
            expect_equal(place.files(), {}, "outputs")
        return result


def configure(service, provider):
    if provider == "openai":
        service.configure("openai", cost=0.05)
    elif provider == "vertex":
        service.configure("vertex", key={"env": "SIMULATOR_KEY"})
    else:
        service.configure(provider)


def expect_journal(place, *results):
    expect_equal([result for line, result in journal(place) if line == "end"], list(results),
                 "the journal's results")


# ---- pictures in odd clothes ----

def test_the_draft_is_not_the_picture(place):
    answered(place, {"draft": True}, 0, "1 generated", calls=1)


def test_of_two_pictures_the_last_is_taken(place):
    with Service(place, rules=[{"do": {"images": 2}}]) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio")
        service.run()
        digest = service.expect_original()
        images = [image["sha256"] for image in service.expect_calls(1)[0]["images"]]
        expect_equal(digest, images[-1], "the picture")


def test_the_bytes_say_what_a_picture_is(place):
    with Service(place, rules=[{"do": {"type": "jpeg", "declare": "image/png"}}]) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio")
        service.run()
        told = sidecar(place, service.expect_original())
        expect_equal((told["format"], told["acquisitions"][0]["declared-type"]),
                     ("jpeg", "image/png"), "what is told")


def test_escapes_in_base64_are_read(place):
    answered(place, {"escapes": "slashes"}, 0, "1 generated")


def test_unicode_escapes_in_base64_are_read(place):
    answered(place, {"escapes": "unicode"}, 0, "1 generated")


def test_gateways_write_snake_case(place):
    answered(place, {"case": "snake"}, 0, "1 generated")


def test_a_data_uri_in_a_text_is_a_picture(place):
    answered(place, {"deliver": "data-uri"}, 0, "1 generated")


def test_a_picture_by_its_address_is_fetched(place):
    answered(place, {"deliver": "url"}, 0, "1 generated")


def test_a_picture_behind_a_markdown_link(place):
    # The simulator's address is no https, so it is not taken for a link.
    answered(place, {"deliver": "markdown"}, 4, "answered without a picture")


def test_openai_by_address(place):
    answered(place, {"deliver": "url"}, 0, "1 generated", provider="openai")


def test_openai_with_a_data_uri_where_base64_is_due(place):
    answered(place, {"deliver": "data-uri"}, 0, "1 generated", provider="openai")


def test_a_compressed_answer_is_unpacked(place):
    answered(place, {"gzip": True}, 0, "1 generated")


def test_an_answer_in_chunks(place):
    answered(place, {"chunked": True, "drip": "20KB", "drip-pause": "5ms"}, 0, "1 generated")


def test_a_long_signature_is_dropped(place):
    answered(place, {"signature-bytes": "8MB"}, 0, "1 generated")


def test_names_that_stand_twice_do_no_harm(place):
    answered(place, {"duplicate-keys": True}, 0, "1 generated")


def test_a_slow_first_byte_is_waited_for(place):
    answered(place, {"delay": "3s"}, 0, "1 generated", calls=1)


def test_more_than_25_mb_of_base64(place):
    with Service(place, rules=[{"do": {"pixels": "5000x5000", "type": "png"}}]) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio")
        result = service.run()
        expect("hero: 5000x5000 px came, and 1024x1024 were asked for" in result.err, result)
        digest = service.expect_original()
        expect(os.path.getsize(service.sent()[digest]) > 18.75e6, "25 MB of base64")


def test_other_pixels_are_an_error_where_they_must_not_be(place):
    with Service(place, rules=[{"do": {"pixels": "512x512"}}]) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio", on_other_size="fail")
        result = service.run(code=9)
        expect("512x512 px came, and 1024x1024 were asked for" in result.err, result)
        service.expect_original()
        expect_journal(place, "stored")
        # It is no better the next time.
        service.run(code=9)
        place.peel("plan", "p.yaml", code=9)
        # It is paid for: without the option it is used, and nobody is asked.
        service.pipeline("ai-studio")
        service.run()
        service.expect_calls(1)


# ---- answers without a picture ----

def test_words_instead_of_a_picture(place):
    answered(place, {"parts": "text"}, 4,
             ["ai-studio answered without a picture", "it wrote", "(asked 2 times)"], calls=2)
    # What the words cost is told with them: nobody need wonder.
    expect_journal(place, "failed", "failed")


def test_empty_parts(place):
    answered(place, {"parts": "empty"}, 4, "ai-studio answered without a picture")


def test_content_without_parts(place):
    answered(place, {"parts": "missing"}, 4, "ai-studio answered without a picture")


def test_no_content(place):
    answered(place, {"parts": "no-content"}, 4, "ai-studio answered without a picture")


def test_what_is_no_picture_is_kept_and_said_each_time(place):
    rules = [{"match": {"surface": "openai"}, "do": {"status": 200, "content-type": "application/json",
              "body": '{"data": [{"b64_json": "bm90IGEgcGljdHVyZQ=="}]}'}}]
    with Service(place, rules=rules) as service:
        configure(service, "openai")
        service.pipeline("openai")
        for _ in range(2):
            result = service.run(code=4)
            expect("what openai sent is kept as the original" in result.err and
                   "--regenerate 'hero' asks again, which is paid for again" in result.err, result)
        service.expect_calls(1)
        expect_journal(place, "stored")


def test_a_draft_with_a_cut_behind_it_is_no_picture(place):
    with Service(place, rules=[{"do": {"draft": True, "cut-after": "1500KB"}}]) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio", resolution="2K")
        result = service.run(code=4)
        expect("may charge for it" in result.err, result)
        expect_equal(place.blobs(), {}, "originals")


def test_no_image_then_one(place):
    rules = [{"match": {"times": 1}, "do": {"finish-reason": "NO_IMAGE"}}]
    with Service(place, rules=rules) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio")
        service.run()
        seeds = {call["body"]["generationConfig"]["seed"] for call in service.expect_calls(2)}
        expect_equal(len(seeds), 2, "seeds")


# ---- refusals ----

def refused(place, rule, words, provider="ai-studio", **generate):
    answered(place, rule, 5, words, provider=provider, calls=1, **generate)
    expect_journal(place, "refused")


def test_every_block_reason_is_a_refusal(place):
    for reason in ("SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY",
                   "MODEL_ARMOR", "JAILBREAK", "SOMETHING_NEW"):
        refused(place.another("block-" + reason.lower()), {"block-reason": reason},
                f"ai-studio refused the prompt ({reason})")


def test_every_refusal_of_a_picture(place):
    for reason in ("SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
                   "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR"):
        refused(place.another("finish-" + reason.lower()),
                {"finish-reason": reason, "finish-message": "The service's own words."},
                [f"({reason})", "The service's own words."])


def test_endings_that_are_no_refusals(place):
    for reason in ("MAX_TOKENS", "OTHER", "IMAGE_OTHER", "NO_IMAGE", "MALFORMED_FUNCTION_CALL",
                   "SOMETHING_NEW"):
        answered(place.another("end-" + reason.lower()), {"finish-reason": reason}, 4,
                 f"({reason})")


def test_openai_refuses_by_moderation(place):
    refused(place, {"error": "moderation"}, "openai refused the picture (moderation_blocked)",
            provider="openai")


# ---- errors ----

def test_errors_that_no_second_try_helps(place):
    cases = {
        "invalid-argument": "ai-studio answered 400 INVALID_ARGUMENT",
        "location": "the service is not offered where this machine is",
        "bad-key": "the key is wrong",
        "permission": "the key may not do this",
        "service-disabled": "the API is off in this project",
        "billing": "billing is off",
        "not-found": "the model is not there",
        "per-day": "the quota of the day is used up",
        "limit-zero": "the quota is 0",
        "html-404": "a page of HTML instead of JSON",
        "too-large": "the request is too large",
        "inner-400": "answered 400",
    }
    for name, words in cases.items():
        answered(place.another(name), {"error": name}, 4, words, calls=1)


def test_errors_that_are_asked_again(place):
    for name in ("overloaded", "deadline", "capacity", "internal", "bad-gateway",
                 "request-timeout", "rate-limit-bare"):
        rules = [{"match": {"times": 1}, "do": {"error": name}}]
        with Service(place.another(name), rules=rules) as service:
            configure(service, "ai-studio")
            service.pipeline("ai-studio")
            service.run()
            service.expect_calls(2)
            service.expect_original()


def test_a_wait_that_the_service_asks_for_is_kept(place):
    rules = [{"match": {"times": 1}, "do": {"error": "rate-limit", "retry-delay": "2.5s"}}]
    with Service(place, rules=rules) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio")
        service.run()
        first, second = service.expect_calls(2)
        expect(second["ms"] - first["ms"] >= 2500, f"{first['ms']} {second['ms']}")


def test_a_wait_that_is_too_long_is_not_waited(place):
    start = time.monotonic()
    answered(place, {"error": "rate-limit", "retry-delay": "600s"}, 4,
             ["answered 429", "it asks to wait for 10 min, and 'most-wait' allows 2 min"], calls=1)
    expect(time.monotonic() - start < 60, "not waited")


def test_errors_come_in_many_wraps(place):
    for wrap in ("array", "string", "code-string"):
        answered(place.another(wrap), {"error": "invalid-argument", "wrap": wrap}, 4,
                 "Request contains an invalid argument.")


def test_an_empty_error(place):
    answered(place, {"status": 502, "body": ""}, 4, "ai-studio answered 502 without a word")


def test_html_as_an_answer(place):
    answered(place, {"status": 200, "body": "<html><title>Sign in</title></html>",
                     "content-type": "text/html"}, 4,
             "ai-studio answered 200 with a page of HTML instead of JSON")
    expect_journal(place, "unknown")


# ---- broken answers ----

def test_a_body_that_is_cut(place):
    answered(place, {"cut-after": "200KB"}, 4,
             ["the connection ended in the middle of the answer", "may charge for it",
              "(asked 2 times)"], calls=2)
    expect_journal(place, "unknown", "unknown")
    expect_equal(place.blobs(), {}, "originals")
    expect_equal(place.leftovers(), [], "left behind")


def test_what_may_have_been_charged_is_said_before_the_next_time(place):
    with Service(place, rules=[{"match": {"times": 1}, "do": {"cut": True}}]) as service:
        service.configure("ai-studio", retries_billed=0)
        service.pipeline("ai-studio")
        service.run(code=4)
        result = service.run()
        expect("may have been charged before" in result.err, result)


def test_a_connection_that_is_reset(place):
    answered(place, {"reset": True}, 4, "may charge for it", calls=2)
    expect_journal(place, "unknown", "unknown")


def test_base64_that_is_none(place):
    answered(place, {"base64": "bad"}, 4, "base64")
    expect_journal(place, "unknown")
    expect_equal(place.blobs(), {}, "originals")


def test_an_answer_without_an_end(place):
    with Service(place, rules=[{"do": {"endless": True}}]) as service:
        service.configure("ai-studio", timeout="5s")
        service.pipeline("ai-studio")
        result = service.run()
        expect("cut off behind the picture" in result.err, result)
        service.expect_original()


def test_a_deadline_is_kept(place):
    with Service(place, rules=[{"do": {"delay": "30s"}}]) as service:
        service.configure("ai-studio", timeout="1s")
        service.pipeline("ai-studio")
        start = time.monotonic()
        result = service.run(code=4)
        expect("no answer came within 1s" in result.err, result)
        expect(time.monotonic() - start < 20, "the deadline")
        expect_journal(place, "unknown", "unknown")


def test_a_header_without_an_end(place):
    answered(place, {"header-bytes": "600KB"}, 4, "header")


def test_nobody_listens(place):
    with Service(place) as service:
        service.configure("ai-studio", base_url="http://127.0.0.1:9")
        service.pipeline("ai-studio")
        result = service.run(code=4)
        expect("onnect" in result.err, result)
        expect_journal(place, "failed", "failed", "failed")


# ---- models that are gone ----

def test_what_a_retired_model_drew_is_used_and_a_miss_names_the_successor(place):
    living = {"old-model": {"providers": ["ai-studio"], "resolutions": ["1K"],
                            "ids": ["ai-studio=gemini-3-pro-image"], "price": 0.1}}
    gone = {"old-model": {"retired": "2026-11-01", "successor": "gemini-3-pro-image"}}
    with Service(place) as service:
        service.configure("ai-studio", models=living)
        service.pipeline("ai-studio", model="old-model")
        service.run()
        service.configure("ai-studio", models=gone)
        place.write("p.yaml", place.read("p.yaml").replace(b"width: 64", b"width: 32"))
        result = service.run()
        expect("1 made (1 image)" in result.out, result)
        service.pipeline("ai-studio", model="old-model", prompt="Another")
        result = service.run(code=7)
        expect("the model 'old-model' is gone since 2026-11-01; ask for 'gemini-3-pro-image' "
               "instead" in result.err, result)
        planned = place.peel("plan", "p.yaml")
        expect("is gone since 2026-11-01" in planned.err, planned)
        service.expect_calls(1)


# ---- several ----

def test_a_key_that_is_refused_leaves_the_others(place):
    with Service(place) as service:
        service.configure("ai-studio", keys=[{"env": "KEY_ONE"}, {"env": "SIMULATOR_KEY"}], jobs=1)
        service.variables["KEY_ONE"] = "not-a-good-one"
        service.pipeline("ai-studio", variants=2)
        service.run()
        expect_equal(len(place.blobs()), 2, "originals")


def test_a_key_that_is_not_there_is_the_provider_s_trouble(place):
    with Service(place) as service:
        service.configure("ai-studio", keys=[{"file": place.path("no-key")}])
        service.pipeline("ai-studio")
        result = service.run(code=4)
        expect("no-key" in result.err, result)
        service.expect_calls(0)


def test_each_key_is_tried_whoever_else_asks(place):
    with Service(place) as service:
        service.configure("ai-studio", keys=[{"env": "KEY_ONE"}, {"env": "SIMULATOR_KEY"}], jobs=4)
        service.variables["KEY_ONE"] = "not-a-good-one"
        service.pipeline("ai-studio", variants=4)
        service.run()
        expect_equal(len(place.blobs()), 4, "originals")


def test_a_quota_that_is_used_up_leaves_the_other_keys(place):
    for name in ("per-day", "limit-zero", "rate-limit"):
        rules = [{"match": {"times": 1}, "do": {"error": name}}]
        taken = ("--key", "one-key", "--key", "other-key")
        with Service(place.another(name), rules=rules, arguments=taken) as service:
            service.configure("ai-studio", keys=[{"env": "KEY_ONE"}, {"env": "KEY_OTHER"}])
            service.variables.update(KEY_ONE="one-key", KEY_OTHER="other-key")
            service.pipeline("ai-studio")
            service.run()
            calls = service.expect_calls(2)
            keys = [dict(call["headers"])["x-goog-api-key"] for call in calls]
            expect_equal(keys, ["key:1", "key:2"], name)
            expect_journal(service.place, "failed", "stored")


def test_what_may_be_charged_is_asked_twice_at_most_in_all_locations(place):
    with Service(place, rules=[{"do": {"error": "deadline"}}]) as service:
        row = {"gemini-3-pro-image": {"locations": ["global", "us", "eu"]}}
        service.configure("vertex", models=row, project="simulator-project",
                          locations=["global", "us", "eu"],
                          token_command=["/bin/echo", "simulator-access-token"])
        service.pipeline("vertex")
        service.run(code=4)
        service.expect_calls(2)


def test_what_may_be_charged_twice_stays_within_the_budget(place):
    rules = [{"match": {"times": 1}, "do": {"error": "internal"}}]
    for budget, code, calls in (("0.20", 4, 1), ("0.30", 0, 2)):
        with Service(place.another(budget), rules=rules) as service:
            service.configure("ai-studio")
            service.pipeline("ai-studio")
            service.run("--max-cost", budget, code=code)
            service.expect_calls(calls)


def test_a_gateway_gets_no_key_of_the_environment(place):
    with Service(place) as service:
        service.configure("openai", base_url="https://gateway.invalid/v1", keys=[], cost=0.01)
        service.variables["OPENAI_API_KEY"] = "simulator-key"
        service.pipeline("openai")
        result = service.run(code=4)
        expect("'openai' needs a key for the address that your configuration gives" in result.err,
               result)


def test_a_token_endpoint_that_does_not_answer_ends_the_image(place):
    with Service(place) as service:
        path = place.write("login.json", json.dumps({
            "type": "authorized_user", "client_id": "simulator", "client_secret": "simulator-secret",
            "refresh_token": "simulator-refresh", "token_uri": "http://127.0.0.1:1/token"}))
        os.chmod(path, 0o600)
        service.configure("vertex", project="simulator-project", credentials_file=path)
        service.pipeline("vertex", variants=2)
        result = service.run(code=4)
        expect("no token after 3 tries: no answer" in result.err, result)
        service.expect_calls(0)


def test_the_project_of_the_environment_serves_a_token_command(place):
    with Service(place, arguments=["--access-token", "simulator-access-token"]) as service:
        service.configure("vertex", token_command=["/bin/echo", "simulator-access-token"])
        service.variables["GOOGLE_CLOUD_PROJECT"] = "simulator-project"
        service.pipeline("vertex")
        service.run()
        expect("/projects/simulator-project/" in service.expect_calls(1)[0]["path"], "project")


def test_what_fails_for_all_is_asked_once(place):
    with Service(place, rules=[{"do": {"error": "permission"}}]) as service:
        service.configure("ai-studio", jobs=1)
        service.pipeline("ai-studio", variants=5)
        result = service.run("-k", code=3)
        expect_equal(result.err.count("not asked, since for another image"), 4, f"{result}")
        service.expect_calls(1)


def test_what_fails_for_one_leaves_the_others(place):
    with Service(place, rules=[{"match": {"nth": 2}, "do": {"finish-reason": "SAFETY"}}]) as service:
        service.configure("ai-studio", jobs=1)
        service.pipeline("ai-studio", variants=4)
        service.run("-k", code=3)
        expect_equal(len(place.blobs()), 3, "originals")
        service.expect_calls(4)


def test_two_processes_that_ask_the_same_make_one_call(place):
    with Service(place, rules=[{"do": {"delay": "2s"}}]) as service:
        service.configure("ai-studio")
        service.pipeline("ai-studio")
        both = [service.start(*PAY) for _ in range(2)]
        for process in both:
            support.finish(process)
        service.expect_calls(1)


def test_asking_again_asks_with_another_seed(place):
    with Service(place) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio")
        service.run()
        service.run("--regenerate", "hero")
        seeds = {call["body"]["generationConfig"]["seed"] for call in service.expect_calls(2)}
        expect_equal(len(seeds), 2, "seeds")
        expect_equal(len(place.blobs()), 2, "originals")


def test_without_permission_nothing_is_asked(place):
    with Service(place) as service:
        configure(service, "ai-studio")
        service.pipeline("ai-studio", resolution="4K")
        result = service.run("--on-miss", "fail", code=7)
        expect("ai-studio (gemini-3-pro-image), 4096x4096 px, 0.24 USD: A brass owl" in result.err,
               result)
        result = service.run("--max-cost", "0.2", code=6)
        expect("making it costs 0.24 USD, and --max-cost allows 0.20 USD" in result.err, result)
        service.expect_calls(0)


def test_any_success_with_a_picture_is_one(place):
    rules = [{"match": {"surface": "openai"}, "do": {"status": 201, "body":
              '{"data": [{"b64_json": "bm90IGEgcGljdHVyZQ=="}]}'}}]
    with Service(place, rules=rules) as service:
        configure(service, "openai")
        service.pipeline("openai")
        result = service.run(code=4)
        expect("what openai sent is kept as the original" in result.err, result)
        expect_journal(place, "stored")


def test_what_was_spent_at_a_price_that_nobody_knows_is_told_apart(place):
    with Service(place) as service:
        service.configure("openai")
        service.pipeline("openai")
        result = service.run()
        expect("1 generated for a price that is not known" in result.out, result)


def test_a_price_that_nobody_knows_breaks_a_budget(place):
    with Service(place) as service:
        service.configure("openai")
        service.pipeline("openai")
        result = service.run("--max-cost", "5", code=6)
        expect("is not known, so --max-cost cannot be kept to" in result.err, result)
        service.expect_calls(0)


# ---- Imagen's shape ----

IMAGEN = {"imagen-4.0-generate-001": {
    "providers": ["vertex"], "api": "predict", "retired": "", "resolutions": ["1K", "2K"],
    "sizes": ["1:1 1024x1024"], "options": ["negative-prompt"], "price": 0.04}}


def imagen(place, rule, code, words):
    arguments = ["--retired", "--access-token", "simulator-access-token"]
    with Service(place, rules=[{"do": rule}] if rule else None, arguments=arguments) as service:
        service.configure("vertex", models=IMAGEN, project="simulator-project",
                          token_command=["/bin/echo", "simulator-access-token"])
        service.pipeline("vertex", model="imagen-4.0-generate-001")
        result = service.run(code=code)
        expect(words in result.err + result.out, result)


def test_imagen_draws(place):
    imagen(place, None, 0, "1 generated")


def test_imagen_filters(place):
    imagen(place, {"rai-reason": "Filtered. Support codes: 58061214"}, 5,
           "vertex refused the picture and said: Filtered. Support codes: 58061214")


def test_imagen_answers_nothing(place):
    imagen(place, {"no-predictions": True}, 4, "vertex answered without a picture")


support.main(globals())
