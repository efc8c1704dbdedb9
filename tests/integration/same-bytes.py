"""An output's bytes follow from its recipe alone: not from siblings, threads, processes or runs."""

import support
from support import expect, expect_equal

HEAD = """\
version: 1
name: one
stages:
  - generate: { provider: synthetic, prompt: A kite over dunes, resolution: 640x480 }
  - sharpen: { sigma: 0.7 }
outputs:
"""

ROWS = {
    "target.webp": "resize: { width: 333 }, recompress: { format: webp, quality: 77 }",
    "a.jpg": "resize: { width: 333 }, recompress: { format: jpeg, quality: 81 }",
    "b.jpg": "resize: { width: 111 }, recompress: { format: jpeg, quality: high }",
    "c.png": "crop: { width: 100, height: 80, gravity: attention }, recompress: { format: png }",
    "d.tif": "resize: { width: 500 }, recompress: { format: tiff }",
    "e.avif": "resize: { width: 333 }, recompress: { format: avif, effort: 1 }",
    "f.webp": "blur: { sigma: 2 }, recompress: { format: webp, lossless: true }",
    "g.png": "resize: { width: 120, height: 50, fit: contain }, recompress: { format: png }",
    "i.tif": "page: { size: 40x30mm, bleed: 2mm, min-dpi: 150dpi }, recompress: { format: tiff }",
    "j.pdf": "page: { size: 40x30mm, bleed: 2mm, min-dpi: 150dpi }, recompress: { format: pdf }",
    "k.pdf": "color: { profile-file: press.icc, depth: 16 }, page: { size: a7, bleed: 3mm, bleed-from: "
             "mirror, marks: crop, min-dpi: 100dpi }, recompress: { format: pdf, pdf: x-4 }",
    "l.pdf": "color: { profile-file: press.icc }, page: { size: a7, fit: contain, min-dpi: 100dpi }, "
             "recompress: { format: pdf, packing: jpeg }",
    "m.tif": "color: { profile-file: press.icc, max-ink: 400, depth: 16 }, resize: { width: 700, "
             "when-smaller: enlarge }, recompress: { format: tiff, density: 300dpi }",
    "h.jpg": "resize: { width: 333 }, recompress: { format: jpeg, max-bytes: 14KB }",
}


# Alone they are computed while they are written, beside others at once and before.
PAGES = ("i.tif", "j.pdf", "k.pdf", "l.pdf", "m.tif")


def expect_same(found, wanted, what):
    """Names the files, not their bytes."""
    expect_equal(sorted(found), sorted(wanted), what)
    expect_equal([name for name in wanted if found[name] != wanted[name]], [], f"{what}: other bytes")


def pipeline(names):
    rows = ""
    for name in names:
        stages = "".join(f"      - {stage.strip()}\n" for stage in split_stages(ROWS[name]))
        rows += f"  - stages:\n{stages}    to: out/{name}\n"
    return HEAD + rows


def written(place, names):
    support.write_press(place)
    place.write("p.yaml", pipeline(names))
    return place


def split_stages(text):
    """'a: { b: 1 }, c: { d: 2 }' at the commas between stages."""
    depth, start = 0, 0
    for i, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            yield text[start:i]
            start = i + 1
    yield text[start:]


def test_siblings_threads_and_isolation_change_no_byte(place):
    whole = written(place.another("whole"), ROWS)
    whole.run("-j1")
    wanted = whole.files()
    expect_equal(len(wanted), len(ROWS), "outputs")
    ways = {
        "eight-threads": (list(ROWS), ["-j8"]),
        "one-process": (list(ROWS), ["-j2", "--no-isolate"]),
        "reversed": (list(reversed(ROWS)), []),
    }
    for way, (names, arguments) in ways.items():
        other = written(place.another(way), names)
        other.run(*arguments)
        expect_same(other.files(), wanted, way)
        if names == list(ROWS):  # and all that is told of them, such as what ink was measured
            expect_equal(other.read("p.manifest.json"), whole.read("p.manifest.json"), f"{way}: manifest")


def test_an_output_alone_has_the_bytes_it_has_among_others(place):
    whole = written(place.another("whole"), ROWS)
    whole.run()
    wanted = whole.files()
    only = written(place.another("only"), ROWS)
    for name in ("target.webp", "h.jpg", "g.png", *PAGES):
        alone = written(place.another("alone-" + name), [name])
        alone.run("-j1" if name in PAGES else "-j2")
        expect_same(alone.files(), {"out/" + name: wanted["out/" + name]}, f"{name} alone")
        expect_equal(only.run("--only", "out/" + name).summary["made"], 1, "made under --only")
        expect(only.files()["out/" + name] == wanted["out/" + name], f"--only {name}: other bytes")


def test_made_again_is_made_equal(place):
    written(place, ROWS).run()
    wanted = place.files()
    expect_equal(place.run("--refresh", "*").summary["made"], len(ROWS), "made again")
    expect_same(place.files(), wanted, "outputs made again")


support.main(globals())
