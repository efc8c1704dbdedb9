"""What `peel plan` says of each pipeline of this folder, as text and as JSON events.

    run.py PEEL [--update]
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import golden  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent


def transcript(result):
    """Both streams and the exit code; what no two runs share is named instead."""
    parts = [result.stdout]
    if result.stderr:
        parts.append("-- on stderr\n" + result.stderr)
    if result.returncode:
        parts.append(f"-- exit code {result.returncode}\n")
    text = "".join(parts).replace(str(FOLDER), "{here}")
    return re.sub(r'"seconds":[0-9.e-]+', '"seconds":{time}', text)


def check(peel, case, scratch, is_update):
    home = f"{scratch}/{case.name}"
    complaints = []
    if case.stem.startswith("recall"):
        golden.run(peel, ["cache", "import", "photo.png", "--prompt", "A brass diver's watch",
                          "--image", "watch@front", "--tag", "hero"], FOLDER, home)
    for flags, suffix in (([], ".expected"), (["--json"], ".json.expected")):
        result = golden.run(peel, ["plan", *flags, case.name], FOLDER, home)
        expected = case.with_name(case.name + suffix)
        complaints.append(golden.compare(case.name + suffix, transcript(result), expected,
                                         is_update))
    if list(FOLDER.glob("*.manifest.json")) or (FOLDER / "out").exists():
        complaints.append(f"{case.name}: a plan wrote something")
    return "\n".join(complaint for complaint in complaints if complaint)


cases = sorted(path for path in FOLDER.iterdir() if path.suffix in (".yaml", ".json"))
golden.main(check, cases, FOLDER)
