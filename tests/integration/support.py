"""What the integration tests share: a place of its own for each test, the real binary, pictures.

A test is a function whose name begins with `test_` and claims something; it is given a Place. It
fails by raising. The binary is named by $PEEL.
"""

import hashlib
import json
import os
import pty
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import zlib

PEEL = os.environ["PEEL"]
# Long enough for a sanitized build on a busy machine: what takes longer hangs.
TIMEOUT_S = 120
NO_LEAKS = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support", "leaks.txt")


class Failure(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Failure(what)


def expect_equal(found, wanted, what):
    if found != wanted:
        raise Failure(f"{what}: {found!r}, not {wanted!r}")


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return f"exit {self.code}\nstdout:\n{self.out}\nstderr:\n{self.err}"

    @property
    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self):
        return self.events[-1]

    def outputs(self, status):
        return sorted(e["path"] for e in self.events
                      if e["event"] == "output" and e["status"] == status)


class Place:
    """A folder with pipelines and outputs, and a home for the cache."""

    def __init__(self, root, name="work"):
        self.root = root
        self.folder = os.path.join(root, name)
        self.home = os.path.join(root, name + "-home")
        os.makedirs(self.folder, exist_ok=True)

    def another(self, name):
        return Place(self.root, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, name):
        with open(self.path(name), "rb") as stream:
            return stream.read()

    def environment(self):
        return dict(os.environ, PEEL_HOME=self.home, LC_ALL="C.UTF-8",
                    XDG_CONFIG_HOME=self.root + "/config",
                    XDG_STATE_HOME=self.root + "/state",
                    LSAN_OPTIONS=f"suppressions={NO_LEAKS}:print_suppressions=0")

    def start(self, *arguments, cwd=None, environment=None):
        return subprocess.Popen([PEEL, *arguments], cwd=cwd or self.folder, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE,
                                env=environment or self.environment())

    def peel(self, *arguments, code=0, cwd=None, timeout=TIMEOUT_S):
        process = self.start(*arguments, cwd=cwd)
        return finish(process, code, timeout)

    def run(self, *arguments, code=0, pipeline="p.yaml", timeout=TIMEOUT_S):
        return self.peel("run", "--json", pipeline, *arguments, code=code, timeout=timeout)

    def files(self, below="out"):
        """Contents by path; a file that is hidden, too."""
        found = {}
        for folder, _, names in os.walk(self.path(below)):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as stream:
                    found[os.path.relpath(path, self.folder)] = stream.read()
        return found

    def stamps(self, below="out"):
        """Of each output what may not change when nothing is made."""
        found = {}
        for folder, _, names in os.walk(self.path(below)):
            for name in names:
                path = os.path.join(folder, name)
                status = os.stat(path)
                found[os.path.relpath(path, self.folder)] = (status.st_mtime_ns, status.st_ino)
        return found

    def leftovers(self):
        """Temporary files of writers, below the outputs and the cache."""
        return [os.path.join(folder, name)
                for top in (self.folder, self.home) for folder, _, names in os.walk(top)
                for name in names if name.startswith(".peel-")]

    def check_originals(self):
        """Every original is what its name says; how many there are."""
        for digest, paths in self.blobs().items():
            frames = [path for path in paths if path.endswith(".zst")]
            command = (["zstd", "-dcq", *frames] if frames else
                       [PEEL, "cache", "cat", digest])
            content = subprocess.run(command, capture_output=True, check=True,
                                     env=self.environment()).stdout
            expect_equal(sha256(content), digest, "an original's hash")
        return len(self.blobs())

    def blobs(self):
        """The files that hold originals' bytes or pixels, by hash."""
        found = {}
        for folder, _, names in os.walk(os.path.join(self.home, "originals")):
            for name in sorted(names):
                if name.endswith((".zst", ".pix")):
                    found.setdefault(name[:-4], []).append(os.path.join(folder, name))
        return found

    def lose(self, digest):
        for path in self.blobs()[digest]:
            os.remove(path)


def finish(process, code=0, timeout=TIMEOUT_S):
    """Waits for the end and checks the exit code (None: any)."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise Failure(f"still running after {timeout} s\nstdout:\n{out}\nstderr:\n{err}") from None
    result = Result(process.returncode, out, err)
    for word in ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:"):
        expect(word not in err, f"a sanitizer complains: {result}")
    if code is not None:
        expect_equal(result.code, code, f"exit code of {process.args}\n{result}\nexit code")
    return result


def install_clients():
    """Programs from npm that tests judge by, into build/clients; does nothing when they are there."""
    script = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "scripts", "install-clients")
    result = subprocess.run([script], capture_output=True, text=True, check=False)
    expect_equal(result.returncode, 0, f"scripts/install-clients: {result.stderr}\nexit code")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


# ---- processes ----

def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as stream:
            return [int(word) for word in stream.read().split()]
    except OSError:
        return []


def workers_of(pid):
    """A sanitizer looks for leaks in a child of its own, which is no worker and must not be killed."""
    def is_worker(child):
        try:
            with open(f"/proc/{child}/cmdline", "rb") as stream:
                return stream.read().split(b"\0")[1:2] == [b"worker"]
        except OSError:
            return False
    return [child for child in children_of(pid) if is_worker(child)]


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def catches(pid, number):
    """Whether the process has a handler for the signal."""
    with open(f"/proc/{pid}/status", encoding="ascii") as stream:
        mask = next(line.split()[1] for line in stream if line.startswith("SigCgt"))
    return int(mask, 16) >> (number - 1) & 1


def wait_until(holds, what, timeout=30):
    end = time.monotonic() + timeout
    while not holds():
        expect(time.monotonic() < end, f"{what}: not within {timeout} s")
        time.sleep(0.005)


def expect_dead(pids, what):
    wait_until(lambda: not any(is_alive(pid) for pid in pids), what, 10)


# ---- pictures ----

def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, seed=0, pixels=True):
    """An RGB picture; without pixels a header, a few bytes and nothing else."""
    head = b"\x89PNG\r\n\x1a\n" + png_chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    if not pixels:
        return head + png_chunk(b"IDAT", zlib.compress(b"\0" * 100)) + png_chunk(b"IEND", b"")
    noise = random.Random(seed)
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(((x * 255 // width + noise.randrange(24)) & 255,
                           (y * 255 // height + seed * 40) & 255, noise.randrange(64)))
    return head + png_chunk(b"IDAT", zlib.compress(bytes(rows), 6)) + png_chunk(b"IEND", b"")


def vips(*arguments):
    subprocess.run(["vips", *arguments], check=True, capture_output=True)


def write_press(place, name="press.icc"):
    """The profile of inks that libvips brings, out of a file that holds it."""
    place.write("rgb.png", png(8, 8))
    vips("icc_transform", place.path("rgb.png"), place.path("ink.tif"), "cmyk")
    data = place.read("ink.tif")
    at = data.index(b"acsp") - 36
    place.write(name, data[at:at + int.from_bytes(data[at:at + 4], "big")])


# ---- running ----

def at_terminal(place, answer, *arguments, command=("run", "p.yaml"), environment=None):
    """A command with a terminal; types `answer` when asked. Exit code, all that was shown, and
    how often it asked."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place.folder)
        os.execve(PEEL, [PEEL, *command, *arguments], environment or place.environment())
    shown = b""
    n_asked = 0
    try:
        while chunk := os.read(terminal, 4096):
            shown += chunk
            if shown.count(b"[y/N] ") > n_asked:
                n_asked += 1
                os.write(terminal, answer)
    except OSError:
        pass
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode(errors="replace"), n_asked


def main(tests):
    seed = int(os.environ.get("PEEL_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    chosen = sys.argv[1:]
    unknown = [name for name in chosen if "test_" + name not in tests]
    if unknown:
        sys.exit(f"there is no test {', '.join(unknown)} here")
    failed = []
    print(f"seed {seed} (PEEL_TEST_SEED repeats it)", flush=True)
    for name, test in tests.items():
        if not name.startswith("test_") or (chosen and name[5:] not in chosen):
            continue
        random.seed(seed)
        root = tempfile.mkdtemp(prefix="peel-integration-")
        start = time.monotonic()
        try:
            test(Place(root))
            word = "ok"
        except Exception:  # pylint: disable=broad-except
            failed.append(name)
            word = "FAILED\n" + traceback.format_exc(limit=-3)
        print(f"{name[5:].replace('_', '-')}: {word} ({time.monotonic() - start:.1f} s)",
              flush=True)
        shutil.rmtree(root, ignore_errors=True)
    sys.exit(1 if failed else 0)
