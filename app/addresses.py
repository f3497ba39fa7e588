"""Addresses: hosts, origins and networks, written one way so that they can be compared.

Leaves out what is done with them: settings name them, the edge compares them. Always: an
origin is written as a browser writes it in its Origin header; a ValueError says only that
something is not an address.
"""

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

DEFAULT_PORTS = {"http": 80, "https": 443}
ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104
"""What a server listens on to be reached at every address of its machine."""

HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*", re.A)


def host(text: str) -> str:
    """A name or an address, in small letters, without brackets. Raises ValueError."""
    try:
        return str(ip_address(text))
    except ValueError:
        if HOST_NAME.fullmatch(text.lower()):
            return text.lower()
        raise


def origin(text: str) -> str:
    """An http or https address with nothing after the port. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not an origin")
    if parts.path not in ("", "/") or "?" in text or "#" in text or parts.port == 0:
        raise ValueError("not an origin")
    return origin_at(parts.scheme, parts.hostname, parts.port)


def origin_at(scheme: str, name: str, port: int | None) -> str:
    """The origin of these parts; a port that goes without saying is left out."""
    shown = "" if port in (None, DEFAULT_PORTS[scheme]) else f":{port}"
    name = host(name)
    return f"{scheme}://[{name}]{shown}" if ":" in name else f"{scheme}://{name}{shown}"


def host_headers(text: str) -> set[str]:
    """The Host headers with which an origin is asked: with or without an unsaid port."""
    parts = urlsplit(text)
    unsaid = {f"{parts.netloc}:{DEFAULT_PORTS[parts.scheme]}"} if parts.port is None else set()
    return {parts.netloc} | unsaid


def networks(text: object) -> object:
    """Addresses and networks with commas or spaces between, for checking. Raises ValueError."""
    if not isinstance(text, str):
        return text
    return tuple(ip_network(each) for each in re.split(r"[,\s]+", text) if each)


def is_in(address: str, among: tuple[Network, ...]) -> bool:
    """Whether `address` is one of these; what is no address is in none."""
    try:
        found = ip_address(plain(address))
    except ValueError:
        return False
    return any(found in network for network in among)


def plain(address: str) -> str:
    """`address` in its shortest form, IPv4 as such even where it came inside IPv6.

    Raises ValueError.
    """
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(found)


def neighbourhood(address: str | None) -> str:
    """What to count visitors by: an IPv4 address, or the /64 that one subscriber has of IPv6."""
    try:
        found = ip_address(plain(address or ""))
    except ValueError:
        return "unknown"
    return str(found) if found.version == 4 else str(ip_network((int(found) >> 64 << 64, 64)))
