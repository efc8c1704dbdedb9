"""Does every #include obey src/FLOORS? See the top of that file for its grammar."""

import os
import re

import tree

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
ROOM_LINE = re.compile(r"peel_room\s*\(\s*(\w+)(.*?)\)", re.DOTALL)
# The C library, the kernel and GLib: everybody's.
SYSTEM = re.compile(
    r"^(sys/\w+|linux/\w+|arpa/\w+|netinet/\w+|assert|complex|ctype|dirent|dlfcn|errno|fcntl|fenv|float|fnmatch|getopt|"
    r"ftw|glob|inttypes|langinfo|limits|locale|malloc|math|poll|pthread|pwd|sched|setjmp|signal|"
    r"spawn|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|"
    r"strings|tgmath|termios|threads|time|uchar|unistd|utime|wchar|wctype)\.h$")
GLIB = re.compile(r"^glib(\.h|/|-)")
SOURCES = (".c", ".h", ".inc")


def parse_floors(text):
    floor, beside, homes = {}, {}, {}
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] == "uses":
            homes[words[1]] = words[2:]
        else:
            floor[words[1]] = int(words[0])
            beside[words[1]] = words[3:] if words[2:3] == [">"] else []
    return floor, beside, homes


def may_use(floors, room, other):
    floor, beside, _ = floors
    return other == room or other in beside[room] or floor[other] < floor[room]


def judge_own(floors, room, target):
    """A "…" include: the complaint, or None."""
    floor = floors[0]
    parts = target.split("/")
    if "." in parts or ".." in parts:
        return f'"{target}": say it from src/, not by a relative path'
    if len(parts) < 2 or parts[0] not in floor:
        return f'"{target}": not in a room of src/FLOORS (headers of others go in <>)'
    if not may_use(floors, room, parts[0]):
        return (f'"{target}": {room}/ (floor {floor[room]}) may not include '
                f'{parts[0]}/ (floor {floor[parts[0]]})')
    return None


def judge_foreign(floors, room, target, root_files):
    """A <…> include: the complaint, or None."""
    _, _, homes = floors
    if "src/" + target in root_files:
        return f'<{target}>: a header of ours goes in ""'
    if SYSTEM.match(target) or GLIB.match(target):
        return None
    for prefix, rooms in homes.items():
        if target.startswith(prefix):
            if room in rooms:
                return None
            return f"<{target}>: its home is {', '.join(rooms)}, not {room}"
    return f"<{target}>: has no home; give it one with a 'uses' line in src/FLOORS"


def includes(text):
    blank = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    for number, line in enumerate(blank.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def check_file(root, name, room, floors, root_files):
    in_tests = name.startswith("tests/")
    for number, quote, target in includes(tree.read(root, name)):
        if in_tests and (target.startswith("support/") or f"{os.path.dirname(name)}/{target}" in root_files):
            continue
        if quote == '"':
            complaint = judge_own(floors, room, target)
        else:
            # A test may judge with a library that its room does not use.
            complaint = None if in_tests else judge_foreign(floors, room, target, root_files)
        if complaint:
            yield f"{name}:{number}: {complaint}"


def check_links(root, name, floors):
    for match in ROOM_LINE.finditer(tree.read(root, name)):
        room = match.group(1)
        named = re.search(r"\bROOMS\b([^A-Z)]*)", match.group(2))
        for other in named.group(1).split() if named else []:
            if room not in floors[0] or other not in floors[0]:
                yield f"{name}: {room} or {other} is not in src/FLOORS"
            elif not may_use(floors, room, other):
                yield f"{name}: {room} may not link {other}"


def check(root):
    names = tree.files(root)
    root_files = set(names)
    floors = parse_floors(tree.read(root, "src/FLOORS"))
    for name in names:
        parts = name.split("/")
        if parts[0] == "src" and name.endswith(SOURCES):
            if len(parts) < 3 or parts[1] not in floors[0]:
                yield f"{name}: not in a room of src/FLOORS"
            else:
                yield from check_file(root, name, parts[1], floors, root_files)
        elif parts[:2] == ["tests", "unit"] and name.endswith(SOURCES) and parts[2] in floors[0]:
            yield from check_file(root, name, parts[2], floors, root_files)
        elif parts[0] == "src" and parts[-1] == "CMakeLists.txt" and len(parts) == 3:
            yield from check_links(root, name, floors)


FLOORS = "0 ground\n1 left > right\n1 right\n2 roof\nuses zip/ left\n"


def specimen(text, name="src/left/a.c"):
    return {"src/FLOORS": FLOORS, "src/right/r.h": "", "src/ground/g.h": "", name: text}


SPECIMENS = [
    (specimen('#include "ground/g.h"\n#include "right/r.h"\n#include <zip/a.h>\n#include <stdio.h>\n'),
     None),
    (specimen('/*\n#include "roof/x.h"\n*/\n#include <sys/stat.h>\n#include <glib/gstdio.h>\n'), None),
    (specimen('\n#include "roof/x.h"\n'), "src/left/a.c:2: "),
    (specimen('#include "left/l.h"\n', "src/right/a.c"), "may not include left/"),
    (specimen('#include "left/l.h"\n', "src/ground/g.c"), "may not include left/"),
    (specimen('#  include <zip/a.h>\n', "src/right/a.c"), "its home is left"),
    (specimen("#include <tar.h>\n"), "has no home"),
    (specimen("#include <ground/g.h>\n"), 'goes in ""'),
    (specimen('#include "../ground/g.h"\n'), "relative path"),
    (specimen('#include "g.h"\n'), "not in a room"),
    (specimen("", "src/attic/a.c"), "src/attic/a.c: not in a room"),
    (specimen("", "src/main.c"), "src/main.c: not in a room"),
    (specimen('#include "roof/r.h"\n', "tests/unit/left/test-a.c"), "may not include roof/"),
    ({**specimen('#include "beside.h"\n#include "support/s.h"\n', "tests/unit/left/test-a.c"),
      "tests/unit/left/beside.h": ""}, None),
    (specimen("peel_room (ground\n  SOURCES g.c\n  ROOMS left)\n", "src/ground/CMakeLists.txt"),
     "ground may not link left"),
]

if __name__ == "__main__":
    tree.main(check, SPECIMENS)
