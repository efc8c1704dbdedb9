"""Is every C file as .clang-format has it? scripts/format --fix makes it so."""

import os
import shutil
import subprocess
import tempfile

import tree

HERE = os.path.dirname(os.path.abspath(__file__))
STYLE = os.path.join(HERE, "..", "..", ".clang-format")


def check(root):
    names = tree.c_files(root)
    style = os.path.join(root, ".clang-format")
    with tempfile.TemporaryDirectory(prefix="peel-lint-") as folder:
        if not os.path.exists(style):
            # A specimen: it is judged by the project's own style.
            shutil.copy(STYLE, style)
        listing = os.path.join(folder, "files")
        with open(listing, "w", encoding="utf-8") as stream:
            stream.write("\n".join(names))
        run = subprocess.run(
            ["clang-format", "--dry-run", "-Werror", "--ferror-limit=1", f"--files={listing}"]
            if names else ["true"], cwd=root, capture_output=True, text=True, check=False)
    said = [line for line in run.stderr.splitlines() if "error:" in line]
    yield from said
    if run.returncode != 0 and not said:
        yield f"clang-format: {run.stderr}"


SPECIMENS = [
    ({"src/room/a.c": "int\nf (void)\n{\n  return 0;\n}\n"}, None),
    ({"src/room/a.c": "int f() {\n    return 0; }\n"}, "src/room/a.c:1:"),
]

if __name__ == "__main__":
    tree.main(check, SPECIMENS)
