"""The public web alone: no address of the inner network is asked, whatever name it goes by.

The tables may be a stranger's, and whoever runs a look-up stands in a network that may trust what
asks from within. So an address is held against this before it is asked, and what its name was
resolved to once more when the connection stands, before a letter is sent: a name may lead inside,
or to another place the second time (DNS rebinding). Registries at an address that somebody set in
the environment are theirs to choose. Behind a proxy it is the proxy that resolves names.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from ketcontent.registries.records import NoAnswer


def require_public(address: str) -> None:
    """Raise where an address names something that is not of the public web.

    Raises
    ------
    NoAnswer
        When it does.
    """
    parts = urlsplit(address)
    # As it is read where it is asked for: other dots and figures are these (Unicode TR 46).
    host = unicodedata.normalize("NFKC", parts.hostname or "").replace("\u3002", ".")
    host = host.rstrip(".").casefold()
    try:
        is_public = _is_public(host)
    except ValueError:
        last = host.rpartition(".")[2]
        is_name = "." in host and not re.fullmatch("[0-9]+|0x[0-9a-f]*", last)  # 127.1, 0x7f.1
        is_public = is_name and not host.endswith(
            (".localhost", ".local", ".internal", ".lan", ".home.arpa")
        )
    if parts.scheme not in ("http", "https") or not is_public:
        raise NoAnswer(f"{address} is no address of the public web")


def open_session(trusted: Iterable[str]) -> Any:
    """Return a session of requests that connects to public addresses, and to those trusted.

    Parameters
    ----------
    trusted
        The addresses of registries, which may be in the inner network.
    """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _to_public(super()._new_conn(), self.host)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _to_public(super()._new_conn(), self.host)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    guarded = HTTPAdapter()
    guarded.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    made = requests.Session()
    made.mount("http://", guarded)
    made.mount("https://", guarded)
    for address in trusted:  # the longest beginning that fits is taken
        made.mount(f"{address}/", HTTPAdapter())
    return made


def _to_public(connected: socket.socket, host: str) -> socket.socket:
    """Return a connection whose other end is on the public web; else it is closed."""
    there = str(connected.getpeername()[0])
    if _is_public(there):
        return connected
    connected.close()
    raise NoAnswer(f"{host} is no address of the public web: its name leads to {there}")


def _is_public(number: str) -> bool:
    address = ipaddress.ip_address(number.partition("%")[0])
    inside = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return (inside or address).is_global
