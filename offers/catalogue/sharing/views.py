"""The short address of an offer, and what search engines read first: robots.txt and the map of the site."""

from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from marketplace.base.errors import NotFound
from marketplace.base.web.access import public
from marketplace.base.web.http import Request
from marketplace.settings import settings
from offers.catalogue.queries import viewer_of
from offers.catalogue.sharing import queries
from offers.catalogue.sharing.robots import robots as rules_for_robots
from offers.catalogue.sharing.short import number_of
from offers.catalogue.sharing.sitemap import index, urls
from offers.catalogue.sharing.tongues import preferred

HOUR = {"Cache-Control": "public, max-age=3600"}
XML = "application/xml; charset=utf-8"


@public
async def short(request: Request) -> Response:
    """GET /t/{code}: on to the offer's page, in the language of the address, else in what the reader's browser asks
    for. Of what the reader may not see it says what the page itself says."""
    number = number_of(request.path_params["code"])
    slug = (
        await queries.slug_of_number(number, await viewer_of(request.person)) if number is not None else None
    )
    if slug is None:
        raise NotFound
    lang = preferred(request.lang, request.headers.get("accept-language", ""))
    return RedirectResponse(
        request.in_language(lang, f"/offers/{slug}"), 303,
        {"Cache-Control": "no-store", "Vary": "Accept-Language"},
    )  # fmt: skip


@public
async def sitemap(request: Request) -> Response:
    """GET /sitemap.xml: the map, or where there is more than one page of it, a list of those."""
    extent = await queries.extent(request.now)
    if extent.pages > 1:
        return Response(index(extent.pages), media_type=XML, headers=HOUR)
    return await _mapped(request, 1)


@public
async def sitemap_page(request: Request) -> Response:
    """GET /sitemap/{page}.xml"""
    page = request.path_params["page"]
    if not (page.isascii() and page.isdigit() and len(page) < 5 and int(page) > 0):
        raise NotFound
    return await _mapped(request, int(page))


async def _mapped(request: Request, page: int) -> Response:
    found = await queries.mapped(page, request.now)
    if not found and page > 1:
        raise NotFound
    return StreamingResponse(urls(found, first=page == 1), media_type=XML, headers=HOUR)


@public
async def robots(request: Request) -> Response:
    """GET /robots.txt"""
    rules = rules_for_robots(request.app.state.routes)
    return PlainTextResponse(f"{rules}\nSitemap: {settings().public_url}/sitemap.xml\n", headers=HOUR)
