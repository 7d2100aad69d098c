"""Si hva du savner: anonymous, to be read by coordinators of that municipality, and gone after a year."""

from datetime import timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.dialogue.items.queries import items
from marketplace.dialogue.models import Dialogue, DialogueItem
from marketplace.dialogue.needs.models import Need
from marketplace.dialogue.needs.rules import KEPT, leaves_a_way_back
from marketplace.people.models import Person
from marketplace.privacy.actions import forget
from organizations.directory.models import District, Municipality, Organization, OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


@pytest.fixture
async def here(db: None) -> Municipality:
    return await make.municipality()


@pytest.fixture
async def figgjo(here: Municipality) -> District:
    return await District.create(municipality=here, slug="figgjo", name="Figgjo")


async def coordinator(here: Municipality) -> Person:
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL, municipality=here)
    return await make.member(unit, Role.COORDINATOR, "Nora Berg")


async def say(here: Municipality, text: str = "Dans", **other: object) -> Need:
    return await Need.create(municipality=here, text=text, **{"said_at": NOW, **other})


async def test_who_finds_nothing_says_what_they_miss_and_the_coordinator_reads_it(
    visitor: Visitor, here: Municipality, figgjo: District
) -> None:
    nothing = await visitor.open("/offers?q=dans+p%C3%A5+Figgjo&audience=youth")
    asked = nothing.fields("/needs/new")
    assert (asked["text"], asked["audience"]) == (["dans"], ["youth"])
    assert asked["where"] == [f"{here.slug}/figgjo"], "the district that was named"
    thanks = await visitor.follow(await visitor.submit(nothing, "/needs/new"))
    assert "Takk, det er sendt" in thanks.heading
    assert "Ingen kan svare deg" in thanks.text

    await visitor.sign_in(await coordinator(here))
    assert "(1 ny siste 30 dager)" in (await visitor.open("/today")).text
    page = await visitor.open("/needs")
    assert "dans" in page.text
    assert [one.text for one in page.soup.select("#groups ~ ul li")] == ["Ungdom, Figgjo: 1 gang"]


async def test_nothing_tells_who_it_was(visitor: Visitor, here: Municipality) -> None:
    await visitor.sign_in(await make.person("Ola"))
    form = await visitor.open("/needs/new")
    before = await rows("SELECT count(*) AS n FROM audit_entry")
    await visitor.submit(form, "/needs/new", text="Noen å gå tur med", where=here.slug)
    assert {*(await rows("SELECT * FROM need"))[0]} == {
        "id", "municipality_id", "district_id", "audience", "text", "said_at", "item_id", "taken_at"
    }  # fmt: skip
    assert await rows("SELECT count(*) AS n FROM audit_entry") == before


@pytest.mark.parametrize(
    "text",
    [
        "Ring meg på 51 00 00 01",
        "kari@example.no",
        "Jeg heter Kari, +47 900 00 001",
        "skriv til kari@example.no!",
        "Ring meg\n51 00\n00 01",
        "51_00_00_01",
        "51/00/00/01",
        "ring51000001",
        "kari @ example.no",
        "Kari (at) example.no",
        "kari\uff20example.no",
    ],
)
async def test_a_way_back_is_refused_at_the_field_for_nobody_can_answer(
    visitor: Visitor, here: Municipality, text: str
) -> None:
    answer = await visitor.submit(await visitor.open("/needs/new"), "/needs/new", text=text, where=here.slug)
    assert answer.status == 422
    error = answer.soup.select_one("#text-error")
    assert error is not None
    assert "kan ikke svare deg her" in error.text
    assert answer.fields("/needs/new")["text"] == [text]
    assert not await Need.exists()


@pytest.mark.parametrize(
    "text",
    [
        "Tur kl. 18.30 for oss over 65",
        "Klubb for 13 til 16 år, 2 ganger i uka",
        "4306",
        "Julefest 24.12.2026",
        "Åpent kl. 22.00-23.00",
        "Noe å gjøre @ Ganddal. Kjekt!",
    ],
)
def test_ages_hours_and_postcodes_are_no_numbers_to_ring(text: str) -> None:
    assert not leaves_a_way_back(text)


async def test_the_place_is_the_one_that_was_searched_in_else_that_of_the_host_name(
    visitor: Visitor, here: Municipality
) -> None:
    await make.municipality(name="Gjøvik", number="3407", slug="gjovik")
    nothing = await visitor.open("/offers?q=dans&municipality=gjovik")
    assert nothing.fields("/needs/new")["where"] == ["gjovik"]
    await Municipality.filter(slug="gjovik").update(host="127.0.0.1")
    for query in ("", "?where=", "?where=all", "?where=oslo"):
        assert (await visitor.open(f"/needs/new{query}")).fields("/needs/new")["where"] == ["gjovik"], query


async def test_a_place_that_nobody_knows_is_never_taken_for_the_first_of_all(
    visitor: Visitor, here: Municipality
) -> None:
    form = await visitor.open("/needs/new")
    answer = await visitor.submit(form, "/needs/new", text="Kor", where="oslo")
    assert answer.fields("/needs/new")["where"] == [""]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("text", "", "Skriv med noen få ord hva du savner."),
        ("text", "x" * 301, "Skriv litt kortere, høyst 300 tegn."),
        ("where", "", "Velg hvor."),
        ("where", "oslo", "Velg et sted fra lista."),
        ("audience", "staff", "Velg hvem i lista."),
        ("audience", "naboer", "Velg hvem i lista."),
    ],
)
async def test_what_is_wrong_is_said_at_the_field(
    visitor: Visitor, here: Municipality, field: str, typed: str, words: str
) -> None:
    fields = {"text": "Kor", "where": here.slug, "audience": "", field: typed}
    answer = await visitor.submit(await visitor.open("/needs/new"), "/needs/new", **fields)
    assert answer.status == 422
    error = answer.soup.select_one(f"#{field}-error")
    assert error is not None
    assert words in error.text
    assert not await Need.exists()


async def test_a_form_sent_twice_says_it_once(visitor: Visitor, here: Municipality) -> None:
    form = await visitor.open("/needs/new")
    for _again in range(2):
        assert (await visitor.submit(form, "/needs/new", text="Kor", where=here.slug)).status == 303
    assert await Need.all().count() == 1


async def test_one_network_may_say_twenty_things_an_hour(visitor: Visitor, here: Municipality) -> None:
    somebody = visitor.at_network("203.0.113.7")
    for number in range(21):
        form = await somebody.open("/needs/new")
        answer = await somebody.submit(form, "/needs/new", text=f"Kor nummer {number}", where=here.slug)
    assert answer.status == 429
    assert "Vent litt" in answer.text
    assert await Need.all().count() == 20


async def test_a_coordinator_sees_only_their_own_municipality(visitor: Visitor, here: Municipality) -> None:
    elsewhere = await make.municipality(name="Gjøvik", number="3407", slug="gjovik")
    other = await say(elsewhere, "Skøyter på Mjøsa")
    await say(here, "Dans")
    await visitor.sign_in(await coordinator(here))
    assert "Skøyter" not in (await visitor.open("/needs")).text
    assert (await visitor.open("/needs?municipality=gjovik")).status == 404
    assert (await visitor.open(f"/needs/{other.id}/remove")).status == 404
    assert "siste 30 dager" in (await visitor.open("/today")).text


async def test_they_are_grouped_and_each_group_is_a_list(
    visitor: Visitor, here: Municipality, figgjo: District
) -> None:
    for text in ("Dans", "Breakdance"):
        await say(here, text, audience="youth", district=figgjo)
    await say(here, "Bingo", audience="seniors")
    await say(here, "Kor")
    await visitor.sign_in(await coordinator(here))
    page = await visitor.open("/needs")
    groups = {one.text: str(one["href"]) for one in page.soup.select("#groups ~ ul a")}
    assert [*groups] == ["Ungdom, Figgjo", "65 år og eldre", "Ikke sagt for hvem"], (
        "the most often said first"
    )
    lists = {
        name: {one.text for one in (await visitor.open(href)).soup.select("main section li > p:first-child")}
        for name, href in groups.items()
    }
    assert lists == {
        "Ungdom, Figgjo": {"Dans", "Breakdance"}, "Ikke sagt for hvem": {"Kor"}, "65 år og eldre": {"Bingo"}
    }  # fmt: skip


async def test_a_long_list_goes_on_by_key(visitor: Visitor, here: Municipality) -> None:
    for number in range(60):
        await say(here, f"Ønske {number:02}")
    await visitor.sign_in(await coordinator(here))
    first = await visitor.open("/needs")
    further = first.soup.find("a", string="Vis flere")
    assert further is not None
    assert "Ønske 59" in first.text
    assert "Ønske 09" not in first.text
    rest = await visitor.open(str(further["href"]))  # type: ignore[index]
    assert "Ønske 09" in rest.text
    assert "Ønske 10" not in rest.text


async def test_what_names_somebody_is_taken_away_after_asking(visitor: Visitor, here: Municipality) -> None:
    need = await say(here, "Kari Nordmann burde lage noe")
    await visitor.sign_in(await coordinator(here))
    asks = await visitor.open(f"/needs/{need.id}/remove")
    assert await Need.exists()
    back = await visitor.follow(await visitor.submit(asks))
    assert "Det er tatt bort." in back.text
    assert not await Need.exists()


@pytest.mark.parametrize("query", ["audience=naboer", "after=x", "audience=staff"])
async def test_an_address_with_something_wrong_is_no_error_of_ours(
    visitor: Visitor, here: Municipality, query: str
) -> None:
    await visitor.sign_in(await coordinator(here))
    assert (await visitor.open(f"/needs?{query}")).status in (400, 404)


async def test_it_goes_after_a_year(here: Municipality) -> None:
    await say(here, "Fersk", said_at=NOW - KEPT + timedelta(days=1))
    await say(here, "Gammel", said_at=NOW - KEPT - timedelta(days=1))
    await forget(NOW)
    assert [one.text for one in await Need.all()] == ["Fersk"]


async def test_taking_away_what_is_gone_already_is_said_calmly(visitor: Visitor, here: Municipality) -> None:
    need = await say(here)
    await visitor.sign_in(await coordinator(here))
    page = await visitor.open(f"/needs/{need.id}/remove")
    await visitor.submit(page, f"/needs/{need.id}/remove")
    again = await visitor.follow(await visitor.submit(page, f"/needs/{need.id}/remove"))
    assert (again.status, "Det er allerede tatt bort." in again.text) == (200, True)
    assert (await visitor.open(f"/needs/{here.id}/remove")).status == 404, "what never was one"


async def dialogue(here: Municipality, person: Person) -> Dialogue:
    unit = await Organization.get(name="Mestringsenheten")
    return await Dialogue.create(
        municipality=here, coordinated_by=unit, slug="dialogen", title={"nb": "Dialogen"}, summary={"nb": "Vi møtes"},
        created_at=NOW,
    )  # fmt: skip


async def test_what_is_missed_is_taken_up_once_and_says_by_whom(
    visitor: Visitor, here: Municipality, figgjo: District
) -> None:
    nora = await coordinator(here)
    await dialogue(here, nora)
    need = await say(here, "Dans på Figgjo", audience="youth", district=figgjo)
    await visitor.sign_in(nora)
    form = await visitor.open(f"/needs/{need.id}/take")
    assert form.fields(f"/needs/{need.id}/take")["audience"] == ["youth"]
    wrong = await visitor.submit(form, f"/needs/{need.id}/take")
    assert (wrong.status, wrong.soup.select_one("#sort-error") is not None) == (422, True)
    page = await visitor.follow(await visitor.submit(form, f"/needs/{need.id}/take", sort="group"))
    assert "Tatt med til dialogen" in page.text
    assert "Nora Berg" in page.text
    assert page.soup.select_one(f"a[href='/needs/{need.id}/take']") is None
    again = await visitor.follow(await visitor.submit(form, f"/needs/{need.id}/take", sort="course"))
    assert "Det er allerede tatt med." in again.text
    assert await DialogueItem.all().count() == 1
    waits = await visitor.open("/dialogues/dialogen")
    assert "Gruppe for ungdom (Figgjo)" in waits.text
    assert "«Dans på Figgjo»" in waits.text


async def test_two_needs_may_be_the_same_gap_and_stand_with_it_when_it_is_put_off(
    visitor: Visitor, here: Municipality
) -> None:
    nora = await coordinator(here)
    made = await dialogue(here, nora)
    await visitor.sign_in(nora)
    for text in ("Kor", "Sang"):
        need = await say(here, text, audience="seniors")
        await visitor.submit(
            await visitor.open(f"/needs/{need.id}/take"), f"/needs/{need.id}/take", sort="activity"
        )
    (item,) = await items(made.id, None)
    assert item.needs == ["Kor", "Sang"]


async def test_the_empty_squares_of_the_coverage_map_lead_to_what_is_missed_there(
    visitor: Visitor, here: Municipality
) -> None:
    await say(here, "Dans", audience="youth")
    await visitor.sign_in(await coordinator(here))
    page = await visitor.open("/statistics/coverage")
    link = page.soup.select_one("td a[href*='/needs?']")
    assert link is not None
    assert link.get_text().startswith("1 savner noe")
    assert "Dans" in (await visitor.open(str(link["href"]))).text


async def test_another_municipality_s_dialogue_is_not_where_it_is_taken(
    visitor: Visitor, here: Municipality
) -> None:
    need = await say(here)
    await visitor.sign_in(await coordinator(here))
    answer = await visitor.post(
        f"/needs/{need.id}/take", {"dialogue": "andres", "sort": "group", "audience": "youth"}
    )
    assert answer.status in (403, 404)
    assert await DialogueItem.all().count() == 0
