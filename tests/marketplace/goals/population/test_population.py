"""How many live in a municipality is written by year, with who has counted."""

import pytest

from marketplace.goals.models import FocusArea, Population
from tests.marketplace.attended import coordinator
from tests.visitor import Visitor


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "0"}, "Det må bo minst én i kommunen"),
        ({"number": "-4"}, "Det må bo minst én i kommunen"),
        ({"number": "1000000000000"}, "Så mange bor det ikke i noen norsk kommune."),
        ({"number": "9" * 40}, "Så mange bor det ikke i noen norsk kommune."),
        ({"number": "mange"}, "med siffer"),
        ({"number": ""}, "Skriv hvor mange som bor i kommunen."),
        ({"year": "2027"}, "Det året er ikke kommet ennå."),
        ({"year": "1899"}, "Skriv et årstall mellom 1900 og 2100."),
        ({"source": ""}, "Skriv hvor tallet er fra"),
    ],
    ids=str,
)
async def test_a_population_that_cannot_be_says_so(
    visitor: Visitor, area: FocusArea, typed: dict[str, str], words: str
) -> None:
    await visitor.sign_in(await coordinator())
    given = {"year": "2026", "number": "84000", "source": "SSB"} | typed
    page = await visitor.submit(await visitor.open("/population"), **given)
    assert page.status == 422
    assert words in page.text
    assert {name: page.fields()[name] for name in typed} == {name: [text] for name, text in typed.items()}
    assert await Population.all().count() == 0


async def test_a_population_is_saved_by_year_and_written_over(visitor: Visitor, area: FocusArea) -> None:
    await visitor.sign_in(await coordinator())
    for number in ("84000", "84 500", "84.600"):
        saved = await visitor.submit(
            await visitor.open("/population"), year="2026", number=number, source="SSB"
        )
        assert saved.status == 303
    await visitor.submit(await visitor.open("/population"), year="2025", number="83000", source="SSB")
    found = await Population.all().order_by("year")
    assert [(one.year, one.number) for one in found] == [(2025, 83000), (2026, 84600)]
    assert "83 000" in (await visitor.open("/population")).text
