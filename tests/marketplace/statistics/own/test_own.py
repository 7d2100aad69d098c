"""An organisation's own page: exact, from its own registers, for its own editors and managers."""

from datetime import timedelta
from typing import Any

import pytest

from offers.catalogue.kinds import Audience
from offers.catalogue.models import Offer, SeatPool
from organizations.directory.models import Organization, OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.marketplace.attended import CAST, SEPTEMBER, came, coordinator, held
from tests.visitor import Page, Visitor

AUGUST = SEPTEMBER - timedelta(days=28)


def table(page: Page, number: int) -> list[list[str]]:
    found = page.soup.select("table")[number]
    return [[" ".join(one.get_text().split()) for one in row.select("th, td")] for row in found.select("tr")]


def address(organization: Organization, more: str = "") -> str:
    return f"/manage/organizations/{organization.slug}/statistics{more}"


@pytest.fixture
async def centre(db: None) -> Organization:
    """What it held: in August seven came and twenty dropped in; in September three of those and one more. Something is
    not registered, and something is for staff."""
    centre = await make.organization("Frivilligsentralen")
    await came(await held("Lett trim", AUGUST, owner=centre), *CAST[:7], head_count=20)
    evening = SEPTEMBER + timedelta(hours=9)
    knitting = await held("Strikkekafé", evening, owner=centre, kind="meeting_place")
    await make.booking(await SeatPool.get(offer=knitting), await make.person("Odd"))  # and did not come
    await came(knitting, *CAST[:3], CAST[8])
    await held("Tur", SEPTEMBER + timedelta(days=1), owner=centre)
    staff = await held("Fagdag", owner=centre, audiences=[Audience.STAFF])
    await Offer.filter(id=staff.id).update(main_audience=Audience.STAFF)
    await came(staff, *CAST[9:12])
    return centre


async def editor(visitor: Visitor, organization: Organization) -> Any:
    who = await make.member(organization, Role.EDITOR, "Kari")
    await visitor.sign_in(who)
    return who


async def test_the_numbers_are_exact_and_of_its_own_registers(centre: Organization, visitor: Visitor) -> None:
    club = await make.organization("Turlaget")
    await came(await held("Topptur", owner=club), *CAST[:9])
    await editor(visitor, centre)
    page = await visitor.open(address(centre))
    assert page.status == 200
    months = {row[0]: row[1:] for row in table(page, 0)}
    assert months["august"] == ["27", "7", "1", "100"]
    assert months["september"] == ["4", "1", "1", "50"]
    assert months["Til sammen"] == ["31", "8", "2", "67"]
    offers = {row[0]: row[1:] for row in table(page, 1)}
    assert offers == {
        "Tilbud": ["Oppmøter 2026", "Personer, først nådd her", "Samlinger", "Ført, prosent"],
        "Lett trim": ["27", "7", "1", "100"],
        "Strikkekafé": ["4", "1", "1", "100"],
        "Tur": ["0", "0", "0", "0"],
        "Til sammen": ["31", "8", "2", "67"],
    }
    assert "Topptur" not in page.text
    assert "Fagdag" not in page.text
    assert "±" not in page.soup.select_one("main").get_text()
    assert not any(name in page.text for name in CAST)


@pytest.mark.parametrize(("part", "names"), [
    ("kind", ["Aktivitet", "Møteplass"]),
    ("audience", ["Alle er velkommen"]),
    ("evening", ["Arbeidstid", "Kveld og helg"]),
])  # fmt: skip
async def test_it_is_divided_in_other_ways_with_the_same_whole(
    centre: Organization, visitor: Visitor, part: str, names: list[str]
) -> None:
    await editor(visitor, centre)
    groups = table(await visitor.open(address(centre, f"?part={part}")), 1)
    assert [row[0] for row in groups[1:-1]] == names
    assert groups[-1] == ["Til sammen", "31", "8", "2", "67"]


async def test_it_is_for_a_role_in_the_unit_itself(centre: Organization, visitor: Visitor) -> None:
    parent = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL)
    await Organization.filter(id=centre.id).update(parent_id=parent.id)
    elsewhere = await make.organization("Turlaget")
    for who, status in (
        (await make.member(parent, Role.MANAGER, "Per"), 404),
        (await make.member(elsewhere, Role.EDITOR, "Else"), 404),
        (await coordinator(), 403),
        (await make.member(centre, Role.HOST, "Mariam"), 403),
        (await make.member(centre, Role.MANAGER, "Reidun"), 200),
    ):
        visitor.client.cookies.clear()
        await visitor.sign_in(who)
        assert (await visitor.open(address(centre))).status == status
        page = await visitor.open(address(centre, "/download?as=csv&table=months"))
        assert page.status == status


async def test_its_tables_are_files(centre: Organization, visitor: Visitor) -> None:
    await editor(visitor, centre)
    page = await visitor.open(address(centre))
    files = [one["href"] for one in page.soup.select("a[download]")]
    assert len(files) == 6
    for path in files:
        answer = (await visitor.open(path)).response
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store"
    text = (await visitor.client.get(address(centre, "/download?as=csv&table=groups"))).content.decode(
        "utf-8-sig"
    )
    assert text.splitlines()[1] == "Lett trim;27;7;1;100"
    assert (await visitor.open(address(centre, "/download?as=csv&table=more"))).status == 404


async def test_choices_that_there_are_none_of_are_said(centre: Organization, visitor: Visitor) -> None:
    await editor(visitor, centre)
    for query, said in (("year=2031", "ingen tall for det året"), ("part=age", "kan ikke fordeles slik")):
        page = await visitor.open(address(centre, f"?{query}"))
        assert page.status == 422
        assert said in page.text
        assert (await visitor.open(address(centre, f"/download?as=xlsx&{query}"))).status == 404


async def test_before_anything_is_held_it_says_so(visitor: Visitor) -> None:
    club = await make.organization("Turlaget")
    await editor(visitor, club)
    page = await visitor.open(address(club))
    assert page.status == 200
    assert "Dere har ikke holdt noe ennå." in page.text
