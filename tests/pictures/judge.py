"""What the tests of pictures share: a folder and a home of their own, the program, other tools.

    class Pictures(judge.Case):
        def test_a_claim(self):
            self.write("p.yaml", "…")
            done = self.peel("run", "p.yaml")             # a failure shows what was said
            done = self.peel("run", "q.yaml", code=2)     # … and so does an unexpected success

Run by ctest, or by hand: PEEL=build/dev/peel PEEL_SOURCE=. python3 -B tests/pictures/test-X.py
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import press

PEEL = pathlib.Path(os.environ["PEEL"]).resolve()
SOURCE = pathlib.Path(os.environ["PEEL_SOURCE"]).resolve()
NO_LEAKS = SOURCE / "tests/support/leaks.txt"


def environment(home):
    """No settings of the user's; the presets of the source tree."""
    passed = {key: value for key, value in os.environ.items()
              if not key.startswith(("PEEL", "XDG_", "VIPS_"))}
    return {**passed, "PEEL_HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "data"), "LC_ALL": "C.UTF-8", "NO_COLOR": "1",
            "LSAN_OPTIONS": f"suppressions={NO_LEAKS}:print_suppressions=0"}


def tool(*words, data=None, cwd=None, code=0):
    """Another program's standard output, as bytes."""
    done = subprocess.run([str(word) for word in words], input=data, cwd=cwd, capture_output=True)
    if done.returncode != code:
        raise AssertionError(f"{' '.join(map(str, words))} ended with {done.returncode}:\n"
                             f"{done.stdout.decode(errors='replace')[-2000:]}\n"
                             f"{done.stderr.decode(errors='replace')[-4000:]}")
    return done.stdout


class Case(unittest.TestCase):
    """One folder, one home for all tests of a class: originals are read once."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="peel-pictures-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.home = cls.folder / "home"
        cls.home.mkdir()

    @classmethod
    def peel(cls, *words, code=0, data=None, cwd=None):
        done = subprocess.run([str(PEEL), *map(str, words)], cwd=cwd or cls.folder, input=data,
                              env=environment(cls.home), capture_output=True)
        done.out = done.stdout.decode(errors="replace")
        done.err = done.stderr.decode(errors="replace")
        complaint = "Sanitizer" in done.err or "runtime error:" in done.err
        if done.returncode != code or complaint:
            raise AssertionError(f"peel {' '.join(map(str, words))} ended with {done.returncode}, "
                                 f"not {code}:\n{done.out[-2000:]}\n{done.err[-6000:]}")
        return done

    @classmethod
    def use_profiles(cls, *names):
        """As if they were installed for the user. Their paths."""
        folder = cls.home / "data/icc"
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            (folder / f"{name}.icc").symlink_to(press.profile(name))
        return [folder / f"{name}.icc" for name in names]

    @classmethod
    def write(cls, name, text):
        path = cls.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    @classmethod
    def run_pipeline(cls, name, pipeline, *words, code=0):
        """A pipeline given as data. JSON is YAML's stricter sister: nothing to quote."""
        cls.write(f"{name}.json", json.dumps({"version": 1, **pipeline}))
        return cls.peel("run", *words, f"{name}.json", code=code)

    @classmethod
    def manifest(cls, name):
        return json.loads((cls.folder / f"{name}.manifest.json").read_text())


def main():
    unittest.main(verbosity=2)
