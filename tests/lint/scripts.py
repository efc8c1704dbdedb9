"""Do the shell scripts and the Python programs read well? bash -n and shellcheck; ast."""

import ast
import os
import subprocess

import tree


def shell_scripts(root):
    for name in tree.files(root):
        if name.endswith(".sh"):
            yield name
        elif name.startswith((".ci/", "scripts/", "tests/")) and "." not in os.path.basename(name):
            if tree.read(root, name).startswith(("#!/usr/bin/env bash", "#!/bin/bash", "#!/bin/sh")):
                yield name


def check_executable(root, names):
    for name in names:
        if not name.endswith(".sh") and not os.access(os.path.join(root, name), os.X_OK):
            yield f"{name}: is not executable"


def check(root):
    names = list(shell_scripts(root))
    if os.path.exists(os.path.join(root, "LICENSE")):
        yield from check_executable(root, names)
    if names:
        for command in (["bash", "-n"], ["shellcheck", "-x", "-f", "gcc"]):
            # bash -n reads one script a call.
            for batch in ([[n] for n in names] if command[0] == "bash" else [names]):
                run = subprocess.run(command + batch, cwd=root, capture_output=True, text=True,
                                     check=False)
                if run.returncode != 0:
                    yield f"{' '.join(command)}: {run.stdout}{run.stderr}"
    for name in tree.files(root):
        if name.endswith(".py"):
            try:
                ast.parse(tree.read(root, name), name)
            except SyntaxError as error:
                yield f"{name}:{error.lineno}: {error.msg}"


SPECIMENS = [
    ({"scripts/a": '#!/usr/bin/env bash\necho "$1"\n', "a.py": "x = 1\n"}, None),
    ({"scripts/a": "#!/usr/bin/env bash\nif true; then\n"}, "bash -n"),
    ({"scripts/a": "#!/usr/bin/env bash\nrm -r $1/x\n"}, "SC2086"),
    ({"a.py": "def (:\n"}, "a.py:1: "),
]

if __name__ == "__main__":
    tree.main(check, SPECIMENS)
