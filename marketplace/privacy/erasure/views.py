"""The end of a person's data here, at their wish."""

from starlette.responses import Response

from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import public, signed_in_again
from marketplace.base.web.cookies import set_cookie
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.people.sign_in.views import signed_out
from marketplace.privacy.erasure import actions, queries
from marketplace.privacy.erasure.forms import EraseForm


@signed_in_again
async def erase(request: Request) -> Response:
    """GET and POST /my-page/delete: what goes and what stays; then it goes, and nobody is signed in any more."""
    me, form = request.person.id, EraseForm.blank()
    if request.method == "POST":
        form = await EraseForm.read(request)
        if form.valid and not form.data.sure:
            form.add_error("sure", _("Kryss av for at du vil slette alt."))
        if form.valid:
            await actions.erase(me, now=request.now)
            response = signed_out(request, "/goodbye")
            set_cookie(response, "browser", "", max_age=0)
            return response
    return render(
        request, "marketplace/privacy/erasure/erase.html", form=form, coming=len(await queries.coming(me, request.now)),
        alone=await queries.managed_alone(me, queries.LET_IN),
        applied=await queries.managed_alone(me, queries.NOT_LET_IN), works=bool(request.roles), section="my-page",
        status=422 if form.errors else 200,
    )  # fmt: skip


@public
async def goodbye(request: Request) -> Response:
    """GET /goodbye: it is done."""
    return render(request, "marketplace/privacy/erasure/goodbye.html")
