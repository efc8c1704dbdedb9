"""The manifest and what decides that an output is made again: recipes, and nothing else."""

import json
import os

import support
from support import expect, expect_equal

PIPELINE = """\
version: 1
name: shed
vars:
  what: shed
matrix:
  light: [noon, dusk]
  side: [north, south]
stages:
  - generate: { provider: synthetic, prompt: "A ${what} at ${light} from the ${side}", resolution: 200x160 }
  - sharpen: { sigma: 0.5 }
outputs:
  - matrix:
      w: [40, 80]
      f: [jpeg, webp]
    stages:
      - resize: { width: "${w}" }
      - recompress: { format: "${f}", quality: 80 }
    to: "out/{name}-{w}.{ext}"
  - stages:
      - crop: { width: 50, height: 50 }
      - recompress: { format: png, compression-level: 6 }
    to: "out/{name}-square.png"
manifest: out/manifest.json
"""
N_OUTPUTS = 20


def made(place, *arguments):
    place.write("p.yaml", PIPELINE)
    expect_equal(place.run(*arguments).summary["made"], N_OUTPUTS, "made")


def test_equal_runs_give_equal_manifests(place):
    made(place, "-j1")
    wanted = place.read("out/manifest.json")
    for name, arguments in (("eight", ["-j8"]), ("elsewhere/far", ["-j2", "--no-isolate"])):
        other = place.another(name)
        made(other, *arguments)
        expect_equal(other.read("out/manifest.json"), wanted, f"the manifest of {name}")
    place.run("--refresh", "*", "-j3")
    expect_equal(place.read("out/manifest.json"), wanted, "the manifest after all were made again")


def test_manifest_tells_what_there_is(place):
    made(place)
    manifest = json.loads(place.read("out/manifest.json"))
    expect_equal([image["id"] for image in manifest["images"]],
                 [f"shed@{light},{side}" for light in ("noon", "dusk")
                  for side in ("north", "south")], "images in the order of the matrix")
    files = place.files()
    for image in manifest["images"]:
        expect_equal(len(image["derivatives"]), 5, "derivatives of an image")
        for derivative in image["derivatives"]:
            content = files.pop(derivative["path"])
            expect_equal(len(content), derivative["bytes"], "bytes")
            expect_equal(support.sha256(content), derivative["sha256"], "sha256")
    expect_equal(list(files), ["out/manifest.json"], "files it does not tell of")
    expect(place.folder not in json.dumps(manifest), "names no folder of this machine")


def test_only_leaves_the_rest_in_the_manifest(place):
    made(place)
    wanted = place.read("out/manifest.json")
    place.run("--only", "*-40.jpg", "--refresh", "*-40.jpg")
    expect_equal(place.read("out/manifest.json"), wanted, "the manifest after --only")


def nothing_made(place, text, *arguments, pipeline="p.yaml"):
    manifest = place.read("out/manifest.json")
    stamps = place.stamps()
    place.write(pipeline, text)
    result = place.run(*arguments, pipeline=pipeline)
    expect_equal((result.summary["made"], result.summary["up-to-date"]), (0, N_OUTPUTS),
                 f"made and up to date: {pipeline} {arguments}")
    expect_equal(place.stamps(), stamps, "mtimes")
    expect_equal(place.read("out/manifest.json"), manifest, "the manifest")


def test_what_shapes_no_pixel_makes_nothing_again(place):
    made(place)
    nothing_made(place, "# a comment\n" + PIPELINE.replace("\n  - ", "\n\n  -  # another\n    "))
    head, _, tail = PIPELINE.partition("stages:\n")
    stages, _, rest = tail.partition("outputs:\n")
    outputs, _, _ = rest.partition("manifest:")
    nothing_made(place, "manifest: out/manifest.json\nstages:\n" + stages + "outputs:\n" +
                 outputs + head.replace("version: 1\n", "") + "version: 1\n")
    nothing_made(place, PIPELINE.replace('prompt: "A ${what}', 'prompt: "A shed'))
    nothing_made(place, PIPELINE.replace("format: png, compression-level: 6",
                                         "compression-level: 6, format: png"))
    nothing_made(place, PIPELINE.replace("sigma: 0.5", "sigma: 0.50"))
    for arguments in (["-j1"], ["-j7"], ["--no-isolate"], ["-k"], ["--max-pixels", "50"]):
        nothing_made(place, PIPELINE, *arguments)


def test_renamed_and_moved_pipelines_make_nothing_again(place):
    made(place)
    os.unlink(place.path("p.yaml"))
    nothing_made(place, PIPELINE, pipeline="renamed.yaml")
    # The whole project in another place: by the manifest.
    os.rename(place.folder, place.folder + "-moved")
    place.folder += "-moved"
    nothing_made(place, PIPELINE)


def remade(place, text, wanted, what):
    place.write("p.yaml", text)
    made_now = place.run().outputs("made")
    expect_equal(made_now, sorted(f"out/shed-{light}-{side}-{name}" for light, side, name in wanted),
                 what)
    expect_equal(place.run().summary["made"], 0, f"{what}: made by a second run")


EVERY = [(light, side) for light in ("noon", "dusk") for side in ("north", "south")]
FIRST = ("40.jpg", "40.webp", "80.jpg", "80.webp")


def each(*names, images=tuple(EVERY)):
    return [(*image, name) for image in images for name in names]


def test_changed_option_makes_exactly_what_depends_on_it(place):
    made(place)
    remade(place, PIPELINE.replace("quality: 80", "quality: 81"), each(*FIRST), "a quality")
    place.write("p.yaml", PIPELINE)
    place.run()
    remade(place, PIPELINE.replace("width: 50,", "width: 51,"), each("square.png"), "a crop")
    remade(place, PIPELINE, each("square.png"), "a crop, back")
    remade(place, PIPELINE.replace("w: [40, 80]", "w: [40, 90]"), each("90.jpg", "90.webp"),
           "another width")
    remade(place, PIPELINE.replace("sigma: 0.5", "sigma: 0.6"), each(*FIRST, "square.png"),
           "a stage before all")


def test_changed_prompt_makes_its_original_and_no_other(place):
    made(place)
    place.write("p.yaml", PIPELINE.replace("noon", "night"))
    result = place.run()
    summary = result.summary
    expect_equal((summary["originals-generated"], summary["originals-cached"]), (2, 2), "originals")
    expect_equal(result.outputs("made"),
                 sorted(f"out/shed-night-{side}-{name}" for side in ("north", "south")
                        for name in (*FIRST, "square.png")), "made")
    # The old original is still there: going back asks nobody.
    place.write("p.yaml", PIPELINE)
    summary = place.run().summary
    expect_equal((summary["originals-generated"], summary["made"]), (0, 0), "going back")


def test_explain_says_what_changed(place):
    made(place)
    place.write("p.yaml", PIPELINE.replace("quality: 80", "quality: 70"))
    out = place.peel("explain", "p.yaml").out
    changed = [line for line in out.splitlines() if "quality" in line]
    expect_equal(len(changed), 16, f"outputs whose quality changed\n{out}")
    expect("80" in changed[0] and "70" in changed[0], f"names both: {changed[0]}")
    expect_equal(sum(line.endswith(": up to date") for line in out.splitlines()), 4,
                 "outputs up to date")


COLLISION = """\
version: 1
stages:
  - load: "*.png"
outputs:
  - stages: [{ resize: { width: 40 } }, { recompress: { format: png } }]
    to: "out/{stem}-{width}x{height}.png"
  - stages: [{ resize: { height: 30 } }, { recompress: { format: png } }]
    to: "out/{stem}-{width}x{height}.png"
"""


def test_outputs_that_collide_with_real_pixels_fail_alone(place):
    place.write("p.yaml", COLLISION)
    place.write("wide.png", support.png(200, 100))
    place.write("equal.png", support.png(80, 60))
    result = place.run("-k", code=3)
    expect_equal(result.outputs("made"),
                 ["out/equal-40x30.png", "out/wide-40x20.png", "out/wide-60x30.png"], "made")
    expect_equal(result.outputs("failed"), ["out/equal-40x30.png"], "failed")
    expect("p.yaml:5" in result.out or "p.yaml:7" in result.out, f"names the places: {result}")
    first = place.read("out/equal-40x30.png")
    again = place.run("-k", code=3)
    expect_equal((again.summary["made"], again.summary["failed"]), (0, 1), "the second run")
    expect_equal(place.read("out/equal-40x30.png"), first, "the one that was first")


support.main(globals())
