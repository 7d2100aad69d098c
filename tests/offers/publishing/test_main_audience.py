"""Whom an offer is most for: one choice, others beside it. It is what the offer counts as."""

import pytest
from tortoise.exceptions import IntegrityError

from marketplace.people.models import Person
from offers.catalogue.kinds import Audience
from offers.catalogue.models import Offer
from offers.catalogue.states import OfferState
from offers.publishing.drafts import actions as drafts_actions
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor


@pytest.fixture
async def kari(visitor: Visitor) -> Person:
    """Leads Frivilligsentralen, and is signed in."""
    person = await make.member(await make.organization(), Role.EDITOR)
    await visitor.sign_in(person)
    return person


async def offered(kari: Person, audiences: list[str], **other: object) -> Offer:
    owner = (await kari.memberships.all().select_related("organization"))[0].organization
    made = await make.offer(owner=owner, audiences=audiences, **other)
    await made.refresh_from_db()
    return made


async def started(visitor: Visitor) -> str:
    """The address of a draft of which the first step is saved."""
    page = await visitor.open("/manage/offers/new")
    sent = await visitor.submit(page, kind="course", title="Strikkekurs", summary="Vi strikker sammen.")
    assert sent.status == 303, sent.text
    return str(sent.response.headers["location"]).removesuffix("/audience")


def complaint(page: Page) -> str:
    found = page.soup.select_one("#main_audience-error")
    assert found
    return found.get_text()


async def test_one_is_chosen_and_others_stand_beside_it(visitor: Visitor, kari: Person) -> None:
    offer = await offered(kari, ["everyone"])
    page = await visitor.open(f"/manage/offers/{offer.slug}/audience")
    saved = await visitor.submit(page, "/audience", main_audience="seniors", audiences=["everyone", "adults"])
    assert saved.status == 303, saved.text
    await offer.refresh_from_db()
    assert (offer.main_audience, offer.audiences) == (Audience.SENIORS, ["everyone", "adults", "seniors"])
    again = (await visitor.open(f"/manage/offers/{offer.slug}/audience")).fields("/audience")
    assert (again["main_audience"], again["audiences"]) == (["seniors"], ["everyone", "adults"])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/offers/{slug}", "Alle, særlig 65 år og eldre"),
        ("/nn/offers/{slug}", "Alle, særleg 65 år og eldre"),
        ("/en/offers/{slug}", "Everyone, especially people aged 65 and over"),
        ("/offers", "Alle, særlig 65 år og eldre"),
    ],
)
async def test_page_and_card_say_both_in_every_language(visitor: Visitor, path: str, words: str) -> None:
    offer = await make.offer(audiences=["everyone", "seniors"], main_audience="seniors")
    assert words in (await visitor.open(path.format(slug=offer.slug))).text


async def test_of_one_audience_nothing_more_is_asked(visitor: Visitor, kari: Person) -> None:
    offer = await offered(kari, ["youth"])
    assert offer.main_audience == Audience.YOUTH
    page = await visitor.open(f"/manage/offers/{offer.slug}/audience")
    sent = await visitor.submit(page, "/audience", main_audience="", audiences=["parents"])
    assert sent.status == 303
    await offer.refresh_from_db()
    assert (offer.main_audience, offer.audiences) == (Audience.PARENTS, ["parents"])


async def test_of_several_without_a_choice_it_is_asked_and_what_was_ticked_stays(
    visitor: Visitor, kari: Person
) -> None:
    offer = await offered(kari, ["adults", "youth"])
    assert offer.main_audience == Audience.EVERYONE
    page = await visitor.open(f"/manage/offers/{offer.slug}/audience")
    assert page.fields("/audience")["main_audience"] == [""]
    sent = await visitor.submit(page, "/audience")
    assert (sent.status, complaint(sent)) == (422, "Velg hvem tilbudet er mest for.")
    assert sent.fields("/audience")["audiences"] == ["youth", "adults"]
    await offer.refresh_from_db()
    assert offer.audiences == ["adults", "youth"]


async def test_nobody_at_all_is_no_answer(visitor: Visitor, kari: Person) -> None:
    offer = await offered(kari, ["youth"])
    page = await visitor.open(f"/manage/offers/{offer.slug}/audience")
    sent = await visitor.submit(page, "/audience", main_audience="", audiences=[])
    assert (sent.status, complaint(sent)) == (422, "Velg hvem tilbudet er mest for.")


async def test_a_copy_is_for_the_same(visitor: Visitor, kari: Person) -> None:
    offer = await offered(kari, ["everyone", "seniors"], main_audience="seniors")
    page = await visitor.open(f"/manage/offers/{offer.slug}")
    assert (await visitor.submit(page, "/copy")).status == 303
    copy = await Offer.get(continues_id=offer.id)
    assert (copy.main_audience, copy.audiences) == (Audience.SENIORS, ["everyone", "seniors"])


async def test_who_looks_for_those_beside_finds_it_too(visitor: Visitor) -> None:
    await make.offer("Kafé", audiences=["everyone", "seniors"], main_audience="seniors")
    for audience in ("everyone", "seniors"):
        assert "Kafé" in (await visitor.open(f"/offers?audience={audience}")).text
    assert "Ingen tilbud passer" in (await visitor.open("/offers?audience=youth")).text


async def test_a_new_draft_asks_with_nothing_filled_in(visitor: Visitor, kari: Person) -> None:
    home = await started(visitor)
    offer = await Offer.get(slug=home.removeprefix("/manage/offers/"))
    assert (offer.main_audience, offer.audiences) == (None, [])
    page = await visitor.open(f"{home}/audience")
    given = page.fields("/audience")
    assert (given["main_audience"], given.get("audiences", [])) == ([""], [])
    saved = await visitor.submit(
        page, "/audience", audiences=["seniors"]
    )  # ticked below, and nothing chosen above
    assert saved.status == 303
    await offer.refresh_from_db()
    assert (offer.main_audience, offer.audiences) == (Audience.SENIORS, ["seniors"])


async def test_nothing_is_published_before_somebody_says_for_whom(visitor: Visitor, kari: Person) -> None:
    home = await started(visitor)
    for shown in (home, f"{home}/publish", f"{home}/preview"):
        assert (await visitor.open(shown)).status == 200
    page = await visitor.open(f"{home}/publish")
    assert page.soup.select_one(f'a[href="{home}/audience#main_audience"]')
    sent = await visitor.submit(page, "/publish")
    assert sent.status == 422
    assert "Velg hvem tilbudet er mest for." in sent.text
    offer = await Offer.get(slug=home.removeprefix("/manage/offers/"))
    assert (offer.state, offer.main_audience) == (OfferState.DRAFT, None)
    with pytest.raises(IntegrityError):
        await Offer.filter(id=offer.id).update(state=OfferState.PUBLISHED)


async def test_a_copy_of_what_does_not_say_does_not_say_either(visitor: Visitor, kari: Person) -> None:
    home = await started(visitor)
    original = await Offer.get(slug=home.removeprefix("/manage/offers/"))
    copy = await drafts_actions.copy(original, by=kari.id, now=NOW)
    await copy.refresh_from_db()
    assert (copy.main_audience, copy.audiences) == (None, [])


async def test_a_draft_of_several_that_was_never_asked_keeps_what_it_counts_as(
    visitor: Visitor, kari: Person
) -> None:
    offer = await offered(kari, ["everyone", "youth"], state=OfferState.DRAFT)
    assert offer.main_audience == Audience.EVERYONE
    page = await visitor.open(f"/manage/offers/{offer.slug}/audience")
    assert page.fields("/audience")["main_audience"] == ["everyone"]
