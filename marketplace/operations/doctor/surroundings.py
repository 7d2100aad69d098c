"""Is it reached, and by whom: address, proxies, the help line."""

from collections.abc import AsyncIterator

from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.settings import settings
from marketplace.settings.addresses import LOCAL, LOOPBACK, within_networks


async def proxies(at: Looking) -> AsyncIterator[Found]:
    if found := proxy_objection(at.host):
        yield Kind.WRONG, found
    elif not settings().demo:
        yield Kind.WELL, f"visitors come by {', '.join(settings().trusted_proxies)} to {at.host}"


def proxy_objection(host: str) -> str | None:
    """Whoever listens on this machine alone has the proxy on it, too: every visitor comes from here."""
    proxies = settings().proxies
    if settings().demo or within_networks("127.0.0.1", proxies):
        return None
    if host == LOCAL:
        return "set TREFFPUNKT_TRUSTED_PROXIES to 127.0.0.1: whoever comes by a unix socket is your proxy"
    if not proxies or host not in LOOPBACK:
        return None
    return (
        f"set TREFFPUNKT_TRUSTED_PROXIES to 127.0.0.1 too: `serve` listens on {host}, so your proxy comes from there; "
        "or let it listen elsewhere, with --host"
    )


async def help_line(at: Looking) -> AsyncIterator[Found]:
    set_ = settings()
    yield (
        Kind.WELL,
        f"{set_.helpline_name}, {set_.helpline_phone}, {set_.helpline_email}, {set_.helpline_hours}",
    )


async def address(at: Looking) -> AsyncIterator[Found]:
    if settings().demo and at.host and at.host not in LOOPBACK:
        yield (
            Kind.WRONG,
            f"demo mode listens on this machine alone, for its doors are open to everybody: not on {at.host}",
        )
    yield Kind.WELL, f"{settings().public_url}; answered are {', '.join(sorted(settings().hosts))}"
