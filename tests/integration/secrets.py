"""Canaries: secrets of every kind are planted, then every byte that Peel wrote is searched for them, in
the clear and in the ways that they may be dressed."""

import base64
import json
import os
import resource
import urllib.parse

import simulated
import support
from generating import PAY, Service
from support import expect

KEY = "canary-key-7Qx2mZpL"
CLIENT_SECRET = "canary-client-4Tn9wRbd"
REFRESH = "canary-refresh-8Hj3kVsc"
ACCESS = "canary-access-5Yc6gFqe"
SUBJECT = "canary-subject-1Dm7tXuh"


def dressed(secret):
    """The same as it may stand in a log."""
    raw = secret.encode()
    yield raw
    yield raw[::-1]
    yield raw.hex().encode()
    yield urllib.parse.quote(secret, safe="").encode()
    for shift in range(3):
        # Inside of a longer base64 text, whatever stands before it.
        text = base64.b64encode(b"x" * shift + raw)
        yield text[4:-4]
    # A piece is enough to look for more.
    yield raw[len(raw) // 2:]


def every_byte(*folders):
    for folder in folders:
        for top, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(top, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as stream:
                        yield path, stream.read()
                yield path, name.encode()


def search(place, results, secrets, given):
    """`given` are the files that hold a secret because the test put it there."""
    words = [(secret, word) for secret in secrets for word in dressed(secret)]
    content = [("what was printed", (result.out + result.err).encode()) for result in results]
    # Other places of the same test have files of their own.
    content += [(path, data) for path, data in
                every_byte(place.folder, place.home, os.path.join(place.root, "config"))
                if path not in given]
    for path, data in content:
        for secret, word in words:
            expect(word not in data, f"{path} holds {secret} as {word}")


def run_all(service, codes):
    """The same pipeline through every command that tells of it."""
    results = [service.run("-v", code=codes[0]), service.run("-v", "--json", code=codes[1])]
    for command in (["plan", "p.yaml"], ["explain", "p.yaml"], ["check", "p.yaml"], ["doctor"],
                    ["doctor", "--json"], ["cache", "verify"], ["cache", "ls", "--json"],
                    ["cache", "export", "bundle.tar"]):
        results.append(service.peel(*command, code=None))
    return results


def given_files(service, *more):
    place = service.place
    return {os.path.join(place.root, "config", "peel", "config.yaml"), service.simulator.log_path,
            place.path("rules.yaml"), *more}


def expect_no_key(place, rule, codes=(4, 4), provider="ai-studio"):
    rules = [{"do": rule}] if rule else None
    with Service(place, rules=rules, arguments=["--key", KEY]) as service:
        options = {"cost": 0.05} if provider == "openai" else {}
        service.configure(provider, **options)
        service.variables["SIMULATOR_KEY"] = KEY
        service.pipeline(provider)
        results = run_all(service, codes)
        search(place, results, [KEY], given_files(service))


def test_a_key_where_all_goes_well(place):
    expect_no_key(place, None, (0, 0))


def test_a_key_that_the_service_repeats(place):
    for number, words in enumerate((f"API key not valid: {KEY}",
                                    f"Bearer {KEY} was refused", f"key={KEY}&x=1")):
        expect_no_key(place.another(f"a{number}"), {"error": "bad-key", "message": words})
        expect_no_key(place.another(f"b{number}"),
                      {"finish-reason": "IMAGE_SAFETY", "finish-message": words}, (5, 5))
        expect_no_key(place.another(f"c{number}"), {"parts": "text", "message": words})


def test_a_key_that_a_page_repeats(place):
    expect_no_key(place, {"status": 403, "body": f"denied for {KEY}", "content-type": "text/plain"})


def test_a_key_that_headers_repeat(place):
    expect_no_key(place, {"header": f"x-request-id: {KEY}", "error": "invalid-argument"},
                  provider="openai")


def test_a_key_in_a_model_version_and_an_address(place):
    expect_no_key(place, {"model-version": KEY}, (0, 0))


def test_a_key_with_a_line_end_inside(place):
    with Service(place) as service:
        service.configure("ai-studio")
        service.variables["SIMULATOR_KEY"] = KEY + "\nX-Evil: 1"
        service.pipeline("ai-studio")
        results = run_all(service, (4, 4))
        search(place, results, [KEY], given_files(service))
        service.expect_calls(0)


def user_file(service, place):
    path = os.path.join(place.root, "user.json")
    with open(path, "w", encoding="ascii") as stream:
        json.dump({"type": "authorized_user", "client_id": "simulator",
                   "client_secret": CLIENT_SECRET, "refresh_token": REFRESH,
                   "token_uri": service.url + "/token"}, stream)
    os.chmod(path, 0o600)
    return path


def test_what_a_user_is_known_by(place):
    for number, (rule, codes) in enumerate((
            (None, (0, 0)), ({"error": "invalid-grant", "message": f"bad {REFRESH} {CLIENT_SECRET}"}, (4, 4)))):
        there = place.another(f"user{number}")
        rules = [{"match": {"surface": "token"}, "do": rule}] if rule else None
        with Service(there, rules=rules, arguments=["--refresh-token", REFRESH]) as service:
            path = user_file(service, there)
            service.configure("vertex", project="simulator-project", credentials_file=path)
            service.pipeline("vertex")
            results = run_all(service, codes)
            search(there, results, [CLIENT_SECRET, REFRESH], given_files(service, path))


def test_a_private_key_and_the_assertion_it_signs(place):
    private, public = simulated.make_key(place.root)
    with open(private, encoding="ascii") as stream:
        pem = "".join(stream.read().splitlines()[1:-1])
    for number, endpoint in enumerate((False, True)):
        there = place.another(f"account{number}")
        rules = [{"match": {"surface": "vertex"}, "do": {"error": "unauthenticated"}}]
        with Service(there, rules=rules, arguments=["--public-key", public]) as service:
            path = simulated.service_account(there.folder, private, service.url + "/token")
            service.configure("vertex", credentials_file=path, token_endpoint=endpoint)
            service.pipeline("vertex")
            results = run_all(service, (4, 4))
            search(there, results, [pem[40:104], pem[400:464]],
                   given_files(service, path, private))


def test_a_token_that_a_program_prints(place):
    with Service(place, arguments=["--access-token", "other"]) as service:
        program = place.write("token.sh", f"#!/bin/sh\necho {ACCESS}\necho {ACCESS} >&2\n")
        os.chmod(program, 0o700)
        service.configure("vertex", project="simulator-project", token_command=[program])
        service.pipeline("vertex")
        results = run_all(service, (4, 4))
        search(place, results, [ACCESS], given_files(service, program))


def test_no_core_is_dumped(place):
    """A core dump would hold every secret: Peel writes none, whatever the limit is."""
    with Service(place, rules=[{"do": {"delay": "20s"}}], arguments=["--key", KEY]) as service:
        service.configure("ai-studio")
        service.variables["SIMULATOR_KEY"] = KEY
        service.pipeline("ai-studio")
        # A sanitizer forbids cores by itself.
        service.variables["ASAN_OPTIONS"] = "disable_coredump=0"
        before = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
        process = service.start(*PAY)
        resource.setrlimit(resource.RLIMIT_CORE, before)
        support.wait_until(lambda: os.path.exists(os.path.join(place.home, "journal.jsonl")), "a call")
        with open(f"/proc/{process.pid}/limits", encoding="ascii") as stream:
            line = next(line for line in stream if line.startswith("Max core file size"))
        process.send_signal(9)
        process.communicate()
        expect(line.split()[4] == "0", line)


support.main(globals())
