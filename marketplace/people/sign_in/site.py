"""Our address, as passkeys know it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from marketplace.base.web.http import Request
from marketplace.settings import settings
from marketplace.settings.addresses import LOOPBACK, is_address


@dataclass(frozen=True)
class Site:
    """Who we are to a passkey: `id` is our host name, `origin` the address of our pages."""

    id: str
    origin: str


def site(request: Request) -> Site | None:
    """Our site as passkeys know it; None where we are reached by number, which they refuse (127.0.0.1)."""
    address = urlsplit(settings().public_url)
    name, origin = address.hostname or "", f"{address.scheme}://{address.netloc}"
    if settings().demo and request.host in LOOPBACK:
        name, origin = request.host, f"http://{request.headers['host']}"
    return None if is_address(name) else Site(name, origin)
