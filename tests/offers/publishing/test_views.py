"""An editor makes an offer on a phone: step by step, with a pause, and what goes wrong is said."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.clock import oslo
from marketplace.base.data.database import column, rows, value
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, OfferText, SeatPool, Session
from offers.catalogue.states import OfferState
from offers.rights.models import HostAssignment
from offers.sessions.actions import cancel_offer
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.offers.seats.test_races import overlapping
from tests.visitor import Page, Visitor

WHAT = {
    "kind": "activity", "title": "Strikkekafé for alle", "summary": "Strikk og prat.",
    "what_happens": "Vi drikker kaffe og strikker.",
}  # fmt: skip
NEW_PLACE = {
    "place": "new", "venue_name": "Lura bydelshus", "street": "Luravegen 1", "postcode": "4313", "city": "Sandnes",
    "step_free": "yes", "way_in": "Grønn dør.", "meets_you": "Tom står i døra.",
}  # fmt: skip
WEEKLY = {"repeat": "weekly", "first": "20.10.2026", "starts": "18.00", "ends": "20:00", "last": "2026-11-03"}


@pytest.fixture
async def kari(visitor: Visitor) -> Person:
    """Leads Frivilligsentralen, and is signed in."""
    person = await make.member(await make.organization(), Role.EDITOR)
    await visitor.sign_in(person)
    return person


async def draft(visitor: Visitor, **other: Any) -> str:
    """A draft's address, through the first step."""
    page = await visitor.submit(await visitor.open("/manage/offers/new"), **(WHAT | other))
    assert page.status == 303, page.text
    return str(page.response.headers["location"]).removesuffix("/audience")


async def step(visitor: Visitor, home: str, name: str, **typed: Any) -> str:
    """Save a step; the address it leads to, without the offer's."""
    page = await visitor.submit(await visitor.open(f"{home}/{name}"), f"/{name}", **typed)
    assert page.status == 303, page.text
    return str(page.response.headers["location"]).removeprefix(home)


async def complete(visitor: Visitor, **joining: Any) -> str:
    """A draft that lacks nothing but the last yes: three Tuesdays at 18."""
    home = await draft(visitor)
    await step(
        visitor, home, "audience", main_audience="seniors", audiences=["everyone"], bring_someone="Ja."
    )
    await step(visitor, home, "place", **NEW_PLACE)
    listed = await visitor.submit(await visitor.open(f"{home}/sessions"), "/sessions", **WEEKLY)
    assert (await visitor.submit(listed, "/sessions")).status == 303
    await step(visitor, home, "joining", **({"joining": "per_session", "capacity": "12"} | joining))
    return home


async def test_the_wizard_from_the_first_step_to_a_published_offer(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor)
    assert home == "/manage/offers/strikkekafe-for-alle"
    assert await step(visitor, home, "audience", audiences=["everyone"], bring_someone="Ja.") == "/place"
    assert await step(visitor, home, "place", **NEW_PLACE) == "/sessions"
    listed = await visitor.submit(await visitor.open(f"{home}/sessions"), "/sessions", **WEEKLY)
    assert listed.status == 200
    assert listed.fields("/sessions")["dates"] == ["2026-10-20", "2026-10-27", "2026-11-03"]
    assert await Session.all().count() == 0
    saved = await visitor.submit(listed, "/sessions", dates=["2026-10-20", "2026-11-03"])
    assert saved.response.headers["location"] == f"{home}/joining"
    assert (
        await step(visitor, home, "joining", joining="per_session", capacity="12", phone="51 00 00 15")
        == "/publish"
    )
    assert await step(visitor, home, "publish") == "?done=published"

    offer = await Offer.get(slug="strikkekafe-for-alle").select_related("venue")
    assert (offer.state, offer.sensitive, offer.session_count) == (OfferState.PUBLISHED, False, 2)
    assert (offer.venue.name, offer.venue.step_free, offer.venue.hearing_loop) == (
        "Lura bydelshus",
        True,
        None,
    )
    pools = await SeatPool.filter(offer=offer).order_by("starts_at").select_related("session")
    assert [(pool.capacity, pool.starts_at, pool.ends_at) for pool in pools] == [
        (12, session.starts_at, session.ends_at) for session in await Session.all().order_by("starts_at")
    ]
    assert offer.next_session_at == pools[0].starts_at
    assert offer.last_session_ends == pools[1].ends_at
    text = await OfferText.get(offer=offer)
    assert text.keywords == "Aktivitet Frivilligsentralen"
    assert await rows("SELECT action FROM audit_entry ORDER BY at, id") == [
        {"action": f"offer.{act}"} for act in ("made", "changed", "changed", "dates", "changed", "published")
    ]


async def test_a_course_at_18_stays_at_18_when_the_clocks_go_back(visitor: Visitor, kari: Person) -> None:
    await complete(visitor)
    starts = [session.starts_at for session in await Session.all().order_by("starts_at")]
    assert [f"{start:%d.%m %H:%M}" for start in starts] == ["20.10 16:00", "27.10 17:00", "03.11 17:00"]
    assert [f"{oslo(start):%H:%M}" for start in starts] == ["18:00"] * 3


async def test_a_draft_is_kept_between_steps_and_seen_by_its_editors_only(
    visitor: Visitor, kari: Person
) -> None:
    home = await draft(visitor, summary="", what_happens="")
    page = await visitor.open("/manage?show=drafts")
    assert "Strikkekafé for alle" in page.text
    page = await visitor.open(home)
    assert "Kladd, bare dere ser den" in page.text
    assert page.text.count("Mangler noe") == 4
    assert (await visitor.open(f"{home}/preview")).heading == "Strikkekafé for alle"
    assert (await visitor.open("/offers/strikkekafe-for-alle")).status == 404


async def test_later_leads_to_the_offers_page(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor)
    assert await step(visitor, home, "audience", audiences=["everyone"], go="later") == ""


async def test_publishing_says_all_that_is_missing_and_publishes_nothing(
    visitor: Visitor, kari: Person
) -> None:
    home = await draft(visitor, summary="")
    lacking = [
        ("what#summary", "Skriv en setning om hva dette er."),
        ("audience#main_audience", "Velg hvem tilbudet er mest for."),
        ("audience#bring_someone", "Skriv om man kan ta med seg noen."),
        ("place#place", "Velg et sted, eller skriv at det er på nett."),
        ("place#meets_you", "Skriv hvem som møter den som kommer."),
        ("sessions#first", "Legg inn minst én dato som kommer."),
    ]
    before = await visitor.open(f"{home}/publish")
    assert [link["href"] for link in before.soup.select(".ds-alert li a")] == [
        f"{home}/{place}" for place, _words in lacking
    ]
    page = await visitor.submit(before, "/publish")
    assert page.status == 422
    summary = page.soup.find(class_="ds-error-summary")
    assert summary
    assert summary.h2
    assert summary.h2.get_text() == "6 ting må rettes"
    assert [(link["href"], link.get_text()) for link in summary.select("li a")] == [
        (f"{home}/{place}", words) for place, words in lacking
    ]
    assert page.soup.select(".ds-alert li") == []
    for place, _words in lacking:
        step, _hash, field = place.partition("#")
        assert (await visitor.open(f"{home}/{step}")).soup.find(id=field), place
    assert (await Offer.get()).state == OfferState.DRAFT


def needs(page: Page) -> dict[str, str]:
    """What each marked field says of itself: by the name of the field, in the order of the page."""
    found = {}
    for mark in page.soup.select("main .tp-need"):
        holder = mark.find_parent(class_=["ds-field", "ds-fieldset"])
        assert holder
        field = holder.find(["input", "select", "textarea"])
        assert field
        found[str(field["name"])] = mark.get_text()
    return found


async def test_the_steps_say_which_fields_publishing_needs(visitor: Visitor, kari: Person) -> None:
    must, may = "Må fylles ut", "Valgfritt"
    what = {"title": must, "kind": must, "summary": must, "body": may, "found_by": may,
            "what_happens": must, "bring": may}  # fmt: skip
    assert needs(await visitor.open("/manage/offers/new")) == what
    home = await draft(visitor, summary="", what_happens="")
    assert needs(await visitor.open(f"{home}/what")) == what
    assert needs(await visitor.open(f"{home}/audience")) == {
        "main_audience": must, "audiences": may, "bring_someone": must, "spoken": may, "members": must
    }  # fmt: skip
    place = {
        "place": must, "venue": must, "venue_name": must, "street": must, "postcode": may, "city": may,
        "transport": may, "step_free": may, "accessible_toilet": may, "hearing_loop": may, "online_url": must,
        "way_in": must, "meets_you": must,
    }  # fmt: skip
    assert needs(await visitor.open(f"{home}/place")) == place
    assert await step(visitor, home, "place", place="online", online_url="example.no/mote") == "/sessions"
    assert needs(await visitor.open(f"{home}/place")) == place | {"way_in": may}


async def test_where_nobody_meets_no_first_visit_is_asked_for(visitor: Visitor, kari: Person) -> None:
    must, may = "Må fylles ut", "Valgfritt"
    home = await draft(visitor, kind="online_self_help", what_happens="")
    page = needs(await visitor.open(f"{home}/what"))
    assert (page["summary"], page["what_happens"]) == (must, may)
    assert needs(await visitor.open(f"{home}/audience"))["bring_someone"] == may
    page = needs(await visitor.open(f"{home}/place"))
    assert (page["place"], page["way_in"], page["meets_you"]) == (may, may, may)


async def test_what_was_published_says_so_and_leads_to_its_page(visitor: Visitor, kari: Person) -> None:
    home = await complete(visitor)
    page = await visitor.follow(await visitor.submit(await visitor.open(f"{home}/publish"), "/publish"))
    said = page.soup.select_one("main [role=status]")
    assert said
    assert said.a
    assert (" ".join(said.get_text(" ").split()), said.a["href"]) == (
        "Tilbudet er publisert Nå vises det for dem det er for. Se siden", "/offers/strikkekafe-for-alle")  # fmt: skip
    assert (await visitor.open(home)).soup.select("main [role=status]") == []
    assert (await visitor.open(f"{home}?done=deleted")).soup.select("main [role=status]") == []


async def test_a_draft_is_never_said_to_be_published(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor)
    assert (await visitor.open(f"{home}?done=published")).soup.select("main [role=status]") == []


async def test_self_help_is_sensitive_unless_the_editor_says_no(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor, kind="self_help_group")
    assert (await Offer.get()).sensitive
    page = await visitor.open(f"{home}/publish")
    assert page.fields("/publish")["sensitive"] == ["yes"]


BACKWARDS = "Slutten må være senere enn starten. Går det over midnatt, kan det vare høyst 14 timer."


async def test_two_offers_of_one_name_get_two_addresses(visitor: Visitor, kari: Person) -> None:
    titles = ("Språkkafé på Ål", "Språkkafé på Ål", "New", "日本語", "!?")
    assert [await draft(visitor, title=title) for title in titles] == [
        "/manage/offers/sprakkafe-pa-al", "/manage/offers/sprakkafe-pa-al-2", "/manage/offers/new-2",
        "/manage/offers/ribenyu", "/manage/offers/tilbud",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"first": "30.2.2027"}, "first", "Datoen 30.2.2027 finnes ikke."),
        ({"first": "2026-02-30"}, "first", "Datoen 2026-02-30 finnes ikke."),
        ({"first": "neste tirsdag"}, "first", "Skriv datoen slik: 12.1.2027"),
        ({"first": "12. marmelade 2027"}, "first", "Skriv datoen slik: 12.1.2027"),
        ({"first": "12.1.027"}, "first", "Skriv datoen slik: 12.1.2027"),
        ({"first": "30. februar 2027"}, "first", "Datoen 30. februar 2027 finnes ikke."),
        ({"first": "1.10.2026"}, "first", "Datoen er passert. Skriv en dato som kommer."),
        ({"first": "1.1.9999"}, "first", "Datoen er langt fram. Skriv en dato de nærmeste fem årene."),
        ({"first": "0001-01-01"}, "first", "Datoen er passert. Skriv en dato som kommer."),
        ({"first": "13.10.2026", "starts": "9"}, "starts", "Klokkeslettet er passert. Skriv et som kommer."),
        ({"first": ""}, "first", "Skriv datoen dere møtes."),
        ({"starts": "25.00"}, "starts", "Skriv klokkeslettet slik: 18.00"),
        ({"starts": "18.60"}, "starts", "Skriv klokkeslettet slik: 18.00"),
        ({"ends": "18"}, "ends", BACKWARDS),
        ({"ends": "9" * 40}, "ends", "Skriv klokkeslettet slik: 18.00"),
        ({"first": "28.3.2027", "starts": "02.30", "ends": "03.00", "last": "28.3.2027"}, "starts",
         "Klokka stilles fram til sommertid den natta, så 02.30 finnes ikke. Velg et annet klokkeslett."),
        ({"last": ""}, "last", "Skriv den siste dagen dere kan møtes."),
        ({"last": "19.10.2026"}, "last", "Siste dag må være etter første dag."),
        ({"last": "1.1.2031"}, "last", "Det blir mer enn 200 datoer. Velg en tidligere siste dag."),
        ({"last": "31.12.9999"}, "last", "Det blir mer enn 200 datoer. Velg en tidligere siste dag."),
        ({"repeat": "yearly"}, "repeat", "Velg et av alternativene."),
    ],
)  # fmt: skip
async def test_dates_that_cannot_be(
    visitor: Visitor, kari: Person, typed: dict[str, str], field: str, words: str
) -> None:
    home = await draft(visitor)
    page = await visitor.submit(await visitor.open(f"{home}/sessions"), "/sessions", **(WEEKLY | typed))
    assert page.status == 422
    assert page.soup.find(id=f"{field}-error").get_text() == words  # type: ignore[union-attr]
    for name, text in (WEEKLY | typed).items():
        if name != "repeat":
            assert page.fields("/sessions")[name] == [text]
    assert await Session.all().count() == 0


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"first": "30.2.2027"}, {"first": "Datoen 30.2.2027 finnes ikke."}),
        ({"first": "1.10.2026"}, {"first": "Datoen er passert. Skriv en dato som kommer."}),
        ({"first": ""}, {"first": "Skriv datoen dere møtes."}),
        ({"last": "neste jul"}, {"last": "Skriv datoen slik: 12.1.2027"}),
        ({"last": "19.10.2026"}, {"last": "Siste dag må være etter første dag."}),
    ],
)
async def test_a_wrong_order_of_times_is_told_together_with_a_wrong_date(
    visitor: Visitor, kari: Person, typed: dict[str, str], told: dict[str, str]
) -> None:
    home = await draft(visitor)
    backwards = WEEKLY | {"starts": "20.00", "ends": " kl. 18"} | typed
    page = await visitor.submit(await visitor.open(f"{home}/sessions"), "/sessions", **backwards)
    summary = page.soup.select(".ds-error-summary li a")
    assert {str(link["href"])[1:]: link.get_text() for link in summary} == told | {"ends": BACKWARDS}


@pytest.mark.parametrize(
    "written", ["20.10.26", "20. oktober 2026", "20 OKT. 2026", "20. October 2026", "20.10.2026"]
)
async def test_a_date_may_be_written_as_people_write_it(visitor: Visitor, kari: Person, written: str) -> None:
    home = await draft(visitor)
    assert await step(visitor, home, "sessions", first=written, starts="18", ends="20") == "/joining"
    assert f"{oslo((await Session.get()).starts_at):%d.%m.%Y}" == "20.10.2026"


async def test_200_dates_are_saved_and_holidays_are_not_ticked(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor)
    listed = await visitor.submit(
        await visitor.open(f"{home}/sessions"),
        "/sessions",
        **(WEEKLY | {"first": "17.5.2027", "last": "12.3.2031"}),
    )
    boxes = listed.soup.find_all("input", {"name": "dates"})
    assert len(boxes) == 200
    assert not boxes[0].has_attr("checked")
    assert "Andre pinsedag, ikke valgt" in listed.text
    page = await visitor.submit(listed, "/sessions")
    assert page.status == 303
    assert await Session.all().count() == len(listed.fields("/sessions")["dates"])


async def test_more_dates_than_the_page_shows_are_refused_and_none_is_lost(
    visitor: Visitor, kari: Person
) -> None:
    home = await draft(visitor)
    daily = [visitor.now + timedelta(days=day) for day in range(1, 199)]
    await Session.bulk_create(
        [Session(offer=await Offer.get(), starts_at=at, ends_at=at + timedelta(hours=1), changed_at=visitor.now)
         for at in daily]
    )  # fmt: skip
    listed = await visitor.submit(await visitor.open(f"{home}/sessions"), "/sessions", **WEEKLY)
    page = await visitor.submit(listed, "/sessions")
    assert page.status == 422
    summary = page.soup.find(class_="ds-error-summary")
    assert summary
    assert [item.get_text() for item in summary.find_all("li")] == [
        "Et tilbud kan ha høyst 200 datoer som kommer. Velg færre nå, og legg inn resten senere."
    ]
    assert page.fields("/sessions")["dates"] == ["2026-10-20", "2026-10-27", "2026-11-03"]
    assert await Session.all().count() == 198
    page = await visitor.submit(page, "/sessions", dates=["2026-10-20", "2026-11-03"])
    assert (page.status, await Session.all().count()) == (303, 200)
    assert await step(visitor, home, "sessions", go="later") == ""
    assert await Session.all().count() == 200


async def test_dates_outside_the_list_are_not_saved(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor)
    listed = await visitor.submit(await visitor.open(f"{home}/sessions"), "/sessions", **WEEKLY)
    page = await visitor.submit(listed, "/sessions", dates=["2026-10-21"])
    assert page.status == 422
    assert "Velg minst én dato." in page.text
    page = await visitor.submit(listed, "/sessions", starts="19", last="2026-10-27")
    assert page.status == 200
    assert page.fields("/sessions")["dates"] == ["2026-10-20", "2026-10-27"]


async def test_a_drafts_dates_can_be_taken_away_but_not_those_that_came_since(
    visitor: Visitor, kari: Person
) -> None:
    home = await complete(visitor)
    stale = await visitor.open(f"{home}/sessions")
    first = (await Session.all().order_by("starts_at"))[0]
    visitor.wait(timedelta(minutes=1))
    added = {"repeat": "once", "first": "24.12.2026", "starts": "12", "ends": "14"}
    assert await step(visitor, home, "sessions", **added) == "/joining"
    assert (await visitor.submit(stale, "/sessions", keep=[first.id])).status == 303
    left = await Session.all().order_by("starts_at")
    assert [f"{oslo(one.starts_at):%d.%m}" for one in left] == ["20.10", "24.12"]
    assert [pool.capacity for pool in await SeatPool.all()] == [12, 12]


async def test_a_whole_course_has_one_pool_for_all_its_dates(visitor: Visitor, kari: Person) -> None:
    home = await complete(visitor, joining="whole", capacity="8")
    sessions = await Session.all().order_by("starts_at")
    pool = await SeatPool.get()
    assert (pool.session_id, pool.capacity) == (None, 8)  # type: ignore[attr-defined]
    assert (pool.starts_at, pool.ends_at) == (sessions[0].starts_at, sessions[2].ends_at)
    await step(visitor, home, "joining", joining="drop_in")
    assert await SeatPool.all().count() == 0


async def test_seats_follow_dates_so_dates_come_first(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor)
    page = await visitor.submit(
        await visitor.open(f"{home}/joining"), "/joining", joining="per_session", capacity="5"
    )
    assert page.status == 422
    assert "Plassene følger datoene." in page.text


@pytest.mark.parametrize("capacity", ["0", "-1", "1" + "0" * 40, "ti", "1.5", "100001"])
async def test_seats_that_cannot_be(visitor: Visitor, kari: Person, capacity: str) -> None:
    home = await draft(visitor, kind="course")
    page = await visitor.submit(await visitor.open(f"{home}/joining"), "/joining", capacity=capacity)
    assert page.status == 422
    assert page.fields("/joining")["capacity"] == [capacity]
    assert (await SeatPool.get()).capacity is None


async def test_a_published_offer_keeps_its_way_to_join_and_stays_complete(
    visitor: Visitor, kari: Person
) -> None:
    home = await complete(visitor)
    await step(visitor, home, "publish")
    page = await visitor.open(f"{home}/joining")
    assert [one["value"] for one in page.soup.find_all("input", {"name": "joining"})] == ["per_session"]
    page = await visitor.submit(page, "/joining", joining="drop_in")
    assert (page.status, "kan ikke endres når noen kan ha meldt seg på" in page.text) == (422, True)
    page = await visitor.submit(await visitor.open(f"{home}/what"), "/what", summary="", title="Nytt navn")
    assert page.soup.find(id="summary-error").get_text() == "Skriv en setning om hva dette er."  # type: ignore[union-attr]
    assert (await OfferText.get()).title == "Strikkekafé for alle"
    page = await visitor.open(f"{home}/place")
    assert page.soup.find("input", {"name": "place"}) is None
    assert await step(visitor, home, "place", way_in="Blå dør.") == ""
    assert (await OfferText.get()).way_in == "Blå dør."
    assert (await Offer.get()).venue_id is not None  # type: ignore[attr-defined]


async def test_a_new_date_of_a_published_offer_has_as_many_seats_and_nothing_is_lost(
    visitor: Visitor, kari: Person
) -> None:
    home = await complete(visitor)
    await step(visitor, home, "publish")
    assert await step(visitor, home, "sessions", first="1.12.2026", starts="18", ends="20", keep=None) == ""
    assert [pool.capacity for pool in await SeatPool.all()] == [12] * 4
    assert (await Offer.get()).session_count == 4


async def test_whoever_is_closed_just_now_sees_it_again_once_they_are_open(
    visitor: Visitor, kari: Person
) -> None:
    home = await complete(visitor)
    here, closed = await make.organization("Blå Kors"), await make.organization("Røde Kors")
    await step(visitor, home, "audience", visibility="members", members=[here.id, closed.id])
    await Organization.filter(id=closed.id).update(state="suspended")
    await step(visitor, home, "audience", members=[here.id])
    seeing = "SELECT organization_id FROM offer_audience_organization"
    assert {*await column(seeing)} == {here.id, closed.id}
    await Organization.filter(id=closed.id).update(state="approved")
    await step(visitor, home, "audience", members=[here.id])
    assert await column(seeing) == [here.id]


async def test_who_sees_a_members_offer_must_be_chosen(visitor: Visitor, kari: Person) -> None:
    other = await make.organization("Turlaget")
    home = await complete(visitor)
    await step(visitor, home, "audience", visibility="members")
    page = await visitor.submit(await visitor.open(f"{home}/publish"), "/publish")
    assert "Velg hvilke organisasjoner som skal se tilbudet." in page.text
    await step(visitor, home, "audience", visibility="members", members=[other.id])
    assert await step(visitor, home, "publish") == "?done=published"
    assert await value("SELECT organization_id FROM offer_audience_organization") == other.id


async def test_text_in_english_stands_beside_the_first(visitor: Visitor, kari: Person) -> None:
    home = await complete(visitor)
    page = await visitor.submit(
        await visitor.open(f"{home}/texts/en"), "/texts/en", title="Knitting café", summary="Knit and talk."
    )
    assert page.status == 303
    english = await OfferText.get(lang="en")
    assert (english.title, english.keywords) == (
        "Knitting café",
        "Activity Frivilligsentralen People aged 65 and over",
    )
    assert (await visitor.open(f"{home}/texts/nb")).status == 404
    assert (await visitor.open(f"{home}/texts/xx")).status == 404


async def test_a_text_in_another_language_says_which_field_it_lacks(visitor: Visitor, kari: Person) -> None:
    home = await draft(visitor)
    page = await visitor.submit(await visitor.open(f"{home}/texts/en"), "/texts/en")
    assert [(link["href"], link.get_text()) for link in page.soup.select(".ds-error-summary li a")] == [
        ("#title", "Skriv hva tilbudet heter."), ("#summary", "Skriv en setning om hva dette er.")
    ]  # fmt: skip


async def test_an_offer_that_is_over_can_still_be_mended(visitor: Visitor, kari: Person) -> None:
    home = await complete(visitor)
    await step(visitor, home, "publish")
    visitor.wait(timedelta(days=60))
    assert await step(visitor, home, "what", title="Strikkekafé på Lura") == ""
    assert await step(visitor, home, "audience", bring_someone="Ja, gjerne.") == ""
    assert await step(visitor, home, "place", way_in="Blå dør.") == ""
    assert await step(visitor, home, "joining", phone="51 00 00 15") == ""
    assert await step(visitor, home, "sessions") == ""
    assert await step(visitor, home, "texts/en", title="Knitting café", summary="Knit and talk.") == ""
    text, english = await OfferText.get(lang="nb"), await OfferText.get(lang="en")
    assert (text.title, text.bring_someone, text.way_in, english.title) == (
        "Strikkekafé på Lura", "Ja, gjerne.", "Blå dør.", "Knitting café")  # fmt: skip
    assert (await Offer.get()).phone == "51 00 00 15"


async def test_an_edit_of_an_offer_that_is_over_may_not_take_more_away(
    visitor: Visitor, kari: Person
) -> None:
    home = await complete(visitor)
    await step(visitor, home, "publish")
    visitor.wait(timedelta(days=60))
    page = await visitor.submit(await visitor.open(f"{home}/what"), "/what", summary="")
    assert page.status == 422
    assert page.soup.find(id="summary-error").get_text() == "Skriv en setning om hva dette er."  # type: ignore[union-attr]
    assert "Legg inn minst én dato som kommer." not in page.text
    assert (await OfferText.get()).summary == "Strikk og prat."


async def test_a_translation_that_cannot_be_saved_is_shown_again(visitor: Visitor, kari: Person) -> None:
    """The offer is cancelled while the translation is on its way."""
    home = await complete(visitor)
    await step(visitor, home, "publish")
    offer, page = await Offer.get(), await visitor.open(f"{home}/texts/en")
    _told, answer, waited = await overlapping(
        lambda: cancel_offer(offer, note="", by=kari.id, now=visitor.now),
        lambda: visitor.submit(page, "/texts/en", title="Knitting café", summary="Knit and talk."),
    )  # fmt: skip
    assert (answer.status, waited) == (422, True)
    assert "Tilbudet er avlyst og kan ikke endres." in answer.soup.find(class_="ds-error-summary").get_text()
    assert answer.fields("/texts/en")["summary"] == ["Knit and talk."]
    assert await OfferText.all().count() == 1


@pytest.mark.parametrize(
    ("source", "prefix", "words"),
    [("nb", "/en", "Du kan gå når du vil."), ("en", "", "You can leave whenever you want.")],
)
async def test_what_is_suggested_is_in_the_offers_own_language(
    visitor: Visitor, kari: Person, source: str, prefix: str, words: str
) -> None:
    home = await draft(visitor, source_lang=source)
    page = await visitor.open(f"{prefix}{home}/joining")
    assert page.fields("/joining")["may_leave"] == [words]


async def test_a_shielded_course_is_copied_as_shielded(visitor: Visitor, kari: Person) -> None:
    home = await complete(visitor)
    await step(visitor, home, "publish", sensitive="yes")
    assert (await visitor.submit(await visitor.open(home), "/copy")).status == 303
    await step(visitor, f"{home}-2", "what", title="Strikkekafé til våren")
    assert (await Offer.get(slug="strikkekafe-for-alle-2")).sensitive
    page = await visitor.open(f"{home}-2/publish")
    assert page.fields("/publish")["sensitive"] == ["yes"]


async def test_a_copy_has_everything_but_the_dates(visitor: Visitor, kari: Person) -> None:
    home = await complete(visitor)
    await step(visitor, home, "publish")
    first = await Offer.get()
    await HostAssignment.create(offer=first, person=kari)
    page = await visitor.submit(await visitor.open(home), "/copy")
    assert page.response.headers["location"] == "/manage/offers/strikkekafe-for-alle-2/sessions?done=copied"
    said = (await visitor.follow(page)).soup.select_one("main [role=status]")
    assert said
    assert said.get_text(" ") == "Tilbudet er kopiert Velg nye datoer."
    copied = await Offer.get(slug="strikkekafe-for-alle-2")
    assert copied.continues_id == first.id  # type: ignore[attr-defined]
    assert (copied.state, copied.session_count, copied.next_session_at, copied.published_at) == (
        OfferState.DRAFT, 0, None, None
    )  # fmt: skip
    assert (await OfferText.get(offer=copied)).summary == "Strikk og prat."
    assert await HostAssignment.filter(offer=copied).count() == 1
    again = f"{home}-2"
    await step(visitor, again, "sessions", first="1.12.2026", starts="18", ends="20")
    assert (await SeatPool.get(offer=copied)).capacity == 12


async def test_a_stranger_and_another_organisations_editor_find_nothing(
    visitor: Visitor, kari: Person
) -> None:
    home = await complete(visitor)
    slug = home.rpartition("/")[2]
    unit_above = await make.organization("Kommunen")
    await Organization.filter(name="Frivilligsentralen").update(parent_id=unit_above.id)
    paths = [home, *(f"{home}/{name}" for name in
             ("what", "audience", "place", "sessions", "joining", "publish", "preview", "texts/en"))]  # fmt: skip
    for somebody in (
        await make.member(await make.organization("Turlaget"), Role.MANAGER, "Per"),
        await make.member(unit_above, Role.MANAGER, "Over"),
    ):
        await visitor.sign_in(somebody)
        assert [(await visitor.open(path)).status for path in paths] == [404] * len(paths)
        form = (await visitor.open("/manage/offers/new")).fields()
        assert (await visitor.post(f"/manage/offers/{slug}/what", form | WHAT)).status == 404
        assert "Strikkekafé" not in (await visitor.open("/manage?show=drafts")).text
    visitor.client.cookies.delete("sign-in")
    assert (await visitor.open(home)).response.headers["location"] == f"/sign-in?next={home}"


async def test_a_co_organisers_editor_may_edit_only_where_it_was_said(visitor: Visitor, kari: Person) -> None:
    from offers.catalogue.models import OfferOrganizer

    home = await complete(visitor)
    partner = await make.organization("Turlaget")
    link = await OfferOrganizer.create(offer=await Offer.get(), organization=partner, may_edit=False)
    await visitor.sign_in(await make.member(partner, Role.EDITOR, "Per"))
    assert (await visitor.open(home)).status == 404
    await OfferOrganizer.filter(id=link.id).update(may_edit=True)
    assert (await visitor.open(home)).status == 200


async def test_a_host_sees_what_they_lead_and_cannot_publish(
    visitor: Visitor, kari: Person, now: datetime
) -> None:
    organization = await Organization.get(name="Frivilligsentralen")
    host = await make.member(organization, Role.HOST, "Liv", email="liv@example.no")
    await make.offer("Andres", owner=organization)
    led = await make.offer(
        "Livs kurs", owner=organization, starts=[now - timedelta(days=1), now + timedelta(days=6)]
    )
    home = f"/manage/offers/{led.slug}"
    page = await visitor.submit(await visitor.open(home), "/hosts", email="Liv@example.no")
    assert (page.status, await HostAssignment.get().values_list("person_id", "offer_id")) == (
        303,
        (host.id, led.id),
    )
    await visitor.sign_in(host)
    page = await visitor.open("/manage")
    assert ("Livs kurs" in page.text, "Andres" in page.text, "Lag et nytt tilbud" in page.text) == (
        True,
        False,
        False,
    )
    past, coming = await Session.filter(offer=led).order_by("starts_at")
    links = [link["href"] for link in page.soup.find_all("a") if link["href"].endswith("/register")]
    register = [f"/manage/sessions/{session.id}/register" for session in (past, past, coming)]
    assert links == register, "what was not recorded by its name and a button, then the next time"
    assert [
        (await visitor.open(path)).status for path in (home, f"{home}/publish", "/manage/offers/new")
    ] == [403] * 3
    await visitor.sign_in(kari)
    page = await visitor.submit(await visitor.open(home), "/remove")
    assert (page.status, await HostAssignment.all().count()) == (303, 0)


async def test_a_register_is_asked_for_when_the_session_is_over(visitor: Visitor, kari: Person) -> None:
    starts = [visitor.now - timedelta(hours=1)]
    await make.offer(owner=await Organization.get(), starts=starts)
    assert "er ikke ført" not in (await visitor.open("/manage")).text
    assert "Ferdig for i dag" not in (await visitor.open("/manage")).text
    visitor.wait(timedelta(hours=1))
    assert "Ferdig for i dag. Oppmøtet er ikke ført ennå." in (await visitor.open("/manage")).text
    visitor.wait(timedelta(days=1))
    assert "1 er ikke ført Generasjonslekene" in (await visitor.open("/manage")).text


async def test_only_a_proven_member_can_lead(visitor: Visitor, kari: Person) -> None:
    organization = await Organization.get(name="Frivilligsentralen")
    await make.person("Per", email="per@example.no")
    await make.member(organization, Role.HOST, "Liv", email="liv@example.no", verified=False)
    offer = await make.offer(owner=organization)
    page = await visitor.open(f"/manage/offers/{offer.slug}")
    for address in ("per@example.no", "liv@example.no", "ingen@example.no"):
        answer = await visitor.submit(page, "/hosts", email=address)
        assert answer.response.headers["location"] == f"/manage/offers/{offer.slug}?saved=invited"
    assert await HostAssignment.all().count() == 0
    answer = await visitor.submit(page, "/hosts", email="liv")
    assert (answer.status, answer.soup.find(id="email-error").get_text()) == (  # type: ignore[union-attr]
        422, "Skriv en e-postadresse, som navn@example.no, eller et mobilnummer med åtte sifre.")  # fmt: skip


async def test_the_list_pages_by_key_and_asks_as_often_for_45_offers(visitor: Visitor, kari: Person) -> None:
    organization = await Organization.get(name="Frivilligsentralen")
    for number in range(45):
        await make.offer(
            f"Nummer {number:02}", owner=organization, starts=[visitor.now + timedelta(days=45 - number)]
        )
    seen: list[str] = []
    page = await visitor.open("/manage")
    while True:
        seen += [str(heading.get_text()) for heading in page.soup.select(".tp-session h2")]
        more = page.soup.find("a", string="Vis flere")
        if more is None:
            break
        page = await visitor.open(str(more["href"]))
    assert seen == [f"Nummer {number:02}" for number in reversed(range(45))]
    for bad in (
        "?show=all",
        "?after=x",
        "?after=2026-10-13,x",
        "?after=0001-01-01T00:00:00%2B14:00,0",
        "?show=%00",
    ):
        assert (await visitor.open(f"/manage{bad}")).status in (400, 404)


async def test_the_list_asks_as_often_for_30_offers_as_for_one(
    visitor: Visitor, kari: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = await Organization.get(name="Frivilligsentralen")
    original, asked = AsyncpgDBClient.execute_query_dict, []

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await original(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
    counts = []
    for offers in (1, 19):
        for _number in range(offers):
            starts = [visitor.now - timedelta(days=2), visitor.now + timedelta(days=1)]
            await make.offer(owner=organization, starts=starts)
        asked.clear()
        page = await visitor.open("/manage")
        counts.append((len(page.soup.select(".tp-session")), len(asked)))
    assert counts == [(1, 8), (20, 8)]  # one of them finds out who asks


async def test_joinings_without_seats_can_be_exchanged_later(visitor: Visitor, kari: Person) -> None:
    offer = await make.offer(owner=await Organization.get(), joining=Joining.NONE, starts=[])
    home = f"/manage/offers/{offer.slug}"
    await step(visitor, home, "joining", joining="external", link="example.no/kurs")
    changed = await Offer.get()
    assert (changed.joining, changed.online_url) == (Joining.EXTERNAL, "https://example.no/kurs")
