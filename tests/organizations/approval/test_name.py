"""Name and number of an organisation: the municipality's to change, for a coordinator who is not one of theirs."""

import asyncio
from contextvars import copy_context
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.base.web.seen import one_at_a_time
from marketplace.people.models import Person
from organizations.approval import mails, views
from organizations.approval.register import look_up
from organizations.directory.models import Organization, OrganizationKind, OrganizationOwner, RegisterState
from organizations.members.models import Membership, Role
from tests import make
from tests.at_once import waiting
from tests.conftest import NOW
from tests.organizations.approval.conftest import Register
from tests.visitor import Page, Visitor

OLD, NEW = "314510003", "974760673"
PATH = "/approvals/strikkelaget/name"


@pytest.fixture
async def club(visitor: Visitor) -> Organization:
    """An approved organisation, led by Aud; Nora, who coordinates the municipality, is signed in."""
    here = await make.organization("Sandnes kommune", kind=OrganizationKind.MUNICIPAL)
    made = await make.organization("Strikkelaget", slug="strikkelaget", number=OLD)
    await make.member(made, Role.MANAGER, "Aud", email="aud@example.no")
    await visitor.sign_in(await make.member(here, Role.COORDINATOR, "Nora"))
    return made


async def save(visitor: Visitor, **typed: str) -> Page:
    return await visitor.submit(await visitor.open(PATH), PATH, **typed)


async def stored() -> tuple[str, str | None]:
    [found] = await rows("SELECT name, number FROM organization WHERE slug = 'strikkelaget'")
    return found["name"], found["number"]


async def test_a_coordinator_mends_name_and_number_and_those_who_lead_it_hear_so(
    visitor: Visitor, club: Organization, register: Register
) -> None:
    register.knows(NEW, name="LURA STRIKKELAG")
    page = await visitor.open(f"/approvals/{club.slug}")
    assert page.soup.find("a", href=PATH), "the page of the organisation leads there"
    done = await save(visitor, name="Lura strikkelag", number="NO 974 760 673 MVA")
    assert "Navn og nummer er lagret." in (await visitor.follow(done)).text
    assert await stored() == ("Lura strikkelag", NEW)
    await club.refresh_from_db()
    assert (club.register_state, club.register_name) == (RegisterState.FOUND, "LURA STRIKKELAG")
    [told] = await rows("SELECT address, facts FROM outbox_message WHERE mail = 'name_changed'")
    assert told["address"] == "aud@example.no"
    mail = await mails.name_changed(Channel.EMAIL, "nb", str(club.id))
    assert mail is not None
    assert f"Lura strikkelag, {NEW}" in mail.text
    details = await value("SELECT details::text FROM audit_entry WHERE action = 'organization.name_changed'")
    assert details == '{"name": 1, "number": 1}'


async def test_what_is_not_changed_is_not_told_and_asks_no_register(
    visitor: Visitor, club: Organization, register: Register
) -> None:
    assert (await save(visitor, name="Strikkelaget", number=OLD)).status == 303
    assert register.asked == []
    assert await value("SELECT count(*) FROM outbox_message") == 0
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'organization.name_changed'") == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [({"number": "314510004"}, "ett av dem ser ut til å være feil"), ({"number": "12"}, "Det har ni siffer"),
     ({"number": ""}, "Skriv organisasjonsnummeret."), ({"name": ""}, "Skriv hva de heter."),
     ({"number": NEW}, "En annen organisasjon her har dette nummeret.")],
    ids=["wrong digit", "short", "no number any more", "no name", "somebody else's"],
)  # fmt: skip
async def test_what_is_wrong_is_said_at_the_field_and_kept(
    visitor: Visitor, club: Organization, register: Register, typed: dict[str, str], said: str
) -> None:
    await make.organization("Turlaget", number=NEW)
    page = await save(visitor, **{"name": "Lura strikkelag", "number": OLD} | typed)
    assert page.status == 422
    assert said in page.text
    for name, text in typed.items():
        field = page.soup.find("input", {"name": name})
        assert field is not None
        assert field.get("value", "") == text
    assert await stored() == ("Strikkelaget", OLD)
    assert register.asked == []


async def test_two_who_mend_at_once_keep_each_others_or_are_asked(
    visitor: Visitor, club: Organization
) -> None:
    page = await visitor.open(PATH)
    await Organization.filter(id=club.id).update(number=NEW)
    assert (await visitor.submit(page, PATH, name="Lura strikkelag")).status == 303
    assert await stored() == ("Lura strikkelag", NEW), "what only the other changed is kept"
    asked = await visitor.submit(page, PATH, name="Hana strikkelag")
    assert asked.status == 422
    assert "Lura strikkelag" in asked.text
    assert await stored() == ("Lura strikkelag", NEW)


async def test_of_two_who_mend_the_name_at_the_same_moment_the_second_is_asked(
    visitor: Visitor, club: Organization
) -> None:
    page = await visitor.open(PATH)
    answers = await asyncio.gather(
        *(visitor.submit(page, PATH, name=name) for name in ("Lura strikkelag", "Hana strikkelag"))
    )
    assert sorted(one.status for one in answers) == [303, 422]
    [asked] = [one for one in answers if one.status == 422]
    assert "lagret noe annet her" in asked.text
    name, _number = await stored()
    assert name in asked.text, "theirs stands beside one's own"


async def test_whoever_mends_waits_for_whoever_is_mending_and_then_sees_theirs(
    visitor: Visitor, club: Organization
) -> None:
    page, outside = await visitor.open(PATH), copy_context()
    async with one_at_a_time(club.id):
        sent = await waiting(visitor.submit(page, PATH, name="Hana strikkelag"), outside)
        await Organization.filter(id=club.id).update(name="Lura strikkelag")
    assert (await sent).status == 422
    assert await stored() == ("Lura strikkelag", OLD)


async def test_nobody_mends_their_own_and_that_they_tried_stays_written(
    visitor: Visitor, club: Organization
) -> None:
    page = await visitor.open(PATH)
    nora = await Person.get(name="Nora")
    await Membership.create(person=nora, organization=club, role=Role.EDITOR, created_at=NOW)
    tried = await visitor.submit(page, PATH, name="Noras lag")
    assert tried.status == 422
    assert "dette kan ikke du avgjøre" in tried.text
    assert await stored() == ("Strikkelaget", OLD)
    assert await value("SELECT details->>'act' FROM audit_entry WHERE action = 'decision.refused'") == "name"
    assert (await visitor.open(PATH)).soup.find("input", {"name": "name"}) is None


async def test_a_coordinator_of_another_municipality_finds_no_such_page(
    visitor: Visitor, club: Organization
) -> None:
    there = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    theirs = await make.organization(
        "Søndre Land kommune", kind=OrganizationKind.MUNICIPAL, municipality=there
    )
    await visitor.sign_in(await make.member(theirs, Role.COORDINATOR, "Eli"))
    assert (await visitor.open(PATH)).status == 404


async def test_a_number_that_another_got_meanwhile_is_told_at_the_field(
    visitor: Visitor, club: Organization, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def meanwhile(number: str) -> Any:
        await make.organization("Turlaget", number=number)  # while the registers are asked
        return await look_up(number)

    monkeypatch.setattr(views, "look_up", meanwhile)
    page = await save(visitor, number=NEW)
    assert page.status == 422
    assert "En annen organisasjon her har dette nummeret." in page.text
    assert await stored() == ("Strikkelaget", OLD)


async def test_a_municipality_that_owns_a_part_looks_and_changes_no_name(
    visitor: Visitor, club: Organization
) -> None:
    there = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    theirs = await make.organization(
        "Søndre Land kommune", kind=OrganizationKind.MUNICIPAL, municipality=there
    )
    await OrganizationOwner.create(organization=club, municipality=there)
    await visitor.sign_in(await make.member(theirs, Role.COORDINATOR, "Eli"))
    assert (await visitor.open(f"/approvals/{club.slug}")).status == 200
    assert (await visitor.open(PATH)).status == 404
