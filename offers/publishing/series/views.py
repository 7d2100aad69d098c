"""The step of the wizard that asks when: one date, or a list of them to tick."""

from datetime import date, time
from typing import Any

from starlette.responses import Response

from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request
from marketplace.base.web.once import made_once
from offers.catalogue.models import Offer
from offers.publishing.queries import sessions_of
from offers.publishing.saved import Done, Saved
from offers.publishing.series import actions, rules
from offers.publishing.series.forms import DatesForm, tell_order
from offers.publishing.series.queries import added_at, told_of_dates
from offers.publishing.steps.views import editable, kept, onward, page
from offers.rights.queries import reach
from organizations.members.models import Role


@member(Role.EDITOR)
@made_once
async def sessions(request: Request) -> Response:
    """One date, or a list of them to tick: the first POST makes the list, the second saves what is ticked."""
    offer = await editable(request)
    coming = await sessions_of(offer.id, request.now)
    if request.method == "GET":
        form = DatesForm.blank(repeat=rules.Repeat.ONCE.value, keep=[str(one.id) for one in coming])
        return await _shown(request, offer, form, coming=coming, listed=[], off={},
                          copied=request.query.get("done") == [Done.COPIED])  # fmt: skip
    form = await DatesForm.read(request)
    listed = date_list(form, request) if form.valid and not form.data.empty else []
    if form.valid:
        given = form.data
        once = given.repeat is rules.Repeat.ONCE
        chosen = listed[:1] if once else [day for day in given.dates if day in listed]
        made = given.made_from == given.rule and "list" not in (await request.fields()).get("go", [])
        if listed and not once and not made:
            off = {
                day: name
                for year in {day.year for day in listed}
                for day, name in rules.holidays(year).items()
            }
            form.values["dates"] = [str(day) for day in listed if day not in off]
            return await _shown(request, offer, form, coming=coming, listed=listed, off=off, copied=False)
        if listed and not chosen:
            form.add_error("dates", _("Velg minst én dato."))
        else:
            act = actions.set_sessions(
                offer, by=request.person.id, now=request.now, keep=given.keep, seen=given.seen, days=chosen,
                starts=given.starts or time(0), ends=given.ends or time(0),
            )  # fmt: skip
            if await kept(form, act):
                told = rules.tells(offer) and await added_at(offer.id, request.now)
                return await onward(request, offer, "sessions", Saved.ADDED if told else None)
    tell_order(form)
    return await _shown(request, offer, form, 422, coming=coming, listed=listed, off={}, copied=False)


async def _shown(
    request: Request, offer: Offer, form: Filled[DatesForm], status: int = 200, **given: Any
) -> Response:
    """The step, with how many are told of what is added: to those who may know it."""
    owns = (await reach(request.person, offer)).owns
    told = await told_of_dates(offer.id) if rules.tells(offer) and owns else None
    template, tells = "offers/publishing/series/sessions.html", rules.tells(offer)
    return await page(request, offer, template, form, status, tells=tells, told_of=told, **given)


def date_list(form: Filled[DatesForm], request: Request) -> list[date]:
    """The days that the form's rule gives; none and errors in the form when it cannot be."""
    given = form.data
    for name, words in (
        ("first", _("Skriv datoen dere møtes.")),
        ("starts", _("Skriv når dere begynner.")),
        ("ends", _("Skriv når dere slutter.")),
    ):
        if getattr(given, name) is None:
            form.add_error(name, words)
    if given.first is None or given.starts is None or given.ends is None:
        return []
    fields = {"day": "first"}
    for field, words in rules.time_objections(given.first, given.starts, given.ends, request.now):
        form.add_error(fields.get(field, field), words)
    for field, words in rules.repeat_objections(given.first, given.last, given.repeat):
        form.add_error(field, words)
    found = rules.dates(given.first, given.last, given.repeat) if form.valid else []
    wrong = {
        field: words
        for day in found
        for field, words in rules.time_objections(day, given.starts, given.ends, request.now)
    }
    if "day" in wrong:  # the first day is right, so it is a later one that is too far ahead
        form.add_error("last", wrong["day"])
    elif wrong:
        form.add_error(
            "ends", _("Klokka stilles en av disse dagene, så tidene går ikke opp. Velg andre tider.")
        )
    return found if form.valid else []
