"""Every fenced ```yaml block of the documentation that is a whole pipeline (it has `version:`)
passes `peel check`; every block that is a whole preset (it has `summary:`) or configuration is read as
one without a complaint; the others are at least YAML."""

import glob
import os
import re
import sys

import yaml

import program

FENCE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# Beside each example, so that it has something to load, extend and read.
BESIDE = {
    "shared.yaml": "version: 1\nstages:\n  - generate: { prompt: a lake, resolution: 4K }\n"
                   "outputs:\n  - preset: web/content\n",
    "products.csv": "id,product,color\nmug,mug,blue\nvase,vase,green\n",
    "products.jsonl": '{"id": "mug", "product": "mug", "color": "blue"}\n',
    "presets/shop/tile.yaml": "summary: A tile of our shop\nvars:\n  size: 600\nstages:\n"
                              '  - resize: { width: "${size}", height: "${size}", fit: cover }\n'
                              "  - recompress: webp\n",
}


def judge_configuration(peel, folder, name, text):
    path = os.path.join(folder, "config.yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    complaints = []
    for profile in [None, *(yaml.safe_load(text).get("profiles") or {})]:
        chosen = ["--profile", profile] if profile else []
        code, _, said = peel.run("providers", *chosen, cwd=folder, PEEL_CONFIG=path)
        if code != 0:
            complaints.append(f"{name}: peel providers {chosen} ended with {code}: {said}\n{text}")
        elif profile:
            complaints += judge_profile(peel, folder, name, path, profile)
    return complaints


def judge_profile(peel, folder, name, config, profile):
    """Whether a pipeline that says no more than a prompt can be planned with it."""
    path = os.path.join(folder, "profiled.yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("version: 1\nstages:\n  - generate: A lake\noutputs:\n  - preset: web/thumb\n")
    code, _, said = peel.run("plan", path, "--profile", profile, cwd=folder, PEEL_CONFIG=config)
    return [f"{name}: peel plan --profile {profile} ended with {code}: {said}"] if code != 0 else []


def judge_preset(peel, folder, name, text):
    """Whether a pipeline with it can be planned; its rules are read on the way."""
    with open(os.path.join(folder, "presets", "example.yaml"), "w", encoding="utf-8") as stream:
        stream.write(text)
    path = os.path.join(folder, "with-preset.yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("version: 1\nstages:\n  - generate: A lake\noutputs:\n  - preset: example\n")
    code, _, said = peel.run("check", path, cwd=folder)
    return [f"{name}: peel check with the preset ended with {code}: {said}"] if code != 0 else []


def judge(peel, folder, name, text):
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"{name}: not YAML: {error}"]
    if isinstance(content, dict) and content and set(content) <= {"budget", "models", "profiles", "providers"}:
        return judge_configuration(peel, folder, name, text)
    if re.search(r"^summary:", text, re.MULTILINE):
        return judge_preset(peel, folder, name, text)
    if not re.search(r"^version:", text, re.MULTILINE):
        return []
    path = os.path.join(folder, "example.yaml")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    code, _, said = peel.run("check", path, cwd=folder)
    return [f"{name}: peel check ended with {code}: {said}\n{text}"] if code != 0 else []


def main():
    root = os.path.abspath(sys.argv[1])
    peel = program.Peel(sys.argv[2])
    folder = os.path.join(peel.folder, "docs")
    for name, text in BESIDE.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
    os.makedirs(os.path.join(folder, "photos"))
    program.write_photo(peel, os.path.join(folder, "photo.jpg"))
    program.write_profiles(peel, root, os.path.join(folder, "photo.jpg"))
    os.link(os.path.join(folder, "photo.jpg"), os.path.join(folder, "photos", "lake.jpg"))

    pages = [os.path.join(root, "README.md"), *sorted(glob.glob(f"{root}/docs/*.md"))]
    complaints, checked = [], 0
    for page in filter(os.path.exists, pages):
        with open(page, encoding="utf-8") as stream:
            content = stream.read()
        for match in FENCE.finditer(content):
            line = content.count("\n", 0, match.start()) + 2
            complaints += judge(peel, folder, f"{os.path.relpath(page, root)}:{line}", match[1])
            checked += 1
    if not judge(peel, folder, "specimen", "version: 1\nstages: []\noutputs: []\n"):
        complaints.append("the lint itself: a pipeline without stages passed")
    if not judge(peel, folder, "specimen", "providers: { vertex: { projct: x } }\n"):
        complaints.append("the lint itself: a configuration with an unknown option passed")
    if not judge(peel, folder, "specimen", "profiles: { a: { generate: { provider: vertex, model: none } } }\n"):
        complaints.append("the lint itself: a profile that cannot be planned with passed")
    if not judge(peel, folder, "specimen", "summary: a\nstages: []\nrules: { min-widht: 5 }\n"):
        complaints.append("the lint itself: a preset with an unknown rule passed")
    print("\n".join(complaints) or f"{checked} examples are right")
    sys.exit(1 if complaints or checked == 0 else 0)


main()
