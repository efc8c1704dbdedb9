"""--proof draws what the press makes of a page: lines where it is cut, marks where it goes wrong. It
changes nothing of the outputs."""

import base64
import json
import os
import struct
import subprocess

import support
from support import expect, expect_equal

BLEED, TRIM, SAFE = (230, 0, 38), (0, 82, 255), (0, 158, 74)
GAMUT, OVER = (255, 0, 200), (255, 138, 0)
MARGIN = 40  # of a proof around its page, px

# Squares of 300 px in a picture of 1200 x 800.
PATCHES = {"blue": (100, 100, "0 0 255"), "green": (500, 100, "0 255 0"),
           "grey": (100, 450, "128 128 128"), "black": (500, 450, "0 0 0")}
PATCH = 300

PAGE = """\
version: 1
name: one
stages: [load: flat.png]
outputs:
  - stages:
      - page: {page}
      - color: {color}
    to: out/page.tif
  - stages: [resize: {{ width: 200 }}]
    to: out/web.webp
"""
# Exactly the picture's shape and density: a pixel of it is a pixel of the page, without bleed.
EXACT = "{ size: 120x80mm, min-dpi: 200dpi }"


def write_inputs(place):
    folder = place.folder
    support.vips("black", f"{folder}/0.v", "1200", "800", "--bands", "3")
    support.vips("linear", f"{folder}/0.v", f"{folder}/1.v", "1 1 1", "200 205 210", "--uchar")
    support.vips("copy", f"{folder}/1.v", f"{folder}/2.v", "--interpretation", "srgb")
    for left, top, color in PATCHES.values():
        support.vips("draw_rect", f"{folder}/2.v", color, str(left), str(top), str(PATCH),
                     str(PATCH), "--fill")
    support.vips("copy", f"{folder}/2.v", place.path("flat.png"))
    support.vips("icc_transform", place.path("flat.png"), f"{folder}/ink.tif", "cmyk",
                 "--input-profile", "srgb")
    told = subprocess.run(["vipsheader", "-f", "icc-profile-data", f"{folder}/ink.tif"], check=True,
                          capture_output=True, text=True).stdout
    place.write("press.icc", base64.b64decode(told))


def pipeline(page, color="{ profile-file: press.icc }"):
    return PAGE.format(page=page, color=color)


class Drawn:
    """A proof's pixels."""

    def __init__(self, place, name):
        path = place.path(name)
        with open(path, "rb") as stream:
            self.width, self.height = struct.unpack(">II", stream.read(24)[16:])
        support.vips("rawsave", path, place.path("proof.raw"))
        self.raw = place.read("proof.raw")
        expect_equal(len(self.raw), self.width * self.height * 3, "bytes of an RGB proof")

    def at(self, x, y):
        start = (y * self.width + x) * 3
        return tuple(self.raw[start:start + 3])

    def columns(self, color, y):
        return [x for x in range(self.width) if self.at(x, y) == color]

    def rows(self, color, x):
        return [y for y in range(self.height) if self.at(x, y) == color]

    def share(self, color, left, top, size):
        found = sum(self.at(x, y) == color
                    for y in range(top, top + size) for x in range(left, left + size))
        return found / size / size


def expect_near(found, wanted, what):
    """Each of `wanted` has a pixel at most one away, and nothing else is there."""
    for place in wanted:
        expect(any(abs(at - place) <= 1 for at in found), f"{what}: none at {place} in {found}")
    for at in found:
        expect(any(abs(at - place) <= 1 for place in wanted), f"{what}: one at {at}")


def test_lines_lie_where_the_sheet_is_cut(place):
    write_inputs(place)
    place.write("p.yaml", pipeline("{ size: 60x40mm, bleed: 3mm, safe: 4mm }"))
    place.run("--proof")
    drawn = Drawn(place, "out/page.tif.proof.png")
    # 66 x 46 mm at 300 dpi, drawn twice as large.
    width, height = round(66 / 25.4 * 300) * 2, round(46 / 25.4 * 300) * 2
    expect_equal(drawn.width, width + 2 * MARGIN, "width")
    # Off the middle, where the patches' marks are not looked at, and no dash of the safe zone's ends.
    y, x = MARGIN + height // 2, MARGIN + width // 2
    for color, inset_mm, what in ((BLEED, 0, "bleed"), (TRIM, 3, "trim")):
        across, down = inset_mm / 66 * width, inset_mm / 46 * height
        # The two pixels of a line lie on both sides of an edge.
        left, top = MARGIN + across - 0.5, MARGIN + down - 0.5
        expect_near(drawn.columns(color, y), [left, left + width - 2 * across],
                    f"columns of the {what} line")
        rows = [at for at in drawn.rows(color, x) if at < MARGIN + height + 3]
        expect_near(rows, [top, top + height - 2 * down], f"rows of the {what} line")
    safe = round(MARGIN + 7 / 66 * width)
    dashes = drawn.rows(SAFE, safe)
    expect(height * 0.4 < len(dashes) < height * 0.8, f"{len(dashes)} px of the safe zone's dashes")


def test_what_the_press_cannot_print_is_marked(place):
    write_inputs(place)
    place.write("p.yaml", pipeline(EXACT))
    place.run("--proof")
    drawn = Drawn(place, "out/page.tif.proof.png")
    scale = (drawn.width - 2 * MARGIN) / 1200
    shares = {}
    for name, (left, top, _) in PATCHES.items():
        inside = [MARGIN + round((at + 20) * scale) for at in (left, top)]
        shares[name] = drawn.share(GAMUT, *inside, round((PATCH - 40) * scale))
    expect(shares["blue"] > 0.1, f"blue is marked: {shares}")
    expect(shares["green"] > 0.1, f"green is marked: {shares}")
    expect_equal((shares["grey"], shares["black"]), (0, 0), "marks on grey and black")


def test_too_much_ink_is_marked(place):
    write_inputs(place)
    place.write("p.yaml", pipeline(EXACT, "{ profile-file: press.icc, max-ink: 150 }"))
    refused = place.run("--proof", code=9)
    failure = next(e for e in refused.events if e["event"] == "output" and e["status"] == "failed")
    expect("; page.tif.proof.png shows where" in failure["error"]["message"], failure)
    expect(not os.path.exists(place.path("out/page.tif")), "nothing that was refused is there")
    drawn = Drawn(place, "out/page.tif.proof.png")
    scale = (drawn.width - 2 * MARGIN) / 1200
    for name, (left, top, _) in PATCHES.items():
        inside = [MARGIN + round((at + 20) * scale) for at in (left, top)]
        share = drawn.share(OVER, *inside, round((PATCH - 40) * scale))
        expect((share > 0.1) == (name in ("black", "blue")), f"{name}: {share} of it is over")
    expect_equal(place.leftovers(), [], "hidden files")


def test_only_too_much_ink_leaves_a_proof(place):
    write_inputs(place)
    place.write("p.yaml", "version: 1\nstages: [load: flat.png]\noutputs:\n"
                "  - stages:\n      - color: { profile-file: press.icc, max-ink: 400 }\n"
                "      - recompress: { format: jpeg, max-bytes: 1KB }\n    to: out/three.jpg\n")
    refused = place.run("--proof", code=9)
    failure = next(e for e in refused.events if e["event"] == "output" and e["status"] == "failed")
    expect("max-bytes 1KB cannot be met" in failure["error"]["message"], failure)
    expect("shows where" not in failure["error"]["message"], failure)
    expect_equal(place.files(), {}, "files")


def test_ink_that_comes_as_ink_is_measured_against_300(place):
    folder = place.folder
    support.vips("black", f"{folder}/0.v", "200", "100", "--bands", "4")
    support.vips("draw_rect", f"{folder}/0.v", "255 255 200 100", "0", "0", "100", "100", "--fill")
    support.vips("copy", f"{folder}/0.v", f"{folder}/flat.tif", "--interpretation", "cmyk")
    place.write("p.yaml", "version: 1\nstages: [load: flat.tif]\noutputs: [to: out/ink.tif]\n")
    place.run("--proof")
    drawn = Drawn(place, "out/ink.tif.proof.png")
    left = (drawn.width - 400) // 2
    expect(drawn.share(OVER, left + 20, MARGIN + 20, 160) > 0.1, "317 % is marked")
    expect_equal(drawn.share(OVER, left + 220, MARGIN + 20, 160), 0, "marks on what has none")


def test_outputs_and_manifest_are_the_same_with_and_without(place):
    write_inputs(place)
    place.write("p.yaml", pipeline("{ size: 60x40mm, bleed: 3mm }"))
    place.run()
    before, manifest = place.files(), place.read("p.manifest.json")
    stamps = place.stamps()
    result = place.run("--proof")
    expect_equal(result.outputs("made"), ["out/page.tif"], "made again")
    expect_equal(result.outputs("up-to-date"), ["out/web.webp"], "left alone")
    made = next(e for e in result.events if e["event"] == "output" and e["status"] == "made")
    expect_equal(made["proof"], "out/page.tif.proof.png", "what the event tells")
    after = place.files()
    del after["out/page.tif.proof.png"]
    expect_equal(after, before, "outputs")
    expect_equal(place.stamps()["out/web.webp"], stamps["out/web.webp"], "the other's stamp")
    expect_equal(place.read("p.manifest.json"), manifest, "manifest")
    again = place.run()
    expect_equal(again.outputs("made"), [], "made without --proof")
    told = place.peel("run", "p.yaml", "--proof").out
    expect("       proof out/page.tif.proof.png\n" in told, told)


def test_a_proof_of_light_has_lines_and_no_ink(place):
    write_inputs(place)
    place.write("p.yaml", "version: 1\nstages: [load: flat.png]\noutputs:\n"
                "  - stages: [page: { size: 60x40mm, bleed: 3mm }]\n    to: out/a.jpg\n")
    place.run("--proof")
    drawn = Drawn(place, "out/a.jpg.proof.png")
    expect(drawn.columns(TRIM, drawn.height // 3), "a trim line")
    expect(not any(drawn.rows(GAMUT, x) or drawn.rows(OVER, x) for x in range(drawn.width)),
           "no marks")


def test_a_generated_picture_says_so_in_its_proof(place):
    place.write("p.yaml", "version: 1\nname: one\nstages:\n"
                "  - generate: { provider: synthetic, prompt: A barn, resolution: 1200x800 }\n"
                "outputs:\n"
                "  - stages: [page: 60x40mm]\n    to: out/a.jpg\n"
                "  - stages: [page: 60x40mm, metadata: strip]\n    to: out/b.jpg\n"
                "  - stages: [page: 60x40mm, metadata: { drop: [ai-label] }]\n    to: out/c.jpg\n")
    place.run("--proof")
    for name, has_label in (("a", True), ("b", True), ("c", False)):
        for path in (f"out/{name}.jpg", f"out/{name}.jpg.proof.png"):
            told = json.loads(subprocess.run(
                ["exiftool", "-json", "-XMP:all", place.path(path)], check=True,
                capture_output=True, text=True).stdout)[0]
            label = str(told.get("DigitalSourceType"))
            expect_equal(label.endswith("lgorithmicMedia"), has_label, f"label of {path}: {told}")
        expect("Description" not in told and "Prompt" not in str(told), f"nothing else: {told}")


def test_a_dry_run_tells_and_draws_nothing(place):
    write_inputs(place)
    place.write("p.yaml", pipeline("{ size: 60x40mm, bleed: 3mm }"))
    result = place.run("--proof", "-n")
    proofs = {e["path"]: e.get("proof") for e in result.events if e["event"] == "output"}
    expect_equal(proofs, {"out/page.tif": "out/page.tif.proof.png", "out/web.webp": None}, "proofs")
    expect(not os.path.exists(place.path("out")), "nothing is written")
    told = place.peel("plan", "p.yaml", "--proof").out
    expect("       draws out/page.tif.proof.png\n" in told, told)


def test_a_proof_over_another_file_is_an_error(place):
    write_inputs(place)
    place.write("p.yaml", pipeline("{ size: 60x40mm, bleed: 3mm }") +
                "  - stages: [resize: { width: 100 }]\n    to: out/page.tif.proof.png\n")
    result = place.peel("run", "p.yaml", "--proof", code=2)
    expect("this output and the proof of another would both write out/page.tif.proof.png"
           in result.err, result.err)
    place.run()
    expect_equal(sorted(place.files()), ["out/page.tif", "out/page.tif.proof.png", "out/web.webp"],
                 "outputs without --proof")
    place.write("p.yaml", "version: 1\nstages: [load: a.tif.proof.png]\noutputs:\n"
                "  - stages: [page: { size: 60x40mm }]\n    to: a.tif\n")
    place.write("a.tif.proof.png", place.read("flat.png"))
    result = place.peel("run", "p.yaml", "--proof", code=2)
    expect("the proof of this output would be written over another file of this run: "
           "a.tif.proof.png" in result.err, result.err)


def test_derive_draws_beside_a_file_only(place):
    write_inputs(place)
    place.write("../config/peel/presets/press.yaml", "summary: A page.\nstages:\n"
                "  - page: { size: 60x40mm, bleed: 3mm }\n  - recompress: { format: jpeg }\n"
                "to: out/{name}.{ext}\n")
    result = place.peel("derive", "flat.png", "--preset", "press", "--proof", "--to", "-", code=2)
    expect_equal(result.out, "", "standard output")
    expect("--to - writes the picture to standard output, and --proof draws beside a file: give "
           "--to a path" in result.err, result.err)
    place.peel("derive", "flat.png", "--preset", "press", "--proof", "--to", "b.jpg")
    expect(os.path.exists(place.path("b.jpg.proof.png")), "the proof is there")


if __name__ == "__main__":
    support.main(globals())
