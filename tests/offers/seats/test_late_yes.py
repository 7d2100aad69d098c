"""A held seat is answered after its deadline: from a page that stood open, or an old mail."""

from datetime import timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.base.errors import Refused
from marketplace.base.models import OutboxMessage
from offers.bookings import actions
from offers.catalogue.models import Joining, Promotion, SeatPool
from offers.seats import actions as seats_actions
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState, EndedBy
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor

LATE = NOW + timedelta(hours=25)


async def held(capacity: int = 1, **other: object) -> tuple[SeatPool, Booking]:
    """A pool, and Ola's seat in it that is held for a day."""
    offer = await make.offer(
        joining=Joining.WHOLE, capacity=capacity, promotion=Promotion.HELD, hold_hours=24, **other
    )
    pool = await SeatPool.get(offer=offer)
    ola = await make.person("Ola")
    return pool, await make.booking(
        pool, ola, BookingState.OFFERED, contact=await make.contact(ola, "ola@example.no")
    )


async def waiting(pool: SeatPool, name: str, seats: int = 1) -> Booking:
    return await make.booking(pool, await make.person(name), BookingState.WAITING, seats=seats)


async def states(pool: SeatPool) -> list[str]:
    found = await rows("SELECT state FROM booking WHERE pool_id = $1 ORDER BY id", pool.id)
    return [row["state"] for row in found]


async def mails() -> list[str]:
    return [message.mail for message in await OutboxMessage.all().order_by("id")]


async def test_a_seat_that_nobody_took_is_still_theirs(db: None) -> None:
    pool, ola = await held()
    assert await seats_actions.expire_offers(now=LATE) == 1
    assert await actions.answer_offer(ola.id, True, now=LATE) is BookingState.CONFIRMED
    assert await mails() == ["promoted"]
    await pool.refresh_from_db()
    assert (pool.taken, pool.waiting) == (1, 0)


@pytest.mark.parametrize("expired_by_the_job", [True, False])
async def test_when_the_seat_went_on_they_get_their_old_place_in_the_queue(
    db: None, expired_by_the_job: bool
) -> None:
    """It is the same whether the worker came to it or not."""
    pool, ola = await held()
    for name in ("Kari", "Nora"):
        await waiting(pool, name)
    if expired_by_the_job:
        await seats_actions.expire_offers(now=LATE)
    assert await actions.answer_offer(ola.id, True, now=LATE) is BookingState.WAITING
    assert await states(pool) == ["waiting", "offered", "waiting"]
    first = await Booking.filter(state=BookingState.WAITING).order_by("queue_no").first()
    assert first is not None
    assert first.id == ola.id, "before Nora, who came after"
    assert await mails() == ["waiting"]
    kari = await Booking.get(state=BookingState.OFFERED)
    await actions.answer_offer(kari.id, False, now=LATE)
    assert await states(pool) == ["offered", "declined", "waiting"], "nei takk passes on at once"
    await pool.refresh_from_db()
    assert (pool.taken, pool.waiting) == (1, 1)


async def test_no_after_the_deadline_is_no(db: None) -> None:
    pool, ola = await held()
    await waiting(pool, "Kari")
    assert await actions.answer_offer(ola.id, False, now=LATE) is BookingState.EXPIRED
    assert await states(pool) == ["expired", "offered"]


async def test_who_has_booked_anew_meanwhile_is_told_so(db: None) -> None:
    pool, ola = await held(capacity=3)
    await seats_actions.expire_offers(now=LATE)
    await pool.refresh_from_db()
    await make.booking(pool, await ola.participant)
    with pytest.raises(Refused, match="Du har en ny påmelding her allerede"):
        await actions.answer_offer(ola.id, True, now=LATE)
    assert await states(pool) == ["expired", "confirmed"]


async def test_nothing_is_given_in_what_is_cancelled_or_has_begun(db: None) -> None:
    pool, ola = await held()
    await seats_actions.expire_offers(now=LATE)
    with pytest.raises(Refused, match="Denne plassen holdes ikke lenger"):
        await actions.answer_offer(ola.id, True, now=NOW + timedelta(days=8))
    await seats_actions.cancel_all(pool.id, now=LATE, by=None, ended_by=EndedBy.SESSION)
    await rows("UPDATE session SET status = 'cancelled'")
    with pytest.raises(Refused, match="Dette er avlyst"):
        await actions.answer_offer(ola.id, True, now=LATE)


async def test_ola_reads_what_he_can_do_when_the_deadline_is_over(visitor: Visitor) -> None:
    _pool, ola = await held()
    path = link_path(ola.id, 1)
    page = await visitor.open(path)
    assert page.heading == "En plass ble ledig"
    assert "Vi holder plassen til onsdag 14. oktober kl. 12." in page.text
    visitor.wait(timedelta(hours=25))
    await seats_actions.expire_offers(now=visitor.now)
    page = await visitor.open(path)
    assert page.heading == "Vi holder ikke plassen lenger"
    page = await visitor.follow(await visitor.submit(page, "/answer", answer="yes"))
    assert page.heading == "Du er påmeldt"


@pytest.mark.parametrize(("yes", "state"), [(True, BookingState.CONFIRMED), (False, BookingState.DECLINED)])
async def test_a_button_pressed_twice_answers_once(db: None, yes: bool, state: BookingState) -> None:
    _pool, ola = await held()
    answers = await overlapping(
        lambda: actions.answer_offer(ola.id, yes, now=NOW), lambda: actions.answer_offer(ola.id, yes, now=NOW)
    )
    assert answers == (state, state, True)
    assert await mails() == (["promoted"] if yes else [])


async def test_who_said_no_thanks_is_not_told_that_they_got_no_place(visitor: Visitor) -> None:
    _pool, ola = await held()
    page = await visitor.open(link_path(ola.id, 1))
    page = await visitor.follow(await visitor.submit(page, "/answer", answer="no"))
    assert page.heading == "Du takket nei til plassen"
    assert "kunne ikke gi plass" not in page.text


async def test_a_no_on_a_page_that_stood_open_says_that_the_seat_is_taken_already(visitor: Visitor) -> None:
    pool, ola = await held()
    page = await visitor.open(link_path(ola.id, 1))
    assert (await visitor.submit(page, "/answer", answer="yes")).status == 303
    late = await visitor.submit(page, "/answer", answer="no")
    assert "Det er sagt ja til denne plassen. Skal noen andre få den, må den meldes av." in late.text
    assert "holdes ikke lenger" not in late.text
    assert await states(pool) == ["confirmed"]


async def test_who_says_yes_too_late_reads_why_it_is_a_queue(visitor: Visitor) -> None:
    pool, ola = await held()
    await waiting(pool, "Kari")
    page = await visitor.open(link_path(ola.id, 1))
    visitor.wait(timedelta(hours=25))
    done = await visitor.follow(await visitor.submit(page, "/answer", answer="yes"))
    assert done.heading == "Du står på venteliste"
    assert "Fristen for å svare var ute, så plassen gikk videre." in done.text
