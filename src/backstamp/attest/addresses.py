"""Addresses on the network: what is written as one, and which may be asked for.

1. Only ``https``, and ``http`` where the endpoint is that already: no other scheme, and no step down.
2. No address has a name and password in it; what a message shows of one is its host alone.
3. Whoever answers may not lead further inside than the endpoint that was chosen (CWE-918): from a public
   hub to public addresses only, from one of an own network not to this machine. Multicast never.
4. What is judged are the addresses that a name stands for, and these are connected to: a name that means
   another address a moment later gains nothing, nor do odd spellings (``2130706433``, ``::ffff:127.0.0.1``).
"""

import ipaddress
import socket
from enum import IntEnum
from urllib.parse import urljoin, urlsplit

import msgspec

from backstamp.core.errors import SourceError, UsageError

_PORTS = {"https": 443, "http": 80}
_MOST = 16_384


class Reach(IntEnum):
    """How far inside an address is."""

    PUBLIC = 0
    PRIVATE = 1
    OWN = 2  # this machine
    NEVER = 3  # addresses of clouds' metadata, multicast


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """An address, taken apart. ``target`` is its path with the query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what a token is for."""
        return self.scheme, self.host, self.port

    @property
    def written(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def authority(self) -> str:
        """Host and port, the usual port left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def address_of(text: str, base: "Address | None" = None) -> Address:
    """Take an address apart, as seen from another. Raises ``SourceError``, never with what is written."""
    if len(text) > _MOST or not text.isascii() or not text.isprintable() or " " in text:
        raise SourceError("an address with characters that do not belong there")
    try:
        parts = urlsplit(urljoin(base.written, text) if base else text)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError as error:
        raise SourceError("an address that cannot be read") from error
    if parts.scheme not in _PORTS:
        raise SourceError(f'an address of the scheme "{parts.scheme[:20]}"')
    if base is not None and base.scheme == "https" and parts.scheme == "http":
        raise SourceError("an address that leads from https to http")
    if not host or parts.username is not None or parts.password is not None:
        raise SourceError("an address without a host, or with a password in it")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(scheme=parts.scheme, host=host, port=port or _PORTS[parts.scheme], target=target)


def endpoint_of(text: str) -> Address:
    """Read the address of a hub. Raises ``UsageError``."""
    try:
        found = address_of(text.strip().rstrip("/"))
    except SourceError as error:
        raise UsageError(
            f"the endpoint is no address of a hub: {error.message}",
            hint="Write https://host or https://host/path; a token belongs into HF_TOKEN.",
        ) from error
    if "?" in found.target or "#" in text:
        raise UsageError("the endpoint has a query in it", hint="Write https://host or https://host/path.")
    return msgspec.structs.replace(found, target=found.target.rstrip("/"))


def resolved(address: Address) -> list[str]:
    """Look a host up: its addresses in numbers. Raises ``SourceError``."""
    try:
        listed = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(f'the host "{address.host[:100]}" is not known') from error
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in listed))


def is_spared(address: Address, no_proxy: str) -> bool:
    """Say whether ``NO_PROXY`` spares a host the proxy: names with all below them, ranges, ``*``."""
    for word in no_proxy.replace(",", " ").split():
        name = word.lower().lstrip("*").lstrip(".")
        if word == "*" or name in (address.host, f"{address.host}:{address.port}"):
            return True
        if name and address.host.endswith(f".{name}"):
            return True
        try:
            if ipaddress.ip_address(address.host) in ipaddress.ip_network(name, strict=False):
                return True
        except ValueError:
            continue
    return False


def reach_of(numbers: str) -> Reach:
    """Say how far inside an address of numbers is."""
    found = ipaddress.ip_address(numbers.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        held = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if held is None and found in ipaddress.ip_network("64:ff9b::/96"):
            held = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if held is not None:
            return reach_of(str(held))
    if found.is_multicast or found.is_link_local:
        return Reach.NEVER
    if found.is_loopback or found.is_unspecified:
        return Reach.OWN
    return Reach.PUBLIC if found.is_global else Reach.PRIVATE
