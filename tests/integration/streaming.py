"""A page goes to the disk while it is computed: whatever ends that early leaves no part of it, and what was there stays.

Most formats are made in memory and written at one go; TIFF and PDF are not, so each promise is tried on
both, at a moment when a file without a name is seen to grow.
"""

import atexit
import contextlib
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import time

import support
from support import expect, expect_equal

WIDTH, HEIGHT = 1000, 700
# Long enough for metadata to be seen to be missing at the end of a file.
TEXT = "Nebel, Schilf und ein Kahn. " * 560
PAGE = """\
version: 1
name: p
stages: [{ load: { files: in.png } }]
outputs:
  - stages:
      - resize: { width: 2000, when-smaller: enlarge }
      - page: { size: 200x140mm, min-dpi: 150dpi }
%s      - metadata: { set: { description: "%s" } }
      - recompress: { format: %s }
    to: out/page.%s
"""
FORMATS = {"tiff": "tif", "pdf": "pdf"}


def write_page(place, name, more=""):
    place.write("p.yaml", PAGE % (more, TEXT, name, FORMATS[name]))
    return f"out/page.{FORMATS[name]}"


@functools.cache
def picture():
    return support.png(WIDTH, HEIGHT, 3)


@functools.cache
def made(name):
    """A place where the page has been made, for all tests: each takes a copy."""
    root = tempfile.mkdtemp(prefix="peel-integration-")
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    first = support.Place(root)
    first.write("in.png", picture())
    write_page(first, name)
    first.run()
    return first


def pages(place):
    """A place for each format, and the page as it is when nothing comes between."""
    for name, extension in FORMATS.items():
        first, other, path = made(name), place.another(name), f"out/page.{extension}"
        shutil.copytree(first.folder, other.folder, dirs_exist_ok=True)
        shutil.copytree(first.home, other.home)
        yield other, name, path, first.read(path)


def growing(pid, folder):
    """How large the files without a name are that a worker writes in the folder."""
    sizes = []
    for worker in support.workers_of(pid):
        try:
            for number in os.listdir(f"/proc/{worker}/fd"):
                link = f"/proc/{worker}/fd/{number}"
                if os.readlink(link).startswith(folder + "/#"):
                    sizes.append(os.stat(link).st_size)
        except OSError:
            continue
    return sizes


def started(place, at_least, *arguments):
    """A run whose worker has written so many bytes of the page."""
    process = place.start("run", "--json", "p.yaml", "--refresh", "*", *arguments)
    folder = os.path.realpath(place.path("out"))
    sizes = []

    def is_under_way():
        sizes[:] = growing(process.pid, folder)
        return max(sizes, default=0) >= at_least or process.poll() is not None
    support.wait_until(is_under_way, f"{at_least} bytes are written", 60)
    expect(max(sizes, default=0) >= at_least and process.poll() is None,
           "the run ended before it was seen to write")
    return process


def test_a_page_grows_as_it_is_computed(place):
    """Else what follows would try nothing."""
    for other, name, _, whole in pages(place):
        process = started(other, 1)
        folder, sizes = os.path.realpath(other.path("out")), set()
        while process.poll() is None:
            sizes.update(growing(process.pid, folder))
            time.sleep(0.01)
        support.finish(process)
        between = [size for size in sizes if 0 < size < len(whole) * 0.9]
        expect(len(between) >= 3, f"{name}: of {len(whole)} bytes these were seen: {sorted(sizes)}")


def test_killed_while_a_page_streams_leaves_nothing_half(place):
    for other, name, path, whole in pages(place):
        for share in (0.01, 0.3, 0.7):
            process = started(other, int(len(whole) * share))
            workers = support.children_of(process.pid)
            process.kill()
            process.communicate()
            support.expect_dead(workers, "the workers of a killed run end")
            expect_equal(list(other.files()), [path], f"{name}: files after a kill at {share}")
            expect(other.read(path) == whole, f"{name}: what was there before is another at {share}")
        os.remove(other.path(path))
        process = started(other, int(len(whole) * 0.5))
        process.kill()
        process.communicate()
        expect_equal(other.files(), {}, f"{name}: files after a kill where there was none")
        other.run()
        expect(other.read(path) == whole, f"{name}: made by the next run")
        expect_equal(other.leftovers(), [], f"{name}: temporary files")


def test_a_worker_killed_while_a_page_streams_fails_the_page_alone(place):
    for other, name, path, whole in pages(place):
        process = started(other, int(len(whole) * 0.3))
        os.kill(support.workers_of(process.pid)[0], signal.SIGKILL)
        result = support.finish(process, 1)
        expect("signal 9" in result.out, f"{name}: names the signal: {result}")
        expect_equal(list(other.files()), [path], f"{name}: files")
        expect(other.read(path) == whole, f"{name}: what was there before is another")


def test_the_first_signal_lets_a_page_be_finished(place):
    for other, name, path, whole in pages(place):
        os.remove(other.path(path))
        process = started(other, int(len(whole) * 0.2))
        process.send_signal(signal.SIGINT)
        result = support.finish(process, 130)
        expect_equal(result.outputs("made"), [path], f"{name}: made")
        expect(other.read(path) == whole, f"{name}: it is whole")


def test_the_second_signal_leaves_no_part_of_a_page(place):
    for other, name, path, whole in pages(place):
        for arguments in ([], ["--no-isolate"]):
            # Without workers it is the run itself that writes.
            process = (started(other, int(len(whole) * 0.2)) if not arguments else
                       other.start("run", "--json", "p.yaml", "--refresh", "*", *arguments))
            if arguments:
                support.wait_until(lambda pid=process.pid: support.catches(pid, signal.SIGINT),
                                   "the handler is set")
                time.sleep(0.5)
            for _ in range(2):
                process.send_signal(signal.SIGINT)
                time.sleep(0.02)
            result = support.finish(process, 130)
            expect_equal(result.outputs("failed"), [], f"{name}: failed")
            expect_equal(list(other.files()), [path], f"{name}: files")
            expect(other.read(path) == whole, f"{name}: what was there before is another")
            expect_equal(other.leftovers(), [], f"{name}: temporary files")


def full_disk(place, path, size_kib, disk, earlier):
    result = place.run(code=1)
    for words in (path, "disk is full", "free some space"):
        expect(words in result.out, f"{path} on {size_kib} KiB: the error does not say {words!r}: {result}")
    expect_equal(result.outputs("failed"), [path], f"{path} on {size_kib} KiB: failed")
    expect_equal(place.files(), earlier, f"{path} on {size_kib} KiB: files")
    free = os.statvfs(disk)
    expect(free.f_bfree * free.f_frsize >= size_kib * 1024 * 0.9 - sum(map(len, earlier.values())),
           f"{path} on {size_kib} KiB: the space of what was begun is not free again")


@contextlib.contextmanager
def mounted(disk, size_kib):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", disk],
                          capture_output=True, text=True, check=False)
    expect_equal(done.returncode, 0, f"this test mounts a small file system and must run as root: "
                 f"{done.stderr}\nexit code")
    try:
        yield
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_disk_that_is_full_at_any_moment_of_a_page(place):
    """At the first rows, amid the pixels, and at what stands behind them: a TIFF's directories, a PDF's packet."""
    for other, name, path, whole in pages(place):
        os.remove(other.path(path))
        disk, n_kib = other.path("out"), len(whole) // 1024
        for size_kib in (8, n_kib // 2, n_kib - 40, n_kib - 16):
            with mounted(disk, size_kib):
                full_disk(other, path, size_kib, disk, {})
        with mounted(disk, n_kib - 4):
            full_disk(other, path, n_kib - 4, disk, {})
            subprocess.run(["mount", "-o", f"remount,size={n_kib + 64}k", disk], check=True)
            other.run()
            expect(other.read(path) == whole, f"{name}: with space")
            # There is room for one of them, and it is made again.
            write_page(other, name, "      - blur: { sigma: 0.6 }\n")
            full_disk(other, path, n_kib + 64, disk, {path: whole})


def test_a_page_that_may_not_grow_says_why(place):
    for other, name, path, whole in pages(place):
        os.remove(other.path(path))
        process = subprocess.run(
            ["sh", "-c", f'ulimit -f {len(whole) // 1024}; exec "$0" run --json p.yaml', support.PEEL],
            cwd=other.folder, env=other.environment(), capture_output=True, text=True, check=False)
        expect_equal(process.returncode, 1, f"{name}: {process}\nexit code")
        for words in ("File too large", path):
            expect(words in process.stdout, f"{name}: the error does not say {words!r}: {process.stdout}")
        expect_equal(other.files(), {}, f"{name}: files")


def test_an_original_that_ends_early_leaves_the_page_as_it_was(place):
    for other, name, path, whole in pages(place):
        other.write("in.png", picture()[:len(picture()) * 2 // 3])
        result = other.run(code=None)
        expect(result.code not in (0, 130), f"{name}: {result}")
        expect_equal(list(other.files()), [path], f"{name}: files")
        expect(other.read(path) == whole, f"{name}: what was there before is another")
        expect_equal(other.leftovers(), [], f"{name}: temporary files")
        other.run("--allow-damaged")
        expect(other.read(path) not in (b"", whole), f"{name}: as far as it goes")


def test_too_much_ink_leaves_the_page_as_it_was(place):
    """It is known when the last row has been written."""
    ink = "      - color: { profile-file: press.icc%s }\n"
    for other, name, path, _ in pages(place):
        support.write_press(other)
        before = other.files()
        write_page(other, name, ink % ", max-ink: 100")
        result = other.run(code=9)
        expect("'max-ink' is 100 %" in result.out, f"{name}: {result}")
        expect_equal(list(other.files()), [path], f"{name}: files")
        expect(other.files() == before, f"{name}: what was there before is another")
        expect_equal(other.leftovers(), [], f"{name}: temporary files")
        write_page(other, name, ink % ", max-ink: 400")
        expect_equal(other.run().outputs("made"), [path], f"{name}: with a limit that it keeps")


SHEET = """\
version: 1
name: p
stages: [{ load: { files: in.png } }]
outputs:
  - stages:
      - resize: { width: %d, when-smaller: enlarge }
      - page: { size: %s, min-dpi: 20dpi }
      - color: { profile-file: press.icc, depth: 16 }
      - recompress: { format: %s }
    to: out/page.%s
"""


def peak_bytes(place, sheet, width, name):
    """The largest of what a run's processes took. A sanitizer keeps freed memory for a while, of which it takes
    as little as it can."""
    place.write("p.yaml", SHEET % (width, sheet, name, FORMATS[name]))
    with subprocess.Popen([support.PEEL, "run", "-q", "-j1", "p.yaml"], cwd=place.folder, stdout=subprocess.DEVNULL,
                          env=place.environment() | {"ASAN_OPTIONS": "quarantine_size_mb=1"}) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    expect_equal(process.returncode, 0, f"{sheet} as {name}: exit code")
    return usage.ru_maxrss * 1024


def test_memory_does_not_grow_with_the_page(place):
    """Twice the paper, twice the pixels: if they stood in memory, it would be seen."""
    place.write("in.png", support.png(210, 297))
    support.write_press(place)
    n_bytes = 2 * 4 * (2480 * 3508 - 1748 * 2480)  # of 16-bit CMYK at 300 dpi
    for name in FORMATS:
        small, large = peak_bytes(place, "a5", 1800, name), peak_bytes(place, "a4", 2500, name)
        expect(large - small < n_bytes / 2, f"{name}: {large - small} bytes more, of {n_bytes} of pixels")


support.main(globals())
