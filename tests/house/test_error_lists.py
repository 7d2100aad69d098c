"""The list above a form that has something to mend: each line says what it speaks of, and leads there."""

from tests import make
from tests.conftest import NOW
from tests.house.standing import stand
from tests.visitor import Page, Visitor


def lines(page: Page) -> list[tuple[str, str]]:
    return [(str(link["href"]), link.get_text()) for link in page.soup.select(".ds-error-summary li a")]


async def test_a_sentence_that_stands_there_twice_says_of_which_field_it_is(visitor: Visitor) -> None:
    town = await stand()
    await visitor.sign_in(town.people["everybody"])
    path = "/manage/offers/tur/audience"
    ages = await visitor.submit(await visitor.open(path), path, age_from="ung", age_to="gammel")
    assert lines(ages) == [
        ("#age_from", "Yngst: Skriv et helt tall."),
        ("#age_to", "Eldst: Skriv et helt tall."),
    ]
    path = "/manage/offers/tur/joining"
    seats = await visitor.submit(await visitor.open(path), path, max_party="to", closes_hours="x")
    assert lines(seats) == [
        ("#max_party", "Hvor mange kan én melde på? Skriv et helt tall."),
        ("#closes_hours", "Stenger så mange timer før start: Skriv et helt tall."),
    ]
    assert ages.soup.find(id="age_to-error").get_text() == "Skriv et helt tall."  # type: ignore[union-attr]
    plan = await visitor.submit(
        await visitor.open("/plans/new"), "/plans/new", title="Plan", first_year="x", last_year="y"
    )
    assert lines(plan) == [
        ("#first_year", "Første år: Skriv et årstall med fire siffer."),
        ("#last_year", "Siste år: Skriv et årstall med fire siffer."),
    ]
    dates = await visitor.open("/offers?from=x&to=y&age=z")
    assert lines(dates) == [
        ("#from", "Fra: Skriv datoen slik: 12.1.2027"),
        ("#to", "Til og med: Skriv datoen slik: 12.1.2027"),
        ("#age", "Skriv en alder mellom 0 og 120."),
    ]


async def test_the_title_says_that_there_is_something_to_mend_whichever_form_of_the_page_it_is(
    visitor: Visitor,
) -> None:
    await make.offer("Tur", starts=[NOW])
    page = await visitor.open("/bookings")
    for action in ("/bookings", "/bookings/links"):
        wrong = await visitor.submit(page, action)
        assert wrong.soup.title.get_text().startswith("Feil: Finn påmeldingen din"), action  # type: ignore[union-attr]
    assert page.soup.title.get_text().startswith("Finn påmeldingen din")  # type: ignore[union-attr]
