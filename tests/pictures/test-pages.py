"""Sheets of paper, pixel by pixel."""

import json

import judge
import pictures

# Inches of 100 px, so that a sheet's pixels can be counted in the head: 2x3 in with 0.2 in of bleed.
SHEET = {"size": "2x3in", "dpi": "100dpi", "min-dpi": "100dpi"}
BLED = {**SHEET, "bleed": "0.2in"}


class Picture:
    """A file's pixels as rows of tuples."""

    def __init__(self, path):
        self.width, self.height, bands, samples = pictures.pixels(path)
        self.rows = [[tuple(samples[at:at + bands])
                      for at in range(y * self.width * bands, (y + 1) * self.width * bands, bands)]
                     for y in range(self.height)]

    @property
    def size(self):
        return self.width, self.height

    def part(self, left, top, width, height):
        return [row[left:left + width] for row in self.rows[top:top + height]]


class Pages(judge.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_pipeline("source", {
            "stages": [{"generate": {"provider": "synthetic", "prompt": "a harbour",
                                     "resolution": "520x740"}}],
            "outputs": [{"stages": [{"metadata": "strip"}], "to": "in.png"}]})

    def pages(self, stages, extension="png"):
        """{name: stages} to {name: Picture}."""
        self.run_pipeline("pages", {"stages": [{"load": "in.png"}], "outputs": [
            {"stages": steps, "to": f"out/{name}.{extension}"} for name, steps in stages.items()]})
        return {name: Picture(self.folder / f"out/{name}.{extension}") for name in stages}

    def test_a_mirrored_page_is_the_page_and_its_mirror(self):
        made = self.pages({"bare": [{"page": SHEET}],
                           "bled": [{"page": {**BLED, "bleed-from": "mirror"}}]}, "tif")
        bare, bled = made["bare"], made["bled"]
        self.assertEqual((bare.size, bled.size), ((200, 300), (240, 340)))
        self.assertEqual(bled.part(20, 20, 200, 300), bare.rows)
        for row in bled.rows:
            self.assertEqual(row[:20], row[20:40][::-1])
            self.assertEqual(row[220:], row[200:220][::-1])
        self.assertEqual(bled.rows[:20], bled.rows[20:40][::-1])
        self.assertEqual(bled.rows[320:], bled.rows[300:320][::-1])

    def test_a_bleed_of_pixels_is_the_picture_cut_to_all_of_the_sheet(self):
        made = self.pages({
            "page": [{"page": {**BLED, "gravity": "north"}}],
            "by-hand": [{"crop": {"width": 520, "height": 737, "gravity": "north"}},
                        {"resize": {"width": 240, "height": 340, "fit": "fill"}}]})
        self.assertEqual(made["page"].size, (240, 340))
        self.assertEqual(made["page"].rows, made["by-hand"].rows)

    def test_marks_are_black_on_white_outside_the_bleed(self):
        page = self.pages({"marked": [{"page": {**BLED, "marks": "crop"}}]})["marked"]
        slug = 39  # 10 mm are 39.4 px
        self.assertEqual(page.size, (319, 419))
        inside = [(x, y) for y, row in enumerate(page.rows) for x, pixel in enumerate(row)
                  if pixel == (0, 0, 0) and not (slug <= x < slug + 240 and slug <= y < slug + 340)]
        # Eight of 5 mm: 20 px. Where the trim is cut: 20 px of bleed from the slug.
        self.assertEqual(len(inside), 8 * 20)
        self.assertEqual({x for x, y in inside if y < slug - 12}, {58, 259})
        self.assertEqual({y for x, y in inside if x < slug - 12}, {58, 359})
        white = [pixel for row in page.part(0, 0, slug, 419) for pixel in row]
        self.assertEqual(set(white), {(255, 255, 255), (0, 0, 0)})

    def test_what_is_too_coarse_writes_nothing_and_says_so(self):
        done = self.run_pipeline("coarse", {"stages": [{"load": "in.png"}], "outputs": [
            {"stages": [{"page": "A7"}], "to": "out/coarse.png"}]}, code=9)
        self.assertIn("A7 74x105 mm from 520x740 px gives 178 dpi, and 300 is the least", done.err)
        self.assertFalse((self.folder / "out/coarse.png").exists())

    def test_the_plan_tells_what_comes_out(self):
        self.write("told.json", json.dumps({"version": 1, "stages": [{"load": "in.png"}], "outputs": [
            {"stages": [{"page": {"size": "A7", "bleed": "3mm", "min-dpi": "150dpi"}}],
             "to": "out/told.png"}]}))
        said = [json.loads(line) for line in self.peel("plan", "--json", "told.json").out.splitlines()]
        plan = next(event for event in said if event["event"] == "output")
        self.peel("run", "told.json")
        self.assertEqual(Picture(self.folder / "out/told.png").size, (plan["width"], plan["height"]))
        self.assertEqual(plan["page"], {
            "width-mm": 74, "height-mm": 105, "bleed-mm": 3, "bleed": "pixels", "dpi": 165,
            "effective-dpi": 165.1})


if __name__ == "__main__":
    judge.main()
