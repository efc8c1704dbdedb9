"""An output's bytes follow from its recipe alone: not from siblings, threads, processes or runs."""

import support
from support import expect_equal

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
    "h.jpg": "resize: { width: 333 }, recompress: { format: jpeg, max-bytes: 14KB }",
}


def pipeline(names):
    rows = ""
    for name in names:
        stages = "".join(f"      - {stage.strip()}\n" for stage in split_stages(ROWS[name]))
        rows += f"  - stages:\n{stages}    to: out/{name}\n"
    return HEAD + rows


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
    whole = place.another("whole")
    whole.write("p.yaml", pipeline(ROWS))
    whole.run("-j1")
    wanted = whole.files()
    expect_equal(len(wanted), len(ROWS), "outputs")
    ways = {
        "eight-threads": (list(ROWS), ["-j8"]),
        "one-process": (list(ROWS), ["-j2", "--no-isolate"]),
        "reversed": (list(reversed(ROWS)), []),
    }
    for way, (names, arguments) in ways.items():
        other = place.another(way)
        other.write("p.yaml", pipeline(names))
        other.run(*arguments)
        expect_equal(other.files(), wanted, way)


def test_an_output_alone_has_the_bytes_it_has_among_others(place):
    whole = place.another("whole")
    whole.write("p.yaml", pipeline(ROWS))
    whole.run()
    wanted = whole.files()
    only = place.another("only")
    only.write("p.yaml", pipeline(ROWS))
    for name in ("target.webp", "h.jpg", "g.png"):
        alone = place.another("alone-" + name)
        alone.write("p.yaml", pipeline([name]))
        alone.run()
        expect_equal(alone.files(), {"out/" + name: wanted["out/" + name]}, f"{name} alone")
        expect_equal(only.run("--only", "out/" + name).summary["made"], 1, "made under --only")
        expect_equal(only.files()["out/" + name], wanted["out/" + name], f"--only {name}")


def test_made_again_is_made_equal(place):
    place.write("p.yaml", pipeline(ROWS))
    place.run()
    wanted = place.files()
    expect_equal(place.run("--refresh", "*").summary["made"], len(ROWS), "made again")
    expect_equal(place.files(), wanted, "outputs made again")


support.main(globals())
