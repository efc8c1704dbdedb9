"""`peel compare`: the same images by several providers, each asked alone, side by side."""

import html.parser
import json
import os
import subprocess

import support
from generating import Service, sidecar
from support import expect, expect_equal

PROMPT = 'A "brass" <b onclick="x">owl</b> & co </p><script>alert(1)</script>'
ON = ("compare", "p.yaml", "--on", "vertex,ai-studio")
PAY = ("--on-miss", "generate")
# The two differ in type, as they do for some models and at some times.
PNG = {"match": {"surface": "vertex"}, "do": {"type": "png", "declare": "image/png"}}
TINY = {"do": {"pixels": "64x64"}}


class Compared(Service):
    """Both providers of Gemini's models are set up, and one pipeline for either of them."""

    def __init__(self, place, rules=None, **options):
        super().__init__(place, [*(rules or []), PNG], **options)
        self.configure_both()
        self.pipeline("synthetic", prompt=PROMPT)

    def configure_both(self, **more):
        key = {"env": "SIMULATOR_KEY"}
        config = {"providers": {"vertex": {"base-url": self.url, "key": key},
                                "ai-studio": {"base-url": self.url, "keys": [key]}}, **more}
        self.place.write("../config/peel/config.yaml", json.dumps(config))

    def compare(self, *arguments, code=0):
        return self.peel(*ON, *PAY, "--json", *arguments, code=code)

    def surfaces(self):
        return [call["surface"] for call in self.calls(0)
                if call["surface"] in ("gemini", "vertex", "openai")]


def cells(result):
    """By (image, provider)."""
    return {(event["image"], event["provider"]): event for event in result.events
            if event["event"] == "comparison"}


def providers(result):
    return {item["provider"]: item for item in result.summary["providers"]}


# ---- what is told ----

def test_two_providers_are_told_of_side_by_side(place):
    with Compared(place) as service:
        result = service.compare()
        found = cells(result)
        expect_equal(sorted(found), [("hero", "ai-studio"), ("hero", "vertex")], "events")
        vertex, studio = found["hero", "vertex"], found["hero", "ai-studio"]
        expect_equal((vertex["format"], studio["format"]), ("png", "jpeg"), "types")
        for cell in (vertex, studio):
            told = sidecar(place, cell["sha256"])["acquisitions"][0]
            expect_equal((cell["width"], cell["height"]), (1024, 1024), "pixels")
            expect_equal(cell["duration-ms"], told["duration-ms"], "the call's own duration")
            expect_equal(cell["model-version"], told["model-version"], "version")
            expect_equal(cell["declared-type"], told["declared-type"], "declared")
            expect_equal(cell["cost-usd"], told["cost-usd"], "cost")
            expect("error" not in cell, cell)
        expect_equal(result.summary["exit"], 0, "exit")
        told = providers(result)
        expect_equal((told["vertex"]["images"], told["vertex"]["bytes"]), (1, vertex["bytes"]),
                     "totals")
        expect_equal(told["ai-studio"]["mean-duration-ms"], studio["duration-ms"], "mean")
        expect(abs(result.summary["spent-usd"] - vertex["cost-usd"] - studio["cost-usd"]) < 1e-9,
               result.summary)


def test_a_table_is_for_people(place):
    with Compared(place) as service:
        shown = service.peel(*ON, *PAY)
        lines = [line.split() for line in shown.out.splitlines()]
        expect_equal(lines[0], ["hero", "vertex", "ai-studio"], "heading")
        rows = {line[0]: line[1:] for line in lines if line}
        expect_equal(rows["type"], ["PNG", "JPEG"], "types")
        expect_equal(rows["pixels"], ["1024x1024", "1024x1024"], "pixels")
        expect_equal(rows["picture"], ["hero-vertex.png", "hero-ai-studio.jpg"], "pictures")
        expect("out/compare/index.html" in shown.out, shown)


# ---- what is written ----

def test_the_folder_has_exact_originals_a_picture_and_a_page(place):
    with Compared(place) as service:
        result = service.compare()
        found = cells(result)
        files = place.files()
        expect_equal(sorted(files), [f"out/compare/{name}" for name in
                                     ("hero-ai-studio.jpg", "hero-vertex.png", "hero.webp",
                                      "index.html")], "files")
        for provider, name in (("vertex", "hero-vertex.png"), ("ai-studio", "hero-ai-studio.jpg")):
            cell = found["hero", provider]
            expect_equal(cell["picture"], name, "name")
            expect_equal(support.sha256(files[f"out/compare/{name}"]), cell["sha256"], "bytes")
        expect(not os.path.exists(place.path("peel.lock")), "a lock was written")
        expect(not os.path.exists(place.path("hero.manifest.json")), "a manifest was written")
        header = subprocess.run(["vipsheader", place.path("out/compare/hero.webp")], check=True,
                                capture_output=True, text=True).stdout
        expect(" 2096x1056 " in header, header)
        expect_equal(place.leftovers(), [], "left over")


class Page(html.parser.HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]
        expect(all(not name.startswith("on") for name, _ in attributes), attributes)

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_shows_all_texts_as_texts(place):
    with Compared(place) as service:
        service.compare()
        text = place.read("out/compare/index.html").decode()
        page = Page(text)
        expect("script" not in page.tags and "b" not in page.tags, page.tags)
        expect(PROMPT in page.text, page.text)
        expect_equal(sorted(set(page.links)), ["./hero-ai-studio.jpg", "./hero-vertex.png",
                                               "./hero.webp"], "links")
        expect("http://" not in text and "https://" not in text, "it asks somebody")


def test_a_second_run_asks_nobody_and_gives_the_same(place):
    with Compared(place) as service:
        first = service.compare()
        files, stamps = place.files(), place.stamps()
        again = service.peel(*ON, "--json", "--offline")
        expect_equal(cells(again), cells(first), "events")
        expect_equal(providers(again), providers(first), "totals")
        expect_equal(again.summary["spent-usd"], 0, "spent")
        expect_equal(place.files(), files, "files")
        expect_equal(place.stamps(), stamps, "nothing is written again")
        expect_equal(sorted(service.surfaces()), ["gemini", "vertex"], "asked")


def test_what_is_gone_or_changed_in_the_folder_is_written_again(place):
    with Compared(place) as service:
        service.compare()
        files = place.files()
        os.remove(place.path("out/compare/hero-vertex.png"))
        place.write("out/compare/hero-ai-studio.jpg", "other")
        os.remove(place.path("out/compare/hero.webp"))
        service.compare()
        expect_equal(place.files(), files, "files")


def test_a_folder_stays_in_the_pipeline_s(place):
    with Compared(place) as service:
        os.makedirs(place.path("../elsewhere"))
        os.symlink("../elsewhere", place.path("link"))
        for to in ("../elsewhere", "link", "."):
            refused = service.compare("--to", to, code=2)
            expect("--to" in refused.summary["error"]["message"], refused)
        expect_equal(service.surfaces(), [], "asked before it was refused")
        service.compare("--to", "../elsewhere", "--allow-outside")
        expect("index.html" in os.listdir(place.path("../elsewhere")), "not written")


def test_files_of_others_are_not_replaced(place):
    with Compared(place) as service:
        place.write("site/index.html", "<!doctype html><title>Mine</title>")
        place.write("out/hero.webp", "an output")
        place.write("file", "no folder")
        before = place.files()
        for to in ("site", "out", "file", "file/below"):
            refused = service.compare("--to", to, code=2)
            expect("--to" in refused.summary["error"]["message"], refused)
        expect_equal(service.surfaces(), [], "asked before it was refused")
        expect_equal(place.files(), before, "files")
        service.compare("--to", "out/new")
        service.compare("--to", "out/new")


# ---- money ----

def test_nobody_is_asked_without_a_yes(place):
    with Compared(place) as service:
        refused = service.peel(*ON, "--json", code=7)
        expect_equal({cell["error"]["class"] for cell in cells(refused).values()}, {"miss"}, "class")
        expect_equal(service.surfaces(), [], "asked")
        expect(not os.path.exists(place.path("out")), "something was written")


def test_limits_count_all_providers(place):
    with Compared(place) as service:
        refused = service.compare("--max-cost", "0.2", code=6)
        expect("2 originals are not in the cache; making them costs 0.2680 USD"
               in refused.summary["error"]["message"], refused)
        service.configure_both(budget={"per-day": 0.2})
        refused = service.compare(code=6)
        expect("0.20 USD a day" in refused.summary["error"]["message"], refused)
        expect_equal(service.surfaces(), [], "asked")
        service.configure_both(budget={"per-day": 0.3})
        service.compare("--max-cost", "0.28")
        expect_equal(sorted(service.surfaces()), ["gemini", "vertex"], "asked")


def test_what_the_first_cost_more_is_missing_for_the_next(place):
    with Compared(place) as service:
        result = service.compare("--max-cost", "0.27", code=3)
        failed = cells(result)["hero", "ai-studio"]["error"]
        expect_equal(failed["class"], "budget", "class")
        expect("0.1382 USD were spent on the providers before" in failed["message"], failed)
        expect("Nothing was spent" not in failed["message"], failed)
        expect_equal(service.surfaces(), ["vertex"], "asked")


def test_what_may_have_been_charged_is_in_the_sum(place):
    broken = {"match": {"surface": "vertex"}, "do": {"error": "internal"}}
    with Compared(place, [broken]) as service:
        result = service.compare(code=3)
        expect(abs(result.summary["may-be-usd"] - 2 * 0.134) < 1e-9, result.summary)


def test_a_dry_run_tells_what_would_be_asked(place):
    with Compared(place) as service:
        told = service.peel(*ON, "--json", "--dry-run")
        expect_equal([(cell["missing"], cell["cost-usd"]) for cell in cells(told).values()],
                     [(True, 0.134)] * 2, "told")
        expect_equal([item["missing"] for item in told.summary["providers"]], [1, 1], "totals")
        expect_equal(service.surfaces(), [], "asked")
        expect(not os.path.exists(place.path("out")), "something was written")


def test_a_dry_run_that_would_not_be_allowed_says_so(place):
    with Compared(place) as service:
        refused = service.peel(*ON, "--json", "--dry-run", "--max-cost", "0.2", code=6)
        expect(any("2 originals are not in the cache; making them costs 0.2680 USD" in
                   event.get("message", "") for event in refused.events), refused)
        service.peel(*ON, "--dry-run", "--max-cost", "0.27")
        service.peel(*ON, "--dry-run", "--on-miss", "fail", code=7)


def at_terminal(service, answer):
    return support.at_terminal(service.place, answer, command=ON, environment=service.environment())


def test_a_terminal_is_asked_once_for_all_providers(place):
    with Compared(place) as service:
        code, shown, n_asked = at_terminal(service, b"n\n")
        expect("2 originals are not in the cache; vertex and ai-studio would make them for 0.2680 USD."
               in shown, shown)
        expect_equal((code, n_asked, service.surfaces()), (7, 1, []), "a no")
        code, shown, n_asked = at_terminal(service, b"y\n")
        expect_equal((code, n_asked), (0, 1), f"a yes: {shown}")
        expect_equal(sorted(service.surfaces()), ["gemini", "vertex"], "asked")
        code, _, n_asked = at_terminal(service, b"n\n")
        expect_equal((code, n_asked), (0, 0), "nothing to ask")


# ---- each alone ----

def test_what_the_pipeline_and_a_profile_say_of_providers_does_not_count(place):
    with Compared(place) as service:
        service.configure_both(profiles={"other": {"generate": {"provider": ["openai", "synthetic"]}}})
        service.pipeline("auto", prefer="cost", prompt=PROMPT, model="gemini-3-pro-image")
        result = service.compare("--profile", "other")
        expect_equal({cell["model"] for cell in cells(result).values()}, {"gemini-3-pro-image"},
                     "models")
        expect_equal(sorted(service.surfaces()), ["gemini", "vertex"], "asked")


def test_another_provider_s_original_does_not_answer(place):
    with Compared(place) as service:
        service.pipeline("vertex", prompt=PROMPT)
        service.run()
        service.compare()
        expect_equal(service.surfaces(), ["vertex", "gemini"], "asked")


def test_one_that_fails_is_a_row_with_its_error(place):
    rules = [{"match": {"surface": "vertex"}, "do": {"block-reason": "SAFETY"}}]
    with Compared(place, rules) as service:
        result = service.compare(code=3)
        found = cells(result)
        expect_equal(found["hero", "vertex"]["error"]["class"], "refused", "class")
        expect("error" not in found["hero", "ai-studio"], found)
        expect_equal(providers(result)["vertex"]["failed"], 1, "failed")
        expect_equal(sorted(place.files()), ["out/compare/hero-ai-studio.jpg",
                                             "out/compare/index.html"], "files")
        shown = service.peel(*ON, *PAY, code=3)
        expect("hero on vertex: " in shown.err, shown)
        expect("failed" in shown.out, shown)
        # Nobody stood in for it.
        expect_equal(service.surfaces().count("gemini"), 1, "asked")


def test_when_all_fail_the_code_is_the_first_s(place):
    rules = [{"do": {"block-reason": "SAFETY"}}]
    with Compared(place, rules) as service:
        service.compare(code=5)


def test_a_provider_that_cannot_do_it_fails_alone(place):
    with Compared(place) as service:
        service.pipeline("vertex", prompt=PROMPT, output_type="jpeg")
        result = service.compare(code=3)
        found = cells(result)
        expect_equal(found["hero", "ai-studio"]["error"]["class"], "invalid", "class")
        expect("error" not in found["hero", "vertex"], found)


def test_an_original_that_is_damaged_fails_alone(place):
    with Compared(place) as service:
        found = cells(service.compare())
        for path in place.blobs()[found["hero", "vertex"]["sha256"]]:
            with open(path, "r+b") as stream:
                stream.seek(5000)
                stream.write(b"damage")
        result = service.compare("--offline", code=3)
        expect_equal(cells(result)["hero", "vertex"]["error"]["class"], "corrupt", "class")
        expect("error" not in cells(result)["hero", "ai-studio"], result)


# ---- several images ----

def test_only_chooses_images(place):
    with Compared(place, [TINY]) as service:
        service.lot("synthetic", [1, 2, 3])
        service.compare("--only", "lot@2")
        result = service.compare("--only", "lot@2")
        expect_equal(sorted(cells(result)), [("lot@2", "ai-studio"), ("lot@2", "vertex")], "events")
        all_of_them = service.compare()
        expect_equal(all_of_them.summary["images"], 3, "images")
        expect_equal(len(service.surfaces()), 6, "asked")
        chosen = service.compare("--only", "lot@2")
        expect_equal(sorted(cells(chosen)), sorted(cells(result)), "events of what is in the cache")


def test_each_variant_is_a_row_of_its_own(place):
    with Compared(place, [TINY]) as service:
        service.pipeline("synthetic", variants=2)
        result = service.compare()
        expect_equal([event["variant"] for event in result.events
                      if event["event"] == "comparison"], [1, 1, 2, 2], "variants")
        expect("out/compare/hero-2-vertex.jpg" in place.files(), sorted(place.files()))


# ---- usage ----

def test_pictures_are_no_pipelines(place):
    place.write("a.png", support.png(16, 16))
    place.write("b.png", support.png(16, 16))
    refused = place.peel("compare", "a.png", "b.png", code=2)
    expect("a.png is a picture; 'peel compare' takes a pipeline" in refused.err, refused)


def test_a_pipeline_that_loads_has_nothing_to_compare(place):
    place.write("a.png", support.png(16, 16))
    place.write("p.yaml", "version: 1\nstages: [{ load: a.png }]\n"
                "outputs: [{ stages: [{ resize: { width: 8 } }], to: out/a.png }]\n")
    refused = place.peel(*ON, code=2)
    expect("its pictures are not generated" in refused.err, refused)


support.main(globals())
