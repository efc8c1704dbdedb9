"""Names and sizes: files in kebab-case that say what they hold, none too long, nothing put off."""

import os
import re

import tree

KEBAB = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$")
KNOWN = {"CMakeLists.txt", "FLOORS"}
# Names that take in anything and so say nothing.
SACKS = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
# Spelled apart, so that this file may be read by itself.
PUT_OFF = re.compile(r"\b(%s)\b" % "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]))
CODE = (".c", ".h", ".py", ".cmake", "CMakeLists.txt")
MOST_LINES = 600
MOST_BODY_LINES = 80


def check_name(name):
    parts = name.split("/")
    ours = parts[0] in ("src", "scripts") or name.endswith((".c", ".h", ".py"))
    for part in parts if ours else []:
        if part not in KNOWN and not KEBAB.match(part):
            yield f"{name}: '{part}' is not kebab-case"
    if ours and os.path.splitext(parts[-1])[0] in SACKS:
        yield f"{name}: a name that says nothing; name the file for what it holds"


def check_functions(name, lines):
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start is not None:
            length = number - start - 1
            if length > MOST_BODY_LINES:
                yield f"{name}:{start}: a function of {length} lines; {MOST_BODY_LINES} at most"
            start = None


def check_text(root, name):
    text = tree.read(root, name)
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        match = PUT_OFF.search(line)
        if match:
            yield f"{name}:{number}: {match.group()}: do it, or open an issue"
    if name.endswith((".c", ".h")):
        if len(lines) - 1 > MOST_LINES:
            yield f"{name}: {len(lines) - 1} lines; {MOST_LINES} at most"
        for number, line in enumerate(lines, 1):
            if "\t" in line:
                yield f"{name}:{number}: a tab"
        yield from check_functions(name, lines)


def check(root):
    for name in tree.files(root):
        yield from check_name(name)
        if name.endswith(CODE) or name.startswith("scripts/"):
            yield from check_text(root, name)


SPECIMENS = [
    ({"src/room/a-b.c": "/* mkstemp: XXXXXX */\nint\nf (void)\n{\n" + "x;\n" * 80 + "}\n",
      "src/room/CMakeLists.txt": "", "tests/golden/Any Name.yaml": ""}, None),
    ({"src/room/aB.c": ""}, "not kebab-case"),
    ({"src/room/a_b.h": ""}, "not kebab-case"),
    ({"src/Room/a.c": ""}, "not kebab-case"),
    ({"src/room/utils.c": ""}, "says nothing"),
    ({"tests/support/helpers.h": ""}, "says nothing"),
    ({"src/room/a.c": "{\n" + "x;\n" * 81 + "}\n"}, "src/room/a.c:1: a function of 81 lines"),
    ({"src/room/a.c": "\n" * 601}, "601 lines"),
    ({"src/room/a.c": "\tx\n"}, "src/room/a.c:1: a tab"),
    ({"src/room/a.c": "\n/* TO" "DO: x */\n"}, "src/room/a.c:2: "),
    ({"scripts/x": "# FIX" "ME later\n"}, "scripts/x:1: "),
]

if __name__ == "__main__":
    tree.main(check, SPECIMENS)
