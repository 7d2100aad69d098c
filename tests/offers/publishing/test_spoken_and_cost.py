"""Which languages are spoken there, and what it costs: said in the wizard, shown on the page."""

import pytest

from marketplace.people.models import Person
from offers.catalogue.models import Cost, Offer
from offers.publishing.drafts.actions import copy
from tests import make
from tests.offers.publishing.test_views import complete, draft, kari, step
from tests.visitor import Visitor

__all__ = ["kari"]


async def test_languages_and_cost_are_said_in_the_wizard_and_stand_on_the_page(
    visitor: Visitor, kari: Person
) -> None:
    home = await complete(visitor)
    await step(
        visitor, home, "audience", main_audience="seniors", bring_someone="Ja.", spoken=["ar", "uk", "ar"]
    )
    await step(
        visitor, home, "joining", joining="per_session", capacity="12", cost="some", cost_text="30 kroner til kaffe"
    )  # fmt: skip
    offer = await Offer.get()
    assert (offer.spoken, offer.cost, offer.cost_text) == (["uk", "ar"], Cost.SOME, "30 kroner til kaffe")
    look = await visitor.open(f"{home}/publish")
    assert "Українська, العربية" in look.soup.main.text
    assert "Koster litt: 30 kroner til kaffe" in look.soup.main.text
    await visitor.submit(look, "/publish", sensitive="no")
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.find("bdi", lang="ar", string="العربية")
    assert "Koster litt: 30 kroner til kaffe" in page.soup.main.text
    assert "Gratis" not in page.soup.main.text
    told = page.soup.find("script", type="application/ld+json").text
    assert '"isAccessibleForFree":false' in told.replace(" ", "")


async def test_a_copy_says_what_the_offer_says(kari: Person) -> None:
    offer = await make.offer(spoken=["pl"], cost=Cost.SOME, cost_text="50 kroner", age_from=9, age_to=12)
    new = await Offer.get(id=(await copy(offer, by=kari.id, now=offer.created_at)).id)
    assert (new.spoken, new.cost, new.cost_text, new.age_from, new.age_to) == (
        ["pl"], Cost.SOME, "50 kroner", 9, 12
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"cost": "some"}, "cost_text", "Skriv hvor mye det koster"),
        ({"cost": "some", "cost_text": "  "}, "cost_text", "Skriv hvor mye det koster"),
        ({"cost": "some", "cost_text": "k" * 81}, "cost_text", "for lang"),
        ({"cost": "much"}, "cost", "Velg om det er gratis"),
    ],
)
async def test_what_it_costs_is_said_or_asked_for(
    typed: dict[str, str], field: str, words: str, visitor: Visitor, kari: Person
) -> None:
    home = await draft(visitor)
    page = await visitor.submit(await visitor.open(f"{home}/joining"), "/joining", joining="drop_in", **typed)
    assert page.status == 422
    assert words in page.soup.find(id=f"{field}-error").text
    assert page.fields("/joining")["cost_text"] == [typed.get("cost_text", "")]


async def test_an_amount_does_not_count_where_it_is_free(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor)
    await step(visitor, home, "joining", joining="drop_in", cost="free", cost_text="30 kroner")
    offer = await Offer.get()
    assert (offer.cost, offer.cost_text) == (Cost.FREE, "")


async def test_a_language_that_is_not_in_the_list_is_named_at_the_field(
    visitor: Visitor, kari: Person
) -> None:
    home = await draft(visitor)
    page = await visitor.submit(
        await visitor.open(f"{home}/audience"), "/audience", main_audience="seniors", bring_someone="Ja.", spoken="tlh"
    )  # fmt: skip
    assert page.status == 422
    assert "Velg språkene fra lista." in page.soup.find(id="spoken-error").text


async def test_where_nobody_has_said_what_it_costs_nothing_is_said(visitor: Visitor) -> None:
    offer = await make.offer(starts=[])
    page = await visitor.open(f"/offers/{offer.slug}")
    assert "Gratis" not in page.soup.main.text
    assert "Koster" not in page.soup.main.text
