"""peel-simulator answers as the services do, refuses what they refuse, and fails as it is told."""

import base64
import concurrent.futures
import glob
import gzip
import http.client
import json
import os
import struct
import subprocess
import time

import simulated
from simulated import GEMINI, KEY
from support import expect, expect_equal, main, png, sha256

PLACE = "/v1/projects/p/locations/global/publishers/google/models/"
VERTEX = PLACE + "gemini-3-pro-image:generateContent"
TOKEN = "simulator-access-token"
IMAGE = {"imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"}}


def start(place, *arguments):
    return simulated.start("--paint", "noise", "--access-token", TOKEN, *arguments,
                           log=place.path("log.jsonl"))


def scripted(place, action, *arguments, match=None):
    rules = {"rules": [{"match": match or {}, "do": action}]}
    path = place.write("script.json", json.dumps(rules))
    return start(place, "--script", path, *arguments)


def vertex(simulator, request, path=VERTEX, token=TOKEN):
    return simulator.post(path, request, Authorization=f"Bearer {token}")


def size_of(data):
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return struct.unpack(">II", data[16:24])
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", data[at + 5:at + 9])
    return width, height


# ---- what is answered ----

def test_a_picture_has_the_size_that_was_asked_for(place):
    with start(place) as simulator:
        answer = simulator.gemini(**IMAGE)
        expect_equal(answer.status, 200, repr(answer))
        data, = answer.pictures()
        expect_equal((data[:3], size_of(data)), (b"\xff\xd8\xff", (2752, 1536)), "picture")
        expect_equal(answer.json["modelVersion"], "gemini-3-pro-image", "model")
        expect("createTime" not in answer.json, "only Vertex tells when")
        again = simulator.gemini(**IMAGE).pictures()[0]
        expect_equal(sha256(again), sha256(data), "the same request")
        other = simulator.gemini(seed=7, **IMAGE).pictures()[0]
        expect(other != data, "another seed draws another picture")


def test_a_scene_is_painted_as_png_of_a_real_size(place):
    request = simulated.gemini_request("a cup", imageConfig={
        "imageSize": "1K", "imageOutputOptions": {"mimeType": "image/png"}})
    with simulated.start("--access-token", TOKEN, "--keep", place.path("kept")) as simulator:
        data, = vertex(simulator, request).pictures()
    expect_equal((size_of(data), len(data) > 500000), ((1024, 1024), True), "picture")
    kept, = glob.glob(place.path("kept/*"))
    expect_equal(os.path.basename(kept), sha256(data) + ".png", "what is kept")
    with open(kept, "rb") as stream:
        expect_equal(stream.read(), data, "its bytes")


def test_many_large_pictures_at_a_time_are_sent(place):
    request = simulated.gemini_request("a cup", imageConfig={
        "imageSize": "4K", "imageOutputOptions": {"mimeType": "image/png"}})
    with start(place) as simulator:
        def ask(_):
            return sha256(vertex(simulator, request).pictures()[0])
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = set(pool.map(ask, range(20)))
        with open(f"/proc/{simulator.process.pid}/status", encoding="ascii") as stream:
            peak = next(int(line.split()[1]) for line in stream if line.startswith("VmHWM"))
    expect_equal(len(found), 1, "pictures")
    expect(peak < 700 * 1024, f"{peak} KB at most")


def test_the_log_tells_what_came_and_what_it_cost(place):
    reference = png(64, 64)
    with start(place) as simulator:
        answer = simulator.post(GEMINI + "?key=" + KEY, simulated.gemini_request(
            "a cup", image=("image/png", reference)))
        line, = simulator.log(1)
    data, = answer.pictures()
    expect_equal(line["images"][0]["sha256"], sha256(data), "picture")
    usage = answer.json["usageMetadata"]
    expect_equal((usage["thoughtsTokenCount"], usage["promptTokenCount"]), (310, 562), "usage")
    expect_equal((round(line["usd"], 9), line["sent-whole"], line["status"]),
                 (round(simulated.bill(usage), 9), True, 200), "line")
    expect_equal(line["query"], [["key", "key:1"]], "the key is masked")
    part = line["body"]["contents"][0]["parts"][0]["inlineData"]["data"]
    expect_equal(part, {"bytes": len(reference), "sha256": sha256(reference)}, "reference")
    expect(KEY not in json.dumps(line), "no key in the log")


def test_a_key_comes_in_three_ways_and_a_wrong_one_is_named(place):
    request = simulated.gemini_request("a cup")
    with start(place) as simulator:
        for headers in ({"x_goog_api_key": KEY}, {"Authorization": f"Bearer {KEY}"}):
            expect_equal(simulator.post(GEMINI, request, **headers).status, 200, headers)
        expect_equal(simulator.post(f"{GEMINI}?key={KEY}", request).status, 200, "query")
        answer = simulator.gemini(key="wrong")
        expect_equal(answer.status, 400, repr(answer))
        expect_equal(answer.json["error"]["details"][0]["reason"], "API_KEY_INVALID", "reason")
        expect_equal(simulator.post(GEMINI, request).status, 403, "no key")


def test_vertex_has_its_own_fields_and_tokens(place):
    request = simulated.gemini_request("a cup", image_config={"person_generation": "ALLOW_ALL"})
    request["labels"] = {"a": "b"}
    with start(place, "--denied-project", "closed") as simulator:
        answer = vertex(simulator, request)
        expect_equal(answer.status, 200, repr(answer))
        expect("createTime" in answer.json, repr(answer))
        express = "/v1/publishers/google/models/gemini-3-pro-image:generateContent"
        expect_equal(simulator.post(express, request, x_goog_api_key=KEY).status, 200, "express")
        for status, path, token in (
                (401, VERTEX, "nobody"), (403, VERTEX.replace("/p/", "/closed/"), TOKEN),
                (404, VERTEX.replace("global", "us-central1"), TOKEN),
                (404, VERTEX.replace("3-pro-image", "3-pro-image-preview"), TOKEN)):
            answer = vertex(simulator, request, path, token)
            expect_equal(answer.status, status, repr(answer))
        expect("Publisher Model `projects/p/" in answer.message, answer.message)
        del request["contents"][0]["role"]
        answer = vertex(simulator, request)
        expect("Please use a valid role: user, model.. Learn more" in answer.message, repr(answer))


REFUSED = [
    ({"generationConfig": {"imageConfig": {"imageSize": "1k"}}}, "image_size"),
    ({"generationConfig": {"imageConfig": {"imageSize": "512px"}}}, "image_size"),
    ({"generationConfig": {"imageConfig": {"aspectRatio": "7:5"}}}, "aspect_ratio"),
    ({"generationConfig": {"candidateCount": 2}}, "Multiple candidates is not enabled"),
    ({"generationConfig": {"imageConfig": {"personGeneration": "ALLOW_ALL"}}},
     "Unknown name \"personGeneration\" at 'generation_config.image_config': Cannot find field."),
    ({"generationConfig": {"imageConfig": {"prominentPeople": "X"}}}, "prominentPeople"),
    ({"generationConfig": {"x": 1}},
     "Invalid JSON payload received. Unknown name \"x\" at 'generation_config': Cannot find field."),
    ({"labels": {}}, "Unknown name \"labels\": Cannot find field."),
    ({"modelArmorConfig": {}}, "modelArmorConfig"),
    ({"safetySettings": [{"method": "SEVERITY"}]}, "at 'safety_settings[0]'"),
    ({"contents": []}, "contents is not specified"),
    ({"generationConfig": {"seed": "seven"}}, "TYPE_INT32"),
]


def test_what_the_developer_api_refuses_is_refused(place):
    with start(place) as simulator:
        for change, words in REFUSED:
            request = {**simulated.gemini_request("a cup"), **change}
            answer = simulator.post(GEMINI, request, x_goog_api_key=KEY)
            expect_equal(answer.status, 400, f"{change}: {answer}")
            expect(words in answer.message, f"{change}: {answer}")
        misplaced = simulator.gemini(imageSize="4K")
        expect_equal(size_of(misplaced.pictures()[0]), (1024, 1024), "a misplaced size")
        for mime, data in (("image/jpg", png(8, 8)), ("image/jpeg", png(8, 8)),
                           ("image/png", png(8, 8) + bytes(8 * 1024 * 1024))):
            answer = simulator.post(GEMINI, simulated.gemini_request("a cup", image=(mime, data)),
                                    x_goog_api_key=KEY)
            expect_equal(answer.status, 400, repr(answer))
        request = simulated.gemini_request("a cup", image=("image/png", png(8, 8)))
        request["contents"][0]["parts"] *= 15
        expect("Too many" in simulator.post(GEMINI, request, x_goog_api_key=KEY).message, "images")
        request = simulated.gemini_request("a cup", image=("image/png", png(8, 8)))
        request["contents"][0]["role"] = "model"
        expect("missing a thought_signature in content position 1, part position 1" in
               simulator.post(GEMINI, request, x_goog_api_key=KEY).message, "a model's turn")
        answer = simulator.gemini(path="/v1beta/model/x")
        expect_equal((answer.status, answer.body[:9]), (404, b"<!DOCTYPE"), "a mistyped path")


def test_imagen_is_shut_down_and_can_be_brought_back(place):
    request = {"instances": [{"prompt": "a cup"}],
               "parameters": {"sampleCount": 2, "aspectRatio": "16:9"}}
    path = PLACE + "imagen-4.0-generate-001:predict"
    with start(place) as simulator:
        expect_equal(vertex(simulator, request, path).status, 404, "retired")
        upscale = {"instances": [{"prompt": "", "image": {
            "bytesBase64Encoded": base64.b64encode(png(64, 32)).decode(),
            "mimeType": "image/png"}}],
            "parameters": {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x4"}}}
        answer = vertex(simulator, upscale, PLACE + "imagen-4.0-upscale-preview:predict")
        data = base64.b64decode(answer.json["predictions"][0]["bytesBase64Encoded"])
        expect_equal(size_of(data), (256, 128), "upscaled")
    with start(place, "--retired") as simulator:
        found = vertex(simulator, request, path).json["predictions"]
        expect_equal([each["mimeType"] for each in found], ["image/png"] * 2, "predictions")


def test_openai_makes_and_edits(place):
    with start(place) as simulator:
        answer = simulator.openai(size="1536x1024", output_format="jpeg", n=2)
        expect_equal(answer.status, 200, repr(answer))
        expect("x-request-id" in answer.headers, answer.headers)
        found = [base64.b64decode(each["b64_json"]) for each in answer.json["data"]]
        expect_equal([size_of(data) for data in found], [(1536, 1024)] * 2, "sizes")
        answer = simulator.openai(response_format="b64_json")
        expect_equal((answer.status, answer.json["error"]["code"]), (400, "unknown_parameter"), "")
        expect_equal(simulator.openai(size="1000x1000").status, 400, "size")
        expect_equal(simulator.openai(size="2048x1152").status, 200, "size")
        answer = simulator.openai(key="wrong")
        expect_equal((answer.status, answer.json["error"]["code"]), (401, "invalid_api_key"), "")
        for kind, status in (("image/png", 200), ("application/octet-stream", 400)):
            body, content_type = simulated.multipart([
                ("model", None, None, b"gpt-image-2"), ("prompt", None, None, b"a cup"),
                ("image[]", "a.png", kind, png(64, 64))])
            answer = simulator.ask("POST", "/v1/images/edits", body, {
                "Content-Type": content_type, "Authorization": f"Bearer {KEY}"})
            expect_equal(answer.status, status, repr(answer))
        expect("unsupported mimetype ('application/octet-stream')" in answer.message, answer)


# ---- credentials of Google ----

def test_a_signed_assertion_buys_a_token(place):
    private, public = simulated.make_key(place.folder)
    now = int(time.time())
    claims = {"iss": "robot@simulator.invalid", "aud": "https://oauth2.googleapis.com/token",
              "scope": "https://www.googleapis.com/auth/cloud-platform", "iat": now,
              "exp": now + 3600}
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    with start(place, "--public-key", public, "--token-life", "2") as simulator:
        answer = simulator.form("/token", grant_type=grant, assertion=sign(private, claims))
        expect_equal(answer.status, 200, repr(answer))
        token = answer.json["access_token"]
        request = simulated.gemini_request("a cup")
        expect_equal(vertex(simulator, request, token=token).status, 200, "with the token")
        for change in ({"exp": now + 7200}, {"aud": "elsewhere"}, {"iat": now - 7200, "exp": now - 9}):
            answer = simulator.form("/token", grant_type=grant,
                                    assertion=sign(private, {**claims, **change}))
            expect_equal((answer.status, answer.json["error"]), (400, "invalid_grant"), change)
        spoilt = sign(private, claims)[:-8] + "AAAAAAAA"
        answer = simulator.form("/token", grant_type=grant, assertion=spoilt)
        expect_equal(answer.status, 400, "a bad signature")
        time.sleep(2.1)
        answer = vertex(simulator, request, token=token)
        expect_equal(answer.json["error"]["details"][0]["reason"], "ACCESS_TOKEN_EXPIRED", answer)
        own = {**claims, "sub": claims["iss"]}
        del own["aud"]
        expect_equal(vertex(simulator, request, token=sign(private, own)).status, 200, "self-signed")


def sign(private, claims):
    return simulated.sign(private, claims)


def test_other_credentials_buy_tokens_too(place):
    exchange = {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "audience": "a",
                "scope": "s", "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                "requested_token_type": "urn:ietf:params:oauth:token-type:access_token"}
    with start(place) as simulator:
        refresh = {"grant_type": "refresh_token", "client_id": "a", "client_secret": "b"}
        answer = simulator.form("/token", refresh_token="simulator-refresh-token", **refresh)
        expect_equal(answer.status, 200, repr(answer))
        expect_equal(simulator.form("/token", refresh_token="x", **refresh).json["error"],
                     "invalid_grant", "wrong")
        subject = simulator.ask("GET", "/subject-token?format=json").json["access_token"]
        expect_equal(simulator.ask("GET", "/subject-token").body.decode(), subject, "as text")
        answer = simulator.form("/v1/token", subject_token=subject, **exchange)
        expect_equal(answer.status, 200, repr(answer))
        path = "/v1/projects/-/serviceAccounts/robot@simulator.invalid:generateAccessToken"
        answer = simulator.post(path, {"scope": ["s"], "lifetime": "3600s"},
                                Authorization="Bearer " + answer.json["access_token"])
        expect_equal(answer.status, 200, repr(answer))
        token = "/computeMetadata/v1/instance/service-accounts/default/token?scopes=s"
        flavor = {"Metadata-Flavor": "Google"}
        answer = simulator.ask("GET", token, headers=flavor)
        expect_equal(answer.headers["Metadata-Flavor"], "Google", "flavour")
        request = simulated.gemini_request("a cup")
        expect_equal(vertex(simulator, request, token=answer.json["access_token"]).status, 200, "")
        for headers in ({}, {**flavor, "X-Forwarded-For": "1"}, {**flavor, "Via": "1.1 p"}):
            expect_equal(simulator.ask("GET", token, headers=headers).status, 403, headers)
        project = simulator.ask("GET", "/computeMetadata/v1/project/project-id", headers=flavor)
        expect_equal(project.body, b"simulator-project", "project")


# ---- faults ----

def test_errors_have_the_services_shapes(place):
    with scripted(place, {"error": "rate-limit", "retry-delay": "0.5s"}) as simulator:
        answer = simulator.gemini()
        details = {each["@type"].rpartition(".")[2]: each
                   for each in answer.json["error"]["details"]}
        expect_equal((answer.status, details["RetryInfo"]["retryDelay"]), (429, "0.5s"), answer)
        expect("PerMinute" in details["QuotaFailure"]["violations"][0]["quotaId"], answer)
    with scripted(place, {"error": "insufficient-quota", "retry-after": "3",
                          "retry-after-ms": 250}) as simulator:
        answer = simulator.openai()
        expect_equal(answer.json["error"]["code"], "insufficient_quota", answer)
        expect_equal((answer.headers["Retry-After"], answer.headers["retry-after-ms"]),
                     ("3", "250"), "headers")
    with scripted(place, {"status": 503, "wrap": "array"}) as simulator:
        expect_equal(simulator.gemini().json[0]["error"]["status"], "UNAVAILABLE", "array")
    with scripted(place, {"error": "html-404"}) as simulator:
        expect(simulator.gemini().body.startswith(b"<html>"), "HTML")
    with scripted(place, {"status": 502, "body": ""}) as simulator:
        answer = simulator.gemini()
        expect_equal((answer.status, answer.body), (502, b""), "nothing")


def test_a_rule_counts(place):
    with scripted(place, {"status": 503}, match={"times": 2, "model": "gemini-*"}) as simulator:
        expect_equal([simulator.gemini().status for _ in range(3)], [503, 503, 200], "statuses")
    with scripted(place, {"status": 500}, match={"every": 2, "prompt": "cup"}) as simulator:
        expect_equal([simulator.gemini().status for _ in range(3)], [200, 500, 200], "statuses")
        expect_equal(simulator.gemini("an owl").status, 200, "another prompt")


def test_refusals_are_answers(place):
    with scripted(place, {"block-reason": "PROHIBITED_CONTENT"}) as simulator:
        answer = simulator.gemini().json
        expect_equal(answer["promptFeedback"]["blockReason"], "PROHIBITED_CONTENT", answer)
        expect("candidates" not in answer, answer)
    with scripted(place, {"finish-reason": "IMAGE_SAFETY"}) as simulator:
        answer = simulator.gemini().json["candidates"][0]
        expect_equal((answer["finishReason"], "content" in answer), ("IMAGE_SAFETY", False), answer)
        expect_equal(simulator.log(1)[-1]["usd"], 0, "price")
    for parts, found in (("text", 1), ("empty", 0)):
        with scripted(place, {"parts": parts}) as simulator:
            answer = simulator.gemini()
            expect_equal(len(answer.parts), found, parts)
            usage = answer.json["usageMetadata"]
            expect_equal(usage["thoughtsTokenCount"], 310, "thoughts")
            expect_equal(round(simulator.log(1)[-1]["usd"], 9), round(simulated.bill(usage), 9), parts)
    with scripted(place, {"error": "moderation"}) as simulator:
        expect_equal(simulator.openai().json["error"]["code"], "moderation_blocked", "moderation")


def test_odd_answers_still_hold_the_picture(place):
    with scripted(place, {"draft": True, "images": 2}) as simulator:
        answer = simulator.gemini(**IMAGE)
        drafts = [part for part in answer.parts if part.get("thought")]
        expect_equal((len(drafts), len(answer.pictures())), (2, 3), "drafts")
    with scripted(place, {"escapes": "unicode", "declare": "image/png"}) as simulator:
        answer = simulator.gemini()
        expect(b"\\u002f" in answer.body and b'"image/png"' in answer.body, answer)
        expect_equal(answer.pictures()[0][:3], b"\xff\xd8\xff", "what it is")
        expect_equal(int(answer.headers["Content-Length"]), len(answer.body), "length")
    with scripted(place, {"case": "snake", "signature-bytes": "3MB"}) as simulator:
        answer = simulator.gemini()
        expect("inline_data" in answer.parts[1], answer)
        expect_equal(len(answer.parts[1]["thought_signature"]), 3000000, "signature")
    with scripted(place, {"pixels": "640x480", "type": "png"}) as simulator:
        expect_equal(size_of(simulator.gemini(**IMAGE).pictures()[0]), (640, 480), "pixels")
    with scripted(place, {"base64": "bad"}) as simulator:
        expect("*!?" in simulator.gemini().parts[1]["inlineData"]["data"], "bad base64")
    with scripted(place, {"deliver": "data-uri"}) as simulator:
        expect(simulator.gemini().parts[1]["text"].startswith("data:image/jpeg;base64,/9j/"), "URI")
        expect(simulator.openai().json["data"][0]["b64_json"].startswith("data:image/png"), "URI")


def test_a_picture_is_fetched_by_its_url(place):
    script = {"rules": [{"match": {"surface": "files"}, "do": {"redirects": 1}},
                        {"match": {}, "do": {"deliver": "url"}}]}
    path = place.write("script.json", json.dumps(script))
    with start(place, "--script", path) as simulator:
        answer = simulator.openai()
        name = answer.json["data"][0]["url"].partition(str(simulator.port))[2]
        moved = simulator.ask("GET", name)
        expect_equal(moved.status, 302, repr(moved))
        target = moved.headers["Location"].partition(str(simulator.port))[2]
        got = simulator.ask("GET", target)
        expect_equal(os.path.basename(name), sha256(got.body) + ".png", "name")
        told = simulator.ask("GET", target, headers={"Authorization": f"Bearer {KEY}"})
        expect_equal(told.status, 400, "a key that was sent along")
        file = simulator.gemini().parts[1]["fileData"]["fileUri"]
        expect(file.startswith(simulator.url + "/files/"), file)


def raises(simulator, *kinds):
    try:
        return simulator.gemini() and False
    except kinds:
        return True


def test_the_wire_fails_as_told(place):
    with scripted(place, {"cut": True}) as simulator:
        expect(raises(simulator, http.client.IncompleteRead), "cut")
        line, = simulator.log(1)
        # 1120 tokens of a picture, 310 of thoughts, 8 of words, 2 of the prompt.
        expect_equal((line["sent-whole"], round(line["usd"], 9)), (False, 0.13822), "line")
    for action in ({"reset": True}, {"reset-after": "20KB"}):
        with scripted(place, action) as simulator:
            expect(raises(simulator, ConnectionResetError, http.client.RemoteDisconnected,
                          http.client.IncompleteRead), action)
    with scripted(place, {"gzip": True}) as simulator:
        answer = simulator.gemini()
        expect_equal(answer.headers["Content-Encoding"], "gzip", "encoding")
        answer.body = gzip.decompress(answer.body)
        expect_equal(len(answer.pictures()), 1, "pictures")
    with scripted(place, {"chunked": True}) as simulator:
        answer = simulator.gemini()
        expect_equal(answer.headers.get("Transfer-Encoding"), "chunked", "encoding")
        expect_equal(len(answer.pictures()), 1, "pictures")
    with scripted(place, {"header-bytes": "50KB", "header": "X-Odd: yes"}) as simulator:
        answer = simulator.gemini()
        expect_equal((len(answer.headers["X-Long"]), answer.headers["X-Odd"]), (50000, "yes"), "")
    with scripted(place, {"delay": "400ms", "drip": "100KB", "drip-pause": "50ms"}) as simulator:
        begin = time.monotonic()
        expect_equal(len(simulator.gemini().pictures()), 1, "pictures")
        expect(time.monotonic() - begin > 0.45, "slow")


def test_an_endless_body_ends_with_the_simulator(place):
    with scripted(place, {"endless": True}) as simulator:
        connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=60)
        connection.request("POST", GEMINI, json.dumps(simulated.gemini_request("a cup")),
                           {"x-goog-api-key": KEY})
        answer = connection.getresponse()
        expect_equal(len(answer.read(5000000)), 5000000, "bytes")
        connection.close()


def test_quotas_are_kept_for_each_key(place):
    with start(place, "--rpm", "2", "--key", "one", "--key", "two") as simulator:
        found = [simulator.gemini(key=key).status for key in ("one", "one", "two", "one")]
        expect_equal(found, [200, 200, 200, 429], "statuses")
        expect_equal([line["credential"] for line in simulator.log(4)],
                     ["key:1", "key:1", "key:2", "key:1"], "credentials")


def test_a_minute_can_be_short_and_says_who_refused(place):
    rules = {"rules": [{"match": {"nth": 1}, "do": {"error": "rate-limit"}}]}
    path = place.write("script.json", json.dumps(rules))
    with start(place, "--rpm", "2", "--minute", "1.5s", "--rpd", "3", "--script", path) as simulator:
        begin = time.monotonic()
        statuses = [simulator.gemini().status for _ in range(3)]
        answer = simulator.gemini()
        expect(time.monotonic() - begin < 1.4, "too slow for this test")
        expect_equal(statuses + [answer.status], [429, 200, 200, 429], "statuses")
        delay = answer.json["error"]["details"][1]["retryDelay"]
        time.sleep(float(delay[:-1]) + 0.01)
        expect_equal([simulator.gemini().status for _ in range(2)], [200, 429], "a minute later")
        lines = simulator.log(6)
    expect_equal([line.get("quota") for line in lines],
                 [None, None, None, "minute", None, "day"], "quotas")
    expect_equal([line["credential"] for line in lines], ["key:1"] * 6, "credentials")
    expect(all(line["us"] // 1000 == line["ms"] and line["took-us"] // 1000 == line["took-ms"]
               for line in lines), lines)


def test_a_place_is_free_when_the_answer_has_been_read(place):
    with start(place, "--concurrent", "1") as simulator:
        expect_equal({simulator.gemini("one").status for _ in range(100)}, {200}, "statuses")


def leave(simulator, after):
    """A client that gives up."""
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=after)
    connection.request("POST", GEMINI, json.dumps(simulated.gemini_request("a cup")),
                       {"x-goog-api-key": KEY})
    try:
        connection.getresponse()
        return False
    except TimeoutError:
        return True
    finally:
        connection.close()


def test_a_hang_is_billed_when_the_client_has_gone(place):
    with scripted(place, {"hang": True}, "--concurrent", "1") as simulator:
        expect(leave(simulator, 0.5), "nothing comes")
        line, = simulator.log(1)
        expect_equal((line["status"], line["sent-bytes"], line["usd"] > 0.13), (0, 0, True), line)
        expect(400 < line["took-ms"] < 5000, line)
        expect(leave(simulator, 0.2) and simulator.log(2)[1].get("quota") is None, "a free place")
    with scripted(place, {"hang": True, "error": "overloaded"}) as simulator:
        expect(leave(simulator, 0.2), "nothing comes")
        line, = simulator.log(1)
        expect_equal((line["status"], line["usd"]), (0, 0), "nothing was made")


def test_what_was_begun_is_billed_though_nobody_waits(place):
    with start(place, "--latency", "600") as simulator:
        expect(leave(simulator, 0.2), "nothing comes")
        line, = simulator.log(1)
        expect_equal((line["sent-whole"], line["usd"] > 0.13), (False, True), line)
    with start(place, "--latency", "600000") as simulator:
        expect(leave(simulator, 0.2), "nothing comes")
        simulator.stop()
        line, = simulator.log(1)
        expect_equal((line["sent-whole"], line["usd"] > 0.13), (False, True), line)


def test_chances_hold_with_many_at_a_time(place):
    rules = {"rules": [{"match": {"probability": 0.1}, "do": {"status": 503}},
                       {"match": {"probability": 0.2}, "do": {"status": 429}}]}
    path = place.write("script.json", json.dumps(rules))

    def statuses():
        with start(place, "--script", path, "--latency", "0..10") as simulator:
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                found = list(pool.map(lambda _: simulator.gemini().status, range(400)))
        return {status: found.count(status) for status in sorted(set(found))}
    found = statuses()
    expect(20 < found[503] < 65 and 45 < found[429] < 105, found)
    expect_equal(statuses(), found, "the same again")


def test_hostile_input_is_refused(place):
    with start(place) as simulator:
        for body in (b"", b"{", b"[" * 100000, b"\xff\xfe", b"null", b'{"contents":{"a":1}}',
                     b'{"contents":[[[]]]}', b'{"contents":[{"parts":[1,{"inlineData":5}]}]}',
                     b'{"generationConfig":{"seed":1e300}}', b'{"instances":3,"parameters":[1]}'):
            for path in (GEMINI, VERTEX, PLACE + "imagen-4.0-upscale-preview:predict",
                         "/v1/images/generations", "/v1/images/edits", "/token", "/v1/token"):
                answer = simulator.ask("POST", path, body, {
                    "x-goog-api-key": KEY, "Content-Type": "multipart/form-data; boundary=x",
                    "Authorization": f"Bearer {TOKEN if 'projects' in path else KEY}"})
                expect(400 <= answer.status < 500, f"{path} {body[:50]}: {answer}")
        expect_equal(simulator.gemini().status, 200, "it goes on")


# ---- the command line ----

def test_it_listens_on_loopback_only(place):
    done = subprocess.run([simulated.SIMULATOR, "--host", "0.0.0.0"], capture_output=True,
                          text=True, check=False)
    expect_equal(done.returncode, 2, done.stderr)
    expect("this machine only" in done.stderr, done.stderr)


def test_a_mistake_in_a_script_is_shown(place):
    path = place.write("s.yaml", "rules:\n  - do: { statsu: 500 }\n  - do: { error: nothing }\n")
    done = subprocess.run([simulated.SIMULATOR, "--script", path], capture_output=True, text=True,
                          check=False)
    expect_equal(done.returncode, 2, done.stderr)
    expect("statsu" in done.stderr and "there is no error 'nothing'" in done.stderr, done.stderr)


def test_the_page_lists_what_a_script_can_hold(place):
    done = subprocess.run([simulated.SIMULATOR, "--help-script"], capture_output=True, text=True,
                          check=True)
    with open(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../docs/rehearse.md"),
              encoding="utf-8") as stream:
        expect(done.stdout in stream.read(), "docs/rehearse.md ends with peel-simulator --help-script")


if __name__ == "__main__":
    main(globals())
