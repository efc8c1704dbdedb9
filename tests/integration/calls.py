"""A program that is configured as the provider `command` and counts how often it is run."""

import hashlib
import json
import os

import support
from support import expect_equal

# What is run as the provider: notes that it was, takes its time, copies a picture, or does wrong.
PROGRAM = """\
#!/bin/sh
here=$(dirname "$0")
echo "$$" >> "$here/runs"
cat > "$here/input-$$"
printf '%s\\n' "$@" > "$here/arguments"
. "$here/behaviour"
cp "$here/picture-$(wc -l < "$here/runs").png" "$1" 2> /dev/null || cp "$here/picture.png" "$1"
"""


class Calls:
    """A program that is configured as the provider `command`."""

    def __init__(self, place, cost=None, behaviour="", timeout=None):
        self.place = place
        self.folder = os.path.join(place.root, "program")
        os.makedirs(self.folder, exist_ok=True)
        self.write("make", PROGRAM)
        os.chmod(self.path("make"), 0o755)
        self.write("picture.png", support.png(64, 48))
        self.behave(behaviour)
        self.configure(cost, timeout)

    def configure(self, cost=None, timeout=None):
        config = place_config(self.place)
        os.makedirs(os.path.dirname(config), exist_ok=True)
        with open(config, "w", encoding="utf-8") as stream:
            stream.write("providers:\n  command:\n"
                         f"    program: [{self.path('make')}, \"{{output}}\", \"{{prompt}}\"]\n")
            stream.write(f"    cost: {cost}\n" if cost is not None else "")
            stream.write(f"    timeout: {timeout}\n" if timeout is not None else "")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)

    def behave(self, shell):
        self.write("behaviour", shell + "\n")

    @property
    def runs(self):
        """Process ids of the programs that were started."""
        try:
            with open(self.path("runs"), encoding="ascii") as stream:
                return [int(line) for line in stream if line.endswith("\n")]
        except FileNotFoundError:
            return []


def place_config(place):
    return os.path.join(place.environment()["XDG_CONFIG_HOME"], "peel", "config.yaml")


def journal(place):
    """Its lines, each with a checksum that is right."""
    try:
        with open(os.path.join(place.home, "journal.jsonl"), "rb") as stream:
            lines = stream.read().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        entry = json.loads(line)
        body = line[:line.rindex(entry["checksum"].encode())]
        expect_equal(hashlib.sha256(body).hexdigest(), entry["checksum"], "a line's checksum")
        found.append(entry)
    return found


def journal_words(place):
    return [entry.get("result", entry["line"]) for entry in journal(place)]


def sidecar(place, original):
    path = os.path.join(place.home, "originals", original[:2], original + ".json")
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)
