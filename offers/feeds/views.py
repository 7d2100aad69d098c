"""Calendar feeds over HTTP, as calendar clients need them: no redirect, no cookie, no negotiation."""

from email.utils import format_datetime
from uuid import UUID

from starlette.responses import Response

from marketplace.base.access import public
from marketplace.base.clock import today
from marketplace.base.errors import NotFound
from marketplace.base.http import Request
from marketplace.base.templates import render
from marketplace.settings import settings
from offers.feeds import queries
from offers.feeds.body import Body, kept
from offers.feeds.rules import accepts_gzip, unchanged

PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}

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
    try:
        key = str(UUID(request.path_params["id"]))
    except ValueError as problem:
        raise NotFound from problem
    return await public_feed(request, "sessions", key)


async def public_feed(request: Request, scope: str, key: str) -> Response:
    """The feed, from this process's memory while nothing has changed."""
    now = request.now
    body = await kept.get((scope, key, today(now)), lambda: queries.public_feed(scope, key, now))
    return answer(request, body, {"Cache-Control": "no-cache"})


@public
async def private(request: Request) -> Response:
    """A resident's own feed, by a secret address. Made anew each time, and kept by nobody."""
    return answer(request, await queries.private_feed(request.path_params["secret"], request.now), PRIVATE)


def answer(request: Request, body: Body, headers: dict[str, str]) -> Response:
    """200 with the calendar, or 304 when the client has it."""
    sent, modified_at = request.headers, body.modified_at
    packed = accepts_gzip(sent.get("accept-encoding", ""))
    etags = (body.etag, f"{body.etag}-gzip")  # two representations, two tags
    headers = headers | {"ETag": f'"{etags[packed]}"', "Vary": "Accept-Encoding"}
    if modified_at:
        headers["Last-Modified"] = format_datetime(modified_at, usegmt=True)
    none_match = ", ".join(sent.getlist("if-none-match")) if "if-none-match" in sent else None
    if unchanged(none_match, sent.get("if-modified-since"), etags, modified_at):
        return Response(status_code=304, headers=headers)
    content = body.packed if packed else body.plain
    headers |= {"Content-Disposition": "inline", "Content-Length": str(len(content))}
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(
        b"" if request.method == "HEAD" else content,
        headers=headers,
        media_type="text/calendar; charset=utf-8",
    )
