"""Peel against the simulator: a configuration that leads there, and what it made of the answers."""

import json
import os
import subprocess

import simulated
import support
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: hero
stages:
  - generate: {{ {generate} }}
outputs:
  - stages: [ {{ resize: {{ width: 64 }} }} ]
    to: "out/{{name}}.png"
"""

# Many images, each with its id as its prompt.
LOT = """\
version: 1
name: {name}
matrix: {{ n: {numbers} }}
stages:
  - generate: {{ provider: {provider}, prompt: "{name}@${{n}}" }}
outputs:
  - stages: [ {{ resize: {{ width: 16 }} }} ]
    to: "out/{{name}}.png"
"""

PICTURES = ("gemini", "vertex", "predict", "openai")

# What makes answers small: the last of the rules, since it fits all.
TINY = {"do": {"pixels": "64x64"}}

PAY = ("run", "p.yaml", "--on-miss", "generate")


class Service:
    """A simulator and the place that is set up to ask it."""

    def __init__(self, place, rules=None, arguments=(), paint="noise"):
        self.place = place
        self.kept = place.path("kept")
        script = ["--script", place.write("rules.yaml", json.dumps({"rules": rules}))] if rules else []
        self.simulator = simulated.start("--paint", paint, "--keep", self.kept, *script, *arguments,
                                         log=place.path("calls.jsonl"))
        self.url = self.simulator.url
        self.variables = {"SIMULATOR_KEY": simulated.KEY}

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.simulator.stop()

    def configure(self, provider, models=None, **options):
        """The provider's options; `base_url` is the simulator's unless it is given."""
        self.configure_several({provider: options}, models)

    def configure_several(self, providers, models=None, **more):
        """Options by provider, and other parts of the configuration."""
        config = {"providers": {name: self.options_of(name, options)
                                for name, options in providers.items()}, **more}
        if models:
            config["models"] = models
        folder = os.path.join(self.place.root, "config", "peel")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "config.yaml"), "w", encoding="utf-8") as stream:
            json.dump(config, stream)

    def options_of(self, provider, options):
        given = {name.replace("_", "-"): value for name, value in options.items()}
        if provider == "command":
            return given
        given.setdefault("base-url", self.url + ("/v1" if provider == "openai" else ""))
        if provider in ("ai-studio", "openai"):
            given.setdefault("keys", [{"env": "SIMULATOR_KEY"}])
        return given

    def pipeline(self, provider, **generate):
        """One image; of 1K unless told otherwise."""
        options = {"provider": provider, "prompt": "A brass owl", **generate}
        words = ", ".join(f"{name.replace('_', '-')}: {json.dumps(value)}"
                          for name, value in options.items())
        self.place.write("p.yaml", PIPELINE.format(generate=words))

    def lot(self, provider, numbers, name="lot", path="p.yaml"):
        """One image for each number; their ids, which are their prompts."""
        self.place.write(path, LOT.format(provider=json.dumps(provider), name=name, numbers=list(numbers)))
        return [f"{name}@{number}" for number in numbers]

    def environment(self):
        gone = ("GOOGLE_", "GEMINI_", "OPENAI_", "GCLOUD_", "CLOUDSDK_", "GCE_")
        found = {name: value for name, value in self.place.environment().items()
                 if not name.startswith(gone)}
        return {**found, "NO_GCE_CHECK": "true", "HOME": self.place.root, **self.variables}

    def start(self, *arguments):
        return self.place.start(*arguments, environment=self.environment())

    def peel(self, *arguments, code=0, timeout=support.TIMEOUT_S):
        return support.finish(self.start(*arguments), code, timeout)

    def run(self, *arguments, code=0, timeout=support.TIMEOUT_S):
        """`peel run` that may pay."""
        return self.peel(*PAY, *arguments, code=code, timeout=timeout)

    def calls(self, lines):
        return self.simulator.log(lines)

    def expect_calls(self, count, surface=None):
        """So many requests for pictures came, and no more."""
        with open(self.simulator.log_path, encoding="utf-8") as stream:
            found = [json.loads(line) for line in stream]
        asked = [call for call in found if call["surface"] in
                 ([surface] if surface else PICTURES)]
        expect_equal(len(asked), count, "calls")
        return asked

    def asked(self):
        """The surfaces that were asked for pictures, in order of arrival."""
        calls = [call for call in self.calls(0) if call["surface"] in PICTURES]
        return [call["surface"] for call in sorted(calls, key=lambda call: call["us"])]

    def expect_calls_at_least(self, count):
        with open(self.simulator.log_path, encoding="utf-8") as stream:
            found = [json.loads(line) for line in stream]
        expect(len(found) >= count, f"{len(found)} calls, not {count} or more")
        return found

    def sent(self):
        """The pictures that were sent, by their hash."""
        if not os.path.isdir(self.kept):
            return {}
        return {name.partition(".")[0]: os.path.join(self.kept, name)
                for name in os.listdir(self.kept)}

    def expect_original(self):
        """The one original, byte for byte what was sent; its hash."""
        originals = list(self.place.blobs())
        expect_equal(len(originals), 1, "originals")
        digest = originals[0]
        content = subprocess.run([os.environ["PEEL"], "cache", "cat", digest], check=True,
                                 capture_output=True, env=self.place.environment()).stdout
        with open(self.sent()[digest], "rb") as stream:
            expect_equal(content == stream.read(), True, "the original is what was sent")
        return digest


def key_file(service, **arguments):
    """Of a service that is with_account; its path."""
    folder = service.place.root
    return simulated.service_account(folder, service.private, service.url + "/token", **arguments)


def with_account(place, **options):
    """A Service that believes what a service account of its own signs."""
    private, public = simulated.make_key(place.root)
    service = Service(place, arguments=["--public-key", public], **options)
    service.private = private
    return service


def journal(place):
    """(line, result) of each line of the journal."""
    with open(os.path.join(place.home, "journal.jsonl"), encoding="utf-8") as stream:
        return [(entry["line"], entry.get("result")) for entry in map(json.loads, stream)]


def sidecar(place, digest):
    path = os.path.join(place.home, "originals", digest[:2], digest + ".json")
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)
