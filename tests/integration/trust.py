"""A project's peel.yaml counts once it is trusted, and nothing else that is passed around can run a
program, choose who is asked, or send what is none of its business."""

import json
import os
import pty
import select
import stat

import support
from calls import Calls
from generating import Service
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: cup
stages:
  - generate: { provider: command, prompt: A cup, resolution: 64x48 }
outputs:
  - to: "out/{name}.png"
"""
UNUSED = "is not used: you have not trusted it; to see what it would allow: peel trust "


class Trap:
    """A program that nobody may run: what it leaves tells that somebody did."""

    def __init__(self, place):
        self.place = place
        self.mark = os.path.join(place.root, "caught")
        self.path = place.write("trap", f'#!/bin/sh\ntouch "{self.mark}"\n'
                                        f'cp "{place.path("cup.png")}" "$1"\n')
        os.chmod(self.path, 0o755)
        place.write("cup.png", support.png(64, 48))

    @property
    def config(self):
        return f'providers: {{ command: {{ program: [{self.path}, "{{output}}"] }} }}\n'

    @property
    def has_run(self):
        return os.path.exists(self.mark)


def project(place):
    """A pipeline beside a peel.yaml that names a program."""
    trap = Trap(place)
    place.write("p.yaml", PIPELINE)
    place.write("peel.yaml", trap.config)
    return trap


def trusted_file(place):
    return os.path.join(place.root, "state", "peel", "trusted")


def warnings(result):
    return [e["message"] for e in result.events if e["event"] == "warning"]


# ---- the project's configuration ----

def test_untrusted_project_is_told_of_and_not_used(place):
    trap = project(place)
    for command, code in (("run", 7), ("plan", 0), ("explain", 0), ("check", 0)):
        result = place.peel(command, "p.yaml", code=code)
        told = [line for line in result.err.splitlines() if UNUSED in line]
        expect_equal(told, [f"peel: {place.path('peel.yaml')} {UNUSED}."], command)
        as_json = place.peel(command, "--json", "p.yaml", code=code)
        expect_equal(warnings(as_json)[:1], [f"{place.path('peel.yaml')} {UNUSED}."], command)
    imported = place.peel("cache", "import", "cup.png", "--pipeline", "p.yaml", "--image", "cup")
    expect_equal(imported.err.count(UNUSED), 1, repr(imported))
    expect(not trap.has_run, "the program was run")


def test_untrusted_project_is_not_parsed(place):
    project(place)
    place.write("peel.yaml", "{{{ : nonsense\n")
    result = place.peel("check", "p.yaml")
    expect(UNUSED in result.err and "nonsense" not in result.err, repr(result))


def test_several_pipelines_need_one_warning(place):
    project(place)
    place.write("q.yaml", PIPELINE)
    result = place.peel("check", "p.yaml", "q.yaml")
    expect_equal(result.err.count(UNUSED), 1, f"warnings\n{result}")
    other = place.peel("check", place.path("p.yaml"), cwd=place.root)
    expect(other.err.endswith(UNUSED + place.folder + "\n"), repr(other))


def test_trusted_project_runs_its_program_until_it_changes(place):
    trap = project(place)
    shown = place.peel("trust", "--yes")
    expect(f"{trap.path} {{output}}" in shown.out, repr(shown))
    expect_equal(place.run().summary["made"], 1, "made")
    expect(trap.has_run, "the trusted program was not run")
    os.remove(trap.mark)
    place.write("peel.yaml", trap.config + "\n")
    result = place.run("--regenerate", "*", code=None)
    expect("it has changed since you trusted it" in warnings(result)[0], repr(result))
    expect(not trap.has_run, "a program of a changed configuration was run")
    expect_equal([e["state"] for e in place.peel("trust", "--list", "--json").events[:-1]],
                 ["changed"], "list")


def test_trust_is_told_in_full_and_asked_for(place):
    trap = project(place)
    refused = place.peel("trust", code=2)
    expect(trap.path in refused.out and "add --yes" in refused.err, repr(refused))
    expect(not os.path.exists(trusted_file(place)), "trusted without a yes")
    for answer, code in ((b"no\n", 1), (b"\n", 1), (b"yes\n", 0)):
        text, found = answer_on_terminal(place, answer, "trust", place.folder)
        expect_equal(found, code, f"exit code after {answer}: {text}")
        expect(text.index(trap.path) < text.index("Do you trust it? [y/N]"), repr(text))
        expect_equal(os.path.exists(trusted_file(place)), code == 0, f"trusted after {answer}")
    expect("trusted already" in place.peel("trust").err, "twice")
    events = place.peel("trust", "--json").events
    expect_equal([(e["event"], e.get("kind"), e.get("state")) for e in events],
                 [("allows", "program", None), ("trusted", None, "trusted"),
                  ("summary", None, None)], "as JSON")


def answer_on_terminal(place, answer, *arguments):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place.folder)
        os.execve(support.PEEL, [support.PEEL, *arguments], place.environment())
    text = b""
    while select.select([terminal], [], [], support.TIMEOUT_S)[0]:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
        if text.endswith(b"[y/N] "):
            os.write(terminal, answer)
    os.close(terminal)
    return text.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_control_characters_of_a_stranger_do_not_reach_the_terminal(place):
    project(place)
    place.write("peel.yaml", 'providers: { command: { program: [/bin/x, "\\e[2J\\r\\nfine"] } }\n')
    shown = place.peel("trust", "--yes")
    expect("\x1b" not in shown.out and "\nfine" not in shown.out and "fine" in shown.out,
           repr(shown))


def test_list_and_forget(place):
    trap = project(place)
    place.peel("trust", "--yes")
    mode = stat.S_IMODE(os.stat(trusted_file(place)).st_mode)
    expect_equal(mode, 0o600, "mode of the list")
    listed = place.peel("trust", "--list", "--json").events
    expect_equal([(e["path"], e["sha256"], e["state"]) for e in listed[:-1]],
                 [(place.path("peel.yaml"), support.sha256(place.read("peel.yaml")), "trusted")],
                 "list")
    expect_equal(listed[-1]["trusted"], 1, "summary")
    os.remove(place.path("peel.yaml"))
    expect("gone" in place.peel("trust", "--list").out, "a file that is gone")
    place.write("peel.yaml", trap.config)
    place.peel("trust", "--forget", place.folder, cwd=place.root)
    expect_equal(place.peel("trust", "--list", "--json").summary["trusted"], 0, "forgotten")
    expect(UNUSED in place.peel("check", "p.yaml").err, "used though forgotten")


def test_what_others_can_write_is_refused(place):
    trap = project(place)
    place.peel("trust", "--yes")
    os.chmod(place.path("peel.yaml"), 0o664)
    refused = place.peel("trust", "--yes", code=2)
    expect("can be written by other users" in refused.err, repr(refused))
    result = place.run(code=None)
    expect("can be written by other users" in warnings(result)[0], repr(result))
    expect(not trap.has_run, "the program was run")


def test_mistakes_of_a_project_are_told_before_it_is_trusted(place):
    project(place)
    place.write("peel.yaml", "providers: { comand: { program: /bin/x } }\n")
    result = place.peel("trust", "--yes", code=2)
    expect("peel.yaml:1:14: there is no provider 'comand'; did you mean 'command'?" in result.err,
           repr(result))
    expect(not os.path.exists(trusted_file(place)), "trusted")


def test_damaged_list_is_no_hindrance(place):
    project(place)
    place.peel("trust", "--yes")
    with open(trusted_file(place), "ab") as stream:
        stream.write(b"\xff\x00garbage\nnot a line\n0123")
    expect(UNUSED not in place.peel("check", "p.yaml").err, "a good line before damage")


def test_two_at_once_are_both_remembered(place):
    places = [place.another(f"shop{i}") for i in range(6)]
    for one in places:
        one.write("peel.yaml", "models: {}\n")
    for process in [one.start("trust", "--yes") for one in places]:
        support.finish(process)
    expect_equal(place.peel("trust", "--list", "--json").summary["trusted"], 6, "trusted")


def test_derive_uses_no_project(place):
    project(place)
    result = place.peel("derive", "cup.png", "--preset", "web/thumb")
    expect("peel.yaml" not in result.err, repr(result))


# ---- what is passed around ----

def test_no_pipeline_can_run_a_program(place):
    trap = Trap(place)
    map_of_program = f'program: ["{trap.path}", "{{output}}"]'
    place.write("presets/evil.yaml", f"summary: Evil\n{trap.config}stages:\n  - resize: 10\n")
    place.write("parent.yaml", trap.config + PIPELINE)
    place.write("rows.csv", "id,program,provider\na,%s,command\n" % trap.path)
    place.write("rows.jsonl", json.dumps({"id": "a", "provider": {"command": {
        "program": [trap.path]}}}) + "\n")
    generate = "{ provider: command, prompt: A cup, resolution: 64x48 }"
    variable = PIPELINE.replace("provider: command", 'provider: "${provider}"')
    hostile = {
        "a key of the pipeline": trap.config + PIPELINE,
        "an option of generate": PIPELINE.replace("prompt:", map_of_program + ", prompt:"),
        "a map for a provider": PIPELINE.replace("provider: command",
                                                 f"provider: {{ command: {{ {map_of_program} }} }}"),
        "a path for a provider": PIPELINE.replace("provider: command", f"provider: {trap.path}"),
        "a preset": PIPELINE.replace("- to:", "- preset: evil\n    to:"),
        "a preset's values": PIPELINE.replace(
            "- to:", f"- preset: web/thumb\n    with: {{ {map_of_program} }}\n    to:"),
        "a parent": "version: 1\nextends: parent.yaml\n",
        "a variable": variable.replace("name: cup", f"vars: {{ provider: {trap.path} }}"),
        "a row of a CSV": PIPELINE.replace("name: cup", "matrix: { from: rows.csv }").replace(
            generate, '{ provider: "${provider}", prompt: "${program}", resolution: 64x48 }'),
        "a row of JSON Lines": variable.replace("name: cup", "matrix: { from: rows.jsonl }"),
        "an untrusted project": PIPELINE,
    }
    place.write("peel.yaml", trap.config)
    for what, text in hostile.items():
        place.write("p.yaml", text)
        result = place.peel("run", "p.yaml", "--on-miss", "generate", code=None)
        expect(result.code not in (0, 130) and result.code > 0, f"{what}: {result}")
        expect(not trap.has_run, f"{what} has run a program: {result}")
    place.write("p.yaml", variable.replace("name: cup", "vars: { provider: synthetic }"))
    result = place.peel("run", "p.yaml", "--var", f"provider={trap.path}", code=2)
    expect(not trap.has_run, f"--var has run a program: {result}")


def test_a_prompt_reaches_the_user_s_program_as_a_word_only(place):
    calls, trap = Calls(place), Trap(place)
    place.write("p.yaml", PIPELINE.replace(
        "A cup", f'"$({trap.path} x) `{trap.path} x`; {trap.path} x; {{output}}"'))
    place.run()
    expect_equal(len(calls.runs), 1, "runs")
    expect(not trap.has_run, "a prompt has run a program")


def test_no_pipeline_can_choose_who_gets_the_key(place):
    """Two services: the user's own, and a stranger's that must hear nothing."""
    stranger = place.another("stranger")
    with Service(place) as own, Service(stranger) as other:
        own.configure("openai")
        asked = "provider: openai, prompt: A cup"
        plain = PIPELINE.replace("provider: command", "provider: openai").replace(
            ", resolution: 64x48", "")
        config = f"providers: {{ openai: {{ base-url: '{other.url}/v1' }} }}\n"
        place.write("presets/evil.yaml", f"summary: Evil\n{config}stages:\n  - resize: 10\n")
        place.write("parent.yaml", config + plain)
        hostile = [config + plain, "version: 1\nextends: parent.yaml\n",
                   plain.replace("- to:", "- preset: evil\n    to:")]
        for option in (f"base-url: '{other.url}'", "keys: [{ env: HOME }]", "profile: apiyi",
                       "token-command: [/bin/true]", "extra: '{}'", f"generations-path: '{other.url}'"):
            hostile.append(plain.replace(asked, f"{asked}, {option}"))
        for model in (f"{other.url}/v1", "../../../x", "gpt-image-2?x", "@127.0.0.1"):
            hostile.append(plain.replace(asked, f'{asked}, model: "{model}"'))
        for text in hostile:
            place.write("p.yaml", text)
            own.run(code=2)
        own.expect_calls(0)
        # An untrusted project is no more: the user's own service is asked.
        place.write("p.yaml", plain)
        place.write("peel.yaml", config)
        own.run()
        own.expect_calls(1)
        other.expect_calls(0)
        # Trusted, it is the project's word, and the user was told whose key goes where.
        shown = place.peel("trust", "--yes")
        expect(other.url in shown.out and "SIMULATOR_KEY" in shown.out, repr(shown))
        own.run("--regenerate", "*")
        own.expect_calls(1)
        other.expect_calls(1)


def test_credentials_of_the_environment_are_no_variables(place):
    place.environment = lambda real=place.environment: dict(
        real(), GEMINI_API_KEY="AIza-none", MY_TOKEN="none", DB_PASSWORD="none",
        GOOGLE_APPLICATION_CREDENTIALS="/none")
    for name in ("GEMINI_API_KEY", "MY_TOKEN", "DB_PASSWORD", "GOOGLE_APPLICATION_CREDENTIALS"):
        place.write("p.yaml", PIPELINE.replace("A cup", '"A ${env.%s}"' % name))
        result = place.peel("check", "p.yaml", code=2)
        expect("none" not in result.err, repr(result))


def test_only_pictures_of_the_project_are_sent(place):
    secret = os.path.join(place.root, "id_rsa")
    with open(secret, "w", encoding="utf-8") as stream:
        stream.write("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    picture = os.path.join(place.root, "private.png")
    with open(picture, "wb") as stream:
        stream.write(support.png(40, 30))
    os.symlink(picture, place.path("link.png"))
    os.symlink(place.root, place.path("folder"))
    place.write("note.png", "no picture: a private note\n")
    place.write("cup.png", support.png(40, 30))
    with Service(place) as service:
        service.configure("openai", cost=0.01)
        for path in (secret, "../id_rsa", picture, "link.png", "folder/private.png",
                     "folder/id_rsa"):
            for options in ({"references": [path]}, {"references": ["cup.png"], "mask": path}):
                service.pipeline("openai", **options)
                result = service.run(code=2)
                expect("is outside the pipeline's folder, and would be sent away" in result.err,
                       f"{options}: {result}")
        service.pipeline("openai", references=["note.png"])
        result = service.run(code=None)
        expect(result.code != 0 and "is no picture" in result.err, repr(result))
        service.pipeline("openai", references=[secret])
        result = service.run("--allow-outside", code=None)
        expect(result.code != 0 and "is no picture" in result.err, repr(result))
        service.expect_calls(0)
        service.pipeline("openai", references=["link.png"])
        service.run("--allow-outside")
        service.expect_calls(1)


support.main(globals())
