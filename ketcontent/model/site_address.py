"""The address of a site: whether anybody may be given it, in the one way that browsers write it.

What stands in front of the name of each page is compared letter by letter by search engines and
readers of feeds, so two ways of writing one address are two addresses.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

_EXAMPLE = "Write it as https://www.example.org/health/."

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_FOLDER = re.compile(r"/(?:[\w.~%-]+/)*", re.ASCII)
_NO_ASCII = re.compile(r"[^\x00-\x7f]+")
_HALF_SPELLED = re.compile("%(?![0-9A-Fa-f]{2})")


def site_fault(address: str) -> tuple[str, str]:
    """Return what is wrong with the address of a site, and what to do; nothing, where it is one.

    Examples
    --------
    >>> site_fault("https://example.org/health/")
    ('', '')
    >>> site_fault("HTTPS://Example.org/")
    ('It has capitals before its folder.', 'Write it as https://example.org/.')
    """
    if said := _fault(address):
        plain = _plain(address)
        return said, f"Write it as {plain}." if plain and not _fault(plain) else _EXAMPLE
    return "", ""


def _fault(address: str) -> str:
    """Return what is wrong with an address."""
    try:
        found = urlsplit(address)
        port = found.port
    except ValueError:
        return "It is no address."
    if found.scheme != "https":
        return "It does not start with https://."
    if "@" in found.netloc:
        return "It holds a name or a password."
    if "?" in address or "#" in address:
        return "It holds a ? or a #, which lead to a part of a page."
    if not address.endswith("/"):
        return "It does not end in /, as the address of a folder does."
    if not found.netloc.isascii():
        return "Its host has letters other than a to z, which an address spells with xn--."
    if not found.path.isascii():
        return "Its folder has letters other than a to z, which an address spells with %."
    if not address.startswith(f"https://{found.netloc.lower()}"):
        return "It has capitals before its folder."
    if not (_HOST.fullmatch(found.hostname or "") and _FOLDER.fullmatch(found.path)) or port == 0:
        return "It is no address of a host and a folder."
    if _HALF_SPELLED.search(found.path):
        return "It has a % without two of 0 to 9 and A to F behind it."
    if any(unquote(part) in (".", "..") for part in found.path.split("/")):
        return "It has a folder . or .., which browsers take out of it."
    if port == 443 or found.netloc.endswith(":"):
        return "It names no port, or the one that https has anyway."
    return ""


def _plain(address: str) -> str:
    """Return an address as browsers write it; nothing, where it is not known what is meant."""
    try:
        found = urlsplit(address)
        host, port = found.hostname or "", found.port
    except ValueError:
        return ""
    if found.scheme != "https" or "@" in found.netloc or found.query or found.fragment:
        return ""
    try:
        spelled = host.encode("idna").decode()
        # Python's rules are those of 2003, by which ß is ss: only what comes back is known.
        if spelled.encode().decode("idna") != host:
            return ""
    except UnicodeError:
        return ""
    if "//" in found.path:
        return ""
    folders: list[str] = []
    for part in found.path.strip("/").split("/"):
        if unquote(part) == "..":
            del folders[-1:]
        elif part and unquote(part) != ".":
            folders.append(_NO_ASCII.sub(_spelled, _HALF_SPELLED.sub("%25", part)))
    other = f":{port}" if port not in (None, 443) else ""
    return "/".join([f"https://{spelled}{other}", *folders, ""])


def _spelled(letters: re.Match[str]) -> str:
    return quote(letters[0])
