"""The week of a search."""

import logging
from datetime import date, datetime, time, timedelta

import pytest

from marketplace.base.clock import at_oslo
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Joining, Offer, SeatPool, Session, Visibility
from offers.catalogue.states import SessionStatus
from organizations.directory.models import OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

HOUR = timedelta(hours=1)
THURSDAY = date(2026, 10, 15)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return at_oslo(day, time(hour, minute))


def said(page: Page) -> dict[str, dict[str, list[str]]]:
    """Day, part of the day: what stands there. By the words that are read aloud."""
    table: dict[str, dict[str, list[str]]] = {}
    for row in page.soup.select(".tp-week tbody tr"):
        day = row.th.select_one(".ds-sr-only").get_text().replace("\u00a0", " ")
        table[day] = {
            cell.b.get_text(): [
                " ".join(one.get_text(" ").replace("\u2060", "").split()) for one in cell.select("li")
            ]
            for cell in row.select("td")
            if cell.b
        }
    return table


async def test_a_week_has_a_row_a_day_from_today_and_three_parts_of_each(visitor: Visitor) -> None:
    venue = await make.venue()
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[at(THURSDAY, 10), at(THURSDAY, 12)])
    await make.offer("Kurs", starts=[at(THURSDAY, 18)], venue=venue, capacity=2)
    await make.offer("Neste uke", starts=[at(THURSDAY, 18) + timedelta(days=7)])
    page = await visitor.open("/offers?view=week")
    assert page.soup.find(id="found").get_text() == "2 tilbud i uka"
    table = said(page)
    assert list(table) == [
        "Tirsdag 13. oktober, i dag", "Onsdag 14. oktober", "Torsdag 15. oktober", "Fredag 16. oktober",
        "Lørdag 17. oktober", "Søndag 18. oktober",
    ]  # fmt: skip
    assert table["Torsdag 15. oktober"] == {
        "Formiddag": ["Kafé kl. 10–12 , kom innom"],
        "Ettermiddag": ["Kafé kl. 12–14 , kom innom"],
        "Kveld": ["Kurs kl. 18–20, Sandnes rådhus · 2 plasser igjen"],
    }
    assert page.soup.select_one(".tp-week tr[data-today]") == page.soup.select_one(".tp-week tbody tr")
    assert [one["scope"] for one in page.soup.select(".tp-week th")] == ["col"] * 4 + ["row"] * 6
    assert "Uke 42, fra mandag 12. oktober til søndag 18. oktober" in page.soup.caption.get_text().replace(
        "\u00a0", " "
    )


async def test_one_goes_from_week_to_week_with_the_search_kept(visitor: Visitor) -> None:
    await make.offer("Kurs", kind=Kind.COURSE, starts=[at(THURSDAY, 18) + timedelta(days=7)])
    await make.offer("Tur", starts=[at(THURSDAY, 18) + timedelta(days=7)])
    page = await visitor.open("/en/offers?kind=course&view=week")
    links = [
        (one.get_text(), str(one["href"])) for one in page.soup.select('nav[aria-label] > a[href*="week="]')
    ]
    assert links[-1][1] == "/en/offers?kind=course&view=week&week=2026-W43"
    assert len(links) == 1, "what is over stands nowhere"
    after = await visitor.open(links[-1][1])
    assert [one.get_text() for one in after.soup.select(".tp-week li a")] == ["Kurs"]
    back = [str(one["href"]) for one in after.soup.select('nav[aria-label] > a[href*="week="]')]
    assert [one.rpartition("=")[2] for one in back] == ["2026-W42", "2026-W42", "2026-W44"]


async def test_list_and_week_lead_to_each_other_with_the_search_kept(visitor: Visitor) -> None:
    await make.offer("Kurs", kind=Kind.COURSE, starts=[at(THURSDAY, 18)])
    ways = (await visitor.open("/offers?kind=course&q=kurs")).soup.select(".tp-switch a")
    assert [(one.get_text(), one.get("aria-current")) for one in ways] == [("Liste", "page"), ("Uke", None)]
    week = await visitor.open(str(ways[1]["href"]))
    assert [one.get_text() for one in week.soup.select(".tp-week li a")] == ["Kurs"]
    there = week.soup.select(".tp-switch a")
    assert [one.get("aria-current") for one in there] == [None, "page"]
    assert there[0]["href"] == ways[0]["href"]
    form = {one["name"]: one.get("value") for one in week.soup.select("form#find input[type=hidden]")}
    assert form == {"view": "week"}, "who searches again stays in the week"


async def test_a_wrong_week_is_refused_with_the_rest_of_the_search_kept(visitor: Visitor) -> None:
    for wrong in (
        "2026-W54",
        "2025-W53",
        "uke 49",
        "1999-W01",
        "9999-W01",
        "2026-W00",
        "2026-49",
        "٢٠٢٦-W49",
    ):
        page = await visitor.open(f"/offers?q=tur&view=week&week={wrong}")
        assert page.status == 422
        assert f"Vi kjenner ikke uka «{wrong}»" in page.soup.select_one(".ds-error-summary").get_text()
        assert page.soup.find(id="q")["value"] == "tur"
    assert (await visitor.open("/offers?view=map")).status == 422
    assert (await visitor.open("/offers?view=week&week=2026-W53")).status == 200, "that year has one"


async def test_an_empty_week_says_so(visitor: Visitor) -> None:
    await make.offer("Kurs", starts=[at(THURSDAY, 18)])
    page = await visitor.open("/offers?view=week&week=2027-W10")
    assert page.soup.find(id="found").get_text() == "Ingen tilbud i uka"
    assert page.soup.find("a", string="Se det som en liste")["href"] == "/offers"
    assert page.soup.table is None


async def test_a_session_that_is_called_off_is_not_there_and_one_that_is_moved_stands_where_it_is_now(
    visitor: Visitor,
) -> None:
    offer = await make.offer("Kurs", starts=[at(THURSDAY, 10), at(THURSDAY, 13)])
    first, second = await Session.filter(offer=offer).order_by("starts_at")
    await Session.filter(id=first.id).update(status=SessionStatus.CANCELLED)
    there = await make.venue("Kulturhuset")
    await Session.filter(id=second.id).update(
        status=SessionStatus.MOVED, starts_at=at(THURSDAY, 19), ends_at=at(THURSDAY, 20), venue_id=there.id
    )
    table = said(await visitor.open("/offers?view=week"))
    (only,) = table["Torsdag 15. oktober"]["Kveld"]
    assert only.startswith("Kurs kl. 19–20, Kulturhuset · flyttet")
    assert list(table["Torsdag 15. oktober"]) == ["Kveld"]


async def test_a_session_over_midnight_stands_on_the_day_it_begins(visitor: Visitor) -> None:
    await make.offer("Nattkafé", joining=Joining.DROP_IN, starts=[at(THURSDAY, 23)])
    await Session.all().update(ends_at=at(THURSDAY, 23) + 3 * HOUR)
    table = said(await visitor.open("/offers?view=week"))
    assert table["Torsdag 15. oktober"] == {"Kveld": ["Nattkafé kl. 23–2 dagen etter , kom innom"]}
    assert table["Fredag 16. oktober"] == {}


async def test_the_week_in_which_summer_time_ends_has_seven_days_and_all_hours(visitor: Visitor) -> None:
    sunday = date(2026, 10, 25)
    await make.offer("Før", starts=[at(sunday, 0, 30)])
    await make.offer("Etter", starts=[at(sunday, 23, 30)])
    await make.offer("Uka etter", starts=[at(date(2026, 10, 26), 0, 0)])
    table = said(await visitor.open("/offers?view=week&week=2026-W43"))
    assert len(table) == 7
    assert [one.split()[0] for part in table["Søndag 25. oktober"].values() for one in part] == [
        "Før",
        "Etter",
    ]
    after = said(await visitor.open("/offers?view=week&week=2026-W44"))
    assert next(iter(after)) == "Mandag 26. oktober"
    assert [one.split(" kl")[0] for one in after["Mandag 26. oktober"]["Formiddag"]] == ["Uka etter"]


async def test_a_part_of_a_day_shows_six_and_leads_to_all(visitor: Visitor) -> None:
    for number in range(9):
        await make.offer(f"Kurs {number}", starts=[at(THURSDAY, 18, number)])
    page = await visitor.open("/offers?kind=activity&view=week")
    evening = said(page)["Torsdag 15. oktober"]["Kveld"]
    assert [one.split(" kl.")[0] for one in evening[:6]] == [f"Kurs {number}" for number in range(6)]
    assert evening[6] == "og 3 til , Torsdag 15. oktober, Kveld"
    assert len(evening) == 7
    more = page.soup.select(".tp-week li a")[-1]
    assert more["href"] == "/offers?kind=activity&date=2026-10-15&part=evening"


async def test_what_has_no_dates_stands_below_unless_a_date_is_asked_for(visitor: Visitor) -> None:
    await make.offer("Kurs", starts=[at(THURSDAY, 18)])
    for number in range(8):
        await make.offer(f"På nett {number}", joining=Joining.NONE, kind=Kind.ONLINE_SELF_HELP, starts=[],
                         online_url="https://example.no")  # fmt: skip
    page = await visitor.open("/offers?view=week")
    below = page.soup.find("section", attrs={"aria-labelledby": "dateless"})
    assert len(below.select("li")) == 7
    assert below.select("li")[-1].get_text().startswith("og 2 til")
    assert "På nett" not in (await visitor.open("/offers?view=week&evening=1")).text


async def test_a_filter_holds_for_the_session_and_not_for_another_of_the_same_offer(visitor: Visitor) -> None:
    offer = await make.offer("Kurs", starts=[at(THURSDAY, 10), at(THURSDAY, 18)], capacity=1)
    other = await make.offer("Tur", starts=[at(THURSDAY, 17)], capacity=1)
    await SeatPool.filter(offer=offer, starts_at=at(THURSDAY, 10)).update(taken=1)
    await SeatPool.filter(offer=other).update(taken=1)
    table = said(await visitor.open("/offers?view=week&free=1"))
    assert {part: len(held) for part, held in table["Torsdag 15. oktober"].items()} == {"Kveld": 1}
    both = said(await visitor.open("/offers?view=week"))["Torsdag 15. oktober"]
    assert both["Formiddag"] == ["Kurs kl. 10–12 · fullt"]
    evening = said(await visitor.open("/offers?view=week&evening=1"))["Torsdag 15. oktober"]
    assert list(evening) == ["Kveld"]


async def test_a_day_that_is_asked_for_decides_which_week_is_seen_first(visitor: Visitor) -> None:
    await make.offer("Kurs", starts=[at(THURSDAY, 18), at(THURSDAY, 18) + timedelta(days=7)])
    page = await visitor.open("/offers?view=week&day=next_week")
    assert "Torsdag 22. oktober" in said(page)
    this = await visitor.open("/offers?view=week&day=next_week&week=2026-W42")
    assert this.soup.find(id="found").get_text() == "Ingen tilbud i uka"


async def test_the_counts_beside_a_week_are_those_of_the_week(visitor: Visitor) -> None:
    await make.offer("Kurs", kind=Kind.COURSE, starts=[at(THURSDAY, 18)])
    for title in ("Tur", "Gåtur"):
        await make.offer(title, kind=Kind.ACTIVITY, starts=[at(THURSDAY, 18) + timedelta(days=7)])

    async def counted(path: str) -> dict[str, str]:
        boxes = (await visitor.open(path)).soup.select("input[name=kind]")
        return {
            str(one["value"]): one.find_parent("label").select_one(".tp-count").contents[0] for one in boxes
        }

    assert await counted("/offers") == {"activity": "2", "course": "1"}
    assert await counted("/offers?view=week") == {"course": "1"}


async def test_how_full_a_sensitive_offer_is_is_not_told(visitor: Visitor) -> None:
    offer = await make.offer("Sorggruppe", starts=[at(THURSDAY, 18)], sensitive=True, capacity=9)
    for taken in (0, 8, 9):
        await SeatPool.filter(offer=offer).update(taken=taken)
        assert said(await visitor.open("/offers?view=week"))["Torsdag 15. oktober"]["Kveld"] == [
            "Sorggruppe kl. 18–20 · med påmelding"
        ]


async def test_each_sees_in_the_week_what_they_see_in_the_list(visitor: Visitor) -> None:
    unit = await make.organization("Helse", kind=OrganizationKind.MUNICIPAL)
    for title, seen in (
        ("Alle", Visibility.PUBLIC),
        ("Ansatte", Visibility.STAFF),
        ("Medlemmer", Visibility.MEMBERS),
    ):
        await make.offer(title, owner=unit, visibility=seen, starts=[at(THURSDAY, 18)])
    draft = await make.offer("Utkast", starts=[at(THURSDAY, 18)])
    await Offer.filter(id=draft.id).update(state="draft")

    async def both() -> tuple[set[str], set[str]]:
        week, listed = await visitor.open("/offers?view=week"), await visitor.open("/offers")
        return (
            {one.get_text() for one in week.soup.select(".tp-week li a")},
            {one.get_text() for one in listed.soup.select(".tp-offer__link")},
        )

    assert await both() == ({"Alle"}, {"Alle"})
    await visitor.sign_in(await make.member(unit, Role.STAFF))
    week, listed = await both()
    assert week == listed == {"Alle", "Ansatte", "Medlemmer"}


async def test_a_week_takes_as_many_statements_for_one_session_as_for_two_hundred(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    async def statements(path: str) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            assert (await visitor.open(path)).status == 200
        return len([record for record in caplog.records if record.name == "tortoise.db_client"])

    offer = await make.offer("Kurs", starts=[at(THURSDAY, 9)])

    one = await statements("/offers?view=week")
    assert one == await statements("/offers") + 3, "and its tries are counted"
    for number in range(200):
        starts = at(THURSDAY, 9) + number * timedelta(minutes=20)
        await Session.create(offer=offer, starts_at=starts, ends_at=starts + HOUR, changed_at=NOW)
    assert await statements("/offers?view=week") == one
    assert len((await visitor.open("/offers?view=week")).soup.select(".tp-week li")) <= 7 * 3 * 7


async def test_names_that_are_long_or_from_right_to_left_are_escaped_and_whole(visitor: Visitor) -> None:
    long = "Menneskerettighetsorganisasjonssamarbeid" * 3 + " <b>"
    await make.offer(long, starts=[at(THURSDAY, 18)], audiences=[Audience.ADULTS])
    page = await visitor.open("/offers?view=week")
    assert page.soup.select_one(".tp-week li a").get_text() == long


SEARCHES = [
    "", "kind=course", "kind=course&kind=talk", "audience=seniors", "drop_in=1", "free=1", "free=1&part=evening",
    "part=morning", "weekday=thursday", "weekday=friday&part=evening", "evening=1", "q=kurs", "q=kurs&kind=talk",
    "q=kurs+finnesikke", "age=12", "cost=free", "no_booking=1", "online=1", "organization=frivilligsentralen",
    "access=step_free", "place=Sandnes",
]  # fmt: skip


async def test_a_week_holds_the_same_offers_as_the_list_of_its_days(visitor: Visitor) -> None:
    owner = await make.organization()
    venue = await make.venue(step_free=True)
    for number in range(24):
        starts = [
            at(THURSDAY, 8 + number % 14) + timedelta(days=day) for day in (number % 5 - 1, number % 3 + 5)
        ]
        made = await make.offer(
            f"{'Kurs' if number % 2 else 'Tur'} {number}", starts=starts, owner=owner, capacity=1,
            venue=venue if number % 3 else None, kind=[Kind.COURSE, Kind.TALK, Kind.ACTIVITY][number % 3],
            joining=[Joining.PER_SESSION, Joining.WHOLE, Joining.DROP_IN][number % 3],
            audiences=["seniors"] if number % 4 else ["youth"], age_from=None if number % 5 else 18,
            cost="free" if number % 2 else None,
        )  # fmt: skip
        if number % 6 == 0:
            await SeatPool.filter(offer=made, starts_at=starts[0]).update(taken=1)
    found = 0
    for query in SEARCHES:
        week = await visitor.open(f"/offers?view=week&week=2026-W42&{query}")
        listed: set[str] = set()
        page = await visitor.open(f"/offers?from=2026-10-12&to=2026-10-18&order=date&{query}")
        while True:
            listed |= {one.get_text() for one in page.soup.select("[data-cards] .tp-offer__link")}
            on = page.soup.select_one("a[data-more]")
            if on is None:
                break
            page = await visitor.open(str(on["href"]))
        table = week.soup.select_one(".tp-week")
        shown = {one.get_text() for one in table.select("li a[href*='/offers/']")} if table else set()
        assert shown == listed, query
        found += len(shown)
    assert found > 100, "the searches find something"
