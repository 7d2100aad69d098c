"""The districts of a municipality, for those who coordinate it: figures and the coverage map are told by them."""

from typing import Any

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.web.access import coordinator
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from marketplace.districts import actions, queries
from marketplace.districts.forms import DistrictForm
from marketplace.districts.saved import Saved
from organizations.directory.models import District
from organizations.municipality.queries import municipalities_of, municipality_of


@coordinator
async def districts(request: Request) -> Response:
    """GET /districts?municipality=: the districts, and where venues are that lie in none."""
    here = await _municipality(request)
    outside = await queries.outside(here.id)
    return render(
        request, "marketplace/districts/districts.html", municipality=here,
        others=[one for one in await municipalities_of(request.person) if one.id != here.id],
        districts=await queries.districts(here.id), outside=outside, section="/statistics",
        unknown=sum(one.venues for one in outside if not one.postcode and not one.city),
    )  # fmt: skip


async def _municipality(request: Request) -> Any:
    sent = request.query if request.method == "GET" else await request.fields()
    return await municipality_of(request.person, sent.get("municipality", [""])[-1])


def _page(request: Request, here: Any, form: Any, district: District | None, status: int) -> Response:
    return render(
        request, "marketplace/districts/form.html", status=status, municipality=here, form=form,
        district=district, section="/statistics",
    )  # fmt: skip


def _home(municipality: Any) -> str:
    return f"/districts?municipality={municipality.slug}"


@coordinator
@made_once
async def new(request: Request) -> Response:
    """GET and POST /districts/new?municipality="""
    here = await _municipality(request)
    if request.method == "GET":
        return _page(request, here, DistrictForm.blank(), None, 200)
    form = await DistrictForm.read(request)
    if form.valid:
        try:
            await actions.make(
                here.id, form.data.name, form.data.given, by=request.person.id, now=request.now
            )
            return see_other(f"{_home(here)}&saved={Saved.MADE}", request)
        except actions.Overlaps as overlaps:
            form.add_error(overlaps.field, overlaps.message)
    return _page(request, here, form, None, 422)


async def _stored(district: District) -> Filled[DistrictForm]:
    """The form with what the district is now. Raises NotFound: somebody has removed it."""
    found = next(
        (one for one in await queries.districts(district.municipality_id) if one.id == district.id), None
    )
    if found is None:
        raise NotFound
    return DistrictForm.blank(name=found.name, places=found.places.text)


@coordinator
async def edit(request: Request) -> Response:
    """GET and POST /districts/{district}/edit"""
    found = await queries.district_of_coordinator(request.person, parse_id(request.path_params["district"]))
    if request.method == "GET":
        return _page(request, found.municipality, await _stored(found), found, 200)
    form = await DistrictForm.read(request)
    if form.valid:
        async with one_at_a_time(found.municipality_id):
            if form.meet(await _stored(found)):
                try:
                    await actions.change(
                        found, form.data.name, form.data.given, by=request.person.id, now=request.now
                    )
                    return see_other(f"{_home(found.municipality)}&saved={Saved.CHANGED}", request)
                except actions.Overlaps as overlaps:
                    form.add_error(overlaps.field, overlaps.message)
    return _page(request, found.municipality, form, found, 422)


@coordinator
async def remove(request: Request) -> Response:
    """GET and POST /districts/{district}/remove. GET only asks."""
    found = await queries.district_of_coordinator(request.person, parse_id(request.path_params["district"]))
    if request.method == "GET":
        return render(
            request, "marketplace/districts/remove.html", district=found, section="/statistics",
            counted=await queries.is_counted(found.id),
        )  # fmt: skip
    await actions.remove(found, by=request.person.id, now=request.now)
    return see_other(f"{_home(found.municipality)}&saved={Saved.REMOVED}", request)
