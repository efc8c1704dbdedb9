"""Peel sends what the official clients send for the same intent, but for the differences listed here:
one that is not listed fails, and so does one that is listed and does not occur any more.

Both ask the simulator, and what came is compared from its log, field by field. Why each difference
is wanted: docs/decisions/010-requests-like-the-official-clients.md.
"""

import fnmatch
import json
import os
import re
import subprocess

import simulated
import support
from generating import Service
from support import expect, expect_equal

ROOT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
CLIENTS = os.path.join(ROOT, "tests", "clients")
DECISION = os.path.join(ROOT, "docs", "decisions", "010-requests-like-the-official-clients.md")
TOKEN = "simulator-access-token"
PROJECT = "simulator-project"
ABSENT, ANY = "(absent)", "(any)"
RATIOS = ["1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"]


# ---- intents: what is wanted, as Peel's options and as the client's ----

def google(surface, name, peel=None, references=None, **config):
    """The client leaves out what the intent does not name."""
    intent = {"name": f"{surface} {name}", "surface": surface, "config": config,
              "peel": dict(peel or {})}
    if references is not None:
        intent["references"] = intent["peel"]["references"] = references
    return intent


def image(ratio="1:1", size="1K", **more):
    return {"imageConfig": {"aspectRatio": ratio, "imageSize": size, **more}}


def openai(surface, name, peel=None, references=None, mask=None, **fields):
    intent = {"name": f"{surface} {name}", "surface": surface, "fields": fields,
              "peel": dict(peel or {})}
    for key, value in (("references", references), ("mask", mask)):
        if value is not None:
            intent[key] = intent["peel"][key] = value
    return intent


SAFETY = [("HATE_SPEECH", "BLOCK_LOW_AND_ABOVE"), ("DANGEROUS_CONTENT", "BLOCK_ONLY_HIGH"),
          ("HARASSMENT", "BLOCK_NONE"), ("SEXUALLY_EXPLICIT", "BLOCK_MEDIUM_AND_ABOVE")]
SAFETY_OPTIONS = {"safety": {"hate-speech": "block-low", "dangerous-content": "block-high",
                             "harassment": "block-none", "sexually-explicit": "block-medium"}}
SAFETY_CONFIG = {"safetySettings": [{"category": "HARM_CATEGORY_" + category, "threshold": threshold}
                                    for category, threshold in SAFETY]}
JPEG = {"outputMimeType": "image/jpeg", "outputCompressionQuality": 95}
TIERS = ["1K", "2K", "4K"]

GOOGLE = [
    google("developer", "plain"),
    *(google("developer", "ratio " + ratio, {"aspect_ratio": ratio}, **image(ratio))
      for ratio in RATIOS),
    *(google("developer", "size " + tier, {"resolution": tier}, **image(size=tier))
      for tier in TIERS),
    google("developer", "references", references=["a.png", "b.png"], **image()),
    google("developer", "safety", SAFETY_OPTIONS, **image(), **SAFETY_CONFIG),
    google("developer", "everything", {"seed": 7}, **image(), seed=7, candidateCount=1,
           responseModalities=["IMAGE"]),
    google("vertex", "plain"),
    *(google("vertex", "size " + tier, {"resolution": tier, "aspect_ratio": "16:9"},
             **image("16:9", tier)) for tier in TIERS),
    google("vertex", "references", references=["a.png", "b.png"], **image()),
    google("vertex", "output", {"output_type": "jpeg", "output_quality": 95}, **image(**JPEG)),
    google("vertex", "output png", {"output_type": "png"}, **image(outputMimeType="image/png")),
    *(google("vertex", "persons " + word, {"person_generation": word.lower().replace("_", "-")},
             **image(personGeneration=word)) for word in ("ALLOW_ALL", "ALLOW_ADULT", "ALLOW_NONE")),
    google("vertex", "safety", SAFETY_OPTIONS, **image(), **SAFETY_CONFIG),
    google("vertex", "labels", {"labels": ["pipeline=cups", "stage=gen"]}, **image(),
           labels={"pipeline": "cups", "stage": "gen"}),
    google("vertex", "everything", {"seed": 7}, **image(), seed=7, candidateCount=1,
           responseModalities=["IMAGE"]),
    google("express", "plain"),
    google("express", "everything", {"seed": 7, "output_type": "jpeg", "output_quality": 95},
           **image(**JPEG), seed=7, candidateCount=1, responseModalities=["IMAGE"]),
]
SIZE = {"n": 1, "size": "1024x1024"}
OPENAI = [
    openai("generations", "plain"),
    openai("generations", "everything",
           {"quality": "high", "output_type": "webp", "output_quality": 80, "background": "opaque",
            "moderation": "low"},
           **SIZE, quality="high", output_format="webp", output_compression=80, background="opaque",
           moderation="low"),
    openai("edits", "plain", references=["a.png"]),
    openai("edits", "one", references=["a.png"], **SIZE),
    openai("edits", "two and a mask", references=["a.png", "b.png"], mask="mask.png", **SIZE),
    openai("edits", "everything", {"quality": "low", "output_type": "jpeg", "output_quality": 70},
           references=["a.png"], **SIZE, quality="low", output_format="jpeg", output_compression=70),
]


# ---- differences: (field, Peel's, the client's, the intents they are in, those they are not in) ----

GOOGLE_ONES = ["developer *", "vertex *", "express *"]
OPENAI_ONES = ["generations *", "edits *"]
ALL = GOOGLE_ONES + OPENAI_ONES
GOOGLE_PLAIN = ["developer plain", "vertex plain", "express plain"]
SAID = "* everything"
DIFFERENCES = [
    ("path version", "v1beta", "v1", ["developer *"], []),
    ("path version", "v1", "v1beta1", ["vertex *", "express *"], []),
    ("body.generationConfig.responseModalities[0]", "IMAGE", ABSENT, GOOGLE_ONES, [SAID]),
    ("body.generationConfig.candidateCount", 1, ABSENT, GOOGLE_ONES, [SAID]),
    ("body.generationConfig.seed", 0, ABSENT, GOOGLE_ONES, [SAID]),
    ("body.generationConfig.imageConfig.aspectRatio", "1:1", ABSENT, GOOGLE_PLAIN, []),
    ("body.generationConfig.imageConfig.imageSize", "1K", ABSENT, GOOGLE_PLAIN, []),
    ("header x-goog-api-client", ABSENT, ANY, GOOGLE_ONES, []),
    ("body.n", 1, ABSENT, ["generations plain"], []),
    ("body.size", "1024x1024", ABSENT, ["generations plain"], []),
    ("part n[0].text", "1", ABSENT, ["edits plain"], []),
    ("part size[0].text", "1024x1024", ABSENT, ["edits plain"], []),
    ("header x-stainless-*", ABSENT, ANY, OPENAI_ONES, []),
    ("header accept", "*/*", "application/json", OPENAI_ONES, []),
    ("header user-agent", ABSENT, ANY, ALL, []),
    ("header accept-encoding", ANY, ANY, ALL, []),
    ("header accept-language", ABSENT, "*", ALL, []),
    ("header sec-fetch-mode", ABSENT, "cors", ALL, []),
    ("header connection", ABSENT, "keep-alive", ALL, []),
    ("part image[0].filename", "1.png", "a.png", ["edits plain", "edits one", "edits everything"], []),
    ("part image[][0].filename", "1.png", "a.png", ["edits two and a mask"], []),
    ("part image[][1].filename", "2.png", "b.png", ["edits two and a mask"], []),
    ("part mask[0].filename", "1.png", "mask.png", ["edits two and a mask"], []),
]


# ---- a request as fields ----

def leaves(value, path):
    """Each scalar of a JSON value by its path. An empty object says nothing; an empty list may."""
    if isinstance(value, dict):
        return {k: v for name, each in value.items() for k, v in leaves(each, f"{path}.{name}").items()}
    if isinstance(value, list) and value:
        return {k: v for i, each in enumerate(value) for k, v in leaves(each, f"{path}[{i}]").items()}
    return {path: "[]" if value == [] else value}


def parts_of(body):
    """A form's parts: several of one name in their order, others in any."""
    found, n_of = {}, {}
    for part in body:
        number = n_of[part["name"]] = n_of.get(part["name"], -1) + 1
        rest = {key: value for key, value in part.items() if key != "name"}
        found.update({f"part {part['name']}[{number}]" + path: value
                      for path, value in leaves(rest, "").items()})
    return found


def fields_of(call):
    """A line of the simulator's log. What is no field: the order of names, and the body's length."""
    version, _, path = call["path"].lstrip("/").partition("/")
    found = {"method": call["method"], "path version": version, "path": path}
    found.update({f"query {name}": value for name, value in call["query"]})
    for name, value in call["headers"]:
        if name.lower() != "content-length":
            found["header " + name.lower()] = re.sub("; boundary=.*", "; boundary=…", value)
    is_form = found["header content-type"].startswith("multipart/")
    found.update(parts_of(call["body"]) if is_form else leaves(call["body"], "body"))
    return found


def prompt_of(call):
    body = call["body"]
    if isinstance(body, list):
        return next(part["text"] for part in body if part["name"] == "prompt")
    return body["prompt"] if "prompt" in body else body["contents"][0]["parts"][-1]["text"]


# ---- comparing ----

def fits(row, intent):
    return (any(fnmatch.fnmatch(intent, pattern) for pattern in row[3]) and
            not any(fnmatch.fnmatch(intent, pattern) for pattern in row[4]))


def is_same(wanted, found):
    return (found != ABSENT) if wanted == ANY else (type(wanted) is type(found) and wanted == found)


def compare(intent, peel, client, rows):
    """What is wrong, in words, and nothing where all differences are listed and occur."""
    used = set()
    for field in sorted(set(peel) | set(client)):
        ours, theirs = peel.get(field, ABSENT), client.get(field, ABSENT)
        if ours == theirs:
            continue
        row = next((i for i, row in enumerate(rows) if fits(row, intent) and
                    fnmatch.fnmatchcase(field, row[0].replace("[", "[[]")) and
                    is_same(row[1], ours) and is_same(row[2], theirs)), None)
        if row is None:
            yield f"{intent}: {field}: Peel {ours!r}, the client {theirs!r}: not listed"
        used.add(row)
    for i, row in enumerate(rows):
        if fits(row, intent) and i not in used:
            yield f"{intent}: {row[0]}: Peel {row[1]!r}, the client {row[2]!r}: listed, but not so"


# ---- asking ----

def pictures(place):
    place.write("a.png", support.png(64, 48, seed=1))
    place.write("b.png", support.png(48, 64, seed=2))
    place.write("mask.png", support.png(64, 48, seed=3))


def service_of(place):
    """Small pictures whatever is asked for: it is the requests that count."""
    return Service(place, rules=[{"do": {"pixels": "512"}}], arguments=["--access-token", TOKEN])


def configure(service, surface):
    if surface == "developer":
        service.configure("ai-studio")
    elif surface == "vertex":
        service.configure("vertex", project=PROJECT, token_command=["/bin/echo", TOKEN])
    elif surface == "express":
        service.configure("vertex", key={"env": "SIMULATOR_KEY"})
    else:
        service.configure("openai", cost=0.01)


def prompt(intent):
    return "A brass owl, " + intent["name"]


def ask_as_peel(service, intents):
    provider = {"developer": "ai-studio", "express": "vertex", "vertex": "vertex"}
    for intent in intents:
        configure(service, intent["surface"])
        service.pipeline(provider.get(intent["surface"], "openai"), prompt=prompt(intent),
                         **intent["peel"])
        service.run()


def ask_as_client(service, driver, intents):
    place = service.place
    work = [{**intent, "prompt": prompt(intent),
             **{key: [place.path(name) for name in intent[key]] for key in ["references"]
                if key in intent},
             **({"mask": place.path(intent["mask"])} if "mask" in intent else {})}
            for intent in intents]
    path = place.write("work.json", json.dumps({
        "url": service.url, "key": simulated.KEY, "token": TOKEN, "project": PROJECT,
        "intents": work}))
    environment = {**service.environment(), "PEEL_CLIENTS": os.path.join(ROOT, "build", "clients")}
    result = subprocess.run(["node", os.path.join(CLIENTS, driver), path], capture_output=True,
                            text=True, env=environment, timeout=support.TIMEOUT_S, check=False)
    expect_equal(result.returncode, 0, f"{driver}: {result.stderr}\nexit code")
    return json.loads(result.stdout)


def calls_of(service, intents):
    """For each intent what Peel sent, and what the client sent."""
    found = {}
    for call in service.simulator.log(2 * len(intents)):
        found.setdefault(prompt_of(call), []).append(call)
    expect_equal({text: len(calls) for text, calls in found.items()},
                 {prompt(intent): 2 for intent in intents}, "calls of each intent")
    return found


def expect_alike(place, driver, intents):
    support.install_clients()
    pictures(place)
    with service_of(place) as service:
        ask_as_peel(service, intents)
        said = ask_as_client(service, driver, intents)
        expect_equal({name: words for name, words in said.items() if words != "ok"}, {}, "refused")
        found = calls_of(service, intents)
    wrong = []
    for intent in intents:
        peel, client = found[prompt(intent)]
        wrong += compare(intent["name"], fields_of(peel), fields_of(client), DIFFERENCES)
    expect(not wrong, "\n".join(["differences:", *wrong]))


def test_google_genai_sends_what_peel_sends(place):
    expect_alike(place, "google.mjs", GOOGLE)


def test_openai_sends_what_peel_sends(place):
    expect_alike(place, "openai.mjs", OPENAI)


def test_the_decision_tells_of_each_difference(_place):
    with open(DECISION, encoding="utf-8") as stream:
        told = re.findall(r"^\| `([^`]*)` \|", stream.read(), re.MULTILINE)
    expect_equal(sorted(set(told)), sorted({row[0] for row in DIFFERENCES}), "fields of the table")
    idle = [row for row in DIFFERENCES
            if not any(fits(row, intent["name"]) for intent in GOOGLE + OPENAI)]
    expect_equal(idle, [], "differences of no intent")


def test_what_is_not_listed_is_found(_place):
    rows = [("body.n", 1, ABSENT, ["one *"], [])]
    same = {"method": "POST", "body.model": "m"}
    expect_equal(list(compare("one way", {**same, "body.n": 1}, same, rows)), [], "listed")
    expect_equal(list(compare("two ways", {**same, "body.n": 1}, same, rows)),
                 ["two ways: body.n: Peel 1, the client '(absent)': not listed"], "not listed")
    expect_equal(list(compare("one way", same, same, rows)),
                 ["one way: body.n: Peel 1, the client '(absent)': listed, but not so"], "gone")
    expect_equal(len(list(compare("one way", {**same, "body.n": 2}, same, rows))), 2, "other value")
    expect_equal(len(list(compare("one way", {**same, "body.n": "1"}, same, rows))), 2, "other type")


def test_the_lock_names_no_registry(_place):
    with open(os.path.join(CLIENTS, "package-lock.json"), encoding="utf-8") as stream:
        packages = json.load(stream)["packages"]
    expect_equal([name for name, package in packages.items() if "resolved" in package], [], "resolved")
    expect_equal([name for name, package in packages.items() if name and "integrity" not in package],
                 [], "without a hash")


support.main(globals())
