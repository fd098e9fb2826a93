"""OpenSSH's signatures: made and tested here, and by ``ssh-keygen -Y sign`` and ``-Y verify``.

A signature is a blob of PROTOCOL.sshsig (in the sources of OpenSSH): it holds the public key, a
namespace, which says what it is for, and a signature over the namespace and a hash of the message.
A table keeps the blob in base64 on one line; `armoured` gives the file that ``ssh-keygen`` reads,
byte for byte as it would have written it. Keys are Ed25519 (RFC 8032), whose signatures are the
same each time.

What does the mathematics is `cryptography`, which comes with the extra ``keys``. Without it,
nothing that is signed can be told from what is not: `holds` raises `CannotCheck`.
"""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ketcontent.errors import KetcontentError
from ketcontent.repository import ask_git

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_MAGIC = b"SSHSIG"
_VERSION = (1).to_bytes(4)
_KEY_TYPE = b"ssh-ed25519"
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_LONGEST_KEY = 1_000_000
"""Bytes that are read of the file of a key; one of OpenSSH has some hundreds."""
_LINE = 70
"""Letters of a line of an armoured signature, as ``ssh-keygen`` writes it."""


class CannotCheck(KetcontentError):
    """The extra ``keys`` is not installed, so that no signature can be made or tested."""

    @classmethod
    def here(cls) -> CannotCheck:
        """Return the failure."""
        return cls(
            "Signatures can neither be made nor tested here: 'cryptography' is not installed.",
            hint="python -m pip install 'ketcontent[keys]'",
        )


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private half of somebody's key, in memory alone."""

    public: str
    """The public half, as the table of signing keys has it."""
    private: Ed25519PrivateKey = field(repr=False, compare=False)
    """What signs."""


def unlock(path: str | os.PathLike[str], passphrase: str, *, data: Path) -> SigningKey:
    """Return the signing key in a file of OpenSSH, opened with its passphrase.

    Parameters
    ----------
    path, passphrase
        The file, and what opens it.
    data
        The folder of the tables: no key lies in it, nor in the repository around it.

    Raises
    ------
    KetcontentError
        When the file cannot be read, is no private Ed25519 key, has no passphrase, or another, or
        lies in the project.
    CannotCheck
        When the extra ``keys`` is not installed.
    """
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_ssh_private_key
    except ImportError:
        raise CannotCheck.here() from None
    place = Path(path).expanduser()
    top = os.fsdecode(ask_git(data, "rev-parse", "--show-toplevel") or b"").rstrip("\n")
    try:
        for folder in (data, Path(top)) if top else (data,):
            if place.resolve().is_relative_to(folder.resolve()):
                raise KetcontentError(
                    f"The key {place} lies in the project, and would go wherever that goes.",
                    hint="Move it out, to ~/.ssh. If it was committed, make another.",
                )
        if place.exists() and not place.is_file():
            raise OSError(errno.EINVAL, "it is no file")  # a pipe would keep us waiting
        with place.open("rb") as file:
            written = file.read(_LONGEST_KEY)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or "no file has such a name"
        hint = "Name the file of your private key, as ~/.ssh/id_ed25519."
        raise KetcontentError(f"{place} cannot be read: {reason}.", hint=hint) from None
    _require_ed25519(place, written)
    try:
        load_ssh_private_key(written, None)
        open_to_all = True
    except (ValueError, TypeError, UnsupportedAlgorithm):
        open_to_all = False
    if open_to_all:
        raise KetcontentError(
            f"The key in {place} has no passphrase: whoever has the file could sign as you.",
            hint=f"Give it one: ssh-keygen -p -f {place}",
        )
    try:
        private = load_ssh_private_key(written, passphrase.encode() or None)
    except TypeError:
        raise KetcontentError(
            f"The key in {place} needs its passphrase.", hint="Enter it, then sign."
        ) from None
    except UnsupportedAlgorithm:
        raise KetcontentError(
            f"The key in {place} is locked in a way that is not known here.",
            hint=f"Lock it in the usual one: ssh-keygen -p -Z aes256-ctr -f {place}",
        ) from None
    except ValueError:
        raise KetcontentError(
            f"The key in {place} did not open with that passphrase.", hint="Try again."
        ) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise _of_another_kind(place, "")
    public = _packed(_KEY_TYPE, private.public_key().public_bytes_raw())
    return SigningKey(f"{_KEY_TYPE.decode()} {base64.b64encode(public).decode()}", private)


_PRIVATE = re.compile(
    b"-----BEGIN OPENSSH PRIVATE KEY-----(.*?)-----END OPENSSH PRIVATE KEY-----", re.DOTALL
)
_OTHER_FILES = (
    (rb"^-----BEGIN OPENSSH PRIVATE", "is damaged: its end is gone", "Take a copy that is whole."),
    (
        rb"^PuTTY-User-Key-File",
        "is a key of PuTTY",
        "In PuTTYgen: Conversions, Export OpenSSH key.",
    ),
    (
        rb"^-----BEGIN (?:\w+ )*PRIVATE KEY-----",
        "is a private key in another form than OpenSSH's own",
        "Make one for signing: ssh-keygen -t ed25519",
    ),
    (
        rb"^(?:ssh|ecdsa|sk)-\S+ AAAA|^-----BEGIN (?:\w+ )*PUBLIC KEY-----",
        "is the public half of a key",
        "Name the private one, whose name has no .pub.",
    ),
)
"""What else people name for their key, each with what is said of it and what to do."""


def _require_ed25519(place: Path, written: bytes) -> None:
    """Refuse a file that is no private Ed25519 key of OpenSSH; its kind stands there unlocked."""
    found = _PRIVATE.search(written)
    if found is None:
        none = ("", "is no private key of OpenSSH", "To make one: ssh-keygen -t ed25519")
        others = (one for one in _OTHER_FILES if re.search(one[0], written, re.MULTILINE))
        _, said, hint = next(others, none)
        raise KetcontentError(f"{place} {said}.", hint=hint)
    kind = _kind_of(found[1])
    if kind is None:
        raise KetcontentError(
            f"The key in {place} is damaged: it is not written as OpenSSH writes one.",
            hint="Take a copy that is whole.",
        )
    if kind != _KEY_TYPE:
        raise _of_another_kind(place, kind.decode("ascii", "backslashreplace"))


def _kind_of(body: bytes) -> bytes | None:
    """Return the kind of a private key of OpenSSH (PROTOCOL.key); None where it is damaged."""
    magic = b"openssh-key-v1\0"
    try:
        data = base64.b64decode(b"".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not data.startswith(magic):
        return None
    data = data[len(magic) :]
    for skipped in range(5):  # cipher, derivation, its options; how many keys; the public half
        size = 0 if skipped == 3 else int.from_bytes(data[:4])
        if len(data) < 4 + size:
            return None
        public, data = data[4 : 4 + size], data[4 + size :]
    return public[4 : 4 + int.from_bytes(public[:4])]


def _of_another_kind(place: Path, kind: str) -> KetcontentError:
    said = f", {kind}" if kind else ""
    return KetcontentError(
        f"The key in {place} is of another kind than ed25519{said}: no signature by it would "
        "count.",
        hint="Make one: ssh-keygen -t ed25519",
    )


def sign(key: SigningKey, message: bytes, namespace: str) -> str:
    """Return the signature of a message, in base64 on one line."""
    signed = key.private.sign(_to_sign(message, namespace.encode(), b"sha512"))
    fields = (_blob(key.public), namespace.encode(), b"", b"sha512", _packed(_KEY_TYPE, signed))
    return base64.b64encode(_MAGIC + _VERSION + _packed(*fields)).decode()


def public_key_of(signature: str) -> str:
    """Return the public key that a signature says it is by; nothing where it is none of ours."""
    parts = _parts(signature)
    return f"{_KEY_TYPE.decode()} {base64.b64encode(parts.public).decode()}" if parts else ""


def namespace_of(signature: str) -> str:
    """Return what a signature says it is for; nothing where it is none of ours, or says it oddly.

    Examples
    --------
    >>> namespace_of("U1NIU0lH")
    ''
    """
    parts = _parts(signature)
    name = parts.namespace if parts else b""
    return name.decode("ascii") if re.fullmatch(rb"[a-z0-9@.-]+", name) else ""


def holds(signature: str, message: bytes, *, public_key: str, namespace: str) -> bool:
    """Return whether a signature is of exactly this message, in this namespace, by this key.

    Raises
    ------
    CannotCheck
        When the extra ``keys`` is not installed.

    Examples
    --------
    >>> holds("U1NIU0lH", b"words", public_key="ssh-ed25519 AAAA", namespace="signoff@example.org")
    False
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise CannotCheck.here() from None
    parts = _parts(signature)
    if parts is None or parts.namespace != namespace.encode() or parts.public != _blob(public_key):
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(parts.public[-32:])
        public.verify(parts.signed, _to_sign(message, parts.namespace, parts.hash))
    except (InvalidSignature, ValueError):
        return False
    return True


def armoured(signature: str) -> str:
    """Return a signature as the file that ``ssh-keygen -Y sign`` writes."""
    lines = (signature[at : at + _LINE] for at in range(0, len(signature), _LINE))
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


_PRIME = 2**255 - 19
_CURVE = -121665 * pow(121666, -1, _PRIME) % _PRIME
"""The constant d of Edwards25519 (RFC 8032, section 5.1)."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What stands in a signature."""

    public: bytes
    namespace: bytes
    hash: bytes
    signed: bytes


def _parts(signature: str) -> _Parts | None:
    """Return what stands in a signature; None where it is not written as one of Ed25519 is.

    Written is each in one way: no bit of it can be another and nothing can be put behind it.
    """
    try:
        blob = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return None
    if base64.b64encode(blob).decode() != signature or blob[:10] != _MAGIC + _VERSION:
        return None
    fields = _unpacked(blob[10:], 5)
    if fields is None:
        return None
    public, namespace, reserved, hashed, signed = fields
    key, inner = _unpacked(public, 2), _unpacked(signed, 2)
    if key is None or inner is None or reserved or hashed not in _HASHES:
        return None
    if (key[0], inner[0]) != (_KEY_TYPE, _KEY_TYPE) or len(key[1]) != 32 or not namespace:
        return None
    if _fits_all(key[1]):
        return None
    return _Parts(public, namespace, hashed, inner[1])


def _fits_all(public: bytes) -> bool:
    """Whether a public key is one of the few points for which one signature fits any message.

    Those are the points of small order of Edwards25519: y is 0, 1 or -1, or the double of the
    point has the y of 0 (RFC 8032, section 5.1.4). No private key belongs to any of them, and
    neither libraries nor ``ssh-keygen`` refuse them.
    """
    y = (int.from_bytes(public, "little") & ~(1 << 255)) % _PRIME
    square = y * y % _PRIME
    return y * (square - 1) * (_CURVE * square * square + 2 * square - 1) % _PRIME == 0


def _to_sign(message: bytes, namespace: bytes, hashed: bytes) -> bytes:
    """Return what the key itself signs: the namespace and the hash of the message."""
    return _MAGIC + _packed(namespace, b"", hashed, _HASHES[hashed](message).digest())


def _blob(public_key: str) -> bytes:
    """Return the public half as it stands in a signature; nothing where it is no such key."""
    try:
        return base64.b64decode(public_key.partition(" ")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""


def _packed(*fields: bytes) -> bytes:
    """Return fields one after the other, each behind its length (RFC 4251, section 5)."""
    return b"".join(len(one).to_bytes(4) + one for one in fields)


def _unpacked(data: bytes, number: int) -> list[bytes] | None:
    """Return so many fields; None where `data` is not just these."""
    fields = []
    for _ in range(number):
        size = int.from_bytes(data[:4])
        if len(data) < 4 + size:
            return None
        fields.append(data[4 : 4 + size])
        data = data[4 + size :]
    return None if data else fields
