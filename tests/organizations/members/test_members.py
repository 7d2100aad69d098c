"""Roles change and end; there is always somebody left who manages."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from marketplace.people.sign_in.models import SignIn
from marketplace.people.sign_in.queries import SignedIn
from offers.rights.models import HostAssignment
from organizations.directory.models import Organization
from organizations.members import actions
from organizations.members.actions import LastManager
from organizations.members.models import Invitation, Membership, Role
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor

HOME = "/manage/organizations/sentralen"
LAST = "Organisasjonen må ha minst én leder. Gjør noen andre til leder først."


@pytest.fixture
async def centre(db: None) -> Organization:
    return await make.organization("Frivilligsentralen", slug="sentralen")


@pytest.fixture
async def kari(centre: Organization, visitor: Visitor) -> Person:
    """Kari manages the centre, and is signed in."""
    kari = await make.member(centre, Role.MANAGER, "Kari", email="kari@example.no")
    await visitor.sign_in(kari)
    return kari


async def of(person: Person) -> str:
    """The address of the person's only membership that is not ended."""
    return f"{HOME}/members/{(await Membership.get(person=person, ended_at=None)).id}"


async def roles(person: Person) -> list[Role]:
    return [one.role for one in await Membership.filter(person=person, ended_at=None).order_by("id")]


async def told() -> list[tuple[str, str]]:
    found = await rows("SELECT mail, address FROM outbox_message ORDER BY id")
    return [(one["mail"], one["address"]) for one in found]


async def test_a_role_is_changed_and_whoever_has_it_must_sign_in_again(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    liv = await make.member(centre, Role.HOST, "Liv", email="liv@example.no")
    await visitor.sign_in(liv)
    theirs = visitor.client.cookies["sign-in"]
    await visitor.sign_in(kari)
    page = await visitor.open(f"{await of(liv)}/change")
    assert page.heading == "Endre rollen til Liv"
    page = await visitor.submit(page, "/change", role="editor")
    assert (page.status, page.response.headers["location"]) == (303, f"{HOME}/members?saved=changed")
    assert await roles(liv) == [Role.EDITOR]
    assert await SignIn.filter(person=liv, ended_at=None).count() == 0
    assert await SignIn.filter(person=kari, ended_at=None).count() == 2
    assert await told() == [("membership", "liv@example.no")]
    [entry] = await rows(
        """SELECT actor_id, person_id, details ->> 'before' AS before, details ->> 'role' AS role
        FROM audit_entry WHERE action = 'membership.changed'"""
    )
    assert tuple(entry.values()) == (kari.id, liv.id, "host", "editor")
    visitor.client.cookies.set("sign-in", theirs, domain="127.0.0.1")
    assert (await visitor.open("/manage")).response.headers["location"] == "/sign-in?next=/manage"


async def test_a_role_that_ends_opens_nothing_any_more(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    offer = await make.offer(owner=centre)
    liv = await make.member(centre, Role.HOST, "Liv", email="liv@example.no")
    await HostAssignment.create(person=liv, offer=offer)
    page = await visitor.submit(await visitor.open(f"{await of(liv)}/end"), "/end")
    assert (page.status, await roles(liv)) == (303, [])
    assert await told() == [("membership", "liv@example.no")]
    await visitor.sign_in(liv)
    assert (await visitor.open(f"/manage/offers/{offer.slug}/bookings")).status == 403
    # A role elsewhere does not bring the offer back.
    await Membership.create(
        person=liv, organization=await make.organization(), role=Role.HOST, created_at=NOW
    )
    assert (await visitor.open(f"/manage/offers/{offer.slug}/bookings")).status == 404


async def test_the_last_manager_stays(visitor: Visitor, kari: Person, centre: Organization) -> None:
    await make.member(centre, Role.EDITOR, "Liv")
    mine = await of(kari)
    page = await visitor.submit(await visitor.open(f"{mine}/change"), "/change", role="editor")
    assert (page.status, LAST in page.text) == (422, True)
    token = page.fields("/change")
    for address in (f"{mine}/end", f"{HOME}/leave"):
        page = await visitor.open(address)
        assert (LAST in page.text, page.soup.select("main form")) == (True, []), address
        page = await visitor.post(address, token)
        assert (page.status, LAST in page.text) == (422, True), address
    assert (await roles(kari), await told()) == ([Role.MANAGER], [])
    assert await SignIn.filter(person=kari, ended_at=None).count() == 1


async def test_whoever_leaves_stays_signed_in_here_under_a_new_secret(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    liv = await make.member(centre, Role.HOST, "Liv", email="liv@example.no")
    await Membership.create(person=liv, organization=centre, role=Role.EDITOR, created_at=NOW)
    await visitor.sign_in(liv)
    await visitor.sign_in(liv)
    before = visitor.client.cookies["sign-in"]
    assert "Frivilligsentralen" in (await visitor.open("/my-page")).text
    page = await visitor.submit(await visitor.open(f"{HOME}/leave"), "/leave")
    assert page.response.headers["location"] == "/my-page?saved=left"
    page = await visitor.follow(page)
    assert (page.status, "Du har sluttet i organisasjonen." in page.text) == (200, True)
    assert (await roles(liv), await SignIn.filter(person=liv, ended_at=None).count()) == ([], 1)
    assert visitor.client.cookies["sign-in"] != before
    assert (await visitor.open(f"{HOME}/leave")).status == 404


async def test_a_manager_who_steps_down_stays_signed_in(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    await make.member(centre, Role.MANAGER, "Nina")
    page = await visitor.submit(await visitor.open(f"{await of(kari)}/change"), "/change", role="host")
    assert page.response.headers["location"] == "/my-page"
    assert (await visitor.follow(page)).status == 200
    assert (await visitor.open(f"{HOME}/members")).status == 403


async def test_two_managers_who_leave_at_once_are_not_both_let_go(db: None, centre: Organization) -> None:
    first, second = await make.member(centre, Role.MANAGER), await make.member(centre, Role.MANAGER, "Per")
    gone, refused, waited = await overlapping(
        lambda: leaving(centre, first),
        lambda: leaving(centre, second),
    )
    assert (isinstance(gone, str), isinstance(refused, LastManager), waited) == (True, True, True)
    assert [one.person_id for one in await Membership.filter(ended_at=None)] == [second.id]


async def test_of_two_managers_who_end_each_other_one_stays(db: None, centre: Organization) -> None:
    first, second = await make.member(centre, Role.MANAGER), await make.member(centre, Role.MANAGER, "Per")
    mine, theirs = await Membership.get(person=first), await Membership.get(person=second)
    by_first, by_second = await signed(first), await signed(second)
    _ended, refused, waited = await overlapping(
        lambda: actions.end(theirs, by=by_first, now=NOW),
        lambda: actions.change(mine, Role.HOST, by=by_second, now=NOW),
    )
    assert (isinstance(refused, LastManager), waited) == (True, True)
    assert await roles(first) == [Role.MANAGER]


async def signed(person: Person) -> SignedIn:
    made = await SignIn.create(
        person=person, secret_hash=person.id.bytes, device="", created_at=NOW, seen_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )  # fmt: skip
    return SignedIn(person.id, person.name, "nb", made.id, NOW, NOW)


async def leaving(organization: Organization, person: Person) -> str | None:
    return await actions.leave(organization.id, by=await signed(person), now=NOW)


async def test_a_person_may_have_several_roles_and_each_ends_alone(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    liv = await make.member(centre, Role.HOST, "Liv")
    extra = await Membership.create(person=liv, organization=centre, role=Role.EDITOR, created_at=NOW)
    page = await visitor.open(f"{HOME}/members/{extra.id}/change")
    offered = [str(one["value"]) for one in page.soup.select("input[name=role]")]
    assert offered == ["manager"]
    page = await visitor.post(
        f"{HOME}/members/{extra.id}/change", page.fields("/change") | {"role": ["host"]}
    )
    assert (page.status, "Hen har den rollen allerede." in page.text) == (422, True)
    assert await roles(liv) == [Role.HOST, Role.EDITOR]
    await visitor.submit(await visitor.open(f"{HOME}/members/{extra.id}/end"), "/end")
    assert await roles(liv) == [Role.HOST]


async def test_a_coordinators_role_can_be_ended_but_not_made_of_another(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    nora = await make.member(centre, Role.COORDINATOR, "Nora")
    assert (await visitor.open(f"{await of(nora)}/change")).status == 404
    liv = await make.member(centre, Role.HOST, "Liv")
    page = await visitor.submit(await visitor.open(f"{await of(liv)}/change"), "/change", role="coordinator")
    assert (page.status, await roles(liv)) == (422, [Role.HOST])
    assert (await visitor.submit(await visitor.open(f"{await of(nora)}/end"), "/end")).status == 303


async def test_others_change_nothing(visitor: Visitor, kari: Person, centre: Organization) -> None:
    liv = await make.member(centre, Role.HOST, "Liv")
    theirs = (await of(liv)).rpartition("/")[2]
    elsewhere = await make.organization("Turlaget", slug="turlaget")
    await visitor.sign_in(await make.member(elsewhere, Role.MANAGER, "Per"))
    token = {"form_token": (await visitor.open("/my-page")).fields("/sign-out")["form_token"]}
    for home in (HOME, "/manage/organizations/turlaget"):
        for act in ("change", "end"):
            address = f"{home}/members/{theirs}/{act}"
            assert (await visitor.open(address)).status == 404
            assert (await visitor.post(address, token | {"role": ["editor"]})).status == 404
    assert (await visitor.open(f"{HOME}/leave")).status == 404
    assert await roles(liv) == [Role.HOST]


async def test_only_who_has_lately_shown_who_they_are_changes_a_role(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    liv = await make.member(centre, Role.HOST, "Liv")
    address = await of(liv)
    await SignIn.filter(person=kari).update(second_factor_at=visitor.now - timedelta(minutes=11))
    for act in ("change", "end"):
        page = await visitor.open(f"{address}/{act}")
        assert page.response.headers["location"] == f"/sign-in/again?next={address}/{act}"
    page = await visitor.open(f"{HOME}/members")
    assert page.status == 200
    await SignIn.filter(person=kari).update(second_factor_at=visitor.now - timedelta(minutes=21))
    page = await visitor.submit(page, "/invitations", address="ny@example.no", role="manager")
    assert page.response.headers["location"] == f"/sign-in/again?next={HOME}/members"
    assert await Invitation.all().count() == 0, (
        "else an open machine would be enough to make oneself a manager"
    )


async def test_the_list_pages_by_role_and_asks_as_often_for_60_members(
    visitor: Visitor, kari: Person, centre: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, asked = AsyncpgDBClient.execute_query_dict, []

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await original(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
    counts, seen = [], []
    for more in (0, 59):
        for number in range(more):
            await make.member(centre, Role.HOST if number % 2 else Role.EDITOR, f"Medlem {number:02}")
        asked.clear()
        page = await visitor.open(f"{HOME}/members")
        counts.append((len(page.soup.select("tbody tr")), len(asked)))
    assert counts == [(1, counts[0][1]), (50, counts[0][1])]
    while True:
        seen += [
            str(row.td.contents[0]) for row in page.soup.select("tbody tr") if row.td
        ]  # the role, by its word
        following = page.soup.select_one("main nav a.ds-button")
        if following is None:
            break
        page = await visitor.open(str(following["href"]))
    assert seen == ["Leder"] + ["Redaktør"] * 30 + ["Kursholder"] * 29


async def test_the_addresses_of_whoever_wants_an_alias_are_nobodys_to_read(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    await make.member(centre, Role.HOST, "Siv", email="siv@example.no", shielded=True)
    await make.member(centre, Role.HOST, "Liv", email="liv@example.no")
    text = (await visitor.open(f"{HOME}/members")).text
    assert ("siv@example.no" in text, "liv@example.no" in text) == (False, True)
