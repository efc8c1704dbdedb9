"""What a person or a script sees of a run: events, streams kept apart, pipes, and the progress line."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import support
from support import expect, expect_equal

PIPELINE = """\
version: 1
matrix:
  n: [1, 2]
stages:
  - generate: { provider: synthetic, prompt: "Barn ${n}", resolution: 320x240 }
outputs:
  - stages: [{ resize: { width: 40 } }, { recompress: { format: jpeg } }]
    to: "out/{name}.jpg"
  - stages: [{ resize: { width: 60 } }, { recompress: { format: webp } }]
    to: "out/{name}.webp"
"""
WRONG = "version: 1\nstages:\n  - generte: { prompt: x }\n"

KNOWN = {
    "start": {"pipeline", "images"},
    "original": {"image", "how", "width", "height"},
    "output": {"image", "path", "status"},
    "summary": {"exit"},
    "warning": {"message"},
    "check": {"pipeline", "ok"},
}


def expect_events(result, code):
    """Every line is an event with its members, the last one (and no other but those of single
    pipelines) is the summary, and it knows the exit code."""
    for event in result.events:
        expect(event["event"] in KNOWN, f"unknown event {event}")
        expect(KNOWN[event["event"]] <= set(event), f"members are missing in {event}")
    expect_equal(result.summary["event"], "summary", "last event")
    expect_equal(result.summary["exit"], code, "exit code in the summary")


def test_json_is_events_with_a_summary_for_every_command(place):
    place.write("p.yaml", PIPELINE)
    place.write("wrong.yaml", WRONG)
    for command in ("check", "plan", "explain", "run", "run"):
        expect_events(place.peel(command, "p.yaml", "--json"), 0)
        expect_events(place.peel("--json", command, "wrong.yaml", code=2), 2)
    two = place.peel("run", "-k", "wrong.yaml", "p.yaml", "--json", code=2)
    expect_events(two, 2)
    expect_equal((two.summary["pipelines"], two.summary["failed"]), (2, 1), "both are counted")
    place.write("a.png", support.png(32, 32))
    expect_events(place.peel("derive", "a.png", "--preset", "web/nope", "--json", code=2), 2)
    expect_events(place.peel("derive", "a.png", "--json", code=2), 2)
    expect_events(place.peel("derive", "a.png", "--preset", "web/thumb", "--with", "width=16",
                             "--json"), 0)


def command_names(*parent):
    """Those that the program lists, so that no command is without a case."""
    text = subprocess.run([support.PEEL, "help", *parent], text=True, capture_output=True,
                          check=True).stdout
    listing = text.split("Commands:\n")[1].split("\n\n")[0]
    for word in re.findall(r"^  (\S+)", listing, re.MULTILINE):
        if word == "cache":
            yield from command_names("cache")
        else:
            yield " ".join([*parent, word])


def expect_ends_in_summary(result, code, words):
    """Each line is an event, the last of them and no other the summary."""
    events = result.events
    expect(events and all("event" in event for event in events), f"{words}: {result}")
    expect_equal((events[-1]["event"], events[-1]["exit"]), ("summary", code), f"end of {words}")
    expect_equal(result.err, "", f"stderr of {words}")
    # An input that is wrong is told as itself by these, and counted in the summary.
    told = [event for event in events if "error" in event or event.get("health") == "problem"]
    expect_equal(bool(told), code != 0, f"error of {words}: {result}")


def test_json_ends_in_a_summary_whatever_happens(place):
    place.write("p.yaml", PIPELINE)
    place.write("a.png", support.png(32, 32))
    place.run()
    one = place.peel("cache", "import", "a.png", "--json").events[0]["sha256"]
    place.peel("cache", "export", "b.tar")
    no_home = ("--home", place.write("file", "x"))
    cases = {
        "cache cat": ([one, "--to", "c.png"], ["dead", "--to", "c.png"]),
        "cache export": (["c.tar"], ["c.tar", "dead"]),
        "cache gc": (["--max-size", "1GB"], []),
        "cache import": (["a.png"], ["nowhere.png"]),
        "cache ls": ([], ["--since", "bogus"]),
        "cache rebuild": ([], no_home),
        "cache repack": ([one], ["dead"]),
        "cache restore": (["b.tar"], ["nowhere.tar"]),
        "cache show": ([one], ["dead"]),
        "cache stat": ([], no_home),
        "cache tag": ([one, "--add", "x"], [one]),
        "cache verify": ([], ["dead"]),
        "check": (["p.yaml"], ["nowhere.yaml"]),
        "compare": (["p.yaml", "--on", "synthetic,command", "--only", "p@1"], ["p.yaml"]),
        "derive": (["a.png", "--preset", "web/thumb", "--with", "width=16"], ["a.png"]),
        "doctor": ([], ["--home", place.path("file/home")]),
        "explain": (["p.yaml"], ["nowhere.yaml"]),
        "inspect": (["a.png", one], ["nowhere.png"]),
        "models": (["nano-banana-pro"], ["bogus"]),
        "pick": (["p@1"], ["nobody"]),
        "plan": (["p.yaml"], ["nowhere.yaml"]),
        "presets": (["web/thumb"], ["bogus"]),
        "providers": (["vertex"], ["bogus"]),
        "run": (["p.yaml"], ["nowhere.yaml"]),
        "schema": (["preset"], ["bogus"]),
        "stages": (["resize"], ["bogus"]),
        "trust": (["shop", "--yes"], ["nowhere"]),
    }
    place.write("shop/peel.yaml", "providers: {}\n")
    copies = {"program": ["/bin/cp", place.path("a.png"), "{output}"]}
    place.write("../config/peel/config.yaml", json.dumps({"providers": {"command": copies}}))
    expect_equal(sorted(cases), sorted(command_names()), "commands with a case")
    for name, (good, bad) in cases.items():
        words = name.split()
        expect_ends_in_summary(place.peel(*words, *good, "--json"), 0, words)
        failed = place.peel(*words, *bad, "--json", code=None)
        expect(failed.code != 0, f"{words} {bad}: {failed}")
        expect_ends_in_summary(failed, failed.code, words)
        unknown = place.peel(*words, "--bogus", "--json", code=2)
        expect_ends_in_summary(unknown, 2, words)
    for name, code in (("a.png", 0), ("nowhere.png", 1)):
        words = ["check", "--preset-rules", "shop/shopify", name]
        expect_ends_in_summary(place.peel(*words, "--json", code=code), code, words)
    for words in (["plan"], ["cache"], ["bogus"], ["cache", "bogus"], ["-q"], ["doctor", "now"]):
        expect_ends_in_summary(place.peel(*words, "--json", code=2), 2, words)
    for words in (["models"], ["presets"], ["providers"], ["stages"]):
        listed = place.peel(*words, "--json")
        expect_equal(listed.summary[words[0]], len(listed.events) - 1, "how many are listed")


def test_json_has_no_place_where_bytes_go(place):
    place.write("a.png", support.png(32, 32))
    one = place.peel("cache", "import", "a.png", "--json").events[0]["sha256"]
    for words in (["cache", "cat", one], ["cache", "export", "-"],
                  ["derive", "a.png", "--preset", "web/thumb", "--to", "-"],
                  ["inspect", "a.png", "--extract", "icc", "--to", "-"]):
        refused = place.peel(*words, "--json", code=2)
        expect_equal(refused.out, "", f"stdout of {words}")
        expect("--json has no place there" in refused.err, repr(refused))


def test_stdout_has_results_and_stderr_the_rest(place):
    place.write("p.yaml", PIPELINE)
    made = place.peel("run", "p.yaml")
    rows = made.out.splitlines()
    expect_equal(len(rows), 5, f"four rows and a summary: {made}")
    for row in rows[:4]:
        expect(re.fullmatch(r"made  +\d+x\d+ +[\d.]+ K?B +[-+x][\d.]+( %)?  out/\S+", row),
               f"no row of an output: {row!r}")
    expect(re.fullmatch(r"p: 4 made \(2 images, 2 generated\), .* in [\d.]+ s", rows[4]),
           f"no summary: {rows[4]!r}")
    expect("\033" not in made.out + made.err, "colours without a terminal")
    expect("0/0" not in made.err, f"progress of outputs that nobody knows yet: {made}")
    quiet = place.peel("-q", "run", "p.yaml", "--refresh", "*.jpg")
    expect_equal(quiet.err, "", "stderr of -q")
    expect_equal(len(quiet.out.splitlines()), 2, f"-q gives results alone: {quiet}")
    wrong = place.write("wrong.yaml", WRONG)
    refused = place.peel("run", wrong, code=2)
    expect_equal(refused.out, "", "stdout of an error")
    expect("did you mean 'generate'?" in refused.err, f"no hint: {refused}")
    colored = place.peel("--color", "always", "run", "p.yaml", "--refresh", "*.jpg")
    expect("\033[32mmade" in colored.out, f"no colour: {colored}")


def test_terminal_commands_in_names_and_messages_are_not_obeyed(place):
    name = "a\033[2J\n\x7f\u009b31mb"
    place.write(name + ".png", support.png(64, 48))
    one = ("--preset", "web/thumb", "--with", "format=webp", "--with", "width=16")
    to = f"out/{name}.webp"
    shown = name.translate({ord(sign): "\ufffd" for sign in "\033\n\x7f\u009b"})
    made = place.peel("derive", name + ".png", *one, "--to", to, "-v")
    expect(f"  out/{shown}.webp\n" in made.out, f"a row: {made}")
    place.write(name + ".png", "no picture")
    failed = place.peel("derive", name + ".png", *one, "--to", to, code=1)
    unknown = place.peel("rnu\033[2J\u009b", code=2)
    for said in (made.out, made.err, failed.out, failed.err, unknown.err):
        for sign in "\033\x7f\u009b":
            expect(sign not in said, f"{sign!r} in {said!r}")
    expect("rnu\ufffd[2J\ufffd" in unknown.err, repr(unknown))
    place.peel("derive", name + ".png", *one, "--to", to, "--json", code=1)


def test_plan_tells_totals_and_makes_nothing(place):
    place.write("p.yaml", PIPELINE)
    plan = place.peel("plan", "p.yaml")
    expect("p: 4 to make (2 images, 2 to generate)" in plan.out, f"no totals: {plan}")
    expect_equal(place.files(), {}, "outputs")
    explained = place.peel("explain", "p.yaml", "*.jpg")
    expect_equal(explained.out.count("its original is not there yet"), 2, repr(explained))
    nothing = place.peel("run", "p.yaml", "--only", "*.jpeg")
    expect("no output matches" in nothing.err, f"a pattern for nothing is told: {nothing}")


def test_explain_says_what_changed(place):
    place.write("p.yaml", PIPELINE)
    place.peel("run", "p.yaml")
    place.write("p.yaml", PIPELINE.replace("width: 40", "width: 44, kernel: cubic")
                .replace("format: webp", "format: webp, quality: 60"))
    for said in ("out/p-1.jpg: 'resize' changed: kernel (default) is \"cubic\" now, "
                 "width \"40\" is \"44\" now\n",
                 "out/p-2.webp: 'recompress' changed: quality (default) is \"60\" now\n"):
        explained = place.peel("explain", "p.yaml")
        expect(said in explained.out, f"{said!r} is not in {explained}")


def test_reader_that_leaves_does_no_harm(place):
    place.write("p.yaml", PIPELINE)
    process = place.start("run", "p.yaml")
    process.stdout.close()
    process.stdout = None
    support.finish(process, 0)
    expect_equal(len(place.files()), 4, "outputs")
    with open("/dev/full", "w", encoding="ascii") as full:
        full_disk = subprocess.run([support.PEEL, "presets"], stdout=full, stderr=subprocess.PIPE,
                                   text=True, check=False, timeout=60)
    expect_equal(full_disk.returncode, 1, "exit code when results cannot be written")
    expect("cannot write the results" in full_disk.stderr, full_disk.stderr)


def pipe(place, data, *arguments, code=0):
    done = subprocess.run([support.PEEL, *arguments], input=data, capture_output=True, check=False,
                          cwd=place.folder, env=place.environment(), timeout=support.TIMEOUT_S)
    expect_equal(done.returncode, code, f"exit code of {arguments}\n{done.stderr.decode()}")
    return done


def test_reader_that_leaves_a_sent_picture_is_no_error(place):
    place.write("big.png", support.png(900, 900))
    one = ("--with", "format=webp", "--with", "width=800")
    process = place.start("derive", "big.png", "--preset", "web/thumb", *one, "--to", "-")
    process.stdout.close()
    process.stdout = None
    support.finish(process, 0)
    with open("/dev/full", "w", encoding="ascii") as full:
        full_disk = subprocess.run(
            [support.PEEL, "derive", "big.png", "--preset", "web/thumb", *one, "--to", "-"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=place.folder,
            env=place.environment(), timeout=support.TIMEOUT_S)
    expect_equal(full_disk.returncode, 1, "exit code when the picture cannot be written")
    expect("cannot write the picture" in full_disk.stderr, full_disk.stderr)


def test_derive_works_in_a_pipe(place):
    picture = support.png(64, 48)
    one = ("--with", "format=webp", "--with", "width=32")
    sent = pipe(place, picture, "derive", "-", "--preset", "web/thumb", *one, "--to", "-")
    expect_equal((sent.stdout[:4], sent.stdout[8:12]), (b"RIFF", b"WEBP"), "what was sent")
    expect_equal(sent.stderr, b"", "stderr")
    several = pipe(place, picture, "derive", "-", "--preset", "web/thumb", "--to", "-", code=2)
    expect_equal(several.stdout, b"", "nothing is sent when there are several")
    expect(b"takes one picture, but this makes 3" in several.stderr, several.stderr)
    bad = pipe(place, b"no picture", "derive", "-", "--preset", "web/thumb", *one, "--to", "-",
               code=1)
    expect_equal(bad.stdout, b"", "nothing is sent of what is no picture")
    expect_equal([name for name in os.listdir(place.folder) if name != "out"], [], "files left")


def test_picture_in_place_of_a_pipeline_is_named(place):
    place.write("a.png", support.png(20, 20))
    for command in ("check", "plan", "explain", "run"):
        wrong = place.peel(command, "a.png", code=2)
        expect("peel: a.png is a picture, not a pipeline: 'peel derive a.png --preset" in wrong.err,
               repr(wrong))
        expect_events(place.peel(command, "a.png", "--json", code=2), 2)


def test_derive_finds_presets_where_it_stands(place):
    """As 'peel presets' lists them, before those of the config folder and the built-in ones."""
    os.makedirs(place.path("presets/own"))
    place.write("presets/own/small.yaml", "summary: Ours\nstages: [resize: 10]\nto: small.png\n")
    place.write("a.png", support.png(64, 48))
    place.peel("derive", "a.png", "--preset", "own/small")
    expect(os.path.exists(place.path("small.png")), "the file of the preset")
    elsewhere = place.path("elsewhere")
    os.makedirs(elsewhere)
    result = place.peel("derive", "../a.png", "--preset", "own/small", cwd=elsewhere, code=2)
    expect("there is no preset 'own/small'" in result.err, result.err)


def test_derive_takes_odd_names_and_hashes(place):
    one = ("--preset", "web/thumb", "--with", "format=webp", "--with", "width=16")
    for name in ("a[1].png", "b*.png", "c {x} ${y}.png", "größe.png", "-dash.png"):
        place.write(name, support.png(20, 20))
        made = place.peel("derive", *one, "--to", "out/x.webp", "--json", "--", name)
        expect_equal(made.outputs("made") + made.outputs("up-to-date"), ["out/x.webp"], name)
    digest = next(e["sha256"] for e in made.events if e["event"] == "original")
    again = place.peel("derive", digest[:10], *one, "--to", "out/h.webp")
    expect("out/h.webp" in again.out, f"made from a hash: {again}")
    unknown = place.peel("derive", "0123456789", *one, code=2)
    expect("no original of that hash" in unknown.err, repr(unknown))


# ---- a terminal ----

def on_terminal(place, columns, *arguments, extra=None):
    """What is shown, in pieces with their times."""
    pid, fd = pty.fork()
    size = struct.pack("HHHH", 24, columns, 0, 0)
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, size)
        os.chdir(place.folder)
        environment = place.environment() | {"TERM": "xterm"} | (extra or {})
        os.execve(support.PEEL, [support.PEEL, *arguments], environment)
    start, pieces = time.monotonic(), []
    while select.select([fd], [], [], support.TIMEOUT_S)[0]:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append((time.monotonic() - start, piece.decode()))
    os.close(fd)
    return pieces, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_progress_is_a_line_that_goes_away(place):
    place.write("p.yaml", PIPELINE)
    pieces, code = on_terminal(place, 60, "run", "p.yaml", "-j1")
    text = "".join(piece for _, piece in pieces)
    expect_equal(code, 0, f"exit code\n{text}")
    # Half a second when nothing else runs here; the tests run side by side and sanitized.
    expect(pieces[0][0] < 5 and "planning" in pieces[0][1], f"first: {pieces[0]}")
    expect(re.search(r"originals \[#*\.*\] \d/2  outputs \[#*\.*\] \d/\d", text), repr(text))
    for line in re.findall(r"\r([^\r\n]*)\x1b\[K", text):
        expect(len(line) < 60, f"wider than the terminal: {line!r}")
    shown = re.sub(r"\r[^\r\n]*\x1b\[K", "", text).replace("\r\n", "\n")
    expect(shown.endswith(" s\n"), f"the summary is the last that is shown: {shown!r}")
    expect_equal(shown.count("\033[32mmade"), 4, f"rows in colour: {shown!r}")


def test_terminal_that_is_narrow_or_dumb_is_respected(place):
    place.write("p.yaml", PIPELINE)
    pieces, _ = on_terminal(place, 24, "run", "p.yaml", extra={"NO_COLOR": "1"})
    text = "".join(piece for _, piece in pieces)
    expect("\033[3" not in text, f"colours in spite of NO_COLOR: {text!r}")
    for line in re.findall(r"\r([^\r\n]*)\x1b\[K", text):
        expect(len(line) < 24, f"wider than the terminal: {line!r}")
    pieces, _ = on_terminal(place, 80, "run", "p.yaml", "--refresh", "*", extra={"TERM": "dumb"})
    expect("\033" not in "".join(piece for _, piece in pieces), f"escapes: {pieces}")


def test_doctor_finds_this_machine_well(place):
    result = place.peel("doctor")
    for name in ("JPEG", "PNG", "WebP", "AVIF", "TIFF", "cache", "presets", "network", "clock"):
        expect(re.search(rf"^ok +{name} ", result.out, re.MULTILINE), f"{name}: {result}")
    expect(not os.path.exists(place.home), "the cache's folder is not made")
    place.write("file", "x")
    sick = place.peel("doctor", "--json", "--home", place.path("file/home"), code=1)
    found = [json.loads(line) for line in sick.out.splitlines()]
    expect_equal([f["name"] for f in found if f.get("health") == "problem"], ["cache"], "problems")
    expect_equal((found[-1]["event"], found[-1]["exit"]), ("summary", 1), "summary")


if __name__ == "__main__":
    support.main(globals())
