"""Pages that every visitor needs: front page, about, privacy, accessibility, help now; and the health checks."""

from starlette.responses import JSONResponse, PlainTextResponse, Response

from marketplace.base.access import public
from marketplace.base.database import UNAVAILABLE, value
from marketplace.base.http import Request
from marketplace.base.kept import kept
from marketplace.base.migrate import NEWEST
from marketplace.base.templates import render
from marketplace.settings import settings
from offers.catalogue import queries, rules
from offers.catalogue.models import AUDIENCE_LABELS, Audience
from offers.catalogue.rules import When, card, period
from offers.catalogue.search import Search, audience_counts, search

TODAY, WEEK = 6, 6
"""So many offers the front page shows of each."""


@public
@kept
async def front(request: Request) -> Response:
    """What one can drop in on today, what begins this week (or else the next), and how much there is for whom: in the
    municipality that the pages are called after, if it is one of those served."""
    now, lang, name = request.now, request.lang, settings().place_name
    place = name if await queries.is_municipality(name) else ""
    viewer = await queries.viewer_of(request.person)
    today = await search(
        Search(place=place, drop_in=True, between=period(When.TODAY, now), page=TODAY, counted=TODAY),
        viewer=viewer, lang=lang, now=now,
    )  # fmt: skip
    for week in (When.THIS_WEEK, When.NEXT_WEEK):
        starts, ends = period(week, now)
        coming = await search(
            Search(
                place=place,
                drop_in=False,
                not_begun=True,
                between=(max(starts, now), ends),
                page=WEEK,
                counted=WEEK,
            ),
            viewer=viewer,
            lang=lang,
            now=now,
        )
        if coming.rows:
            break
    counts = await audience_counts(place, viewer=viewer, now=now)
    return render(
        request, "marketplace/home/front.html", week=week.value, place=place, tiles=[
            (words, key.value, rules.offers_found(counts[key], False)) for key, words in AUDIENCE_LABELS.items()
            if key in counts and key is not Audience.STAFF
        ],
        today=[card(row, now) for row in today.rows], coming=[card(row, now) for row in coming.rows],
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
async def live(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})


@public
async def ready(request: Request) -> Response:
    """The database answers and has the newest migration. A stale worker is reported, but is no 503."""
    answer = {"database": "away", "migrations": "unknown", "worker": "unknown"}
    try:
        newest = await value(
            "SELECT name FROM tortoise_migrations WHERE app = 'marketplace' ORDER BY name DESC LIMIT 1"
        )
        answer["database"] = "ok"
        answer["migrations"] = "ok" if newest == NEWEST else f"at {newest}"
        seen = await value("SELECT leased_until FROM job_run WHERE job = 'worker' AND slot = 'alive'")
        answer["worker"] = "never seen" if seen is None else "ok" if seen > request.now else "stale"
    except UNAVAILABLE:
        pass
    good = answer["database"] == answer["migrations"] == "ok"
    return JSONResponse(answer, 200 if good else 503, {"Cache-Control": "no-store"})
