"""Originals that carry metadata in every place there is, each with a word of its own.

The blocks are written here, byte by byte, and put into the five formats raw, so that nothing is tidied up
on the way in. Who may tell a word is said beside it: the first policy that keeps it.

    STRIP < COPYRIGHT < PROVENANCE < ALL < NEVER
"""

import struct
import zlib

import judge
import pictures

STRIP, COPYRIGHT, PROVENANCE, ALL, NEVER = range(5)
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
DIRECTION = struct.pack(">II", 1234567, 10000), struct.pack("<II", 1234567, 10000)

EXTENSIONS = {"png": "png", "jpeg": "jpg", "webp": "webp", "avif": "avif", "tiff": "tif"}
# What can be written; a PDF is read by nobody here.
TARGETS = EXTENSIONS | {"pdf": "pdf"}

PROFILE = {"CanaryProfile": PROVENANCE}
# Stands in EXIF and may leave as a camera's, in places of its own.
CAMERA = {"CanaryMake": ALL, "CanaryModel": ALL, "CanaryLens": ALL, "2001:02:03 04:05:06": ALL}
EXIF_TEXTS = {"CanaryExifDescription": PROVENANCE, "CanaryArtist": COPYRIGHT,
              "CanaryCopyright": COPYRIGHT}
EXIF_NEVER = {word: NEVER for word in (
    "CanarySerial", "CanaryOwner", "CanaryLensNumber", "CanaryUnique", "CanaryNote",
    "CanarySoftware", "CanaryMakerNote", "CanaryThumb", "CanaryArea", "CanaryXpNote", *DIRECTION)}
XMP = {"CanaryRights": COPYRIGHT, "CanaryCreator": COPYRIGHT, "CanaryCredit": COPYRIGHT,
       "CanaryTerms": COPYRIGHT, "CanaryTitle": PROVENANCE, "CanaryDescription": PROVENANCE,
       "CanarySubject": PROVENANCE, "CanaryPrompt": ALL, "CanarySystem": ALL,
       SOURCE_TYPE + "trainedAlgorithmicMedia": STRIP}
XMP_NEVER = {word: NEVER for word in (
    "CanaryXmpMake", "48,51.5N", "CanaryCity", "CanaryPlace", "CanaryTool", "CanaryHistory",
    "CanaryDocument", "CanaryXmpNote", "CanaryXmpSerial", "CanaryEvent")}
IPTC = {"CanaryIptcRights": COPYRIGHT, "CanaryByline": COPYRIGHT, "CanaryCaption": PROVENANCE,
        "CanaryIptcKey": PROVENANCE, "CanaryIptcCity": NEVER, "CanaryInstructions": NEVER}
PNG_TEXTS = {"CanaryTextRights": COPYRIGHT, "CanaryTextTitle": PROVENANCE, "CanaryPlain": NEVER,
             "CanaryZipped": NEVER, "CanaryInternational": NEVER, "CanaryUtf": NEVER}
COMMENT = {"CanaryComment": NEVER}
WEB_UI = ("CanaryWish, a lake\nNegative prompt: CanaryBlur\n"
          "Steps: 20, Sampler: Euler a, Seed: 7, Model: CanaryCheckpoint, "
          "Hires prompt: \"CanaryAgain\"")
PARAMETERS = {"CanaryWish": ALL, "CanaryBlur": ALL, "CanaryCheckpoint": ALL, "CanaryAgain": ALL}
# A PDF has no place for EXIF: what is told there alone stays away.
NO_PDF = {*CAMERA, "CanaryAgain"}
# With `keep: [generation-parameters]` and no prompt.
SETTINGS = ["CanaryCheckpoint"]
CREDENTIALS = {"CanaryAssertion": PROVENANCE}
CREDENTIALS_WITH_PLACE = {"CanaryAssertion": NEVER, "CanaryAssertedCity": NEVER}


# What a run calls the groups, and the words by which each is known.
GROUPS = {
    "icc": ["CanaryProfile"], "camera": ["CanaryMake"],
    "rights": ["CanaryCopyright", "CanaryRights", "CanaryIptcRights", "CanaryTextRights"],
    "description": ["CanaryExifDescription", "CanaryDescription", "CanaryCaption",
                    "CanaryTextTitle"],
    "prompt": ["CanaryPrompt", "CanaryWish"],
    "generation-parameters": ["CanarySystem", "CanaryCheckpoint"],
    "ai-label": [SOURCE_TYPE + "trainedAlgorithmicMedia"], "c2pa": ["CanaryAssertion"],
    "location": ["CanaryArea", "CanaryCity", "CanaryIptcCity"], "thumbnail": ["CanaryThumb"],
    "maker-notes": ["CanaryMakerNote"], "serial-numbers": ["CanarySerial"],
    "comment": ["CanaryNote", "CanaryXmpNote"], "xmp-camera": ["CanaryXmpMake"],
}


# ---- blocks ----

def ascii_entry(tag, text):
    data = text.encode() + b"\0"
    return tag, 2, len(data), data


def directory(entries, order, at, after=0):
    """(the directory that stands at `at`, followed by what does not fit into it)"""
    entries = sorted(entries)
    values_at = at + 2 + 12 * len(entries) + 4
    rows, values = struct.pack(order + "H", len(entries)), b""
    for tag, kind, count, data in entries:
        field = data.ljust(4, b"\0")
        if len(data) > 4:
            field = struct.pack(order + "I", values_at + len(values))
            values += data + bytes(len(data) & 1)
        rows += struct.pack(order + "HHI", tag, kind, count) + field
    return rows + struct.pack(order + "I", after) + values


def long_entry(tag, value, order):
    return tag, 4, 1, struct.pack(order + "I", value)


def short_entry(tag, value, order):
    return tag, 3, 1, struct.pack(order + "H", value)


def camera_entries(thumb, order, comment):
    """(directory 0, EXIF, GPS, directory 1 without the offset of its thumbnail)"""
    first = [ascii_entry(0x010e, "CanaryExifDescription"), ascii_entry(0x010f, "CanaryMake"),
             ascii_entry(0x0110, "CanaryModel"), ascii_entry(0x0131, "CanarySoftware"),
             ascii_entry(0x013b, "CanaryArtist"), ascii_entry(0x8298, "CanaryCopyright"),
             (0x9c9c, 1, 26, "CanaryXpNote".encode("utf-16-le") + b"\0\0")]
    note = b"Canary\0\0" + b"CanaryMakerNote" + b"\0"
    coded = b"ASCII\0\0\0CanaryNote"
    if comment:
        coded = b"UNICODE\0" + comment.encode("utf-16-be")
    exif = [(0x829a, 5, 1, struct.pack(order + "II", 1, 250)), (0x9000, 7, 4, b"0232"),
            ascii_entry(0x9003, "2001:02:03 04:05:06"), (0x927c, 7, len(note), note),
            (0x9286, 7, len(coded), coded), ascii_entry(0xa420, "CanaryUnique"),
            ascii_entry(0xa430, "CanaryOwner"), ascii_entry(0xa431, "CanarySerial"),
            ascii_entry(0xa434, "CanaryLens"), ascii_entry(0xa435, "CanaryLensNumber")]
    gps = [(0x0001, 2, 2, b"N\0"), (0x0002, 5, 3, struct.pack(order + "6I", 48, 1, 51, 1, 30, 1)),
           (0x0003, 2, 2, b"E\0"), (0x0004, 5, 3, struct.pack(order + "6I", 2, 1, 17, 1, 40, 1)),
           (0x0011, 5, 1, struct.pack(order + "II", 1234567, 10000)),
           (0x001c, 7, 18, b"ASCII\0\0\0CanaryArea")]
    second = [short_entry(0x0103, 6, order), long_entry(0x0202, len(thumb), order)]
    return first, exif, gps, second


def tiff_structure(thumb, order, comment=None, more=(), pixels=b"", orientation=6):
    """Header, pixels if any, EXIF, GPS, thumbnail, directory 1, and directory 0 at the end."""
    first, exif, gps, second = camera_entries(thumb, order, comment)
    body = bytes(8) + pixels + bytes(len(pixels) & 1)
    places = []
    for entries in exif, gps:
        places.append(len(body))
        body += directory(entries, order, len(body))
    thumb_at = len(body)
    body += thumb + bytes(len(thumb) & 1)
    second_at = len(body)
    body += directory(second + [long_entry(0x0201, thumb_at, order)], order, second_at)
    first += [short_entry(0x0112, orientation, order), long_entry(0x8769, places[0], order),
              long_entry(0x8825, places[1], order), *more]
    at = len(body)
    body += directory(first, order, at, second_at)
    return {"<": b"II", ">": b"MM"}[order] + struct.pack(order + "HI", 42, at) + body[8:]


def packet(is_attributes):
    """XMP as an editor leaves it, its simple properties in one spelling or the other."""
    simple = {"photoshop:Credit": "CanaryCredit", "photoshop:City": "CanaryCity",
              "Iptc4xmpExt:DigitalSourceType": SOURCE_TYPE + "trainedAlgorithmicMedia",
              "Iptc4xmpExt:AIPromptInformation": "CanaryPrompt",
              "Iptc4xmpExt:AISystemUsed": "CanarySystem", "Iptc4xmpExt:Event": "CanaryEvent",
              "Iptc4xmpCore:Location": "CanaryPlace", "tiff:Make": "CanaryXmpMake",
              "tiff:Orientation": "6", "exif:GPSLatitude": "48,51.5N", "xmp:CreatorTool": "CanaryTool",
              "aux:SerialNumber": "CanaryXmpSerial", "xmpMM:DocumentID": "CanaryDocument"}
    listed = "".join(f' {key}="{value}"' for key, value in simple.items()) if is_attributes else ""
    nested = "" if is_attributes else "".join(
        f"<{key}>{value}</{key}>\n" for key, value in simple.items())
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
 xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"{listed}>
{nested}<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">CanaryRights</rdf:li></rdf:Alt></dc:rights>
<dc:creator><rdf:Seq><rdf:li>CanaryCreator</rdf:li></rdf:Seq></dc:creator>
<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">CanaryTerms</rdf:li></rdf:Alt>
</xmpRights:UsageTerms>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">CanaryTitle</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">CanaryDescription</rdf:li></rdf:Alt>
</dc:description>
<dc:subject><rdf:Bag><rdf:li>CanarySubject</rdf:li></rdf:Bag></dc:subject>
<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">CanaryXmpNote</rdf:li></rdf:Alt>
</exif:UserComment>
<xmpMM:History><rdf:Seq><rdf:li rdf:parseType="Resource"><stEvt:softwareAgent>CanaryHistory\
</stEvt:softwareAgent></rdf:li></rdf:Seq></xmpMM:History>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()


def iptc_records():
    rows = [(5, "CanaryIptcTitle"), (25, "CanaryIptcKey"), (40, "CanaryInstructions"),
            (80, "CanaryByline"), (90, "CanaryIptcCity"), (116, "CanaryIptcRights"),
            (120, "CanaryCaption")]
    head = b"\x1c\x01\x5a\0\3\x1b%G"  # UTF-8
    return head + b"".join(struct.pack(">BBBH", 0x1c, 2, number, len(text)) + text.encode()
                           for number, text in rows)


def profile():
    """RGB with wider primaries and a gamma of 2.2, called CanaryProfile: no sRGB."""
    def s15(*numbers):
        return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)
    name = b"CanaryProfile\0"
    described = (b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(8) + b"\0\0\0" +
                 bytes(67))
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 563) + b"\0\0"
    tags = [(b"desc", described + bytes(-len(described) % 4)), (b"cprt", b"text\0\0\0\0none\0\0\0\0"),
            (b"wtpt", b"XYZ \0\0\0\0" + s15(0.9642, 1, 0.8249)),
            (b"rXYZ", b"XYZ \0\0\0\0" + s15(0.6097, 0.3111, 0.0195)),
            (b"gXYZ", b"XYZ \0\0\0\0" + s15(0.2053, 0.6257, 0.0609)),
            (b"bXYZ", b"XYZ \0\0\0\0" + s15(0.1492, 0.0632, 0.7446)),
            (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
    at, table, content = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags:
        table += name + struct.pack(">II", at + len(content), len(data))
        content += data
    head = (struct.pack(">I4sI4s4s4s", at + len(content), b"none", 0x02100000, b"mntr", b"RGB ",
                        b"XYZ ") + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) +
            s15(0.9642, 1, 0.8249) + bytes(48))
    return head + table + content


# ---- into files ----

WIDTH, HEIGHT = 48, 40
PIXELS = bytes(value for y in range(HEIGHT) for x in range(WIDTH)
               for value in (5 * x % 256, 6 * y % 256, (x * y) % 200))


class Maker:
    """Makes originals in a folder. Blocks that are None are left out."""

    def __init__(self, folder):
        self.folder = folder
        self.bare = pictures.write_png(folder / "bare.png", WIDTH, HEIGHT, PIXELS)
        thumb = folder / "thumb.jpg"
        pictures.write_png(folder / "small.png", 8, 6, bytes(8 * 6 * 3))
        judge.tool("vips", "copy", folder / "small.png", f"{thumb}[strip]")
        data = thumb.read_bytes()
        note = b"CanaryThumb"
        self.thumb = data[:2] + b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note + data[2:]

    def make(self, name, xmp=None, has_exif=True, iptc=None, texts=(), comment=None):
        """`name` says the format by its extension."""
        path = self.folder / name
        put = {".png": self.png, ".jpg": self.jpeg, ".webp": self.webp, ".avif": self.avif,
               ".tif": self.tiff}[path.suffix]
        exif = tiff_structure(self.thumb, ">", comment) if has_exif else None
        put(path, exif, xmp, iptc, texts, comment)
        return path

    def png(self, path, exif, xmp, iptc, texts, comment):
        chunks = [pictures.png_chunk(b"iCCP", b"x\0\0" + zlib.compress(profile()))]
        if exif:
            chunks.append(pictures.png_chunk(b"eXIf", exif))
        if xmp:
            chunks.append(pictures.png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
        chunks += texts
        path.write_bytes(pictures.png(WIDTH, HEIGHT, PIXELS, extra=b"".join(chunks)))

    def jpeg(self, path, exif, xmp, iptc, texts, comment):
        judge.tool("vips", "copy", self.bare, f"{path}[strip,Q=95]")
        data = path.read_bytes()
        bodies = []
        if exif:
            bodies.append((0xe1, b"Exif\0\0" + exif))
        if xmp:
            bodies.append((0xe1, b"http://ns.adobe.com/xap/1.0/\0" + xmp))
        if iptc:
            resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
            bodies.append((0xed, b"Photoshop 3.0\0" + resource + bytes(len(iptc) & 1)))
        bodies += [(0xe2, b"ICC_PROFILE\0\1\1" + profile()), (0xfe, b"CanaryComment")]
        segments = b"".join(struct.pack(">BBH", 0xff, marker, len(body) + 2) + body
                            for marker, body in bodies)
        path.write_bytes(data[:2] + segments + data[2:])

    def blocks(self, path, exif, xmp):
        for kind, data in ("exif", exif), ("xmp", xmp), ("icc", profile()):
            if data:
                block = self.folder / f"{path.name}.{kind}"
                block.write_bytes(data)
                yield kind, block

    def webp(self, path, exif, xmp, iptc, texts, comment):
        judge.tool("vips", "copy", self.bare, f"{path}[lossless]")
        for kind, block in self.blocks(path, exif, xmp):
            judge.tool("webpmux", "-set", kind, block, path, "-o", path)

    def avif(self, path, exif, xmp, iptc, texts, comment):
        words = [word for kind, block in self.blocks(path, exif, xmp) for word in (f"--{kind}", block)]
        judge.tool("avifenc", "-s", "10", "--min", "10", "--max", "20", *words, self.bare, path)

    def tiff(self, path, exif, xmp, iptc, texts, comment):
        """Little-endian, in one strip. Without EXIF there is no camera either, but the pixels."""
        order, icc = "<", profile()
        more = [(0x0102, 3, 3, struct.pack("<3H", 8, 8, 8)), short_entry(0x0103, 1, order),
                long_entry(0x0100, WIDTH, order), long_entry(0x0101, HEIGHT, order),
                short_entry(0x0106, 2, order), long_entry(0x0111, 8, order),
                short_entry(0x0115, 3, order), long_entry(0x0116, HEIGHT, order),
                long_entry(0x0117, len(PIXELS), order), (0x8773, 7, len(icc), icc)]
        if xmp:
            more.append((0x02bc, 1, len(xmp), xmp))
        if iptc:
            more.append((0x83bb, 7, len(iptc), iptc))
        if exif:
            path.write_bytes(tiff_structure(self.thumb, order, comment, more, PIXELS))
        else:
            body = bytes(8) + PIXELS
            path.write_bytes(b"II*\0" + struct.pack("<I", len(body)) + body[8:] +
                             directory(more, order, len(body)))


def png_texts():
    return [pictures.png_chunk(b"tEXt", b"Copyright\0CanaryTextRights"),
            pictures.png_chunk(b"iTXt", b"Title\0\0\0\0\0CanaryTextTitle"),
            pictures.png_chunk(b"tEXt", b"Warning\0CanaryPlain"),
            pictures.png_chunk(b"zTXt", b"Disclaimer\0\0" + zlib.compress(b"CanaryZipped " * 9)),
            pictures.png_chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(b"CanaryInternational")),
            pictures.png_chunk(b"iTXt", b"Source\0\0\0de\0Quelle\0CanaryUtf")]


def web_ui_texts():
    return [pictures.png_chunk(b"tEXt", b"parameters\0" + WEB_UI.encode())]
