"""Test originals with Content Credentials, shaped like those of an image service, and broken ones.

Nothing of Peel is in here: CBOR, JUMBF and COSE are written from their specifications, keys and
signatures come from the `openssl` command. The picture of a store with two manifests:

    c2pa
      urn:c2pa:1…   claim.v2, actions.v2 (created by a model, watermark), hash.data of a JPEG long gone
      urn:c2pa:2…   claim.v2, ingredient.v3 (parentOf 1…), actions.v2 (opened, converted), hash.data

    sign_png (png, folder)            → the PNG with a caBX right after IHDR
    store_of (png)                    → its store
    sign (file, folder, broken="…")   → the same for PNG, JPEG, WebP and AVIF, and its faults
"""

import hashlib
import json
import struct
import zlib

import certificates

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
STAMPED_BYTES = 6000  # of a signature with a time stamp
GENERATOR = {"name": "Test Core Generator Library", "version": "1.2"}

# What sign(broken=…) can do.
FAULTS = (
    "hash",              # the binding's hash is of something else
    "assertion",         # an assertion of the active manifest was changed after the claim was made
    "claim",             # the claim was changed after it was signed
    "signature",         # a bit of the signature is another
    "no-binding",        # there is no c2pa.hash.data
    "no-assertion",      # the claim names an assertion that is not there
    "unknown-parent",    # the ingredient names a manifest that is not in the store
    "changed-parent",    # the parent was changed after the ingredient had been made
    "invalid-parent",    # the parent was invalid before, and the ingredient says so
    "hidden-parent",     # the parent was invalid before, and the ingredient says that it is fine
    "truncated",         # the store ends early
    "nested",            # boxes in boxes in boxes
)


# ---- CBOR (RFC 8949) ----

class Tagged:
    def __init__(self, tag, value):
        self.tag, self.value = tag, value


def cbor_head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for more, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([major << 5 | more]) + number.to_bytes(size, "big")
    raise ValueError(number)


def cbor(value):
    """Deterministic: shortest numbers, definite lengths, keys by their encoded bytes."""
    if value is None or value is True or value is False:
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return cbor_head(0, value) if value >= 0 else cbor_head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return cbor_head(3, len(value.encode())) + value.encode()
    if isinstance(value, (list, tuple)):
        return cbor_head(4, len(value)) + b"".join(cbor(item) for item in value)
    if isinstance(value, Tagged):
        return cbor_head(6, value.tag) + cbor(value.value)
    pairs = sorted((cbor(key), cbor(each)) for key, each in value.items())
    return cbor_head(5, len(pairs)) + b"".join(key + each for key, each in pairs)


# ---- JUMBF (ISO 19566-5) ----

def box(kind, content):
    return struct.pack(">I4s", 8 + len(content), kind.encode()) + content


def superbox(kind, label, *contents):
    uuid = kind.encode() + bytes.fromhex("00110010800000AA00389B71")
    described = box("jumd", uuid + b"\x03" + label.encode() + b"\0")
    return box("jumb", described + b"".join(contents))


def box_hash(superbox_bytes):
    """What a hashed URI holds: of what follows the box's own header."""
    return hashlib.sha256(superbox_bytes[8:]).digest()


def assertion_box(label, data):
    """A text or a bytes object is JSON as it stands, everything else becomes CBOR."""
    if isinstance(data, str):
        data = data.encode()
    if isinstance(data, bytes):
        return superbox("json", label, box("json", data))
    return superbox("cbor", label, box("cbor", cbor(data)))


# ---- claims and signatures ----

class Signer:
    """Who signs: a chain of certificates.py in a folder. `is_dry`: only how long it all gets.
    `has_stamp`: True, or "sigTst" for the older kind of time stamp."""

    def __init__(self, folder, chain="good", is_dry=False, has_stamp=False, is_unprotected=False,
                 is_tagged=True):
        self.folder, self.chain, self.is_dry = folder, chain, is_dry
        self.has_stamp, self.is_unprotected, self.is_tagged = has_stamp, is_unprotected, is_tagged

    def __call__(self, claim):
        algorithm = certificates.COSE_ALGORITHMS[certificates.CHAINS[self.chain][2]]
        x5chain = certificates.chain_der(self.folder, self.chain)
        protected, unprotected = {1: algorithm}, {}
        if self.is_unprotected:
            unprotected["x5chain"] = x5chain  # as the first versions of C2PA had it
        else:
            protected[33] = x5chain
        protected = cbor(protected)
        if self.is_dry:
            signature = bytes(certificates.signature_bytes(self.chain))
        else:
            signature = certificates.sign(self.folder, self.chain,
                                          cbor(["Signature1", protected, b"", claim]))
        if self.has_stamp and not self.is_dry:
            name = "sigTst2" if self.has_stamp is True else self.has_stamp
            stamped = claim if name == "sigTst" else cbor(signature)
            token = certificates.time_stamp(
                self.folder, cbor(["CounterSignature", protected, b"", stamped]))
            unprotected[name] = {"tstTokens": [{"val": token}]}

        def encoded(pad):
            padded = unprotected | ({"pad": bytes(pad)} if self.has_stamp else {})
            value = [protected, padded, None, signature]
            return cbor(Tagged(18, value) if self.is_tagged else value)

        # A stamp's length is known when it is there, the room for it before.
        return encoded(STAMPED_BYTES - len(encoded(300)) + 300 if self.has_stamp else 0)


def flip(data, at):
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def manifest(label, assertions, signer, version=2, broken=None, redacted=(), binding=None,
             kind="c2ma"):
    """A manifest box. `assertions`: (label, data) in order; `binding` too, as the last."""
    assertions = list(assertions) + ([binding] if binding else [])
    boxes = [assertion_box(name, data) for name, data in assertions]
    named = [{"url": f"self#jumbf=c2pa.assertions/{name}", "hash": box_hash(each)}
             for (name, _), each in zip(assertions, boxes)]
    if broken == "no-assertion":
        named.append({"url": "self#jumbf=c2pa.assertions/test.missing", "hash": bytes(32)})
    claim = {"instanceID": f"xmp:iid:{label[-12:]}", "alg": "sha256", "dc:title": "original",
             "signature": f"self#jumbf=/c2pa/{label}/c2pa.signature"}
    if version == 2:
        claim |= {"claim_generator_info": GENERATOR, "created_assertions": named}
    else:
        claim |= {"claim_generator": "Test_Generator/1.2", "claim_generator_info": [GENERATOR],
                  "dc:format": "image/png", "assertions": named}
    if redacted:
        claim["redacted_assertions"] = list(redacted)
    claim = cbor(claim)
    signature = signer(claim)
    if broken == "assertion":
        boxes[0] = boxes[0].replace(b"Converted", b"Conserved").replace(b"Created by", b"Painted by")
    if broken == "claim":
        claim = claim.replace(b"original", b"0riginal")
    if broken == "signature":
        signature = flip(signature, -1)
    return superbox(kind, label, superbox("c2as", "c2pa.assertions", *boxes),
                    superbox("c2cl", "c2pa.claim" + (".v2" if version == 2 else ""), box("cbor", claim)),
                    superbox("c2cs", "c2pa.signature", box("cbor", signature)))


# ---- assertions ----

def actions(rows, version=2):
    return ("c2pa.actions" + (".v2" if version == 2 else ""), {"actions": rows})


def agent(version):
    return {"name": "Test Generative AI"} if version == 2 else "Test Generative AI"


def created(version=2, source_type="trainedAlgorithmicMedia"):
    return actions([
        {"action": "c2pa.created", "description": "Created by Test Generative AI.",
         "digitalSourceType": SOURCE_TYPE + source_type, "softwareAgent": agent(version)},
        {"action": "c2pa.edited", "description": "Applied imperceptible SynthID watermark.",
         "digitalSourceType": SOURCE_TYPE + source_type, "softwareAgent": agent(version)}], version)


def ingredient_label(version):
    return "c2pa.ingredient.v3" if version == 2 else "c2pa.ingredient"


def opened(ingredient, version=2):
    link = {"url": f"self#jumbf=c2pa.assertions/{ingredient_label(version)}",
            "hash": box_hash(assertion_box(*ingredient))}
    parameters = {"ingredients": [link]} if version == 2 else {"ingredient": link}
    if version == 1:
        parameters["instanceId"] = ingredient[1]["instanceID"]
    return actions([
        {"action": "c2pa.opened", "parameters": parameters},
        {"action": "c2pa.converted", "description": "Converted to .png"}], version)


def signature_box(manifest_box):
    """The box of the signature, which is the last of a manifest."""
    at = manifest_box.rindex(b"jumd" + b"c2cs") - 12
    return manifest_box[at:]


def ingredient(label, manifest_box, version=2, failures=()):
    """The parentOf assertion of a manifest, with what its validation gave."""
    whole = {"url": f"self#jumbf=/c2pa/{label}", "hash": box_hash(manifest_box)}
    found = {"dc:title": "parent", "dc:format": "image/jpeg", "relationship": "parentOf",
             "instanceID": f"xmp:iid:{label[-12:]}"}
    signature = f"self#jumbf=/c2pa/{label}/c2pa.signature"
    if version == 1:
        found |= {"documentID": "xmp:did:parent", "c2pa_manifest": whole}
        if failures:
            found["validationStatus"] = [{"code": code, "url": signature} for code in failures]
        return (ingredient_label(version), found)
    success = [{"code": code, "url": signature, "explanation": "as it was found"}
               for code in ("claimSignature.validated", "claimSignature.insideValidity")]
    failure = [{"code": code, "url": f"self#jumbf=/c2pa/{label}/c2pa.assertions/c2pa.actions.v2"}
               for code in failures]
    found |= {
        "activeManifest": whole,
        "claimSignature": {"url": signature, "hash": box_hash(signature_box(manifest_box))},
        "validationResults": {"activeManifest": {
            "success": success, "informational": [], "failure": failure}}}
    return (ingredient_label(version), found)


def label_of(number, name="original", version=2):
    digest = hashlib.sha256(f"{name} {number}".encode()).hexdigest()
    parts = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
    return ("urn:c2pa:" if version == 2 else "urn:uuid:") + parts


def without(whole, inner):
    """A box without one of the boxes in it, whatever the depth: what a redaction does."""
    at = whole.index(inner)
    head = whole[:at]
    around, start = [], 0
    while start < at:  # the boxes that begin before it and end behind it
        size, kind = struct.unpack(">I4s", whole[start:start + 8])
        if start + size > at:
            around.append(start)
            start += 8
        else:
            start += size
    changed = bytearray(head + whole[at + len(inner):])
    for start in around:
        size, = struct.unpack(">I", whole[start:start + 4])
        struct.pack_into(">I", changed, start, size - len(inner))
    return bytes(changed)


def hash_data(hashed, exclusions):
    left_out = [{"start": start, "length": length} for start, length in exclusions]
    return ("c2pa.hash.data", {"alg": "sha256", "name": "jumbf manifest", "pad": bytes(8),
                               "hash": hashed} | ({"exclusions": left_out} if left_out else {}))


def store(signer, binding, manifests=2, extra=(), parent_extra=(), broken=None, version=2,
          name="original", is_redacting=False):
    """A store of one or two manifests whose active one is bound by `binding`, a (label, data) or None;
    of three the last is an update.
    `extra`: more assertions (label, data) of the active manifest, `parent_extra` of the other, which
    with `is_redacting` are taken out of it again, as the active one says."""
    active_label = label_of(2, name, version)
    if manifests == 1:
        active = manifest(active_label, [created(version), *extra], signer, version, broken,
                          binding=binding)
        return superbox("c2pa", "c2pa", active)
    parent_label = label_of(1, name, version)
    is_bad = broken in ("invalid-parent", "hidden-parent")
    parent = manifest(parent_label, [created(version), *parent_extra], signer, version,
                      "assertion" if is_bad else None,
                      binding=hash_data(hashlib.sha256(b"a JPEG").digest(), [(20, 5976)]))
    failures = ["assertion.hashedURI.mismatch"] if broken == "invalid-parent" else []
    link = ingredient(parent_label, parent, version, failures)
    redacted = [f"self#jumbf=/c2pa/{parent_label}/c2pa.assertions/{label}" for label, _ in parent_extra
                ] if is_redacting else []
    active = manifest(active_label, [opened(link, version), link, *extra], signer, version, broken,
                      redacted, binding)
    for row in parent_extra if is_redacting else ():
        parent = without(parent, assertion_box(*row))
    if broken == "changed-parent":
        parent = parent.replace(b"SynthID", b"SynthIX")
    boxes = ([] if broken == "unknown-parent" else [parent]) + [active]
    if manifests == 3:
        boxes.append(update(label_of(3, name, version), active_label, active, signer))
    return superbox("c2pa", "c2pa", *boxes)


def update(label, parent_label, parent, signer):
    """An update manifest: it binds no file, since its parent does."""
    link = ingredient(parent_label, parent)
    edited = actions([{"action": "c2pa.edited.metadata", "parameters": {"ingredients": [
        {"url": f"self#jumbf=c2pa.assertions/{link[0]}", "hash": box_hash(assertion_box(*link))}]}}])
    return manifest(label, [edited, link], signer, kind="c2um")


# ---- files ----

def png_chunk(kind, data):
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def put_png(png, content):
    """The PNG with a caBX right after IHDR, and where it stands."""
    chunk = png_chunk(b"caBX", content)
    return png[:33] + chunk + png[33:], 33, len(chunk)


def put_jpeg(jpeg, content):
    """APP11 segments right after SOI; from the second on they repeat the header of the box."""
    room, pieces = 65000, []
    for number, at in enumerate(range(0, len(content), room)):
        piece = (content[:8] if number else b"") + content[at:at + room]
        head = b"JP" + struct.pack(">HI", 0x211, number + 1)
        pieces.append(b"\xff\xeb" + struct.pack(">H", 2 + len(head) + len(piece)) + head + piece)
    joined = b"".join(pieces)
    return jpeg[:2] + joined + jpeg[2:], 2, len(joined)


def put_webp(webp, content):
    """A last chunk; the byte that makes it even is no part of the exclusion."""
    chunk = b"C2PA" + struct.pack("<I", len(content)) + content
    body = webp[8:] + chunk + bytes(len(content) & 1)
    return b"RIFF" + struct.pack("<I", len(body)) + body, len(webp), len(chunk)


C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def bmff_boxes(data):
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        size = size or len(data) - at
        yield at, size, kind
        at += size


def shift_iloc(meta, shift):
    """The meta box with the extents of its iloc (version 0 or 1, 4-byte offsets) moved."""
    at = meta.find(b"iloc")
    if at < 0:
        return meta
    moved = bytearray(meta)
    version, sizes = meta[at + 4], meta[at + 8:at + 10]
    if sizes[0] != 0x44 or version > 1:
        raise ValueError("an iloc of another layout")
    base_bytes = sizes[1] >> 4
    count, = struct.unpack(">H", meta[at + 10:at + 12])
    at += 12
    for _ in range(count):
        at += (4 if version == 1 else 2) + 2 + base_bytes
        extents, = struct.unpack(">H", meta[at:at + 2])
        at += 2
        for _ in range(extents):
            struct.pack_into(">I", moved, at, struct.unpack(">I", meta[at:at + 4])[0] + shift)
            at += 8
    return bytes(moved)


def put_bmff(avif, content):
    """A uuid box after ftyp."""
    inner = C2PA_UUID + bytes(4) + b"manifest\0" + bytes(8) + content
    new = box("uuid", inner)
    out = b""
    for at, size, kind in bmff_boxes(avif):
        each = avif[at:at + size]
        out += shift_iloc(each, len(new)) if kind == b"meta" else each
        if kind == b"ftyp":
            out += new
    return out, 0, 0


def bmff_hash(data):
    digest = hashlib.sha256()
    for at, size, kind in bmff_boxes(data):
        is_store = kind == b"uuid" and data[at + 8:at + 24] == C2PA_UUID
        if not is_store and kind not in (b"ftyp", b"mfra"):
            digest.update(struct.pack(">Q", at) + data[at:at + size])
    return digest.digest()


def hash_bmff(hashed):
    excluded = [{"xpath": "/uuid", "length": None, "data": [{"offset": 8, "value": C2PA_UUID}],
                 "subset": None, "version": None, "flags": None, "exact": None},
                {"xpath": "/ftyp", "length": None, "data": None, "subset": None, "version": None,
                 "flags": None, "exact": None},
                {"xpath": "/mfra", "length": None, "data": None, "subset": None, "version": None,
                 "flags": None, "exact": None}]
    return ("c2pa.hash.bmff.v3", {"exclusions": excluded, "alg": "sha256", "hash": hashed,
                                  "name": "jumbf manifest"})


def binding_of(data, start, length):
    if data[4:8] == b"ftyp":
        return hash_bmff(bmff_hash(data))
    return hash_data(hashlib.sha256(data[:start] + data[start + length:]).digest(), [(start, length)])


def putter(data):
    for mark, put in ((b"\x89PNG", put_png), (b"\xff\xd8", put_jpeg), (b"RIFF", put_webp)):
        if data.startswith(mark):
            return put
    if data[4:8] == b"ftyp":
        return put_bmff
    raise ValueError("a file of no kind that is known here")


def sign(data, folder, chain="good", broken=None, has_stamp=False, is_unprotected=False,
         is_tagged=True, **options):
    """The file with a store that is bound to it. `options`: those of store()."""
    put = putter(data)

    def build(binding, is_dry):
        signer = Signer(folder, chain, is_dry, has_stamp, is_unprotected, is_tagged)
        return store(signer, None if broken == "no-binding" else binding, broken=broken, **options)

    place, last = (0, 0), None
    while place != last:  # until the numbers that tell the place are as long as they say
        last = place
        dummy = hash_bmff(bytes(32)) if put is put_bmff else hash_data(bytes(32), [place])
        dry, start, length = put(data, build(dummy, True))
        place = (start, length)
    binding = binding_of(dry, start, length)
    if broken == "hash":
        binding[1]["hash"] = hashlib.sha256(b"something else").digest()
    content = build(binding, False)
    if broken == "truncated":
        content = content[:len(content) // 2]
    if broken == "nested":
        content = superbox("c2pa", "c2pa", nested(40))
    return put(data, content)[0]


def nested(depth):
    inner = superbox("c2ma", "deepest")
    for number in range(depth):
        inner = superbox("c2ma", f"level{number}", inner)
    return inner


def sign_png(png_bytes, folder, chain="good", manifests=2, extra=(), **options):
    return sign(png_bytes, folder, chain, manifests=manifests, extra=extra, **options)


def sidecar(data, folder, chain="good", **options):
    """A store that stands beside the file, all of which it binds."""
    return store(Signer(folder, chain), hash_data(hashlib.sha256(data).digest(), []), **options)


def store_of(data):
    """The store in a PNG, a JPEG, a WebP or an AVIF, or None."""
    if data.startswith(b"\x89PNG"):
        at = 8
        while at + 12 <= len(data):
            size, kind = struct.unpack(">I4s", data[at:at + 8])
            if kind == b"caBX":
                return data[at + 8:at + 8 + size]
            at += 12 + size
    elif data.startswith(b"\xff\xd8"):
        at, joined = 2, b""
        while data[at:at + 1] == b"\xff" and data[at + 1] != 0xda:
            size, = struct.unpack(">H", data[at + 2:at + 4])
            piece = data[at + 4:at + 2 + size]
            if data[at + 1] == 0xeb and piece[:2] == b"JP":
                joined += piece[16:] if joined else piece[8:]
            at += 2 + size
        return joined or None
    elif data.startswith(b"RIFF"):
        at = 12
        while at + 8 <= len(data):
            kind, size = struct.unpack("<4sI", data[at:at + 8])
            if kind == b"C2PA":
                return data[at + 8:at + 8 + size]
            at += 8 + size + (size & 1)
    elif data[4:8] == b"ftyp":
        for at, size, kind in bmff_boxes(data):
            if kind == b"uuid" and data[at + 8:at + 24] == C2PA_UUID:
                return data[at + 24 + 4 + 9 + 8:at + size]
    return None


def bound_hash(store_bytes):
    """The SHA-256 that the active manifest (the last one) has of a file that is bound as a whole."""
    at = store_bytes.rindex(b"c2pa.hash.data\0")
    length, = struct.unpack(">I", store_bytes[at - 29:at - 25])  # of the box around its description
    assertion = store_bytes[at - 29:at - 29 + length]
    if b"exclusions" in assertion:
        raise ValueError("a stretch of the file is left out")
    key = b"dhashX\x20"
    at = assertion.index(key) + len(key)
    return assertion[at:at + 32]


# ---- assertions that hide something ----

def exif_place(canary):
    """stds.exif with a GPS position."""
    return ("stds.exif", json.dumps({
        "@context": {"exif": "http://ns.adobe.com/exif/1.0/"},
        "exif:GPSLatitude": "52,13.5N", "exif:GPSLongitude": "21,0.5E", "exif:Artist": canary}))


def metadata_place(canary):
    """c2pa.metadata that names a city."""
    return ("c2pa.metadata", json.dumps({
        "@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
                     "photoshop": "http://ns.adobe.com/photoshop/1.0/"},
        "photoshop:City": canary}))


def metadata_text(canary):
    """c2pa.metadata that says something, but no place."""
    return ("c2pa.metadata", json.dumps({
        "@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:description": [canary]}))
