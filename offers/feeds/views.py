"""Calendar feeds over HTTP, as calendar clients need them: no redirect, no cookie, no negotiation."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, parse_id
from marketplace.base.web.templates import render
from marketplace.settings import settings
from offers.feeds import atom, own, queries
from offers.feeds.answers import ATOM, CALENDAR, PRIVATE, PUBLIC, Headers, answer, remember
from offers.feeds.body import Body, kept
from offers.feeds.work.queries import work_feed

CHOICES = {"audience": "audiences", "kind": "kinds", "municipality": "municipalities", "organization": "organizations",
           "offer": "offers", "search": "searches"}  # fmt: skip
"""What the subscribe page may be asked for, and the sort of feed it is."""


@public
async def subscribe(request: Request) -> Response:
    """The address of a feed (?kind=… and so on, see CHOICES; else all), and what to do with it."""
    chosen = [(scope, texts[0]) for name, texts in request.query.items() if (scope := CHOICES.get(name))]
    scope, key = chosen[0] if chosen else ("all", "")
    subject = await queries.heading(scope, key) if chosen else None
    address = f"{settings().public_url}/calendar/{f'{scope}/{key}' if chosen else scope}.ics"
    return render(
        request, "offers/feeds/subscribe.html", subject=subject, subjects=await queries.subjects(request.now),
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
async def audience(request: Request) -> Response:
    return await public_feed(request, "audiences", request.path_params["audience"])


@public
async def municipality(request: Request) -> Response:
    return await public_feed(request, "municipalities", request.path_params["slug"])


@public
async def search(request: Request) -> Response:
    """What somebody looks for on /offers, under a short slug."""
    return await public_feed(request, "searches", request.path_params["slug"])


@public
async def offer(request: Request) -> Response:
    return await public_feed(request, "offers", request.path_params["slug"])


@public
async def session(request: Request) -> Response:
    """One session, to add to a calendar."""
    return await public_feed(request, "sessions", str(parse_id(request.path_params["id"])))


async def public_feed(request: Request, scope: str, key: str) -> Response:
    now = request.now
    return await kept_feed(request, (scope, key), CALENDAR, lambda: queries.public_feed(scope, key, now))


@public
async def newest(request: Request) -> Response:
    """GET /offers.atom"""
    now = request.now
    return await kept_feed(request, ("atom",), ATOM, lambda: atom.newest(now))


async def kept_feed(
    request: Request, key: tuple[str, ...], kind: Headers, make: Callable[[], Awaitable[Body]]
) -> Response:
    """The feed, from this process's memory while nothing has changed."""
    body = await kept.get((*key, today(request.now)), make)
    remember(request.scope, key, kind)
    return answer(request.scope, body, PUBLIC, kind)


@public
async def private(request: Request) -> Response:
    """A feed by a secret address: a resident's own, or of who leads and arranges. Made anew each time, and kept by
    nobody."""
    address = await own.address_of(request.path_params["secret"])
    body = await (work_feed if address.of_work else own.own_feed)(address, request.now)
    return answer(request.scope, body, PRIVATE)
