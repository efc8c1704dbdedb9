"""Every pipeline file of this folder has one mistake, which its name tells, and is refused by
`peel check` with exactly the text of FILE.expected.

    run.py PEEL [--update]
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import golden  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
# Most mistakes make a pipeline invalid; these are promises that their originals cannot keep.
EXIT_CODES = {"original-too-small.yaml": 9, "page-too-large.yaml": 9}


def check(peel, case, scratch, is_update):
    result = golden.run(peel, ["check", case.name], FOLDER, scratch)
    wanted = EXIT_CODES.get(case.name, 2)
    if result.returncode != wanted or result.stdout:
        return (f"{case.name}: exit code {result.returncode}, not {wanted}\n"
                f"{result.stdout}{result.stderr}")
    expected = case.with_name(case.name + ".expected")
    # Some messages name a file by its whole path.
    found = result.stderr.replace(str(FOLDER), "{here}").replace(scratch, "{scratch}")
    return golden.compare(case.name, found, expected, is_update)


cases = sorted(path for path in FOLDER.iterdir() if path.suffix in (".yaml", ".json"))
golden.main(check, cases, FOLDER)
