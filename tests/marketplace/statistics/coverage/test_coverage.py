"""The coverage map: what there is for whom, gaps in words, and nothing of a sensitive offer's seats."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from marketplace.base.models import Channel
from marketplace.dialogue import actions as meetings
from marketplace.dialogue.items import actions as items_actions
from marketplace.dialogue.items.queries import items
from marketplace.dialogue.mails import meeting as meeting_mail
from marketplace.dialogue.models import Dialogue, DialogueItem, DialogueMeeting
from marketplace.people.models import Person
from marketplace.statistics.coverage import queries
from marketplace.statistics.coverage.rules import NOTHING, SORT_OF, Offered, gap_words
from marketplace.statistics.models import Cell, CellFigure, Closing
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Joining, Offer, SeatPool, Visibility
from organizations.directory.models import District, DistrictPlace, Municipality, OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

EVENING, SATURDAY = NOW + timedelta(days=1, hours=6), NOW + timedelta(days=4)
"""Wednesday at 18 and Saturday at noon, in Oslo."""
MORNING = NOW + timedelta(days=1)


@pytest.fixture
async def here(db: None) -> Municipality:
    return await make.municipality()


@pytest.fixture
async def nora(visitor: Visitor, here: Municipality) -> Person:
    """Coordinates Sandnes, and is signed in."""
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL, municipality=here)
    await Dialogue.create(
        municipality=here, coordinated_by=unit, slug="frivillighetsdialogen", title={"nb": "Frivillighetsdialogen"},
        summary={"nb": "Vi møtes"}, created_at=NOW,
    )  # fmt: skip
    person = await make.member(unit, Role.COORDINATOR, "Nora")
    await visitor.sign_in(person)
    return person


async def found(here: Municipality, **asked: Any) -> dict[tuple[str, str] | None, Offered]:
    return await queries.squares(here.id, SORT_OF, NOW, **asked)


async def meeting_in(days: int, slug: str) -> DialogueMeeting:
    dialogue = await Dialogue.get(slug="frivillighetsdialogen").select_related("coordinated_by")
    offer = await make.offer(
        "Møte", slug=slug, owner=dialogue.coordinated_by, joining=Joining.WHOLE, visibility=Visibility.MEMBERS,
        audiences=["staff"], starts=[NOW + timedelta(days=days)],
    )  # fmt: skip
    return await DialogueMeeting.create(dialogue=dialogue, offer=offer)


def cell(page: Page, audience: str, sort: str) -> Any:
    row = next(
        row for row in page.soup.select(".tp-cover tbody tr") if row.select_one("th").get_text() == audience
    )  # type: ignore[union-attr]
    return row.select_one(f"td[data-label='{sort}']")


def words(page: Page, audience: str, sort: str) -> str:
    return " ".join(cell(page, audience, sort).get_text(" ").split())


# --- what there is ---
async def test_each_offer_stands_once_with_whom_it_is_most_for(here: Municipality) -> None:
    await make.offer(
        audiences=["everyone", "seniors"], main_audience="seniors", starts=[MORNING, EVENING, SATURDAY]
    )
    await make.offer(audiences=["youth"], kind=Kind.TALK)
    there = await found(here)
    assert {key: one.offers for key, one in there.items()} == {
        ("seniors", "activity"): 1, ("youth", "course"): 1, None: 2
    }  # fmt: skip


@pytest.mark.parametrize(
    "hidden",
    [
        {"state": "draft"}, {"state": "cancelled"}, {"visibility": "members"}, {"visibility": "staff"},
        {"audiences": ["staff"]}, {"starts": [NOW - timedelta(days=9)]},
    ],
)  # fmt: skip
async def test_what_residents_cannot_go_to_is_not_there(here: Municipality, hidden: dict[str, Any]) -> None:
    await make.offer(**hidden)
    assert (await found(here)).get(None, NOTHING).offers == 0


async def test_another_municipality_s_offers_are_not_there(here: Municipality) -> None:
    land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await make.offer(owner=await make.organization("Land", municipality=land))
    assert (await found(here)).get(None, NOTHING) == NOTHING


@pytest.mark.parametrize(
    ("starts", "office", "evening"),
    [([MORNING], 1, 0), ([EVENING], 0, 1), ([SATURDAY], 0, 1), ([MORNING, EVENING], 1, 1)],
)
async def test_office_hours_and_evening(
    here: Municipality, starts: list[datetime], office: int, evening: int
) -> None:
    await make.offer(starts=starts)
    assert [(await found(here, evening=late)).get(None, NOTHING).offers for late in (False, True)] == [
        office,
        evening,
    ]


async def test_a_district_has_what_meets_there(here: Municipality) -> None:
    district = await District.create(municipality=here, slug="lura", name="Lura")
    await DistrictPlace.create(district=district, municipality=here, postcode="4313")
    await make.offer("Lura", venue=await make.venue("Lura bydelshus", postcode="4313"))
    await make.offer("By", venue=await make.venue("Rådhuset", postcode="4306"))
    await make.offer("Nett", joining=Joining.EXTERNAL, online_url="https://example.no")
    assert (await found(here, districts=(district.id,)))[None].offers == 1
    assert (await found(here, districts=(None,)))[None].offers == 2


async def test_half_were_changed_on_this_day_or_later(here: Municipality) -> None:
    for days in (1, 5, 40):
        await make.offer(changed_at=NOW - timedelta(days=days))
    assert (await found(here))[None].age(NOW.date()) == 5


# --- room: how many offers, never how many seats, and nothing of what is sensitive ---
async def full(offer: Offer) -> None:
    for pool in await SeatPool.filter(offer=offer):
        await make.booking(pool, seats=pool.capacity)


async def test_offers_with_room_are_counted(here: Municipality) -> None:
    await make.offer(capacity=1)
    await make.offer(capacity=1, joining=Joining.WHOLE)
    await full(await make.offer(capacity=2))
    await make.offer(joining=Joining.DROP_IN)
    one = (await found(here))[None]
    assert (one.offers, one.bookable, one.room, one.drop_in, one.with_room) == (4, 3, 2, 1, 3)


async def test_room_on_one_of_several_dates_is_room_then(here: Municipality) -> None:
    offer = await make.offer(capacity=1, starts=[MORNING, EVENING])
    pool = await SeatPool.filter(offer=offer).order_by("starts_at").first()
    assert pool
    await make.booking(pool)
    assert [(await found(here, evening=late))[None].room for late in (False, True)] == [0, 1]
    assert (await found(here))[None].room == 1


@pytest.mark.parametrize("joining", [Joining.WHOLE, Joining.PER_SESSION, Joining.REQUEST, Joining.DROP_IN])
async def test_a_booking_at_a_sensitive_offer_changes_nothing_on_the_map(
    visitor: Visitor, nora: Person, joining: Joining
) -> None:
    offer = await make.offer(capacity=1, joining=joining, sensitive=True, kind=Kind.SELF_HELP_GROUP)
    paths = ["/statistics/coverage", "/statistics/coverage.csv", "/statistics/coverage?show=age"]
    before = [(await visitor.open(path)).response.content for path in paths]
    assert "1 tilbud er åpent nå." in before[0].decode()
    await full(offer)
    after = [(await visitor.open(path)).response.content for path in paths]
    assert [plain(one) for one in before] == [plain(one) for one in after]
    assert "plass" not in words(await visitor.open("/statistics/coverage"), "Alle er velkommen", "Gruppe")


def plain(page: bytes) -> str:
    """The page without what is new each time it is drawn."""
    import re

    return re.sub(r'name="form_token" value="[^"]*"', "", page.decode())


# --- the page ---
async def test_the_map_says_what_there_is_and_what_is_missing(visitor: Visitor, nora: Person) -> None:
    await make.offer(audiences=["seniors"], joining=Joining.DROP_IN)
    await make.offer(audiences=["seniors"], capacity=5)
    page = await visitor.open("/statistics/coverage")
    assert "2 tilbud er åpne nå. 47 ruter er tomme." in page.text
    assert words(page, "65 år og eldre", "Aktivitet") == "2 1 å komme innom, 1 med plass"
    assert words(page, "Ungdom", "Aktivitet") == "Ingen Ta det opp : Aktivitet, Ungdom"
    assert cell(page, "Ungdom", "Aktivitet")["data-n"] == "0"
    assert "Ansatte" not in [row.get_text() for row in page.soup.select(".tp-cover tbody th")]


@pytest.mark.parametrize("query", ["district=finnes-ikke", "time=natt", "show=alt", "municipality=oslo"])
async def test_what_is_not_there_is_not_found(visitor: Visitor, nora: Person, query: str) -> None:
    assert (await visitor.open(f"/statistics/coverage?{query}")).status == 404
    assert (await visitor.open(f"/statistics/coverage.csv?{query}")).status == 404


async def stored(here: Municipality, audience: str, kind: str, evening: bool, **figures: int) -> None:
    closing, _ = await Closing.get_or_create(
        municipality=here, year=2026, number=9,
        defaults={"closed_at": NOW - timedelta(days=9), "rule": 1, "key_fingerprint": b"key"},
    )  # fmt: skip
    owner = await make.organization("En til", municipality=here)
    made = await Cell.create(
        municipality=here, organization=owner, main_audience=audience, kind=kind, evening=evening
    )
    await CellFigure.create(closing=closing, cell=made, figures=figures)


async def test_attendances_are_sums_of_stored_cells_with_their_error(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    await stored(here, "seniors", "course", True, sessions=3, attendances=25)
    await stored(here, "seniors", "talk", False, sessions=1, attendances=10)
    page = await visitor.open("/statistics/coverage?show=attendances")
    assert words(page, "65 år og eldre", "Kurs og verksted") == "35 ± 6"
    assert words(page, "Ungdom", "Kurs og verksted") == "Ingen"
    assert not page.soup.select("button[name=gap]")
    page = await visitor.open("/statistics/coverage?show=attendances&time=evening")
    assert words(page, "65 år og eldre", "Kurs og verksted") == "25 ± 4"


async def test_the_file_has_a_row_a_cell(visitor: Visitor, nora: Person, here: Municipality) -> None:
    await make.offer(
        audiences=["seniors"], kind=Kind.TALK, starts=[EVENING], changed_at=NOW - timedelta(days=3)
    )
    await stored(here, "seniors", "talk", True, sessions=3, attendances=25)
    answer = await visitor.open("/statistics/coverage.csv")
    table = list(csv.reader(io.StringIO(answer.response.content.decode("utf-8-sig")), delimiter=";"))
    assert table[1] == ["65 år og eldre", "Foredrag", "Uten bydel", "Kveld og helg", "1", "1", "25", "4", "3"]
    book = await visitor.open("/statistics/coverage.xlsx")
    assert book.response.content.startswith(b"PK")
    assert (await visitor.open("/statistics/coverage.pdf")).status == 404


# --- a gap, and the dialogue's next meeting ---
async def test_one_tap_puts_a_gap_on_the_agenda_once(visitor: Visitor, nora: Person) -> None:
    coming = await meeting_in(5, "neste")
    await meeting_in(50, "senere")
    page = await visitor.open("/statistics/coverage?time=evening")
    for _again in range(2):
        sent = await visitor.submit(page, "/items", gap="youth:activity")
        assert sent.response.headers["location"] == (
            "/statistics/coverage?municipality=sandnes&time=evening&saved=item"
        )
    assert await DialogueItem.all().count() == 1
    page = await visitor.open("/dialogues/frivillighetsdialogen/meetings/neste")
    assert "Aktivitet for ungdom (kveld og helg)" in page.text
    assert (
        "Aktivitet for" not in (await visitor.open("/dialogues/frivillighetsdialogen/meetings/senere")).text
    )
    page = await visitor.open("/statistics/coverage?time=evening")
    assert "Står på sakslista" in words(page, "Ungdom", "Aktivitet")
    assert "Ta det opp" in words(await visitor.open("/statistics/coverage"), "Ungdom", "Aktivitet")
    assert coming


async def test_what_lies_in_no_district_is_no_gap_of_the_municipality(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    await District.create(municipality=here, slug="lura", name="Lura")
    await visitor.submit(await visitor.open("/statistics/coverage"), "/items", gap="youth:activity")
    page = await visitor.open("/statistics/coverage?district=none")
    assert words(page, "Ungdom", "Aktivitet") == "Ingen"
    page = await visitor.submit(
        await visitor.open("/statistics/coverage?district=lura"), "/items", gap="youth:activity"
    )
    assert page.status == 303
    assert await DialogueItem.all().count() == 2


async def test_a_gap_may_be_taken_off_again(visitor: Visitor, nora: Person) -> None:
    await meeting_in(5, "neste")
    await visitor.submit(await visitor.open("/statistics/coverage"), "/items", gap="youth:activity")
    page = await visitor.open("/dialogues/frivillighetsdialogen/meetings/neste")
    gone = await visitor.submit(page, "/remove")
    assert (
        gone.response.headers["location"] == "/dialogues/frivillighetsdialogen/meetings/neste?saved=dropped"
    )
    assert await DialogueItem.all().count() == 0


async def test_without_a_meeting_it_waits_for_the_next_and_is_told_in_its_mail(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    sent = await visitor.submit(
        await visitor.open("/statistics/coverage"), "/items", gap="parents:meeting_place"
    )
    assert "saved=waits" in sent.response.headers["location"]
    assert "Møteplass for foreldre" in (await visitor.open("/dialogues/frivillighetsdialogen")).text
    assert (
        "Møteplass for foreldre" in (await visitor.open("/dialogues/frivillighetsdialogen/meetings/new")).text
    )
    made = await meeting_in(9, "neste")
    await items_actions.take_up(made.dialogue_id, made.id)
    assert [one.words for one in await items(made.dialogue_id, made.id)] == ["Møteplass for foreldre"]
    content = await meeting_mail(Channel.EMAIL, "nb", str(made.id), "called")
    assert content
    assert "Dette mangler: Møteplass for foreldre" in content.text


async def test_a_cancelled_meeting_s_gaps_go_on_to_the_next_each_once(nora: Person) -> None:
    first, second = await meeting_in(5, "neste"), await meeting_in(9, "senere")
    dialogue = await Dialogue.get(id=first.dialogue_id).select_related("coordinated_by")
    for audience in (Audience.YOUTH, Audience.PARENTS):
        await items_actions.raise_gap(
            dialogue, audience, "activity", district=None, evening=None, by=nora.id, now=NOW
        )
    await DialogueItem.create(
        dialogue=dialogue, meeting=second, main_audience="youth", kinds="activity", made_at=NOW
    )
    first = await DialogueMeeting.get(id=first.id).select_related(
        "dialogue", "offer", "dialogue__coordinated_by"
    )
    await meetings.cancel_meeting(first, note="Sykdom", by=nora.id, now=NOW)
    assert sorted(one.words for one in await items(dialogue.id, second.id)) == [
        "Aktivitet for foreldre", "Aktivitet for ungdom"
    ]  # fmt: skip
    assert await DialogueItem.all().count() == 2


@pytest.mark.parametrize("gap", ["youth", "staff:activity", "youth:dans", ":", ""])
async def test_what_is_no_square_is_refused(visitor: Visitor, nora: Person, gap: str) -> None:
    page = await visitor.open("/statistics/coverage")
    assert (await visitor.submit(page, "/items", gap=gap)).status == 400
    assert await DialogueItem.all().count() == 0


def test_a_gap_in_words() -> None:
    assert gap_words(Audience.EVERYONE, "activity") == "Aktivitet for alle"
    assert gap_words(Audience.REFUGEES, "course", "Figgjo", True) == (
        "Kurs og verksted for folk som er nye i Norge (Figgjo, kveld og helg)"
    )
