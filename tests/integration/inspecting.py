"""`peel inspect`: what a picture is and carries, compared with what exiftool says of the same file."""

import json
import os
import signal
import subprocess
import zlib

import support
from support import expect, expect_equal

LABEL = "trainedAlgorithmicMedia"
TAGS = ["-IFD0:Make=Canon", "-IFD0:Artist=Zo\u00eb", "-ExifIFD:FNumber=2.8",
        "-ExifIFD:ExposureTime=0.008", "-GPS:GPSLatitude=48.2", "-GPS:GPSLatitudeRef=N",
        "-IFD0:XResolution=300", "-IFD0:YResolution=300", "-IFD0:ResolutionUnit=inches",
        "-XMP-dc:Title=The title", "-XMP-dc:Subject=a", "-XMP-dc:Subject=b",
        "-XMP-iptcExt:DigitalSourceType=http://cv.iptc.org/newscodes/digitalsourcetype/" + LABEL]
MEMBERS = {"event", "path", "original", "sha256", "bytes", "format", "type", "blocks"}


def exiftool(*arguments):
    return subprocess.run(["exiftool", *arguments], check=True, capture_output=True,
                          text=True).stdout


def make(place, name, *tags):
    """A picture of 64x48 with all the tags."""
    path = place.path(name)
    place.write("plain.png", support.png(64, 48))
    support.vips("copy", place.path("plain.png"), path)
    if tags:
        exiftool("-q", "-overwrite_original", *tags, path)
    return path


def look(place, *arguments, code=0):
    """The event of the one picture."""
    result = place.peel("inspect", "--json", *arguments, code=code)
    expect_equal(result.summary["exit"], code, "exit in the summary")
    pictures = [event for event in result.events if event["event"] == "picture"]
    expect_equal(len(pictures), 1, f"pictures of {arguments}: {result}")
    return pictures[0]


def exif_of(event):
    return {(entry["directory"], entry["name"]): entry["value"]
            for entry in event["exif"]["entries"]}


def xmp_of(event):
    return {entry["path"]: entry["value"] for entry in event["xmp"]["properties"]}


def test_every_format_tells_what_exiftool_does(place):
    for name in ("a.jpg", "a.png", "a.tif", "a.webp", "a.avif"):
        path = make(place, name, *TAGS)
        event = look(place, name)
        expect(MEMBERS <= set(event), f"members of {name}: {sorted(event)}")
        expect_equal(event["sha256"], support.sha256(place.read(name)), f"hash of {name}")
        expect_equal(event["bytes"], os.path.getsize(path), f"size of {name}")
        pixels = event["pixels"]
        expect_equal((pixels["width"], pixels["height"], pixels["bit-depth"], pixels["whole"]),
                     (64, 48, 8, True), f"pixels of {name}")
        said = json.loads(exiftool("-j", "-n", "-G1", "-a", path))[0]
        exif = exif_of(event)
        expect_equal(exif["ifd0", "Make"], said["IFD0:Make"], f"Make of {name}")
        expect_equal(exif["ifd0", "Artist"], said["IFD0:Artist"], f"Artist of {name}")
        expect_equal(float(exif["exif", "FNumber"]), said["ExifIFD:FNumber"], f"FNumber of {name}")
        expect_equal(exif["exif", "ExposureTime"], "1/125", f"ExposureTime of {name}")
        expect_equal(exif["gps", "GPSLatitude"], "48\u00b0 12' 0\"", f"place of {name}")
        expect(event["exif"]["has-location"], f"no location in {name}")
        xmp = xmp_of(event)
        expect_equal(xmp["dc:title[x-default]"], "The title", f"title of {name}")
        expect_equal([xmp["dc:subject[1]"], xmp["dc:subject[2]"]], said["XMP-dc:Subject"],
                     f"subjects of {name}")
        label = event["ai-label"]
        expect_equal((label["source-type"], label["is-ai"]), (LABEL, True), f"label of {name}")
        expect({"from": "xmp", "source-type": LABEL} in label["found"], f"where: {label}")


def test_all_entries_that_exiftool_knows_are_told(place):
    path = make(place, "a.jpg", *TAGS, "-ExifIFD:LensModel=L", "-ExifIFD:ISO=400",
                "-ExifIFD:DateTimeOriginal=2024:05:06 07:08:09")
    said = json.loads(exiftool("-j", "-n", "-G1", "-a", "-H", path))[0]
    groups = {"IFD0": "ifd0", "ExifIFD": "exif", "GPS": "gps"}
    wanted = {(groups[name.split(":")[0]], entry["id"]) for name, entry in said.items()
              if name.split(":")[0] in groups}
    told = {(entry["directory"], entry["tag"])
            for entry in look(place, "a.jpg")["exif"]["entries"]}
    wanted = {(group, int(str(tag), 0)) for group, tag in wanted}
    expect_equal(wanted - told, set(), "entries that are not told")


def test_iptc_comments_and_texts_are_told(place):
    make(place, "a.jpg", "-IPTC:City=Wien", "-IPTC:Keywords=k", "-IPTC:CopyrightNotice=\u00a9 A",
         "-Comment=a comment")
    event = look(place, "a.jpg")
    iptc = {entry["name"]: entry["value"] for entry in event["iptc"]["datasets"]}
    expect_equal((iptc["City"], iptc["Keywords"], iptc["CopyrightNotice"]),
                 ("Wien", "k", "\u00a9 A"), "IPTC")
    expect_equal([(text["keyword"], text["text"]) for text in event["texts"]],
                 [("Comment", "a comment")], "comment")
    picture = support.png(8, 8)
    text = (support.png_chunk(b"tEXt", b"Author\0Zo\xeb") +
            support.png_chunk(b"zTXt", b"packed\0\0" + zlib.compress(b"x" * 500)) +
            support.png_chunk(b"iTXt", "own\0\0\0de\0\0\u017b".encode()))
    place.write("t.png", picture[:33] + text + picture[33:])
    event = look(place, "t.png")
    expect_equal({text["keyword"]: text["text"] for text in event["texts"]},
                 {"Author": "Zo\u00eb", "packed": "x" * 500, "own": "\u017b"}, "texts")
    shown = place.peel("inspect", "t.png").out
    expect("x" * 200 in shown and "x" * 300 not in shown, f"a long value is cut: {shown}")
    expect("x" * 500 in place.peel("inspect", "-v", "t.png").out, "and whole with -v")


def test_how_it_was_generated_is_told(place):
    said = ("a red fox\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, "
            "Seed: 42, Size: 8x8, Model: sdxl")
    picture = support.png(8, 8)
    text = support.png_chunk(b"tEXt", b"parameters\0" + said.encode())
    place.write("a.png", picture[:33] + text + picture[33:])
    make(place, "b.jpg", "-ExifIFD:UserComment=" + said)
    for name, where in (("a.png", "PNG text"), ("b.jpg", "EXIF")):
        told = look(place, name)["parameters"][0]
        expect_equal((told["prompt"], told["negative-prompt"], told["seed"], told["model"]),
                     ("a red fox", "blurry", "42", "sdxl"), f"parameters of {name}")
        expect_equal(told["from"], where, f"where in {name}")
        expect(f"Generated by {told['tool']} ({where})" in place.peel("inspect", name).out, "text")


def test_orientation_profile_and_density(place):
    path = make(place, "a.jpg", "-IFD0:Orientation#=6", "-IFD0:XResolution=72",
                "-IFD0:YResolution=72", "-IFD0:ResolutionUnit=inches", "-JFIF:XResolution=300",
                "-JFIF:YResolution=300", "-JFIF:ResolutionUnit=inches")
    event = look(place, "a.jpg")
    pixels = event["pixels"]
    expect_equal((pixels["width"], pixels["height"], pixels["stored-width"],
                  pixels["stored-height"], pixels["orientation"]), (48, 64, 64, 48, 6), "turned")
    said = json.loads(exiftool("-j", "-n", "-G0", "-a", path))[0]
    if "JFIF:XResolution" in said:
        expect_equal((event["density"]["from"], event["density"]["x-dpi"]), ("JFIF", 300), "first")
        expect_equal(event["density"]["others"], [{"from": "EXIF", "x-dpi": 72, "y-dpi": 72}],
                     "the other one")
        expect_equal(event["density"]["agree"], False, "they agree")
        expect("does not agree" in place.peel("inspect", "a.jpg").out, "it is not said")
    support.vips("icc_transform", place.path("plain.png"), place.path("p3.jpg"), "p3",
                 "--input-profile", "srgb")
    support.vips("icc_transform", place.path("plain.png"), place.path("srgb.jpg"), "srgb",
                 "--input-profile", "srgb")
    for name, is_srgb in (("p3.jpg", False), ("srgb.jpg", True)):
        icc = look(place, name)["icc"]
        said = json.loads(exiftool("-j", "-icc_profile:all", place.path(name)))[0]
        expect_equal(icc["description"], said["ProfileDescription"], f"profile of {name}")
        expect_equal((icc["color-space"], icc["is-srgb"]), ("RGB", is_srgb), f"profile of {name}")
    expect("icc" not in look(place, "plain.png"), "a profile where there is none")


def test_thumbnails_and_maker_notes_are_sizes(place):
    make(place, "small.jpg")
    path = make(place, "a.jpg", "-IFD0:Make=X")
    exiftool("-q", "-overwrite_original", "-ThumbnailImage<=" + place.path("small.jpg"), path)
    event = look(place, "a.jpg")
    expect_equal(event["exif"]["thumbnail-bytes"], os.path.getsize(place.path("small.jpg")),
                 "the thumbnail")
    expect("thumbnail" in place.peel("inspect", "a.jpg").out, "it is not shown")


def test_a_wrong_extension_is_said(place):
    os.rename(make(place, "a.jpg"), place.path("b.PNG"))
    kind = look(place, "b.PNG")["type"]
    expect_equal(kind, {"real": "image/jpeg", "declared": "image/png", "declared-by": "extension",
                        "match": False}, "type")
    expect("image/jpeg, but declared as image/png" in place.peel("inspect", "b.PNG").out, "text")
    os.rename(place.path("b.PNG"), place.path("b"))
    expect_equal(look(place, "b")["type"], {"real": "image/jpeg"}, "without an extension")


def test_what_is_damaged_is_told_as_far_as_it_goes(place):
    for name in ("a.jpg", "a.png", "a.webp", "a.tif"):
        make(place, name, *TAGS)
        whole = place.read(name)
        for length in (len(whole) - 9, len(whole) // 2, 300, 60):
            place.write("cut-" + name, whole[:length])
            result = place.peel("inspect", "--json", "cut-" + name, code=None)
            expect(result.code in (0, 2), f"{name} of {length} bytes: {result}")
            if length == len(whole) - 9:
                continue  # may be behind the pixels
            troubles = [event for event in result.events
                        if "troubles" in event or "error" in event]
            expect(troubles, f"no trouble with {name} of {length} bytes: {result}")
    make(place, "a.jpg", *TAGS)
    place.write("cut.jpg", place.read("a.jpg")[:600])
    event = look(place, "cut.jpg")
    expect_equal(exif_of(event)["ifd0", "Make"], "Canon", "EXIF of a piece")
    make(place, "b.jpg", *TAGS)
    picture = bytearray(place.read("b.jpg"))
    at = picture.index(b"Exif\0\0") + 6
    picture[at:at + 2] = b"XX"
    place.write("b.jpg", bytes(picture))
    expect("EXIF: it has no TIFF header" in look(place, "b.jpg")["troubles"], "no trouble is told")


def test_quick_does_not_decode(place):
    picture = support.png(200, 200)
    place.write("cut.png", picture[:len(picture) // 2])
    expect_equal(look(place, "cut.png")["pixels"]["whole"], False, "it is cut")
    quick = look(place, "cut.png", "--quick")
    expect("whole" not in quick["pixels"] and "troubles" not in quick, f"not quick: {quick}")


def test_a_codec_that_crashes_costs_the_pixels_alone(place):
    make(place, "a.jpg", *TAGS)
    support.vips("resize", place.path("a.jpg"), place.path("large.png"), "100")
    process = place.start("inspect", "--json", "large.png")
    support.wait_until(lambda: support.workers_of(process.pid), "a worker")
    os.kill(support.workers_of(process.pid)[0], signal.SIGABRT)
    event = support.finish(process).events[0]
    expect("pixels" not in event and "signal 6" in event["troubles"][0], f"the crash: {event}")
    expect_equal(event["sha256"], support.sha256(place.read("large.png")), "its hash")


def test_a_signal_ends_it_whatever_the_worker_does(place):
    make(place, "a.jpg")
    support.vips("resize", place.path("a.jpg"), place.path("large.png"), "100")
    for number in (signal.SIGTERM, signal.SIGINT):
        process = place.start("inspect", "--json", "large.png", "a.jpg")
        support.wait_until(lambda: support.workers_of(process.pid), "a worker")
        workers = support.workers_of(process.pid)
        os.kill(workers[0], signal.SIGSTOP)
        process.send_signal(number)
        result = support.finish(process, 130, timeout=5)
        expect_equal([event["event"] for event in result.events], ["summary"], "what it told")
        expect_equal(result.summary["exit"], 130, "the exit code it told")
        support.expect_dead(workers, "workers")


def test_what_is_no_picture_is_an_error(place):
    place.write("text.png", "no picture")
    place.write("empty.png", "")
    place.write("folder/a.png", support.png(8, 8))
    place.write("signature.png", b"\x89PNG\r\n\x1a\n")
    place.write("good.png", support.png(8, 8))
    for name, words in (("text.png", "not a picture"), ("empty.png", "empty"),
                        ("folder", "folder"), ("nowhere.png", "no such file"),
                        ("signature.png", "nothing of it can be read"),
                        ("0123456789", "no original in the cache")):
        failed = place.peel("inspect", name, code=2)
        expect(words in failed.err and failed.out == "", f"{name}: {failed}")
        expect(failed.err.startswith(f"peel: {name}: "), f"{name} is not named: {failed}")
        both = place.peel("inspect", "--json", name, "good.png", code=2)
        expect_equal([event["event"] for event in both.events], ["failed", "picture", "summary"],
                     f"events of {name}")
        expect_equal((both.summary["pictures"], both.summary["failed"]), (1, 1), "counts")
    small = place.peel("inspect", "--max-file-size", "20B", "good.png", code=2)
    expect("20 bytes" in small.err, f"no limit: {small}")
    os.chmod(place.path("good.png"), 0)
    if os.geteuid() != 0:
        place.peel("inspect", "good.png", code=2)


def test_several_and_standard_input(place):
    make(place, "a.png")
    make(place, "b.jpg")
    result = place.peel("inspect", "--json", "a.png", "b.jpg")
    expect_equal([event.get("path") for event in result.events[:2]], ["a.png", "b.jpg"], "paths")
    temporary = os.path.join(place.root, "temporary")
    os.mkdir(temporary)
    piped = subprocess.run([support.PEEL, "inspect", "--json", "-"], input=place.read("b.jpg"),
                           cwd=place.folder, env=dict(place.environment(), TMPDIR=temporary),
                           capture_output=True, check=True)
    event = json.loads(piped.stdout.splitlines()[0])
    expect_equal((event["path"], event["sha256"]), ("stdin", support.sha256(place.read("b.jpg"))),
                 "standard input")
    expect_equal(event["type"], {"real": "image/jpeg"}, "nobody declared a type")
    expect(not os.path.exists(place.home), "a cache was made to look at files")
    expect_equal(os.listdir(temporary), [], "temporary files")


def test_an_original_of_the_cache(place):
    make(place, "a.jpg", *TAGS)
    os.rename(place.path("a.jpg"), place.path("a.png"))
    digest = place.peel("cache", "import", "a.png", "--json").events[0]["sha256"]
    event = look(place, digest[:8])
    expect_equal((event["sha256"], event["original"], event["known-as"]), (digest, True, "a.png"),
                 "the original")
    expect("path" not in event, "an original is no file")
    expect_equal(event["type"]["declared"], "image/png", "what it was imported as")
    expect_equal(exif_of(event)["ifd0", "Make"], "Canon", "its EXIF")
    shown = place.peel("inspect", digest[:6], "plain.png").out
    expect(shown.startswith(digest) and "\n\nplain.png\n" in shown, f"both: {shown}")
    place.lose(digest)
    gone = place.peel("inspect", digest[:8], code=7)
    expect("gone" in gone.err, f"a lost original: {gone}")


def test_blocks_are_taken_out_as_they_are(place):
    make(place, "a.jpg", *TAGS)
    path = place.path("a.jpg")
    result = place.peel("inspect", "--json", "a.jpg", "--extract", "exif", "--to", "a.exif")
    said = subprocess.run(["exiftool", "-b", "-Exif", path], check=True,
                          capture_output=True).stdout
    expect_equal(place.read("a.exif"), said[said[:6] == b"Exif\0\0" and 6 or 0:], "EXIF")
    expect_equal(result.events[0]["bytes"], len(place.read("a.exif")), "its size")
    piped = subprocess.run([support.PEEL, "inspect", path, "--extract", "xmp", "--to", "-"],
                           env=place.environment(), capture_output=True, check=True).stdout
    said = subprocess.run(["exiftool", "-b", "-XMP", path], check=True, capture_output=True).stdout
    expect_equal(piped, said, "XMP")
    for words in (["--extract", "icc", "--to", "x"], ["--extract", "bogus", "--to", "x"],
                  ["--extract", "xmp"], ["--to", "x"],
                  ["--extract", "xmp", "--to", "-", "--json"]):
        refused = place.peel("inspect", path, *words, code=2)
        expect(not os.path.exists(place.path("x")), f"{words} wrote: {refused}")


def test_who_is_trusted_is_a_list_of_certificates(place):
    make(place, "a.png")
    place.write("none.pem", "no certificate")
    for name, words in (("none.pem", "holds no certificate"), ("nowhere.pem", "nowhere.pem")):
        refused = place.peel("inspect", "--trust", name, "a.png", code=2)
        expect(words in refused.err and refused.out == "", f"{name}: {refused}")


def test_every_packet_is_asked_for_a_label(place):
    """The first that can be read is told; a label may stand in any."""
    packet = ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
              "xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='whole' "
              "xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' e:DigitalSourceType="
              f"'http://cv.iptc.org/newscodes/digitalsourcetype/{LABEL}'/></rdf:RDF>")
    plain = packet.replace("e:DigitalSourceType", "e:Event")
    png = support.png(64, 48)
    for name, packets in (("second.png", ("<broken", packet)), ("last.png", (plain, packet))):
        place.write(name, png[:33] + b"".join(
            support.png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + text.encode())
            for text in packets) + png[33:])
        event = look(place, name)
        expect_equal(xmp_of(event).get("dc:source"), "whole", f"what is told of {name}")
        expect_equal(event.get("ai-label", {}).get("source-type"), LABEL, f"label of {name}")
        place.peel("inspect", name, "--extract", "xmp", "--to", f"{name}.xmp")
        expect("whole" in place.read(f"{name}.xmp").decode(), f"what is taken out of {name}")


def test_a_hostile_name_and_hostile_values_are_not_obeyed(place):
    sign = "\033[2J"
    make(place, "a.jpg", f"-IFD0:Make=x{sign}\ny", f"-XMP-dc:Title=t{sign}")
    os.rename(place.path("a.jpg"), place.path(f"a{sign}.jpg"))
    shown = place.peel("inspect", f"a{sign}.jpg")
    expect("\033" not in shown.out + shown.err, repr(shown))
    place.peel("inspect", f"a{sign}.jpg", "--json")


support.main({name: test for name, test in globals().items() if name.startswith("test_")})
