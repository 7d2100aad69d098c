"""Reading the addresses of machines: in an URL, alone, and as networks. What is none is told, never raised."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LOCAL = "a unix socket"
"""In place of a host: whoever comes by one is on this machine."""


def parts_of(url: str) -> SplitResult | None:
    """The parts of an address, or None where it is none: a port that is no number, a bracket that is not closed."""
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def urlsplit_scheme(url: str) -> str:
    return url.partition("://")[0].lower() if "://" in url else ""


def is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def is_address(text: str) -> bool:
    return "/" not in text and is_network(text)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def networks(texts: list[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks as networks; what is neither is left out, and objected to elsewhere."""
    return tuple(ip_network(text) for text in texts if is_network(text))


def within_networks(address: str, known: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return any(ip_address(address) in network for network in known)
