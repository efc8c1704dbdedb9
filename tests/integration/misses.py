"""A request that the cache does not answer: who may have it made, who makes it, what is noted."""

import collections
import json
import os
import re
import signal
import subprocess
import time

import support
from calls import Calls, journal, journal_words, place_config, sidecar
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: cup
stages:
  - generate: { provider: command, prompt: "A cup, price $20", resolution: 64x48 }
outputs:
  - to: "out/{name}.png"
"""

THREE = PIPELINE.replace("name: cup\n", "name: cup\nmatrix: { n: [1, 2, 3] }\n").replace(
    "A cup", "A cup ${n}")


def originals(place):
    return sorted(place.blobs())


def nothing_is_left(place):
    expect_equal(place.leftovers(), [], "temporary files")
    calls = os.path.join(place.home, "calls")
    expect_equal(os.listdir(calls) if os.path.isdir(calls) else [], [], "folders of calls")


# ---- one call ----

def test_a_free_program_is_run_without_asking(place):
    calls = Calls(place)
    place.write("p.yaml", PIPELINE)
    result = place.run()
    expect_equal(result.summary["originals-generated"], 1, "generated")
    expect_equal(len(calls.runs), 1, "runs")
    with open(calls.path("arguments"), encoding="utf-8") as stream:
        arguments = stream.read().splitlines()
    expect_equal(arguments[1], "A cup, price $20", "the prompt as one argument")
    with open(calls.path(f"input-{calls.runs[0]}"), encoding="utf-8") as stream:
        asked = json.load(stream)
    expect_equal(asked["output"], arguments[0], "the output in the request")
    expect_equal((asked["prompt"], asked["width"], asked["height"], asked["seed"],
                  asked["variant"], asked["model"]),
                 ("A cup, price $20", 64, 48, 0, 1, "command"), "the request")
    expect_equal(originals(place), [support.sha256(support.png(64, 48))], "originals")
    expect_equal(journal(place), [], "journal of a free call")
    got = sidecar(place, originals(place)[0])["acquisitions"][0]
    expect_equal((got["source"], got["provider"], got["model"], got["prompt"]),
                 ("generate", "command", "command", "A cup, price $20"), "the acquisition")
    nothing_is_left(place)
    expect_equal(place.run().summary["originals-cached"], 1, "cached afterwards")
    expect_equal(len(calls.runs), 1, "runs afterwards")


def test_a_paid_call_is_noted_before_and_after(place):
    calls = Calls(place, cost=0.05, behaviour='cp "$PEEL_HOME/journal.jsonl" "$here/seen"')
    place.write("p.yaml", PIPELINE)
    result = place.run("--on-miss", "generate")
    expect_equal(result.summary["spent-usd"], 0.05, "spent")
    with open(calls.path("seen"), encoding="utf-8") as stream:
        seen = stream.read().splitlines()
    expect_equal(len(seen), 1, "lines while the program runs")
    begin, end = journal(place)
    expect_equal(json.loads(seen[0]), begin, "the line that was there")
    expect_equal((begin["line"], end["line"], end["result"]), ("begin", "end", "stored"), "lines")
    expect_equal(begin["call"], end["call"], "ids")
    expect_equal((end["provider"], end["image-id"], end["pipeline"], end["cost-usd"]),
                 ("command", "cup", "cup", 0.05), "what they say")
    expect_equal(end["original"], originals(place)[0], "the original")
    got = sidecar(place, originals(place)[0])["acquisitions"][0]
    expect_equal((got["cost-usd"], got["is-paid"], got["request"]), (0.05, True, begin["request"]),
                 "the sidecar")
    expect(0 < got["duration-ms"] < 120_000, got)


def test_no_value_of_the_environment_reaches_the_journal(place):
    Calls(place, cost=0.05, behaviour='echo "$SOME_SETTING" >&2; exit 3')
    place.write("p.yaml", PIPELINE)
    os.environ["SOME_SETTING"] = "a-value-of-the-environment"
    try:
        result = place.run("--on-miss", "generate", code=4)
    finally:
        del os.environ["SOME_SETTING"]
    with open(os.path.join(place.home, "journal.jsonl"), encoding="utf-8") as stream:
        text = stream.read()
    expect("a-value-of-the-environment" in json.dumps(result.events), "the error tells it")
    expect("ended with code 3" in text, text)
    expect("a-value-of-the-environment" not in text, text)
    expect(place.home not in text, text)
    expect_equal(journal_words(place), ["begin", "failed"], "lines")
    expect(result.summary["spent-usd"] == 0, "nothing is known to be spent")


# ---- what programs do wrong ----

def failing(place, behaviour, *words, code=4, **options):
    calls = Calls(place, behaviour=behaviour, **options)
    place.write("p.yaml", PIPELINE)
    result = place.peel("run", "p.yaml", code=code)
    for word in words:
        expect(word in result.err, f"'{word}' is said: {result}")
    expect("\033" not in result.err and "\a" not in result.err, f"control characters: {result}")
    expect_equal(originals(place), [], "originals")
    nothing_is_left(place)
    return calls, result


def test_what_a_failing_program_printed_is_told(place):
    calls, _ = failing(place, 'printf "\\033[31mno GPU\\a here\\033[0m\\n" >&2; echo bye; exit 7',
                       "ended with code 7", "    no GPU here\n    bye\n")
    calls.behave("")
    place.run()


def test_a_program_that_is_killed_is_told(place):
    failing(place, "kill -9 $$", "was ended by signal 9", "and printed nothing")


def test_a_program_that_writes_nothing_is_told(place):
    failing(place, "exit 0", "ended well but wrote no file at {output}")


def test_a_program_that_writes_no_picture_is_told(place):
    failing(place, 'echo "<html>" > "$1"; exit 0', "wrote something else than a picture")


def test_a_program_that_writes_a_device_is_told(place):
    failing(place, 'ln -s /dev/zero "$1"; exit 0', "that is no regular file")


def test_a_program_that_is_not_there_is_told(place):
    calls = Calls(place)
    os.remove(calls.path("make"))
    place.write("p.yaml", PIPELINE)
    result = place.peel("run", "p.yaml", code=4)
    expect("cannot start '" in result.err and "No such file" in result.err, result)


def test_a_program_that_hangs_is_ended_with_all_it_started(place):
    calls, _ = failing(place, 'sleep 1000 & echo $! >> "$here/runs"; echo working; sleep 1000',
                       "took longer than 1s and was ended", "    working\n", timeout="1s")
    expect_equal(len(calls.runs), 2, "processes")
    support.expect_dead(calls.runs, "the program and its child")


def test_a_picture_that_was_paid_for_is_kept_though_it_is_refused(place):
    calls = Calls(place, cost=0.05)
    calls.write("picture.png", support.png(64, 48)[:-30])
    place.write("p.yaml", PIPELINE)
    result = place.peel("run", "p.yaml", "--on-miss", "generate", "--max-file-size", "100B", code=4)
    kept = re.search(r"what was paid for is kept as (\S+):", result.err)
    expect(kept is not None, result)
    with open(kept.group(1), "rb") as stream:
        expect_equal(stream.read(), support.png(64, 48)[:-30], "what is kept")
    expect_equal(journal_words(place), ["begin", "unknown"], "the journal")
    nothing_is_left(place)


def test_a_pipeline_cannot_name_a_program(place):
    Calls(place)
    for text in ("program: [/bin/sh]", "command: /bin/sh", "providers: {}"):
        name, _, _ = text.partition(":")
        place.write("p.yaml", PIPELINE.replace("provider: command", "provider: command, " + text))
        result = place.peel("run", "p.yaml", code=2)
        expect(f"'generate' has no option '{name}'" in result.err, result)
        place.write("p.yaml", PIPELINE + text + "\n")
        result = place.peel("run", "p.yaml", code=2)
        expect(f"has no key '{name}'" in result.err, result)
    place.write("presets/mine.yaml", "summary: x\nproviders: {}\nstages: [flip]\n")
    place.write("p.yaml", PIPELINE.replace('to: "out/{name}.png"', "preset: mine"))
    result = place.peel("run", "p.yaml", code=2)
    expect("a preset has no key 'providers'" in result.err, result)


def test_mistakes_of_the_configuration_and_the_pipeline_are_told_in_one_go(place):
    Calls(place)
    with open(place_config(place), "a", encoding="utf-8") as stream:
        stream.write("    tiemout: 5s\n")
    place.write("p.yaml", PIPELINE + "ouputs: []\n")
    for command in ("run", "plan", "check"):
        result = place.peel(command, "p.yaml", code=2)
        expect("did you mean 'timeout'?" in result.err, result)
        expect("did you mean 'outputs'?" in result.err, result)
    doctor = place.peel("doctor", code=None)
    expect("problem  config" in doctor.out and "'timeout'" in doctor.out, doctor)


def test_doctor_looks_for_the_program(place):
    calls = Calls(place)
    expect(f"config.yaml runs {calls.path('make')}" in place.peel("doctor", code=None).out, "there")
    os.remove(calls.path("make"))
    doctor = place.peel("doctor", code=1)
    expect("cannot be run: No such file" in doctor.out, doctor)


def test_programs_run_without_worker_processes_too(place):
    calls = Calls(place, cost=0.05)
    place.write("p.yaml", PIPELINE)
    place.run("--no-isolate", "--on-miss", "generate")
    expect_equal((len(calls.runs), journal_words(place)), (1, ["begin", "stored"]), "done")


def test_what_is_cached_needs_no_configuration(place):
    Calls(place)
    place.write("p.yaml", PIPELINE)
    place.run()
    os.remove(place_config(place))
    expect_equal(place.run("--refresh", "*").summary["made"], 1, "made")
    place.write("p.yaml", PIPELINE.replace("A cup", "A jug"))
    result = place.peel("run", "p.yaml", code=7)
    expect("nothing is configured for the provider 'command'" in result.err, result)
    expect(place_config(place) in result.err, result)
    plan = place.peel("plan", "p.yaml")
    expect("nothing is configured for the provider 'command'" in plan.err, plan)


# ---- permission ----

def test_a_paid_miss_without_a_terminal_fails_and_runs_nothing(place):
    calls = Calls(place, cost=0.05)
    place.write("p.yaml", PIPELINE)
    result = place.peel("run", "p.yaml", code=7)
    for word in ("cup: failed", "it would be paid for, but nobody can be asked here",
                 "asked: command (command), 64x48 px, 0.05 USD: A cup, price $20",
                 "--on-miss generate", "peel cache restore BUNDLE"):
        expect(word in result.err, f"'{word}' is said: {result}")
    expect_equal((calls.runs, journal(place)), ([], []), "runs and journal")
    expect_equal(place.run(code=7).summary["exit"], 7, "as JSON")


def test_offline_and_fail_make_nothing_free_or_not(place):
    calls = Calls(place)
    place.write("p.yaml", PIPELINE)
    for arguments, word in (("--offline",), "--offline lets none be made"), \
                           (("--on-miss", "fail"), "--on-miss fail lets none be made"):
        result = place.peel("run", "p.yaml", *arguments, code=7)
        expect(word in result.err, result)
        plan = place.peel("plan", "p.yaml", *arguments, code=7)
        expect("1 original is not in the cache, and " + word in plan.err, plan)
        expect("1 to generate" in plan.out, plan)
        place.peel("plan", "p.yaml", "-k", *arguments, code=7)
    expect_equal(calls.runs, [], "runs")
    place.run()
    expect_equal(place.run("--offline", "--refresh", "*").summary["made"], 1, "made of the cached")


def test_synthetic_pictures_are_misses_too(place):
    place.write("p.yaml", PIPELINE.replace("command", "synthetic"))
    result = place.peel("run", "p.yaml", "--offline", code=7)
    expect("asked: synthetic (painter), 64x48 px, free: A cup" in result.err, result)
    place.run()
    place.run("--offline")


def test_keep_going_makes_what_is_there(place):
    calls = Calls(place)
    place.write("p.yaml", THREE)
    place.run("--only", "cup@2")
    result = place.run("--offline", "-k", "--refresh", "*", code=3)
    expect_equal((result.summary["made"], result.summary["failed"]), (1, 2), "made and failed")
    expect_equal(len(calls.runs), 1, "runs")


def test_a_plan_tells_the_price(place):
    calls = Calls(place, cost=0.134)
    place.write("p.yaml", THREE)
    plan = place.peel("plan", "p.yaml")
    expect("buy    cup@1: 64x48 expected, 0.1340 USD, command (command)" in plan.out, plan)
    expect("3 to generate for 0.4020 USD" in plan.out, plan)
    events = place.peel("plan", "--json", "p.yaml")
    expect(abs(events.summary["missing-usd"] - 0.402) < 1e-9, events)
    missing = next(e for e in events.events if e["event"] == "original")
    expect_equal((missing["provider"], missing["cost-usd"]), ("command", 0.134), "the event")
    place.peel("plan", "p.yaml", "--max-cost", "0.402")
    plan = place.peel("plan", "p.yaml", "--max-cost", "0.4", code=6)
    expect("3 originals are not in the cache; making them costs 0.4020 USD, and --max-cost allows "
           "0.40 USD" in plan.err, plan)
    expect_equal(calls.runs, [], "runs")


def test_a_budget_is_kept_before_anything_is_spent(place):
    calls = Calls(place, cost=0.5)
    place.write("p.yaml", THREE)
    result = place.peel("run", "p.yaml", "--on-miss", "generate", "--max-cost", "1.49", code=6)
    expect("Nothing was spent" in result.err, result)
    expect_equal((calls.runs, journal(place), place.files()), ([], [], {}), "done")
    place.run("--on-miss", "generate", "--max-cost", "0.5", "--only", "cup@1")
    # One is there now.
    expect_equal(place.run("--on-miss", "generate", "--max-cost", "1").summary["spent-usd"], 1,
                 "spent")
    expect_equal(len(calls.runs), 3, "runs")
    place.run("--max-cost", "0")


def test_a_budget_is_for_all_pipelines_of_a_command(place):
    calls = Calls(place, cost=0.5)
    place.write("a.yaml", PIPELINE)
    place.write("b.yaml", PIPELINE.replace("A cup", "A jug").replace("name: cup", "name: jug"))
    place.peel("run", "a.yaml", "b.yaml", "--on-miss", "generate", "--max-cost", "0.9", code=6)
    expect_equal(len(calls.runs), 1, "runs")


def test_equal_requests_are_paid_for_once(place):
    calls = Calls(place, cost=0.5)
    with open(place_config(place), "a", encoding="utf-8") as stream:
        stream.write("    jobs: 4\n")
    place.write("p.yaml", THREE.replace("A cup ${n}", "A cup"))
    result = place.run("--on-miss", "generate", "--max-cost", "0.5", "-j4")
    expect_equal((result.summary["spent-usd"], result.summary["made"]), (0.5, 3), "spent and made")
    expect_equal(len(calls.runs), 1, "runs")


def test_what_could_not_be_read_is_not_paid_for(place):
    calls = Calls(place, cost=0.5)
    place.write("p.yaml", PIPELINE)
    result = place.peel("run", "p.yaml", "--on-miss", "generate", "--max-edge", "50", code=2)
    expect("64x48 px, which is more than --max-pixels and --max-edge" in result.err, result)
    expect_equal(calls.runs, [], "runs")


def test_a_terminal_is_asked_once_for_the_whole_run(place):
    calls = Calls(place, cost=0.05)
    place.write("p.yaml", THREE)
    code, shown, n_asked = support.at_terminal(place, b"\n")
    expect("3 originals are not in the cache; command would make them for 0.15 USD. Go on? [y/N]"
           in shown, shown)
    expect("the answer was no" in shown, shown)
    expect_equal((code, n_asked, calls.runs), (7, 1, []), "a no")
    code, shown, n_asked = support.at_terminal(place, b"yes\n")
    expect_equal((code, n_asked, len(calls.runs)), (0, 1, 3), f"a yes: {shown}")
    code, _, n_asked = support.at_terminal(place, b"n\n", "--refresh", "*")
    expect_equal((code, n_asked), (0, 0), "nothing to ask")


def test_a_terminal_is_not_asked_for_what_is_free_or_agreed_to(place):
    calls = Calls(place)
    place.write("p.yaml", THREE)
    expect_equal(support.at_terminal(place, b"n\n")[::2], (0, 0), "free")
    calls.configure(cost=0.05)
    expect_equal(support.at_terminal(place, b"n\n", "--on-miss", "generate", "--regenerate", "*")[::2],
                 (0, 0), "agreed to")
    expect_equal(support.at_terminal(place, b"n\n", "--on-miss", "fail", "--regenerate", "*")[::2],
                 (7, 0), "refused")


def test_ctrl_c_at_the_question_is_an_interrupt(place):
    calls = Calls(place, cost=0.05)
    place.write("p.yaml", PIPELINE)
    code, shown, _ = support.at_terminal(place, b"\x03")
    expect_equal((code, calls.runs), (130, []), shown)


# ---- asking again ----

def test_regenerate_asks_again_and_the_newest_answers(place):
    calls = Calls(place)
    for i in (1, 2, 3, 4):
        calls.write(f"picture-{i}.png", support.png(64, 48, seed=i))
    first, second = (support.sha256(support.png(64, 48, seed=i)) for i in (1, 2))
    place.write("p.yaml", PIPELINE)
    place.run()
    expect_equal(originals(place), [first], "the first")
    plan = place.peel("plan", "p.yaml", "--regenerate", "c*", "-v")
    expect("--regenerate asks for another original" in plan.out, plan)
    expect_equal(place.run("--regenerate", "jug").summary["originals-cached"], 1, "another glob")
    result = place.run("--regenerate", "c*")
    expect_equal((result.summary["originals-generated"], result.summary["made"]), (1, 1), "again")
    expect_equal(originals(place), sorted([first, second]), "the old one stays")
    original = next(e for e in place.run().events if e["event"] == "original")
    expect_equal((original["how"], original["sha256"]), ("cached", second), "the newest answers")
    place.peel("run", "p.yaml", "--regenerate", "*", "--offline", code=7)


def test_regenerate_asks_once_for_equal_requests(place):
    calls = Calls(place)
    place.write("p.yaml", THREE.replace("A cup ${n}", "A cup"))
    place.run()
    for jobs in ("-j1", "-j4"):
        before = len(calls.runs)
        place.run("--regenerate", "*", jobs)
        expect_equal(len(calls.runs), before + 1, "runs")


def test_a_lost_paid_original_is_bought_again_only_when_asked_for(place):
    calls = Calls(place, cost=0.05)
    place.write("p.yaml", PIPELINE)
    place.run("--on-miss", "generate")
    original = originals(place)[0]
    place.lose(original)
    result = place.peel("run", "p.yaml", "--on-miss", "generate", code=8)
    expect("it is not paid for again by itself" in result.err, result)
    expect("--regenerate 'cup'" in result.err, result)
    expect_equal(len(calls.runs), 1, "runs")
    place.run("--on-miss", "generate", "--regenerate", "cup")
    expect_equal(len(calls.runs), 2, "runs")


# ---- together ----

def together(place, calls, n, *arguments):
    """Starts runs of `n` folders that ask the same at once; their summaries."""
    folders = [place.another(f"work-{i}") for i in range(n)]
    for each in folders:
        each.home = place.home
        each.write("p.yaml", PIPELINE)
    processes = [(each, subprocess.Popen(
        [support.PEEL, "run", "--json", "p.yaml", *arguments], cwd=each.folder, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=place.environment())) for each in folders]
    results = [(each, support.finish(process)) for each, process in processes]
    expect_equal({each.read("out/cup.png") == folders[0].read("out/cup.png")
                  for each, _ in results}, {True}, "equal outputs")
    return [result for _, result in results]


def test_twenty_processes_that_ask_the_same_make_one_call(place):
    calls = Calls(place, behaviour="sleep 2")
    results = together(place, calls, 20)
    expect_equal(len(calls.runs), 1, "runs of the program")
    hows = collections.Counter(e["how"] for r in results for e in r.events
                               if e["event"] == "original")
    expect_equal(hows, {"generated": 1, "cached": 19}, "how they got it")
    hashes = {e["sha256"] for r in results for e in r.events if e["event"] == "original"}
    expect_equal(sorted(hashes), originals(place), "the original")
    nothing_is_left(place)


def test_paid_calls_of_many_processes_are_one_call(place):
    calls = Calls(place, cost=0.05, behaviour="sleep 1")
    results = together(place, calls, 6, "--on-miss", "generate")
    expect_equal(len(calls.runs), 1, "runs of the program")
    expect_equal(journal_words(place), ["begin", "stored"], "the journal")
    expect_equal(sum(r.summary["spent-usd"] for r in results), 0.05, "spent")


def test_a_killed_holder_does_not_block_the_others(place):
    calls = Calls(place, cost=0.05, behaviour='test "$(wc -l < "$here/runs")" = 1 && sleep 1000')
    place.write("p.yaml", PIPELINE)
    holder = place.start("run", "p.yaml", "--on-miss", "generate")
    support.wait_until(lambda: calls.runs, "the program is started")
    other = place.start("run", "--json", "p.yaml", "--on-miss", "generate")
    time.sleep(0.5)
    expect(other.poll() is None and len(calls.runs) == 1, "the other waits")
    holder.kill()
    holder.communicate()
    expect_equal(support.finish(other).summary["originals-generated"], 1, "made by the other")
    support.expect_dead(calls.runs, "the killed run's program")
    # The call that was cut off stays open: it may have been charged.
    words = journal_words(place)
    expect_equal(words, ["begin", "begin", "stored"], "the journal")
    first, _, third = journal(place)
    expect(first["call"] != third["call"], "the open call is the first")
    place.run()
    nothing_is_left(place)


def test_waiting_for_another_run_holds_nothing_else_up(place):
    calls = Calls(place, behaviour='case "$2" in *1*) sleep 3 ;; esac')
    place.write("p.yaml", THREE)
    holder = place.start("run", "p.yaml", "--only", "cup@1")
    support.wait_until(lambda: calls.runs, "the program is started")
    other = place.another("other")
    other.home = place.home
    other.write("p.yaml", THREE)
    process = subprocess.Popen([support.PEEL, "run", "--json", "-j1", "p.yaml"], cwd=other.folder,
                               text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=place.environment())
    support.wait_until(lambda: len(other.files()) == 2, "the other two are made meanwhile")
    expect(holder.poll() is None, "the first run is still at it")
    result = support.finish(process)
    expect_equal((result.summary["originals-generated"], result.summary["originals-cached"]),
                 (2, 1), "generated and cached")
    support.finish(holder)
    expect_equal(len(calls.runs), 3, "runs")


def test_programs_run_one_at_a_time_unless_more_are_allowed(place):
    calls = Calls(place, behaviour='mkdir "$here/busy" || echo overlap >> "$here/overlaps"\n'
                                   'sleep 0.3; rmdir "$here/busy"')
    place.write("p.yaml", THREE)
    place.run("-j4")
    expect(not os.path.exists(calls.path("overlaps")), "programs that overlap")
    # Each waits until there are three more.
    calls.behave('while test "$(wc -l < "$here/runs")" -lt 6; do sleep 0.05; done')
    with open(place_config(place), "a", encoding="utf-8") as stream:
        stream.write("    jobs: 3\n")
    place.run("-j4", "--regenerate", "*")
    expect_equal(len(calls.runs), 6, "runs")


# ---- ends ----

def interrupted(place, cost, numbers, seconds):
    calls = Calls(place, cost=cost, behaviour=f"sleep {seconds}")
    place.write("p.yaml", THREE)
    process = place.start("run", "--json", "-j1", "p.yaml", "--on-miss", "generate")
    support.wait_until(lambda: calls.runs, "the program is started")
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.1)
    result = support.finish(process, 130)
    support.expect_dead(calls.runs, "the program")
    expect_equal(len(calls.runs), 1, "runs")
    expect_equal(result.summary["failed"], 0, "failures")
    return result


def test_the_first_interrupt_lets_a_paid_call_land(place):
    result = interrupted(place, 0.05, [signal.SIGINT], 3)
    expect_equal(len(originals(place)), 1, "originals")
    expect_equal(journal_words(place), ["begin", "stored"], "the journal")
    expect_equal((result.summary["originals-generated"], result.summary["made"]), (1, 0), "done")
    nothing_is_left(place)


def test_the_first_interrupt_ends_a_free_call(place):
    interrupted(place, None, [signal.SIGINT], 1000)
    expect_equal(originals(place), [], "originals")
    nothing_is_left(place)


def test_the_second_interrupt_ends_a_paid_call_and_leaves_it_open(place):
    interrupted(place, 0.05, [signal.SIGTERM, signal.SIGTERM], 1000)
    expect_equal(originals(place), [], "originals")
    expect_equal(journal_words(place), ["begin"], "the journal")


def test_a_killed_run_takes_its_program_along_and_leaves_the_call_open(place):
    calls = Calls(place, cost=0.05, behaviour='sleep 1000 & echo $! >> "$here/runs"; sleep 1000')
    place.write("p.yaml", PIPELINE)
    process = place.start("run", "p.yaml", "--on-miss", "generate")
    support.wait_until(lambda: len(calls.runs) == 2, "the program is started")
    process.kill()
    process.communicate()
    support.expect_dead(calls.runs, "the program and its child")
    expect_equal(journal_words(place), ["begin"], "the journal")
    verified = place.peel("cache", "verify", code=None)
    expect("command for cup of cup has no result and nobody is making it now: it may have been "
           "charged" in verified.out + verified.err, verified)
    calls.behave("")
    place.run("--on-miss", "generate")
    expect_equal(journal_words(place), ["begin", "begin", "stored"], "the journal")
    nothing_is_left(place)


def test_a_paid_picture_of_a_killed_run_is_kept(place):
    calls = Calls(place, cost=0.05, behaviour='cp "$here/picture.png" "$1"; sleep 1000')
    place.write("p.yaml", PIPELINE)
    process = place.start("run", "p.yaml", "--on-miss", "generate")

    def written():
        return any(names for folder, _, names in os.walk(os.path.join(place.home, "calls")))
    support.wait_until(written, "the picture is written")
    process.kill()
    process.communicate()
    support.expect_dead(calls.runs, "the program")
    calls.behave("")
    result = place.run("--on-miss", "generate")
    expect("a picture that was paid for had been written" in result.out, result)
    kept = os.listdir(os.path.join(place.home, "quarantine"))
    expect_equal(len(kept), 1, "kept pictures")
    with open(os.path.join(place.home, "quarantine", kept[0]), "rb") as stream:
        expect_equal(stream.read(), support.png(64, 48), "what is kept")


def test_an_unwritable_journal_lets_no_paid_call_be_made(place):
    calls = Calls(place, cost=0.05)
    place.write("p.yaml", PIPELINE)
    os.makedirs(os.path.join(place.home, "journal.jsonl"))
    result = place.peel("run", "p.yaml", "--on-miss", "generate", code=1)
    expect("what was spent today is not known, so nothing is asked" in result.err, result)
    expect("journal.jsonl: Is a directory" in result.err, result)
    expect_equal(calls.runs, [], "runs")


support.main(globals())
