"""Decisions about attendance: no database, no clock."""

import hashlib
import hmac
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.base.first_names import first_name
from marketplace.base.text import name_key
from offers.attendance.models import AttendanceState, Cause

MOST_OF_A_PARTY = 50
"""So many may have come with one booking, whatever was booked; those who came along unannounced are among them."""
OPENS_BEFORE = timedelta(hours=2)
"""Hosts come early and want to see who is expected."""


@dataclass(frozen=True)
class Mark:
    """What the register says of one booking."""

    booking: UUID
    state: AttendanceState
    seats: int
    cause: Cause = Cause.TAP


def pseudonym(
    key: bytes, name: str, contact: str | None, participant: UUID, organization: UUID | None = None
) -> bytes:
    """What stands for a person when their name is gone (product.md, "Privacy, by design").

    The same name (base/text.py) and normalised contact (their own, or the booker's) give the same; without a contact
    it is the participant's id. `key` is that of the session's year. Where the contact is not proven theirs
    (offers/seats/known.py), `organization` is the one whose register it is: what anybody may have typed is compared
    within one organisation only, or a name typed into an own register would ask who was at the others'.
    """
    within = f"within\0{organization}\0" if organization else ""
    who = f"{within}contact\0{name_key(name)}\0{contact}" if contact else f"{within}id\0{participant}"
    return hmac.digest(key, who.encode(), hashlib.sha256)


def pseudonym_before(key: bytes, name: str, contact: str | None, participant: UUID) -> bytes:
    """The same as it was made before names were compared in one form: of the signs as they had been sent."""
    who = f"contact\0{' '.join(name.casefold().split())}\0{contact}" if contact else f"id\0{participant}"
    return hmac.digest(key, who.encode(), hashlib.sha256)


@dataclass(frozen=True)
class Pseudonyms:
    """The pseudonym of somebody in a register, and those that this year's registers may hold of them already: those of
    `own` registers of the organisation, and those of `any`."""

    new: bytes
    own: tuple[bytes, ...]
    any: tuple[bytes, ...]


def pseudonyms(
    key: bytes, name: str, contact: str | None, participant: UUID, organization: UUID, *, proven: bool
) -> Pseudonyms:
    """Somebody proven is found wherever they were; of others only an organisation's own registers are asked, also for
    what was made before that was so."""
    spelt = dict.fromkeys((name, unicodedata.normalize("NFD", name)))
    before = [pseudonym_before(key, form, contact, participant) for form in spelt]
    everywhere = pseudonym(key, name, contact, participant)
    within = pseudonym(key, name, contact, participant, organization)
    if proven:
        return Pseudonyms(everywhere, (within,), tuple(before))
    return Pseudonyms(within, (everywhere, *before), ())


def is_open(starts_at: datetime, now: datetime) -> bool:
    """May the register be kept already? Before the start it is a beginning: if the session is moved or cancelled then,
    it ends (actions.end_registers)."""
    return now >= starts_at - OPENS_BEFORE


def shown_name(name: str | None, shielded: bool, sign: str, alike: bool = False) -> str:
    """The first name only, a double one whole; an alias for whoever wants one. `alike`: another here is called the
    same, so the beginning of the booking's number is added, as the list of those who are booked has it."""
    called = first_name(name)
    if shielded or not called:
        return sign
    return f"{called} ({sign})" if alike else called


def alike(named: Iterable[tuple[UUID, str | None, bool]]) -> set[UUID]:
    """Of whoever has a name and no alias: those who share their first name with another. Whose it is stands first."""
    called = {whose: name_key(first_name(name)) for whose, name, shielded in named if name and not shielded}
    often = Counter(called.values())
    return {whose for whose, name in called.items() if often[name] > 1}


class Attendee(NamedTuple):
    """A party that is expected at a session, and what its register says of it: `marked` (None: nothing yet) and
    `seats_present`. `proven`: the contact is theirs (offers/seats/known.py). `shielded`: they have an alias where they
    are shown. `sent_word`: they cannot come. `companions`: names. `alike`: another of this register is called the
    same. `late`: they got their place when it was over."""

    booking_id: UUID
    participant_id: UUID
    name: str | None
    sign: str
    seats: int
    address: str | None
    proven: bool
    shielded: bool
    sent_word: bool
    companions: list[str]
    marked: str | None
    seats_present: int
    cause: str | None = None
    marked_at: datetime | None = None
    alike: bool = False
    late: bool = False

    @property
    def shown(self) -> str:
        return shown_name(self.name, self.shielded, self.sign, self.alike)

    @property
    def with_them(self) -> list[str]:
        """The first names of those who come along."""
        return [first_name(name) for name in self.companions]

    @property
    def present(self) -> bool:
        return self.marked == AttendanceState.PRESENT

    @property
    def checked_in(self) -> bool:
        """Have they said so themselves?"""
        return self.cause == Cause.CHECK_IN

    @property
    def came(self) -> int:
        """How many of them came, or would come."""
        return self.seats_present or self.seats


def untouched(party: Attendee) -> Mark | None:
    """What closing makes of whoever nobody has marked: they are absent, or excused if they sent word. None: they had
    no place yet."""
    if party.late:
        return None
    state = AttendanceState.EXCUSED if party.sent_word else AttendanceState.ABSENT
    return Mark(party.booking_id, state, 0, Cause.CLOSING)
