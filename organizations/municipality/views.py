"""What a municipality calls itself, and who helps its residents: its coordinators say it."""

from starlette.responses import Response

from marketplace.base.site import standard
from marketplace.base.web.access import coordinator
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from organizations.directory.models import Municipality
from organizations.municipality import actions, queries
from organizations.municipality.forms import OwnForm
from organizations.municipality.saved import Saved


async def _stored(found: Municipality) -> Filled[OwnForm]:
    """The form with what is said now."""
    said = await queries.welcomes(found.id)
    return OwnForm.blank(
        site_name=found.site_name, helpline_name=found.helpline_name, helpline_phone=found.helpline_phone,
        helpline_hours=found.helpline_hours, helpline_email=found.helpline_email,
        **{f"welcome_{lang}": text for lang, text in said.items()},
    )  # fmt: skip


@coordinator
async def mine(request: Request) -> Response:
    """GET /municipalities: to the first of those that they coordinate; its page leads to the others."""
    found = await queries.municipality_of(request.person, "")
    return see_other(f"/municipalities/{found.slug}", request)


@coordinator
async def own(request: Request) -> Response:
    """GET and POST /municipalities/{slug}"""
    slug = request.path_params["slug"]
    found = await queries.municipality_of(request.person, slug)
    form, status = await _stored(found), 200
    if request.method == "POST":
        form, status = await OwnForm.read(request), 422
        for name, words in form.data.lacks.items() if form.valid else ():
            form.add_error(name, words)
        if form.valid:
            async with one_at_a_time(found.id):
                if form.meet(await _stored(await queries.municipality_of(request.person, slug))):
                    said = form.data
                    await actions.set_own(
                        found.id, site_name=said.site_name, helpline_name=said.helpline_name,
                        helpline_phone=said.helpline_phone, helpline_hours=said.helpline_hours,
                        helpline_email=said.helpline_email, welcomes=said.welcomes,
                        by=request.person.id, now=request.now,
                    )  # fmt: skip
                    return see_other(f"/municipalities/{slug}?saved={Saved.OWN}", request)
    return render(
        request, "organizations/municipality/own.html", status=status, municipality=found, form=form,
        standard=standard(), section="/today",
        others=[one for one in await queries.municipalities_of(request.person) if one.id != found.id],
    )  # fmt: skip
