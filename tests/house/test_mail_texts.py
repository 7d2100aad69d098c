"""A mail in plain text can be read: each thing on its own line, whatever the offer says or leaves out."""

import re
from datetime import timedelta

import pytest

from marketplace.base.mail import MAILS
from marketplace.base.models import Channel
from marketplace.base.templates import TEMPLATES
from marketplace.schedule import MAILS as MODULES
from offers.bookings.models import Booking, BookingState
from offers.catalogue.models import Joining, OfferText, SeatPool, Session
from tests import make
from tests.conftest import NOW

LABELS = re.compile(
    r"\b(Hva|Når|Ny tid|Før|Hvor|Hvem|Nummer|Møter deg|Gå inn|Ta med|Hei|https?)\b[:,!]"
)  # fmt: skip
ABOUT_A_BOOKING = {
    "receipt": BookingState.CONFIRMED, "waiting": BookingState.WAITING, "requested": BookingState.REQUESTED,
    "promoted": BookingState.CONFIRMED, "offered": BookingState.OFFERED, "declined": BookingState.DECLINED,
    "talk": BookingState.REQUESTED,
    "cancelled": BookingState.CANCELLED, "reminder": BookingState.CONFIRMED, "session_moved": BookingState.CONFIRMED,
    "session_cancelled": BookingState.CONFIRMED, "offer_cancelled": BookingState.CANCELLED,
    "fewer": BookingState.CONFIRMED, "time_changed": BookingState.CONFIRMED,
}  # fmt: skip
OTHERWISE = {
    "links", "sign_in", "meeting", "application_received", "application_waiting", "decision", "new_address",
    "addresses_changed", "help_offered", "booking_opens", "receipt_several", "old_time",
    "invitation", "membership", "co_organizer",
}  # fmt: skip


async def written(name: str, *, all_said: bool, lang: str = "nb") -> str:
    """The text of a mail about a booking, with everything that may be said in it, or with as little as can be."""
    offer = await make.offer(
        "Generasjonslekene", joining=Joining.WHOLE, capacity=5, starts=[NOW + timedelta(days=day) for day in (7, 14)],
        venue=await make.venue() if all_said else None,
    )  # fmt: skip
    if all_said:
        said = {"meets_you": "Aud med gul vest.", "way_in": "Døra mot parken.", "bring": "Innesko."}
        await OfferText.filter(offer=offer).update(**said)
    session = await Session.filter(offer=offer).order_by("starts_at").first()
    assert session is not None
    if name in ("session_cancelled", "offer_cancelled"):
        await Session.filter(id=session.id).update(status="cancelled", note="Aud er syk." if all_said else "")
    booker = await make.person("Kari")
    participant = await make.person("Ola") if all_said else booker
    booking: Booking = await make.booking(
        await SeatPool.get(offer=offer), participant, ABOUT_A_BOOKING[name], booked_by=booker,
        seats=2 if all_said else 1, reply="Vi ringer deg." if all_said or name == "talk" else "",
        contact=await make.contact(booker, "kari@example.no", verified=False),
    )  # fmt: skip
    facts: dict[str, object] = {"booking": str(booking.id)}
    if name in ("reminder", "session_moved", "session_cancelled"):
        facts["session"] = str(session.id)
    if name in ("session_moved", "session_cancelled"):
        facts["sequence"] = 0
    if name == "session_moved":
        was = (NOW + timedelta(days=6)).isoformat()
        old = str((await make.venue("Biblioteket")).id) if all_said else ""
        facts |= {"was_starts": was, "was_ends": was, "was_venue": old}
    if name == "offer_cancelled":
        await session.refresh_from_db()
        facts["at"] = session.changed_at.isoformat()
    content = await MAILS[name](Channel.EMAIL, lang, **facts)
    assert content is not None
    return content.text


def test_every_mail_is_looked_at_here() -> None:
    there = {name for name, function in MAILS.items() if function.__module__ in {m.__name__ for m in MODULES}}
    assert there == set(ABOUT_A_BOOKING) | OTHERWISE
    texts = {path.name.removesuffix(".txt") for path in (TEMPLATES / "mails").glob("[!_]*.txt")}
    assert {name for name in texts if not name.endswith(".sms")} == there


@pytest.mark.parametrize("all_said", [True, False])
@pytest.mark.parametrize("name", ABOUT_A_BOOKING)
async def test_no_two_labels_stand_on_one_line(db: None, name: str, all_said: bool) -> None:
    text = await written(name, all_said=all_said)
    for line in text.splitlines():
        assert [found.start() for found in LABELS.finditer(line)] in ([], [0]), text
        assert not re.search(r"[a-zæøå0-9)][.!:][A-ZÆØÅ]", line), text
    assert "\n\n\n" not in text, text
    assert re.search(r"^Hva: Generasjonslekene$", text, re.MULTILINE), text
    first = text.index("Hva: ")
    assert text[first - 2 : first] == "\n\n", "an empty line before what it is about"
