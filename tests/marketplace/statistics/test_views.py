"""What the organisations hold: each counts what it helped to arrange, and together they count it once."""

from datetime import timedelta

from offers.catalogue.models import OfferOrganizer
from organizations.directory.models import OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import SEPTEMBER, came, elsewhere, held
from tests.visitor import Page, Visitor


def numbers(page: Page) -> list[list[str]]:
    return [
        [cell.get_text() for cell in row.find_all(["th", "td"])] for row in page.soup.select("table tr")[1:]
    ]


async def test_what_two_arrange_counts_once_for_each_and_once_in_all(visitor: Visitor) -> None:
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL)
    centre, club = await make.organization("Frivilligsentralen"), await make.organization("Turlaget")
    shared, own = await held(owner=centre), await held(owner=centre, start=SEPTEMBER + timedelta(days=1))
    await OfferOrganizer.create(offer=shared, organization=club)
    await came(shared, "Aud")
    await came(own, "Berit")
    await came(await held(owner=centre, start=NOW - timedelta(days=3)), "Cato")  # October is not over
    far = await make.organization("Hagelaget", municipality=await elsewhere())
    await came(await held(owner=far), "Dina")
    await visitor.sign_in(await make.member(unit, Role.COORDINATOR, "Nora"))
    page = await visitor.open("/statistics")
    assert numbers(page) == [
        ["Frivilligsentralen", "2", "2"],
        ["Turlaget", "1", "1"],
        ["Til sammen", "2", "2"],
    ]
    assert "Tilbud og samlinger i 2026, i måneder som er over." in page.text


async def test_before_anything_was_held_it_says_so(visitor: Visitor) -> None:
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL)
    await visitor.sign_in(await make.member(unit, Role.COORDINATOR, "Nora"))
    assert "Ingen har ført oppmøte i år ennå." in (await visitor.open("/statistics")).text
