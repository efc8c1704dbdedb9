"""What the benches share that run programs beside others': an original, sharp, and how a process is measured."""
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SHARP = "sharp@0.35.5"
DRAW = """version: 1
stages:
  - generate: { prompt: "a lighthouse at dusk", resolution: 4096x4096 }
outputs:
  - stages: [{ resize: { width: 64 } }]
    to: "out/{name}.png"
"""


def draw(peel, folder):
    """An original of the provider `synthetic`."""
    with open(os.path.join(folder, "draw.yaml"), "w", encoding="utf-8") as file:
        file.write(DRAW)
    home = os.path.join(folder, "drawn")
    subprocess.run([peel, "run", "-q", "--no-repack", "--home", home, "draw.yaml"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    original = os.path.join(folder, "drawing.png")
    for place, _, names in os.walk(os.path.join(home, "originals")):
        for name in names:
            if name.endswith(".zst"):
                subprocess.run(["zstd", "-dqf", os.path.join(place, name), "-o", original], check=True)
    return original


def install_sharp():
    """The folder that has it; None: it cannot be had."""
    place = os.path.join(ROOT, "build", "sharp")
    os.makedirs(place, exist_ok=True)
    if not shutil.which("npm"):
        return None
    done = subprocess.run(["npm", "install", "--prefix", place, "--ignore-scripts", "--no-audit", "--no-fund",
                           "--loglevel=error", SHARP], stdout=subprocess.DEVNULL)
    return place if done.returncode == 0 else None


def measure(command, folder):
    """Wall, CPU and the most memory of a process that ends well."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.monotonic()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    if status != 0:
        sys.exit(f"{command} ended with status {status}; its files are in {folder}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
