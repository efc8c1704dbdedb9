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
                            "XDG_CONFIG_HOME": os.path.join(self.folder, "config"),
                            "XDG_DATA_HOME": os.path.join(self.folder, "data")}

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


def write_profiles(peel, root, photo):
    """Under each name that scripts/build-profiles knows, the press's profile that libvips brings: plans ask for
    no more, and the real ones take a while."""
    ink = os.path.join(peel.folder, "ink.tif")
    subprocess.run(["vips", "icc_transform", photo, ink, "cmyk"], check=True)
    with open(ink, "rb") as stream:
        data = stream.read()
    at = data.index(b"acsp") - 36
    folder = os.path.join(peel.folder, "data", "icc")
    os.makedirs(folder)
    listing = subprocess.run([os.path.join(root, "scripts", "build-profiles"), "--list"], check=True,
                             capture_output=True, text=True).stdout
    for line in listing.splitlines():
        with open(os.path.join(folder, line.split()[0] + ".icc"), "wb") as stream:
            stream.write(data[at:at + int.from_bytes(data[at:at + 4], "big")])
