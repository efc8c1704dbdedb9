"""No file of the project is large: pictures for tests are drawn or made small."""

import os

import tree

MOST_BYTES = 512 * 1024


def check(root):
    for name in tree.files(root):
        size = os.path.getsize(os.path.join(root, name))
        if size > MOST_BYTES:
            yield f"{name}: {size} bytes; {MOST_BYTES} at most"


SPECIMENS = [
    ({"a.png": "x" * MOST_BYTES}, None),
    ({"a.png": "x" * (MOST_BYTES + 1)}, "a.png: 524289 bytes"),
]

if __name__ == "__main__":
    tree.main(check, SPECIMENS)
