"""What can be read of who came, byte by byte, header by header: nothing before a month closes, and then what is stored.

A story is told twice: once few came to somebody else's session, once others and more of them, yet so many that the
cell's staircase gives the same number. Whoever does not lead that organisation reads the same bytes all the way.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marketplace.statistics.jobs import close_cells
from marketplace.statistics.staircase import Staircase
from offers.attendance import keys
from offers.catalogue.kinds import Audience
from offers.catalogue.models import Offer
from organizations.directory.models import OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.house.town import Town, build, routes
from tests.house.twins import Told, stage
from tests.marketplace.attended import CAST, SEPTEMBER, held
from tests.marketplace.statistics.attacks.test_hostile import registered, typed

PAGES = ("/today", "/plans", "/goals", "/measures", "/population", "/statistics", "/districts", "/reports")
"""For coordinators: others are turned away at the door (docs/access.md)."""
FOR_ALL = [
    "/offers/sangkoret", "/organizations/koret", "/about/numbers",
    "/manage", "/manage/organizations/koret", "/manage/organizations/koret/statistics",
    "/manage/organizations/koret/statistics/download?as=csv&table=months",
]  # fmt: skip
MORE = ["/statistics?part=organization", "/en/statistics?part=district", "/statistics/coverage?show=attendances",
        "/statistics/download?part=organization&as=csv&table=groups", "/statistics/download?as=xlsx"]  # fmt: skip
DECEMBER = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def own_keys(db: None, data_dir: Path) -> AsyncIterator[None]:
    for path in keys.path_of(2026).parent.glob("participation-*"):
        path.unlink()
    yield
    for path in keys.path_of(2026).parent.glob("participation-*"):
        path.unlink()


def paths(town: Town, who: str) -> list[str]:
    """What somebody reads who does not lead the choir."""
    if who != "coordinator":
        return FOR_ALL
    figures = [
        town.path(route, **town.named.get(route.path, {}))
        for route in routes("GET")
        if route.path.startswith(PAGES)
    ]
    return [*dict.fromkeys(figures), *MORE, *FOR_ALL]


def alike(choir: Offer) -> tuple[int, int]:
    """Two numbers that the staircase of its cell does not tell apart."""
    cell = (choir.municipality_id, choir.owner_id, Audience.EVERYONE, choir.kind, None, False)
    stairs = Staircase(keys.year_key(2026), 2026, cell)
    return next((few, few + 1) for few in range(5, 10) if stairs.rounded(few) == stairs.rounded(few + 1))


async def story(more: bool, *, broken: bool = False) -> Told:
    """What everybody but the choir's own reads, before the month closes, when it is corrected, and afterwards."""
    async with stage() as on:
        town = await build()
        above = await make.organization("Kulturhuset", kind=OrganizationKind.MUNICIPAL, slug="kulturhuset")
        choir = await make.organization("Koret", slug="koret", parent=above)
        offer = await held("Kor", SEPTEMBER, owner=choir, slug="sangkoret")
        readers = {
            "nobody": None,
            "editor of another": town.people["editor"],
            "manager above": await make.member(above, Role.MANAGER, "Siv", email="siv@example.no"),
            "coordinator": town.people["coordinator"],
        }
        few, many = alike(offer)
        first, second = (CAST[:3], CAST[3:many]) if more else (CAST[5:6], CAST[6 : 5 + few])
        if broken:
            second = CAST[3:12] if more else second
        on.dice.step = 100  # however many have come
        on.dice.throw("came")
        await registered(offer, *[await typed(name) for name in first])
        for moment, coming in ((NOW, second), (NOW, ()), (DECEMBER, ())):
            for who, person in readers.items():
                on.dice.step = 1000 + on.steps
                await on.enter(who, person)
                for path in paths(town, who):
                    await on.opens(path)
            if coming:
                on.dice.throw("corrected")
                await registered(offer, *[await typed(name) for name in coming])
            elif moment == NOW:
                on.later(DECEMBER)
                await close_cells(DECEMBER)
        return on.told


def differing(one: Told, other: Told) -> list[tuple[str, str]]:
    assert list(one.said) == list(other.said)
    assert len(one.said) > 150
    return [step for step, said in one.said.items() if said != other.said[step]]


async def test_who_came_and_how_many_within_a_step_changes_no_byte() -> None:
    """And the same comparison sees a step: then the coordinator reads another number, and nobody else anything."""
    few = await story(more=False)
    assert differing(few, await story(more=True)) == []
    a_step = differing(few, await story(more=True, broken=True))
    assert {who for who, _step in a_step} == {"coordinator"}
