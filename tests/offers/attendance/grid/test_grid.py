"""Who came when: names and dates, for those who see the registers, as far as they are closed."""

from datetime import timedelta

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.rights.models import HostAssignment
from offers.seats.models import Booking
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

WEEK = timedelta(weeks=1)


async def course(visitor: Visitor, *names: str, weeks: int = 2, joining: Joining = Joining.WHOLE) -> Offer:
    """A course that met in these weeks, its host signed in. Whoever joins each time has booked each."""
    here = await make.organization()
    offer = await make.offer(
        "Kor", owner=here, joining=joining, starts=[NOW - number * WEEK for number in range(1, weeks + 1)],
        capacity=None,
    )  # fmt: skip
    host = await make.member(here, Role.HOST, "Tom")
    await HostAssignment.create(person=host, offer=offer)
    people = [await make.person(name) for name in names]
    for pool in await SeatPool.filter(offer=offer):
        for person in people:
            await make.booking(pool, person, created_at=NOW - (weeks + 1) * WEEK)
    await visitor.sign_in(host)
    return offer


async def mark(session: Session, name: str, state: str, closed: bool = True) -> None:
    await rows(
        """INSERT INTO register (id, session_id, saved_at, closed_at, closed_by) VALUES (gen_random_uuid(), $1, $2, $3,
            $4) ON CONFLICT DO NOTHING""",
        session.id, NOW, NOW if closed else None, "host" if closed else None,
    )  # fmt: skip
    booking = (
        await Booking.get(participant__name=name, offer_id=session.offer_id)
        if (await Booking.filter(participant__name=name).count() == 1)
        else await Booking.get(participant__name=name, pool__session_id=session.id)
    )
    await rows(
        """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, recorded_at, pseudonym)
        VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)""",
        session.id, booking.id, state, int(state == "present"), NOW,
        b"p" * 32 if state == "present" else None,
    )  # fmt: skip


def table(page: Page) -> list[list[str]]:
    return [
        [cell.get_text().strip().replace("\xa0", " ") for cell in line.select("th, td")]
        for line in page.soup.select("table tr")
    ]


async def test_names_stand_once_with_what_each_date_says(visitor: Visitor) -> None:
    offer = await course(visitor, "Åse Moe", "Amina Ali")
    newest, oldest = await Session.filter(offer=offer).order_by("-starts_at")
    await mark(oldest, "Amina Ali", "present")
    await mark(oldest, "Åse Moe", "excused")
    await mark(newest, "Amina Ali", "present", closed=False)
    page = await visitor.open(f"/manage/offers/{offer.slug}/attendance")
    assert table(page) == [
        ["Navn", "Kom", "tir 29. sep", "tir 6. okt"],
        ["Amina", "1", "kom", "ikke ført"],
        ["Åse", "0", "ga beskjed", "ikke ført"],
    ]
    assert "Moe" not in page.text
    assert "Ali" not in page.soup.main.get_text()  # type: ignore[union-attr]


async def test_whoever_came_in_later_was_not_expected_before(visitor: Visitor) -> None:
    """Written down at the door of the second time, they are not "not recorded" at the first, whose register is done."""
    offer = await course(visitor, "Amina")
    newest, oldest = await Session.filter(offer=offer).order_by("-starts_at")
    await mark(oldest, "Amina", "present")
    await make.booking(
        await SeatPool.get(offer=offer), await make.person("Bjørn"), created_at=newest.starts_at
    )
    await mark(newest, "Bjørn", "present")
    page = await visitor.open(f"/manage/offers/{offer.slug}/attendance")
    assert table(page)[1:] == [["Amina", "1", "kom", "ikke ført"], ["Bjørn", "1", "", "kom"]]


async def test_whoever_books_each_time_is_one_row_and_whoever_has_an_alias_one_a_booking(
    visitor: Visitor,
) -> None:
    """Rows of one person under an alias would tell that they are the same."""
    offer = await course(visitor, "Amina", "Eva", joining=Joining.PER_SESSION)
    await Person.filter(name="Eva").update(shielded=True)
    for session in await Session.filter(offer=offer):
        await mark(session, "Amina", "present")
        await mark(session, "Eva", "present")
    page = await visitor.open(f"/manage/offers/{offer.slug}/attendance")
    lines = table(page)[1:]
    assert [line for line in lines if line[0] == "Amina"] == [["Amina", "2", "kom", "kom"]]
    signs = {one.reference[:3] for one in await Booking.filter(participant__name="Eva")}
    assert {line[0] for line in lines if line[0] != "Amina"} == signs
    assert "Eva" not in page.text


async def test_reading_it_is_written_down_and_who_does_not_lead_it_finds_nothing(visitor: Visitor) -> None:
    offer = await course(visitor, "Amina")
    path = f"/manage/offers/{offer.slug}/attendance"
    await visitor.open(path)
    noted = await rows("SELECT object_id, details FROM audit_entry WHERE action = 'attendance.read'")
    assert [each["object_id"] for each in noted] == [offer.id]
    other = await make.member(await offer.owner, Role.HOST, "Liv")
    await visitor.sign_in(other)
    assert (await visitor.open(path)).status == 404
    assert len(await rows("SELECT 1 FROM audit_entry WHERE action = 'attendance.read'")) == 1


async def test_more_dates_than_stand_on_paper_are_a_page_further(visitor: Visitor) -> None:
    offer = await course(visitor, "Amina", weeks=15)
    page = await visitor.open(f"/manage/offers/{offer.slug}/attendance")
    assert len(table(page)[0]) == 10 + 2
    older = page.soup.select_one("nav[aria-label=Sider] a")
    assert older is not None
    assert len(table(await visitor.open(str(older["href"])))[0]) == 5 + 2


async def test_where_nobody_signs_up_and_before_the_first_time_it_says_so(visitor: Visitor) -> None:
    offer = await course(visitor, joining=Joining.DROP_IN)
    assert "Ingen har meldt seg på" in (await visitor.open(f"/manage/offers/{offer.slug}/attendance")).text
    await Session.filter(offer=offer).update(starts_at=NOW + WEEK, ends_at=NOW + 2 * WEEK)
    assert (
        "ikke vært noen ganger ennå" in (await visitor.open(f"/manage/offers/{offer.slug}/attendance")).text
    )
