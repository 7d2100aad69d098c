"""What is suggested while somebody types in a field for words."""

from starlette.responses import JSONResponse, Response

from marketplace.base.i18n import SOURCE
from marketplace.base.web.access import public
from marketplace.base.web.http import Request
from offers.search.places.queries import places
from offers.search.situations.queries import said
from offers.search.suggestions import queries, rules
from organizations.municipality.queries import municipalities, municipality_here

FRESH = "public, max-age=60"
"""Whoever types the same again within a minute asks nobody."""


@public
async def suggestions(request: Request) -> Response:
    """GET /offers/suggestions?q=&municipality=: a list as JSON; the same for everybody, whoever is signed in. It is
    answered from memory and is short whatever is asked, so nobody's tries are counted."""
    served = {one.slug for one in await municipalities()}
    chosen = request.query.get("municipality", [])
    here = municipality_here(await municipalities(), request.host)
    if not chosen and here:
        chosen = [here.slug]
    where = served & {*chosen}  # all of them where none is
    found = rules.suggestions(
        request.query.get("q", [""])[-1], await queries.known(request.now), await said(), await places(request.now),
        lang=request.lang, municipalities=where,
    )  # fmt: skip
    prefix = "" if request.lang == SOURCE else f"/{request.lang}"
    return JSONResponse(
        [one._asdict() | {"path": prefix + one.path} for one in found], headers={"Cache-Control": FRESH}
    )
