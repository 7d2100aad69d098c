"""Names on registers: those who are called the same are told apart, and double names are whole."""

from marketplace.people.models import Person
from offers.seats.models import Booking
from tests.offers.attendance.grid.test_grid import course, table
from tests.offers.attendance.registers import evening
from tests.visitor import Visitor


async def sign(name: str) -> str:
    return (await Booking.get(participant__name=name)).reference[:3]


async def test_those_who_share_a_first_name_are_told_apart_on_screen_and_paper(visitor: Visitor) -> None:
    _, session, host = await evening("Per Dahl", "per Aas", "Anne Marie Lie", "Anne Berg", "Jan-Erik Moe")
    await visitor.sign_in(host)
    called = {
        f"Per ({await sign('Per Dahl')})",
        f"per ({await sign('per Aas')})",
        "Anne Marie",
        "Anne",
        "Jan-Erik",
    }
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert {each.get_text() for each in page.soup.select(".tp-mark label bdi")} == called
    page = await visitor.open(f"/manage/sessions/{session.id}/list")
    assert {each.get_text() for each in page.soup.select("tbody th")} == called


async def test_an_alias_is_told_apart_from_nobody_and_tells_nothing_of_the_name(visitor: Visitor) -> None:
    _, session, host = await evening("Per Dahl", "Per Aas")
    hidden = await Booking.get(participant__name="Per Aas")
    await Person.filter(name="Per Aas").update(shielded=True)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert {each.get_text() for each in page.soup.select(".tp-mark label bdi")} == {
        "Per",
        hidden.reference[:3],
    }


async def test_a_table_of_a_course_tells_them_apart_too(visitor: Visitor) -> None:
    offer = await course(visitor, "Per Dahl", "Per Aas", "Anne Marie Lie", weeks=1)
    page = await visitor.open(f"/manage/offers/{offer.slug}/attendance")
    assert {line[0] for line in table(page)[1:]} >= {
        f"Per ({await sign('Per Dahl')})", f"Per ({await sign('Per Aas')})", "Anne Marie",
    }  # fmt: skip
