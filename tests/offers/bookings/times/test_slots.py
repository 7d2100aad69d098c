"""Times of a conversation: one each, picked among the free ones day by day."""

import secrets
from datetime import timedelta

from offers.bookings import actions, mails
from offers.bookings.times.claims import HasTime
from offers.bookings.times.queries import other_time
from offers.catalogue.models import SeatPool
from offers.catalogue.queries import VISITOR
from offers.seats.claims import Party
from offers.seats.links import link_path
from offers.seats.models import Booking
from tests import make
from tests.conftest import NOW
from tests.offers.bookings.times.test_times import booked, slots, taken
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor


async def test_free_times_stand_under_their_day(visitor: Visitor) -> None:
    offer, times = await slots(4)
    await booked(times[1])
    page = await visitor.open(f"/offers/{offer.slug}")
    shown = [
        " ".join(link.get_text().replace("\u2060", "").split())
        for link in page.soup.select("#dates ~ * li a")
    ]
    assert shown == [
        "kl. 12–12.30 20. oktober", "kl. 13–13.30 20. oktober", "kl. 13.30–14 20. oktober",
        "kl. 12.30–13 20. oktober, venteliste",
    ]  # fmt: skip


async def test_whoever_has_a_time_is_led_to_changing_it(visitor: Visitor) -> None:
    offer, times = await slots()
    ola = await make.person("Ola", "ola@example.no")
    mine = await make.booking(await SeatPool.get(session_id=times[0]), ola)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={times[1]}")
    await visitor.sign_in(ola)
    asked = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={times[1]}")
    assert (asked.status, asked.heading) == (200, "Du har en tid her allerede")
    assert asked.soup.find("a", href=f"{link_path(mine.id, 1)}/time")
    assert page.status == 200  # whoever is not known is asked nothing


async def test_two_times_at_the_same_moment_are_one(db: None) -> None:
    offer, times = await slots()
    ola = await make.person("Ola", "ola@example.no")
    first, second, waited = await overlapping(*[
        lambda session=session: actions.book(
            offer.slug, session, Party("Ola", person=ola.id), viewer=VISITOR, form_key=secrets.token_bytes(16),
            lang="nb", now=NOW,
        ) for session in times[:2]
    ])  # fmt: skip
    assert isinstance(second, HasTime)
    assert second.path == first.path
    assert waited
    assert await taken() == [(1, 0), (0, 0), (0, 0)]


async def test_a_guest_reads_in_the_mail_alone_that_the_address_has_another_time(visitor: Visitor) -> None:
    offer, times = await slots()
    first = await booked(times[0])
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={times[1]}")
    sent = await visitor.submit(page, "/bookings", name="Ola", contact="email", email="ola@example.no")
    shown = await visitor.follow(sent)
    assert first.reference[:3] not in shown.text
    new = await Booking.exclude(id=first.id).get()
    content = await mails.receipt("email", "nb", booking=str(new.id))  # type: ignore[arg-type]
    assert content is not None
    assert f"{first.reference[:3]}-{first.reference[3:]}" in content.text


async def test_a_time_that_is_over_is_no_hindrance(db: None) -> None:
    offer, times = await slots(1)
    ola = await make.person("Ola", "ola@example.no")
    await make.booking(await SeatPool.get(session_id=times[0]), ola)
    found = await other_time(offer.id, ola.id, ola.id, None, b"", NOW + timedelta(days=8))
    assert found is None
