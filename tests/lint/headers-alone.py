"""Does every header of src/ compile with nothing before it, and twice?"""

import concurrent.futures
import os
import subprocess

import tree

PACKAGES = ["glib-2.0", "vips", "yaml-0.1", "libcjson", "libexif", "zlib", "libzstd", "libxxhash",
            "sqlite3", "libcrypto", "fontconfig", "libcurl", "libmicrohttpd"]


def compiler_flags():
    run = subprocess.run(["pkg-config", "--cflags", *PACKAGES], capture_output=True, text=True,
                         check=True)
    return run.stdout.split()


def compile_alone(root, name, flags):
    target = name[len("src/"):]
    program = f'#include "{target}"\n#include "{target}"\nextern int peel_not_empty;\n'
    run = subprocess.run(
        ["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wno-unused-parameter",
         "-Wno-missing-field-initializers", "-Werror", "-fsyntax-only", "-x", "c", "-Isrc",
         *flags, "-"],
        cwd=root, input=program, capture_output=True, text=True, check=False)
    return [] if run.returncode == 0 else [f"{name}: does not compile alone:\n{run.stderr}"]


def check(root):
    flags = compiler_flags()
    names = [n for n in tree.files(root) if n.startswith("src/") and n.endswith(".h")]
    # The build itself puts this one in front of every file.
    names = [n for n in names if os.path.basename(n) != "banned.h"]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for said in pool.map(lambda name: compile_alone(root, name, flags), names):
            yield from said


SPECIMENS = [
    ({"src/room/a.h": "#pragma once\n#include <stddef.h>\nsize_t f (void);\n"}, None),
    ({"src/room/a.h": "#pragma once\nsize_t f (void);\n"}, "src/room/a.h: does not compile alone"),
    ({"src/room/a.h": "struct a { int b; };\n"}, "src/room/a.h: does not compile alone"),
]

if __name__ == "__main__":
    tree.main(check, SPECIMENS)
