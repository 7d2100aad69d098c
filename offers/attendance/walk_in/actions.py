"""Letting somebody in who has not booked: with a seat and a name, or as a head."""

from datetime import datetime
from uuid import UUID, uuid5

from marketplace.base.clock import oslo
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.limits import Tries
from offers.attendance.models import AttendanceState
from offers.attendance.taps import actions as taps
from offers.attendance.taps.models import Field, Outcome
from offers.attendance.taps.rules import Sender, Tap
from offers.attendance.year_keys import key_of
from offers.catalogue.models import Session
from offers.participants.actions import add
from offers.seats.claims import Party


async def by_name(
    session: Session, pool: UUID, name: str, seats: int, *, by: UUID, form_key: bytes, lang: str, tries: list[Tries],
    now: datetime,
) -> None:  # fmt: skip
    """Give them a seat as any host gives one (participants/actions.py), and mark them present. Sent again the form
    finds both: the tap's id is the booking's. Raises NoRoom, Refused, JustSent, TooMany, KeyGone.

    Two transactions: the seats are locked before the session in none of our acts. Should only the first be done, the
    same form does the second.
    """
    await key_of(
        oslo(session.starts_at).year, now
    )  # before anybody is promised a seat: can the register be kept?
    party = Party(name, by_host=True, seats=seats)
    booked = await add(pool, party, by=by, form_key=form_key, lang=lang, now=now, tries=tries)
    made = uuid5(session.id, f"walk-in {booked.id}")
    tap = Tap(made, now, booked.id, Field.STATE, AttendanceState.PRESENT, 0)
    answers, _table = await taps.keep(session.id, session.offer.owner_id, [tap], Sender(by), now=now)
    _kept(answers)


async def as_heads(session: Session, heads: int, *, by: UUID, form_key: bytes, now: datetime) -> None:
    """There is no seat, and the host lets them in: they are counted, and nobody's name is kept. The same form counts
    them once."""
    made = uuid5(session.id, f"heads {form_key.hex()}")
    table = await taps.lay(session.id, session.offer.owner_id, [], [made], now=now)
    tap = taps.so_many_more(table, taps.of_heads(table), heads, made)
    _kept(await taps.keep_on(table, [tap], Sender(by)))


def _kept(answers: list[taps.Answered]) -> None:
    if answers[0].outcome == Outcome.REFUSED:
        raise Refused(_("Oppmøtet kan ikke føres nå, så dette ble ikke merket der."))
