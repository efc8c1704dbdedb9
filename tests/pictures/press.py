"""Presses' profiles, coarse ones, which all tests and all builds of this source tree share. ctest has
them built first; by hand, the first test that asks for one does it."""

import hashlib
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILDER = SOURCE / "scripts/build-profiles"
NAMES = ("peel-fogra39-300", "peel-gracol-300", "peel-newsprint-240")


def build(place, *names):
    """Ends well when they are there, too."""
    subprocess.run([BUILDER, "--quality", "low", "--to", place, *names], check=True,
                   stdout=subprocess.DEVNULL)


def folder():
    """Another one for another script or another colprof: what they make is another profile."""
    made_by = hashlib.sha256(BUILDER.read_bytes())
    program = shutil.which("colprof")
    if program:
        made_by.update(pathlib.Path(program).read_bytes())
    return SOURCE / "build" / f"profiles-{made_by.hexdigest()[:16]}"


def profile(name):
    build(folder(), name)
    return folder() / f"{name}.icc"


if __name__ == "__main__":
    build(folder(), *NAMES)
