"""Every error that the simulator knows, of each service: how often it is asked for, what is said and
noted, and whether the next image is asked for after it."""

import concurrent.futures
import os
import re
import subprocess

import support
from generating import PAY, TINY, Service, journal
from support import expect, expect_equal

# Of one image: how often it is asked for; whether the next one is asked for after it; what the journal
# has of each call; what the message says it means, and what to do.
AGAIN, ENDS = True, False
THROTTLE = (5, AGAIN, "failed", "too many requests for now: fewer at a time")
NO_ROOM = (3, AGAIN, "failed", "the service is overloaded: run again later")
OWN_TROUBLE = (2, AGAIN, "unknown", "trouble of the service's own: run again later")
WRONG = (1, AGAIN, "failed", "the request was not accepted as it is")
GATEWAY = (2, AGAIN, "unknown", "answered 502 with a page of HTML instead of JSON; run again later")
PROXY = (3, AGAIN, "failed", "answered 408 with a page of HTML instead of JSON; run again later")
TOO_LARGE = (1, AGAIN, "failed", "the request is too large: fewer or smaller reference")
NO_PAGE = (1, ENDS, "failed", "is 'base-url' right?")

GOOGLE = {
    "rate-limit": THROTTLE,
    "rate-limit-bare": THROTTLE,
    "per-day": (1, ENDS, "failed", "the quota of the day is used up); it begins anew at midnight "
                "Pacific time, in "),
    "limit-zero": (1, ENDS, "failed", "the quota is 0, so it will never be answered: this model needs "
                   "a paid plan"),
    "spend-limit": (5, AGAIN, "failed", "the spending limit of the account is reached: wait, or raise it"),
    "insufficient-quota": THROTTLE,
    "overloaded": NO_ROOM,
    "deadline": (2, AGAIN, "unknown", NO_ROOM[3]),
    "capacity": NO_ROOM,
    "no-channel": NO_ROOM,
    "internal": OWN_TROUBLE,
    "inner-400": WRONG,
    "timeout": (2, AGAIN, "unknown", "the service did not finish in its own time: run again later"),
    "bad-gateway": GATEWAY,
    "request-timeout": PROXY,
    "too-large": TOO_LARGE,
    "html-404": NO_PAGE,
    "invalid-argument": WRONG,
    "location": (1, ENDS, "failed", "billing is off, or the service is not offered where"),
    "bad-key": (1, ENDS, "failed", "the key is wrong: make one at aistudio.google.com/apikey"),
    "unauthenticated": (1, ENDS, "failed", "the credential was not accepted, or has expired: log in "
                        "again ('peel doctor' tells with what)"),
    "permission": (1, ENDS, "failed", "the key may not do this"),
    "service-disabled": (1, ENDS, "failed", "the API is off in this project: enable it"),
    "billing": (1, ENDS, "failed", "billing is off in this project: turn it on"),
    "not-found": (1, ENDS, "failed", "the model is not there: it has another name"),
    "moderation": WRONG,
    "unknown-parameter": WRONG,
    "invalid-grant": WRONG,
    "invalid-rapt": WRONG,
}

NO_RIGHT = (1, ENDS, "failed", "the account may not do this, or the service has no such model")
WRONG_KEY = (1, ENDS, "failed", "the key is wrong: name the right one")
BUSY = (3, AGAIN, "failed", OWN_TROUBLE[3])

OPENAI = {
    **GOOGLE,
    "per-day": THROTTLE,
    "limit-zero": THROTTLE,
    "spend-limit": THROTTLE,
    "insufficient-quota": (1, ENDS, "failed", "the account has no credit left: add some"),
    "overloaded": BUSY,
    "deadline": BUSY,
    "capacity": BUSY,
    "no-channel": (1, ENDS, "failed", "the service has no such model, or not for this key"),
    "inner-400": OWN_TROUBLE,
    "timeout": OWN_TROUBLE,
    "location": (1, ENDS, "failed", "the service is not offered where this machine is"),
    "bad-key": WRONG_KEY,
    "unauthenticated": WRONG_KEY,
    "permission": NO_RIGHT,
    "service-disabled": NO_RIGHT,
    "billing": (1, ENDS, "failed", "the spending limit of the account is reached: raise it"),
    "not-found": (1, ENDS, "failed", "the service has no such model, or not for this key"),
    "moderation": (1, AGAIN, "refused", "openai refused the picture (moderation_blocked)"),
    "unknown-parameter": (1, AGAIN, "failed", "this service does not know that option: leave it out"),
}

VERTEX = {**GOOGLE,
          "permission": (1, ENDS, "failed", "it needs the role 'Vertex AI User' in the project")}


def kinds():
    """Their names, as the simulator tells them."""
    said = subprocess.run([os.environ["PEEL_SIMULATOR"], "--help-script"], check=True,
                          capture_output=True, text=True).stdout
    return re.findall(r"^\| `([a-z0-9-]+)` \| \d+ \|", said, re.MULTILINE)


class Desk:
    """One simulator for all errors, and for each a home of its own: the prompt says which error."""

    def __init__(self, place, provider, **options):
        rules = [{"match": {"prompt": f"<{name}>"},
                  "do": {"error": name, "retry-delay": "0.05s" if name == "rate-limit" else ""}}
                 for name in kinds()]
        self.provider = provider
        self.service = Service(place, rules=[*rules, TINY])
        self.service.configure(provider, jobs=1, backoff="10ms", **options)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.service.simulator.stop()

    def run(self, name, *arguments, code):
        """Two images that are answered so: (its place, how often each was asked for, what was said)."""
        place = self.service.place.another(name)
        place.write("p.yaml", f"""\
version: 1
matrix: {{ n: [one, two] }}
stages:
  - generate: {{ provider: {self.provider}, prompt: "<{name}> ${{n}}" }}
outputs:
  - to: "out/{{name}}.png"
""")
        environment = {**self.service.environment(), "PEEL_HOME": place.home}
        result = support.finish(place.start(*PAY, "-j1", *arguments, environment=environment), code)
        bodies = [str(call["body"]) for call in self.service.calls(0)]
        return place, [sum(f"<{name}> {n}" in body for body in bodies) for n in ("one", "two")], result


def for_all(names, check):
    """Most of the time each waits for another process."""
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(check, names))


def expect_as_told(desk, name, row):
    calls, goes_on, noted, words = row
    place, asked, result = desk.run(name, "-k", code=3)
    expect_equal(asked, [calls, calls if goes_on else 0], f"{name}: how often each was asked for")
    found = [end for line, end in journal(place) if line == "end"]
    expect_equal(found, [noted] * sum(asked), f"{name}: the journal")
    first = next(line for line in result.err.splitlines() if ": p@one: " in line)
    who = "openai refused" if noted == "refused" else f"{desk.provider} answered "
    for part in (who, words, f"(asked {calls} times)" if calls > 1 else ""):
        expect(part in first, f"{name}: “{part}” is not in “{first}”")
    if not goes_on:
        expect(": p@two: not asked" in result.err, f"{name}: {result}")


def expect_table(place, provider, table, **options):
    expect_equal(sorted(kinds()), sorted(table), "kinds of errors")
    with Desk(place, provider, **options) as desk:
        for_all(table, lambda name: expect_as_told(desk, name, table[name]))


def test_of_ai_studio(place):
    expect_table(place, "ai-studio", GOOGLE)


def test_of_vertex(place):
    expect_table(place, "vertex", VERTEX, key={"env": "SIMULATOR_KEY"})


def test_of_openai(place):
    expect_table(place, "openai", OPENAI, cost=0.05)


def test_the_exit_code_is_that_of_the_first_failure(place):
    with Desk(place, "openai", cost=0.05) as desk:
        def check(name):
            _, asked, _ = desk.run(name, code=5 if name == "moderation" else 4)
            expect_equal(asked[1], 0, f"{name}: calls for the next image, without --keep-going")
        for_all(OPENAI, check)


if __name__ == "__main__":
    support.main(globals())
