"""What makes a booking is made once: the key of a form, and what was sent with it; and who may mend what was sent. No
database, no clock.

A booking's `form_key` is made from the form's and from who comes: the same form for another person is another booking.
Its `form_digest` tells whether what is sent again is the same, without keeping what was sent.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.signing import each_signed, made_by, signature, signed
from marketplace.base.site import site
from marketplace.base.text import name_key
from offers.publishing.questions.rules import Asks
from offers.seats import once
from offers.seats import rules as seats_rules
from offers.seats.claims import Party
from offers.seats.models import SEATED, BookingState
from offers.seats.rows import Tellable
from offers.seats.rules import Pool

LATELY = timedelta(minutes=30)
"""So long after booking a form may mend what it sent, and a browser is asked whether it meant to send it again."""
MOST_KEPT = 24
"""Bookings that a browser is asked about: more than the dates of one form."""


@dataclass(frozen=True, slots=True)
class Mended(Tellable, Asks):
    """A booking that is mended, with whom it is for and what is asked of them (queries.MENDED). `verified_at`: since
    when its address is proven."""

    pool_id: UUID
    booked_by_id: UUID
    contact_id: UUID | None
    made_with_id: UUID | None
    form_key: bytes
    form_digest: bytes | None
    created_at: datetime
    verified_at: datetime | None
    participant: str | None
    session_id: UUID | None
    age_from: int | None
    age_to: int | None
    questions: str | None


def not_here() -> str:
    return _(
        "Her kan vi ikke rette det som er sendt. Bruk lenken i beskjeden du fikk, eller ring %(helpline)s på "
        "%(phone)s.",
        helpline=site().helpline_name, phone=site().helpline_phone,
    )  # fmt: skip


def another() -> str:
    return _("Skal det være for en annen enn før? Velg «Meld på en til».")


def may_mend(booking: Mended, party: Party, form_key: bytes, now: datetime) -> None:
    """Raises Refused unless this is for whoever sent it to mend."""
    lately = booking.created_at > now - LATELY
    if not once.same_sender(booking.form_digest, party.digest()) or not (party.person or lately):
        raise Refused(not_here())
    name = name_key(booking.participant or "")
    same_form = once.key_of(form_key, name) == booking.form_key
    if (
        not party.person
        and not same_form
        and (party.channel, party.address) != (booking.channel, booking.address)
    ):
        raise Refused(not_here())


def room_for(
    pool: Pool, seats: int, more: int, state: BookingState, now: datetime, *, sensitive: bool
) -> None:
    """Raises Refused unless a party may be so many `seats`, that is so many `more`. Who waits may wait for more."""
    for objection in seats_rules.objections(pool, seats, now, True):
        raise Refused(seats_rules.objection_text(objection, pool, sensitive))
    if state in SEATED and not pool.fits(more):
        if sensitive or not pool.free:
            raise Refused(_("Det er ikke plass til flere nå. Plassene du har, er fortsatt dine."))
        raise Refused(_("Det er plass til %(num)s til. Plassene du har, er fortsatt dine.", num=pool.free))


def may_be_a_slip(booking: Mended, now: datetime) -> bool:
    """May the address (verified_at) of a booking (created_at) be a stranger's? It was typed just now, and nobody has
    proven it. What the receipt has told them is enough: they hear nothing of how it was put right."""
    return booking.created_at > now - LATELY and booking.verified_at is None


class Sent:
    """What a browser has booked lately, for a cookie: what was booked and the booking's key, both unreadable.

    Going back to a form without JavaScript brings another key: this tells that the same has just been sent.
    """

    MARK, KEY, TIME = 8, 16, 4
    SIZE = MARK + KEY + TIME

    def __init__(self, text: str | None, now: datetime) -> None:
        """`text`: the cookie's; what is not ours, or is old, is nothing."""
        self.entries: list[tuple[bytes, bytes, int]] = []
        self.since = int((now - LATELY).timestamp())
        raw, _, seal = (text or "").partition(".")
        if not raw or not made_by(seal, "sent from here", raw, length=32):
            return
        try:
            packed = urlsafe_b64decode(raw)
        except (Error, ValueError):
            return
        for start in range(0, len(packed), self.SIZE):
            mark, key = (
                packed[start : start + self.MARK],
                packed[start + self.MARK : start + self.SIZE - self.TIME],
            )
            at = int.from_bytes(packed[start + self.SIZE - self.TIME : start + self.SIZE])
            if at > self.since:
                self.entries.append((mark, key, at))

    @classmethod
    def mark_of(cls, slug: str, session: UUID | None, whom: str) -> bytes:
        return signed(*cls._marked(slug, session, whom))[: cls.MARK]

    @staticmethod
    def _marked(slug: str, session: UUID | None, whom: str) -> tuple[str, ...]:
        return ("booked from here", slug, session.hex if session else "", whom)

    def before(self, slug: str, session: UUID | None, whom: str, key: bytes) -> bytes | None:
        """The key of the booking that another form of this browser has just made of the same, if any."""
        if not self.entries:
            return None
        marks = [each[: self.MARK] for each in each_signed(*self._marked(slug, session, whom))]
        found = [made for each, made, _at in self.entries if each in marks]
        return found[-1] if found and key not in found else None

    def noted(self, slug: str, sessions: Iterable[UUID | None], whom: str, key: bytes, now: datetime) -> str:
        """The cookie's text with what was booked now."""
        at = int(now.timestamp())
        self.entries += [(self.mark_of(slug, session, whom), key, at) for session in sessions]
        packed = b"".join(
            mark + made + when.to_bytes(self.TIME) for mark, made, when in self.entries[-MOST_KEPT:]
        )
        raw = urlsafe_b64encode(packed).decode()
        return f"{raw}.{signature('sent from here', raw)[:32]}"
