"""Every mail about a booking, in every language and by every channel."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from marketplace.base.i18n import LANGUAGES
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS, fitting
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.seats.models import Booking, BookingState, EndedBy
from tests import make
from tests.conftest import NOW

STATES = {
    "receipt": BookingState.CONFIRMED,
    "promoted": BookingState.CONFIRMED,
    "waiting": BookingState.WAITING,
    "requested": BookingState.REQUESTED,
    "offered": BookingState.OFFERED,
    "declined": BookingState.DECLINED,
    "cancelled": BookingState.CANCELLED,
}


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """Mails tell of what is to come: they are written at the usual moment."""
    with time_machine.travel(NOW, tick=True):
        yield


async def booked(state: BookingState, **offer: object) -> Booking:
    made = await make.offer("Når du er bekymret", joining=Joining.WHOLE, capacity=5, **offer)  # type: ignore[arg-type]
    ola = await make.person("Ola")
    contact = await make.contact(ola, "ola@example.no", verified=False)
    return await make.booking(await SeatPool.get(offer=made), ola, state, contact=contact)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
async def test_each_mail_says_it_all_and_its_subject_names_no_offer(db: None, name: str, lang: str) -> None:
    booking = await booked(STATES[name])
    content = await MAILS[name](Channel.EMAIL, lang, booking=str(booking.id))
    assert content is not None
    assert "bekymret" not in content.subject
    assert "Når du er bekymret" in content.text
    assert f"{booking.reference[:3]}-{booking.reference[3:]}" in content.text
    assert content.html is not None
    assert f'lang="{lang}"' in content.html
    assert "http://127.0.0.1:8000" in content.text
    assert "None" not in content.text
    sms = await MAILS[name](Channel.SMS, lang, booking=str(booking.id))
    assert sms is not None
    assert "bekymret" not in sms.text
    assert len(sms.text) <= 160, sms.text


LINK = "https://meet.example.no/rom?p=1&q=2"


async def told(name: str, booking: Booking, **facts: object) -> tuple[str, str, str]:
    """Text, html and (unfolded) calendar part of a mail."""
    content = await MAILS[name](Channel.EMAIL, "nb", booking=str(booking.id), **facts)
    assert content is not None
    return content.text, content.html or "", (content.calendar or b"").replace(b"\r\n ", b"").decode()


@pytest.mark.parametrize("name", STATES)
async def test_only_mails_that_give_a_place_have_the_link_to_what_is_online(db: None, name: str) -> None:
    booking = await booked(STATES[name], online_url=LINK)
    text, html, calendar = await told(name, booking)
    found = (f"På nett: {LINK}" in text, f'href="{LINK.replace("&", "&amp;")}"' in html, LINK in calendar)
    assert found == ((True,) * 3 if name in ("receipt", "promoted") else (False,) * 3)
    assert (LINK in text, "meet.example.no" in html) == found[:2]


async def test_a_reminder_and_a_new_time_have_the_link_to_what_is_online(db: None) -> None:
    booking = await booked(BookingState.CONFIRMED, online_url=LINK)
    session = await Session.get()
    was = {"was_starts": NOW.isoformat(), "was_ends": NOW.isoformat(), "was_venue": ""}
    for name, facts in {"reminder": {}, "session_moved": {"sequence": 0, **was}}.items():
        text, html, _ = await told(name, booking, session=str(session.id), **facts)
        assert f"På nett: {LINK}" in text
        assert f'href="{LINK.replace("&", "&amp;")}"' in html


async def test_the_calendar_of_a_sensitive_offer_has_no_link(db: None) -> None:
    booking = await booked(BookingState.CONFIRMED, online_url=LINK, sensitive=True)
    text, _, calendar = await told("receipt", booking)
    assert LINK in text
    assert "BEGIN:VEVENT" in calendar
    assert "meet.example.no" not in calendar


@pytest.mark.parametrize("name", STATES)
async def test_a_mail_that_is_no_longer_true_says_nothing(db: None, name: str) -> None:
    booking = await booked(BookingState.EXPIRED)
    assert await MAILS[name](Channel.EMAIL, "nb", booking=str(booking.id)) is None


async def test_a_sensitive_offer_is_an_appointment_in_the_calendar(db: None) -> None:
    booking = await booked(BookingState.CONFIRMED, sensitive=True)
    content = await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert content is not None
    assert content.calendar is not None
    assert b"SUMMARY:Avtale" in content.calendar
    assert b"bekymret" not in content.calendar


async def test_a_cancellation_cancels_the_event_with_the_same_uid_and_a_higher_sequence(db: None) -> None:
    booking = await booked(BookingState.CONFIRMED)
    first = await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(booking.id))
    await actions.cancel(booking.id, now=NOW)
    last = await MAILS["cancelled"](Channel.EMAIL, "nb", booking=str(booking.id))
    parts = []
    for content in (first, last):
        assert content is not None
        assert content.calendar is not None
        text = content.calendar.replace(b"\r\n ", b"").decode()
        parts.append(
            {
                name: re.search(rf"^{name}:(.*)\r$", text, re.M)[1]
                for name in ("METHOD", "UID", "SEQUENCE", "ORGANIZER")
            }
        )  # type: ignore[index]
    assert [part["METHOD"] for part in parts] == ["REQUEST", "CANCEL"]
    assert parts[0]["UID"] == parts[1]["UID"]
    assert parts[0]["ORGANIZER"] == parts[1]["ORGANIZER"]
    assert [part["SEQUENCE"] for part in parts] == ["0", "1"]


async def test_a_course_is_published_with_all_its_sessions(db: None) -> None:
    made: Offer = await make.offer(
        joining=Joining.WHOLE, starts=[NOW + timedelta(days=7 * week) for week in (1, 2, 3)]
    )
    ola = await make.person("Ola")
    contact = await make.contact(ola, "ola@example.no")
    booking = await make.booking(await SeatPool.get(offer=made), ola, contact=contact)
    content = await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert content is not None
    assert content.method == "PUBLISH"
    assert content.calendar is not None
    assert content.calendar.count(b"BEGIN:VEVENT") == 3
    assert b"ATTENDEE" not in content.calendar


async def course_under_way(state: BookingState = BookingState.CONFIRMED) -> Booking:
    """Ola's booking of a course on 6, 13, 20 and 27 October, and 3 November; the one on the 20th is cancelled."""
    weeks = [timedelta(weeks=week) for week in (-1, 0, 1, 2, 3)]
    offer = await make.offer("Sov bedre", joining=Joining.WHOLE, starts=[NOW + week for week in weeks])
    await Session.filter(starts_at=NOW + timedelta(weeks=1)).update(status="cancelled")
    ola = await make.person("Ola")
    return await make.booking(
        await SeatPool.get(offer=offer), ola, state, contact=await make.contact(ola, "ola@example.no")
    )


@pytest.mark.parametrize("name", STATES)
async def test_a_mail_names_only_dates_that_one_can_still_come_to(db: None, name: str) -> None:
    booking = await course_under_way(STATES[name])
    with time_machine.travel(NOW + timedelta(hours=3)):
        text, html, _ = await told(name, booking)
        sms = await MAILS[name](Channel.SMS, "nb", booking=str(booking.id))
    for said in (text, html):
        dates = re.findall(r"(\d+)\.\s(oktober|november)", said.replace("\xa0", " "))
        held = [("14", "oktober")] if name == "offered" else []
        assert dates == [*held, ("27", "oktober"), ("3", "november")]
    assert sms is not None
    assert ("tir 27. okt" in sms.text) == (name not in ("requested", "declined"))
    assert " 6. okt" not in sms.text


async def test_the_calendar_of_a_course_has_the_sessions_to_come_and_no_cancelled_one(db: None) -> None:
    booking = await course_under_way()
    days = {}
    for hours in (1, 3, 15 * 24):
        with time_machine.travel(NOW + timedelta(hours=hours)):
            _, _, calendar = await told("receipt", booking)
        days[hours] = re.findall(r"METHOD:(\w+)", calendar) + re.findall(
            r"DTSTART;TZID=\S+:2026(\d{4})", calendar
        )
    assert days == {
        1: ["PUBLISH", "1013", "1027", "1103"],
        3: ["PUBLISH", "1027", "1103"],
        15 * 24: ["REQUEST", "1103"],
    }
    await actions.cancel(booking.id, now=NOW)
    content = await MAILS["cancelled"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert content is not None
    assert (content.calendar, len(content.attached)) == (None, 3)
    for attached in content.attached:
        assert re.findall(r"METHOD:(\w+)|STATUS:(\w+)", attached.decode()) == [
            ("CANCEL", ""),
            ("", "CANCELLED"),
        ]
    assert "Ved meldingen ligger det 3 kalenderfiler" in content.text
    with time_machine.travel(NOW + timedelta(days=15)):
        _, _, calendar = await told("cancelled", booking)
    assert re.findall(r"METHOD:(\w+)|DTSTART;TZID=\S+:2026(\d{4})", calendar) == [
        ("CANCEL", ""),
        ("", "1103"),
    ]


async def test_a_mail_about_what_has_no_dates_names_none(db: None) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[])
    ola = await make.person("Ola")
    contact = await make.contact(ola, "+4751000099")
    booking = await make.booking(await SeatPool.get(offer=offer), ola, contact=contact)
    texts = []
    for name in ("receipt", "promoted"):
        sms = await MAILS[name](Channel.SMS, "nb", booking=str(booking.id))
        assert sms is not None
        texts.append(sms.text.partition(" http")[0])
    number = f"{booking.reference[:3]}-{booking.reference[3:]}"
    assert texts[0].startswith(f"Treffpunkt: Ola er påmeldt. Nummer {number}. Ring ")
    assert texts[0].endswith(" eller:")
    assert texts[1] == f"Treffpunkt: Ola har fått plass. Nummer {number}. Passer det ikke? Meld av:"


async def test_the_links_of_an_address_name_the_next_date(db: None) -> None:
    await course_under_way()
    at = (NOW + timedelta(hours=3)).isoformat()
    sms = await MAILS["links"](Channel.SMS, "nb", to="ola@example.no", at=at)
    assert sms is not None
    assert sms.text.startswith("Treffpunkt: 27. oktober: http")


async def test_the_receipt_tells_of_another_booking_with_the_same_address(db: None) -> None:
    first = await booked(BookingState.CONFIRMED)
    again, stranger = await make.person("Ola"), await make.person("Per")
    address = await make.contact(again, "ola@example.no", verified=False)
    pool = await first.pool
    second = await make.booking(pool, again, contact=address)
    await make.booking(pool, stranger, contact=await make.contact(stranger, "per@example.no", verified=False))
    told = await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(second.id))
    assert f"det samme: {first.reference[:3]}-{first.reference[3:]}. Er det en feil" in told.text
    await Booking.filter(id=first.id).update(state=BookingState.CANCELLED, ended_by=EndedBy.SELF)
    assert "det samme" not in (await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(second.id))).text


async def test_an_sms_says_from_whom_for_whom_when_and_the_number_and_no_more_than_fits(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = await make.offer("Mestring for pårørende", starts=[NOW + timedelta(days=88)])
    inga = await make.person("Inga Dahl")
    contact = await make.contact(inga, "+4791000044")
    booking = await make.booking(await SeatPool.get(offer=offer), inga, contact=contact)
    sms = await MAILS["receipt"](Channel.SMS, "nb", booking=str(booking.id))
    assert sms is not None
    number = f"{booking.reference[:3]}-{booking.reference[3:]}"
    assert sms.text.startswith(f"Treffpunkt: Inga er påmeldt lør 9. jan kl. 11. Nummer {number}. Ring ")
    assert (len(sms.text) <= 160, "Mestring" in sms.text) == (True, False)
    assert fitting("Kort: lenke\n---\nkortere") == "Treffpunkt: Kort: lenke"
    assert fitting(f"{'lang ' * 40}\n---\nkortere") == "Treffpunkt: kortere"
