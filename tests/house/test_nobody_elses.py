"""That somebody booked is nobody else's business: the whole house is read twice, and must say the same.

Once somebody has booked themselves, where nobody else may learn of it; once nobody has booked what is sensitive, and a
stranger what is not, the same party at the same moment, so that seats and queues agree. Whoever is not the one who
booked, and does not lead the offer, reads every page, answer, feed, header and message as the same bytes. `make soak`
(SOAK=1) also looks where a stranger has booked all of it.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from offers.bookings import actions as bookings_actions
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Offer, OfferOrganizer, SeatPool
from offers.catalogue.queries import VISITOR
from offers.feeds.actions import make_address
from offers.messages.follow_up import actions
from offers.messages.reminders import actions as jobs
from offers.seats.claims import Party
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.house.town import Town, build, routes
from tests.house.twins import Stage, Told, stage

SKIPPED = ("/demo", "/health", "/api", "/my-page/second-factor")
"""Not of the marketplace: the demo's own pages, the machine's, and the codes of an app, whose dice are not ours."""
OURS = {"group", "open", "talks"}
"""The offers of this story: a sensitive group, an open one, and conversations. None of them fills up: that a day is
full is said to everybody, and who has booked is not."""

MAY_DIFFER: dict[str, str] = {}
"""Steps whose answers may differ, by what their names hold, and why."""


@dataclass
class World:
    """The town with a family in it, and three offers of the municipality's unit."""

    town: Town
    people: dict[str, Person]
    pools: dict[str, list[SeatPool]]
    feeds: dict[str, str | None]
    partner: Organization


async def put_up() -> World:
    town = await build()
    await rows("DELETE FROM totp")
    await rows("DELETE FROM passkey")
    unit = await Organization.get(id=town.ids["unit"])
    partner = await Organization.get(slug="turlaget")
    starts = [NOW + timedelta(days=day) for day in (7, 14, 21)]
    given: dict[str, Any] = {"owner": unit, "starts": starts, "capacity": 20, "max_party": 3}
    offers = {
        "group": await make.offer("Gruppe", slug="group", sensitive=True, **given),
        "open": await make.offer("Klatring", slug="open", **given),
        "talks": await make.offer("Samtaler", slug="talks", kind=Kind.CONVERSATION, sensitive=True, **given),
    }
    for offer in offers.values():
        await OfferOrganizer.create(offer=offer, organization=partner, may_edit=True)
    child = await Person.get(name="Ada")
    await make.contact(child, "ada@example.no")
    people = {
        "guardian": town.people["resident"],
        "former": await make.person("Mor", "mor@example.no"),
        "young": child,
        "stranger": await make.person("Pia", "pia@example.no"),
        "host": town.people["host"],
        "manager": town.people["manager"],
        "co-organiser": await make.member(partner, Role.EDITOR, "Kåre", email="kare@example.no"),
        "coordinator": town.people["coordinator"],
        "guide": town.people["guide"],
        "neighbour": await make.person("Per", "per@example.no"),
    }
    await ActsFor.create(
        actor=people["former"], person=child, relation=Relation.NEXT_OF_KIN, created_at=NOW, accepted_at=NOW
    )
    feeds = {
        "co-organiser": await make_address(people["co-organiser"].id, organization=partner.id, now=NOW),
        "guardian": await make_address(people["guardian"].id, now=NOW),
        "former": await make_address(people["former"].id, now=NOW),
        "young": await make_address(child.id, now=NOW),
        "host": await make_address(people["host"].id, hosting=True, now=NOW),
    }
    pools = {name: await SeatPool.filter(offer=offer).order_by("starts_at") for name, offer in offers.items()}
    await rows("UPDATE catalogue_revision SET revision = 1, changed_at = $1", NOW)
    return World(town, people, pools, feeds, partner)


async def book(on: Stage, world: World, by: str, pool: SeatPool, whom: str | None, key: str) -> str:
    """Somebody with an account books, for themselves or another; gives the path."""
    on.dice.throw(key)
    offer = await Offer.get(id=pool.offer_id)
    me = world.people[by]
    contact = await ContactPoint.filter(person=me).order_by("id").first()
    assert contact is not None
    party = Party(me.name or "", person=me.id, participant=world.people[whom].id if whom else None,
                  channel=contact.channel, address=contact.value, contact_id=contact.id)  # fmt: skip
    booked = await bookings_actions.book(offer.slug, pool.session_id, party, viewer=VISITOR,
                                         form_key=key.encode().ljust(16), lang="nb", now=on.visitor.now)  # fmt: skip
    return booked.path


def paths(town: Town) -> list[str]:
    """Every page of the house: of what the town holds, and of each of our offers."""
    found = []
    for route in routes("GET"):
        if route.path.startswith(SKIPPED) or "{secret}" in route.path:
            continue
        found.append(town.path(route))
        if "/offers/{slug}" in route.path:
            found += [town.path(route, slug=slug) for slug in sorted(OURS)]
    return list(dict.fromkeys(found))


async def story(hidden: dict[str, str | None], readers: Collection[str]) -> Told:
    """What these readers are told, where each of our offers has a hidden booking of this person on its second day."""
    async with stage() as on:
        world = await put_up()
        on.later(NOW + timedelta(minutes=30))
        for name, by_whom in hidden.items():
            if by_whom:
                await book(on, world, by_whom, world.pools[name][1], None, f"hidden {name}")
        on.later(NOW + timedelta(hours=1))
        on.dice.step = 100  # however many have booked
        made = {}
        for by in ("guardian", "former"):
            for name, pools in world.pools.items():
                made[by, name] = await book(on, world, by, pools[0], "young", f"{by} {name}")
        if "former" in readers:
            await on.enter("former", world.people["former"])
            page = await on.opens("/my-page/people")
            links = [str(link["href"]) for link in page.soup.select("a[href$='/end']")]
            for link in links:
                await on.sends(await on.opens(link), "/end")
            for name in OURS:
                await on.opens(made["former", name])
        for reader in readers:
            await on.enter(reader, world.people.get(reader))
            for path in paths(world.town):
                await on.opens(path)
            if reader in world.feeds:
                await on.opens(f"/calendar/private/{world.feeds[reader]}.ics")
        if "guardian" in readers:
            await guardian_acts(on, world, made)
        if "guide" in readers:
            await guide_acts(on, world)
        if "young" in readers:
            await young_acts(on, world, made)
        await guest_acts(on, world)
        mine = (
            {"ada@example.no", "pia@example.no"}
            if "young" not in readers
            else {"ola@example.no", "pia@example.no"}
        )
        await on.mails(but=mine)
        on.later(NOW + timedelta(days=13, hours=1))
        on.dice.throw("reminders")
        await jobs.remind(on.visitor.now)
        await actions.follow_up(on.visitor.now)
        await on.mails(but=mine)
        for reader in readers:
            await on.enter(reader, world.people.get(reader))
            for path in ("/my-page", "/manage", "/offers", "/calendar", "/my-page/everything"):
                await on.opens(path)
        if "guardian" in readers:
            await on.enter("guardian", world.people["guardian"])
            people = await on.opens("/my-page/people")
            for link in [str(link["href"]) for link in people.soup.select("a[href$='/end']")]:
                await on.sends(await on.opens(link), "/end")
            await on.opens("/my-page")
            await on.opens(f"/calendar/private/{world.feeds['guardian']}.ics")
            for name in OURS:
                await on.opens(made["guardian", name])
                await on.opens(f"/offers/{name}")
            await on.mails(but=mine)
        return on.told


async def guardian_acts(on: Stage, world: World, made: dict[tuple[str, str], str]) -> None:
    """Changes the times to the day of the hidden booking, books that day once more, several days, cancels."""
    await on.enter("guardian", world.people["guardian"])
    child = str(world.people["young"].id)
    for name, pools in world.pools.items():
        second, third = pools[1].session_id, pools[2].session_id
        form = await on.opens(f"/offers/{name}/bookings/new?session={second}&for={child}")
        booked = await on.sends(form, "/bookings", name="Ola", contact="email", email="ola@example.no")
        again = await on.opens(f"/offers/{name}/bookings/new?session={second}&for={child}")
        await on.sends(again, "/bookings", name="Ola", contact="email", email="ola@example.no")
        if booked.status == 303:
            path = booked.response.headers["location"]
            await on.opens(path)
            await on.sends(await on.opens(f"{path}/cancel"), "/cancel")
        change = await on.opens(f"{made['guardian', name]}/time")
        changed = await on.sends(change, "/time", session=str(second))
        await on.opens("/my-page")
        if changed.status == 303:
            path = changed.response.headers["location"]
            await on.opens(path)
            await on.opens(f"{path}/calendar.ics")
            await on.sends(await on.opens(f"{path}/time"), "/time", session=str(third))
        several = await on.opens(f"/offers/{name}/bookings/several?for={child}")
        await on.sends(several, "/several", name="Ola", who=child, dates=[str(second), str(third)],
                       contact="email", email="ola@example.no")  # fmt: skip
        await on.sends(several, "/several", name="Ola", who=child, dates=[str(second), str(third)],
                       contact="email", email="ola@example.no")  # fmt: skip
    await on.opens("/my-page")


async def guide_acts(on: Stage, world: World) -> None:
    """Books at the desk for somebody with the address of whoever has booked."""
    await on.enter("guide", world.people["guide"])
    for name, pools in world.pools.items():
        form = await on.opens(f"/desk/0123456789abcdef/offers/{name}")
        done = await on.sends(form, name, participant_name="Ada", session=str(pools[1].session_id), contact="email",
                              email="ada@example.no")  # fmt: skip
        if done.status == 303:
            await on.opens(done.response.headers["location"])
        await on.opens(f"/desk/0123456789abcdef/offers/{name}/send")
    look = await on.opens("/desk/0123456789abcdef/booking")
    await on.sends(look, "/booking", reference="BCD-234", first_name="Ada", why="change")
    await on.opens("/desk/0123456789abcdef?q=klatring gruppe samtaler&free=on")
    await on.opens("/desk")


async def young_acts(on: Stage, world: World, made: dict[tuple[str, str], str]) -> None:
    """Books what her guardian has booked for himself, and changes what he has booked for her to that day."""
    await on.enter("young", world.people["young"])
    for name, pools in world.pools.items():
        second = pools[1].session_id
        form = await on.opens(f"/offers/{name}/bookings/new?session={second}")
        await on.sends(form, "/bookings", name="Ada", contact="email", email="ada@example.no")
        change = await on.opens(f"{made['guardian', name]}/time")
        await on.sends(change, "/time", session=str(pools[2].session_id))
    await on.opens("/my-page")


async def guest_acts(on: Stage, world: World) -> None:
    """A visitor types the address of whoever has booked, everywhere where one can."""
    await on.enter("visitor", None)
    for name, pools in world.pools.items():
        form = await on.opens(f"/offers/{name}/bookings/new?session={pools[1].session_id}")
        booked = await on.sends(form, "/bookings", name="Ada", contact="email", email="ada@example.no")
        if booked.status == 303:
            await on.opens(booked.response.headers["location"])
        again = await on.opens(f"/offers/{name}/bookings/new?session={pools[1].session_id}")
        await on.sends(again, "/bookings", name="Ada", contact="email", email="ada@example.no", seats="2")
        several = await on.opens(f"/offers/{name}/bookings/several")
        await on.sends(several, "/several", name="Ada", dates=[str(pools[2].session_id)], contact="email",
                       email="ada@example.no")  # fmt: skip
    find = await on.opens("/bookings")
    await on.sends(find, "/bookings", reference="BCD-234", word="Ada")
    await on.sends(find, "/links", address="ada@example.no")
    await on.sends(await on.opens("/sign-in"), "/sign-in", address="ada@example.no")
    await on.sends(await on.opens("/offers/kor/bookings/new"), "/notice", contact="ada@example.no")


READERS = (
    "former",
    "guardian",
    "visitor",
    "neighbour",
    "host",
    "manager",
    "co-organiser",
    "coordinator",
    "guide",
)
STRANGERS: dict[str, str | None] = dict.fromkeys(("group", "open", "talks"), "stranger")
NOBODYS = STRANGERS | {"group": None, "talks": None}
"""Nobody has booked what is sensitive."""
_told: dict[str, Told] = {}


def differences(one: Told, other: Told) -> list[str]:
    """What is not the same, in words: who, at which step, and where."""
    found = []
    for key in [*one.said, *(key for key in other.said if key not in one.said)]:
        if any(part in key[1] for part in MAY_DIFFER):
            continue
        mine, theirs = one.said.get(key), other.said.get(key)
        if mine != theirs:
            found.append(f"{key[0]}, {key[1]}: {first_difference(mine, theirs)}")
    return found


def first_difference(mine: Any, theirs: Any) -> str:
    if mine is None or theirs is None or len(mine) != len(theirs):
        return f"{str(mine)[:200]} | {str(theirs)[:200]}"
    for pair in zip(mine, theirs, strict=True):
        one, other = map(str, pair)
        if one != other:
            signs = enumerate(zip(one, other, strict=False))
            at = next((place for place, (a, b) in signs if a != b), min(len(one), len(other)))
            around = slice(max(0, at - 80), at + 80)
            return f"…{one[around]}… | …{other[around]}…"
    return "nothing"


async def nobodys_world() -> Told:
    """Read once for all that is compared with it."""
    if "nobodys" not in _told:
        _told["nobodys"] = await story(NOBODYS, READERS)
    return _told["nobodys"]


@pytest.mark.parametrize("who", ["young", *(["stranger"] if os.environ.get("SOAK") == "1" else [])])
async def test_nobody_learns_that_a_young_person_has_booked_herself_nor_that_anybody_has_what_is_sensitive(
    pool: None, who: str
) -> None:
    booked = await story(dict.fromkeys(STRANGERS, who), READERS)
    assert "\n".join(differences(await nobodys_world(), booked)) == ""


async def test_the_young_person_learns_nothing_of_what_her_guardian_does_for_himself(pool: None) -> None:
    one = await story(STRANGERS, ("young",))
    other = await story(dict.fromkeys(STRANGERS, "guardian"), ("young",))
    assert "\n".join(differences(one, other)) == ""


def test_the_story_is_not_empty() -> None:
    assert len(_told["nobodys"].said) > 500
