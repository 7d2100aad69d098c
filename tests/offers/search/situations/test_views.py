"""A coordinator reads what people say, one by one, and changes what leads nowhere good."""

from importlib import import_module

import pytest

from marketplace.base.data.database import column, rows
from marketplace.people.models import Person
from offers.search.situations.models import Situation
from offers.search.situations.sentences import sentences
from organizations.directory.models import OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.visitor import Visitor


@pytest.fixture
async def nora(visitor: Visitor) -> Person:
    """Coordinates Sandnes, and is signed in."""
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL)
    person = await make.member(unit, Role.COORDINATOR, "Nora")
    await visitor.sign_in(person)
    return person


@pytest.fixture
async def garden(db: None) -> Situation:
    return await Situation.create(
        text="Jeg savner hagen", text_nn="Eg saknar hagen", text_en="I miss my garden", words="hage", kinds=[],
        audiences=["seniors"],
    )  # fmt: skip


async def acts() -> list[str]:
    found: list[str] = await column(
        "SELECT action FROM audit_entry WHERE action LIKE 'situation.%' ORDER BY at, id"
    )
    return found


async def test_each_is_unread_until_a_coordinator_has_read_it(
    visitor: Visitor, nora: Person, garden: Situation
) -> None:
    page = await visitor.open("/situations")
    assert "1 setning er ikke lest gjennom av en koordinator ennå." in page.text
    assert "Viser vei til: «hage», 65 år og eldre." in page.text
    read = await visitor.submit(page, f"/situations/{garden.id}/review")
    page = await visitor.follow(read)
    assert "Alle setningene er lest gjennom." in page.text
    assert await acts() == ["situation.reviewed"]


async def test_one_is_switched_off_and_on(visitor: Visitor, nora: Person, garden: Situation) -> None:
    page = await visitor.follow(
        await visitor.submit(await visitor.open("/situations"), f"/situations/{garden.id}/off")
    )
    assert "Ingen blir vist vei av den." in page.text
    page = await visitor.follow(await visitor.submit(page, f"/situations/{garden.id}/on"))
    assert "Setningen viser vei igjen." in page.text
    assert await acts() == ["situation.off", "situation.on"]


async def test_one_is_changed_and_is_read_by_that(visitor: Visitor, nora: Person, garden: Situation) -> None:
    path = f"/situations/{garden.id}/edit"
    page = await visitor.open(path)
    await visitor.submit(
        page, path, words_for="parsell", also="vil dyrke noe\n\n  vil dyrke  noe\nleie parsell"
    )
    await garden.refresh_from_db()
    assert (garden.words, garden.also, garden.audiences) == (
        "parsell",
        "vil dyrke noe\nleie parsell",
        ["seniors"],
    )
    assert garden.reviewed_at
    assert await acts() == ["situation.changed"]


async def test_a_new_one_must_say_something_and_lead_somewhere(visitor: Visitor, nora: Person) -> None:
    page = await visitor.open("/situations/new")
    wrong = await visitor.submit(
        page, "/situations/new", text="Jeg er", text_nn="Eg saknar hagen", text_en="Garden"
    )
    assert wrong.status == 422
    assert "Setningen må ha et ord som sier hva det handler om." in wrong.text
    nowhere = await visitor.submit(
        page,
        "/situations/new",
        text="Jeg savner hagen",
        text_nn="Eg saknar hagen",
        text_en="I miss my garden",
    )
    assert nowhere.status == 422
    assert "Skriv et ord å søke etter" in nowhere.text
    await visitor.submit(
        page, "/situations/new", text="Jeg savner hagen", text_nn="Eg saknar hagen", text_en="I miss my garden",
        kind="activity",
    )  # fmt: skip
    made = await Situation.get()
    assert (made.text, made.kinds, made.reviewed_at is not None) == ("Jeg savner hagen", ["activity"], True)
    assert await acts() == ["situation.made"]


async def test_every_instance_begins_with_sentences_that_nobody_has_read(db: None) -> None:
    first = import_module("marketplace.migrations.0037_situations").FIRST
    await rows(first)
    assert {one.text for one in await Situation.all()} == {one.text for one in sentences()}
    assert {one.reviewed_at for one in await Situation.all()} == {None}


async def test_others_do_not_see_them(visitor: Visitor, garden: Situation) -> None:
    await visitor.sign_in(await make.person("Anna"))
    assert (await visitor.open("/situations")).status in (403, 404)
