"""What somebody writes for themselves: theirs to change and to take along, and nobody else's to read."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdf
import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.web import limits
from marketplace.my_page.own_goals import actions, queries
from marketplace.my_page.own_goals.models import OwnGoal
from marketplace.my_page.own_goals.rules import MOST, TooManyGoals, opened, sealed
from marketplace.people.models import ActsFor, Person, Relation
from marketplace.privacy.download.queries import everything
from marketplace.privacy.erasure.actions import erase
from offers.attendance.actions import save
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

ROOT = Path(__file__).parents[4]
WORDS = "Komme ut to ganger i uka"
HOME = "/my-page/goals"


async def ola_with(visitor: Visitor, *words: str) -> Person:
    """Ola, signed in, with these goals."""
    ola = await make.person("Ola", "ola@example.no")
    for each in words:
        await actions.add(ola.id, each, now=NOW)
    await visitor.sign_in(ola)
    return ola


async def the_id() -> UUID:
    return (await OwnGoal.get()).id


async def was_there(person: Person, title: str = "Sov bedre", days: int = 9, **other: Any) -> Offer:
    """The person has been at a course, by a register that is closed."""
    offer = await make.offer(title, joining=Joining.WHOLE, starts=[NOW - timedelta(days=days)])
    booking = await make.booking(await SeatPool.get(offer=offer), person, **other)
    session = await Session.get(offer=offer).select_related("offer")
    host = await make.person("Kari")
    await save(session, {booking.id}, {}, None, version=None, by=host.id, now=session.ends_at)
    return offer


async def test_i_write_it_change_it_and_throw_it_away(visitor: Visitor) -> None:
    await ola_with(visitor)
    form = await visitor.open(f"{HOME}/new")
    page = await visitor.follow(await visitor.submit(form, f"{HOME}/new", text=WORDS))
    assert WORDS in page.text
    assert "Bare du ser det." in page.text
    goal = await the_id()
    form = await visitor.open(f"{HOME}/{goal}/change")
    page = await visitor.follow(await visitor.submit(form, "/change", text="Synge\ni kor"))
    assert "Synge i kor" in page.text
    assert WORDS not in page.text
    asks = await visitor.open(f"{HOME}/{goal}/remove")
    assert await OwnGoal.all().count() == 1, "looking at the question removes nothing"
    page = await visitor.follow(await visitor.submit(asks, "/remove"))
    assert "Det er slettet." in page.text
    assert await OwnGoal.all().count() == 0


async def test_what_is_empty_or_too_long_is_said_at_the_field_and_kept(visitor: Visitor) -> None:
    await ola_with(visitor)
    form = await visitor.open(f"{HOME}/new")
    page = await visitor.submit(form, f"{HOME}/new", text="   ")
    assert page.status == 422
    assert "Skriv hva som er viktig for deg." in page.text
    page = await visitor.submit(form, f"{HOME}/new", text="x" * 1001)
    assert page.status == 422
    assert "x" * 1001 in page.text


async def test_whoever_has_as_many_as_there_may_be_is_told_so(visitor: Visitor) -> None:
    ola = await ola_with(visitor, *(f"Mål {number}" for number in range(MOST)))
    with pytest.raises(TooManyGoals):
        await actions.add(ola.id, "Ett til", now=NOW)
    form = await visitor.open(f"{HOME}/new")
    page = await visitor.submit(form, f"{HOME}/new", text="Ett til")
    assert page.status == 422
    assert "Ett til" in page.html
    assert "Slett et av dem først." in page.text


async def test_two_tabs_do_not_wipe_out_each_others_words(visitor: Visitor) -> None:
    await ola_with(visitor, WORDS)
    path = f"{HOME}/{await the_id()}/change"
    first, second = await visitor.open(path), await visitor.open(path)
    await visitor.submit(first, "/change", text="Gå tur")
    page = await visitor.submit(second, "/change", text="Synge")
    assert page.status == 422
    assert "Gå tur" in page.text


@pytest.mark.parametrize("way", ["change", "remove"])
async def test_nobody_reaches_anothers_goal_not_even_who_acts_for_them(visitor: Visitor, way: str) -> None:
    child = await make.person("Ida", "ida@example.no")
    await actions.add(child.id, WORDS, now=NOW)
    mother = await make.person("Aud", "aud@example.no")
    await ActsFor.create(
        actor=mother, person=child, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    await visitor.sign_in(mother)
    goal = await the_id()
    assert (await visitor.open(f"{HOME}/{goal}/{way}")).status == 404
    form = await visitor.open(f"{HOME}/new")
    token = form.fields()["form_token"]
    page = await visitor.post(f"{HOME}/{goal}/{way}", {"form_token": token, "text": ["Mitt"]})
    assert page.status == 404
    found = await visitor.open(f"{HOME}/goals.pdf?goal={goal}")
    assert found.status == 303, "there is nothing of hers to print"
    assert [one.words for one in await queries.goals_of(child.id)] == [WORDS]
    assert WORDS not in (await visitor.open(HOME)).html
    told = await everything(mother.id, "nb")
    assert WORDS not in str(told)


async def test_whoever_reads_the_table_reads_nothing_and_it_is_sealed_for_one_alone(visitor: Visitor) -> None:
    ola = await ola_with(visitor, WORDS)
    stored = await value("SELECT sealed FROM own_goal")
    assert "Komme" not in stored
    assert opened(ola.id, stored) == WORDS
    per = await make.person("Per")
    await rows("UPDATE own_goal SET person_id = $1", per.id)
    assert [one.words for one in await queries.goals_of(per.id)] == [None], (
        "moved to another it opens nothing"
    )
    assert sealed(ola.id, WORDS) != sealed(per.id, WORDS)


async def test_no_other_room_asks_for_it() -> None:
    """It is read where it is written, where somebody takes out all that is theirs, and where it is forgotten."""
    asks = {
        str(file.relative_to(ROOT).parent)
        for room in ("marketplace", "offers", "organizations")
        for file in (ROOT / room).rglob("*.py")
        if "migrations" not in file.parts and ("own_goal" in (text := file.read_text()) or "OwnGoal" in text)
    }
    assert asks == {
        "marketplace",  # the URL map
        "marketplace/base/data",  # the list of models
        "marketplace/demo",  # which writes some
        "marketplace/my_page/own_goals",
        "marketplace/operations/renewal",  # sealed anew with another key
        "marketplace/privacy/retention",  # the page that says so
        "marketplace/operations/restore",  # what was thrown away stays so, by its id
        "marketplace/privacy/download",
        "marketplace/privacy/erasure",
        "marketplace/privacy/kept",
        "marketplace/statistics",  # where the role of figures may not read
    }


async def test_it_is_in_my_own_download_and_goes_when_all_of_me_is_erased(visitor: Visitor) -> None:
    ola = await ola_with(visitor, WORDS)
    assert [one["text"] for one in (await everything(ola.id, "nb"))["own_goals"]] == [WORDS]
    await erase(ola.id, now=NOW)
    assert await OwnGoal.all().count() == 0


async def test_beside_them_stands_when_i_was_there_and_not_when_others_were(visitor: Visitor) -> None:
    ola = await ola_with(visitor)
    await was_there(ola)
    await was_there(await make.person("Ida"), "Turgruppe", booked_by=ola)
    away = await make.offer("Sykurs", joining=Joining.WHOLE, starts=[NOW - timedelta(days=2)])
    booking = await make.booking(await SeatPool.get(offer=away), ola)
    session = await Session.get(offer=away).select_related("offer")
    await save(session, {booking.id}, {}, None, version=None, by=(await make.person("Kari")).id, now=NOW)
    await rows("UPDATE register SET closed_at = NULL, closed_by = NULL, closed_by_person_id = NULL "
               "WHERE session_id = $1", session.id)  # fmt: skip
    page = await visitor.open(HOME)
    assert "Sov bedre , søndag 4. oktober 2026" in page.text
    assert "Turgruppe" not in page.text, "it was Ida who was there"
    assert "Sykurs" not in page.text, "its register is not closed"


async def test_what_i_choose_becomes_a_pdf_with_the_same_bytes_each_time(visitor: Visitor) -> None:
    ola = await ola_with(visitor, WORDS, "Det som er hemmelig")
    await was_there(ola)
    mine = await OwnGoal.filter(person=ola).order_by("created_at", "id")
    nothing = await visitor.open(f"{HOME}/goals.pdf")
    assert (nothing.status, "Velg noe som skal være med i PDF-en." in nothing.text) == (422, True)
    assert "checked" not in nothing.html, "and it is as it was sent"
    found = await visitor.open(f"{HOME}/goals.pdf?goal={mine[0].id}&times=1")
    assert found.response.headers["cache-control"] == "no-store"
    reader = pypdf.PdfReader(io.BytesIO(found.response.content))
    said = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert WORDS in said
    assert "Sov bedre" in said
    assert "hemmelig" not in said, "it was not chosen"
    assert reader.xmp_metadata is not None
    assert "<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data().decode()
    again = await visitor.open(f"{HOME}/goals.pdf?goal={mine[0].id}&times=1")
    assert again.response.content == found.response.content


@pytest.mark.parametrize("query", ["goal=x", "goal=%00", "goal=1&times=maybe", "times=" + "9" * 40])
async def test_what_nobody_should_ask_for_makes_no_pdf(visitor: Visitor, query: str) -> None:
    await ola_with(visitor, WORDS)
    assert (await visitor.open(f"{HOME}/goals.pdf?{query}")).status in (303, 400, 422)


async def test_nobody_prints_their_own_goals_without_end(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_PRINTED", 2)
    await ola_with(visitor, WORDS)
    paper = f"{HOME}/goals.pdf?goal={await the_id()}"
    assert [(await visitor.open(paper)).status for _ in range(3)] == [200, 200, 429]
    assert (await visitor.open(HOME)).status == 200
    visitor.wait(timedelta(hours=2))
    assert (await visitor.open(paper)).status == 200
