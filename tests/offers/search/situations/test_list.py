"""The list leads somebody on who says how they are, after what was found by their words."""

from datetime import timedelta

import pytest

from offers.catalogue.kinds import Kind
from offers.search.situations.models import Situation
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

EVENING = NOW + timedelta(hours=7)


@pytest.fixture
async def alone(db: None) -> Situation:
    return await Situation.create(
        text="Jeg er alene om kvelden", text_nn="Eg er åleine om kvelden", text_en="I am alone in the evening",
        also="ensom om kvelden", words="", kinds=["meeting_place"], audiences=[], evening=True,
    )  # fmt: skip


def hinted(page: Page) -> list[str]:
    """The offers that follow from a situation."""
    section = page.soup.find("section", attrs={"aria-labelledby": "situation"})
    return [link.get_text() for link in section.select(".tp-offer__link")] if section else []


def way(page: Page) -> list[tuple[str, str]]:
    """The ways on that are said above the list or in the section."""
    return [
        (link.get_text(), link["href"]) for link in page.soup.select("#results a[href*='kind=meeting_place']")
    ]


async def test_somebody_alone_in_the_evening_finds_the_open_cafe_without_knowing_its_name(
    visitor: Visitor, alone: Situation
) -> None:
    await make.offer("Onsdagsbordet", kind=Kind.MEETING_PLACE, starts=[EVENING])
    await make.offer("Formiddagskaffen", kind=Kind.MEETING_PLACE, starts=[NOW + timedelta(hours=1)])
    page = await visitor.open("/offers?q=jeg er alene om kveldene")
    assert hinted(page) == ["Onsdagsbordet"]
    assert "Andre sier det slik: «Jeg er alene om kvelden»" in page.text
    (text, href), *_ = way(page)
    assert text == "Se alt (1 tilbud)"
    found = await visitor.open(href)
    assert [link.get_text() for link in found.soup.select(".tp-offer__link")] == ["Onsdagsbordet"]
    assert "Eg er åleine om kvelden" in (await visitor.open("/nn/offers?q=alene om kveldene")).text


async def test_what_has_the_words_stands_first_and_is_not_said_twice(
    visitor: Visitor, alone: Situation
) -> None:
    await make.offer("Alene om kvelden? Kom hit", kind=Kind.MEETING_PLACE, starts=[EVENING])
    await make.offer("Onsdagsbordet", kind=Kind.MEETING_PLACE, starts=[EVENING])
    page = await visitor.open("/offers?q=alene om kvelden")
    assert [link.get_text() for link in page.soup.select(".tp-offer__link")] == [
        "Alene om kvelden? Kom hit", "Onsdagsbordet",
    ]  # fmt: skip
    assert hinted(page) == ["Onsdagsbordet"]


async def test_what_has_only_some_of_the_words_stands_last(visitor: Visitor, alone: Situation) -> None:
    await make.offer("Alene om kvelden? Kom hit", kind=Kind.COURSE, starts=[EVENING])
    await make.offer("Hele kvelden", kind=Kind.COURSE, starts=[EVENING])
    await make.offer("Kvelden er lang", kind=Kind.COURSE, starts=[EVENING])
    await make.offer("Onsdagsbordet", kind=Kind.MEETING_PLACE, starts=[EVENING])
    page = await visitor.open("/offers?q=alene om kvelden")
    found = [link.get_text() for link in page.soup.select(".tp-offer__link")]
    assert found[:2] == ["Alene om kvelden? Kom hit", "Onsdagsbordet"]
    assert {*found[2:]} == {"Hele kvelden", "Kvelden er lang"}
    assert page.text.count("Mente du") == 1


async def test_where_enough_is_found_there_is_only_a_line(visitor: Visitor, alone: Situation) -> None:
    for number in range(6):
        await make.offer(f"Alene om kvelden {number}", kind=Kind.COURSE, starts=[EVENING])
    await make.offer("Onsdagsbordet", kind=Kind.MEETING_PLACE, starts=[EVENING])
    page = await visitor.open("/offers?q=alene om kvelden")
    assert hinted(page) == []
    assert way(page) == [("Jeg er alene om kvelden", "/offers?kind=meeting_place&evening=1")]


async def test_what_somebody_has_chosen_stays_chosen(visitor: Visitor, alone: Situation) -> None:
    await make.offer("For unge", kind=Kind.MEETING_PLACE, starts=[EVENING], audiences=["youth"])
    await make.offer("For eldre", kind=Kind.MEETING_PLACE, starts=[EVENING], audiences=["seniors"])
    page = await visitor.open("/offers?q=alene om kvelden&audience=youth&order=date")
    assert hinted(page) == ["For unge"]
    assert way(page)[0][1] == "/offers?kind=meeting_place&evening=1&audience=youth"


async def test_nobody_is_led_to_what_they_may_not_see_or_to_nothing(
    visitor: Visitor, alone: Situation
) -> None:
    await make.offer("For ansatte", kind=Kind.MEETING_PLACE, starts=[EVENING], visibility="staff")
    page = await visitor.open("/offers?q=alene om kvelden")
    assert (hinted(page), way(page)) == ([], [])


async def test_one_that_is_switched_off_leads_nobody(visitor: Visitor, alone: Situation) -> None:
    await make.offer("Onsdagsbordet", kind=Kind.MEETING_PLACE, starts=[EVENING])
    await Situation.filter(id=alone.id).update(off_at=NOW)
    assert hinted(await visitor.open("/offers?q=alene om kvelden")) == []


async def test_whoever_needs_somebody_now_gets_the_numbers_and_no_guess(
    visitor: Visitor, alone: Situation
) -> None:
    await make.offer("Onsdagsbordet", kind=Kind.MEETING_PLACE, starts=[EVENING])
    page = await visitor.open("/offers?q=alene om kvelden og vil ikke leve")
    assert page.soup.find(id="urgent")
    assert hinted(page) == []
