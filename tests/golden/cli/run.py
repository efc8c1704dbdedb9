"""What peel says of itself: the help of every command, versions, and every kind of wrong usage, each
exactly the text of NAME.expected, with stdout and stderr apart.

    run.py PEEL [--update]
"""
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import golden  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent

CASES = {
    "alone": [],
    "help": ["help"],
    "version": ["--version"],
    "options-before-and-after": ["--color", "never", "-q", "run", "-v", "--version"],
    "unknown-command": ["rnu", "p.yaml"],
    "unknown-command-in-help": ["help", "plam"],
    "unknown-command-that-resembles-none": ["xyzzy"],
    "an-option-before-its-command": ["--max-file-size", "1GB", "run", "p.yaml"],
    "unknown-command-of-a-command": ["cache", "shwo", "3f9a17"],
    "command-without-its-command": ["cache", "--json"],
    "an-option-before-the-command-of-a-command": ["cache", "--to", "x.png", "cat", "3f9a17"],
    "unknown-option": ["run", "--jbos", "3", "p.yaml"],
    "unknown-letter": ["run", "-x", "p.yaml"],
    "option-without-its-value": ["run", "p.yaml", "--jobs"],
    "option-out-of-range": ["run", "p.yaml", "-j", "-1"],
    "option-that-is-no-number": ["run", "p.yaml", "-j", "many"],
    "unknown-choice": ["run", "p.yaml", "--color", "allways"],
    # Made up, in the shape of a service's keys; joined so that no scanner takes it for real.
    "a-key-where-a-command-belongs": ["sk-" + "0123456789abcdefghij"],
    "a-key-as-an-option": ["run", "p.yaml", "--api-key=" + "sk-" + "0123456789abcdefghij"],
    "only-options": ["-q"],
    "too-few-arguments": ["run"],
    "too-many-arguments": ["doctor", "now"],
    "no-such-pipeline": ["check", "nowhere.yaml"],
    "no-such-pipeline-as-json": ["run", "--json", "nowhere.yaml"],
    "no-such-stage": ["stages", "resice"],
    "models-by-an-alias": ["models", "nano-banana-pro"],
    "models-of-one-that-is-gone": ["models", "imagegeneration@006"],
    "models-of-an-unknown-name": ["models", "nano-bananna-pro"],
    "models-as-json-of-one": ["models", "gpt-image-1.5", "--json"],
    "providers": ["providers"],
    "providers-of-one": ["providers", "vertex"],
    "providers-as-json": ["providers", "--json"],
    "providers-of-an-unknown-name": ["providers", "vertx"],
    "compare-of-two-pipelines": ["compare", "a.yaml", "b.yaml", "--on", "vertex,ai-studio"],
    "compare-without-providers": ["compare", "a.yaml"],
    "compare-on-one": ["compare", "a.yaml", "--on", "vertex"],
    "compare-on-one-twice": ["compare", "a.yaml", "--on", "vertex,ai-studio,vertex"],
    "compare-on-an-unknown-provider": ["compare", "a.yaml", "--on", "vertex,ai-studoi"],
    "compare-of-no-such-pipeline": ["compare", "nowhere.yaml", "--on", "vertex,ai-studio"],
    "derive-of-several-formats-to-one": ["derive", "photo.png", "--preset", "web/thumb",
                                         "--to", "out/x.jpg"],
    "derive-without-preset": ["derive", "photo.png"],
    "derive-of-nothing": ["derive", "photo.png", "--preset", "web/thumb"],
    "derive-of-a-folder": ["derive", "/", "--preset", "web/thumb"],
    "derive-with-an-unknown-preset": ["derive", "photo.png", "--preset", "web/thum"],
    "derive-with-an-unknown-value": ["derive", "photo.png", "--preset", "web/thumb",
                                     "--with", "widht=3"],
    "derive-to-stdout-as-json": ["derive", "photo.png", "--preset", "web/thumb", "--to", "-",
                                 "--json"],
    "derive-of-an-unknown-hash": ["derive", "0123456789abcdef", "--preset", "web/thumb"],
    "inspect-of-nothing": ["inspect", "photo.png"],
    "inspect-of-a-folder": ["inspect", "/"],
    "inspect-of-an-unknown-hash": ["inspect", "0123456789abcdef"],
    "inspect-as-json-of-nothing": ["inspect", "photo.png", "--json"],
    "inspect-extracts-an-unknown-kind": ["inspect", "photo.png", "--extract", "gps", "--to", "x"],
    "inspect-extracts-to-nowhere": ["inspect", "photo.png", "--extract", "icc"],
    "cache-cat-of-an-unknown-hash": ["cache", "cat", "0123456789abcdef"],
    "cache-cat-of-too-few-digits": ["cache", "cat", "3f9"],
    "cache-cat-of-no-hash": ["cache", "cat", "watch.png"],
    "cache-cat-as-json": ["cache", "cat", "3f9a17", "--json"],
    "cache-ls-as-json-of-no-time": ["cache", "ls", "--since", "bogus", "--json"],
    "presets-as-json-of-an-unknown-name": ["presets", "bogus", "--json"],
    "check-rules-of-a-preset-without": ["check", "--preset-rules", "web/thumb", "a.jpg"],
    "check-rules-of-an-unknown-preset": ["check", "--preset-rules", "shop/shopfy", "a.jpg"],
    "check-rules-of-nothing": ["check", "--preset-rules", "shop/shopify", "a.jpg", "/"],
    "check-rules-as-json-of-nothing": ["check", "--preset-rules", "shop/shopify", "a.jpg",
                                       "--json"],
    "check-rules-with-a-variable": ["check", "--preset-rules", "shop/shopify", "--var", "a=b",
                                    "a.jpg"],
    "cache-show-of-an-unknown-hash": ["cache", "show", "0123"],
    "trust-of-nothing": ["trust", "nowhere"],
    "trust-of-no-project-as-json": ["trust", "/", "--json"],
    "trust-list-of-none": ["trust", "--list"],
    "trust-list-of-a-folder": ["trust", "--list", "/"],
    "trust-yes-and-no": ["trust", "--yes", "--forget", "/"],
    "trust-forgets-what-it-never-knew": ["trust", "--forget", "/"],
}


def commands(peel, *parent):
    """Those that the program lists, so that no command is without a test; as lists of words."""
    text = subprocess.run([peel, "help", *parent], text=True, capture_output=True,
                          check=True).stdout
    if "Commands:\n" not in text:
        return []
    listing = text.split("Commands:\n")[1].split("\n\n")[0]
    found = [[*parent, word] for word in re.findall(r"^  (\S+)", listing, re.MULTILINE)]
    return found + [below for words in found for below in commands(peel, *words)]


def steady(text, scratch):
    """Without what differs between machines."""
    text = re.sub(r"\d+\.\d+\.\d+", "N.N.N", text)
    return text.replace(scratch, "{scratch}")


def check(peel, case, scratch, is_update):
    name, arguments = case
    result = golden.run(peel, arguments, scratch, scratch)
    shown = " ".join(["peel", *arguments]).replace("sk-0123456789abcdefghij", "KEY")
    found = (f"$ {shown}\nexit {result.returncode}\n"
             f"---- stdout ----\n{result.stdout}---- stderr ----\n{result.stderr}")
    too_long = [line for line in result.stdout.splitlines() if len(line) > 80]
    if too_long and name.startswith("help"):
        return f"{name}: lines longer than a terminal is wide: {too_long}"
    return golden.compare(name, steady(found, scratch), FOLDER / f"{name}.expected", is_update)


cases = list(CASES.items())
if len(sys.argv) > 1:
    cases += [("-".join(["help", *words]), ["help", *words]) for words in commands(sys.argv[1])]
golden.main(check, cases, FOLDER)
