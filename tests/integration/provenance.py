"""Content Credentials of originals, carried on in what is made of them.

The originals are made by tests/support/credentials.py, which shares no code with Peel; what Peel made
is judged by two validators that share none either.
"""

import json
import os
import subprocess
import sys

import support
from support import expect, expect_equal

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import certificates  # noqa: E402
import credentials  # noqa: E402

MODEL = "trainedAlgorithmicMedia"
EMBEDDING = {"png": "png", "jpeg": "jpg", "webp": "webp", "avif": "avif"}
# Neither is given a store inside: that stands beside it, and binds all of its bytes. c2pa-rs looks into both, but for a
# store in them alone: given one from beside it judges that. Whether it is that of these bytes is c2pa-ts's word, to
# which every kind of file is a row of bytes then, and our own (bound_hash).
BESIDE = {"tiff": "tif", "pdf": "pdf"}
PIPELINE = """\
version: 1
name: p
stages: [{ load: { files: "in/*" } }]
outputs:
"""


def keys_of(place):
    return os.path.join(place.root, "keys")


def sign_with(place, **options):
    """The user's configuration: who signs. `options` stand in place of the key."""
    key, chain = certificates.chain(keys_of(place))
    lines = {"certificate": chain, "key": f"{{ file: {key} }}"} | options
    text = "signing:\n" + "".join(f"  {k}: {v}\n" for k, v in lines.items() if v is not None)
    os.makedirs(place.root + "/config/peel", exist_ok=True)
    with open(place.root + "/config/peel/config.yaml", "w", encoding="utf-8") as stream:
        stream.write(text)


def original(place, name="in/lake.png", width=96, height=64, **options):
    return place.write(name, credentials.sign(support.png(width, height, 3), keys_of(place),
                                              **options))


def outputs(*rows):
    return PIPELINE + "".join(f"  - {row}\n" for row in rows)


def every_format(stages="{ resize: { width: 48 } }", metadata=""):
    more = f", {{ metadata: {metadata} }}" if metadata else ""
    sized = {"pdf": ", density: 300dpi"}
    return [f'{{ stages: [{stages}{more}, {{ recompress: {{ format: {name}{sized.get(name, "")} }} }}],'
            f' to: "out/{{stem}}.{extension}" }}'
            for name, extension in (EMBEDDING | BESIDE).items()]


def pairs(stem):
    return [(f"{stem}.{extension}", f"{stem}.{extension}.c2pa") for extension in BESIDE.values()]


def judge(place, *files, trusted=True):
    """What the validators say, in the order of the files: a path, or a pair of it and the store beside it."""
    support.install_clients()
    anchors = os.path.join(keys_of(place), "root.pem")
    asked = []
    for each in files:
        path, beside = each if isinstance(each, tuple) else (each, None)
        asked.append({"file": place.path(path)} | ({"sidecar": place.path(beside)} if beside else {})
                     | ({"anchors": anchors} if trusted else {}))
    told = subprocess.run(
        ["node", os.path.join(HERE, "..", "clients", "credentials.mjs")],
        input="".join(json.dumps(one) + "\n" for one in asked), capture_output=True, text=True,
        check=True)
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    expect_equal(len(rows), len(asked), f"verdicts\n{told.stderr}\nverdicts")
    return rows


def expect_state(row, state, what):
    """Both validators, where the second reads the format. Of a file and the store beside it the first looks at
    the store alone."""
    is_pair = isinstance(what, tuple)
    if not (is_pair and state == "Invalid"):
        expect_equal(row["wasm"]["state"], state, f"{what}: {row}\nc2pa-wasm")
    if row["ts"] is not None or is_pair:
        expect_equal(row["ts"]["isValid"], state != "Invalid", f"{what}: {row}\nc2pa-ts")


def recorded_of(row):
    """What the active manifest says was wrong with its parent, but for who is trusted."""
    return [code for parent in row["wasm"]["parents"] for code in parent["failures"]
            if code != "signingCredential.untrusted"]


def without_signature(data):
    """A signature is 64 bytes; a PNG's chunk ends with a sum of them."""
    at = data.rindex(b"\xf6\x58\x40") + 3  # no payload, 64 bytes: ours is the last one
    data = data[:at] + bytes(64) + data[at + 64:]
    if data.startswith(b"\x89PNG"):
        at = data.index(b"caBX") - 4
        end = at + 8 + int.from_bytes(data[at:at + 4], "big")
        data = data[:end] + bytes(4) + data[end + 4:]
    return data


def metadata_of(run):
    """group → (kept, why), by output."""
    return {e["path"]: {v["group"]: (v["kept"], v["why"]) for v in e["metadata"]}
            for e in run.events if e["event"] == "output" and e["status"] == "made"}


def test_what_is_signed_is_trusted_in_every_format(place):
    sign_with(place)
    original(place)
    place.write("p.yaml", outputs(*every_format()))
    run = place.run()
    files = [f"out/lake.{extension}" for extension in EMBEDDING.values()] + pairs("out/lake")
    for row, told in zip(judge(place, *files), files):
        expect_state(row, "Trusted", told)
        expect_equal(row["wasm"]["manifests"], 3, "manifests: both of the original, and ours")
        expect_equal(row["wasm"]["actions"], ["c2pa.opened", "c2pa.resized", "c2pa.transcoded"],
                     f"actions of {told}")
    for row in judge(place, *files, trusted=False):
        expect_state(row, "Valid", "without the root")
    told = metadata_of(run)
    expect_equal(told["out/lake.webp"]["c2pa"], (True, "signed, in the file"), "the report")
    for path, store in pairs("out/lake"):
        expect_equal(told[path]["c2pa"], (True, "signed, beside the file, since its format has no place "
                                          "for them"), path)
        expect_equal(credentials.bound_hash(place.read(store)).hex(), support.sha256(place.read(path)),
                     f"what {store} binds")
    expect(told["out/lake.webp"]["ai-label"][0], f"the label is kept: {told}")


def test_one_bit_makes_it_invalid(place):
    sign_with(place)
    original(place)
    place.write("p.yaml", outputs(*every_format()))
    place.run()
    flipped = []
    for extension in [*EMBEDDING.values(), *BESIDE.values()]:
        data = bytearray(place.read(f"out/lake.{extension}"))
        at = len(data) - 40 if extension != "webp" else data.index(b"VP8") + 40
        data[at] ^= 4
        place.write(f"flipped/lake.{extension}", bytes(data))
        flipped.append(f"flipped/lake.{extension}" if extension in EMBEDDING.values()
                       else (f"flipped/lake.{extension}", f"out/lake.{extension}.c2pa"))
    for row, told in zip(judge(place, *flipped), flipped):
        expect_state(row, "Invalid", told)


def test_inspect_reads_what_stands_beside_a_page(place):
    """Label and rights stand in the PDF, where nothing but its packet is read; its credentials beside it."""
    sign_with(place)
    original(place)
    place.write("p.yaml", outputs(
        '{ stages: [{ page: { size: 20x13mm, min-dpi: 20dpi } }, '
        '{ metadata: { set: { copyright: Peel & Co, title: A lake } } }, { recompress: { format: pdf } }], '
        'to: "out/{stem}.pdf" }'))
    place.run()

    def inspected(code=0):
        return place.peel("inspect", "--json", "out/lake.pdf", code=code).events[0]
    told = inspected()
    expect_equal(told["format"], "pdf", "format")
    expect_equal(told["ai-label"]["source-type"], MODEL, "label")
    expect("Peel & Co" in json.dumps(told), f"rights: {told}")
    expect_equal((told["c2pa"]["state"], told["c2pa"]["source-type"]), ("valid", MODEL), "credentials")
    expect_equal(len(told["c2pa"]["manifests"]), 3, "manifests")
    said = place.peel("inspect", "--max-file-size", "1KB", "out/lake.pdf", code=2).err
    expect("--max-file-size raises it" in said, f"of a page that is too large: {said}")
    data = bytearray(place.read("out/lake.pdf"))
    data[data.index(b"stream\n") + 20] ^= 1
    place.write("out/lake.pdf", bytes(data))
    expect_equal(inspected(None)["c2pa"]["state"], "invalid", "with one bit changed")


def test_the_original_is_found_through_the_chain(place):
    """The label stands in the parent of the parent alone."""
    sign_with(place)
    original(place)
    place.write("p.yaml", outputs(*every_format()))
    place.run()
    inspected = place.peel("inspect", "--json", "out/lake.webp").events[0]
    expect_equal(inspected["c2pa"]["source-type"], MODEL, "found in the chain")
    expect_equal(inspected["c2pa"]["state"], "valid", "as Peel judges it")
    expect_equal(len(inspected["c2pa"]["manifests"]), 3, "manifests")


def test_actions_tell_what_was_done_and_nothing_else(place):
    sign_with(place)
    original(place, width=120)
    chains = {
        "plain": ("", ["c2pa.transcoded"]),
        "same": ("{ resize: { width: 120 } }", ["c2pa.transcoded"]),
        "cut": ("{ crop: { aspect-ratio: '1:1' } }", ["c2pa.cropped", "c2pa.transcoded"]),
        "cover": ("{ resize: { width: 32, height: 32, fit: cover } }",
                  ["c2pa.cropped", "c2pa.resized", "c2pa.transcoded"]),
        "sharp": ("{ sharpen: { sigma: 0.5 } }", ["c2pa.enhanced", "c2pa.transcoded"]),
        "bright": ("{ adjust: { brightness: 1.2 } }", ["c2pa.adjustedColor", "c2pa.transcoded"]),
        "srgb": ("{ color: srgb }", ["c2pa.transcoded"]),
        "gray": ("{ color: gray }", ["c2pa.adjustedColor", "c2pa.transcoded"]),
        "turned": ("{ rotate: 90 }", ["c2pa.orientation", "c2pa.transcoded"]),
        "text": ("{ overlay: { text: Peel } }", ["c2pa.addedText", "c2pa.transcoded"]),
    }
    rows = [f'{{ stages: [{stages}], to: "out/{name}.png" }}' for name, (stages, _) in chains.items()]
    place.write("p.yaml", outputs(*rows))
    place.run()
    for row, (name, (_, actions)) in zip(judge(place, *(f"out/{n}.png" for n in chains)),
                                         chains.items()):
        expect_equal(row["wasm"]["actions"], ["c2pa.opened", *actions], f"actions of {name}")
        expect_state(row, "Trusted", name)


def test_presets_carry_them_on(place):
    """The set of a web page, and a sheet for a printer."""
    sign_with(place)
    original(place, width=700, height=500)
    place.write("p.yaml", PIPELINE + """\
  - preset: web/responsive
    to: "out/{name}-{width}.{ext}"
  - preset: print/a4
    with: { min-dpi: 40dpi, dpi: 40dpi }
    to: "out/{name}.tif"
""")
    run = place.run()
    made = run.outputs("made")
    files = [path for path in made if not path.endswith(".tif")]
    expect(len(files) >= 9, f"a set: {made}")
    files.append(("out/lake.tif", "out/lake.tif.c2pa"))
    for row, told in zip(judge(place, *files), files):
        expect_state(row, "Trusted", told)


def test_a_broken_original_is_never_made_to_look_sound(place):
    sign_with(place)
    faults = ["hash", "assertion", "signature", "invalid-parent"]
    for fault in faults:
        original(place, f"in/{fault}.png", broken=fault)
    place.write("p.yaml", outputs(
        '{ stages: [{ recompress: { format: webp } }], to: "out/{stem}.webp" }'))
    place.run()
    wanted = {"hash": "assertion.dataHash.mismatch", "assertion": "assertion.hashedURI.mismatch",
              "signature": "claimSignature.mismatch"}
    for row, fault in zip(judge(place, *(f"out/{fault}.webp" for fault in faults)), faults):
        code = wanted.get(fault)
        recorded = recorded_of(row)
        expect(code is None or code in recorded, f"{fault}: {code} is not recorded: {row}")
        inspected = place.peel("inspect", "--json", f"out/{fault}.webp").events[0]
        expect_equal(len(inspected["c2pa"]["manifests"]), 3, f"manifests of {fault}")


def test_without_a_signer_the_originals_own_are_kept_beside(place):
    original(place)
    place.write("p.yaml", outputs(*every_format()))
    run = place.run()
    store = credentials.store_of(place.read("in/lake.png"))
    for extension in [*EMBEDDING.values(), *BESIDE.values()]:
        expect_equal(place.read(f"out/lake.{extension}.c2pa"), store, f"beside lake.{extension}")
        expect_equal(credentials.store_of(place.read(f"out/lake.{extension}")), None,
                     f"in lake.{extension}")
    warnings = [e["message"] for e in run.events if e["event"] == "warning"]
    expect_equal(warnings, ["6 files have no Content Credentials of their own, since nobody signs: the "
                            "original's stand beside each as FILE.c2pa ('signing' in your "
                            "configuration, or 'metadata: { c2pa: drop }')"], "warnings")
    told = metadata_of(run)["out/lake.png"]["c2pa"]
    expect_equal(told, (True, "nobody signs: the original's own stand beside the file"), "the report")
    again = place.run()
    expect_equal(again.summary["made"], 0, "made again")


def test_a_sidecar_belongs_to_its_file(place):
    sign_with(place)
    original(place)
    row = '{{ stages: [{{ metadata: {{ c2pa: {0} }} }}], to: "out/lake.png" }}'
    place.write("p.yaml", outputs(row.format("sidecar")))
    place.run()
    pair = ("out/lake.png", "out/lake.png.c2pa")
    expect_state(judge(place, pair)[0], "Trusted", pair)
    os.remove(place.path("out/lake.png.c2pa"))
    run = place.run()
    expect_equal(run.outputs("made"), ["out/lake.png"], "made, since the sidecar was gone")
    reason = [e["reason"] for e in run.events if e["event"] == "output"][0]
    expect_equal(reason, "lake.png.c2pa beside it is missing", "why")
    place.write("out/lake.png.c2pa", b"something else")
    expect_equal(place.run().outputs("made"), ["out/lake.png"], "made, since it was changed")
    changed = bytearray(place.read("out/lake.png.c2pa"))
    changed[-1] ^= 1
    place.write("out/lake.png.c2pa", bytes(changed))
    expect_equal(place.run().outputs("made"), ["out/lake.png"], "made, since one of its bits was changed")
    os.remove(place.path("out/lake.png"))
    place.write("p.yaml", outputs(row.format("embed")))
    place.run()
    expect(not os.path.exists(place.path("out/lake.png.c2pa")), "a stale sidecar is gone")
    expect_state(judge(place, "out/lake.png")[0], "Trusted", "embedded now")
    place.write("p.yaml", outputs(row.format("drop")))
    run = place.run()
    expect_equal(credentials.store_of(place.read("out/lake.png")), None, "a store")
    expect_equal(metadata_of(run)["out/lake.png"]["c2pa"], (False, "dropped by name"), "the report")


def test_credentials_that_cannot_be_read_are_dropped_and_told(place):
    """Nobody knows what is in them."""
    sign_with(place)
    for fault in ("truncated", "nested"):
        original(place, f"in/{fault}.png", broken=fault)
    plain = support.png(96, 64, 3)
    place.write("in/large.png", plain[:33] + support.png_chunk(b"caBX", bytes((8 << 20) + 1)) + plain[33:])
    place.write("p.yaml", outputs('{ to: "out/{stem}.png" }'))
    told = metadata_of(place.run())
    for name in ("truncated", "nested", "large"):
        kept, why = told[f"out/{name}.png"]["c2pa"]
        expect(not kept and why.startswith("they cannot be read: "), f"{name}: {kept} {why}")
        expect_equal(credentials.store_of(place.read(f"out/{name}.png")), None, f"in {name}")
        expect(not os.path.exists(place.path(f"out/{name}.png.c2pa")), f"beside {name}")
    expect("8388608" in told["out/large.png"]["c2pa"][1], f"the limit: {told}")


def test_policies_say_whether_they_are_carried(place):
    sign_with(place)
    original(place)
    policies = {"strip": False, "copyright": False, "provenance": True, "all": True}
    rows = [f'{{ stages: [{{ metadata: {policy} }}], to: "out/{policy}.png" }}' for policy in policies]
    rows.append('{ stages: [{ metadata: { policy: strip, c2pa: embed } }], to: "out/named.png" }')
    place.write("p.yaml", outputs(*rows))
    run = place.run()
    for policy, carried in (policies | {"named": True}).items():
        store = credentials.store_of(place.read(f"out/{policy}.png"))
        expect_equal(store is not None, carried, f"credentials under {policy}")
    expect_equal(metadata_of(run)["out/strip.png"]["c2pa"], (False, "policy strip"), "the report")


def test_credentials_that_tell_a_place_are_dropped(place):
    sign_with(place)
    places = {"exif": credentials.exif_place("CanaryPlace"), "city": credentials.metadata_place("CanaryPlace"),
              "broken": ("org.example.odd", b'{"xmp": "<x exif:GPSLatitude=CanaryPlace'),
              "thumbnail": ("c2pa.thumbnail.ingredient", b'"\xff\xd8\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0'
                            b'\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0CanaryPlace"')}
    for name, extra in places.items():
        original(place, f"in/{name}.png", extra=[extra])
    place.write("p.yaml", outputs('{ to: "out/{stem}.png" }'))
    run = place.run()
    for name in places:
        expect(b"CanaryPlace" not in place.read(f"out/{name}.png"), f"{name} tells the place")
        expect(not os.path.exists(place.path(f"out/{name}.png.c2pa")), f"{name} has a sidecar")
        expect_equal(metadata_of(run)[f"out/{name}.png"]["c2pa"],
                     (False, "they tell a location, which never leaves"), "the report")


def test_all_but_the_signature_follows_from_the_recipe(place):
    sign_with(place)
    original(place)
    place.write("p.yaml", outputs(*every_format()))
    place.run()
    whole = tuple(BESIDE.values())  # nothing in them is signed
    first = {path: data for path, data in place.files().items() if not path.endswith(whole)}
    facts = json.loads(place.read("p.manifest.json"))
    for path in first:
        os.remove(place.path(path))
    again = place.run()
    expect_equal([e for e in again.events if e["event"] == "warning"], [], "warnings")
    for path, data in first.items():
        other = place.read(path)
        expect(other != data, f"{path} was signed again")
        expect(without_signature(other) == without_signature(data), f"{path}: all but the signature")
    def bare(manifest):
        return {o["path"]: o["credentials"].get("unsigned-sha256")
                for image in manifest["images"] for o in image["derivatives"]}
    expect_equal(bare(json.loads(place.read("p.manifest.json"))), bare(facts), "what was signed")


def test_another_certificate_is_another_recipe(place):
    sign_with(place)
    original(place)
    place.write("in/bare.png", support.png(20, 20, 1))
    place.write("p.yaml", outputs('{ to: "out/{stem}.png" }', '{ stages: [{ metadata: strip }], '
                                  'to: "out/{stem}-bare.png" }'))
    place.run()
    key, chain = certificates.chain(keys_of(place), "stranger")
    sign_with(place, certificate=chain, key=f"{{ file: {key} }}")
    run = place.run()
    expect_equal(run.outputs("made"), ["out/lake.png"], "only what it signs")
    reason = [e["reason"] for e in run.events if e.get("status") == "made"][0]
    expect("certificate" in reason, f"the reason: {reason}")


def test_a_program_signs(place):
    key, _ = certificates.chain(keys_of(place))
    script = place.write("sign.sh", f"#!/bin/sh\nexec openssl dgst -sha256 -sign {key}\n")
    os.chmod(script, 0o700)
    sign_with(place, key=None, command=f"[{script}]")
    original(place)
    place.write("p.yaml", outputs(*every_format()))
    place.run()
    for row in judge(place, *(f"out/lake.{extension}" for extension in EMBEDDING.values())):
        expect_state(row, "Trusted", "signed by a program")


def test_a_program_is_not_asked_for_what_is_refused(place):
    """Too much ink is found before anybody signs: in the file or beside it."""
    key, _ = certificates.chain(keys_of(place))
    trace = os.path.join(place.root, "asked")
    script = place.write("sign.sh", f"#!/bin/sh\ntouch {trace}\nexec openssl dgst -sha256 -sign {key}\n")
    os.chmod(script, 0o700)
    sign_with(place, key=None, command=f"[{script}]")
    support.write_press(place)
    original(place)
    for recompress, extension in (("jpeg", "jpg"), ("tiff", "tif"), ("{ format: pdf, density: 300dpi }", "pdf")):
        for limit, code in ((100, 9), (400, 0)):
            place.write("p.yaml", outputs(
                f"{{ stages: [{{ color: {{ profile-file: press.icc, max-ink: {limit} }} }}, "
                f'{{ recompress: {recompress} }}], to: "out/{{stem}}.{extension}" }}'))
            if os.path.exists(trace):
                os.remove(trace)
            result = place.run(code=code)
            expect(("'max-ink' is 100 %" in result.out) == (code == 9), f"{extension}: {result}")
            expect_equal(os.path.exists(trace), code == 0, f"{extension} with {limit} %: the program was asked")


def test_a_proof_that_loses_its_place_leaves_the_output_as_it_was(place):
    """The program that signs puts a folder where the proof was to be, which is drawn by then."""
    key, _ = certificates.chain(keys_of(place))
    taken = place.path("out/lake.jpg.proof.png")
    script = place.write("sign.sh", f"#!/bin/sh\nmkdir {taken}\nexec openssl dgst -sha256 -sign {key}\n")
    os.chmod(script, 0o700)
    sign_with(place, key=None, command=f"[{script}]")
    original(place)
    place.write("p.yaml", outputs(
        '{ stages: [{ page: { size: 60x40mm, min-dpi: 20dpi } }], to: "out/{stem}.jpg" }'))
    result = place.run("--proof", code=1)
    expect_equal(result.outputs("failed"), ["out/lake.jpg"], "failed")
    expect("lake.jpg.proof.png" in result.out, result.out)
    expect_equal(place.files(), {}, "files")
    expect_equal(place.leftovers(), [], "temporary files")


def test_a_program_that_fails_is_told_of(place):
    original(place)
    place.write("p.yaml", outputs('{ to: "out/{stem}.png" }'))
    other, _ = certificates.chain(keys_of(place), "stranger")
    for body, words in (("echo no card >&2; exit 3", "it ended with code 3: no card"),
                        ("sleep 60 & sleep 60", "it took longer than 1s"),
                        ("yes", "it printed more than 4096 bytes"),
                        ("yes >&2 & sleep 60", "it took longer than 1s"),
                        ("echo nonsense", "signature"),
                        (f"exec openssl dgst -sha256 -sign {other}", "certificate")):
        script = place.write("sign.sh", f"#!/bin/sh\n{body}\n")
        os.chmod(script, 0o700)
        sign_with(place, key=None, command=f"[{script}]", timeout="1s")
        run = place.run(code=1)
        message = [e["error"]["message"] for e in run.events if e.get("status") == "failed"][0]
        expect("its Content Credentials: the signing program" in message, f"{body}: {message}")
        expect(words in message, f"{body}: {message}")
        expect(len(message) < 9000, f"{body}: a message of {len(message)} bytes")
        expect_equal(place.files(), {}, "outputs")
    left = subprocess.run(["pgrep", "-f", "^(sleep 60|yes)$"], capture_output=True, text=True,
                          check=False).stdout
    expect_equal(left, "", "what the programs had started")


def test_a_program_may_leave_something_behind(place):
    """Its end counts, not that of what still holds its output; its complaints are no part of what it says."""
    key, _ = certificates.chain(keys_of(place))
    script = place.write("sign.sh", "#!/bin/sh\nsleep 5 &\nhead -c 300000 /dev/zero >&2\n"
                         f"exec openssl dgst -sha256 -sign {key}\n")
    os.chmod(script, 0o700)
    sign_with(place, key=None, command=f"[{script}]", timeout="4s")
    original(place)
    place.write("p.yaml", outputs('{ to: "out/{stem}.png" }'))
    place.run()
    expect_state(judge(place, "out/lake.png")[0], "Trusted", "signed all the same")


def test_a_key_that_cannot_sign_stops_the_run_before_it_begins(place):
    original(place)
    place.write("p.yaml", outputs('{ to: "out/{stem}.png" }'))
    keys = keys_of(place)
    good, chain = certificates.chain(keys)
    stranger, _ = certificates.chain(keys, "stranger")
    with open(good, "rb") as stream:
        opened = place.write("open.key", stream.read())
    cases = [("others can read it", {"key": f"{{ file: {opened} }}"}, "can be read by others"),
             ("another key", {"key": f"{{ file: {stranger} }}"}, "certificate"),
             ("not there", {"key": "{ file: /no/such.key }"}, "/no/such.key"),
             ("not set", {"key": "{ env: PEEL_NO_SUCH }"}, "PEEL_NO_SUCH"),
             ("no certificate", {"certificate": None}, "no 'certificate'"),
             ("no key", {"key": None}, "neither a 'key' nor a 'command'"),
             ("no program", {"key": None, "command": "[/no/such/program]"},
              "'/no/such/program' cannot be run: No such file")]
    for name in ("expired", "wrong-purpose", "self-signed"):
        key, its_chain = certificates.chain(keys, name)
        cases.append((name, {"certificate": its_chain, "key": f"{{ file: {key} }}"}, its_chain))
    os.chmod(opened, 0o644)
    for what, options, words in cases:
        sign_with(place, **options)
        run = place.peel("run", "p.yaml", code=2)
        expect(words in run.err, f"{what}: {run.err}")
        expect("PRIVATE" not in run.err, f"{what} tells a key")
        expect_equal(place.files(), {}, f"outputs: {what}")


def test_doctor_looks_at_the_signer(place):
    sign_with(place)
    found = [e for e in place.peel("doctor", "--json", code=None).events if e.get("name") == "signing"]
    expect_equal([e["health"] for e in found], ["ok"], "doctor")
    expect("signed as Test Media Processing Services" in found[0]["text"], f"doctor: {found}")
    key, chain = certificates.chain(keys_of(place), "expired")
    sign_with(place, certificate=chain, key=f"{{ file: {key} }}")
    found = [e for e in place.peel("doctor", "--json", code=1).events if e.get("name") == "signing"]
    expect_equal(found[0]["health"], "problem", f"doctor of an expired certificate: {found}")


def test_a_key_in_the_environment_stays_there(place):
    key, _ = certificates.chain(keys_of(place))
    sign_with(place, key="{ env: PEEL_SIGNING }")
    original(place)
    place.write("p.yaml", outputs('{ to: "out/{stem}.png" }'))
    with open(key, encoding="ascii") as stream:
        secret = stream.read()
    environment = place.environment() | {"PEEL_SIGNING": secret}
    run = support.finish(place.start("run", "--json", "p.yaml", environment=environment))
    body = secret.splitlines()[1]
    for name, data in [("stdout", run.out.encode()), ("stderr", run.err.encode()),
                       *place.files(".").items()]:
        expect(body.encode() not in data, f"{name} holds the key")
    for folder, _, names in os.walk(place.home):
        for name in names:
            with open(os.path.join(folder, name), "rb") as stream:
                expect(body.encode() not in stream.read(), f"{name} holds the key")


def test_a_limit_on_bytes_counts_the_credentials(place):
    sign_with(place)
    original(place, width=400, height=300)
    place.write("p.yaml", outputs(
        '{ stages: [{ recompress: { format: webp, max-bytes: 24KB } }], to: "out/{stem}.webp" }'))
    place.run()
    expect(len(place.read("out/lake.webp")) <= 24000, "the file is within its limit")
    place.write("p.yaml", outputs(
        '{ stages: [{ recompress: { format: webp, max-bytes: 8KB } }], to: "out/{stem}.webp" }'))
    place.run(code=9)


def test_a_stored_original_keeps_what_was_found(place):
    """As pixels, the bytes that were signed are not at hand."""
    sign_with(place)
    original(place)
    original(place, "in/broken.png", broken="hash")
    place.write("p.yaml", outputs('{ to: "out/{stem}.png" }'))
    place.run()
    place.peel("cache", "repack", "--pixels", "always")
    place.write("p.yaml", outputs('{ to: "out/{stem}.webp", stages: [{ resize: { width: 40 } }] }'))
    place.run()
    sound, broken = judge(place, "out/lake.webp", "out/broken.webp")
    expect_state(sound, "Trusted", "of pixels")
    expect_equal(recorded_of(sound), [], "recorded failures")
    expect("assertion.dataHash.mismatch" in recorded_of(broken), f"recorded: {broken}")


def test_a_picture_that_is_sent_goes_alone(place):
    original(place)
    for config, words in ((lambda: None, 1), (lambda: sign_with(place), 0)):
        config()
        with open(place.path("sent.webp"), "wb") as sent:
            process = subprocess.run(
                [support.PEEL, "derive", "in/lake.png", "--preset", "web/thumb", "--with", "format=webp",
                 "--with", "width=320", "--to", "-"], cwd=place.folder, env=place.environment(),
                stdout=sent, stderr=subprocess.PIPE, text=True, check=True)
        expect_equal(process.stderr.count("only the file is sent"), words, f"said: {process.stderr}")
        expect(place.read("sent.webp").startswith(b"RIFF"), "a picture was sent")
    expect_state(judge(place, "sent.webp")[0], "Trusted", "what was sent")


support.main(globals())
