"""Whether somebody was at a sensitive offer, or away, is told to nobody but them, whichever way it would be told."""

from datetime import timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS
from marketplace.people.models import ActsFor, Person, Relation
from marketplace.privacy.download.queries import everything
from offers.attendance.models import Attendance, AttendanceState, Cause
from offers.bookings.certificates.queries import with_certificate
from offers.catalogue.models import Joining, SeatPool, Session
from offers.messages.follow_up.actions import follow_up
from offers.messages.models import Recipients
from offers.messages.queries import recipients
from offers.seats.links import link_path
from offers.seats.models import Booking
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import kept
from tests.visitor import Page, Visitor

DAY, MAIL = timedelta(days=1), "aud@example.no"


class Family:
    """Aud has booked for Ada, with an address of her own: Ada was at the first time, and away from the second."""

    mother: Person
    child: Person
    booking: Booking
    sessions: list[Session]

    @property
    def link(self) -> str:
        return link_path(self.booking.id, 1)


async def family(*, sensitive: bool) -> Family:
    one = Family()
    offer = await make.offer(
        "Gruppe", joining=Joining.WHOLE, sensitive=sensitive, capacity=None, certificate_share=50,
        starts=[NOW - 3 * DAY, NOW - DAY],
    )  # fmt: skip
    one.mother, one.child = await make.person("Aud"), await make.person("Ada")
    await ActsFor.create(
        actor=one.mother, person=one.child, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    one.booking = await make.booking(
        await SeatPool.get(offer=offer), one.child, booked_by=one.mother,
        contact=await make.contact(one.mother, MAIL), created_at=NOW - 9 * DAY,
    )  # fmt: skip
    await rows("UPDATE seat_pool SET ends_at = $1", NOW - DAY + timedelta(hours=2))
    one.sessions = await Session.filter(offer=offer).order_by("starts_at").select_related("offer")
    await kept(one.sessions[0], one.booking, now=NOW - 2 * DAY)
    await kept(one.sessions[1], now=NOW - DAY + timedelta(hours=3))
    assert await Attendance.filter(state=AttendanceState.ABSENT, cause=Cause.CLOSING).count() == 1
    return one


async def opened(visitor: Visitor, one: Family) -> dict[str, Page]:
    """All that tells, as the link shows it."""
    missed = f"missed/{one.sessions[1].id}"
    ways = ("", "/useful", "/missed", f"/{missed}/coming", f"/{missed}/call", "/certificate.pdf")
    return {way: await visitor.open(one.link + way) for way in ways}


async def test_a_helper_hears_nothing_by_the_link_nor_by_mail(visitor: Visitor) -> None:
    one = await family(sensitive=True)
    for reader in (None, one.mother):
        if reader:
            await visitor.sign_in(reader)
        found = await opened(visitor, one)
        assert "ursbevis" not in found[""].text
        assert "når du har vært med" in found["/useful"].text
        assert found["/missed"].response.headers["location"] == one.link
        assert [page.status for page in found.values()][3:] == [410, 410, 404]
    await rows("UPDATE booking SET told_useful_at = $1", NOW)  # Ada has answered, on her own page
    assert "Takk for svaret" not in (await visitor.open(f"{one.link}/useful")).text
    await rows("UPDATE booking SET told_useful_at = NULL")
    await follow_up(NOW)
    assert await OutboxMessage.all().count() == 0
    assert await MAILS["thanks"](Channel.EMAIL, "nb", booking=str(one.booking.id)) is None
    assert "ursbevis" not in (await visitor.open("/my-page")).text
    told = await everything(one.mother.id, "nb")
    assert len(told["bookings"]) == 1
    assert [told["attendance"], told["calls"]] == [[], []]


@pytest.mark.parametrize("sensitive", [True, False])
async def test_a_host_who_writes_to_those_who_were_there_tells_no_helper(
    visitor: Visitor, sensitive: bool
) -> None:
    one = await family(sensitive=sensitive)
    session = one.sessions[0]
    here = await recipients(session.offer_id, session, Recipients.PRESENT, NOW)
    assert [party.address for party in here] == ([] if sensitive else [MAIL])
    everybody = await recipients(session.offer_id, session, Recipients.ALL, NOW)
    assert [party.address for party in everybody] == [MAIL], "that it is moved, say, is told as before"


async def test_whoever_came_hears_it_all_on_the_same_pages(visitor: Visitor) -> None:
    one = await family(sensitive=True)
    await visitor.sign_in(one.child)
    found = await opened(visitor, one)
    assert "Last ned kursbevis" in found[""].text
    assert "Svaret blir bare lagt til" in found["/useful"].text
    assert f"/missed/{one.sessions[1].id}/call" in found["/missed"].response.headers["location"]
    assert [page.status for page in found.values()][4:] == [200, 200]
    assert "ursbevis" in (await visitor.open("/my-page")).text
    assert len((await everything(one.child.id, "nb"))["attendance"]) == 2


async def test_of_what_is_not_sensitive_a_helper_hears_as_before(visitor: Visitor) -> None:
    one = await family(sensitive=False)
    found = await opened(visitor, one)
    assert "Last ned kursbevis" in found[""].text
    assert "Svaret blir bare lagt til" in found["/useful"].text
    assert [page.status for page in found.values()][4:] == [200, 200]
    await follow_up(NOW)
    assert {mail.mail for mail in await OutboxMessage.all()} == {"missed", "thanks"}
    assert len((await everything(one.mother.id, "nb"))["attendance"]) == 2


@pytest.mark.parametrize("contact", [True, False])
async def test_a_guest_of_a_sensitive_offer_hears_of_themselves(visitor: Visitor, contact: bool) -> None:
    one = await family(sensitive=True)
    await rows("UPDATE booking SET booked_by_id = participant_id, contact_id = NULL")
    if contact:
        theirs = await make.contact(one.child, "ada@example.no", verified=False)
        await Booking.all().update(contact_id=theirs.id)
    found = await opened(visitor, one)
    assert "Last ned kursbevis" in found[""].text
    assert [page.status for page in found.values()][4:] == [200, 200]
    assert await with_certificate([one.booking.id], NOW) == {one.booking.id}
