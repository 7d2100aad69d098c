"""Saving a register: who came, and how many just came in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import oslo
from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, row, rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from offers.attendance import rules
from offers.attendance.acts import Act
from offers.attendance.models import AttendanceState, RegisterEnd
from offers.attendance.queries import expected
from offers.attendance.year_keys import key_of
from offers.catalogue.models import Dated, Session

SAVE = """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at, cause)
SELECT id, $2, booking_id, state, seats, pseudonym, $3, CASE state WHEN 'present' THEN 'tap' ELSE 'closing' END
FROM unnest($1::uuid[], $4::uuid[], $5::text[], $6::int[], $7::bytea[]) AS m (id, booking_id, state, seats, pseudonym)
ON CONFLICT (session_id, booking_id) DO UPDATE SET state = excluded.state, seats_present = excluded.seats_present,
    recorded_at = excluded.recorded_at, cause = excluded.cause,
    pseudonym = coalesce(attendance.pseudonym, excluded.pseudonym)"""
"""A pseudonym that stands already is kept: names and contacts may have gone since."""


@dataclass(frozen=True, slots=True)
class Held(Dated):
    """A session whose row we hold."""

    starts_at: datetime
    status: str


async def save(
    session: Session,
    present: set[UUID],
    seats: dict[UUID, int],
    head_count: int | None,
    *,
    volunteers: int | None = None,
    version: datetime | None,
    by: UUID,
    now: datetime,
) -> None:
    """Save the register of a session. `volunteers` is how many helped (None: not said); `version` is when it was last
    saved as the host saw it (None: never).

    Raises Conflict when somebody else saved it meanwhile: nobody's marks are overwritten unseen; Refused when the
    session is cancelled, or is not soon (any more). Bookings that are not of this session do not count. Whoever was
    marked and has cancelled since it began keeps their mark: they came.
    """
    async with in_transaction():
        # Whoever moves or cancels the session holds its row: their act and this one come one after the other.
        held = await row(
            Held, "SELECT starts_at, status FROM session WHERE id = $1 FOR NO KEY UPDATE", session.id
        )
        assert held is not None  # sessions that anybody can host are never deleted
        if held.called_off:
            raise Refused(_("Denne samlingen er avlyst."))
        if not rules.is_open(held.starts_at, now):
            raise Refused(_("Oppmøtet kan føres fra to timer før start."))
        key = await key_of(oslo(held.starts_at).year, now)
        if version is None:
            mine = await rows(
                """INSERT INTO register (id, session_id, saved_by_id, saved_at, volunteers, closed_at, closed_by,
                    closed_by_person_id) VALUES ($1, $2, $3, $4, $5, $4, 'host', $3)
                ON CONFLICT (session_id) DO NOTHING RETURNING id""",
                uuid7(), session.id, by, now, volunteers,
            )  # fmt: skip
        else:
            mine = await rows(
                """UPDATE register SET saved_by_id = $2, saved_at = $3, volunteers = $5,
                    closed_at = $3, closed_by = 'host', closed_by_person_id = $2
                WHERE session_id = $1 AND saved_at = $4 RETURNING id""",
                session.id, by, now, version, volunteers,
            )  # fmt: skip
        if not mine:
            raise Conflict(_("Noen andre lagret oppmøtet mens du holdt på. Se over og lagre en gang til."))
        parties = await _still_coming(await expected(session.id))
        made = rules.marks(parties, present, seats)
        names = {party.booking_id: party for party in parties}
        pseudonyms = await _pseudonyms(
            [names[mark.booking] if mark.state is AttendanceState.PRESENT else None for mark in made],
            session.offer.owner_id,
            key,
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
                ON CONFLICT (session_id) DO UPDATE SET count = excluded.count,
                    adults = NULL, children = NULL, recorded_at = excluded.recorded_at""",
                uuid7(), session.id, head_count, now,
            )  # fmt: skip
        await record(
            Act.REGISTER_SAVED, now=now, actor=by, object_id=session.id, organization=session.offer.owner_id,
            details={"present": sum(mark.seats > 0 for mark in made), "expected": len(made)},
        )  # fmt: skip


FOUND = """SELECT DISTINCT a.pseudonym FROM attendance a JOIN session s ON s.id = a.session_id
    JOIN offer o ON o.id = s.offer_id
WHERE a.pseudonym = ANY($1) OR a.pseudonym = ANY($2) AND o.owner_id = $3"""


async def _pseudonyms(
    parties: list[rules.Attendee | None], organization: UUID, key: bytes
) -> list[bytes | None]:
    """One for each party that came. Whoever was registered this year under an older form, or here before they had
    proven their contact, keeps that."""
    forms = [
        rules.pseudonyms(
            key, party.name or "", party.address, party.participant_id, organization,
            proven=party.proven,
        )
        if party else None
        for party in parties
    ]  # fmt: skip
    anywhere = [each for form in forms if form for each in form.any]
    own = [each for form in forms if form for each in form.own]
    found = await column(FOUND, anywhere, own, organization) if anywhere or own else []
    known = {bytes(each) for each in found}
    return [
        next((each for each in (*form.any, *form.own) if each in known), form.new) if form else None
        for form in forms
    ]


async def _still_coming(parties: list[rules.Attendee]) -> list[rules.Attendee]:
    """Those of these parties that nobody is taking off just now: a mark must not come after the booking has ended."""
    still = set(await column(
        "SELECT id FROM booking WHERE id = ANY($1) AND state = 'confirmed' ORDER BY id FOR SHARE",
        [party.booking_id for party in parties],
    ))  # fmt: skip
    return [party for party in parties if party.booking_id in still]


END = """WITH kept AS (INSERT INTO ended_register (id, session_id, ended_by, starts_at, saved_at, ended_at, marks,
        head_count)
    SELECT gen_random_uuid(), s.id, $2, s.starts_at, r.saved_at, $3, (SELECT coalesce(jsonb_agg(jsonb_build_object(
        'booking', a.booking_id, 'state', a.state, 'seats', a.seats_present) ORDER BY a.booking_id), '[]')
        FROM attendance a WHERE a.session_id = s.id), (SELECT count FROM head_count c WHERE c.session_id = s.id)
    FROM register r JOIN session s ON s.id = r.session_id WHERE s.id = ANY($1)),
marks AS (DELETE FROM attendance WHERE session_id = ANY($1)),
heads AS (DELETE FROM head_count WHERE session_id = ANY($1))
DELETE FROM register WHERE session_id = ANY($1)"""


async def end_registers(sessions: list[UUID], end: RegisterEnd, *, now: datetime) -> None:
    """These sessions, not begun yet, are moved or cancelled: what was marked already is no attendance. A moved one's
    register begins anew. Call it in the transaction of that act, before it is written."""
    await rows(END, sessions, end, now)


async def end_words(sessions: list[UUID]) -> set[UUID]:
    """Nobody has sent word about these sessions any more: they are cancelled, or at another time, which may suit.
    Returns the bookings that had."""
    return set(
        await column("DELETE FROM sent_word WHERE session_id = ANY($1) RETURNING booking_id", sessions)
    )
