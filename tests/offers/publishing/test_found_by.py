"""Other words that an offer is found by: its organiser writes them, nobody reads them, a search knows them."""

import pytest

from marketplace.base.data.database import rows
from offers.catalogue.models import Offer, OfferOrganizer, OfferText
from offers.publishing.jobs import keep_keywords
from offers.search.words.jobs import make_parts
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


@pytest.fixture
async def offer(visitor: Visitor) -> Offer:
    owner = await make.organization("Frivilligsentralen")
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Kari"))
    return await make.offer("Strikkekafé", owner=owner, venue=await make.venue(name="Solborg"))


async def found(visitor: Visitor, typed: str) -> list[str]:
    page = await visitor.open(f"/offers?q={typed}")
    return [link.get_text() for link in page.soup.select("#results .tp-offer__link")]


async def test_an_editor_writes_words_that_it_is_found_by_and_that_stand_nowhere(
    visitor: Visitor, offer: Offer
) -> None:
    path = f"/manage/offers/{offer.slug}/what"
    assert await found(visitor, "bindestund") == []
    page = await visitor.submit(await visitor.open(path), path, found_by="bindestund, spøtting")
    assert page.status == 303, page.text
    assert await found(visitor, "bindestund") == ["Strikkekafé"]
    assert await found(visitor, "spøtting") == ["Strikkekafé"]
    for shown in (f"/offers/{offer.slug}", f"/offers/{offer.slug}.ics"):
        assert "bindestund" not in (await visitor.open(shown)).html
    assert (await visitor.open(path)).fields(path)["found_by"] == ["bindestund, spøtting"]


async def test_the_parts_of_such_words_are_found_as_well_and_are_made_anew(db: None) -> None:
    made = await make.offer("Strikkekafé")
    await make_parts(NOW)
    await OfferText.filter(offer_id=made.id).update(found_by="garnklubb")
    assert (await rows("SELECT parts FROM offer_text"))[0]["parts"] is None
    await make_parts(NOW)
    assert "garn" in (await rows("SELECT parts::text AS parts FROM offer_text"))[0]["parts"]


async def test_what_is_written_of_organiser_and_kind_is_kept_apart(visitor: Visitor, offer: Offer) -> None:
    path = f"/manage/offers/{offer.slug}/what"
    await visitor.submit(await visitor.open(path), path, found_by="garn")
    text = await OfferText.get(offer_id=offer.id)
    assert "garn" not in text.keywords
    assert "Frivilligsentralen" in text.keywords
    assert text.found_by == "garn"
    assert await found(visitor, "solborg") == [], "the name of the place is for the field of places"


async def test_another_language_has_words_of_its_own(visitor: Visitor, offer: Offer) -> None:
    path = f"/manage/offers/{offer.slug}/texts/en"
    await visitor.submit(
        await visitor.open(path), path, title="Knitting", summary="We knit", found_by="crochet"
    )
    assert await found(visitor, "crochet") == ["Strikkekafé"]
    assert (await OfferText.get(offer_id=offer.id, lang="nb")).found_by == ""


async def test_too_many_words_are_said_at_the_field(visitor: Visitor, offer: Offer) -> None:
    path = f"/manage/offers/{offer.slug}/what"
    page = await visitor.submit(await visitor.open(path), path, found_by="ord " * 80)
    assert (page.status, page.soup.select_one("#found_by-error") is not None) == (422, True)


async def test_an_organisation_that_has_another_name_is_found_by_that(visitor: Visitor, offer: Offer) -> None:
    helping = await make.organization("Blå Kors")
    await OfferOrganizer.create(offer=offer, organization=helping)
    path = f"/manage/offers/{offer.slug}/what"
    await visitor.submit(await visitor.open(path), path)
    assert await found(visitor, "frivilligsentralen") == ["Strikkekafé"]
    await Organization.filter(id=offer.owner_id).update(name="Nærmiljøhuset")
    await Organization.filter(id=helping.id).update(name="Solstrålen")
    await keep_keywords(NOW)
    for name in ("nærmiljøhuset", "solstrålen"):
        assert await found(visitor, name) == ["Strikkekafé"]
    for name in ("frivilligsentralen", "kors"):
        assert await found(visitor, name) == []


async def test_what_is_found_by_the_right_words_is_not_written_again(visitor: Visitor, offer: Offer) -> None:
    path = f"/manage/offers/{offer.slug}/what"
    await visitor.submit(await visitor.open(path), path)
    before = await rows("SELECT xmin::text FROM offer_text")
    await keep_keywords(NOW)
    assert await rows("SELECT xmin::text FROM offer_text") == before
