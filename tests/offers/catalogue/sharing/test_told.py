"""What search engines, and programs that show a link, are told of an offer."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketplace.base.i18n import LANGUAGES
from marketplace.settings import settings
from offers.catalogue.dates import Line
from offers.catalogue.models import Cost, Offer, OfferOrganizer, OfferText, Session, Visibility
from offers.catalogue.queries import OfferRow
from offers.catalogue.sharing.told import json_ld
from offers.catalogue.spoken import SPOKEN
from organizations.directory.models import Picture
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

SATURDAY = datetime(2026, 10, 17, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
STATUSES = {"EventScheduled", "EventCancelled", "EventRescheduled"}


def told(page: Page) -> Any:
    """The JSON-LD of a page; None where there is none."""
    script = page.soup.find("script", type="application/ld+json")
    return json.loads(script.string) if script else None


def is_event(node: dict[str, Any]) -> None:
    """All that schema.org and the search engines ask of an Event, and of the right type."""
    assert node["@type"] == "Event"
    assert isinstance(node["name"], str)
    assert node["name"]
    starts, ends = datetime.fromisoformat(node["startDate"]), datetime.fromisoformat(node["endDate"])
    assert starts < ends
    assert starts.tzinfo
    assert node["eventStatus"].removeprefix("https://schema.org/") in STATUSES
    assert node["eventAttendanceMode"] in (
        "https://schema.org/OfflineEventAttendanceMode", "https://schema.org/OnlineEventAttendanceMode",
    )  # fmt: skip
    place = node["location"]
    if place["@type"] == "VirtualLocation":
        assert place["url"].startswith(settings().public_url)
    else:
        assert place["@type"] == "Place"
        assert place["name"]
        assert place["address"]
        if isinstance(place["address"], dict):
            assert place["address"]["@type"] == "PostalAddress"
            assert place["address"]["addressCountry"] == "NO"
    if "offers" in node:
        price = node["offers"]
        assert (price["@type"], price["price"], price["priceCurrency"]) == ("Offer", 0, "NOK")
        assert price["url"] == node["url"]
        assert node["isAccessibleForFree"] is True
    makers = node["organizer"] if isinstance(node["organizer"], list) else [node["organizer"]]
    assert all(maker["@type"] == "Organization" and maker["name"] and maker["url"] for maker in makers)
    spoken = node["inLanguage"] if isinstance(node["inLanguage"], list) else [node["inLanguage"]]
    assert all(lang in LANGUAGES or lang in SPOKEN for lang in spoken)


async def test_one_date_is_an_event(visitor: Visitor) -> None:
    owner, friend = await make.organization("Sentralen"), await make.organization("Senior")
    offer = await make.offer("Lekene", owner=owner, venue=await make.venue("Rådhuset"), starts=[SATURDAY])
    await OfferOrganizer.create(offer=offer, organization=friend)
    event = told(await visitor.open(f"/offers/{offer.slug}"))
    is_event(event)
    assert event["@context"] == "https://schema.org/"
    assert (event["name"], event["startDate"]) == ("Lekene", "2026-10-17T11:00:00+02:00")
    english = await visitor.open(f"/en/offers/{offer.slug}")
    assert told(english)["url"] == english.soup.find("link", rel="canonical")["href"]
    assert [maker["name"] for maker in event["organizer"]] == ["Sentralen", "Senior"]
    assert event["location"] == {
        "@type": "Place", "name": "Rådhuset",
        "address": {"@type": "PostalAddress", "streetAddress": "Rådhusgata 1", "postalCode": "4306",
                    "addressLocality": "Sandnes", "addressCountry": "NO"},
        "geo": {"@type": "GeoCoordinates", "latitude": 58.8517, "longitude": 5.7353},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cost", "words", "told_of_it"),
    [
        (Cost.FREE, "", {"isAccessibleForFree": True, "offers": True}),
        (Cost.SOME, "50 kroner", {"isAccessibleForFree": False}),
        (None, "", {}),
    ],
    ids=["free", "some", "nobody has said"],
)
async def test_only_what_is_free_has_a_price_and_it_is_nothing(
    visitor: Visitor, cost: Cost | None, words: str, told_of_it: dict[str, bool]
) -> None:
    offer = await make.offer("Tur", venue=await make.venue(), starts=[SATURDAY], cost=cost, cost_text=words)
    event = told(await visitor.open(f"/offers/{offer.slug}"))
    is_event(event)
    found = {name: event[name] for name in ("isAccessibleForFree", "offers") if name in event}
    assert {name: bool(told) for name, told in found.items()} == told_of_it


async def test_the_languages_that_are_spoken_there_are_told(visitor: Visitor) -> None:
    offer = await make.offer("Kafé", venue=await make.venue(), starts=[SATURDAY], spoken=["uk", "en"])
    event = told(await visitor.open(f"/offers/{offer.slug}"))
    is_event(event)
    assert event["inLanguage"] == ["nb", "uk", "en"]


async def test_several_dates_are_a_series_of_events_that_tells_which_are_called_off_moved_and_elsewhere(
    visitor: Visitor,
) -> None:
    offer = await make.offer(
        "Tur", venue=await make.venue("Rådhuset"), starts=[SATURDAY + WEEK * number for number in range(13)]
    )
    sessions = await Session.filter(offer=offer).order_by("starts_at")
    await Session.filter(id=sessions[1].id).update(status="cancelled")
    await Session.filter(id=sessions[2].id).update(status="moved", venue=await make.venue("Biblioteket"))
    series = told(await visitor.open(f"/offers/{offer.slug}"))
    assert series["@type"] == "EventSeries"
    events = series["subEvent"]
    assert len(events) == 5
    for event in events:
        is_event(event)
    assert [event["eventStatus"].rpartition("/")[2] for event in events[:4]] == [
        "EventScheduled", "EventCancelled", "EventRescheduled", "EventScheduled",
    ]  # fmt: skip
    assert [event["location"]["name"] for event in events[1:4]] == ["Rådhuset", "Biblioteket", "Rådhuset"]
    assert series["startDate"] == events[0]["startDate"]
    assert series["endDate"].startswith("2027-01-09")
    assert {"name", "location", "organizer", "url", "inLanguage"} <= set(series)


async def test_what_is_online_is_there_but_its_address_is_told_those_who_have_booked(
    visitor: Visitor,
) -> None:
    offer = await make.offer("Prat", online_url="https://moete.example.no/hemmelig", starts=[SATURDAY])
    page = await visitor.open(f"/offers/{offer.slug}")
    event = told(page)
    is_event(event)
    assert event["location"]["@type"] == "VirtualLocation"
    assert event["eventAttendanceMode"].endswith("OnlineEventAttendanceMode")
    assert "hemmelig" not in page.text


async def test_what_is_called_off_says_so_and_what_is_over_says_nothing(visitor: Visitor) -> None:
    off = await make.offer("Avlyst", venue=await make.venue(), state="cancelled", starts=[SATURDAY])
    event = told(await visitor.open(f"/offers/{off.slug}"))
    is_event(event)
    assert event["eventStatus"] == "https://schema.org/EventCancelled"
    over = await make.offer("Over", venue=await make.venue(), starts=[NOW - WEEK])
    assert told(await visitor.open(f"/offers/{over.slug}")) is None


async def test_without_a_date_or_a_place_there_is_no_event(visitor: Visitor) -> None:
    for offer in (await make.offer("Venn", starts=[SATURDAY]), await make.offer("Alltid", starts=[])):
        assert told(await visitor.open(f"/offers/{offer.slug}")) is None


@pytest.mark.parametrize(
    "kept_back",
    [{"sensitive": True}, {"visibility": Visibility.STAFF}, {"visibility": Visibility.MEMBERS}],
    ids=["sensitive", "staff", "members"],
)
async def test_of_what_is_sensitive_or_not_for_everybody_they_are_only_asked_to_stay_away(
    visitor: Visitor, kept_back: dict[str, Any]
) -> None:
    owner = await make.organization("Sentralen")
    offer = await make.offer("Sorg", owner=owner, venue=await make.venue(), starts=[SATURDAY])
    await Offer.filter(id=offer.id).update(**kept_back)
    await visitor.sign_in(await make.member(owner, Role.HOST, "Eva"))
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.status == 200
    assert page.soup.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert told(page) is None
    assert not page.soup.select("[property^='og:'], [rel=alternate]")


async def test_programs_that_show_a_link_get_title_words_and_picture_from_us_alone(visitor: Visitor) -> None:
    picture = await Picture.create(
        sha256=b"\x07" * 32, media_type="image/webp", content=b"x", width=4, height=3, created_at=NOW
    )
    offer = await make.offer('Tur "til" <topps>', starts=[SATURDAY])
    await Offer.filter(id=offer.id).update(picture_id=picture.id)
    await OfferText.filter(offer=offer).update(summary="En tur.")
    page = await visitor.open(f"/nn/offers/{offer.slug}")
    here = settings().public_url
    graph = {tag["property"].removeprefix("og:"): tag["content"] for tag in page.soup.select("[property]")}
    assert graph == {
        "type": "website", "site_name": settings().site_name, "locale": "nn_NO", "title": 'Tur "til" <topps>',
        "description": "En tur.", "url": f"{here}/nn/offers/{offer.slug}",
        "image": f"{here}/pictures/{'07' * 32}",
    }  # fmt: skip
    assert page.soup.select_one(".tp-offerhead .tp-picture")["src"] == f"/pictures/{'07' * 32}"
    assert page.soup.find("link", rel="canonical")["href"] == f"{here}/nn/offers/{offer.slug}"
    others = {link["hreflang"]: link["href"] for link in page.soup.select("link[rel=alternate]")}
    assert others == {
        "nb": f"{here}/offers/{offer.slug}", "nn": f"{here}/nn/offers/{offer.slug}",
        "en": f"{here}/en/offers/{offer.slug}", "x-default": f"{here}/offers/{offer.slug}",
    }  # fmt: skip
    assert not page.soup.find("meta", attrs={"name": "robots"})


def test_what_search_engines_read_cannot_end_its_own_element() -> None:
    offer = blank(
        OfferRow, visibility="public", state="published", sensitive=False, slug="tur", title="</script><b>",
        lang="nb", summary="", owner_name="Sentralen", owner_slug="sentralen", venue_name="<!--",
    )  # fmt: skip
    date = Line(NOW, NOW + timedelta(hours=2), "i dag")
    assert "<" not in json_ld(offer, [date])
    assert json.loads(json_ld(offer, [date]))["name"] == "</script><b>"
    assert json_ld(replace(offer, sensitive=True), [date]) == ""
    assert json_ld(replace(offer, visibility="staff"), [date]) == ""
    assert json_ld(replace(offer, state="draft"), [date]) == ""


def blank(kind: Any, **known: object) -> Any:
    """A row of which only this is known."""
    return kind(**dict.fromkeys(kind.__dataclass_fields__) | known)
