"""What the lints share: the project's files, and a trial of every lint before it judges.

A lint is a function from a root folder to complaints. It also brings specimens: small trees
that it must refuse, or must let pass. A lint that lets a bad specimen pass cannot fail, so it
fails at once.
"""

import os
import subprocess
import sys
import tempfile

NOT_OURS = {".git", "build", "out"}


def files(root):
    """Paths relative to root: what git tracks or would add; without git, all but build folders."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"],
        capture_output=True, check=False) if os.path.exists(os.path.join(root, ".git")) else None
    if listing is not None and listing.returncode == 0:
        names = listing.stdout.decode().split("\0")
        return sorted({n for n in names if n and os.path.isfile(os.path.join(root, n))})
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in NOT_OURS]
        found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(found)


def c_files(root):
    return [f for f in files(root) if f.endswith((".c", ".h")) and f.startswith(("src/", "tests/"))]


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8", errors="replace", newline="") as stream:
        return stream.read()


def try_specimen(check, specimen, wanted):
    with tempfile.TemporaryDirectory(prefix="peel-lint-") as root:
        for name, text in specimen.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
        said = list(check(root))
    if wanted is None:
        return [f"a good specimen was refused: {line}" for line in said]
    if not any(wanted in line for line in said):
        return [f"a bad specimen passed: wanted {wanted!r}, got {said}"]
    return []


def main(check, specimens):
    """specimens: (files by name, a part of the complaint that must come; None: none may come)."""
    root = os.path.abspath(sys.argv[1])
    broken = [line for tree, wanted in specimens for line in try_specimen(check, tree, wanted)]
    for line in broken:
        print(f"the lint itself: {line}")
    complaints = list(check(root))
    for line in complaints:
        print(line)
    if not broken and not complaints:
        print(f"nothing to say ({len(specimens)} specimens tried)")
    sys.exit(1 if broken or complaints else 0)
