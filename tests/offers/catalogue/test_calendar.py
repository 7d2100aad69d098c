"""Calendar bytes: exact ones, and what two other readers make of them."""

import re
import unicodedata
from datetime import UTC, datetime

import icalendar
import pytest

from marketplace.base.clock import OSLO
from marketplace.base.i18n import speaking
from offers.catalogue.calendar import VTIMEZONE, Event, calendar, vevent


def event(summary: str = "Kafé", **other: object) -> Event:
    given: dict[str, object] = {
        "uid": "session-1@example.no", "starts_at": datetime(2026, 10, 24, 16, tzinfo=UTC),
        "ends_at": datetime(2026, 10, 24, 18, tzinfo=UTC), "summary": summary,
        "changed_at": datetime(2026, 10, 1, 8, 30, 5, 999, tzinfo=UTC),
    }  # fmt: skip
    return Event(**given | other)  # type: ignore[arg-type]


def read(made: bytes) -> icalendar.cal.Component:
    """The first event, as the library reads it."""
    return icalendar.Calendar.from_ical(made).walk("VEVENT")[0]


def test_an_event_is_these_lines() -> None:
    assert vevent(event(location="Sandnes rådhus", geo=(58.8517, 5.7353), url="https://example.no/offers/kafe",
                        categories=("Møteplass",), description="Bli med.", sequence=2)).decode().split("\r\n") == [
        "BEGIN:VEVENT", "SUMMARY:Kafé", "DTSTART;TZID=Europe/Oslo:20261024T180000",
        "DTEND;TZID=Europe/Oslo:20261024T200000", "DTSTAMP:20261001T083005Z", "UID:session-1@example.no",
        "SEQUENCE:2", "CATEGORIES:Møteplass", "DESCRIPTION:Bli med.", "GEO:58.8517;5.7353",
        "LAST-MODIFIED:20261001T083005Z", "LOCATION:Sandnes rådhus", "STATUS:CONFIRMED", "TRANSP:OPAQUE",
        "URL:https://example.no/offers/kafe", "END:VEVENT", "",
    ]  # fmt: skip


def test_a_feed_names_itself_and_says_when_to_look_again() -> None:
    made = calendar([vevent(event())], name="Kafé, te; og\r\nkaker")
    assert made.split(b"BEGIN:VTIMEZONE")[0].decode().split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Treffpunkt//Treffpunkt//NO", "CALSCALE:GREGORIAN",
        r"NAME:Kafé\, te\; og kaker", r"X-WR-CALNAME:Kafé\, te\; og kaker", "COLOR:teal",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "",
    ]  # fmt: skip
    assert made.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")


def test_a_calendar_has_no_uid_and_one_zone_before_its_events() -> None:
    made = calendar([vevent(event()), vevent(event(uid="session-2@example.no"))], name="Alt")
    assert made.count(VTIMEZONE) == 1
    assert made.index(b"END:VTIMEZONE") < made.index(b"BEGIN:VEVENT")
    assert re.findall(rb"\r\nUID:(.*?)\r\n", made) == [b"session-1@example.no", b"session-2@example.no"]
    assert "UID" not in icalendar.Calendar.from_ical(made)
    assert VTIMEZONE.count(b"BEGIN:STANDARD") == VTIMEZONE.count(b"BEGIN:DAYLIGHT") == 1
    assert VTIMEZONE.count(b"RRULE:FREQ=YEARLY;BYMONTH=") == 2


def test_a_mail_has_a_method_and_no_name() -> None:
    made = calendar(
        [vevent(event(attendee="ola@example.no", organizer="treffpunkt@example.no"))], method="REQUEST"
    )
    assert b"\r\nMETHOD:REQUEST\r\n" in made
    assert b"NAME" not in made.replace(b"TZNAME", b"")
    assert b"REFRESH" not in made
    assert b"\r\nATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:ola@example.no\r\n" in made
    assert b"\r\nORGANIZER:mailto:treffpunkt@example.no\r\n" in made


def test_a_cancelled_event_says_so_and_takes_no_time() -> None:
    found = read(calendar([vevent(event(cancelled=True, sequence=3))], name="Alt"))
    assert (found["SUMMARY"], found["STATUS"], found["TRANSP"], found["SEQUENCE"]) == (
        "AVLYST: Kafé", "CANCELLED", "TRANSPARENT", 3,
    )  # fmt: skip


NASTY = [
    "Blåbærsyltetøy på Åkra 🎉 " * 12,
    'a, b; c: "d" \\ e \\n f',
    "👩‍👩‍👧‍👦" * 20,
    "æ" * 200,
    "x" * 62 + "🎉" * 40,
]


@pytest.mark.parametrize("text", NASTY)
def test_texts_come_back_as_they_were(text: str) -> None:
    made = calendar([vevent(event(text, description=text, location=text))], name=text)
    found = read(made)
    assert (found["SUMMARY"], found["DESCRIPTION"], found["LOCATION"]) == (text.strip(),) * 3
    name = str(icalendar.Calendar.from_ical(made)["NAME"])  # the library does not unescape this one
    assert re.sub(r"\\(.)", r"\1", name) == text.strip()
    for raw in made.split(b"\r\n"):
        assert len(raw) <= 75
        raw.decode("utf-8")  # a character split over two lines would raise here
    assert b"\n" not in made.replace(b"\r\n", b"")
    assert b"\r" not in made.replace(b"\r\n", b"")


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r", "\x85", "\u2028", "\u2029", "\x0b", "\x0c"])
def test_no_text_can_begin_a_line_of_its_own(newline: str) -> None:
    evil = f"Kafé{newline}ATTENDEE:mailto:per@example.no{newline}END:VEVENT"
    made = calendar(
        [vevent(event(evil, description=evil, location=evil, url=evil, categories=(evil,), uid=evil,
                      attendee=evil, organizer=evil))],
        name=evil,
    )  # fmt: skip
    unfolded = made.replace(b"\r\n ", b"").decode()
    assert unfolded.count("\r\nEND:VEVENT\r\n") == 1
    assert "\r\nATTENDEE:" not in unfolded
    assert len(re.findall(r"\r\nATTENDEE;", unfolded)) == 1
    assert len(unfolded.splitlines()) == len(unfolded.split("\r\n")) - 1


def test_control_characters_go_and_letters_are_composed() -> None:
    found = read(
        calendar([vevent(event("Ka\x00fe\u0301\x1b\x7f\x9f\tbar", description="én\r\nto\rtre\x07"))])
    )
    assert found["SUMMARY"] == "Kafé bar"
    assert unicodedata.is_normalized("NFC", found["SUMMARY"])
    assert found["DESCRIPTION"] == "én\nto\ntre"


@pytest.mark.parametrize(
    ("day", "start"),
    [((2026, 3, 26), "20260326T180000"), ((2026, 4, 2), "20260402T180000"),
     ((2026, 10, 22), "20261022T180000"), ((2026, 10, 29), "20261029T180000")],
)  # fmt: skip
def test_six_o_clock_stays_six_o_clock_over_the_change_of_time(day: tuple[int, int, int], start: str) -> None:
    starts = datetime(*day, 18, tzinfo=OSLO)
    made = calendar([vevent(event(starts_at=starts.astimezone(UTC), ends_at=starts.astimezone(UTC)))])
    assert f"DTSTART;TZID=Europe/Oslo:{start}\r\n".encode() in made
    assert read(made)["DTSTART"].dt == starts


def test_the_zone_gives_the_right_offsets_in_every_season() -> None:
    zone = icalendar.Timezone.from_ical(VTIMEZONE).to_tz()
    for month, hours in {1: 1, 3: 1, 4: 2, 7: 2, 10: 2, 11: 1}.items():
        offset = datetime(2037, month, 20, 12, tzinfo=zone).utcoffset()
        assert offset is not None
        assert offset.total_seconds() == hours * 3600


def test_the_same_event_gives_the_same_bytes() -> None:
    assert vevent(event(categories=("A", "B"))) == vevent(event(categories=("A", "B")))


def test_words_are_in_the_language_of_the_reader() -> None:
    with speaking("nb"):
        assert b"SUMMARY:AVLYST: Kaf" in vevent(event(cancelled=True))
