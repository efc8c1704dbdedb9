"""Fewer pixels, the right ones: against a Lanczos of our own and against light."""

import math
import random
import struct

import judge
import pictures


def lanczos3(x):
    if x == 0:
        return 1.0
    if abs(x) >= 3:
        return 0.0
    x *= math.pi
    return 3 * math.sin(x) * math.sin(x / 3) / (x * x)


def taps(n_in, n_out):
    """For each output sample: where its inputs begin, and their weights. The edge is repeated."""
    scale = n_in / n_out
    reach = 3 * scale
    for i in range(n_out):
        center = (i + 0.5) * scale - 0.5
        first = math.ceil(center - reach)
        weights = [lanczos3((first + k - center) / scale) for k in range(int(2 * reach) + 1)]
        total = sum(weights)
        yield [(min(max(first + k, 0), n_in - 1), weight / total)
               for k, weight in enumerate(weights) if weight != 0]


def shrink(planes, width, height, to_width, to_height):
    """Planes of floats (row after row), one step of Lanczos each way."""
    across, down = list(taps(width, to_width)), list(taps(height, to_height))
    shrunk = []
    for plane in planes:
        rows = [plane[y * width:(y + 1) * width] for y in range(height)]
        rows = [[sum(row[at] * weight for at, weight in tap) for tap in across] for row in rows]
        shrunk.append([sum(rows[at][x] * weight for at, weight in tap)
                       for tap in down for x in range(to_width)])
    return shrunk


def psnr(ours, reference, full):
    """Of samples as a file holds them: the reference is clipped and rounded too."""
    error = sum((a - min(max(round(b), 0), full)) ** 2 for a, b in zip(ours, reference))
    return math.inf if error == 0 else 10 * math.log10(full * full * len(ours) / error)


def interleave(planes):
    return [sample for pixel in zip(*planes) for sample in pixel]


class Resampling(judge.Case):
    SIZE = (180, 132)
    TO = (61, 45)

    def resize(self, name, options, depth=None):
        """The PNG that one resize makes of `name`.png; its (width, height, bands, samples)."""
        recompress = {"format": "png", **({"depth": depth} if depth else {})}
        self.run_pipeline(name, {"stages": [{"load": f"{name}.png"}], "outputs": [
            {"stages": [{"resize": options}, {"metadata": "strip"}, {"recompress": recompress}],
             "to": f"out/{name}.png"}]})
        return pictures.pixels(self.folder / "out" / f"{name}.png")

    def photo(self, full):
        """Gradients, edges and noise: three planes that have all frequencies."""
        width, height = self.SIZE
        noise = random.Random(1)
        return [[min(full, max(0, int(full * (
            0.5 + 0.3 * math.sin(x / (3 + 4 * band) + y / 17) * math.cos(y / (9 - band)) +
            (0.15 if (x - 90) ** 2 + (y - 60) ** 2 < 1600 else -0.1) + noise.gauss(0, 0.03)))))
            for y in range(height) for x in range(width)] for band in range(3)]

    def test_8_bits_come_within_50_db_of_lanczos(self):
        planes = self.photo(255)
        pictures.write_png(self.folder / "p8.png", *self.SIZE, bytes(interleave(planes)))
        width, height, bands, samples = self.resize("p8", {"width": self.TO[0]})
        self.assertEqual((width, height, bands), (*self.TO[:1], round(132 * 61 / 180), 3))
        reference = interleave(shrink(planes, *self.SIZE, width, height))
        found = psnr(samples, reference, 255)
        print(f"8 bits: {found:.1f} dB", flush=True)
        self.assertGreater(found, 50)

    def test_16_bits_stay_16_bits_and_come_closer(self):
        planes = self.photo(65535)
        pixels = struct.pack(f">{3 * len(planes[0])}H", *interleave(planes))
        pictures.write_png(self.folder / "p16.png", *self.SIZE, pixels, depth=16)
        width, height, bands, samples = self.resize("p16", {"width": self.TO[0]})
        self.assertEqual(bands, 3)
        self.assertGreater(max(samples), 255)
        reference = interleave(shrink(planes, *self.SIZE, width, height))
        found = psnr(samples, reference, 65535)
        print(f"16 bits: {found:.1f} dB", flush=True)
        self.assertGreater(found, 55)

    def test_alpha_weighs_colours_so_that_edges_stay_clean(self):
        width, height = self.SIZE
        inside = [(x - 90) ** 2 + (y - 66) ** 2 < 3000 for y in range(height) for x in range(width)]
        # Red in the circle; where nothing is seen the pixels are green.
        planes = [[255 if seen else 0 for seen in inside], [0 if seen else 255 for seen in inside],
                  [0] * len(inside), [255 if seen else 0 for seen in inside]]
        pictures.write_png(self.folder / "alpha.png", width, height, bytes(interleave(planes)),
                           color=6)
        to_width, to_height, bands, samples = self.resize("alpha", {"width": self.TO[0]})
        self.assertEqual(bands, 4)
        alpha = shrink(planes[3:], width, height, to_width, to_height)[0]
        self.assertGreater(psnr(samples[3::4], alpha, 255), 50)
        seen = [at for at in range(0, len(samples), 4) if samples[at + 3] > 8]
        self.assertGreater(min(samples[at] for at in seen), 250)
        self.assertLess(max(samples[at + 1] for at in seen), 5)

    def checkerboard(self, name):
        width, height = 64, 64
        board = bytes(255 * ((x + y) % 2) for y in range(height) for x in range(width)
                      for _ in range(3))
        pictures.write_png(self.folder / f"{name}.png", width, height, board)

    def test_linear_mixes_light(self):
        """Half of the light of white is 188 in sRGB, not 128."""
        self.checkerboard("light")
        *_, samples = self.resize("light", {"width": 16, "linear": True})
        self.assertEqual({sample for sample in samples}, {188})

    def test_without_linear_values_are_mixed(self):
        self.checkerboard("values")
        *_, samples = self.resize("values", {"width": 16})
        self.assertLessEqual({sample for sample in samples}, {127, 128})

    def test_enlarging_is_lanczos(self):
        """A step, four times as wide: as the kernel says, which overshoots it by 12 %."""
        step = bytes(200 if x >= 8 else 50 for y in range(16) for x in range(16) for _ in range(3))
        pictures.write_png(self.folder / "step.png", 16, 16, step)
        width, _, _, samples = self.resize("step", {"width": 64, "when-smaller": "enlarge"})
        row = samples[0:width * 3:3]

        for x, found in enumerate(row):
            centre = (x + 0.5) / 4 - 0.5
            columns = range(math.floor(centre) - 2, math.floor(centre) + 4)
            weights = [lanczos3(centre - tap) for tap in columns]
            wanted = sum(w * (200 if tap >= 8 else 50) for w, tap in zip(weights, columns)) / sum(weights)
            self.assertLessEqual(abs(found - wanted), 1, f"column {x}")
        self.assertEqual((row[0], row[-1]), (50, 200))
        self.assertEqual(sum(a < 125 for a in row), 32)


if __name__ == "__main__":
    judge.main()
