"""Si hva du savner: residents say what they wish there were; coordinators read it before Frivillighetsdialogen."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import BadRequest, NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import pick
from marketplace.base.web.access import coordinator, public
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.limits import limit_visitor
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from marketplace.dialogue.needs import actions, queries
from marketplace.dialogue.needs.forms import NeedForm, TakeForm
from marketplace.dialogue.needs.queries import UNSAID, Group
from marketplace.dialogue.queries import dialogue_of
from marketplace.dialogue.saved import Saved
from marketplace.statistics.coverage.queries import dialogues as dialogues_in
from marketplace.statistics.coverage.rules import AUDIENCES, SORTS
from offers.catalogue.kinds import ASKED_LABELS, AUDIENCE_LABELS, Audience
from offers.search.nothing.missed import LONGEST
from offers.search.unfound.queries import sought
from organizations.directory.queries import Place, place_choices, places
from organizations.municipality.queries import (
    municipalities,
    municipalities_of,
    municipality_here,
    municipality_of,
)


@public
@made_once
async def new(request: Request) -> Response:
    """GET and POST /needs/new?text=&audience=&where=. What was searched for may stand in the fields."""
    found = await places()
    if request.method == "GET":
        asked = {name: given[-1] for name, given in request.query.items() if name in NeedForm.model_fields}
        if asked.get("where") not in {
            one.key for one in found
        }:  # else a browser would choose the first of all
            here = municipality_here(await municipalities(), request.host)
            asked["where"] = here.slug if here else ""
        return _form(request, NeedForm.blank(**asked), found)
    form = await NeedForm.read(request)
    place = next((one for one in found if one.key == form.values.get("where")), None)
    if form.valid and place is None:
        form.add_error("where", _("Velg et sted fra lista."))
    if form.valid and form.data.audience not in (None, *ASKED_LABELS):
        form.add_error("audience", _("Velg hvem i lista."))
    if not form.valid or place is None:
        return _form(request, form, found, 422)
    await limit_visitor("needs", request, 20, timedelta(hours=1))
    await actions.say(form.data.text, place, form.data.audience, now=request.now)
    return see_other("/needs/sent", request)


def _form(request: Request, form: Filled[NeedForm], found: list[Place], status: int = 200) -> Response:
    known = any(one.key == form.values.get("where") for one in found)
    choices = [*([] if known else [("", _("Velg hvor"))]), *place_choices(found)]
    return render(
        request, "marketplace/dialogue/needs/new.html", status=status, form=form, places=choices,
        audiences=[("", _("Ikke noen spesielle")), *((one.value, label) for one, label in ASKED_LABELS.items())],
        longest=LONGEST, section="/offers",
    )  # fmt: skip


@public
async def sent(request: Request) -> Response:
    """GET /needs/sent: it is said, and nobody will answer."""
    return render(request, "marketplace/dialogue/needs/sent.html", section="/offers")


@coordinator
async def needs(request: Request) -> Response:
    """GET /needs?municipality=&audience=&district=&after=: what is missed, by whom it is for and where."""
    given = {name: texts[-1] for name, texts in request.query.items()}
    here = await municipality_of(request.person, given.get("municipality", ""))
    asked, district = given.get("audience", ""), given.get("district", "")
    if asked not in ("", UNSAID, *ASKED_LABELS):
        raise BadRequest(_("Velg hvem i lista."))
    after: UUID | None = parse_id(given["after"]) if given.get("after") else None
    found, following = await queries.said(here.id, asked, district, after)
    chosen = {"municipality": here.slug, "audience": asked, "district": district}
    return render(
        request, "marketplace/dialogue/needs/needs.html", section="/today", municipality=here, found=found,
        groups=[_group(here.slug, one) for one in await queries.groups(here.id)], labels=AUDIENCE_LABELS,
        others=[one for one in await municipalities_of(request.person) if one.id != here.id],
        sought=await sought(here.id), chosen=bool(asked or district), home=_address(municipality=here.slug),
        next_href=_address(**chosen, after=str(following)) if following else "",
        first_href=_address(**chosen) if after else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A group in words, and the list of what was said in it."""

    href: str
    audience: str
    district: str | None
    said: int


def _group(municipality: str, one: Group) -> Told:
    audience = str(AUDIENCE_LABELS[Audience(one.audience)]) if one.audience else _("Ikke sagt for hvem")
    href = _address(
        municipality=municipality, audience=one.audience or UNSAID, district=one.district or UNSAID
    )
    return Told(href, audience, one.district_name, one.said)


def _address(**chosen: str) -> str:
    return "/needs?" + urlencode({name: text for name, text in chosen.items() if text})


@coordinator
async def remove(request: Request) -> Response:
    """GET and POST /needs/{need}/remove. GET only asks."""
    id = parse_id(request.path_params["need"])  # noqa: A001 - an id is called id here
    try:
        found = await queries.need_of(request.person, id)
    except NotFound:
        if await queries.was_removed(id):  # twice, or by two
            return see_other(f"/needs?saved={Saved.GONE}", request)
        raise
    if request.method == "GET":
        return render(request, "marketplace/dialogue/needs/remove.html", need=found, section="/today")
    await actions.remove(found, by=request.person.id, now=request.now)
    return see_other(f"/needs?municipality={found.municipality}&saved={Saved.REMOVED}", request)


@coordinator
async def take(request: Request) -> Response:
    """GET and POST /needs/{need}/take: make it something that a dialogue is to talk about."""
    found = await queries.need_of(request.person, parse_id(request.path_params["need"]))
    here = await municipality_of(request.person, found.municipality)
    dialogues = [(one.slug, pick(json.loads(one.title))) for one in await dialogues_in(here.id)]
    form: Any = TakeForm.blank(audience=found.audience, dialogue=dialogues[0][0] if dialogues else "")
    if request.method == "POST":
        form = await TakeForm.read(request)
        if form.valid:
            dialogue = await dialogue_of(request.person, form.data.dialogue)
            if dialogue.municipality_id != here.id:
                raise NotFound
            taken = await actions.take(
                found, dialogue, form.data.audience, form.data.sort, district=found.district_id,
                by=request.person.id, now=request.now,
            )  # fmt: skip
            said = Saved.TAKEN if taken else Saved.ITEM
            return see_other(f"/needs?municipality={found.municipality}&saved={said}", request)
    return render(
        request, "marketplace/dialogue/needs/take.html", status=422 if form.errors else 200, need=found, form=form,
        dialogues=dialogues,
        audiences=[("", _("Velg hvem")), *((one.value, AUDIENCE_LABELS[one]) for one in AUDIENCES)],
        sorts=[("", _("Velg hva slags")), *((name, sort.label) for name, sort in SORTS.items())], section="/today",
    )  # fmt: skip
