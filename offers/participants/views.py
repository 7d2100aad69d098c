"""What those who lead an offer do with its bookings: see who comes, answer requests, change the seats."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import BadRequest, NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other, typed_id
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from offers.bookings import actions
from offers.catalogue.models import Offer
from offers.catalogue.queries import title_of
from offers.participants import actions as participants_actions
from offers.participants import queries, rules
from offers.participants.calls.queries import to_call
from offers.participants.forms import CapacityForm, KeepForm
from offers.participants.queries import ManagedPool, Participant, answers_of_offer
from offers.participants.saved import Saved
from offers.rights.queries import offer_led_by, offer_owned_by, reach
from offers.seats import actions as seats_actions
from offers.seats import rules as seats_rules
from offers.seats.models import EndedBy
from organizations.members.models import Role
from organizations.members.queries import own_organizations


@member(Role.HOST)
async def listing(request: Request) -> Response:
    """GET /manage/offers/{slug}/bookings: who is booked, waits or asks; whom to ring; how many seats."""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    return await _participants(request, offer)


@dataclass(frozen=True)
class ListedPool:
    """The seats of a pool and everybody with a booking in it; what the forms about its seats have seen, and the one
    that must be mended."""

    seats: ManagedPool
    parties: list[Participant]
    closed: bool
    form: Filled[Any] | None = None

    @property
    def capacity_seen(self) -> str:
        return CapacityForm.blank(capacity=self.seats.capacity).seen

    @property
    def reserved_seen(self) -> str:
        return KeepForm.blank(reserved=self.seats.reserved).seen

    @property
    def in_order(self) -> list[tuple[Participant, int]]:
        """Those of the queue come last, with their place in it; of others it is 0."""
        queue = [party for party in self.parties if party.waiting]
        return [(party, 0) for party in self.parties if not party.waiting] + [
            (party, place) for place, party in enumerate(queue, 1)
        ]

    @property
    def asked(self) -> bool:
        return any(party.requested for party in self.parties)


async def _participants(
    request: Request, offer: Offer, form: Filled[Any] | None = None, pool_of_form: UUID | None = None
) -> Response:
    """The list; with a form about the seats of one pool that must be mended."""
    everyone = await queries.participants(offer.id, request.now)
    pools = [
        ListedPool(
            pool, [party for party in everyone if party.pool_id == pool.id], pool.closed(request.now),
            form if pool.id == pool_of_form else None,
        )
        for pool in await queries.pools(offer.id) if not pool.over(request.now)
    ]  # fmt: skip
    before = await queries.participants_before(offer.id, request.now)
    await participants_actions.note_read(
        offer, len(everyone) + len(before), by=request.person.id, now=request.now
    )
    return render(
        request, "offers/participants/listing.html",
        status=422 if form else 200, offer=offer, pools=pools, form=form,
        before=before, to_call=await to_call(offer.id), served=min(number_in(request.query.get("served")), 2000),
        answers=await answers_of_offer(offer.id), manages=await manages(request, offer),
        title=await title_of(offer.id, request.lang), may=await reach(request.person, offer), section="/manage",
    )  # fmt: skip


def number_in(sent: list[str] | None) -> int:
    """A number of an address that we have made; anything else is 0."""
    return int(sent[-1]) if sent and sent[-1].isascii() and sent[-1].isdigit() and len(sent[-1]) < 6 else 0


async def manages(request: Request, offer: Offer) -> bool:
    """Does the person lead the organisation that owns the offer?"""
    return Role.MANAGER in request.roles and offer.owner_id in await own_organizations(
        request.person.id, [Role.MANAGER]
    )


@member(Role.EDITOR)
async def capacity(request: Request) -> Response:
    """POST /manage/offers/{slug}/capacity: more or fewer seats in one pool; new seats go to the queue."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    pool = await _pool(request, offer)
    form = await CapacityForm.read(request)
    try:
        if form.valid:
            async with one_at_a_time(pool.id):
                if form.meet(CapacityForm.blank(capacity=(await _pool(request, offer)).capacity)):
                    served = await seats_actions.set_capacity(
                        pool.id, form.data.capacity, now=request.now, by=request.person.id,
                        promised=form.data.promised,
                    )  # fmt: skip
                    asked = seats_rules.asks_first(
                        offer.promotion, offer.joining, pool.starts_at, request.now
                    )
                    word = Saved.ASKED if asked else Saved.SERVED
                    said = f"{word}&served={served}" if served else Saved.SEATS
                    return see_other(f"/manage/offers/{offer.slug}/bookings?saved={said}", request)
    except seats_actions.ServesQueue as serves:
        served_ones = await queries.some_participants(offer.id, serves.bookings, request.now)
        names = [party.name for party in served_ones]
        form.values["promised"] = str(len(names))
        form.add_error("capacity", rules.serves(names, serves.asked))
    except Refused as refused:
        form.add_error("capacity", refused.message)
    return await _participants(request, offer, form, pool.id)


@member(Role.HOST)
async def keep(request: Request) -> Response:
    """POST /manage/offers/{slug}/keep: seats for those whom the hosts add themselves."""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    pool = await _pool(request, offer)
    form = await KeepForm.read(request)
    try:
        if form.valid:
            async with one_at_a_time(pool.id):
                if form.meet(KeepForm.blank(reserved=(await _pool(request, offer)).reserved)):
                    await participants_actions.keep_seats(
                        pool.id, form.data.reserved, now=request.now, by=request.person.id
                    )
                    return see_other(f"/manage/offers/{offer.slug}/bookings?saved={Saved.KEPT}", request)
    except Refused as refused:
        # Without a number of seats there is no field for those that are kept.
        form.add_error("form" if pool.capacity is None else "reserved", refused.message)
    return await _participants(request, offer, form, pool.id)


@member(Role.EDITOR)
async def opening(request: Request) -> Response:
    """POST /manage/offers/{slug}/opening: close booking of one pool for new ones, or open it again."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    pool = await _pool(request, offer)
    wanted = (await request.fields()).get("opening", [""])[-1]
    if wanted not in ("open", "close"):
        raise BadRequest(_("Velg om påmeldingen skal være åpen eller stengt."))
    await seats_actions.set_open(pool.id, wanted == "open", now=request.now, by=request.person.id)
    said = Saved.OPENED if wanted == "open" else Saved.CLOSED
    return see_other(f"/manage/offers/{offer.slug}/bookings?saved={said}", request)


async def _pool(request: Request, offer: Offer) -> ManagedPool:
    """The pool of a form as it is now, if it is one of the offer's. Raises NotFound."""
    wanted = typed_id((await request.fields()).get("pool", [""])[-1])
    found = next((pool for pool in await queries.pools(offer.id) if pool.id == wanted), None)
    if found is None:
        raise NotFound
    return found


@member(Role.EDITOR)
async def take_off(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/take-off: cancel a booking, for somebody who rang. GET only asks."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    asked = request.query if request.method == "GET" else await request.fields()
    booking = typed_id(asked.get("booking", [""])[-1])
    party = await queries.participant(offer.id, booking, request.now)
    if party is None:
        raise NotFound
    if request.method == "POST":
        await actions.cancel(party.id, now=request.now, by=request.person.id, ended_by=EndedBy.HOST)
        said = Saved.TAKEN_OFF if party.reached else Saved.OFF_RING
        return see_other(f"/manage/offers/{offer.slug}/bookings?saved={said}", request)
    await participants_actions.note_read(offer, 1, by=request.person.id, now=request.now)
    return render(
        request, "offers/participants/take_off.html", offer=offer, party=party, section="/manage",
        title=await title_of(offer.id, request.lang),
    )  # fmt: skip
