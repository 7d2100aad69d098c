"""The pages of the organisations, over HTTP."""

from datetime import timedelta
from typing import Any

from organizations.directory.models import OrganizationKind, OrganizationText
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
    links = [str(link["href"]) for link in page.soup.select("main aside a, main .tp-kind ~ p a")]
    assert links[:4] == [
        f"/organizations/{parent.slug}", "tel:+4751000005", "mailto:enheten@example.no", "https://example.no",
    ]  # fmt: skip
    above = await visitor.open(f"/organizations/{parent.slug}")
    assert above.soup.find("a", string="Enheten")["href"] == f"/organizations/{unit.slug}"
    assert cards(above) == []


async def test_a_suspended_organisation_is_not_found(visitor: Visitor) -> None:
    gone = await organization("Borte", state="suspended")
    assert (await visitor.open(f"/organizations/{gone.slug}")).status == 404
