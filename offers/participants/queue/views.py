"""Pages of those who lead an offer: answer a request, add somebody, change the queue's order."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, parse_id, see_other, typed_id
from marketplace.base.web.limits import Tries, limit
from marketplace.base.web.templates import render
from offers.bookings.mending.views import asked_about
from offers.bookings.parties import booking_for
from offers.catalogue.models import Offer
from offers.catalogue.queries import title_of
from offers.participants import actions as participants_actions
from offers.participants import rules as participants_rules
from offers.participants.queries import Participant, participant
from offers.participants.queries import pools as pools_of
from offers.participants.queue import queries, rules
from offers.participants.queue.forms import AddForm, AnswerForm, QueueForm
from offers.participants.saved import Saved
from offers.participants.views import manages
from offers.rights.queries import offer_led_by, offer_owned_by, reach
from offers.seats.claims import JustSent, Party
from offers.seats.models import BookingState
from organizations.members.models import Role

DAY = timedelta(days=1)
EXTRAS = [("", lazy("Velg hvorfor")), *participants_rules.EXTRA_REASONS.items()]


async def _active(
    request: Request, offer: Offer, booking: UUID, state: BookingState, why_not: Callable[[BookingState], str]
) -> Participant:
    """The party of a booking in this state. Raises NotFound for what is not the offer's, and Refused with the reason
    when it is in another state by now."""
    party = await participant(offer.id, booking, request.now)
    if party is None or party.state != state:
        rules.no_longer(await queries.state_of(booking, offer.id), why_not)
    return party


@member(Role.EDITOR)
async def answer(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/requests/{booking}: let in, ask for a talk first, or decline kindly."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    booking = parse_id(request.path_params["booking"])
    party = await _active(request, offer, booking, BookingState.REQUESTED, rules.not_asking)
    if request.method == "POST":
        form: Any = await AnswerForm.read(request)
        if form.valid and form.data.answer == "extra" and form.data.reason is None:
            form.add_error("reason", _("Velg hvorfor."))
        if form.valid:
            try:
                said = await _answered(request, booking, form.data)
                said = said if party.reached else Saved.RING  # what was written is for whoever rings to say
                return see_other(f"/manage/offers/{offer.slug}/bookings?saved={said}", request)
            except participants_actions.OtherParty as other:
                form.add_error("form", other.message)
                party = await _active(request, offer, booking, BookingState.REQUESTED, rules.not_asking)
    else:
        form = AnswerForm.blank(
            talk=_("Så fint at du vil være med! Vi vil gjerne snakke litt med deg først. Når passer det at vi ringer?"),
            no=_("Takk for at du spurte. Akkurat nå har vi dessverre ikke plass. "
                 "Du er velkommen til å spørre igjen senere."),
        )  # fmt: skip
    await participants_actions.note_read(offer, 1, by=request.person.id, now=request.now)
    return render(
        request, "offers/participants/queue/request.html",
        status=422 if form.errors else 200, form=form, party=party,
        reasons=EXTRAS, full=await _full(offer, party), offer=offer,
        title=await title_of(offer.id, request.lang), section="/manage",
    )  # fmt: skip


async def _answered(request: Request, booking: UUID, given: AnswerForm) -> Saved:
    """Answer a request, and what the list says of it then."""
    by, now = request.person.id, request.now
    if given.answer == "talk":
        await limit("ask talk", str(booking), 5, DAY, now=now)
        await participants_actions.ask_talk(booking, given.text, now=now, by=by)
        return Saved.TALK
    state = await participants_actions.answer_request(
        booking, given.answer in ("yes", "extra"), now=now, by=by, text=given.text,
        extra=given.reason if given.answer == "extra" else None, seen=given.seen,
    )  # fmt: skip
    return Saved(state.value)


async def _full(offer: Offer, party: Participant) -> bool:
    """Is there no room for this party now?"""
    pool = next(each for each in await pools_of(offer.id) if each.id == party.pool_id)
    return not pool.fits(party.seats)


@member(Role.HOST)
async def add(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/add: give somebody a seat, a kept one first."""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    pools = [pool for pool in await pools_of(offer.id) if not pool.over(request.now) and not pool.cancelled]
    participants_rules.some_ahead(pools)
    if request.method == "POST":
        form: Any = await AddForm.read(request)
        if "form_key" in form.errors:
            form.values["form_key"] = secrets.token_hex(16)
        if form.valid and form.data.pool not in {pool.id for pool in pools}:
            raise NotFound
        may = await reach(request.person, offer)
        if form.valid and await _added(request, form, may.owns):
            return see_other(f"/manage/offers/{offer.slug}/bookings?saved={Saved.ADDED}", request)
    else:
        asked = typed_id(request.query.get("pool", [""])[-1])
        form = AddForm.blank(
            pool=asked if asked in {pool.id for pool in pools} else pools[0].id, seats=1, contact="none",
            form_key=secrets.token_hex(16),
        )  # fmt: skip
    return render(
        request, "offers/participants/queue/add.html",
        status=409 if form.values.get("asked") else 422 if form.errors else 200, form=form, pools=pools,
        reasons=EXTRAS, offer=offer,
        title=await title_of(offer.id, request.lang), section="/manage",
    )  # fmt: skip


async def _added(request: Request, form: Any, owns: bool) -> bool:
    """Add the party of a valid form; why it cannot be becomes an error of the form. Only who `owns` the offer makes
    seats."""
    given, me = form.data, request.person.id
    if given.full == "extra" and (not owns or given.reason is None):
        form.values["full"] = "extra"
        form.values["room"] = "extra" if owns else "wait"
        form.add_error(
            "reason" if owns else "full", _("Velg hvorfor.") if owns else _("Spør en redaktør eller leder.")
        )
        return False
    channel, address = given.reach or (None, None)
    tries = [Tries("add as", str(me), 200, DAY)]
    if address:
        tries.append(booking_for(address, request.now))
    try:
        await participants_actions.add(
            given.pool, Party(given.name, by_host=True, seats=given.seats, channel=channel, address=address), by=me,
            form_key=bytes.fromhex((given.again and given.more_key) or given.form_key), lang=request.lang,
            now=request.now, tries=tries, wait=given.full == "wait",
            extra=given.reason if given.full == "extra" else None,
        )  # fmt: skip
    except participants_actions.NoRoom as full:
        form.values["room"] = "extra" if owns else "wait"
        form.add_error("seats", full.message)
    except JustSent as just:
        asked_about(form, just)
    except Refused as refused:
        form.add_error("seats", refused.message)
    return not form.errors and not form.values.get("asked")


@member(Role.MANAGER)
async def queue(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/queue: move somebody in the queue, with a reason."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    if not await manages(request, offer):
        raise NotFound
    asked = request.query if request.method == "GET" else await request.fields()
    booking = typed_id(asked.get("booking", [""])[-1])
    if booking is None:
        raise NotFound
    party = await _active(
        request, offer, booking, BookingState.WAITING,
        lambda state: _("Denne påmeldingen står ikke på venteliste lenger."),
    )  # fmt: skip
    waiting = await queries.queue_of(party.pool_id)
    place = next((number for number, each in enumerate(waiting, 1) if each.id == party.id), 1)
    if request.method == "POST":
        form: Any = await QueueForm.read(request)
        if form.valid:
            await participants_actions.reorder(
                booking, form.data.place, form.data.reason, now=request.now, by=request.person.id
            )
            return see_other(f"/manage/offers/{offer.slug}/bookings?saved={Saved.QUEUE}", request)
    else:
        form = QueueForm.blank(place=place)
    await participants_actions.note_read(offer, len(waiting), by=request.person.id, now=request.now)
    return render(
        request, "offers/participants/queue/queue.html",
        status=422 if form.errors else 200, form=form, party=party, place=place,
        waiting=waiting, reasons=list(rules.REORDER_REASONS.items()), offer=offer,
        title=await title_of(offer.id, request.lang), section="/manage",
    )  # fmt: skip
