"""What is said when an original is missing and is not made: each exactly the text of NAME.expected.

    run.py PEEL [--update]
"""
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import golden  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent
FREE, PAID = "config.yaml", "config-with-cost.yaml"

CASES = {
    "paid-without-a-terminal": (PAID, ["run"]),
    "paid-with-fail": (PAID, ["run", "--on-miss", "fail"]),
    "paid-over-budget": (PAID, ["run", "--on-miss", "generate", "--max-cost", "0.04"]),
    "paid-as-json": (PAID, ["run", "--json"]),
    "free-offline": (FREE, ["run", "--offline"]),
    "free-that-cannot-start": (FREE, ["run"]),
    "not-configured": (None, ["run"]),
    "too-large-to-be-read": (FREE, ["run", "--max-edge", "50"]),
    "plan-with-a-price": (PAID, ["plan"]),
    "plan-offline": (PAID, ["plan", "--offline"]),
    "plan-over-budget": (PAID, ["plan", "--max-cost", "0.04"]),
    "plan-not-configured": (None, ["plan"]),
}


def steady(text, scratch):
    text = text.replace(scratch, "{scratch}")
    text = re.sub(r'"seconds":[0-9.e-]+', '"seconds":{time}', text)
    return re.sub(r"in [0-9.]+ s$", "in {time} s", text, flags=re.MULTILINE)


def check(peel, case, scratch, is_update):
    name, (config, arguments) = case
    variables = {"PEEL_CONFIG": str(FOLDER / config)} if config else {}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(FOLDER / "free.yaml", folder)
        result = golden.run(peel, [*arguments, "free.yaml"], folder, scratch, **variables)
    found = (f"$ peel {' '.join(arguments)}\nexit {result.returncode}\n"
             f"---- stdout ----\n{result.stdout}---- stderr ----\n{result.stderr}")
    return golden.compare(name, steady(found, scratch), FOLDER / f"{name}.expected", is_update)


golden.main(check, list(CASES.items()), FOLDER)
