"""What the lints that run the program share."""

import os
import subprocess
import tempfile


class Peel:
    """The program with a home of its own and nothing from the user's."""

    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.place = tempfile.TemporaryDirectory(prefix="peel-lint-")
        self.folder = self.place.name
        self.environment = {**os.environ, "PEEL_HOME": os.path.join(self.folder, "home"),
                            "XDG_CONFIG_HOME": os.path.join(self.folder, "config")}

    def run(self, *arguments, cwd=None, **variables):
        done = subprocess.run([self.program, *arguments], cwd=cwd or self.folder,
                              env={**self.environment, **variables}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr


def write_photo(peel, path):
    """A picture to load."""
    source = os.path.join(peel.folder, "photo-source.yaml")
    with open(source, "w", encoding="utf-8") as stream:
        stream.write("version: 1\nstages: [{ generate: { prompt: a lake, resolution: 640x480 } }]\n"
                     "outputs: [{ to: photo.jpg }]\nmanifest: none\n")
    code, _, said = peel.run("run", source)
    assert code == 0, said
    os.replace(os.path.join(peel.folder, "photo.jpg"), path)
