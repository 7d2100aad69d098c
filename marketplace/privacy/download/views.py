"""All that is kept about a person, to take away."""

from starlette.responses import JSONResponse, Response

from marketplace.base.web.access import signed_in_again
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.privacy.download import actions, rules


@signed_in_again
async def download(request: Request) -> Response:
    """GET /my-page/download: what there is to take away, and how."""
    return render(request, "marketplace/privacy/download/download.html", section="my-page")


@signed_in_again
async def download_json(request: Request) -> Response:
    """GET /my-page/download.json: all of it, for a program."""
    found = await actions.take(request.person.id, request.lang, now=request.now)
    return JSONResponse(
        actions.document(found, request.now),
        headers={
            "Content-Disposition": 'attachment; filename="mine-opplysninger.json"',
            "Cache-Control": "no-store",
        },
    )


@signed_in_again
async def download_html(request: Request) -> Response:
    """GET /my-page/download.html: all of it, to read or print."""
    found = rules.readable(await actions.take(request.person.id, request.lang, now=request.now))
    return render(request, "marketplace/privacy/download/everything.html", sections=found, section="my-page")
