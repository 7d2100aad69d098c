"""The wizard: what, for whom, where (series/: when; joining/: how to join). Each step is one form, one
POST, then 303.

The same forms change an offer that is published; they then lead back to its page.
"""

from collections.abc import Awaitable
from functools import partial
from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from offers.catalogue import spoken
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS
from offers.catalogue.models import Joining, Offer
from offers.catalogue.queries import title_of
from offers.publishing import actions, rules
from offers.publishing.forms import AudienceForm, PlaceForm, WhatForm
from offers.publishing.queries import (  # fmt: skip
    members_seeing,
    organizations_near,
    own_organizations,
    sessions_of,
    text_of,
    venues,
)
from offers.publishing.saved import Saved
from offers.rights.queries import offer_editable_by, reach
from organizations.approval import rules as approval_rules
from organizations.members.models import Role

STEPS = {
    "what": (lazy("Hva"), lazy("Hva er det?")),
    "audience": (lazy("For hvem"), lazy("Hvem er det for?")),
    "place": (lazy("Hvor"), lazy("Hvor er det?")),
    "sessions": (lazy("Når"), lazy("Når møtes dere?")),
    "joining": (lazy("Hvordan bli med"), lazy("Hvordan blir man med?")),
    "publish": (lazy("Se over og publiser"), lazy("Se over og publiser")),
}
"""Name of a step: its label and its heading."""
WHAT = "offers/publishing/steps/what.html"


async def page(
    request: Request, offer: Offer | None, template: str, form: Filled[Any], status: int = 200, **context: Any
) -> Response:
    """A step of the wizard, by its template. `offer` None: a new one, nothing is saved yet."""
    step = template.rpartition("/")[2].removesuffix(".html")
    label, heading = STEPS[step]
    names = list(STEPS)
    number = names.index(step) + 1
    return render(
        request, template, status=status, offer=offer, form=form, step=step, label=label,
        heading=heading, number=number, total=len(names), draft=offer is None or offer.draft,
        meets=offer is None or offer.meets,
        elsewhere={name: place for name, place in rules.STEP_OF.items() if place != step},
        title=await title_of(offer.id, request.lang) if offer else "",
        may=await reach(request.person, offer) if offer else None,
        previous=names[number - 2] if number > 1 else "", **context,
    )  # fmt: skip


async def onward(request: Request, offer: Offer, step: str, saved: Saved | None = None) -> Response:
    """To the next step of a draft; to the offer's page from anything else, or when the rest shall wait. `saved`: what
    the page of what is published already says of it."""
    home = f"/manage/offers/{offer.slug}"
    go = (await request.fields()).get("go", [""])[-1]
    told = f"?saved={saved}" if saved else ""
    if go == "more":
        return see_other(f"{home}/{step}{told}", request)
    if not offer.draft or go == "later":
        return see_other(f"{home}{told}", request)
    names = list(STEPS)
    return see_other(f"{home}/{names[names.index(step) + 1]}", request)


async def kept(form: Filled[Any], act: Awaitable[Any]) -> bool:
    """Do the act; what it objects to becomes errors of the form, each under the name of the field where it is given."""
    try:
        await act
    except actions.Incomplete as problem:
        for objection in problem.missing:
            form.add_error(objection.value, str(rules.OBJECTION_LABELS[objection]))
    except Refused as problem:
        form.add_error("form", problem.message)
    return not form.errors


async def editable(request: Request) -> Offer:
    """The offer of this address, if the person may edit it and it still can be changed. Raises NotFound, Refused."""
    offer = await offer_editable_by(request.person, request.path_params["slug"])
    rules.changeable(offer)
    approval_rules.at_work(offer.owner.state)
    return offer


@member(Role.EDITOR)
@made_once
async def new(request: Request) -> Response:
    """The first step of a new offer: saving it makes the draft."""
    mine = await own_organizations(request.person)
    approval_rules.some_at_work(mine)  # the door lets in editors only
    shown = partial(page, request, None, WHAT, organizations=mine, kinds=list(KIND_LABELS.items()))
    if request.method == "GET":
        form = WhatForm.blank(source_lang=request.lang, organization=mine[0].id if len(mine) == 1 else None)
        return await shown(form)
    form = await WhatForm.read(request)
    owner = next((one for one in mine if form.valid and one.id == form.data.organization), None)
    if form.valid and len(mine) == 1:
        owner = mine[0]
    if form.valid and owner is None:
        form.add_error("organization", _("Velg hvem som står bak tilbudet."))
    if not form.valid or owner is None:
        return await shown(form, 422)
    text = form.data.model_dump(exclude={"organization"})
    offer = await actions.start(
        owner=owner.id,
        municipality=owner.municipality_id,
        by=request.person.id,
        now=request.now,
        **text,
    )
    return await onward(request, offer, "what")


TEXTS = {
    "what": ("title", "summary", "body", "found_by", "what_happens", "bring"),
    "audience": ("bring_someone",),
    "place": ("way_in", "meets_you"),
    "joining": ("may_leave",),
}
"""Which texts are asked for in which step."""


async def texts(offer: Offer, step: str) -> dict[str, str]:
    found = await text_of(offer)
    return {name: getattr(found, name) for name in TEXTS[step]}


@member(Role.EDITOR)
async def what(request: Request) -> Response:
    offer = await editable(request)
    shown = partial(page, request, offer, WHAT, organizations=[], kinds=list(KIND_LABELS.items()))
    if request.method == "GET":
        return await shown(await _what(offer))
    form = await WhatForm.read(request)
    if form.valid:
        async with one_at_a_time(offer.id):
            if form.meet(await _what(await editable(request))):
                text = form.data.model_dump(include=set(TEXTS["what"]))
                act = actions.change(
                    offer, by=request.person.id, now=request.now, text=text, kind=form.data.kind
                )
                if await kept(form, act):
                    return await onward(request, offer, "what")
    return await shown(form, 422)


async def _what(offer: Offer) -> Filled[WhatForm]:
    """The form with what the offer says now."""
    return WhatForm.blank(kind=offer.kind.value, **await texts(offer, "what"))


@member(Role.EDITOR)
async def audience(request: Request) -> Response:
    offer = await editable(request)
    near = await organizations_near(offer.municipality_id)
    shown = partial(
        page, request, offer, "offers/publishing/steps/audience.html",
        near=near, audiences=list(AUDIENCE_LABELS.items()),
        visibilities=list(rules.VISIBILITY_LABELS.items()), spoken_choices=spoken.choices(),
    )  # fmt: skip
    if request.method == "GET":
        return await shown(await _audience(offer))
    form = await AudienceForm.read(request)
    if form.valid:
        async with one_at_a_time(offer.id):
            if form.meet(await _audience(await editable(request))) and await kept(
                form, _set_audience(request, offer, form.data)
            ):
                return await onward(request, offer, "audience")
    return await shown(form, 422)


async def _audience(offer: Offer) -> Filled[AudienceForm]:
    """The form with what the offer says now. Whom it is most for is open where several are said, and none of them."""
    main = offer.main_audience if offer.main_audience in offer.audiences else None
    return AudienceForm.blank(
        main_audience=main or "", audiences=[str(one) for one in offer.audiences if one != main],
        visibility=offer.visibility.value,
        members=[str(one) for one in await members_seeing(offer.id)], sensitive=offer.sensitive or "",
        age_from=offer.age_from, age_to=offer.age_to, spoken=list(offer.spoken), **await texts(offer, "audience"),
    )  # fmt: skip


async def _set_audience(request: Request, offer: Offer, given: AudienceForm) -> None:
    facts = {"sensitive": given.sensitive} if offer.published else {}
    await actions.set_audience(
        offer, by=request.person.id, now=request.now, members=given.members,
        text={"bring_someone": given.bring_someone}, main_audience=given.main_audience,
        audiences=given.all_audiences, visibility=given.visibility, age_from=given.age_from, age_to=given.age_to,
        spoken=given.all_spoken, **facts,
    )  # fmt: skip


@member(Role.EDITOR)
async def place(request: Request) -> Response:
    """A published offer with dates ahead keeps its place here: who is booked must be told, date by date."""
    offer = await editable(request)
    fixed = offer.published and bool(await sessions_of(offer.id, request.now, 1))
    known = await venues(offer.municipality_id)
    shown = partial(page, request, offer, "offers/publishing/steps/place.html", venues=known, fixed=fixed)
    if request.method == "GET":
        return await shown(await _place(offer))
    form = await PlaceForm.read(request)
    if form.valid:
        async with one_at_a_time(offer.id):
            there = None
            if form.meet(await _place(await editable(request))) and not fixed:
                there = where(form, offer, [one.id for one in known])
            if not form.errors:
                act = actions.set_place(
                    offer, by=request.person.id, now=request.now, there=there, transport=form.data.transport,
                    text=form.data.model_dump(include=set(TEXTS["place"])),
                )  # fmt: skip
                if await kept(form, act):
                    return await onward(request, offer, "place")
    return await shown(form, 422)


async def _place(offer: Offer) -> Filled[PlaceForm]:
    """The form with what the offer says now."""
    online = offer.online_url if offer.joining != Joining.EXTERNAL else None
    where = "known" if offer.venue_id else "online" if online else ""
    return PlaceForm.blank(
        place=where, venue=offer.venue_id, online_url=online, **await texts(offer, "place")
    )


def where(form: Filled[PlaceForm], offer: Offer, known: list[UUID]) -> actions.Where:
    """Where it says that they meet; what lacks becomes errors in the form."""
    given = form.data
    external = offer.joining == Joining.EXTERNAL
    booked_at = offer.online_url if external else None
    if given.place == "known":
        if given.venue not in known:
            form.add_error("venue", _("Velg et sted fra lista."))
        return actions.Where(booked_at, venue_id=given.venue)
    if given.place == "online":
        if given.online_url is None and not external:
            form.add_error("online_url", _("Skriv nettadressen der dere møtes."))
        return actions.Where(given.online_url or offer.online_url)
    if given.place == "new":
        if not given.venue_name:
            form.add_error("venue_name", _("Skriv hva stedet heter."))
        if not given.street:
            form.add_error("street", _("Skriv gateadressen."))
        yes = {"yes": True, "no": False, None: None}
        new = actions.NewVenue(
            given.venue_name or "", given.street or "", given.postcode or None, given.city or None,
            yes[given.step_free], yes[given.hearing_loop], yes[given.accessible_toilet],
        )  # fmt: skip
        return actions.Where(booked_at, new=new)
    return actions.Where(booked_at)
