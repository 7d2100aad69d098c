"""Calendar feeds over HTTP, as calendar clients need them: no redirect, no cookie, no negotiation."""

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from starlette.responses import Response

from marketplace.base.access import public
from marketplace.base.clock import today
from marketplace.base.http import Request, parse_id
from marketplace.base.kept import Ready
from marketplace.base.templates import render
from marketplace.settings import settings
from offers.feeds import queries
from offers.feeds.body import Body, kept
from offers.feeds.rules import accepts_gzip, unchanged

PUBLIC = [(b"cache-control", b"no-cache")]
PRIVATE = [
    (b"cache-control", b"private, no-cache"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
]
CONTENT = [(b"content-type", b"text/calendar; charset=utf-8"), (b"content-disposition", b"inline")]
CHOICES = {"kind": "kinds", "organization": "organizations", "offer": "offers"}
"""What the subscribe page may be asked for, and the sort of feed it is."""


@public
async def subscribe(request: Request) -> Response:
    """The address of a feed (?kind, ?organization, ?offer; else all), and what to do with it."""
    chosen = [(scope, texts[0]) for name, texts in request.query.items() if (scope := CHOICES.get(name))]
    scope, key = chosen[0] if chosen else ("all", "")
    subject = await queries.heading(scope, key) if chosen else None
    kinds, organizations = await queries.subjects(request.now)
    address = f"{settings().public_url}/calendar/{f'{scope}/{key}' if chosen else scope}.ics"
    return render(
        request, "offers/feeds/subscribe.html", subject=subject, kinds=kinds, organizations=organizations,
        address=address, webcal=f"webcal://{address.partition('://')[2]}",
    )  # fmt: skip


@public
async def all_offers(request: Request) -> Response:
    return await public_feed(request, "all", "")


@public
async def organization(request: Request) -> Response:
    return await public_feed(request, "organizations", request.path_params["slug"])


@public
async def kind(request: Request) -> Response:
    return await public_feed(request, "kinds", request.path_params["kind"])


@public
async def offer(request: Request) -> Response:
    return await public_feed(request, "offers", request.path_params["slug"])


@public
async def session(request: Request) -> Response:
    """One session, to add to a calendar."""
    return await public_feed(request, "sessions", str(parse_id(request.path_params["id"])))


async def public_feed(request: Request, scope: str, key: str) -> Response:
    """The feed, from this process's memory while nothing has changed."""
    now = request.now
    body = await kept.get((scope, key, today(now)), lambda: queries.public_feed(scope, key, now))
    return answer(request, body, PUBLIC)


@public
async def private(request: Request) -> Response:
    """A resident's own feed, by a secret address. Made anew each time, and kept by nobody."""
    return answer(request, await queries.private_feed(request.path_params["secret"], request.now), PRIVATE)


def answer(request: Request, body: Body, headers: list[tuple[bytes, bytes]]) -> Response:
    """200 with the calendar, or 304 when the client has it."""
    sent, modified_at = request.headers, body.modified_at
    packed = accepts_gzip(sent.get("accept-encoding", ""))
    headers = [*headers, (b"etag", f'"{body.etags[packed]}"'.encode()), (b"vary", b"Accept-Encoding")]
    if modified_at:
        headers.append((b"last-modified", http_date(modified_at)))
    known = sent.getlist("if-none-match")
    if unchanged(", ".join(known) if known else None, sent.get("if-modified-since"), body.etags, modified_at):
        return Ready(304, headers)
    content = body.packed if packed else body.plain
    headers += [*CONTENT, (b"content-length", str(len(content)).encode())]
    if packed:
        headers.append((b"content-encoding", b"gzip"))
    return Ready(200, headers, b"" if request.scope["method"] == "HEAD" else content)


@lru_cache(256)
def http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()
