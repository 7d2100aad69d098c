"""What stands in the public feeds."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import icalendar
import pytest

from marketplace.base.clock import OSLO
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Offer, OfferOrganizer, OfferText, Session, Visibility
from offers.catalogue.states import OfferState, SessionStatus
from offers.feeds import queries
from offers.sessions.actions import cancel_offer
from organizations.directory.models import OrganizationState
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

DAY = timedelta(days=1)


async def events(visitor: Visitor, path: str = "/calendar/all.ics") -> list[Any]:
    page = await visitor.open(path)
    assert page.status == 200, page.heading
    return icalendar.Calendar.from_ical(page.response.content).walk("VEVENT")


async def titles(visitor: Visitor, path: str = "/calendar/all.ics") -> list[str]:
    return [str(event["SUMMARY"]) for event in await events(visitor, path)]


async def session_of(offer: Offer) -> Session:
    return await Session.get(offer_id=offer.id)


async def test_a_session_stands_in_every_feed_it_belongs_to_with_one_uid(visitor: Visitor) -> None:
    offer = await make.offer("Kafé", kind=Kind.MEETING_PLACE)
    owner, session = await offer.owner, await session_of(offer)
    for path in (
        "all", f"organizations/{owner.slug}", "kinds/meeting_place", f"offers/{offer.slug}", f"sessions/{session.id}",
    ):  # fmt: skip
        found = await events(visitor, f"/calendar/{path}.ics")
        assert [(event["UID"], event["SUMMARY"]) for event in found] == [
            (f"session-{session.id}@127.0.0.1", "Kafé")
        ]
    assert await titles(visitor, "/calendar/kinds/course.ics") == []


async def test_an_event_tells_what_where_and_who(visitor: Visitor) -> None:
    place = await make.venue()
    owner = await make.organization("Frivilligsentralen")
    offer = await make.offer("Kafé", owner=owner, venue=place, kind=Kind.MEETING_PLACE, slug="kafe")
    await Session.filter(offer_id=offer.id).update(note="Ta inngangen bak.", sequence=4)
    event = (await events(visitor))[0]
    told = {
        name: event[name]
        for name in ("SUMMARY", "LOCATION", "URL", "SEQUENCE", "STATUS", "TRANSP", "DESCRIPTION")
    }
    assert told == {
        "SUMMARY": "Kafé", "LOCATION": "Sandnes rådhus, Rådhusgata 1, 4306 Sandnes", "SEQUENCE": 4, "TRANSP": "OPAQUE",
        "URL": "http://127.0.0.1:8000/offers/kafe", "STATUS": "CONFIRMED",
        "DESCRIPTION": "Ta inngangen bak.\n\nKafé: bli med.\n\nArrangør: Frivilligsentralen\n\n"
                       "http://127.0.0.1:8000/offers/kafe",
    }  # fmt: skip
    assert event["CATEGORIES"].cats == ["Møteplass"]
    assert (event["GEO"].latitude, event["GEO"].longitude) == (58.8517, 5.7353)
    assert event["DTSTART"].dt == datetime(2026, 10, 20, 12, tzinfo=OSLO)
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == NOW


async def test_a_session_of_its_own_place_and_one_online(visitor: Visitor) -> None:
    offer = await make.offer(venue=await make.venue(), starts=[NOW + DAY, NOW + 2 * DAY])
    elsewhere = await make.venue("Vitenfabrikken", street=None, postcode=None, city=None, lat=None, lon=None)
    await Session.filter(offer_id=offer.id, starts_at=NOW + DAY).update(venue_id=elsewhere.id)
    await make.offer("Nettprat", starts=[NOW + 3 * DAY], online_url="https://example.no/rom")
    await make.offer(
        "Hos andre", starts=[NOW + 4 * DAY], joining=Joining.EXTERNAL, online_url="https://example.no/bestill"
    )
    found = await events(visitor)
    assert [event.get("LOCATION") for event in found] == [
        "Vitenfabrikken", "Sandnes rådhus, Rådhusgata 1, 4306 Sandnes", "På nett", None,
    ]  # fmt: skip
    assert [("GEO" in event) for event in found] == [False, True, False, False]


async def test_nobody_is_in_a_feed(visitor: Visitor) -> None:
    offer = await make.offer(contact_name="Kari", phone="51 00 00 01")
    pool = await offer.pools.all().first()  # type: ignore[attr-defined]
    await make.booking(pool, await make.person("Ola", "ola@example.no"))
    text = (await visitor.open("/calendar/all.ics")).response.text
    for word in (
        "ATTENDEE",
        "ORGANIZER",
        "PARTSTAT",
        "VALARM",
        "Ola",
        "ola@",
        "METHOD",
        "SOURCE",
        "X-ALT-DESC",
        "/bookings",
    ):
        assert word not in text


async def test_only_what_a_visitor_may_see_is_in_public_feeds(visitor: Visitor) -> None:
    hidden: dict[str, Any] = {
        "draft": {"state": OfferState.DRAFT},
        "withdrawn": {"state": OfferState.CANCELLED},
        "staff": {"visibility": Visibility.STAFF},
        "members": {"visibility": Visibility.MEMBERS},
        "suspended": {"owner": await make.organization(state=OrganizationState.SUSPENDED)},
        "applied": {"owner": await make.organization(state=OrganizationState.APPLIED)},
    }
    await make.offer("Synlig", slug="synlig")
    for name, facts in hidden.items():
        await make.offer(f"Skjult {name}", slug=name, kind=Kind.COURSE, **facts)
    assert await titles(visitor) == ["Synlig"]
    assert await titles(visitor, "/calendar/kinds/course.ics") == []
    for name in hidden:
        offer = await Offer.get(slug=name).prefetch_related("owner")
        session = await session_of(offer)
        if name in ("withdrawn", "suspended"):  # its address still answers, for those who subscribe
            assert await titles(visitor, f"/calendar/offers/{name}.ics") == []
            assert (name == "withdrawn") == (
                f"Skjult {name}" in (await visitor.open(f"/calendar/offers/{name}.ics")).response.text
            )
        else:
            assert (await visitor.open(f"/calendar/offers/{name}.ics")).status == 404
        assert (await visitor.open(f"/calendar/sessions/{session.id}.ics")).status == 404
        path = f"/calendar/organizations/{offer.owner.slug}.ics"
        if offer.owner.state in (OrganizationState.APPROVED, OrganizationState.SUSPENDED):
            assert await titles(visitor, path) == []
        else:
            assert (await visitor.open(path)).status == 404


async def test_a_member_signed_in_gets_the_same_public_feed(visitor: Visitor) -> None:
    owner = await make.organization()
    await make.offer("Bare for oss", owner=owner, visibility=Visibility.MEMBERS)
    await visitor.sign_in(await make.member(owner))
    assert await titles(visitor) == []


async def test_a_co_organiser_has_it_in_their_feed(visitor: Visitor) -> None:
    offer = await make.offer("Kafé")
    other = await make.organization("Røde Kors")
    stranger = await make.organization("Stranger")
    await OfferOrganizer.create(offer=offer, organization=other)
    assert await titles(visitor, f"/calendar/organizations/{other.slug}.ics") == ["Kafé"]
    assert await titles(visitor, f"/calendar/organizations/{stranger.slug}.ics") == []


async def test_a_sensitive_offer_says_avtale_and_no_more(visitor: Visitor) -> None:
    offer = await make.offer(
        "Sorggruppe",
        slug="sorggruppe",
        sensitive=True,
        venue=await make.venue("Krisesenteret"),
        kind=Kind.SELF_HELP_GROUP,
    )
    session = await session_of(offer)
    await Session.filter(id=session.id).update(note="Om sorg")
    for path in ("all", "offers/sorggruppe", f"sessions/{session.id}"):
        page = await visitor.open(f"/calendar/{path}.ics")
        found = icalendar.Calendar.from_ical(page.response.content).walk("VEVENT")[0]
        assert set(found) == {
            "UID",
            "SUMMARY",
            "DTSTART",
            "DTEND",
            "DTSTAMP",
            "LAST-MODIFIED",
            "SEQUENCE",
            "STATUS",
            "TRANSP",
        }
        assert found["SUMMARY"] == "Avtale"
        assert "sorg" not in page.response.text.casefold()
        assert "krise" not in page.response.text.casefold()


async def test_the_window_is_thirty_days_back_and_a_year_ahead(visitor: Visitor) -> None:
    midnight = datetime(2026, 10, 13, tzinfo=OSLO)
    first, after = datetime(2026, 9, 13, tzinfo=OSLO), datetime(2027, 10, 13, tzinfo=OSLO)
    minute = timedelta(minutes=1)
    for name, start in {
        "for gammel": first - minute, "eldst": first, "natt": midnight, "sist": after - minute, "for sen": after,
    }.items():  # fmt: skip
        await make.offer(name, starts=[start.astimezone(UTC)])
    assert await titles(visitor) == ["eldst", "natt", "sist"]
    visitor.wait(DAY)
    assert await titles(visitor) == ["natt", "sist", "for sen"]


async def test_a_cancelled_session_stays_until_its_date_has_passed(visitor: Visitor) -> None:
    starts = datetime(2026, 10, 14, 18, tzinfo=OSLO)
    offer = await make.offer("Kafé", starts=[starts.astimezone(UTC)])
    await Session.filter(offer_id=offer.id).update(status=SessionStatus.CANCELLED, sequence=1)
    found = (await events(visitor))[0]
    assert (found["SUMMARY"], found["STATUS"], found["TRANSP"], found["SEQUENCE"]) == (
        "AVLYST: Kafé", "CANCELLED", "TRANSPARENT", 1,
    )  # fmt: skip
    visitor.wait(datetime(2026, 10, 14, 23, 59, tzinfo=OSLO) - NOW)
    assert await titles(visitor) == ["AVLYST: Kafé"]
    visitor.wait(timedelta(minutes=1))
    assert await titles(visitor) == []


async def test_a_cancelled_offer_says_so_in_the_feeds_it_was_in(visitor: Visitor) -> None:
    owner = await make.organization()
    editor = await make.member(owner)
    offer = await make.offer("Kafé", owner=owner, starts=[NOW - DAY, NOW + DAY])
    await cancel_offer(offer, note="Vi er syke.", by=editor.id, now=NOW)
    for path in ("all", f"offers/{offer.slug}", f"organizations/{owner.slug}"):
        assert await titles(visitor, f"/calendar/{path}.ics") == ["AVLYST: Kafé"]
    visitor.wait(2 * DAY)
    assert await titles(visitor, f"/calendar/offers/{offer.slug}.ics") == []


async def test_the_nearest_sessions_stay_when_there_are_too_many(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 4)
    starts = [NOW + DAY * n for n in (-9, -2, -1, 1, 2, 3, 20)]
    offer = await make.offer(starts=starts)
    found = [event["DTSTART"].dt for event in await events(visitor, f"/calendar/offers/{offer.slug}.ics")]
    assert found == [NOW + DAY * n for n in (-2, -1, 1, 2)]


async def test_a_thousand_sessions_and_no_more(visitor: Visitor) -> None:
    await make.offer(
        starts=[NOW + timedelta(hours=n) for n in range(1, 1005)], minutes=30, joining=Joining.DROP_IN
    )
    found = await events(visitor)
    assert len(found) == 1000
    assert found[0]["DTSTART"].dt == NOW + timedelta(hours=1)


async def test_texts_are_in_bokmal_where_there_are_any(visitor: Visitor) -> None:
    both = await make.offer("Kafé", starts=[NOW + DAY], source_lang="en")
    await OfferText.create(offer=both, lang="nb", title="Kafé på norsk", summary="Bli med.")
    await make.offer("Coffee", starts=[NOW + 2 * DAY], source_lang="en")
    assert await titles(visitor) == ["Kafé på norsk", "Coffee"]
    await Session.all().update(status=SessionStatus.CANCELLED)
    english = await visitor.open("/en/calendar/all.ics")
    assert english.response.content == (await visitor.open("/calendar/all.ics")).response.content
    assert "AVLYST: Coffee" in english.response.text


async def test_a_feed_has_a_name_and_one_session_has_none(visitor: Visitor) -> None:
    offer = await make.offer(
        "Kafé", owner=await make.organization("Røde Kors", slug="rode-kors"), slug="kafe"
    )
    session = await session_of(offer)
    for path, name in {
        "all": "Treffpunkt Sandnes", "organizations/rode-kors": "Røde Kors", "offers/kafe": "Kafé",
        "kinds/activity": "Treffpunkt: Aktivitet",
    }.items():  # fmt: skip
        text = (await visitor.open(f"/calendar/{path}.ics")).response.text
        assert f"\r\nNAME:{name}\r\nX-WR-CALNAME:{name}\r\n" in text
    text = (await visitor.open(f"/calendar/sessions/{session.id}.ics")).response.text
    assert "CALNAME" not in text
    assert "\r\nMETHOD:PUBLISH\r\n" in text


@pytest.mark.parametrize(
    "path",
    ["kinds/nothing", "kinds/COURSE", "organizations/nobody", "offers/nothing", "sessions/1", f"sessions/{UUID(int=1)}",
     "sessions/" + "9" * 60, "nothing", "offers/" + "x" * 5000, "organizations/'; DROP TABLE offer",
     "offers/%F0%9F%8E%89"],
)  # fmt: skip
async def test_what_is_not_there_is_not_found(visitor: Visitor, path: str) -> None:
    assert (await visitor.open(f"/calendar/{path}.ics")).status == 404


async def test_an_empty_feed_is_a_calendar(visitor: Visitor) -> None:
    assert await events(visitor) == []


async def test_the_page_shows_the_address_and_a_button(visitor: Visitor) -> None:
    await make.offer("Kafé", owner=await make.organization("Røde Kors", slug="rode-kors"), kind=Kind.COURSE)
    page = await visitor.open("/calendar")
    assert page.soup.select_one("#calendar-address")["value"] == "http://127.0.0.1:8000/calendar/all.ics"
    assert page.soup.select_one('a[href="webcal://127.0.0.1:8000/calendar/all.ics"]')
    for label, address in {"Kurs": "kinds/course", "Røde Kors": "organizations/rode-kors"}.items():
        link = page.soup.find("a", string=label)
        chosen = await visitor.open(link["href"])
        assert (
            chosen.soup.select_one("#calendar-address")["value"]
            == f"http://127.0.0.1:8000/calendar/{address}.ics"
        )
        assert await titles(visitor, f"/calendar/{address}.ics") == ["Kafé"]
    assert (await visitor.open("/calendar?kind=nothing")).status == 404
    assert (await visitor.open("/calendar?offer=")).status == 404
