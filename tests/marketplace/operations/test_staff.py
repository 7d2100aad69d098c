"""coordinators and organizations, as an operator sees and changes them."""

from marketplace.base.data.database import column, value
from organizations.directory.models import Organization, OrganizationKind, OrganizationState
from organizations.members.models import Membership, Role
from tests import make
from tests.marketplace.operations.commanded import command, has_role

NORA = "nora@example.no"


async def unit(name: str) -> Organization:
    return await make.organization(name, kind=OrganizationKind.MUNICIPAL)


async def test_coordinators_are_listed_with_their_unit_and_address(claimed: None) -> None:
    assert "Nobody coordinates anything" in (await command("coordinators", "list")).said
    nora = await make.person("Nora", NORA)
    await has_role(await unit("Sandnes kommune"), nora, Role.COORDINATOR)
    per = await make.person("Per", "per@example.no")
    await has_role(await unit("Turlaget"), per, Role.MANAGER)
    ran = await command("coordinators", "list")
    assert ran.code == 0
    [line] = ran.said.splitlines()
    assert NORA in line
    assert "Nora" in line
    assert "has no second factor yet" in line


async def test_a_coordinator_is_revoked_signed_out_told_and_it_is_written_down(claimed: None) -> None:
    nora = await make.person("Nora", NORA)
    place = await unit("Sandnes kommune")
    await has_role(place, nora, Role.COORDINATOR)
    ran = await command("coordinators", "revoke", NORA, typed="n\n")
    assert (ran.code, await Membership.filter(ended_at=None).count()) == (1, 1)
    ran = await command("coordinators", "revoke", NORA, "--yes")
    assert ran.code == 0, ran.said
    assert f"NOBODY coordinates {place.slug} now" in ran.said
    assert await Membership.filter(ended_at=None).count() == 0
    acted = "SELECT action FROM audit_entry WHERE person_id = $1 AND actor_id IS NULL ORDER BY action"
    assert await column(acted, nora.id) == ["membership.ended", "sign_in.all_ended"]
    assert await column("SELECT mail FROM outbox_message WHERE address = $1", NORA) == ["membership"]
    again = await command("coordinators", "revoke", NORA, "--yes")
    assert (again.code, "coordinates nothing" in again.said) == (1, True)


async def test_whoever_coordinates_two_units_is_not_guessed_at(claimed: None) -> None:
    nora = await make.person("Nora", NORA)
    one, two = await unit("Sandnes kommune"), await unit("Helse og mestring")
    for place in (one, two):
        await has_role(place, nora, Role.COORDINATOR)
    ran = await command("coordinators", "revoke", NORA, "--yes")
    assert ran.code == 1
    assert "say which with --unit" in ran.said
    ran = await command("coordinators", "revoke", NORA, "--unit", "nowhere", "--yes")
    assert (ran.code, "do not coordinate nowhere" in ran.said) == (1, True)
    assert (await command("coordinators", "revoke", NORA, "--unit", two.slug, "--yes")).code == 0
    left = "SELECT organization_id FROM membership WHERE ended_at IS NULL"
    assert await value(left) == one.id


async def test_an_address_that_coordinates_nothing_or_is_nobodys_is_refused(claimed: None) -> None:
    await make.person("Per", "per@example.no")
    for address, said in (
        ("per@example.no", "coordinates nothing"),
        ("x@example.no", "Nobody here has the address"),
    ):
        ran = await command("coordinators", "revoke", address, "--yes")
        assert (ran.code, said in ran.said) == (1, True), ran.said


async def test_organisations_are_listed_by_state_and_municipality(claimed: None) -> None:
    kari = await make.person("Kari", "kari@example.no")
    led = await make.organization("Turlaget", slug="turlaget")
    await has_role(led, kari, Role.MANAGER)
    await make.organization("Koret", slug="koret", state=OrganizationState.SUSPENDED)
    await make.organization("Klubben", slug="klubben", state=OrganizationState.APPLIED)
    ran = await command("organizations", "list")
    assert ran.code == 0
    lines = {line.split()[0]: line for line in ran.said.splitlines()}
    assert set(lines) == {"turlaget", "koret", "klubben"}
    assert "NOBODY MANAGES IT" not in lines["turlaget"]
    assert "NOBODY MANAGES IT" in lines["koret"]
    only = await command("organizations", "list", "--state", "suspended")
    assert [line.split()[0] for line in only.said.splitlines()] == ["koret"]
    none = await command("organizations", "list", "--municipality", "9999")
    assert (none.code, "No municipality has the number 9999" in none.said) == (1, True)


async def test_the_old_names_go_on_working_beside_the_new_ones(claimed: None) -> None:
    for words in (["answer"], ["organizations", "answer"]):
        ran = await command(*words, "nowhere", "approved")
        assert (ran.code, "No organisation is called nowhere" in ran.said) == (1, True)
    for words in (["invite-coordinator"], ["coordinators", "invite"]):
        ran = await command(*words, "no-address", "--municipality", "1108")
        assert (ran.code, "is no e-mail address" in ran.said) == (1, True)
