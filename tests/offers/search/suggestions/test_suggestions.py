"""While somebody types, what there is now is suggested: to everybody the same, and never what is nobody's business."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.slugs import free_slug
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Offer, OfferText
from offers.search.situations.models import Situation
from offers.search.suggestions.rules import Known
from organizations.directory.models import District
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

SOON = NOW + timedelta(hours=2)


async def suggested(visitor: Visitor, typed: str, more: str = "", lang: str = "") -> list[dict[str, Any]]:
    page = await visitor.open(f"{lang}/offers/suggestions?q={typed}{more}")
    assert page.status == 200
    found: list[dict[str, Any]] = page.response.json()
    return found


async def texts(visitor: Visitor, typed: str, more: str = "", lang: str = "") -> list[str]:
    return [one["text"] for one in await suggested(visitor, typed, more, lang)]


async def test_offers_kinds_audiences_places_and_situations_are_suggested(visitor: Visitor) -> None:
    here = await make.municipality()
    venue = await make.venue("Seniorhuset på Hana")
    yoga = await make.offer("Senioryoga", kind=Kind.COURSE, audiences=["seniors"], starts=[SOON], venue=venue)
    await District.create(municipality=here, slug="sentrum", name="Sentrum")
    await Situation.create(
        text="Jeg kjenner ingen seniorer", text_nn="x y", text_en="x y", words="kaffe", kinds=[], audiences=[]
    )
    assert await suggested(visitor, "sen") == [
        {"text": "Senioryoga", "sort": "Tilbud", "path": f"/offers/{yoga.slug}", "lang": ""},
        {"text": "Jeg kjenner ingen seniorer", "sort": "Slik andre sier det",
         "path": "/offers?q=kaffe&municipality=sandnes", "lang": ""},
        {"text": "Sentrum", "sort": "Sted", "path": "/offers?district=sentrum&municipality=sandnes", "lang": ""},
        {"text": "Seniorhuset på Hana", "sort": "Sted",
         "path": "/offers?place=Seniorhuset+p%C3%A5+Hana&municipality=sandnes", "lang": ""},
    ]  # fmt: skip
    assert [(one["text"], one["path"]) for one in await suggested(visitor, "kur")] == [
        ("Kurs", "/offers?kind=course&municipality=sandnes")
    ]
    assert await texts(visitor, "65") == ["65 år og eldre"]


async def test_each_suggestion_leads_to_a_page_that_has_something(visitor: Visitor) -> None:
    venue = await make.venue("Kulturhuset")
    await make.offer("Kulturkafé", kind=Kind.COURSE, audiences=["adults"], starts=[SOON], venue=venue)
    for one in (
        await suggested(visitor, "kul") + await suggested(visitor, "kurs") + await suggested(visitor, "vok")
    ):
        page = await visitor.open(one["path"])
        assert page.status == 200, one
        assert "Ingen tilbud" not in page.text, one


@pytest.mark.parametrize(
    "typed", ["språkkafé", "SPRÅKK", "sprakkafe", "spraakkafe", "på språkk", "språkkafé  p"]
)
async def test_small_letters_rings_and_the_order_of_words_do_not_matter(visitor: Visitor, typed: str) -> None:
    await make.offer("Språkkafé på Lura", starts=[SOON])
    assert await texts(visitor, typed) == ["Språkkafé på Lura"]


@pytest.mark.parametrize("typed", ["", "s", " s ", "🙂🙂", "%%", "' OR 1=1 --", "s" * 61, "sp&q=s"])
async def test_one_letter_nonsense_and_what_is_too_long_suggest_nothing(visitor: Visitor, typed: str) -> None:
    await make.offer("Språkkafé", starts=[SOON])
    assert await texts(visitor, typed) == []


async def test_nobody_reads_what_is_hidden_or_sensitive_whoever_is_signed_in(visitor: Visitor) -> None:
    owner = await make.organization()
    for title, more in (
        ("Hemmelig gruppe", {"sensitive": True}), ("Hemmelig for ansatte", {"visibility": "staff"}),
        ("Hemmelig for medlemmer", {"visibility": "members"}), ("Hemmelig utkast", {"state": "draft"}),
        ("Hemmelig avlyst", {"state": "cancelled"}),
    ):  # fmt: skip
        await make.offer(title, owner=owner, starts=[SOON], **more)
    await make.offer("Hemmelig og over", owner=owner, starts=[NOW - timedelta(days=2)])
    assert await texts(visitor, "hemmelig") == []
    await visitor.sign_in(await make.member(owner, Role.MANAGER, "Anna"))
    assert await texts(visitor, "hemmelig") == []


async def test_of_another_municipality_nothing_is_suggested_until_it_is_chosen(visitor: Visitor) -> None:
    await make.municipality()
    far = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await make.offer("Garasjen", starts=[SOON], municipality_id=far.id)
    await make.offer("Garnkafé", starts=[SOON])
    assert await texts(visitor, "gar") == ["Garnkafé"]
    assert await texts(visitor, "gar", "&municipality=sondre-land") == ["Garasjen"]
    assert await texts(visitor, "gar", "&municipality=all") == ["Garasjen", "Garnkafé"]
    assert await texts(visitor, "gar", "&municipality=finnes-ikke") == ["Garasjen", "Garnkafé"]


async def test_a_title_is_in_the_readers_language_and_says_where_it_is_not(visitor: Visitor) -> None:
    offer = await make.offer("Turgruppe", starts=[SOON])
    assert (await suggested(visitor, "tur", lang="/en"))[0] == {
        "text": "Turgruppe", "sort": "Activity", "path": f"/en/offers/{offer.slug}", "lang": "nb",
    }  # fmt: skip
    await OfferText.create(offer=offer, lang="en", title="Walking group", summary="Walk")
    assert await texts(visitor, "walk", lang="/en") == ["Walking group"]
    assert await texts(visitor, "walk") == []


async def test_few_are_suggested_the_soonest_first_and_each_title_once(visitor: Visitor) -> None:
    for number in range(7):
        await make.offer(f"Tur {7 - number}", starts=[SOON + timedelta(hours=7 - number)])
    await make.offer("Tur 1", starts=[SOON])
    await make.offer("Rask tur", starts=[SOON])
    assert await texts(visitor, "tur") == ["Tur 1", "Tur 2", "Tur 3", "Tur 4"]


async def test_it_asks_the_database_seldom_and_counts_nobodys_tries(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    offer = await make.offer("Turgruppe", starts=[SOON])
    assert await texts(visitor, "tur") == ["Turgruppe"]
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        page = await visitor.open("/offers/suggestions?q=tu")
    assert page.response.headers["cache-control"] == "public, max-age=60"
    assert len([record for record in caplog.records if record.name == "tortoise.db_client"]) <= 7
    assert not any("rate_limit" in record.getMessage() for record in caplog.records)
    await Offer.filter(id=offer.id).update(visibility="staff")
    assert await texts(visitor, "tur") == []


def test_ten_thousand_titles_are_looked_through_at_once() -> None:
    told = [
        [f"tilbud-{at}", ["sandnes"], "course", ["adults"], "nb", {"nb": f"Turgruppe {at} på Lura"}]
        for at in range(10_000)
    ]
    known = Known(json.dumps(told))
    assert [one.path for one in known.titled(["tur", "lu"], "nb", {"sandnes"})] == [
        "/offers/tilbud-0", "/offers/tilbud-1", "/offers/tilbud-2", "/offers/tilbud-3",
    ]  # fmt: skip


def test_no_offer_takes_the_address() -> None:
    assert free_slug("suggestions", set()) == "suggestions-2"
