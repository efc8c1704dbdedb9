"""`peel inspect` of originals with Content Credentials, which tests/support/credentials.py makes without
Peel."""

import os
import sys

import support
from support import expect, expect_equal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "support"))
import credentials  # noqa: E402  pylint: disable=wrong-import-position

LABEL = "trainedAlgorithmicMedia"


def keys(place):
    return os.path.join(place.root, "keys")


def look(place, *arguments):
    return place.peel("inspect", "--json", *arguments).events[0]


def make(place, name, **options):
    place.write("plain.png", support.png(64, 48))
    support.vips("copy", place.path("plain.png"), place.path(name))
    place.write(name, credentials.sign(place.read(name), keys(place), **options))


def root_of(place):
    return os.path.join(keys(place), "root.pem")


def test_the_whole_chain_is_told(place):
    for name in ("a.png", "a.jpg", "a.webp", "a.avif"):
        make(place, name, manifests=2)
        event = look(place, name)
        c2pa = event["c2pa"]
        expect_equal((c2pa["state"], c2pa["binding"], c2pa["from"], c2pa["source-type"]),
                     ("valid", "holds", "file", LABEL), f"{name}: {c2pa}")
        parent, active = c2pa["manifests"]
        expect_equal((parent["active"], active["active"]), (False, True), "the last is active")
        expect_equal(active["ingredients"][0]["manifest"], parent["label"], "the parent")
        expect_equal(active["actions"][0]["action"], "c2pa.opened", "the first action")
        expect_equal(parent["actions"][0]["source-type"], LABEL, "how the parent came to be")
        expect(active["signer"] and active["issuer"] and active["certificate"], "who signed")
        expect({"from": "c2pa", "source-type": LABEL} in event["ai-label"]["found"], "the label")
        expect_equal(event["synthid"], {"declared-by": ["c2pa"]}, "SynthID")
        shown = place.peel("inspect", name).out
        for words in ("state valid ", "holds: the file is the one", "(active)",
                      "parentOf", "declared (c2pa), which is no proof"):
            expect(" ".join(words.split()) in " ".join(shown.split()), f"{words}: {shown}")
        expect("untrusted" not in shown and "present" not in shown, f"words: {shown}")


def test_trust_is_what_a_list_says(place):
    make(place, "a.png")
    expect_equal(look(place, "a.png")["c2pa"]["state"], "valid", "without a list")
    trusted = look(place, "a.png", "--trust", root_of(place))["c2pa"]
    expect_equal(trusted["state"], "trusted", f"with its root: {trusted}")
    expect("valid, and trusted" in place.peel("inspect", "--trust", root_of(place), "a.png").out,
           "in words")
    make(place, "b.png", chain="stranger")
    other = look(place, "b.png", "--trust", root_of(place))["c2pa"]
    expect_equal(other["state"], "valid", f"another root is no fault: {other}")


def test_a_changed_file_breaks_the_binding(place):
    make(place, "a.png")
    content = bytearray(place.read("a.png"))
    content[-14] ^= 1
    place.write("a.png", bytes(content))
    event = look(place, "a.png")
    expect_equal((event["c2pa"]["state"], event["c2pa"]["binding"]), ("invalid", "broken"), "state")
    expect_equal(event["ai-label"]["source-type"], LABEL, "what it says is told all the same")
    shown = place.peel("inspect", "a.png").out
    expect("invalid: " in shown and "assertion.dataHash.mismatch" in shown, f"codes: {shown}")
    expect("broken: the file was changed" in shown, f"binding: {shown}")


def test_every_fault_is_told(place):
    for fault in credentials.FAULTS:
        make(place, "a.png", broken=fault, manifests=2)
        event = look(place, "a.png")["c2pa"]
        shown = place.peel("inspect", "a.png").out
        if fault in ("truncated", "nested"):
            expect(event["state"] in ("unreadable", "invalid"), f"{fault}: {event}")
        elif fault != "invalid-parent":
            expect_equal(event["state"], "invalid", f"state with {fault}")
        word = {"valid": "valid", "invalid": "invalid: ", "unreadable": "unreadable: "}
        expect(word[event["state"]] in shown, f"{fault}: {shown}")


def test_a_store_beside_the_file(place):
    make(place, "a.png")
    store = credentials.store_of(place.read("a.png"))
    support.vips("copy", place.path("plain.png"), place.path("b.tif"))
    for name in ("b.tif.c2pa", "b.c2pa"):
        place.write(name, store)
        event = look(place, "b.tif")["c2pa"]
        expect_equal((event["from"], event["state"], event["binding"]), (name, "invalid", "broken"),
                     "a store of another file")
        os.remove(place.path(name))
    expect("c2pa" not in look(place, "b.tif"), "there is none")
    place.peel("inspect", "a.png", "--extract", "c2pa", "--to", "a.c2pa")
    expect_equal(place.read("a.c2pa"), store, "the store taken out")


support.main(globals())
