"""Certificates to sign test originals with, made by the `openssl` command.

A root, an intermediate under it, leaves under that; another root that nobody trusts. What a folder
already holds is used again, since every key costs a process.
"""

import os
import subprocess

CLAIM_SIGNING = "1.3.6.1.4.1.62558.2.1"

CONFIG = f"""\
[req]
distinguished_name = name
prompt = no
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = {CLAIM_SIGNING}, emailProtection
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[wrong-purpose]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamper]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[self-signed]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = emailProtection
subjectKeyIdentifier = hash
[ca]
default_ca = issuer
[issuer]
new_certs_dir = .
database = index.txt
serial = serial.txt
default_md = sha256
policy = any
email_in_dn = no
unique_subject = no
[any]
organizationName = optional
commonName = supplied
[tsa]
default_tsa = stamping
[stamping]
serial = stamp-serial.txt
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
"""

EC = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
KEYS = {
    "es256": EC,
    "es384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "es512": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "ps256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ed25519": ["-algorithm", "ED25519"],
}
COSE_ALGORITHMS = {"es256": -7, "es384": -35, "es512": -36, "ps256": -37, "ed25519": -8}
NUMBER_BYTES = {"es256": 32, "es384": 48, "es512": 66}

# Chains by name: (issuer, section of the configuration, kind of key, start and end or None).
PAST = ("20200101000000Z", "20210101000000Z")
CHAINS = {
    "good": ("intermediate", "leaf", "es256", None),
    "es384": ("intermediate", "leaf", "es384", None),
    "es512": ("intermediate", "leaf", "es512", None),
    "ps256": ("intermediate", "leaf", "ps256", None),
    "ed25519": ("intermediate", "leaf", "ed25519", None),
    "wrong-purpose": ("intermediate", "wrong-purpose", "es256", None),
    "expired": ("intermediate", "leaf", "es256", PAST),
    "self-signed": (None, "self-signed", "es256", None),
    "stranger": ("other-intermediate", "leaf", "es256", None),
    "stamper": ("intermediate", "stamper", "es256", None),
}


def openssl(folder, *arguments, given=b""):
    done = subprocess.run(["openssl", *arguments], cwd=folder, input=given, capture_output=True,
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr.decode()}")
    return done.stdout


def prepare(folder):
    os.makedirs(folder, exist_ok=True)
    for name, text in (("openssl.cnf", CONFIG), ("index.txt", ""), ("serial.txt", "1000\n"),
                       ("stamp-serial.txt", "01\n")):
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as stream:
                stream.write(text)


def make(folder, name, issuer, section, key, dates, subject):
    """NAME.key and NAME.pem, unless they are there."""
    if os.path.exists(os.path.join(folder, f"{name}.pem")):
        return
    prepare(folder)
    openssl(folder, "genpkey", *KEYS[key], "-out", f"{name}.key")
    os.chmod(os.path.join(folder, f"{name}.key"), 0o600)
    if issuer is None:
        openssl(folder, "req", "-x509", "-new", "-key", f"{name}.key", "-subj", subject, "-days", "3650",
                "-config", "openssl.cnf", "-extensions", section, "-out", f"{name}.pem")
        return
    openssl(folder, "req", "-new", "-key", f"{name}.key", "-subj", subject, "-config", "openssl.cnf",
            "-out", f"{name}.csr")
    when = ["-days", "365"] if dates is None else ["-startdate", dates[0], "-enddate", dates[1]]
    openssl(folder, "ca", "-batch", "-notext", "-config", "openssl.cnf", "-extensions", section, *when,
            "-cert", f"{issuer}.pem", "-keyfile", f"{issuer}.key", "-in", f"{name}.csr",
            "-out", f"{name}.pem")


def authority(folder, prefix=""):
    """PREFIXroot.pem and PREFIXintermediate.pem."""
    word = "Other " if prefix else ""
    make(folder, f"{prefix}root", None, "root", "es256", None, f"/O=Peel Tests/CN={word}Test Root")
    make(folder, f"{prefix}intermediate", f"{prefix}root", "intermediate", "es256", None,
         f"/O=Peel Tests/CN={word}Test Intermediate")


def chain(folder, name="good"):
    """Paths of the key and of a PEM file that holds the leaf and then who issued it."""
    issuer, section, key, dates = CHAINS[name]
    authority(folder)
    if (issuer or "").startswith("other-"):
        authority(folder, "other-")
    make(folder, name, issuer, section, key, dates, "/O=Test Media LLC/CN=Test Media Processing Services")
    path = os.path.join(folder, f"{name}-chain.pem")
    with open(path, "w", encoding="ascii") as stream:
        stream.write(pem(folder, name) + (pem(folder, issuer) if issuer else ""))
    return os.path.join(folder, f"{name}.key"), path


def pem(folder, name):
    with open(os.path.join(folder, f"{name}.pem"), encoding="ascii") as stream:
        return stream.read()


def anchors(folder):
    """The PEM of the root that tests trust."""
    authority(folder)
    return pem(folder, "root")


def chain_der(folder, name="good"):
    """The certificates of a chain in DER, leaf first."""
    chain(folder, name)
    issuer = CHAINS[name][0]
    return [openssl(folder, "x509", "-in", f"{each}.pem", "-outform", "DER")
            for each in (name, issuer) if each]


def raw_ecdsa(der, width):
    """r and s of `width` bytes each, of SEQUENCE { INTEGER r, INTEGER s }."""
    at = 3 if der[1] & 0x80 else 2
    numbers = b""
    for _ in range(2):
        size = der[at + 1]
        numbers += int.from_bytes(der[at + 2:at + 2 + size], "big").to_bytes(width, "big")
        at += 2 + size
    return numbers


def sign(folder, name, message):
    """A signature as COSE has it."""
    chain(folder, name)
    key = CHAINS[name][2]
    if key == "ed25519":
        path = os.path.join(folder, "message.bin")
        with open(path, "wb") as stream:
            stream.write(message)
        return openssl(folder, "pkeyutl", "-sign", "-rawin", "-inkey", f"{name}.key", "-in", path)
    if key == "ps256":
        return openssl(folder, "dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                       "rsa_pss_saltlen:32", "-sign", f"{name}.key", given=message)
    digest = {"es256": "-sha256", "es384": "-sha384", "es512": "-sha512"}[key]
    der = openssl(folder, "dgst", digest, "-sign", f"{name}.key", given=message)
    return raw_ecdsa(der, NUMBER_BYTES[key])


def signature_bytes(name):
    key = CHAINS[name][2]
    return 2 * NUMBER_BYTES[key] if key in NUMBER_BYTES else 64 if key == "ed25519" else 256


def time_stamp(folder, message):
    """The TimeStampToken (RFC 3161) over a message, in DER: what `sigTst2` holds."""
    _, chain_path = chain(folder, "stamper")
    message_path, query_path = (os.path.join(folder, name) for name in ("stamped.bin", "stamp.tsq"))
    with open(message_path, "wb") as stream:
        stream.write(message)
    openssl(folder, "ts", "-query", "-data", message_path, "-sha256", "-cert", "-out", query_path)
    return openssl(folder, "ts", "-reply", "-config", "openssl.cnf", "-queryfile", query_path,
                   "-signer", "stamper.pem", "-inkey", "stamper.key", "-chain", chain_path,
                   "-token_out")
