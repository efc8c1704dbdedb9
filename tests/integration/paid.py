"""What was paid for once is found again, whatever was lost of what the cache knows of it; and what may
have been paid for is said before it is paid for again."""

import os
import re
import shutil

import support
from calls import Calls, journal_words, place_config, sidecar
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: cup
stages:
  - generate: { provider: command, prompt: "A cup", resolution: 64x48 }
outputs:
  - to: "out/{name}.png"
"""

THREE = PIPELINE.replace("name: cup\n", "name: cup\nmatrix: { n: [1, 2, 3] }\n")


def sidecar_path(place, original):
    return os.path.join(place.home, "originals", original[:2], original + ".json")


def bought(place):
    """A picture that was paid for; its hash."""
    calls = Calls(place, cost=0.05)
    place.write("p.yaml", PIPELINE)
    place.run("--on-miss", "generate")
    shutil.rmtree(place.path("out"))
    return calls, sorted(place.blobs())[0]


def expect_found_again(place, calls, original, *arguments):
    """The result of the run that found it."""
    result = place.peel("run", "p.yaml", *arguments)
    expect("the original of cup is in the cache, but not what is told of it" in result.err, result)
    expect_equal(len(calls.runs), 1, "runs")
    told = sidecar(place, original)["acquisitions"]
    expect_equal([(each["prompt"], each["is-paid"]) for each in told], [("A cup", True)], "told")
    again = place.peel("run", "p.yaml", *arguments)
    expect("what is told" not in again.err, again)
    expect_equal(place.peel("cache", "verify", "--json").summary["exit"], 0, "the check")
    return result


def test_an_original_whose_sidecar_is_gone_is_found_by_the_index(place):
    calls, original = bought(place)
    os.remove(place.path("peel.lock"))
    os.remove(sidecar_path(place, original))
    expect_found_again(place, calls, original)


def test_an_original_whose_sidecar_is_gone_is_found_by_the_journal(place):
    calls, original = bought(place)
    os.remove(place.path("peel.lock"))
    os.remove(sidecar_path(place, original))
    place.peel("cache", "rebuild")
    expect_found_again(place, calls, original, "--on-miss", "generate")


def test_a_pinned_original_whose_sidecar_is_gone_is_kept_to(place):
    calls, original = bought(place)
    os.remove(sidecar_path(place, original))
    place.peel("cache", "rebuild")
    os.remove(os.path.join(place.home, "journal.jsonl"))
    expect_found_again(place, calls, original, "--locked")


def test_a_damaged_sidecar_is_told_and_then_written_anew(place):
    calls, original = bought(place)
    with open(sidecar_path(place, original), "r+b") as stream:
        stream.write(b"}")
    result = expect_found_again(place, calls, original)
    expect("the sidecar" in result.err and "was moved to" in result.err, result)


def test_a_call_that_may_have_been_charged_is_said_before_the_next(place):
    calls = Calls(place, cost=0.05, behaviour="sleep 100", timeout="300ms")
    place.write("p.yaml", PIPELINE)
    result = place.peel("run", "p.yaml", "--on-miss", "generate", code=4)
    expect("took longer than 300ms" in result.err, result)
    expect_equal(journal_words(place), ["begin", "unknown"], "the journal")
    verified = place.peel("cache", "verify")
    expect("1 call that may have been charged without a result" in verified.out + verified.err, verified)
    calls.behave("")
    again = place.peel("run", "p.yaml", "--on-miss", "generate")
    expect("1 of what is to be paid for may have been charged before" in again.err, again)
    shutil.rmtree(place.path("out"))
    third = place.peel("run", "p.yaml", "--on-miss", "generate")
    expect("charged" not in third.err, third)


def test_a_program_that_says_that_it_failed_was_not_paid(place):
    Calls(place, cost=0.05, behaviour="exit 3")
    place.write("p.yaml", PIPELINE)
    place.peel("run", "p.yaml", "--on-miss", "generate", code=4)
    expect_equal(journal_words(place), ["begin", "failed"], "the journal")


def test_equal_requests_are_asked_once_also_when_that_fails(place):
    calls = Calls(place, cost=0.05, behaviour="exit 3")
    place.write("p.yaml", THREE)
    result = place.peel("run", "p.yaml", "-k", "--on-miss", "generate", "--max-cost", "0.05",
                        code=3)
    expect_equal(len(calls.runs), 1, "runs")
    expect_equal(result.err.count("it is not paid for again by itself"), 2, "refusals")


def test_all_that_is_missing_is_counted_where_nobody_can_be_asked(place):
    calls = Calls(place, cost=0.05)
    place.write("p.yaml", THREE.replace("A cup", "A cup ${n}"))
    result = place.peel("run", "p.yaml", code=7)
    expect("nobody can be asked here (3 are missing, 0.15 USD together)" in result.err, result)
    summary = place.run(code=7).summary
    expect_equal((summary["originals-missing"], round(summary["missing-usd"], 9)), (3, 0.15), "as JSON")
    expect_equal(calls.runs, [], "runs")


def test_an_import_answers_the_request_of_the_configuration(place):
    calls = Calls(place, cost=0.05)
    with open(place_config(place), "a", encoding="utf-8") as stream:
        stream.write("    model: sdxl-turbo\n")
    place.write("p.yaml", PIPELINE)
    place.write("front.png", support.png(64, 48, seed=9))
    place.peel("cache", "import", "front.png", "--pipeline", "p.yaml")
    result = place.run("--on-miss", "generate")
    expect_equal((calls.runs, result.summary["originals-cached"]), ([], 1), "runs and hits")
    listed = place.peel("cache", "ls", "--json")
    expect(re.search(r"sdxl-turbo", listed.out) is not None, listed)


support.main(globals())
