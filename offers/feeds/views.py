"""Calendar feeds over HTTP, as calendar clients need them: no redirect, no cookie, no negotiation."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import parse_qsl

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.limits import limit_visitor
from marketplace.base.web.templates import render
from marketplace.settings import settings
from offers.feeds import actions, atom, own, queries
from offers.feeds.answers import ATOM, CALENDAR, PRIVATE, PUBLIC, Headers, answer, remember
from offers.feeds.body import Body, kept
from offers.feeds.searches import LONGEST, canonical, left_out, words_of
from offers.feeds.work.queries import work_feed
from offers.search.forms import SearchForm, only_known
from offers.search.queries import all_names

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
async def new_search(request: Request) -> Response:
    """GET and POST /calendar/searches/new: a search of /offers under a short address, and what of it is followed."""
    sent = request.method == "POST"
    form = await SearchForm.read(request) if sent else SearchForm.from_query(request)
    names = await all_names()
    only_known(form, names)
    query = canonical(form.data) if form.valid else ""
    if len(query) > LONGEST:
        form.add_error("q", _("Søket er for langt til en kalender. Skriv færre ord."))
    if sent and form.valid:
        if not query:
            return see_other("/calendar", request)
        await limit_visitor("saved search", request, 20, timedelta(hours=1))
        owner = request.person.id if request.person else None
        slug = await actions.save_search(query, owner=owner, now=request.now)
        return see_other(f"/calendar?search={slug}", request)
    return render(
        request, "offers/feeds/new_search.html", status=200 if form.valid else 422, form=form,
        words=words_of(form.data, names) if form.valid else [], left_out=left_out(form.data) if form.valid else [],
        fields=parse_qsl(query), back=f"/offers?{query}" if query and form.valid else "/offers",
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
