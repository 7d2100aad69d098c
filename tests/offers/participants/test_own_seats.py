"""Seats that are kept, people whom the hosts add, and closing for new ones."""

import secrets
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.base.models import OutboxMessage
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.participants import actions as participants_actions
from offers.rights.models import HostAssignment
from offers.seats import actions as seats_actions
from offers.seats.claims import Party
from offers.seats.models import Booking, BookingState, EndedBy
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import booking, overlapping
from tests.visitor import Visitor


async def host(visitor: Visitor, offer: Offer) -> str:
    """Sign in the offer's host; gives its path."""
    tom = await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Tom")
    await HostAssignment.create(person=tom, offer=offer)
    await visitor.sign_in(tom)
    return f"/manage/offers/{offer.slug}"


async def queue(offer: Offer) -> list[str]:
    found = await Booking.filter(offer=offer, state=BookingState.WAITING).order_by("queue_no").select_related(
        "participant")  # fmt: skip
    return [one.participant.name for one in found]


async def seats() -> tuple[int | None, int, int, int]:
    pool = await SeatPool.get()
    return pool.capacity, pool.taken, pool.reserved, pool.waiting


async def test_a_kept_seat_is_nobody_elses_and_who_is_added_gets_it(visitor: Visitor, offer: Offer) -> None:
    path = await host(visitor, offer)
    page = await visitor.open(f"{path}/bookings")
    page = await visitor.follow(await visitor.submit(page, "/keep", reserved="1"))
    assert "1 av 2 plasser tatt, 1 holdt av" in page.text
    assert (await booking(offer, "Nora")()).state is BookingState.WAITING
    add = await visitor.open(f"{path}/add")
    page = await visitor.follow(
        await visitor.submit(add, "/add", name="Berit", contact="email", email="berit@example.no")
    )
    assert "Satt opp." in page.text
    assert await seats() == (2, 2, 0, 1)
    berit = await Booking.get(participant__name="Berit")
    assert berit.state is BookingState.CONFIRMED
    assert await OutboxMessage.filter(mail="receipt", address="berit@example.no").count() == 1
    noted = await rows("SELECT action, person_id, details::text FROM audit_entry "
                       "WHERE action IN ('seats.kept', 'booking.added') ORDER BY id")  # fmt: skip
    assert noted == [
        {"action": "seats.kept", "person_id": None, "details": '{"reserved": 1}'},
        {"action": "booking.added", "person_id": berit.participant_id, "details": '{"kept": 1}'},
    ]
    again = await visitor.submit(add, "/add", name="Berit", contact="email", email="berit@example.no")
    assert again.status == 303
    assert await Booking.filter(participant__name="Berit").count() == 1, "sent twice adds once"
    full = await visitor.submit(await visitor.open(f"{path}/add"), "/add", name="Per")
    assert full.status == 422
    assert "Alle plassene er tatt. Velg under hva dere vil gjøre." in full.text


@pytest.mark.parametrize(("typed", "words"), [
    ("2", "Du kan holde av høyst 1 plass nå. Resten er tatt."), ("-1", "Skriv et helt tall, 0 eller mer."),
    ("mange", "Skriv et helt tall, 0 eller mer."),
])  # fmt: skip
async def test_no_more_is_kept_than_is_free(visitor: Visitor, offer: Offer, typed: str, words: str) -> None:
    path = await host(visitor, offer)
    page = await visitor.submit(await visitor.open(f"{path}/bookings"), "/keep", reserved=typed)
    assert page.status == 422
    error, link = (
        page.soup.select_one("#reserved-error"),
        page.soup.select_one("[autofocus] a[href='#reserved']"),
    )
    assert error is not None
    assert link is not None, "said on top too: the field may stand far down"
    assert error.text == link.text == words
    field = page.soup.select_one("details[open] #reserved")
    assert field is not None
    assert field["value"] == typed
    assert await seats() == (2, 1, 0, 0)


async def test_where_there_is_room_for_all_meanwhile_no_line_leads_to_a_field_that_is_gone(
    visitor: Visitor, offer: Offer
) -> None:
    path = await host(visitor, offer)
    open_since = await visitor.open(f"{path}/bookings")
    await SeatPool.all().update(capacity=None)
    page = await visitor.submit(open_since, "/keep", reserved="1")
    assert page.status == 422
    lines = page.soup.select(".ds-error-summary li")
    assert [line.get_text() for line in lines] == ["Det er plass til alle her, så det trengs ikke."]
    assert page.soup.select(".ds-error-summary a") == []


async def test_what_is_let_go_and_what_is_added_to_the_capacity_is_the_queues(db: None, offer: Offer) -> None:
    pool = await SeatPool.get()
    await participants_actions.keep_seats(pool.id, 1, now=NOW, by=None)
    for name in ("Nora", "Per"):
        assert (await booking(offer, name)()).state is BookingState.WAITING
    await participants_actions.keep_seats(pool.id, 0, now=NOW, by=None)
    assert await seats() == (2, 2, 0, 1)
    await seats_actions.set_capacity(pool.id, 3, now=NOW, by=None)
    assert await seats() == (3, 3, 0, 0)


async def test_a_seat_is_not_both_kept_and_booked(db: None, offer: Offer) -> None:
    pool = await SeatPool.get()
    _, booked, waited = await overlapping(
        lambda: participants_actions.keep_seats(pool.id, 1, now=NOW, by=None), booking(offer, "Nora")
    )
    assert (booked.state, waited) == (BookingState.WAITING, True)
    assert await seats() == (2, 1, 1, 1)


def adding(pool: SeatPool, name: str) -> Any:
    key, by = secrets.token_bytes(16), pool.id
    return lambda: participants_actions.add(pool.id, Party(name), by=by, form_key=key, lang="nb", now=NOW)


async def test_two_hosts_add_somebody_to_the_last_seat(db: None, offer: Offer) -> None:
    pool = await SeatPool.get()
    first, second, waited = await overlapping(adding(pool, "Nora"), adding(pool, "Per"))
    assert first.state is BookingState.CONFIRMED
    assert isinstance(second, Refused)
    assert waited
    assert await seats() == (2, 2, 0, 0)


async def test_nobody_adds_to_or_keeps_in_what_is_not_theirs(visitor: Visitor, offer: Offer) -> None:
    mine = await make.offer(joining=Joining.WHOLE)
    path = await host(visitor, mine)
    theirs = await SeatPool.get(offer=offer)
    page, add = await visitor.open(f"{path}/bookings"), await visitor.open(f"{path}/add")
    assert (await visitor.submit(page, "/keep", pool=theirs.id, reserved="1")).status == 404
    assert (await visitor.submit(add, "/add", pool=theirs.id, name="Per")).status == 404
    other = f"/manage/offers/{offer.slug}"
    assert [(await visitor.open(f"{other}{page}")).status for page in ("/add", "/demand")] == [404, 404]
    assert page.soup.select("form[action$='/opening']") == [], "only editors close and open"
    token = add.fields()["form_token"][0]
    shut = await visitor.post(f"{path}/opening", {"form_token": token, "pool": "x", "opening": "close"})
    assert shut.status == 403
    assert await value("SELECT sum(reserved) FROM seat_pool") == 0


async def test_an_editor_closes_for_new_ones_and_those_who_wait_still_get_seats(
    visitor: Visitor, offer: Offer, waiting: dict[str, Booking]
) -> None:
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id)))
    path = f"/manage/offers/{offer.slug}/bookings"
    page = await visitor.follow(await visitor.submit(await visitor.open(path), "/opening", opening="close"))
    assert "Stengt for nye påmeldinger" in page.text
    assert (await visitor.open(f"/offers/{offer.slug}/bookings/new")).status == 410
    await actions.cancel((await Booking.get(participant__name="Ola")).id, now=visitor.now)
    assert await queue(offer) == ["Per", "Siri"]
    await visitor.submit(page, "/opening", opening="open")
    assert (await visitor.open(f"/offers/{offer.slug}/bookings/new")).status == 200
    assert await value("SELECT count(*) FROM audit_entry WHERE action IN ('pool.closed', 'pool.opened')") == 2


async def test_what_is_cancelled_is_not_opened_again(db: None, offer: Offer) -> None:
    pool = await SeatPool.get()
    await seats_actions.cancel_all(pool.id, now=NOW, by=None, ended_by=EndedBy.SESSION)
    await rows("UPDATE session SET status = 'cancelled'")
    with pytest.raises(Refused, match="så påmeldingen kan ikke åpnes"):
        await seats_actions.set_open(pool.id, True, now=NOW, by=pool.id)
    with pytest.raises(Refused, match="så ingen kan settes opp"):
        await adding(pool, "Per")()


async def test_nobody_is_added_before_it_is_published_for_a_drafts_dates_are_made_anew(
    visitor: Visitor, offer: Offer
) -> None:
    lise = await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Lise")
    draft = await make.offer(
        owner=await Organization.get(id=offer.owner_id), joining=Joining.WHOLE, state="draft"
    )
    await visitor.sign_in(lise)
    page = await visitor.open(f"/manage/offers/{draft.slug}/add")
    refused = await visitor.submit(page, "/add", name="Berit", contact="none")
    assert (refused.status, await Booking.filter(offer=draft).count()) == (422, 0)
    assert "Tilbudet er ikke publisert ennå, så ingen kan settes opp." in refused.text


async def test_an_address_gets_only_so_many_messages_however_many_hosts_type_it(
    visitor: Visitor, offer: Offer
) -> None:
    await seats_actions.set_capacity((await SeatPool.get(offer=offer)).id, 100, now=NOW, by=None)
    path = await host(visitor, offer)
    answers, most = [], make.most_tries("book for", "berit@example.no", 40, timedelta(days=30))
    for _ in range(most + 1):
        page = await visitor.open(f"{path}/add")
        sent = await visitor.submit(page, "/add", name="Berit", contact="email", email="berit@example.no")
        answers.append(sent.status)
    assert answers == [303] * most + [429]
    assert await OutboxMessage.filter(address="berit@example.no").count() == most


async def test_where_there_is_no_limit_any_more_none_is_kept_and_the_limit_can_come_back(
    db: None, offer: Offer
) -> None:
    pool = await SeatPool.get()
    await participants_actions.keep_seats(pool.id, 1, now=NOW, by=None)
    await seats_actions.set_capacity(pool.id, None, now=NOW, by=None)
    assert await seats() == (None, 1, 0, 0)
    await seats_actions.set_capacity(pool.id, 1, now=NOW, by=None)
    assert await seats() == (1, 1, 0, 0)
