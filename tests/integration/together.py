"""Two runs at once, of one pipeline and one cache: both end well, and everything is whole."""

import support
from support import expect, expect_equal

PIPELINE = """\
version: 1
matrix:
  n: [1, 2, 3]
stages:
  - generate: { provider: synthetic, prompt: "A ford ${n}", resolution: 320x240 }
outputs:
  - stages: [{ resize: { width: 200 } }, { recompress: { format: jpeg } }]
    to: "out/{name}.jpg"
  - stages: [{ recompress: { format: png } }]
    to: "out/{name}.png"
  - stages: [{ resize: { width: 100 } }, { recompress: { format: webp } }]
    to: "out/{name}.webp"
"""


def test_runs_of_one_pipeline_at_once_both_end_well(place):
    reference = place.another("reference")
    reference.write("p.yaml", PIPELINE)
    reference.run()
    place.write("p.yaml", PIPELINE)
    for _ in range(3):
        processes = [place.start("run", "--json", "p.yaml", "--refresh", "*") for _ in range(3)]
        for process in processes:
            result = support.finish(process)
            expect_equal((result.summary["made"], result.summary["failed"]), (9, 0),
                         "made and failed")
        expect_equal(place.files(), reference.files(), "outputs")
        expect_equal(place.read("p.manifest.json"), reference.read("p.manifest.json"),
                     "the manifest")
        expect_equal(place.check_originals(), 3, "originals")
        expect_equal(place.leftovers(), [], "temporary files")
        expect_equal(place.run().summary["made"], 0, "made by a run after them")


def test_runs_of_two_folders_share_a_cache(place):
    other = place.another("other")
    other.home = place.home
    for each in (place, other):
        each.write("p.yaml", PIPELINE)
    processes = [each.start("run", "--json", "p.yaml") for each in (place, other) for _ in range(2)]
    for process in processes:
        expect_equal(support.finish(process).summary["failed"], 0, "failures")
    expect_equal(place.files(), other.files(), "outputs")
    expect_equal(place.read("p.manifest.json"), other.read("p.manifest.json"), "manifests")
    expect_equal(place.check_originals(), 3, "originals")
    again = other.run()
    expect_equal((again.summary["made"], again.summary["originals-cached"]), (0, 3), "again")
    expect(again.summary["failed"] == 0, "failures")


support.main(globals())
