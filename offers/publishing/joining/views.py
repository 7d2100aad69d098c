"""The step of the wizard that asks how to join: seats, the waiting list, when one can book, reminders."""

from functools import partial

from starlette.responses import Response

from marketplace.base.clock import oslo
from marketplace.base.i18n import clock_words, lazy, speaking
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request
from marketplace.base.web.seen import one_at_a_time
from offers.catalogue.models import Joining, Offer, Promotion
from offers.publishing import actions, rules
from offers.publishing.joining.forms import REMINDERS, SHARES, JoiningForm
from offers.publishing.joining.rules import USUAL_REMINDERS, opening_objection, share_of
from offers.publishing.queries import capacity_of, sessions_of
from offers.publishing.steps.views import editable, kept, onward, page, texts
from organizations.members.models import Role

PROMOTIONS = [
    (Promotion.AUTOMATIC.value, lazy("Den første i køen får plassen med en gang"),
     lazy("Vi sier fra. Den som ikke vil ha plassen likevel, melder av.")),
    (Promotion.HELD.value, lazy("Den første i køen får spørsmål, og må svare ja"),
     lazy("Vi holder plassen så lenge. Svarer de ikke i tide, går den til den neste.")),
]  # fmt: skip
REMINDER_WORDS = {
    168: lazy("En uke før"),
    72: lazy("Tre dager før"),
    24: lazy("Ett døgn før"),
    2: lazy("To timer før"),
}


@member(Role.EDITOR)
async def joining(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/joining"""
    offer = await editable(request)
    ways = rules.joinings(offer.state, offer.joining)
    shown = partial(
        page, request, offer, "offers/publishing/joining/joining.html",
        choices=[(way.value, rules.JOINING_LABELS[way]) for way in ways],
        promotions=PROMOTIONS, reminders=[(hours, REMINDER_WORDS[hours]) for hours in REMINDERS],
        certificates=[(share, _("Ja, til dem som har vært med på minst %(share)s prosent", share=share))
                      for share in SHARES],
    )  # fmt: skip
    if request.method == "GET":
        return await shown(await _now(offer))
    form = await JoiningForm.read(request)
    if form.valid:
        async with one_at_a_time(offer.id):
            form.meet(await _now(await editable(request)))
            if await _saved(request, offer, form):
                return await onward(request, offer, "joining")
    return await shown(form, 422)


async def _saved(request: Request, offer: Offer, form: Filled[JoiningForm]) -> bool:
    """Save what a form says; why it cannot be becomes errors of the form."""
    if form.valid:
        given = form.data
        coming = await sessions_of(offer.id, request.now)
        if words := opening_objection(
            given.opens_at, given.closes_hours, request.now, given.joining,
            [one.starts_at for one in coming if not one.called_off],
        ):  # fmt: skip
            form.add_error("opens_day", words)
        seats = given.joining is Joining.PER_SESSION and given.capacity is not None
        if offer.draft and seats and not coming:
            form.add_error("capacity", _("Plassene følger datoene. Legg inn en dato først, i steget «Når»."))
    if form.valid:
        act = actions.set_joining(
            offer, by=request.person.id, now=request.now, joining=given.joining, capacity=given.capacity,
            opens_at=given.opens_at, closes_hours=given.closes_hours, text={"may_leave": given.may_leave},
            max_party=given.max_party, contact_name=given.contact_name or None, phone=given.phone,
            promotion=given.promotion, remind_hours=sorted({int(hours) for hours in given.remind}, reverse=True),
            cost=given.cost, cost_text=given.cost_text,
            certificate_share=share_of(given.joining, given.certificate),
            **({"hold_hours": given.hold_hours} if given.promotion is Promotion.HELD and given.hold_hours else {}),
            **({"online_url": given.link} if given.joining is Joining.EXTERNAL else {}),
        )  # fmt: skip
        return await kept(form, act)
    return False


async def _now(offer: Offer) -> Filled[JoiningForm]:
    """The form with what the offer says now."""
    leave = (await texts(offer, "joining"))["may_leave"]
    if offer.draft and not leave:
        with speaking(offer.source_lang):
            leave = _("Du kan gå når du vil.")
    opens = offer.opens_at
    return JoiningForm.blank(
        joining=offer.joining.value, capacity=await capacity_of(offer.id), max_party=offer.max_party,
        link=offer.online_url if offer.joining == Joining.EXTERNAL else None, contact_name=offer.contact_name,
        phone=offer.phone, may_leave=leave, promotion=offer.promotion.value, hold_hours=offer.hold_hours,
        opens_day=f"{oslo(opens):%-d.%-m.%Y}" if opens else "", opens_clock=clock_words(opens) if opens else "",
        certificate=str(offer.certificate_share or ""),
        closes_hours=offer.closes_hours, cost=offer.cost.value if offer.cost else "", cost_text=offer.cost_text,
        remind=[str(hours) for hours in (USUAL_REMINDERS if offer.remind_hours is None else offer.remind_hours)],
    )  # fmt: skip
