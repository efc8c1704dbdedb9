"""The JSON Schema that `peel schema` prints, judged by somebody else's validator: it takes every
pipeline and preset of the project, and refuses what `peel check` refuses for its shape."""

import copy
import glob
import json
import os
import sys

import jsonschema
import yaml

import program

GOOD = {
    "version": 1,
    "matrix": {"angle": ["front", 3], "exclude": [{"angle": 3}]},
    "stages": [{"generate": {"prompt": "a lake"}}, "flatten", {"resize": "${size}"}],
    "outputs": [
        {"preset": "web/responsive", "with": {"format": ["webp"], "quality": 80}},
        {"matrix": {"width": {"sizes": [1, 2], "near": 1.1}}, "to": "out/{name}.{ext}",
         "stages": [{"recompress": {"format": "webp", "quality": "${quality}"}}]},
    ],
}


def with_change(*path_and_value):
    *path, last, value = path_and_value
    document = copy.deepcopy(GOOD)
    place = document
    for key in path:
        place = place[key]
    place[last] = value
    return document


# Each is one mistake.
BAD = {
    "unknown key": with_change("stagess", []),
    "version 2": with_change("version", 2),
    "no stages": {k: v for k, v in GOOD.items() if k != "stages"},
    "a chain without source": with_change("stages", [{"resize": 640}]),
    "a source in an output": with_change("outputs", 1, "stages", [{"load": "a.png"}]),
    "unknown stage": with_change("stages", 1, {"resise": 640}),
    "two stages in one entry": with_change("stages", 1, {"resize": 640, "blur": 2}),
    "unknown option": with_change("stages", 2, {"resize": {"widht": 640}}),
    "a word for a number": with_change("stages", 2, {"resize": {"width": "wide"}}),
    "out of range": with_change("stages", 2, {"resize": {"width": 0}}),
    "unknown word": with_change("stages", 2, {"resize": {"width": 9, "fit": "covr"}}),
    "no prompt": with_change("stages", 0, {"generate": {"resolution": "4K"}}),
    "sizes in the matrix of images": with_change("matrix", {"width": {"sizes": [1]}}),
    "sizes that are none": with_change("outputs", 1, "matrix", {"width": {"sizes": ["x"]}}),
    "an empty output": with_change("outputs", 0, {}),
    "a name with a blank": with_change("vars", {"a b": 1}),
}

GOOD_PROFILES = {"profiles": {
    "dev": {"generate": {"provider": ["vertex", "openai"], "resolution": "1K", "seed": 3},
            "providers": {"vertex": {"project": "p1"}}, "models": {"ours": {"price": 0.1}}},
    "staging": None, "production": {},
}}
BAD_PROFILES = {
    "a profile with an unknown key": {"provider": {}},
    "a profile with a prompt": {"generate": {"prompt": "a lake"}},
    "a profile with an unknown option": {"generate": {"resolutoin": "1K"}},
    "a profile with profiles": {"profiles": {}},
    "a profile that is a list": [],
}
BAD_RULES = {
    "an unknown rule": {"min-widht": 500},
    "a rule of an unknown format": {"formats": ["wepb"]},
    "a width of nothing": {"min-width": 0},
    "rules that are a list": ["jpeg"],
}


def main():
    root = os.path.abspath(sys.argv[1])
    peel = program.Peel(sys.argv[2])
    complaints = []
    validators = {}
    for kind in ("pipeline", "preset", "config"):
        code, text, said = peel.run("schema", kind)
        assert code == 0, said
        schema = json.loads(text)
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[kind] = jsonschema.Draft202012Validator(schema)

    files = {"pipeline": glob.glob(f"{root}/pipelines/*.yaml"),
             "preset": glob.glob(f"{root}/presets/*/*.yaml"),
             "config": [f"{root}/presets/models.yaml"]}
    for kind, paths in files.items():
        assert paths, f"no {kind} files"
        for path in sorted(paths):
            with open(path, encoding="utf-8") as stream:
                document = yaml.safe_load(stream)
            if kind == "config": # the table is what a configuration holds below 'models'
                del document["version"]
            for error in validators[kind].iter_errors(document):
                complaints.append(f"{os.path.relpath(path, root)}: {error.json_path}: "
                                  f"{error.message}")

    for error in validators["pipeline"].iter_errors(GOOD):
        complaints.append(f"a good pipeline is refused: {error.json_path}: {error.message}")
    for name, document in BAD.items():
        if validators["pipeline"].is_valid(document):
            complaints.append(f"the schema lets pass: {name}")
        path = os.path.join(peel.folder, "bad.json")
        with open(path, "w", encoding="utf-8") as stream:
            json.dump(document, stream)
        if peel.run("check", "--var", "size=9", "--var", "quality=9", path)[0] != 2:
            complaints.append(f"peel check lets pass: {name}")
    for error in validators["config"].iter_errors(GOOD_PROFILES):
        complaints.append(f"a good profile is refused: {error.json_path}: {error.message}")
    for name, profile in BAD_PROFILES.items():
        if validators["config"].is_valid({"profiles": {"dev": profile}}):
            complaints.append(f"the schema lets a configuration have: {name}")
    if validators["preset"].is_valid({"stages": [{"load": "a.png"}]}):
        complaints.append("the schema lets a preset have a source")
    for name, rules in BAD_RULES.items():
        if validators["preset"].is_valid({"stages": [], "rules": rules}):
            complaints.append(f"the schema lets a preset have: {name}")
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


main()
