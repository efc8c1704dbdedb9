"""A simulator of one's own: started, asked, read and stopped. Named by $PEEL_SIMULATOR."""

import base64
import hashlib
import http.client
import json
import os
import subprocess
import time
import urllib.parse

SIMULATOR = os.environ.get("PEEL_SIMULATOR", "")
KEY = "simulator-key"
GEMINI = "/v1beta/models/gemini-3-pro-image:generateContent"
# Long enough for a sanitized build on a busy machine.
TIMEOUT_S = 120


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"{self.status} {self.headers}\n{self.body[:2000]!r}"

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def message(self):
        return self.json["error"]["message"]

    @property
    def parts(self):
        return self.json["candidates"][0]["content"]["parts"]

    def pictures(self):
        """The bytes of what is inline in a Gemini answer."""
        return [base64.b64decode(part["inlineData"]["data"], validate=True)
                for part in self.parts if "inlineData" in part]


def start(*arguments, log=None):
    """A running simulator: `with start(...) as simulator:`"""
    return Simulator(arguments, log)


class Simulator:
    def __init__(self, arguments, log):
        self.log_path = log
        if log and os.path.exists(log):
            os.remove(log)
        command = [SIMULATOR, *(["--log", log] if log else []), *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("peel-simulator: http://"):
            raise RuntimeError(f"no simulator: {line!r} {self.process.communicate()}")
        self.url = line.split()[1]
        self.port = int(self.url.rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.stop()

    def stop(self):
        """SIGTERM; what it said on standard error. A sanitizer's complaint is an error."""
        self.process.terminate()
        _, said = self.process.communicate(timeout=TIMEOUT_S)
        if self.process.returncode != 0:
            raise RuntimeError(f"exit {self.process.returncode}: {said}")
        return said

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def post(self, path, request, **headers):
        given = {"Content-Type": "application/json"}
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.ask("POST", path, json.dumps(request), given)

    def gemini(self, prompt="a cup", path=GEMINI, key=KEY, **config):
        """generateContent of the Developer API."""
        return self.post(path, gemini_request(prompt, **config), x_goog_api_key=key)

    def openai(self, key=KEY, **fields):
        request = {"model": "gpt-image-2", "prompt": "a cup", **fields}
        return self.post("/v1/images/generations", request, Authorization=f"Bearer {key}")

    def form(self, path, **fields):
        return self.ask("POST", path, urllib.parse.urlencode(fields),
                        {"Content-Type": "application/x-www-form-urlencoded"})

    def log(self, lines):
        """The first `lines` lines of the log: each is written when its answer has been sent."""
        end = time.monotonic() + TIMEOUT_S
        while True:
            with open(self.log_path, encoding="utf-8") as stream:
                found = stream.readlines()
            if len(found) >= lines:
                return [json.loads(line) for line in found]
            if time.monotonic() > end:
                raise RuntimeError(f"{len(found)} lines in the log, not {lines}")
            time.sleep(0.01)


def gemini_request(prompt, image=None, **config):
    """`image`: (MIME type, bytes) of a reference."""
    parts = [{"text": prompt}]
    if image:
        data = base64.b64encode(image[1]).decode()
        parts.insert(0, {"inlineData": {"mimeType": image[0], "data": data}})
    request = {"contents": [{"role": "user", "parts": parts}]}
    if config:
        request["generationConfig"] = config
    return request


def bill(usage):
    """USD for what a usageMetadata tells, of gemini-3-pro-image, at the published prices."""
    pictures = sum(each["tokenCount"] for each in usage.get("candidatesTokensDetails", [])
                   if each["modality"] == "IMAGE")
    text = usage.get("candidatesTokenCount", 0) - pictures + usage.get("thoughtsTokenCount", 0)
    return (pictures * 120 + text * 12 + usage["promptTokenCount"] * 2) / 1e6


def multipart(parts):
    """(body, Content-Type) of (name, filename, type, bytes); text has no filename."""
    boundary = "simulated-boundary"
    body = b""
    for name, filename, kind, data in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        head += f'; filename="{filename}"' if filename else ""
        head += f"\r\nContent-Type: {kind}" if kind else ""
        body += head.encode() + b"\r\n\r\n" + data + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def make_key(folder):
    """An RSA key pair: (private PEM file, public PEM file)."""
    private, public = os.path.join(folder, "private.pem"), os.path.join(folder, "public.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                    "-out", private], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True,
                   capture_output=True)
    return private, public


def service_account(folder, private, token_uri, email="robot@simulator.invalid"):
    """A key file as Google hands them out; its path."""
    with open(private, encoding="ascii") as stream:
        pem = stream.read()
    path = os.path.join(folder, "account.json")
    with open(path, "w", encoding="ascii") as stream:
        json.dump({"type": "service_account", "client_email": email, "private_key": pem,
                   "private_key_id": "1", "token_uri": token_uri,
                   "project_id": "simulator-project"}, stream)
    return path


def sign(private, claims):
    """A JWT with RS256."""
    def pack(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    head = pack(b'{"alg":"RS256","typ":"JWT"}') + b"." + pack(json.dumps(claims).encode())
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", private], input=head,
                               capture_output=True, check=True).stdout
    return (head + b"." + pack(signature)).decode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()
