"""Every configuration of this folder has one mistake, which its name tells, and is refused by whatever
reads a pipeline with exactly the text of FILE.expected.

    run.py PEEL [--update]
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import golden  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
PIPELINE = FOLDER.parent / "misses" / "free.yaml"


def check(peel, case, scratch, is_update):
    result = golden.run(peel, ["check", PIPELINE], FOLDER, scratch, PEEL_CONFIG=str(case))
    if result.returncode != 2 or result.stdout:
        return (f"{case.name}: exit code {result.returncode}, not 2\n"
                f"{result.stdout}{result.stderr}")
    expected = case.with_name(case.name + ".expected")
    found = result.stderr.replace(str(FOLDER), "{here}")
    return golden.compare(case.name, found, expected, is_update)


golden.main(check, sorted(path for path in FOLDER.iterdir() if path.suffix == ".yaml"), FOLDER)
