"""Pictures to try things on, and a look into files that trusts no library: bytes."""

import base64
import pathlib
import struct
import tempfile
import zlib

import judge

# Words that must not leave, each in a place of its own, and words that may.
CAMERA = ["CanaryMake", "CanaryModel", "CanaryLens", "CanarySerial"]
PLACES = ["CanaryArea", "CanaryCity", "CanaryIptcCity", "CanaryXmpPlace"]
TEXTS = ["CanaryKeyword", "CanaryZipped", "CanaryInternational", "CanaryPrompt"]
OTHERS = ["CanaryComment", "CanaryNote", "CanaryTool", "CanaryXmpMake", "CanaryThumb"]
RIGHTS = "© 2026 Żółć GmbH"
DESCRIPTION = "A lake, described"
LABEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
DRAWN = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
# As EXIF stores them, in either byte order: 123.4567 degrees.
DIRECTION = [struct.pack(order + "II", 1234567, 10000) for order in "<>"]


def png_chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_chunks(data):
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + 8 + length]
        at += 12 + length


def png(width, height, pixels, depth=8, color=2, extra=b"", interlace=0):
    """Rows of packed bytes, unfiltered. `color`: 0 grey, 2 RGB, 3 palette, 4 grey+alpha, 6 RGBA."""
    bits = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color] * depth
    row = (width * bits + 7) // 8
    assert interlace or len(pixels) == row * height, (len(pixels), row, height)
    lines = pixels if interlace else b"".join(
        b"\0" + pixels[y * row:(y + 1) * row] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra +
            png_chunk(b"IDAT", zlib.compress(lines, 6)) + png_chunk(b"IEND", b""))


def write_png(path, *arguments, **options):
    path.write_bytes(png(*arguments, **options))
    return path


def insert_before_idat(path, *chunks):
    data = path.read_bytes()
    at = data.index(b"IDAT") - 4
    path.write_bytes(data[:at] + b"".join(chunks) + data[at:])


def packet(label=None, orientation=None):
    """XMP as a camera and an editor would have left it."""
    labelled = f'<Iptc4xmpExt:DigitalSourceType>{label}</Iptc4xmpExt:DigitalSourceType>'
    turned = f'<tiff:Orientation>{orientation}</tiff:Orientation>'
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 tiff:Make="CanaryXmpMake" exif:GPSLatitude="48,51.5N" exif:GPSLongitude="2,17.7E"
 photoshop:City="CanaryCity" xmp:CreatorTool="CanaryTool">
<Iptc4xmpCore:Location>CanaryXmpPlace</Iptc4xmpCore:Location>
<Iptc4xmpExt:AIPromptInformation>CanaryPrompt</Iptc4xmpExt:AIPromptInformation>
{labelled if label else ""}{turned if orientation else ""}
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{RIGHTS}</rdf:li></rdf:Alt></dc:rights>
<dc:description><rdf:Alt>
<rdf:li xml:lang="x-default">{DESCRIPTION}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def plant(path, folder, label=None, texts=True):
    """Everything that a file must not give away, into a PNG, JPEG or TIFF, and the label if any."""
    thumb = folder / "thumb.jpg"
    if not thumb.exists():
        write_png(folder / "thumb.png", 8, 6, bytes(8 * 6 * 3))
        judge.tool("vips", "copy", folder / "thumb.png", thumb)
        judge.tool("exiftool", "-q", "-overwrite_original", "-Comment=CanaryThumb", thumb)
    xmp = folder / "packet.xmp"
    xmp.write_text(packet(label))
    judge.tool("exiftool", "-q", "-overwrite_original", f"-xmp<={xmp}", path)
    words = ["-EXIF:Make=CanaryMake", "-EXIF:Model=CanaryModel", "-EXIF:LensModel=CanaryLens",
             "-EXIF:SerialNumber=CanarySerial", "-EXIF:UserComment=CanaryComment",
             "-EXIF:DateTimeOriginal=2001:02:03 04:05:06", "-EXIF:GPSLatitude=48.8584",
             "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=2.2945", "-EXIF:GPSLongitudeRef=E",
             "-EXIF:GPSImgDirection=123.4567", "-EXIF:GPSAreaInformation=CanaryArea",
             "-EXIF:XPComment=CanaryNote", "-IPTC:City=CanaryIptcCity",
             f"-IPTC:CopyrightNotice={RIGHTS}", "-IPTC:CodedCharacterSet=UTF8"]
    if path.suffix != ".tif":
        words.append(f"-ThumbnailImage<={thumb}")
    judge.tool("exiftool", "-q", "-m", "-overwrite_original", *words, path)
    if path.suffix == ".png" and texts:
        insert_before_idat(
            path, png_chunk(b"tEXt", b"parameters\0CanaryKeyword"),
            png_chunk(b"zTXt", b"prompt\0\0" + zlib.compress(b"CanaryZipped " * 9)),
            png_chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(b"CanaryInternational")))
    return path


def everything_in(data):
    """The bytes, and what any zlib stream among them holds but the pixels of a PNG."""
    if data.startswith(b"\x89PNG"):
        data = b"".join(kind + body for kind, body in png_chunks(data) if kind != b"IDAT")
    found = [data]
    for at in range(len(data) - 2):
        # libpng writes smaller windows, too: 58 85, 48 89, …
        if data[at] & 0x8f == 0x08 and (256 * data[at] + data[at + 1]) % 31 == 0:
            try:
                found.append(zlib.decompressobj().decompress(data[at:], 1 << 20))
            except zlib.error:
                pass
    return found


def unpacked(path):
    """A PDF with every stream and every string as it is meant, by another program."""
    return judge.tool("qpdf", "--qdf", "--object-streams=disable", path, "-")


def leaks(path, words):
    """Which of the words are in the file: as they are, as UTF-16, as hex digits, as base64."""
    parts = everything_in(path.read_bytes())
    if path.suffix == ".pdf":
        parts.append(unpacked(path))
    # Hex and base64 are broken into lines.
    parts += [part.replace(b"\n", b"") for part in parts]
    leaked = []
    for word in words:
        plain = word if isinstance(word, bytes) else word.encode()
        forms = {plain, plain.hex().encode(), base64.b64encode(plain)[:-4]}
        if not isinstance(word, bytes):
            forms |= {word.encode("utf-16-le"), word.encode("utf-16-be")}
        if any(form in part for form in forms for part in parts):
            leaked.append(word)
    return leaked


def pixels(path):
    """(width, height, bands, samples) as the format's own decoder sees them, 8 or 16 bits."""
    with tempfile.TemporaryDirectory() as folder:
        plain = decode(path, pathlib.Path(folder))
        # libvips's own file: 64 bytes of header, then the samples.
        whole = pathlib.Path(folder) / "whole.v"
        judge.tool("vips", "copy", plain, whole)
        data = whole.read_bytes()
    width, height, bands = struct.unpack("<3I", data[4:16])
    n = width * height * bands
    if struct.unpack("<I", data[20:24])[0] == 2:
        return width, height, bands, struct.unpack(f"<{n}H", data[64:64 + 2 * n])
    return width, height, bands, data[64:64 + n]


def jpeg_segments(data):
    """(marker, body) of each up to the first scan."""
    at = 2
    while data[at + 1] != 0xDA:
        length = struct.unpack(">H", data[at + 2:at + 4])[0]
        yield data[at + 1], data[at + 4:at + 2 + length]
        at += 2 + length


def profile(path):
    """The ICC profile in a file, found by its signature; b"" without one."""
    data = unpacked(path) if path.suffix == ".pdf" else path.read_bytes()
    if data.startswith(b"\x89PNG"):
        data = b"".join(zlib.decompress(body[body.index(b"\0") + 2:])
                        for kind, body in png_chunks(data) if kind == b"iCCP")
    if data.startswith(b"\xff\xd8"):
        data = b"".join(body[14:] for kind, body in jpeg_segments(data)
                        if kind == 0xE2 and body.startswith(b"ICC_PROFILE\0"))
    at = data.find(b"acsp") - 36
    return data[at:at + struct.unpack(">I", data[at:at + 4])[0]] if at >= 0 else b""


def check(path):
    """Fails when the format's own decoder finds anything wrong."""
    with tempfile.TemporaryDirectory() as folder:
        decode(path, pathlib.Path(folder))


def decode(path, folder):
    """The file as one that libvips reads without the codecs that may have written it."""
    if path.suffix == ".avif":
        judge.tool("avifdec", "-j", "1", path, folder / "decoded.png")
        return folder / "decoded.png"
    if path.suffix == ".webp":
        judge.tool("dwebp", "-quiet", path, "-o", folder / "decoded.png")
        return folder / "decoded.png"
    if path.suffix == ".jpg" and not is_cmyk_jpeg(path):
        judge.tool("djpeg", "-strict", "-outfile", folder / "decoded.pnm", path)
        return folder / "decoded.pnm"
    if path.suffix == ".pdf":
        judge.tool("qpdf", "--check", path)
        judge.tool("mutool", "draw", "-q", "-F", "pam", "-o", folder / "decoded.pam", path)
        return folder / "decoded.pam"
    if path.suffix == ".png":
        judge.tool("pngcheck", "-q", path)
    elif path.suffix == ".tif":
        judge.tool("tiffinfo", "-D", path)
    return path


def is_cmyk_jpeg(path):
    """djpeg has no output format for four channels."""
    return b"Adobe\0\x64" in path.read_bytes()
