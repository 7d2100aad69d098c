"""The first coordinator of a municipality comes by a command."""

import pytest

from marketplace.base.data.instance import claim
from marketplace.base.errors import Refused
from marketplace.base.models import Channel
from organizations.directory.models import Municipality, Organization, OrganizationKind, OrganizationState
from organizations.members.invitations.actions import invite_coordinator
from organizations.members.models import Invitation, Membership, Role
from tests import make, program
from tests.conftest import NOW
from tests.visitor import Visitor


def command(*arguments: str) -> tuple[int, str]:
    done = program.run("invite-coordinator", *arguments)
    return done.code, done.said


async def test_the_municipalitys_unit_is_made_and_the_link_accepted(
    visitor: Visitor, database_url: str
) -> None:
    await claim(database_url, NOW)  # a municipality by itself is no demo
    await make.municipality()
    code, said = command("Nora@example.no", "--municipality", "1108")
    assert (code, said.splitlines()[0]) == (
        0, "The invitation lies in the outbox; a worker sends it. It is good for 14 days.")  # fmt: skip
    path = "/invitations/" + said.split("/invitations/")[1].strip()
    unit = await Organization.get()
    assert (unit.name, unit.slug, unit.kind, unit.state) == (
        "Sandnes kommune", "sandnes-kommune", OrganizationKind.MUNICIPAL, OrganizationState.APPROVED)  # fmt: skip
    nora = await make.person("Nora", "nora@example.no")
    await visitor.sign_in(nora)
    page = await visitor.open(path)
    assert "Sandnes kommune inviterer deg. Rollen er: Koordinator." in page.text
    page = await visitor.submit(page, "/accept")
    assert page.response.headers["location"] == "/plans?saved=joined"
    assert await Membership.all().values_list("person_id", "organization_id", "role") == [
        (nora.id, unit.id, Role.COORDINATOR)
    ]


async def test_the_unit_that_is_there_is_used_and_another_may_be_named(db: None) -> None:
    top = await make.organization("Sandnes kommune", kind=OrganizationKind.MUNICIPAL)
    below = await make.organization(
        "Mestringsenheten", kind=OrganizationKind.MUNICIPAL, parent=top, slug="mestringsenheten"
    )
    await invite_coordinator(Channel.EMAIL, "nora@example.no", "1108", None, now=NOW)
    await invite_coordinator(Channel.EMAIL, "hilde@example.no", "1108", "mestringsenheten", now=NOW)
    found = (
        await Invitation.all()
        .order_by("id")
        .values_list("address", "organization_id", "role", "invited_by_id")
    )
    assert found == [
        ("nora@example.no", top.id, Role.COORDINATOR, None),
        ("hilde@example.no", below.id, Role.COORDINATOR, None),
    ]
    assert await Organization.all().count() == 2


async def test_what_is_not_there_is_said(db: None) -> None:
    far = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await make.municipality()
    await make.organization("Kulturenheten", slug="kultur", municipality=far, kind=OrganizationKind.MUNICIPAL)
    await make.organization("Turlaget", slug="turlaget")
    with pytest.raises(
        Refused, match=r"No municipality has the number 9999. There are: 1108 Sandnes, 3447 Søndre Land"
    ):
        await invite_coordinator(Channel.EMAIL, "nora@example.no", "9999", None, now=NOW)
    for other in ("kultur", "turlaget", "finnes-ikke"):
        with pytest.raises(Refused, match=f"Sandnes has no municipal unit with the slug {other}"):
            await invite_coordinator(Channel.EMAIL, "nora@example.no", "1108", other, now=NOW)
    assert await Invitation.all().count() == 0


async def test_the_command_says_what_is_wrong_in_words(db: None) -> None:
    assert command("nora", "--municipality", "1108") == (
        1,
        "Error: nora is no e-mail address and no number that takes an SMS.\n",
    )
    code, said = command("nora@example.no", "--municipality", "1108")
    assert (code, said) == (
        1,
        "Error: No municipality has the number 1108. There are: none. Give the --name of a new one.\n",
    )


async def test_the_first_coordinator_brings_the_municipality(db: None) -> None:
    await invite_coordinator(Channel.EMAIL, "nora@example.no", "3447", name="Søndre Land", now=NOW)
    await invite_coordinator(Channel.EMAIL, "hilde@example.no", "3447", name="Another name", now=NOW)
    assert await Municipality.all().values("number", "slug", "name") == [
        {"number": "3447", "slug": "sondre-land", "name": "Søndre Land"}
    ]
    assert [one.name for one in await Organization.all()] == ["Søndre Land kommune"]
    for number in ("34", "abcd", "34470"):
        with pytest.raises(Refused):
            await invite_coordinator(Channel.EMAIL, "nora@example.no", number, name="Oslo", now=NOW)
