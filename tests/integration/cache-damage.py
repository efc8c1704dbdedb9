"""Damage of any file of the cache is found, named and put aside, and harms nothing else; an index
that is damaged or tells something else than the sidecars is found and made anew."""

import os
import random
import shutil
import sqlite3

import support
from support import expect, expect_equal

N_ROUNDS = 8


def fill(place):
    """Originals of every kind: bytes that shrink or do not, pixels alone, pixels beside bytes."""
    noise = random.Random(3)
    for i in range(6):
        place.write(f"in/{i}.png", support.png(60 + i, 50, seed=i))
        place.write(f"in/{i}.bin", noise.randbytes(noise.choice((1, 40, 3000, 200_000)) + i))
        place.write(f"in/{i}.txt", f"brass diver's watch {i}, " * 400)
    place.peel("cache", "import", "-q", "--prompt", "a watch", "--tag", "hero", "in")
    place.peel("cache", "repack", "-q", "--text", "watch")
    for i in range(6, 9):
        place.write(f"more/{i}.png", support.png(60 + i, 50, seed=i))
    place.peel("cache", "import", "-q", "--prompt", "a lamp", "--cost", "0.25", "more")


def files_of(home):
    """Content by path below originals/."""
    found = {}
    for folder, _, names in os.walk(os.path.join(home, "originals")):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as stream:
                found[os.path.relpath(path, home)] = stream.read()
    return found


def change_byte(path):
    with open(path, "r+b") as stream:
        offset = random.randrange(os.path.getsize(path))
        stream.seek(offset)
        byte = stream.read(1)[0]
        stream.seek(offset)
        stream.write(bytes([byte ^ random.randrange(1, 256)]))
    return offset


def test_any_changed_byte_is_found_and_nothing_else_is_touched(place):
    fill(place)
    place.peel("cache", "verify")
    sound = files_of(place.home)
    expect(sum(name.endswith(".pix") for name in sound) >= 5, f"few pixels: {list(sound)}")
    for number in range(N_ROUNDS):
        other = place.another(f"round-{number}")
        shutil.copytree(place.home, other.home)
        # One file of each of half of the originals.
        by_original = {}
        for name in sound:
            by_original.setdefault(os.path.basename(name).split(".")[0], []).append(name)
        chosen = {original: random.choice(names) for original, names in
                  random.sample(sorted(by_original.items()), len(by_original) // 2)}
        offsets = {name: change_byte(os.path.join(other.home, name)) for name in chosen.values()}
        said = other.peel("cache", "verify", "--json", code=8)
        named = {event["sha256"]: event for event in said.events[:-1] if not event["ok"]
                 and event["kind"] in ("damaged", "sidecar-damaged")}
        for original, name in chosen.items():
            where = f"byte {offsets[name]} of {name} was changed"
            expect(original in named, f"{where}, and that is not found")
            kind = "sidecar-damaged" if name.endswith(".json") else "damaged"
            expect_equal(named[original]["kind"], kind, where)
            expect(os.path.join(other.home, name) in named[original]["message"],
                   f"{where}, and is not named: {named[original]}")
            expect(not os.path.exists(os.path.join(other.home, name)), f"{where}, and is kept")
        expect_equal(set(named), set(chosen), "what is named")
        expect_equal(sorted(os.listdir(os.path.join(other.home, "quarantine"))),
                     sorted(os.path.basename(name) for name in chosen.values()), "quarantine")
        expect_equal(files_of(other.home), {name: content for name, content in sound.items()
                                            if name not in chosen.values()}, "the other files")


# ---- the index ----

QUERIES = ((), ("watch",), ("lam*", "--paid"), ("--tag", "hero", "--image", "3"),
           ("--smaller-than", "5KB", "--oldest-first", "--limit", "5"))


def answers(place):
    """Of every kind of query, and of a run that looks its request up."""
    found = [place.peel("cache", "ls", "--json", *query).events[:-1] for query in QUERIES]
    return found, place.run().summary["originals-cached"]


def prepare_index(place):
    fill(place)
    place.write("p.yaml", """\
version: 1
stages:
  - generate: { provider: synthetic, prompt: A mill, resolution: 32x32 }
outputs:
  - stages: [{ recompress: { format: png } }]
    to: out/mill.png
""")
    place.run()
    place.peel("cache", "repack", "-q")
    found, n_cached = answers(place)
    expect_equal(([len(events) for events in found], n_cached), ([22, 18, 3, 3, 3], 1), "answers")
    return found, n_cached


def index_path(place):
    return os.path.join(place.home, "index.sqlite")


def query(place, statement):
    connection = sqlite3.connect(index_path(place))
    rows = connection.execute(statement).fetchall()
    connection.commit()
    connection.close()
    return rows


def expect_mended(place, before, what):
    said = place.peel("cache", "verify", code=None)
    text = said.out + said.err
    expect_equal(said.code, 8, f"{what}: exit code of {said}")
    expect("index" in text and "peel cache rebuild" in text,
           f"{what}: it is not told, or no way out is: {said}")
    place.peel("cache", "rebuild", "-q")
    place.peel("cache", "verify")
    expect_equal(answers(place), before, f"{what}: answers of the index that was made anew")


def test_index_that_differs_is_found_and_made_anew(place):
    before = prepare_index(place)
    n_tried = 0
    for (table,) in query(place, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name"
                                 " NOT LIKE 'words%' AND name NOT LIKE 'sqlite_%'"):
        columns = query(place, f"SELECT name, type FROM pragma_table_info('{table}')")
        if query(place, f"SELECT count(*) FROM {table}") == [(0,)]:
            continue
        first = columns[0][0]
        query(place, f"DELETE FROM {table} WHERE {first} = (SELECT min({first}) FROM {table})")
        expect_mended(place, before, f"rows of {table} were deleted")
        n_tried += 1
    expect(n_tried >= 2, f"only {n_tried} tables have rows")
    query(place, "UPDATE acquisitions SET original = original + 1 WHERE id = (SELECT max(id) FROM"
                 " acquisitions)")
    expect_mended(place, before, "an acquisition was given to another original")
    for change in ("cost_usd = cost_usd + 1", "size_bytes = size_bytes + 1", "width = 7"):
        query(place, f"UPDATE originals SET {change} WHERE id = (SELECT max(id) FROM originals)")
        expect_mended(place, before, f"originals were updated: {change}")


def test_damaged_index_is_found_and_made_anew(place):
    before = prepare_index(place)
    page_bytes = query(place, "PRAGMA page_size")[0][0]
    n_pages = query(place, "PRAGMA page_count")[0][0]
    expect_equal(query(place, "PRAGMA freelist_count"), [(0,)], "pages that hold nothing")
    damages = [(0, b"no database"), (18, b"\x77"), (47, b"\x77")]
    damages += [(page * page_bytes, random.randbytes(page_bytes))
                for page in [0, *random.sample(range(1, n_pages), 4)]]
    for offset, damage in damages:
        query(place, "PRAGMA wal_checkpoint(TRUNCATE)")
        with open(index_path(place), "r+b") as stream:
            stream.seek(offset)
            stream.write(damage)
        expect_mended(place, before, f"{len(damage)} bytes at {offset} were overwritten")
    query(place, "PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(index_path(place), page_bytes * 3 + 77)
    expect_mended(place, before, "the file was cut")


support.main(globals())
