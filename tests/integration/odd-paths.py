"""Paths that lead to something other than a regular file: links, pipes, devices and folders, written
to and read from."""

import json
import os
import signal
import stat
import subprocess
import threading
import time

import support
from support import expect, expect_equal

PIPELINE = """\
version: 1
stages:
  - generate: { provider: synthetic, prompt: A weir, resolution: 40x30 }
outputs:
  - stages: [{ recompress: { format: png } }]
    to: "out/a.png"
manifest: out/manifest.json
"""


def fill(place):
    """An original; its hash and its bytes."""
    content = support.png(30, 20)
    place.write("in/a.png", content)
    place.peel("cache", "import", "in/a.png", "--quiet")
    return support.sha256(content), content


class Reader(threading.Thread):
    """Reads what comes through a pipe that has a name, until its writer has closed it."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.got = path, None
        self.start()

    def run(self):
        with open(self.path, "rb") as stream:
            self.got = stream.read()

    def result(self):
        self.join(support.TIMEOUT_S)
        return self.got


def is_fifo(path):
    return stat.S_ISFIFO(os.stat(path).st_mode)


# ---- written to ----

def test_a_pipe_is_written_into(place):
    digest, content = fill(place)
    os.mkfifo(place.path("pipe"))
    place.peel("cache", "export", "x.tar")
    for wanted, arguments in ((place.read("x.tar"), ("cache", "export", "pipe")),
                              (content, ("cache", "cat", digest, "--to", "pipe"))):
        reader = Reader(place.path("pipe"))
        place.peel(*arguments)
        expect(is_fifo(place.path("pipe")), f"{arguments} leave the pipe a pipe")
        expect_equal(reader.result(), wanted, f"what {arguments} send")
    expect_equal(place.leftovers(), [], "temporary files")


def test_a_damaged_original_sends_nothing_through_a_pipe(place):
    digest, _ = fill(place)
    for paths in place.blobs().values():
        for path in paths:
            os.chmod(path, 0o600)
            with open(path, "r+b") as stream:
                stream.seek(-9, os.SEEK_END)
                stream.write(b"\xff" * 4)
    os.mkfifo(place.path("pipe"))
    reader = Reader(place.path("pipe"))
    place.peel("cache", "cat", digest, "--to", "pipe", code=8)
    expect_equal(reader.result(), b"", "what was sent")


def test_a_device_is_written_into(place):
    # A /dev/full of our own: root could lose the one of the machine.
    digest, _ = fill(place)
    try:
        os.mknod(place.path("full"), 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    except PermissionError:
        return
    for arguments in (("cache", "export", "full"), ("cache", "cat", digest, "--to", "full")):
        refused = place.peel(*arguments, code=1)
        expect("full" in refused.err, repr(refused))
        expect(stat.S_ISCHR(os.stat(place.path("full")).st_mode), "the device is kept")


def test_a_folder_is_no_target(place):
    digest, _ = fill(place)
    for arguments in (("cache", "export", "in"), ("cache", "cat", digest, "--to", "in")):
        refused = place.peel(*arguments, code=1)
        expect("in is a folder: name a file in it" in refused.err, repr(refused))
    expect_equal(os.listdir(place.path("in")), ["a.png"], "the folder")


def test_a_link_stays_and_its_target_is_replaced(place):
    digest, content = fill(place)
    os.mkdir(place.path("far"))
    os.symlink("far/link", place.path("link"))
    os.symlink("real", place.path("far/link"))
    place.peel("cache", "export", "x.tar")
    for old in (b"what was here", None):
        for wanted, arguments in ((place.read("x.tar"), ("cache", "export", "link")),
                                  (content, ("cache", "cat", digest, "--to", "link"))):
            place.write("far/real", old or b"")
            if old is None:
                os.remove(place.path("far/real"))
            place.peel(*arguments)
            expect(os.path.islink(place.path("link")) and os.path.islink(place.path("far/link")),
                   "the links are kept")
            expect_equal(place.read("far/real"), wanted, f"where the links lead, of {arguments}")
    os.symlink("circle", place.path("circle"))
    circle = place.peel("cache", "export", "circle", code=1)
    expect("cannot follow the link circle" in circle.err, repr(circle))
    expect(os.path.islink(place.path("circle")), "the circle is kept")


def test_a_pipe_in_the_place_of_an_output_is_refused(place):
    place.write("p.yaml", PIPELINE)
    os.mkdir(place.path("out"))
    for name in ("out/a.png", "out/manifest.json"):
        os.mkfifo(place.path(name))
        refused = place.peel("run", "p.yaml", code=None)
        expect(refused.code in (1, 2, 3), repr(refused))
        expect(f"{name} is no regular file" in refused.err, repr(refused))
        expect(is_fifo(place.path(name)), f"{name} is kept")
        os.remove(place.path(name))
    place.run()


def test_linked_lock_and_manifest_stay_links(place):
    place.write("p.yaml", PIPELINE)
    os.mkdir(place.path("out"))
    os.mkdir(place.path("kept"))
    os.symlink("kept/lock", place.path("peel.lock"))
    os.symlink("../kept/manifest", place.path("out/manifest.json"))
    for prompt in ("A weir", "A lock"):
        place.write("p.yaml", PIPELINE.replace("A weir", prompt))
        place.run()
        for name, target in (("peel.lock", "kept/lock"), ("out/manifest.json", "kept/manifest")):
            expect(os.path.islink(place.path(name)), f"{name} is a link")
            expect_equal(place.read(name), place.read(target), "what it leads to")
    expect_equal(place.run("--locked").summary["made"], 0, "made from the lock")


def test_what_is_derived_to_a_link_is_made_where_it_leads(place):
    place.write("a.png", support.png(40, 30))
    os.mkdir(place.path("far"))
    os.symlink("far/real", place.path("card.webp"))
    for width in (16, 24):
        derive = ("derive", "a.png", "--preset", "web/thumb", "--with", f"width={width}", "--with",
                  "format=webp", "--to", "card.webp")
        place.peel(*derive)
        expect(os.path.islink(place.path("card.webp")), "the link is kept")
        expect_equal(place.read("far/real")[8:12], b"WEBP", "what it leads to")
        again = place.peel(*derive, "--json").summary
        expect_equal((again["made"], again["up-to-date"]), (0, 1), "made again")
    os.symlink("a.png", place.path("self.webp"))
    before = place.read("a.png")
    refused = place.peel(*derive[:-1], "self.webp", code=2)
    expect("overwrite" in refused.err, repr(refused))
    expect_equal(place.read("a.png"), before, "the input")


def test_a_manifest_that_leads_out_needs_permission(place):
    place.write("p.yaml", PIPELINE)
    os.mkdir(place.path("out"))
    outside = place.path("../outside.json")
    os.symlink(outside, place.path("out/manifest.json"))
    refused = place.peel("run", "p.yaml", code=2)
    expect("a link leads out of the pipeline's folder" in refused.err, repr(refused))
    expect(not os.path.exists(outside), "nothing is written there")
    place.run("--allow-outside")
    expect(os.path.exists(outside) and os.path.islink(place.path("out/manifest.json")), "written")


# ---- read from ----

def make_unreadable_folder(top):
    """Below `top`: one whose path is too long for the kernel, which stops root, too. Its path."""
    path, at = top, os.open(top, os.O_RDONLY)
    while len(path) < 4096:
        name = "n" * 200
        os.mkdir(name, dir_fd=at)
        deeper = os.open(name, os.O_RDONLY, dir_fd=at)
        os.close(at)
        path, at = os.path.join(path, name), deeper
    os.close(at)
    return path


def test_an_unreadable_folder_keeps_out_no_file(place):
    for seed, name in enumerate(("in/a.png", "in/deep/b.png", "in/z.png")):
        place.write(name, support.png(20, 20, seed))
    unreadable = make_unreadable_folder(place.path("in"))
    done = place.peel("cache", "import", place.path("in"), "--json", code=1)
    failed = [event["path"] for event in done.events if event["event"] == "failed"]
    expect_equal(failed, [unreadable], "what is told as a failure")
    said = done.summary
    expect_equal((said["files"], said["imported"], said["failed"]), (4, 3, 1), "the summary")
    told = place.peel("cache", "import", place.path("in"), code=1)
    expect("cannot list the folder" in told.err and "1 failed" in told.out, repr(told))


def import_piped(place, content, *arguments, code=0):
    """The one event of an import from standard input, a pipe or a file."""
    done = subprocess.run([support.PEEL, "cache", "import", "--json", *arguments],
                          cwd=place.folder, env=place.environment(), capture_output=True,
                          check=False, timeout=support.TIMEOUT_S,
                          **({"input": content} if isinstance(content, bytes) else {"stdin": content}))
    expect_equal(done.returncode, code, f"{arguments}: {done.stdout} {done.stderr}\nexit code")
    return json.loads(done.stdout.splitlines()[0])


def test_what_comes_through_a_pipe_is_an_original(place):
    content = support.png(20, 20)
    file = place.write("g.png", content)
    def check(event, name):
        expect_equal((event["event"], event["path"], event["sha256"], event.get("width")),
                     ("original", name, support.sha256(content), 20), f"what is told of {name}")
    check(import_piped(place, content, "-"), "stdin")
    check(import_piped(place, content, "/dev/stdin"), "/dev/stdin")
    with open(file, "rb") as stream:
        check(import_piped(place, stream, "/dev/stdin"), "/dev/stdin")
    with open(file, "rb") as stream:
        check(import_piped(place, stream, "-"), "stdin")
    with open(place.write("unnamed", content), "rb") as stream:
        os.remove(place.path("unnamed"))
        check(import_piped(place, stream, "/dev/stdin"), "/dev/stdin")
    os.mkfifo(place.path("pipe"))
    process = place.start("cache", "import", "--json", "pipe")
    with open(place.path("pipe"), "wb") as stream:
        stream.write(content)
    check(support.finish(process).events[0], "pipe")
    expect_equal(place.check_originals(), 1, "originals")
    expect_equal(import_piped(place, b"", "/dev/null")["bytes"], 0, "the bytes of /dev/null")


def test_what_is_too_large_is_refused_without_being_read(place):
    for arguments, content in ((("/dev/zero",), b""), (("-",), bytes(200_000)),
                               (("sparse",), b"")):
        if arguments == ("sparse",):
            with open(place.path("sparse"), "wb") as sparse:
                sparse.truncate(1 << 40)
        event = import_piped(place, content, *arguments, "--max-file-size", "100KB", code=1)
        expect_equal(event["event"], "failed", repr(arguments))
        expect("the most that is read" in str(event), str(event))
    expect_equal(len(place.blobs()), 0, "originals")


def test_an_import_that_waits_for_a_pipe_can_be_stopped(place):
    os.mkfifo(place.path("pipe"))
    process = place.start("cache", "import", "pipe")
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    support.finish(process, 130, 20)


# ---- closed ----

def test_results_for_a_closed_standard_output_are_an_error(place):
    digest, _ = fill(place)
    one = ("--preset", "web/thumb", "--with", "format=webp", "--with", "width=16", "--to", "-")
    for arguments in (("cache", "cat", digest), ("cache", "export", "-"), ("cache", "ls"),
                      ("presets", "--json"), ("--version",), ("derive", "in/a.png", *one)):
        done = subprocess.run(["sh", "-c", '"$0" "$@" >&-', support.PEEL, *arguments],
                              cwd=place.folder, env=place.environment(), capture_output=True,
                              text=True, check=False, timeout=support.TIMEOUT_S)
        expect_equal(done.returncode, 1, f"{arguments}: {done.stderr}\nexit code")
        expect("standard output" in done.stderr, f"{arguments} say why: {done.stderr!r}")
    expect_equal(len(place.blobs()), 1, "originals")
    expect_equal(place.check_originals(), 1, "nothing landed in a file")


def test_closed_streams_that_nothing_is_written_to_do_no_harm(place):
    digest, content = fill(place)
    for closed in (">&-", "<&-", "<&- >&-", "<&- >&- 2>&-"):
        subprocess.run(["sh", "-c", f'"$0" "$@" {closed}', support.PEEL, "cache", "cat", digest,
                        "--to", "x.png"], cwd=place.folder, env=place.environment(), check=True,
                       timeout=support.TIMEOUT_S)
        expect_equal(place.read("x.png"), content, f"what cat writes with {closed}")
        os.remove(place.path("x.png"))


if __name__ == "__main__":
    support.main(globals())
