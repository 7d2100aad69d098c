"""Saving a register: who came, and how many just came in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.audit import record
from marketplace.base.clock import oslo
from marketplace.base.database import in_transaction, rows
from marketplace.base.errors import Conflict
from marketplace.base.i18n import gettext as _
from offers.attendance import rules
from offers.attendance.keys import year_key
from offers.attendance.models import AttendanceState
from offers.attendance.queries import expected
from offers.catalogue.models import Session

SAVE = """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at)
SELECT id, $2, booking_id, state, seats, pseudonym, $3
FROM unnest($1::uuid[], $4::uuid[], $5::text[], $6::int[], $7::bytea[]) AS m (id, booking_id, state, seats, pseudonym)
ON CONFLICT (session_id, booking_id) DO UPDATE SET state = excluded.state, seats_present = excluded.seats_present,
    recorded_at = excluded.recorded_at, pseudonym = coalesce(attendance.pseudonym, excluded.pseudonym)"""
"""A pseudonym that stands already is kept: names and contacts may have gone since."""


async def save(
    session: Session,
    present: set[UUID],
    seats: dict[UUID, int],
    head_count: int | None,
    *,
    version: datetime | None,
    by: UUID,
    now: datetime,
) -> None:
    """Save the register of a session. `version` is when it was last saved as the host saw it (None: never).

    Raises Conflict when somebody else saved it meanwhile: nobody's marks are overwritten unseen. Bookings that are
    not of this session do not count. Whoever was marked and has cancelled since keeps their mark: they came.
    """
    key = year_key(oslo(session.starts_at).year)
    async with in_transaction():
        if version is None:
            first = "INSERT INTO register (id, session_id, saved_by_id, saved_at) VALUES ($1, $2, $3, $4)"
            mine = await rows(
                f"{first} ON CONFLICT (session_id) DO NOTHING RETURNING id", uuid7(), session.id, by, now
            )
        else:
            mine = await rows(
                """UPDATE register SET saved_by_id = $2, saved_at = $3 WHERE session_id = $1 AND saved_at = $4
                RETURNING id""",
                session.id, by, now, version,
            )  # fmt: skip
        if not mine:
            raise Conflict(_("Noen andre lagret oppmøtet mens du holdt på. Se over og lagre en gang til."))
        parties = await expected(session.id)
        made = rules.marks(parties, present, seats)
        names = {party["booking_id"]: party for party in parties}
        pseudonyms = await _pseudonyms(
            [names[mark.booking] if mark.state is AttendanceState.PRESENT else None for mark in made], key
        )
        await rows(
            SAVE, [uuid7() for _mark in made], session.id, now, [mark.booking for mark in made],
            [mark.state.value for mark in made], [mark.seats for mark in made], pseudonyms,
        )  # fmt: skip
        if head_count is None:
            await rows("DELETE FROM head_count WHERE session_id = $1", session.id)
        else:
            await rows(
                """INSERT INTO head_count (id, session_id, count, recorded_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (session_id) DO UPDATE SET count = excluded.count, recorded_at = excluded.recorded_at""",
                uuid7(), session.id, head_count, now,
            )  # fmt: skip
        await record(
            "register.saved", now=now, actor=by, object_id=session.id, organization=session.offer.owner_id,
            details={"present": sum(mark.seats > 0 for mark in made), "expected": len(made)},
        )  # fmt: skip


async def _pseudonyms(parties: list[dict[str, Any] | None], key: bytes) -> list[bytes | None]:
    """One for each party that came. Whoever was registered this year under an older form of their name keeps it."""
    forms = [
        rules.pseudonyms(key, party["name"] or "", party["address"], party["participant_id"]) if party else []
        for party in parties
    ]
    old = [each for form in forms for each in form[1:]]
    found = (
        await rows("SELECT DISTINCT pseudonym FROM attendance WHERE pseudonym = ANY($1)", old) if old else []
    )
    known = {bytes(each["pseudonym"]) for each in found}
    return [next((each for each in form[1:] if each in known), form[0]) if form else None for form in forms]
