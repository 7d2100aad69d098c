"""The sheet of filters, over HTTP: counts, chips, days, and what is wrong said at its field."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from offers.catalogue.kinds import Kind
from offers.catalogue.models import Cost, Joining
from organizations.directory.models import Municipality
from tests import make
from tests.conftest import NOW
from tests.offers.search.test_list import cards, chips, words
from tests.visitor import Page, Visitor


def hours(number: float) -> datetime:
    return NOW + timedelta(hours=number)


def choices(page: Page, group: str) -> dict[str, str]:
    """What may be ticked in a group, and what stands beside it."""
    return {
        str(line.input["value"]): words(line.select_one(".tp-count"))
        for line in page.soup.select(f"#group-{group} .tp-check")
    }


def days(page: Page) -> dict[str, str]:
    return {words(link): str(link["href"]) for link in page.soup.select(".tp-days a")}


async def town() -> None:
    await make.offer("Kurs", kind=Kind.COURSE, starts=[hours(24)], spoken=["uk"], cost=Cost.FREE)
    await make.offer("Gruppe", kind=Kind.GROUP, starts=[hours(48)], spoken=["uk", "ar"])
    await make.offer("Kafé", kind=Kind.MEETING_PLACE, joining=Joining.DROP_IN, starts=[hours(2)])


async def test_every_choice_says_how_many_it_leaves_and_what_leaves_none_is_not_offered(
    visitor: Visitor,
) -> None:
    await town()
    page = await visitor.open("/offers")
    assert choices(page, "kind") == {"course": "1 tilbud", "group": "1 tilbud", "meeting_place": "1 tilbud"}
    assert choices(page, "spoken") == {"uk": "2 tilbud", "ar": "1 tilbud"}
    assert page.soup.select_one("#group-spoken [lang=ar]").get_text() == "العربية"
    assert choices(page, "cost") == {"free": "1 tilbud"}
    chosen = await visitor.open("/offers?spoken=ar")
    assert cards(chosen) == ["Gruppe"]
    assert choices(chosen, "kind") == {"group": "1 tilbud"}
    assert choices(chosen, "spoken") == {"uk": "2 tilbud", "ar": "1 tilbud"}  # the same filter widens
    assert not chosen.soup.select("#group-cost")


async def test_what_is_chosen_stays_also_where_it_leaves_nothing(visitor: Visitor) -> None:
    await town()
    page = await visitor.open("/offers?kind=talk&spoken=uk&drop_in=on")
    assert choices(page, "kind")["talk"] == "0 tilbud"
    assert choices(page, "how")["on"] is not None
    assert page.soup.select_one("#drop_in[checked]")
    assert list(chips(page)) == ["Kom innom, ingen påmelding", "Foredrag", "Українська"]


async def test_days_are_links_with_counts_that_keep_the_rest(visitor: Visitor) -> None:
    await town()
    page = await visitor.open("/offers?spoken=uk&date=2026-10-14&from=")
    assert list(days(page)) == ["Alle dager", "I morgen 1 tilbud", "Sju dager 2 tilbud"]
    assert parse_qs(urlsplit(days(page)["I morgen 1 tilbud"]).query) == {
        "spoken": ["uk"],
        "day": ["tomorrow"],
    }
    assert parse_qs(urlsplit(days(page)["Alle dager"]).query) == {"spoken": ["uk"]}
    tomorrow = await visitor.open("/offers?spoken=uk&day=tomorrow")
    assert cards(tomorrow) == ["Kurs"]
    assert words(tomorrow.soup.select_one(".tp-days [aria-current]")) == "I morgen 1 tilbud"
    assert tomorrow.soup.select_one("#find input[name=day]")["value"] == "tomorrow"


async def test_a_date_that_is_written_counts_before_a_day_that_was_chosen(visitor: Visitor) -> None:
    await town()
    page = await visitor.open("/offers?day=today&date=15.10.2026")
    assert cards(page) == ["Gruppe"]
    assert list(chips(page)) == ["torsdag 15.\xa0oktober 2026"]
    assert not page.soup.select("#find input[name=day]")


async def test_a_date_that_leans_on_today_is_written_out_where_it_was_typed(visitor: Visitor) -> None:
    """A link that is kept, and tomorrow's look at it, speak of the same day."""
    await town()
    typed = await visitor.open("/offers?from=i+morgen&to=15.10&spoken=uk")
    assert typed.status == 303
    page = await visitor.follow(typed)
    assert parse_qs(urlsplit(page.url).query) == {
        "from": ["14.10.2026"],
        "to": ["15.10.2026"],
        "spoken": ["uk"],
    }
    assert list(chips(page)) == [
        "fra onsdag 14.\xa0oktober 2026",
        "til og med torsdag 15.\xa0oktober 2026",
        "Українська",
    ]
    assert page.soup.find(id="from")["value"] == "14.10.2026"  # type: ignore[index]
    assert parse_qs(urlsplit(chips(page)["fra onsdag 14.\xa0oktober 2026"]).query) == {
        "to": ["15.10.2026"],
        "spoken": ["uk"],
    }


async def test_htmx_gets_the_counts_anew_where_they_stand(visitor: Visitor) -> None:
    await town()
    page = await visitor.open("/offers?spoken=ar", hx_request="true")
    sheet = page.soup.find(id="sheet")
    assert sheet["data-hx-swap-oob"] == "outerMorph"
    assert sheet.select_one("button").get_text() == "Vis 1 tilbud"
    assert choices(page, "kind") == {"group": "1 tilbud"}
    assert page.soup.find(id="days")["data-hx-swap-oob"] == "true"
    assert page.soup.find(id="picked").get_text() == "1 valgt"


async def test_without_javascript_the_button_does_not_promise_a_number(visitor: Visitor) -> None:
    await town()
    page = await visitor.open("/offers?spoken=ar")
    assert page.soup.select_one("#sheet button").get_text() == "Vis tilbud"
    assert page.soup.select_one("#q")["form"] == "find"


async def test_an_old_address_that_says_when_is_understood(visitor: Visitor) -> None:
    await make.offer("I dag", starts=[hours(1)])
    await make.offer("Om en måned", starts=[hours(24 * 30)])
    page = await visitor.open("/offers?when=today")
    assert cards(page) == ["I dag"]
    assert list(chips(page)) == ["I dag"]
    evening = await visitor.open("/offers?when=this_week&evening=true")
    assert evening.soup.find(id="found").get_text() == "Ingen tilbud passer"
    assert list(chips(evening)) == ["Kveld og helg", "Denne uka"]


async def test_several_municipalities_are_chosen_and_each_is_a_chip(visitor: Visitor) -> None:
    await make.offer("Her", owner=await make.organization("Her"), starts=[hours(1)])
    land = await Municipality.create(number="3447", slug="sondre-land", name="Søndre Land")
    await make.offer("Der", owner=await make.organization("Der", municipality=land), starts=[hours(2)])
    page = await visitor.open("/offers?municipality=sandnes&municipality=sondre-land")
    assert cards(page) == ["Her", "Der"]
    assert list(chips(page)) == ["Sandnes", "Søndre Land"]
    assert choices(page, "municipality") == {"sandnes": "1 tilbud", "sondre-land": "1 tilbud"}
    left = await visitor.open(chips(page)["Sandnes"])
    assert cards(left) == ["Der"]
    assert parse_qs(urlsplit(chips(left)["Søndre Land"]).query) == {"municipality": ["all"]}
    both = await visitor.open("/offers?municipality=all&municipality=sondre-land")  # as a form sends it
    assert cards(both) == ["Der"]


async def test_the_organisation_is_named_and_one_that_is_not_there_too(visitor: Visitor) -> None:
    owner = await make.organization("Blå Kors")
    await make.offer("Kafé", owner=owner, starts=[hours(1)])
    await make.offer("Andres", starts=[hours(2)])
    page = await visitor.open(f"/offers?organization={owner.slug}")
    assert cards(page) == ["Kafé"]
    assert list(chips(page)) == ["Blå Kors"]
    unknown = await visitor.open("/offers?organization=nobody&kind=course")
    assert unknown.status == 422
    assert unknown.soup.find(id="organization-error").get_text() == (
        "Vi kjenner ingen organisasjon som heter «nobody»."
    )
    assert unknown.soup.select_one("input[value=course][checked]")


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("age=300", "age", "Skriv en alder mellom 0 og 120."),
        ("age=ni", "age", "Skriv en alder mellom 0 og 120."),
        ("age=-1", "age", "Skriv en alder mellom 0 og 120."),
        ("age=9&age=10", "age", "Her står det flere valg. Velg bare ett."),
        ("date=31.2.2027", "date", "Datoen 31.2.2027 finnes ikke."),
        ("date=i+morra", "date", "Skriv datoen slik: 12.1.2027"),
        ("date=1.10", "date", "Skriv også årstallet, slik: 12.1.2027"),
        (
            "date=onsdag+15.10.2026",
            "date",
            "Det er en annen ukedag: torsdag 15.\xa0oktober 2026. Skriv dagen du mener.",
        ),
        ("date=1.1.9999", "date", "Skriv en dato mellom 2000 og 2100."),
        ("from=9999-12-31", "from", "Skriv en dato mellom 2000 og 2100."),
        ("from=5.12.2026&to=4.12.2026", "to", "Siste dag kan ikke være før den første."),
        ("date=5.12.2026&from=4.12.2026", "date", "Velg enten én dato, eller fra og til."),
        ("day=someday", "day", "Vi kjenner ikke dagen «someday». Velg en dag i lista."),
        ("day=today&day=tomorrow", "day", "Her står det flere valg. Velg bare ett."),
        ("weekday=funday", "weekday", "Vi kjenner ikke ukedagen «funday». Velg ukedager i lista."),
        ("part=night", "part", "Vi kjenner ikke tiden «night». Velg når på dagen i lista."),
        ("spoken=en&spoken=tlh", "spoken", "Vi kjenner ikke språket «tlh». Velg språk i lista."),
        ("access=lift", "access", "Vi kjenner ikke «lift». Velg tilgjengelighet i lista."),
        ("cost=much", "cost", "Vi kjenner ikke «much». Velg hva det koster i lista."),
        ("online=maybe", "online", "Vi forstår ikke «maybe». Kryss av, eller la være."),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(
    visitor: Visitor, query: str, field: str, reason: str
) -> None:
    await make.offer("Tur")
    page = await visitor.open(f"/offers?q=tur&kind=course&{query}")
    assert page.status == 422
    assert page.soup.find(id=f"{field}-error").get_text() == reason
    assert page.soup.select_one(f'.ds-error-summary a[href="#{field}"]').get_text() == reason
    assert page.soup.find(id=field)
    assert page.soup.find(id="q")["value"] == "tur"
    assert page.soup.select_one("input[name=kind][value=course][checked]")
    assert page.soup.select_one("details.tp-filters[open]")
    typed = parse_qs(query)[field][-1]
    if field in ("age", "date", "from", "to"):
        assert page.soup.find(id=field)["value"] == typed


async def test_a_parameter_said_twice_alike_is_said_once(visitor: Visitor) -> None:
    await make.offer("Tur")
    page = await visitor.open("/offers?age=9&age=9&kind=activity&kind=activity&q=&q=tur")
    assert page.status == 200
    assert list(chips(page)) == ["«tur»", "Alder: 9 år", "Aktivitet"]


async def test_a_choice_that_is_left_blank_is_none(visitor: Visitor) -> None:
    await make.offer("Tur", starts=[hours(1)])
    names = "kind audience weekday part spoken access cost organization district age date from to day order"
    page = await visitor.open(
        "/offers?" + "&".join(f"{name}=+" for name in names.split()) + "&kind=+activity+"
    )
    assert page.status == 200
    assert cards(page) == ["Tur"]
    assert list(chips(page)) == ["Aktivitet"]
    assert parse_qs(urlsplit(days(page)["Alle dager"]).query) == {"kind": ["activity"]}


async def test_an_organisation_is_found_among_many_by_a_part_of_its_name(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.search.sheet.MOST", 2)
    slugs = {}
    for name, offers in (("Bølgen bad", 3), ("Ålgård kor", 2), ("Sandnes turlag", 1), ("Turvenner", 1)):
        owner = await make.organization(name)
        slugs[name] = owner.slug
        for number in range(offers):
            await make.offer(f"{name} {number}", owner=owner, kind=Kind.GROUP if number else Kind.COURSE)
    page = await visitor.open("/offers")
    assert choices(page, "organization") == {slugs["Bølgen bad"]: "3 tilbud", slugs["Ålgård kor"]: "2 tilbud"}
    found = await visitor.open("/offers?who=tur&kind=course")
    assert page.soup.select_one("#find #who, #find input[name=who]") is not None
    assert choices(found, "organization") == {
        slugs["Sandnes turlag"]: "1 tilbud",
        slugs["Turvenner"]: "1 tilbud",
    }
    assert found.soup.select_one("#who")["value"] == "tur"
    assert len(cards(found)) == 4, "it looks among the choices and is no filter"
    on = found.soup.select("#results a, .tp-days a")
    assert not [link for link in on if "who=" in link["href"]], "no way on takes it along"
    for typed in ("bolgen", "BØLG", "aalgaard", "algard"):
        assert len(choices(await visitor.open(f"/offers?who={typed}"), "organization")) == 1, typed
    chosen = await visitor.open(f"/offers?who=xyz&organization={slugs['Turvenner']}")
    assert choices(chosen, "organization") == {slugs["Turvenner"]: "1 tilbud"}, "what is chosen stays"
    assert "Ingen som har tilbud her, heter noe med «xyz»." in chosen.text
    twice = await visitor.open(f"/offers?who=tur&organization={slugs['Turvenner']}")
    every = [one["value"] for one in twice.soup.select("#find input[name=organization]")]
    assert sorted(every) == sorted([slugs["Sandnes turlag"], slugs["Turvenner"]]), "each stands once"
    groups = await visitor.open("/offers?who=turlag&kind=group")
    assert "«turlag»" in groups.text
    assert not choices(groups, "organization"), "it is counted as all else is"
    wrong = await visitor.open(f"/offers?who={'x' * 61}&kind=group")
    assert (wrong.status, wrong.soup.select_one("#kind-group, #kind[value=group]") is not None) == (422, True)
    assert words(wrong.soup.select_one("#who-error")) == "Skriv en kortere del av navnet, høyst 60 tegn."
    monkeypatch.setattr("offers.search.sheet.SHOWN", 1)
    monkeypatch.setattr("offers.search.sheet.MOST", 3)
    assert not (await visitor.open("/offers?who=e")).soup.select("#rest-organization"), (
        "what was looked for is seen"
    )
    assert (await visitor.open("/offers")).soup.select("#rest-organization"), "the rest of all is folded away"
    monkeypatch.undo()
    assert not (await visitor.open("/offers")).soup.select("#who"), "a few need no field"
