"""Gaps that are brought to a dialogue: one tap on the coverage map, and the way back on the meeting's page."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from marketplace.base.errors import BadRequest
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import pick
from marketplace.base.web.access import coordinator
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.templates import render
from marketplace.dialogue import queries
from marketplace.dialogue.forms import GapForm, OutcomeForm
from marketplace.dialogue.items import actions
from marketplace.dialogue.items.queries import could_have_come, item_of
from marketplace.dialogue.saved import Saved
from marketplace.districts.queries import districts
from marketplace.statistics.coverage.rules import gap_of
from organizations.directory.models import Municipality


@coordinator
async def raise_gap(request: Request) -> Response:
    """POST /statistics/coverage/items"""
    form = await GapForm.read(request)
    if not form.valid:
        raise BadRequest(_("Skjemaet er for gammelt. Last siden på nytt."))
    given, gap = form.data, gap_of(form.data.gap)
    dialogue = await queries.dialogue_of(request.person, given.dialogue)
    here = await Municipality.get(id=dialogue.municipality_id)
    found = {one.slug: one.id for one in await districts(here.id)}
    if gap is None or given.municipality != here.slug or (given.district and given.district not in found):
        raise BadRequest(_("Skjemaet er for gammelt. Last siden på nytt."))
    raised = await actions.raise_gap(
        dialogue, *gap, district=found.get(given.district), evening=given.time.evening, by=request.person.id,
        now=request.now,
    )  # fmt: skip
    back = {"municipality": here.slug, "district": given.district, "time": given.time.value}
    back["saved"] = Saved.ITEM if raised.meeting else Saved.WAITS
    return see_other(
        f"/statistics/coverage?{urlencode({name: text for name, text in back.items() if text})}", request
    )


@coordinator
async def drop(request: Request) -> Response:
    """POST /dialogues/{slug}/items/{item}/remove"""
    dialogue = await queries.dialogue_of(request.person, request.path_params["slug"])
    item = parse_id(request.path_params["item"])
    meeting = await actions.drop(dialogue, item, by=request.person.id, now=request.now)
    page = f"/dialogues/{dialogue.slug}" + (f"/meetings/{meeting}" if meeting else "")
    return see_other(f"{page}?saved={Saved.DROPPED}", request)


@coordinator
async def outcome(request: Request) -> Response:
    """GET and POST /dialogues/{slug}/items/{item}: which offer came of it."""
    dialogue = await queries.dialogue_of(request.person, request.path_params["slug"])
    item = await item_of(dialogue.id, parse_id(request.path_params["item"]))
    offers = await could_have_come(dialogue.municipality_id, item)
    form: Any = OutcomeForm.blank(offer=item.offer_id)
    back = f"/dialogues/{dialogue.slug}" + (f"/meetings/{item.meeting}" if item.meeting else "")
    if request.method == "POST":
        form = await OutcomeForm.read(request)
        if form.valid and form.data.offer and form.data.offer not in offers:
            form.add_error("offer", _("Velg et tilbud fra lista."))
        if form.valid:
            await actions.say_what_came(
                dialogue, item.id, form.data.offer, by=request.person.id, now=request.now
            )
            return see_other(f"{back}?saved={Saved.OUTCOME}", request)
    return render(
        request, "marketplace/dialogue/items/item.html",
        status=422 if form.errors else 200, dialogue=dialogue, item=item,
        offers=offers, form=form, back=back, dialogue_title=pick(dialogue.title),
    )  # fmt: skip
