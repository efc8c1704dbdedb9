"""What the golden tests share: running peel so that its words are the same everywhere, and comparing
them with a file, or writing that file anew."""
import concurrent.futures
import difflib
import os
import pathlib
import subprocess
import sys
import tempfile


def environment(scratch):
    """Nothing of the machine or of the person who runs the test."""
    kept = ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    return env | {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C.UTF-8",
        "HOME": scratch,
        "XDG_CONFIG_HOME": scratch,
        "XDG_DATA_HOME": scratch,
        "PEEL_HOME": scratch + "/home",
        "NO_GCE_CHECK": "true",
    }


def run(peel, arguments, folder, scratch, **variables):
    env = environment(scratch) | variables
    return subprocess.run([peel, *arguments], cwd=folder, env=env, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60)


def compare(name, found, path, is_update):
    """The complaint, or None."""
    wanted = path.read_text() if path.exists() else ""
    if found == wanted and path.exists():
        return None
    if is_update:
        path.write_text(found)
        print(f"{name}: written")
        return None
    lines = difflib.unified_diff(wanted.splitlines(True), found.splitlines(True),
                                 f"{path.name} (wanted)", "found")
    return f"{name}: other text than wanted\n{''.join(lines)}"


def main(check, cases, folder):
    """check(peel, case, scratch, is_update) gives a complaint or None."""
    is_update = "--update" in sys.argv
    peel = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as scratch:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda case: check(peel, case, scratch, is_update), cases))
    complaints = [result for result in results if result]
    for complaint in complaints:
        print(complaint)
    if not cases:
        print(f"no cases in {folder}")
    print(f"{len(cases) - len(complaints)} of {len(cases)} as wanted")
    if complaints:
        print("if the new text is better, scripts/update-goldens takes it over")
    sys.exit(1 if complaints or not cases else 0)
