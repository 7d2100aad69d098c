"""/manage begins with what is on today, then who waits for an answer, then what was not recorded."""

from datetime import timedelta
from typing import Any

from marketplace.base.data.database import rows
from offers.attendance.models import Register
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool, Session
from offers.rights.models import HostAssignment
from offers.seats.models import BookingState
from offers.telling.models import CallAbout, PhoneCall
from offers.work import queries
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.house.test_queries import asked
from tests.visitor import Page, Visitor

__all__ = ["asked"]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def headings(page: Page) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in page.soup.main.find_all("h2")]  # type: ignore[union-attr]


async def test_today_comes_first_then_the_requests_then_what_was_not_recorded(visitor: Visitor) -> None:
    here = await make.organization()
    walk = await make.offer("Gå på tur", owner=here, starts=[NOW - 2 * DAY, NOW + HOUR], capacity=24)
    group = await make.offer("Turgruppa", owner=here, joining=Joining.REQUEST, starts=[NOW + 30 * DAY])
    pool = await SeatPool.get(offer=group)
    await make.booking(pool, await make.person("Amalie"), BookingState.REQUESTED, created_at=NOW - DAY)
    await make.booking(pool, await make.person("Odd"), BookingState.REQUESTED, created_at=NOW - 5 * DAY)
    await visitor.sign_in(await make.member(here, Role.EDITOR))
    page = await visitor.open("/manage")
    assert headings(page)[:3] == ["I dag, tirsdag 13. oktober", "2 venter på svar", "1 er ikke ført"]
    assert "0 av 24 plasser tatt" in page.text
    assert page.text.index("Odd spør om plass på Turgruppa Har ventet i 5 dager") < page.text.index(
        "Amalie spør om plass på Turgruppa Spurte i går"
    )
    today = await Session.get(offer=walk, starts_at=NOW + HOUR)
    assert page.soup.select_one(f'a[href="/manage/sessions/{today.id}/register"]'), "one tap away"


async def test_reading_who_waits_is_written_down(visitor: Visitor) -> None:
    here = await make.organization()
    kari = await make.member(here, Role.EDITOR)
    group = await make.offer(owner=here, joining=Joining.REQUEST)
    for _ in range(2):
        await make.booking(await SeatPool.get(offer=group), state=BookingState.REQUESTED)
    await visitor.sign_in(kari)
    await visitor.open("/manage")
    noted = await rows("SELECT actor_id, object_id, organization_id, details->>'count' AS count FROM audit_entry "
                       "WHERE action = 'participants.read'")  # fmt: skip
    assert noted == [{"actor_id": kari.id, "object_id": group.id, "organization_id": here.id, "count": "2"}]


async def test_who_is_shielded_stands_as_three_signs(visitor: Visitor) -> None:
    here = await make.organization()
    group = await make.offer(owner=here, joining=Joining.REQUEST)
    hidden = await make.person("Ola Hemmelig", shielded=True)
    booking = await make.booking(await SeatPool.get(offer=group), hidden, BookingState.REQUESTED)
    await visitor.sign_in(await make.member(here, Role.EDITOR))
    page = await visitor.open("/manage")
    assert f"{booking.reference[:3]} spør om plass" in page.text
    assert "Hemmelig" not in page.text
    assert booking.reference not in page.text


async def calls(offer: Offer, number: int, **other: Any) -> None:
    for _ in range(number):
        made = await make.booking(await SeatPool.get(offer=offer), state=BookingState.CANCELLED)
        given = {"about": CallAbout.CANCELLED, "since": NOW - DAY, "key": str(made.id)} | other
        await PhoneCall.create(booking=made, **given)


async def test_who_is_to_be_rung_stands_beside_who_waits_for_those_who_see_the_participants(
    visitor: Visitor,
) -> None:
    here, there = await make.organization(), await make.organization()
    tour = await make.offer("Gå på tur", owner=here, joining=Joining.WHOLE, capacity=10)
    await OfferOrganizer.create(offer=tour, organization=there, may_edit=True)
    await calls(tour, 2)
    await calls(tour, 1, called_at=NOW)
    await calls(tour, 1, about=CallAbout.PROMOTED)  # not true any more
    await calls(tour, 1, since=NOW - 60 * DAY)
    host = await make.member(here, Role.HOST)
    await HostAssignment.create(offer=tour, person=host)
    for who in (await make.member(here, Role.EDITOR), host):
        await visitor.sign_in(who)
        page = await visitor.open("/manage")
        assert "2 å ringe" in headings(page)
        assert "Gå på tur 2 venter på en telefon" in page.text
        link = page.soup.select_one(f'main a[href="/manage/offers/{tour.slug}/call-list"]')
        assert link, "one tap away"
        assert (await visitor.open(str(link["href"]))).status == 200
    for who in (await make.member(there, Role.EDITOR), await make.member(here, Role.HOST)):
        await visitor.sign_in(who)
        page = await visitor.open("/manage")
        assert "å ringe" not in page.text
        assert (await visitor.open(f"/manage/offers/{tour.slug}/call-list")).status == 404


async def test_a_host_sees_the_meetings_that_are_theirs_and_no_requests(visitor: Visitor) -> None:
    here = await make.organization()
    mine = await make.offer("Kor", owner=here, starts=[NOW + HOUR])
    await make.offer("Bingo", owner=here, starts=[NOW + HOUR])
    group = await make.offer("Samtaler", owner=here, joining=Joining.REQUEST)
    await make.booking(await SeatPool.get(offer=group), await make.person("Odd"), BookingState.REQUESTED)
    host = await make.member(here, Role.HOST, "Aud")
    for offer in (mine, group):
        await HostAssignment.create(person=host, offer=offer)
    await visitor.sign_in(host)
    page = await visitor.open("/manage")
    assert headings(page)[0] == "I dag, tirsdag 13. oktober"
    assert "Aud er vert." in page.text
    assert "Bingo" not in page.text
    assert "Odd" not in page.text


async def test_an_editor_elsewhere_sees_none_of_it(visitor: Visitor) -> None:
    group = await make.offer("Samtaler", joining=Joining.REQUEST, starts=[NOW + HOUR])
    await make.booking(await SeatPool.get(offer=group), await make.person("Odd"), BookingState.REQUESTED)
    await visitor.sign_in(await make.member(await make.organization("Andre"), Role.MANAGER))
    page = await visitor.open("/manage")
    for words in ("Samtaler", "Odd", "venter på svar", "I dag,"):
        assert words not in page.text


async def test_today_is_all_of_today_until_it_is_recorded(db: None) -> None:
    here = await make.organization()
    kari = await make.member(here, Role.EDITOR)
    await make.offer("I morgen", owner=here, starts=[NOW + DAY])
    over = await make.offer("Over og ført", owner=here, starts=[NOW - 4 * HOUR])
    await Register.create(
        session=await Session.get(offer=over), saved_at=NOW, closed_at=NOW, closed_by="host"
    )
    open_still = await make.offer("Over, begynt", owner=here, starts=[NOW - 3 * HOUR])
    await Register.create(session=await Session.get(offer=open_still), saved_at=NOW)
    await make.offer("I går", owner=here, starts=[NOW - DAY])
    off = await make.offer("Avlyst", owner=here, starts=[NOW + HOUR])
    await Session.filter(offer=off).update(status="cancelled")
    await make.offer("Sent", owner=here, starts=[NOW + 11 * HOUR])
    found = await queries.today(kari, "nb", NOW)
    assert [(each.title, each.recorded) for each in found] == [("Over, begynt", False), ("Sent", False)]


async def test_how_many_there_are_is_true_when_not_all_are_shown(visitor: Visitor) -> None:
    here = await make.organization()
    group = await make.offer(owner=here, joining=Joining.REQUEST, starts=[NOW + 30 * DAY])
    pool = await SeatPool.get(offer=group)
    for number in range(queries.SHOWN + 3):
        await make.booking(pool, await make.person(f"Nr {number}"), BookingState.REQUESTED)
    await make.offer("Tur", owner=here, starts=[NOW - number * DAY for number in range(1, 9)])
    await visitor.sign_in(await make.member(here, Role.EDITOR))
    page = await visitor.open("/manage")
    assert "23 venter på svar" in headings(page)
    assert "8 er ikke ført" in headings(page)
    assert not await Register.exists()


async def test_it_asks_the_database_as_often_with_thirty_as_with_one(
    visitor: Visitor, asked: list[str]
) -> None:
    here = await make.organization()
    await visitor.sign_in(await make.member(here, Role.EDITOR))

    async def more(count: int) -> None:
        for _ in range(count):
            await make.offer(owner=here, starts=[NOW - DAY, NOW + HOUR])
            group = await make.offer(owner=here, joining=Joining.REQUEST)
            await make.booking(await SeatPool.get(offer=group), state=BookingState.REQUESTED)
            await calls(group, 1)

    await more(1)
    await visitor.open("/manage")  # the templates are read
    asked.clear()
    await visitor.open("/manage")
    once = len(asked)
    await more(14)
    asked.clear()
    await visitor.open("/manage")
    assert len(asked) == once
