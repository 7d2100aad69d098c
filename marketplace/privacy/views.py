"""A person's own data: who has looked at it, all of it to take away, and the end of it."""

from uuid import UUID

from starlette.responses import JSONResponse, Response

from marketplace.base.data import audit
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import public, signed_in, signed_in_again
from marketplace.base.web.http import Request, see_other, set_cookie
from marketplace.base.web.templates import render
from marketplace.privacy import erasure, export, queries
from marketplace.privacy.forms import EraseForm
from marketplace.settings import settings


@signed_in
async def looked(request: Request) -> Response:
    """GET /my-page/looked?before=…: who has read lists that I stand on."""
    try:
        before = UUID(request.query.get("before", [""])[-1])
    except ValueError:
        before = None
    found, further = await queries.looked(request.person.id, request.lang, before)
    return render(
        request, "marketplace/privacy/looked.html", looked=found, further=further, first=before is None,
        section="my-page",
    )  # fmt: skip


@signed_in_again
async def download(request: Request) -> Response:
    """GET /my-page/download: what there is to take away, and how."""
    return render(request, "marketplace/privacy/download.html", section="my-page")


@signed_in_again
async def download_json(request: Request) -> Response:
    """GET /my-page/download.json: all of it, for a program."""
    found = await _everything(request)
    return JSONResponse(
        {"site": settings().site_name, "made_at": request.now.isoformat(), **found},
        headers={
            "Content-Disposition": 'attachment; filename="mine-opplysninger.json"',
            "Cache-Control": "no-store",
        },
    )


@signed_in_again
async def download_html(request: Request) -> Response:
    """GET /my-page/download.html: all of it, to read or print."""
    found = export.readable(await _everything(request))
    return render(request, "marketplace/privacy/everything.html", sections=found, section="my-page")


async def _everything(request: Request) -> dict[str, list[dict[str, object]]]:
    """Taking it away is recorded, as every export is."""
    me = request.person.id
    found = await export.everything(me, request.lang)
    await audit.record("export.made", actor=me, person=me, now=request.now)
    return found


@signed_in_again
async def erase(request: Request) -> Response:
    """GET and POST /my-page/delete: what goes and what stays; then it goes, and nobody is signed in any more."""
    me, form = request.person.id, EraseForm.blank()
    if request.method == "POST":
        form = await EraseForm.read(request)
        if form.valid and not form.data.sure:
            form.add_error("sure", _("Kryss av for at du vil slette alt."))
        if form.valid:
            await erasure.erase(me, now=request.now)
            response = see_other("/goodbye", request)
            for name in ("sign-in", "browser"):
                set_cookie(response, name, "", max_age=0)
            return response
    return render(
        request, "marketplace/privacy/erase.html", form=form, coming=len(await erasure.coming(me, request.now)),
        alone=await erasure.managed_alone(me, erasure.LET_IN),
        applied=await erasure.managed_alone(me, erasure.NOT_LET_IN), works=bool(request.roles), section="my-page",
        status=422 if form.errors else 200,
    )  # fmt: skip


@public
async def goodbye(request: Request) -> Response:
    """GET /goodbye: it is done."""
    return render(request, "marketplace/privacy/goodbye.html")
