"""docs/reference says what the tables of the program say."""

import os
import subprocess
import sys
import tempfile


def pages(folder):
    found = {}
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), encoding="utf-8") as stream:
            found[name] = stream.read()
    return found


def compare(root, wanted):
    written = pages(os.path.join(root, "docs", "reference"))
    names = sorted(set(written) | set(wanted))
    return [name for name in names if written.get(name) != wanted.get(name)]


def main():
    root, program = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory(prefix="peel-reference-") as folder:
        subprocess.run([program, "docs", folder, os.path.join(root, "presets")], check=True)
        wanted = pages(folder)
    assert "stages.md" in wanted and "`when-smaller`" in wanted["stages.md"]
    assert compare(root, {**wanted, "stages.md": ""}), "a page that differs must be seen"
    stale = compare(root, wanted)
    for name in stale:
        print(f"docs/reference/{name} is out of date: run scripts/update-reference")
    sys.exit(1 if stale else 0)


main()
