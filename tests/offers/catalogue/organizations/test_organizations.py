"""The pages of the organisations, over HTTP."""

from datetime import timedelta
from typing import Any

from organizations.directory.models import OrganizationKind, OrganizationOwner, OrganizationText
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

WEEK = timedelta(days=7)


def cards(page: Page) -> list[str]:
    return [card.get_text() for card in page.soup.select(".tp-list .tp-offer__link")]


async def organization(name: str, **other: Any) -> Any:
    made = await make.organization(name, **other)
    await OrganizationText.create(organization=made, lang="nb", summary=f"{name} hilser.", body="Kom.\nBli.")
    return made


async def test_organisations_are_listed_by_name_with_what_they_offer_now(visitor: Visitor) -> None:
    await organization("Ås")
    owner = await organization("Ærlig")
    await organization("Zoo", state="suspended")
    await make.offer("Tur", owner=owner)
    await make.offer("Over", owner=owner, starts=[NOW - WEEK])
    await make.offer("Utkast", owner=owner, state="draft")
    page = await visitor.open("/organizations")
    rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select("main li.tp-offer")]
    assert rows == [
        "Frivillig organisasjon · Sandnes Ærlig Ærlig hilser. 1 tilbud",
        "Frivillig organisasjon · Sandnes Ås Ås hilser.",
    ]


async def test_an_organisation_tells_who_they_are_and_what_they_offer(visitor: Visitor) -> None:
    parent = await organization("Kommunen", kind=OrganizationKind.MUNICIPAL)
    unit = await organization(
        "Enheten", kind=OrganizationKind.MUNICIPAL, parent=parent, phone="51 00 00 05", email="enheten@example.no",
        website="https://example.no", contact_name="Nora",
    )  # fmt: skip
    await make.offer("Tur", owner=unit)
    page = await visitor.open(f"/organizations/{unit.slug}")
    assert (page.status, page.heading, cards(page)) == (200, "Enheten", ["Tur"])
    assert [part.get_text() for part in page.soup.select(".tp-prose p")] == ["Kom.", "Bli."]
    links = [str(link["href"]) for link in page.soup.select("main aside a")]
    assert links[:3] == ["tel:+4751000005", "mailto:enheten@example.no", "https://example.no"]
    above = await visitor.open(f"/organizations/{parent.slug}")
    assert above.soup.find("a", string="Enheten")["href"] == f"/organizations/{unit.slug}"
    assert cards(above) == []


async def test_a_suspended_organisation_is_not_found(visitor: Visitor) -> None:
    gone = await organization("Borte", state="suspended")
    assert (await visitor.open(f"/organizations/{gone.slug}")).status == 404


def trail(page: Page) -> list[str]:
    return [link.get_text() for link in page.soup.select(".ds-breadcrumbs a")]


async def test_a_units_page_has_the_path_of_units_above_it(visitor: Visitor) -> None:
    above, places = None, []
    for name in ("Sandnes kommune", "Helse og velferd", "Mestringsenheten", "Infohjelpen"):
        above = await organization(name, kind=OrganizationKind.MUNICIPAL, parent=above)
        places.append(above)
    page = await visitor.open(f"/organizations/{places[-1].slug}")
    assert trail(page) == [
        "Forsiden",
        "Hvem står bak",
        "Sandnes kommune",
        "Helse og velferd",
        "Mestringsenheten",
    ]
    await places[1].update_from_dict({"state": "suspended"}).save()
    page = await visitor.open(f"/organizations/{places[-1].slug}")
    assert trail(page) == ["Forsiden", "Hvem står bak", "Sandnes kommune", "Mestringsenheten"]


async def test_what_several_municipalities_own_is_found_in_each(visitor: Visitor) -> None:
    land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    college = await organization("Jæren Recovery College")
    await organization("Frivilligsentralen")
    await organization("Frivillig Søndre Land", municipality=land)
    for owner in (land, await make.municipality()):
        await OrganizationOwner.create(organization=college, municipality=owner)
    await make.offer("Håp i hverdagen", owner=college)
    await make.offer("Tur")

    async def listed(chosen: str) -> list[str]:
        page = await visitor.open(f"/organizations?municipality={chosen}")
        return [one.get_text() for one in page.soup.select("main .tp-offer__link")]

    assert await listed("sondre-land") == ["Frivillig Søndre Land", "Jæren Recovery College"]
    assert len(await listed("sandnes")) == 3
    assert (await visitor.open("/organizations?municipality=oslo")).status == 404
    assert cards(await visitor.open("/offers?municipality=all&place=S%C3%B8ndre+Land")) == ["Håp i hverdagen"]
    page = await visitor.open(f"/organizations/{college.slug}")
    assert "Eies av Sandnes, Søndre Land." in page.text
