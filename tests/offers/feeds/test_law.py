"""design/calendar.md, line by line, for every feed there is: public ones, one's own, and of those who work here."""

import re
import unicodedata
from datetime import timedelta
from typing import Any

import icalendar
import pytest

from offers.catalogue.kinds import Kind
from offers.catalogue.models import Session
from offers.feeds.actions import make_address
from offers.feeds.searches.actions import save as save_search
from offers.rights.models import HostAssignment
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.feeds.test_private import pool_of
from tests.visitor import Visitor

PUBLIC = ["all", "organizations", "kinds", "audiences", "municipalities", "searches", "offers"]
PRIVATE = ["own", "hosting", "organization"]
HARD = "Språkkafé\r\nfor «alle», også; A\u030angstro\u0308m\x07 \U0001f389\u2028" + "æøå🎉\\" * 30
"""Newlines, commas, semicolons, backslashes, decomposed letters, control characters, and letters of many bytes."""


@pytest.fixture
async def paths(visitor: Visitor) -> dict[str, str]:
    """The address of each feed, all with the same session in them."""
    owner = await make.organization(f"Lag {HARD}", slug="lag")
    place = await make.venue(f"Sal {HARD}")
    offer = await make.offer(
        HARD, owner=owner, slug="kafe", kind=Kind.COURSE, audiences=["adults"], venue=place
    )
    await Session.filter(offer_id=offer.id).update(note=HARD.replace("\x07", ""))
    host = await make.member(owner, Role.HOST)
    editor = await make.member(owner)
    await HostAssignment.create(person=host, offer=offer)
    ola = await make.person("Ola")
    await make.booking(await pool_of(offer), ola)
    slug = await save_search("q=spr%C3%A5kkaf%C3%A9", now=NOW)
    secrets = {
        "own": await make_address(ola.id, now=NOW),
        "hosting": await make_address(host.id, hosting=True, now=NOW),
        "organization": await make_address(editor.id, organization=owner.id, now=NOW),
    }
    return {
        "all": "/calendar/all.ics", "organizations": "/calendar/organizations/lag.ics",
        "kinds": "/calendar/kinds/course.ics", "audiences": "/calendar/audiences/adults.ics",
        "municipalities": "/calendar/municipalities/sandnes.ics", "searches": f"/calendar/searches/{slug}.ics",
        "offers": "/calendar/offers/kafe.ics",
        **{name: f"/calendar/private/{secret}.ics" for name, secret in secrets.items()},
    }  # fmt: skip


async def body(visitor: Visitor, path: str) -> bytes:
    answer = await visitor.client.get(path, headers={"accept-encoding": "identity"})
    assert answer.status_code == 200
    return bytes(answer.content)


@pytest.mark.parametrize("feed", PUBLIC + PRIVATE)
async def test_a_client_library_reads_it(visitor: Visitor, paths: dict[str, str], feed: str) -> None:
    found = icalendar.Calendar.from_ical(await body(visitor, paths[feed]))
    assert (str(found["VERSION"]), str(found["CALSCALE"])) == ("2.0", "GREGORIAN")
    assert found["PRODID"]
    assert "UID" not in found
    assert "METHOD" not in found
    assert "SOURCE" not in found
    assert found["NAME"] == found["X-WR-CALNAME"]
    assert not set("\r\n\x07\u2028") & set(found["NAME"])
    assert found["REFRESH-INTERVAL"].params == {"VALUE": "DURATION"}
    assert found["REFRESH-INTERVAL"].to_ical() == found["X-PUBLISHED-TTL"].to_ical() == b"PT1H"
    assert found["COLOR"] in ("teal", "darkorange")
    zone, event = found.subcomponents
    assert (zone.name, zone["TZID"], event.name) == ("VTIMEZONE", "Europe/Oslo", "VEVENT")
    told = {part.name: (part["RRULE"].to_ical(), part["DTSTART"].to_ical(), part["TZOFFSETFROM"].to_ical(),
                        part["TZOFFSETTO"].to_ical()) for part in zone.subcomponents}  # fmt: skip
    assert len(zone.subcomponents) == 2
    assert told == {
        "STANDARD": (b"FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", b"19701025T030000", "+0200", "+0100"),
        "DAYLIGHT": (b"FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", b"19700329T020000", "+0100", "+0200"),
    }
    for moment in ("DTSTART", "DTEND"):
        assert event[moment].params == {"TZID": "Europe/Oslo"}
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == NOW
    assert event["DTSTAMP"].dt.utcoffset() == timedelta(0)
    assert event["SEQUENCE"] == 0
    assert "RRULE" not in event
    assert not {"ATTENDEE", "ORGANIZER", "X-ALT-DESC"} & set(event)
    assert event.subcomponents == []


@pytest.mark.parametrize("feed", PUBLIC + PRIVATE)
async def test_lines_are_short_whole_and_clean(visitor: Visitor, paths: dict[str, str], feed: str) -> None:
    raw = await body(visitor, paths[feed])
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for each in lines:
        each.decode()  # no character is split over two lines
    text = raw.replace(b"\r\n ", b"").decode()
    assert text == unicodedata.normalize("NFC", text)
    assert not [sign for sign in text if unicodedata.category(sign) == "Cc" and sign not in "\r\n"]
    assert "Språkkafé\\nfor «alle»\\, også\\; Ångström 🎉" in text


@pytest.mark.parametrize("feed", PUBLIC)
async def test_it_has_one_uid_in_all_public_feeds(visitor: Visitor, paths: dict[str, str], feed: str) -> None:
    session = await Session.get()
    uids = re.findall(rb"\r\nUID:(\S+)", (await body(visitor, paths[feed])).replace(b"\r\n ", b""))
    assert uids == [f"session-{session.id}@127.0.0.1".encode()]


@pytest.mark.parametrize("feed", PUBLIC + PRIVATE)
async def test_it_is_plain_to_fetch_and_cheap_to_fetch_again(
    visitor: Visitor, paths: dict[str, str], feed: str
) -> None:
    path = paths[feed]
    assert len(f"http://127.0.0.1:8000{path}") <= 256

    async def ask(method: str = "GET", **headers: str) -> Any:
        sent = {"accept-encoding": "identity", "accept": "text/html"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        return await visitor.client.request(method, path, headers=sent)

    first, again, head = await ask(), await ask(), await ask("HEAD")
    assert first.content == again.content
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["content-disposition"] == "inline"
    assert "set-cookie" not in first.headers
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
    etag = first.headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", W/{etag}', "*"):
        answer = await ask(if_none_match=known, if_modified_since="Thu, 01 Jan 1970 00:00:00 GMT")
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    later = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert (await ask(if_none_match='"x"', if_modified_since=later)).status_code == 200
    public = feed in PUBLIC
    assert (await ask(if_modified_since=later)).status_code == (304 if public else 200)
    assert ("last-modified" in first.headers) is public
    assert first.headers["cache-control"] == ("no-cache" if public else "private, no-cache")
    assert first.headers.get("x-robots-tag") == (None if public else "noindex")
    assert first.headers["referrer-policy"] == ("same-origin" if public else "no-referrer")
    packed = await ask(accept_encoding="gzip")
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert packed.content == first.content


@pytest.mark.parametrize("feed", PRIVATE)
async def test_a_secret_is_never_logged(
    visitor: Visitor, paths: dict[str, str], feed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await visitor.open(paths[feed])
    logged = capsys.readouterr()
    assert "/calendar/private/{secret}.ics" in logged.err
    assert paths[feed].rpartition("/")[2].removesuffix(".ics") not in logged.err + logged.out


async def test_a_search_keeps_its_window(visitor: Visitor) -> None:
    day = timedelta(days=1)
    await make.offer("Tur", starts=[NOW + day * number for number in (-31, -29, 364, 366)])
    slug = await save_search("q=tur", now=NOW)
    found = icalendar.Calendar.from_ical(await body(visitor, f"/calendar/searches/{slug}.ics")).walk("VEVENT")
    assert [(event["DTSTART"].dt - NOW).days for event in found] == [-29, 364]
