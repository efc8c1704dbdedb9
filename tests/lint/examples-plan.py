"""Every example pipeline, and every preset, passes `peel check` and `peel plan`."""

import os
import shutil
import sys

import program


def judge(peel, path, cwd):
    complaints = []
    for command in ("check", "plan"):
        code, _, said = peel.run(command, path, cwd=cwd)
        if code != 0:
            complaints.append(f"peel {command} {os.path.basename(path)} ended with {code}: {said}")
    return complaints


def write_preset_pipeline(folder, name):
    path = os.path.join(folder, name.replace("/", "-") + ".yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("version: 1\nstages:\n  - generate: { prompt: a lake, resolution: 8192x8192 }\n"
                     f"outputs:\n  - preset: {name}\n")
    return path


def main():
    root = os.path.abspath(sys.argv[1])
    peel = program.Peel(sys.argv[2])
    folder = os.path.join(peel.folder, "pipelines")
    shutil.copytree(os.path.join(root, "pipelines"), folder,
                    ignore=shutil.ignore_patterns("out", "*.manifest.json"))
    program.write_photo(peel, os.path.join(folder, "photo.jpg"))
    program.write_profiles(peel, root, os.path.join(folder, "photo.jpg"))

    examples = sorted(n for n in os.listdir(folder) if n.endswith(".yaml"))
    assert "quickstart.yaml" in examples
    complaints = []
    for name in examples:
        complaints += judge(peel, os.path.join(folder, name), folder)
        with open(os.path.join(folder, "README.md"), encoding="utf-8") as stream:
            if f"[{name}]({name})" not in stream.read():
                complaints.append(f"pipelines/README.md does not list {name}")

    _, listing, _ = peel.run("presets")
    presets = [line.split()[0] for line in listing.splitlines() if line.strip()]
    assert "web/responsive" in presets
    for name in presets:
        complaints += judge(peel, write_preset_pipeline(folder, name), folder)

    if not judge(peel, write_preset_pipeline(folder, "web/no-such-thing"), folder):
        complaints.append("the lint itself: a pipeline with an unknown preset passed")
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


main()
