"""Pages that every visitor needs: front page, about, privacy, accessibility, help now."""

from datetime import timedelta

from starlette.responses import PlainTextResponse, Response

from marketplace.base.quick.kept import kept
from marketplace.base.site import site
from marketplace.base.web.access import public
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.home.queries import ahead, titles
from marketplace.home.rules import leaves, soon
from marketplace.home.topics import wanted
from marketplace.settings import settings
from offers.catalogue import queries
from offers.catalogue.cards import card
from offers.catalogue.rules import When, period
from offers.search.asked import Search
from offers.search.finding import find
from organizations.municipality.queries import municipalities, municipality_here

TODAY = 6
"""So many places the front page shows where one may drop in today."""


@public
@kept
async def front(request: Request) -> Response:
    """What one may want, where one can drop in today, and what happens on the next seven days: in the municipality that
    the pages are called after, if it is one of those served."""
    now, lang = request.now, request.lang
    here = municipality_here(await municipalities(), request.host)
    where = (here.slug,) if here else ()
    viewer = await queries.viewer_of(request.person)
    today = await find(
        Search(municipalities=where, drop_in=True, between=period(When.TODAY, now), page=TODAY, counted=TODAY),
        viewer=viewer, lang=lang, now=now,
    )  # fmt: skip
    happens = await ahead(where, viewer=viewer, now=now)
    called = await titles([one.offer_id for one in happens if one.shown], lang)
    topics, others = await wanted(where, viewer=viewer, now=now)
    return render(
        request, "marketplace/home/front.html", here=here, topics=topics, others=others,
        today=[(card(row, now), soon(row.session_at, now)) for row in today.rows if row.session_at],
        leaves=leaves(happens, called, where, now),
    )  # fmt: skip


@public
async def privacy(request: Request) -> Response:
    return render(request, "marketplace/home/privacy.html")


@public
async def accessibility(request: Request) -> Response:
    return render(request, "marketplace/home/accessibility.html")


@public
async def help_now(request: Request) -> Response:
    return render(request, "marketplace/home/help_now.html")


@public
async def about(request: Request) -> Response:
    return render(request, "marketplace/home/about.html")


@public
async def security(request: Request) -> Response:
    """/.well-known/security.txt (RFC 9116): whom to tell of what is unsafe here. It is true for a month at a time."""
    contact = settings().security_contact or site().helpline_email
    expires = (request.now + timedelta(days=31)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {contact if contact.startswith('https://') else f'mailto:{contact}'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nb, nn, en",
        f"Canonical: {settings().public_url}/.well-known/security.txt",
    )
    return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": "max-age=3600"})
