"""What the proxy passes on: the public address is asked as a visitor asks it, and says what it heard.

The question is signed, so that nobody else learns how this instance sees them (ready/seen.py answers).
"""

import asyncio
import http.client
import json
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from marketplace.operations.doctor.findings import WITHIN, Found, Kind
from marketplace.operations.ready import seen
from marketplace.settings import settings
from marketplace.settings.addresses import within_networks

MADE_UP = "203.0.113.9"
"""Who we say that we are: an address of nobody's (RFC 5737)."""
SOON = timedelta(days=14)
"""A certificate that ends sooner should have been renewed."""
FORMAT = "%b %d %H:%M:%S %Y %Z"


async def through(url: str, now: datetime) -> AsyncIterator[Found]:
    """Everything that one visit shows."""
    try:
        status, headers, heard, certificate = await asyncio.to_thread(visit, url)
    except ssl.SSLCertVerificationError as problem:
        yield Kind.AWAY, f"browsers do not trust the certificate of {url}: {problem.verify_message}"
        return
    except (OSError, http.client.HTTPException, ValueError) as problem:
        yield Kind.AWAY, f"{url} does not answer: {problem}"
        return
    if certificate:
        yield ends(url, certificate, now)
    if status != 200 or heard is None:
        yield (
            Kind.AWAY,
            f"{url} answers {status}, and not as this instance: is it this one, with the same secret key?",
        )
        return
    for found in complaints(heard, headers):
        yield Kind.AWAY, found
    yield (
        Kind.WELL,
        f"it hears Host {heard['host']}, X-Forwarded-For {heard['forwarded']}, and knows {heard['client']}",
    )


def visit(url: str) -> tuple[int, list[tuple[str, str]], dict[str, str] | None, Mapping[str, object] | None]:
    """Ask as a visitor who says that they are somebody else."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=WITHIN, context=ssl.create_default_context()
        )
    else:
        line = http.client.HTTPConnection(host, parts.port, timeout=WITHIN)
    word = secrets.token_hex(8)
    try:
        line.connect()
        certificate = line.sock.getpeercert() if isinstance(line.sock, ssl.SSLSocket) else None
        line.request(
            "GET", "/health/live", headers={seen.ASKED: seen.question(word), "X-Forwarded-For": MADE_UP}
        )
        answer = line.getresponse()
        said = answer.getheader(seen.SAID)
        return answer.status, answer.getheaders(), json.loads(said) if said else None, certificate
    finally:
        line.close()


def complaints(heard: dict[str, str], headers: list[tuple[str, str]]) -> list[str]:
    """What the proxy should do otherwise, from what arrived and what came back."""
    found = []
    forwarded = [each.strip() for each in heard["forwarded"].split(",") if each.strip()]
    peer = heard["peer"]
    if not within_networks(peer, settings().proxies) and settings().proxies:
        found.append(f"visits come from {peer}, which is not in TREFFPUNKT_TRUSTED_PROXIES: add it")
    elif heard["client"] == MADE_UP:
        found.append(
            "the proxy passes on the X-Forwarded-For that visitors make up: let it write the header itself"
        )
    elif settings().proxies and not forwarded:
        found.append("the proxy sends no X-Forwarded-For: all visitors are one, and share its limits")
    if heard["host"].partition(":")[0] != (urlsplit(settings().public_url).hostname or ""):
        found.append(f"the proxy sends Host {heard['host']}, not the name that visitors use")
    strict = [text for name, text in headers if name.lower() == "strict-transport-security"]
    if settings().secure and len(strict) != 1:
        found.append(f"Strict-Transport-Security comes {len(strict)} times: let it come once")
    return found


def ends(what: str, certificate: Mapping[str, object], now: datetime) -> Found:
    """When a certificate ends, and whether that is soon."""
    end = datetime.strptime(str(certificate["notAfter"]), FORMAT).replace(tzinfo=UTC)
    days = (end - now).days
    return Kind.AWAY if end - now < SOON else Kind.WELL, f"the certificate of {what} ends in {days} days"
