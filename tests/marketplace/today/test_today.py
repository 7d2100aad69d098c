"""I dag: a coordinator sees what waits, who needs a word, and what comes next; and nothing of anybody."""

import asyncio
from datetime import date, timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.base.first_names import first_name
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from marketplace.people.models import Person
from marketplace.today import actions, rules
from marketplace.today.models import RegisterReminder
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.models import BookingState
from organizations.directory.models import (
    Municipality,
    Organization,
    OrganizationKind,
    OrganizationOwner,
    OrganizationState,
)
from organizations.members.models import Role
from organizations.notices.models import MemberNotice, Notice
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

DAY = timedelta(days=1)


@pytest.fixture
async def here(db: None) -> Municipality:
    return await make.municipality()


@pytest.fixture
async def nora(visitor: Visitor, here: Municipality) -> Person:
    """Coordinates Sandnes, and is signed in."""
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL, municipality=here)
    person = await make.member(unit, Role.COORDINATOR, "Nora Berg")
    await visitor.sign_in(person)
    return person


async def centre() -> Organization:
    """An organisation with somebody who is told."""
    made = await make.organization("Frivilligsentralen")
    await make.member(made, Role.EDITOR, "Kari", email="kari@example.no")
    return made


async def held(owner: Organization, *, days: int = 3, **other: object) -> Offer:
    return await make.offer(owner=owner, starts=[NOW - days * DAY], **other)


async def sent() -> list[dict[str, object]]:
    return await rows("SELECT address, mail FROM outbox_message ORDER BY address")


async def test_nothing_waits_and_nothing_hurries(visitor: Visitor, nora: Person) -> None:
    page = await visitor.open("/today")
    assert page.heading == f"Hei, {first_name(nora.name)}. Ingenting venter på deg"
    assert "Tirsdag 13. oktober. Ingenting haster." in page.text
    assert "Alle svarer i tide, og alt oppmøte er ført." in page.text


async def test_who_applies_waits_for_an_answer(visitor: Visitor, nora: Person) -> None:
    for name, days in (("Lura strikkelag", 4), ("Kveldsturen", 1)):
        await make.organization(name, state=OrganizationState.APPLIED, created_at=NOW - days * DAY)
    page = await visitor.open("/today")
    assert "Dette venter på deg" in page.heading
    assert "Lura strikkelag, Kveldsturen" in page.text
    assert "Noen har ventet på svar i mer enn tre dager." in page.text


async def test_who_answers_late_is_named_without_number_or_offer(visitor: Visitor, nora: Person) -> None:
    offer = await make.offer("Turvenn", owner=await centre(), joining=Joining.REQUEST)
    for name in ("Per", "Pia"):
        await make.booking(
            await SeatPool.get(offer=offer),
            await make.person(name),
            BookingState.REQUESTED,
            created_at=NOW - 9 * DAY,
        )
    page = await visitor.open("/today")
    assert "organisasjon svarer sent" in page.text
    assert "Frivilligsentralen." in page.text
    for word in ("Turvenn", "Per", "Pia"):
        assert word not in page.soup.select_one("main").get_text()  # type: ignore[union-attr]
    assert [one.get_text() for one in page.soup.select("#theirs ~ ul .tp-todo__n")] == ["1"]


@pytest.mark.parametrize(
    "other",
    [
        {"days": 31},
        {"days": -1},
        {"state": "draft"},
        {"joining": Joining.EXTERNAL},
        {"joining": Joining.NONE},
    ],
)
async def test_what_needs_no_register_is_not_missing(
    visitor: Visitor, nora: Person, other: dict[str, object]
) -> None:
    await held(await centre(), **other)  # type: ignore[arg-type]
    assert "alt oppmøte er ført" in (await visitor.open("/today")).text


async def test_one_tap_reminds_once_and_then_it_is_quiet(visitor: Visitor, nora: Person) -> None:
    await held(await centre())
    await held(await make.organization("Uten folk"))
    page = await visitor.open("/today")
    assert "samlinger er ikke ført" in page.text
    for saved in ("reminded", "quiet"):
        answer = await visitor.submit(page, "/reminders")
        assert answer.response.headers["location"] == f"/today?saved={saved}"
    assert await sent() == [{"address": "kari@example.no", "mail": "registers"}]
    page = await visitor.open("/today")
    assert "Dere minnet dem på det 13. oktober." in page.text
    assert not page.soup.select("form[action$=reminders]")


async def test_after_a_week_they_may_be_reminded_again(nora: Person) -> None:
    await held(await centre(), days=2)
    assert [await actions.remind(nora, now=NOW + days * DAY) for days in (0, 6, 7)] == [1, 0, 1]


async def test_two_who_remind_at_once_remind_once(nora: Person) -> None:
    await held(await centre())
    assert sorted(await asyncio.gather(*(actions.remind(nora, now=NOW) for _ in range(2)))) == [0, 1]
    assert len(await sent()) == 1


async def test_who_does_not_want_it_hears_nothing(visitor: Visitor, nora: Person) -> None:
    owner = await centre()
    kari = await Person.get(name="Kari")
    await MemberNotice.create(
        person=kari, organization=owner, kind=Notice.REGISTERS, wanted=False, changed_at=NOW
    )
    await held(owner)
    page = await visitor.open("/today")
    assert "Ring dem heller." in page.text
    assert await actions.remind(nora, now=NOW) == 0
    assert await sent() == []
    assert await RegisterReminder.all().count() == 0


async def test_the_mail_says_how_many_and_nothing_when_they_are_saved(nora: Person) -> None:
    owner = await centre()
    offer = await held(owner, sensitive=True)
    kari = await Person.get(name="Kari")
    content = await MAILS["registers"](Channel.EMAIL, "nb", organization=str(owner.id), person=str(kari.id))
    assert content
    assert "1 samling hos Frivilligsentralen mangler oppmøte." in content.text
    assert "Generasjonslekene" not in content.text + content.subject
    session = await Session.get(offer=offer)
    await rows(
        """INSERT INTO register (id, session_id, saved_at, closed_at, closed_by)
        VALUES (gen_random_uuid(), $1, $2, $2, 'host')""",
        session.id, NOW,
    )  # fmt: skip
    assert (
        await MAILS["registers"](Channel.EMAIL, "nb", organization=str(owner.id), person=str(kari.id)) is None
    )


async def test_another_municipality_s_registers_are_not_told_and_not_reminded_of(
    visitor: Visitor, nora: Person
) -> None:
    land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    owner = await make.organization("Landslaget", municipality=land)
    await make.member(owner, Role.EDITOR, "Liv", email="liv@example.no")
    await held(owner)
    assert "Landslaget" not in (await visitor.open("/today")).text
    assert await actions.remind(nora, now=NOW) == 0


async def test_what_is_owned_together_is_reminded_of_from_where_it_has_its_home(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    college = await make.organization("Recovery College", municipality=land)
    await make.member(college, Role.EDITOR, "Liv", email="liv@example.no")
    await OrganizationOwner.create(organization=college, municipality=here)
    await held(college)
    assert "Recovery College" in (await visitor.open("/today")).text
    assert await actions.remind(nora, now=NOW) == 0


def test_when_the_month_and_the_year_are_closed() -> None:
    assert rules.next_closing(date(2026, 12, 31)) == (date(2027, 1, 1), date(2026, 12, 1))
    assert rules.next_closing(date(2026, 11, 28)) == (date(2026, 12, 1), date(2026, 11, 1))
    assert rules.settling(date(2026, 11, 28)) == (date(2027, 2, 1), 2026)
    assert rules.settling(date(2027, 1, 15)) == (date(2027, 2, 1), 2026)
