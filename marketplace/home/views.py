"""Pages that every visitor needs: front page, about, privacy, accessibility, help now; and the health checks."""

from datetime import timedelta

import asyncpg
from starlette.responses import JSONResponse, PlainTextResponse, Response

from marketplace.base.data.database import UNMIGRATED, in_transaction, rows, unavailable, value
from marketplace.base.data.migrate import NEWEST
from marketplace.base.models import Channel
from marketplace.base.quick.kept import kept
from marketplace.base.site import site
from marketplace.base.web.access import public, public_probe
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


@public_probe
async def live(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})


ROOM_FOR = "CREATE TEMP TABLE room ON COMMIT DROP AS SELECT repeat('room', 4096) AS filler"
"""A table is made longer at once: a full disk says so."""
LATE = """SELECT EXISTS (SELECT FROM outbox_message WHERE channel = $2 AND sent_at IS NULL AND failed_at IS NULL
    AND attempts > 0 AND problem IS NOT NULL AND created_at < $1)"""
LATE_AFTER = timedelta(minutes=5)


@public_probe
async def ready(request: Request) -> Response:
    """The database answers, has the newest migration and takes what is written, and is one for us. A stale worker and
    messages that do not get through are told, but are no 503: pages can be read and places booked."""
    answer = dict.fromkeys(("database", "migrations", "disk", "instance", "worker", "mail", "sms"), "unknown")
    try:
        newest = await value(
            "SELECT name FROM tortoise_migrations WHERE app = 'marketplace' ORDER BY name DESC LIMIT 1"
        )
        answer["database"] = "ok"
        answer["migrations"] = "ok" if newest == NEWEST else f"at {newest}"
        demo = await value("SELECT demo FROM instance")
        answer["instance"] = "ok" if demo in (None, settings().demo) else "another's"
        seen = await value("SELECT leased_until FROM job_run WHERE job = 'worker' AND slot = 'alive'")
        answer["worker"] = "never seen" if seen is None else "ok" if seen > request.now else "stale"
        for name, channel in (("mail", Channel.EMAIL), ("sms", Channel.SMS)):
            late = await value(LATE, request.now - LATE_AFTER, channel)
            answer[name] = "late" if late else "ok"
        async with in_transaction():
            await rows(ROOM_FOR)
        answer["disk"] = "ok"
    except Exception as error:
        if not unavailable(error):
            raise
        cause = error.__cause__ or error
        if isinstance(cause, UNMIGRATED):
            answer |= {"database": "ok", "migrations": "not there"}
        elif isinstance(cause, asyncpg.InsufficientResourcesError | asyncpg.PostgresSystemError):
            answer["disk"] = "full"
        else:
            answer["database"] = "away"
    good = all(answer[name] == "ok" for name in ("database", "migrations", "instance", "disk"))
    return JSONResponse(answer, 200 if good else 503, {"Cache-Control": "no-store"})


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
