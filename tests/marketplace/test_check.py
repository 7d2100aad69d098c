"""Every invariant is broken once, with SQL that goes around what guards it, and is named."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from marketplace.base.data.database import credentials
from marketplace.base.data.migrate import NEWEST
from marketplace.operations.check import whole
from marketplace.operations.check.invariants import ENUMS, INVARIANTS
from marketplace.operations.check.whole import check
from marketplace.settings import settings
from tests.conftest import NOW

FULL = "(SELECT p.id FROM seat_pool p JOIN offer o ON o.id = p.offer_id WHERE o.slug = 'hap-i-hverdagen')"
WAITING = f"(SELECT id FROM booking WHERE state = 'waiting' AND pool_id = {FULL} ORDER BY queue_no LIMIT 1)"
SEATED = f"(SELECT id FROM booking WHERE state = 'confirmed' AND pool_id = {FULL} ORDER BY id LIMIT 1)"
PAST = "(SELECT id FROM attendance WHERE state = 'present' ORDER BY id LIMIT 1)"
SOUP = "(SELECT id FROM offer WHERE slug = 'torsdagssuppa')"
OTHER = "(SELECT id FROM offer WHERE slug = 'friskliv-75')"
SOUPS = f"(SELECT id FROM session WHERE offer_id = {SOUP} AND starts_at > '2026-11-01' ORDER BY starts_at LIMIT 1)"
ALIVE = (
    "INSERT INTO job_run (id, job, slot, leased_until) VALUES (gen_random_uuid(), 'worker', 'alive', '{}');"
)

TAPPED = """INSERT INTO register_tap (id, session_id, field, saw, version, tapped_at, arrived_at, outcome)
    SELECT gen_random_uuid(), id, 'heads', 0, {1}, '2026-10-13', '2026-10-13', '{0}' FROM ({2}) s"""
OF_A_REGISTER = "SELECT session_id AS id FROM register ORDER BY id LIMIT 1"
PLANTED: dict[str, str] = {
    "what is over goes from the calendars that a mail put it in": f"""UPDATE session SET status = 'cancelled',
        changed_at = '{NOW}' WHERE id = (SELECT session_id FROM calendar_entry ORDER BY id LIMIT 1)""",
    "an event is in the calendar of what was booked": f"""UPDATE calendar_entry SET session_id = {SOUPS}
        WHERE id = (SELECT e.id FROM calendar_entry e JOIN booking b ON b.id = e.booking_id
            WHERE b.offer_id <> {SOUP} LIMIT 1)""",
    "whoever is rung about a session has booked that offer": f"""UPDATE phone_call SET session_id = {SOUPS}
        WHERE id = (SELECT y.id FROM phone_call y JOIN booking b ON b.id = y.booking_id
            WHERE b.offer_id <> {SOUP} LIMIT 1)""",
    "a number stands with a call that was asked for, and with no other": """UPDATE phone_call
        SET number = '+4751000042' WHERE id = (SELECT id FROM phone_call LIMIT 1)""",
    "a call that somebody made has its moment": """ALTER TABLE phone_call DROP CONSTRAINT phone_call_called;
        UPDATE phone_call SET called_at = NULL,
        called_by_id = (SELECT id FROM person LIMIT 1)""",
    "nobody is to be rung about a held seat that has gone on": """INSERT INTO phone_call
        (id, booking_id, about, key, since) SELECT gen_random_uuid(), id, 'offered', 'x', changed_at FROM booking
        WHERE state = 'offered' LIMIT 1; UPDATE booking SET state = 'expired', ended_by = 'expired', held_until = NULL
        WHERE state = 'offered'""",
    "nobody waits to hear of a date that was added": ALIVE.format(NOW) + """UPDATE session
        SET untold_since = '2026-10-01'""",
    "nobody waits to hear of what has opened": ALIVE.format(NOW) + f"""INSERT INTO opening_notice
        (id, pool_id, channel, address, lang, created_at)
        VALUES (gen_random_uuid(), {FULL}, 'email', 'ida@example.no', 'nb', '2026-10-01')""",
    "what one form has booked, and is on, sends its messages to one address: each has the links of all": f"""
        UPDATE booking b SET made_with_id = o.id, booked_by_id = o.booked_by_id, contact_id = CASE WHEN b.id = o.id
            THEN (SELECT id FROM contact_point ORDER BY id LIMIT 1) END
        FROM booking o WHERE o.id = {SEATED} AND b.id IN ({SEATED}, {WAITING})""",
    "seats taken are those of confirmed and offered bookings": f"""UPDATE seat_pool SET taken = taken - 1
        WHERE id = {FULL}""",
    "those waiting are counted": f"UPDATE seat_pool SET waiting = 9 WHERE id = {FULL}",
    "no seat is sold twice": f"""ALTER TABLE seat_pool DROP CONSTRAINT seat_pool_taken;
        UPDATE seat_pool SET capacity = 13 WHERE id = {FULL}""",
    "a participant has one active booking in a pool of each who made one": f"""DROP INDEX booking_one_active;
        UPDATE booking b SET participant_id = o.participant_id, booked_by_id = o.booked_by_id FROM booking o
        WHERE o.id = {SEATED} AND b.id = {WAITING}""",
    "whoever waits or is offered a seat has a place in the queue": f"""
        ALTER TABLE booking DROP CONSTRAINT booking_queue_no;
        UPDATE booking SET queue_no = NULL WHERE id = {WAITING}""",
    "no two have the same place in a queue": f"""UPDATE booking SET queue_no = 7
        WHERE state = 'waiting' AND pool_id = {FULL}""",
    "nobody waits for seats that are free": f"UPDATE seat_pool SET capacity = 15 WHERE id = {FULL}",
    "an offered seat, and no other, has a deadline": f"""ALTER TABLE booking DROP CONSTRAINT booking_held_until;
        UPDATE booking SET held_until = '2026-12-01' WHERE id = {WAITING}""",
    "no seat is held past the start of what it is for": """UPDATE booking b SET state = 'offered', queue_no = 1,
            held_until = p.starts_at + interval '1 hour' FROM seat_pool p
        WHERE p.id = b.pool_id AND b.id = (SELECT x.id FROM booking x JOIN seat_pool q ON q.id = x.pool_id
            WHERE x.state = 'confirmed' AND q.starts_at > '2026-11-01' LIMIT 1)""",
    "what ended a booking is told of those that ended, and fits how": """UPDATE booking SET ended_by = 'expired'
        WHERE id = (SELECT id FROM booking WHERE state = 'declined' LIMIT 1)""",
    "whoever has a place has had one, from when the queue gave it": f"""
        ALTER TABLE booking DROP CONSTRAINT booking_seated_at; UPDATE booking SET seated_at = NULL
        WHERE id = {SEATED}""",
    "whoever gave a place back had one, and left it themselves": f"""
        ALTER TABLE booking DROP CONSTRAINT booking_given_back; UPDATE booking SET given_back_in_time = false
        WHERE id = {WAITING}""",
    "what waits for an answer, or has had one, was a request": f"""
        ALTER TABLE booking DROP CONSTRAINT booking_asked; UPDATE booking SET answered_at = created_at
        WHERE id = {WAITING}""",
    "a booking that another took the place of ended by that": """UPDATE booking
        SET ended_by = 'time_changed', given_back_in_time = NULL
        WHERE id = (SELECT id FROM booking WHERE ended_by = 'self' LIMIT 1)""",
    "an offered seat goes on when its deadline is over": ALIVE.format(NOW) + f"""
        UPDATE booking SET state = 'offered', held_until = '2026-10-12', queue_no = 1 WHERE id = {SEATED}""",
    "messages about a booking go to whoever booked, or whoever it is for": f"""UPDATE booking SET contact_id =
        (SELECT id FROM contact_point WHERE value = 'nora@example.no') WHERE id = {WAITING}""",
    "a session's seats belong to the session's offer": f"""UPDATE seat_pool SET offer_id = {OTHER}
        WHERE session_id = (SELECT id FROM session WHERE status = 'cancelled' ORDER BY id LIMIT 1);
        UPDATE booking b SET offer_id = p.offer_id FROM seat_pool p WHERE p.id = b.pool_id""",
    "an offer has the seats that its way of joining needs": """UPDATE offer SET joining = 'request'
        WHERE slug = 'sprakkafe'""",
    "seats know when they start and end": f"""UPDATE seat_pool
        SET starts_at = starts_at - interval '1 hour' WHERE id = {FULL}""",
    "an offer knows how many sessions it has": f"UPDATE offer SET session_count = 0 WHERE id = {SOUP}",
    "an offer knows when its last session ends": f"UPDATE offer SET last_session_ends = NULL WHERE id = {SOUP}",
    "an offer's next session is one that it has": f"""UPDATE offer
        SET next_session_at = next_session_at - interval '1 hour' WHERE id = {SOUP}""",
    "an offer's next session is the first of those to come": f"""UPDATE offer o
        SET next_session_at = s.starts_at, next_session_ends = s.ends_at
        FROM session s WHERE o.id = {SOUP} AND s.id = {SOUPS}""",
    "an offer's next session is not over": ALIVE.format(NOW) + f"""UPDATE offer o
        SET next_session_at = s.starts_at, next_session_ends = s.ends_at
        FROM (SELECT * FROM session WHERE offer_id = {SOUP} ORDER BY starts_at LIMIT 1) s WHERE o.id = {SOUP}""",
    "an offer has a text in the language it was written in": f"UPDATE offer SET source_lang = 'se' WHERE id = {SOUP}",
    "an offer for members is shown to somebody": f"UPDATE offer SET visibility = 'members' WHERE id = {SOUP}",
    "every text can be found by its words": """ALTER TABLE organization_text DROP COLUMN search;
        ALTER TABLE organization_text ADD COLUMN search tsvector""",
    "whoever was marked stands in a register that was saved": f"""DELETE FROM register
        WHERE session_id = (SELECT session_id FROM attendance WHERE id = {PAST})""",
    "whoever just came in is counted in a register that was saved": """DELETE FROM register
        WHERE session_id IN (SELECT session_id FROM head_count LIMIT 1)""",
    "a register is of what is held, and was begun at its time": f"""UPDATE register
        SET saved_at = saved_at - interval '1 day'
        WHERE session_id = (SELECT session_id FROM attendance WHERE id = {PAST})""",
    "nobody is marked who left before it began": """UPDATE attendance a SET booking_id = x.booking FROM (
        SELECT a.id, b.id AS booking FROM attendance a JOIN session s ON s.id = a.session_id
            JOIN seat_pool p ON p.session_id = s.id JOIN booking b ON b.pool_id = p.id AND b.state = 'cancelled'
            AND b.changed_at < s.starts_at WHERE a.state = 'absent' LIMIT 1) x WHERE a.id = x.id""",
    "nobody has said that they come to what is cancelled": """INSERT INTO coming_again (id, booking_id, session_id, at)
        SELECT gen_random_uuid(), b.id, s.id, b.created_at FROM session s JOIN seat_pool p ON p.session_id = s.id
            JOIN booking b ON b.pool_id = p.id WHERE s.status = 'cancelled' LIMIT 1""",
    "nobody has sent word about what is cancelled": """INSERT INTO sent_word (id, booking_id, session_id, at)
        SELECT gen_random_uuid(), b.id, s.id, b.created_at FROM session s JOIN seat_pool p ON p.session_id = s.id
            JOIN booking b ON b.pool_id = p.id WHERE s.status = 'cancelled' LIMIT 1""",
    "nobody is absent by the closing of a register that is open": """UPDATE register SET closed_at = NULL,
        closed_by = NULL, closed_by_person_id = NULL WHERE session_id IN (SELECT session_id FROM attendance
        WHERE cause = 'closing')""",
    "what was tapped, and kept, stands in a register or in one that has ended": TAPPED.format(
        "kept", 1, "SELECT id FROM session WHERE status = 'cancelled' LIMIT 1"
    ),
    "the versions of what was tapped follow each other": TAPPED.format("kept", 1, OF_A_REGISTER)
    + ";" + TAPPED.format("conflict", 3, OF_A_REGISTER),
    "no more came with one booking than can be said": f"UPDATE attendance SET seats_present = 99 WHERE id = {PAST}",
    "whoever was present, and nobody else, has seats that were used": f"""
        ALTER TABLE attendance DROP CONSTRAINT attendance_seats;
        UPDATE attendance SET seats_present = 0 WHERE id = {PAST}""",
    "whoever was present is counted under a pseudonym": f"""ALTER TABLE attendance DROP CONSTRAINT attendance_pseudonym;
        UPDATE attendance SET pseudonym = NULL WHERE id = {PAST}""",
    "whoever was marked had booked that session": f"""UPDATE attendance SET booking_id = {WAITING} WHERE id = {PAST}""",
    "whoever sent word had booked that session": f"""UPDATE sent_word SET booking_id = {WAITING}
        WHERE id = (SELECT id FROM sent_word ORDER BY id LIMIT 1)""",
    "an address is proven by one person": """DROP INDEX contact_point_verified;
        UPDATE contact_point SET value = 'kari@example.no' WHERE value = 'nora@example.no'""",
    "a host is or was a member of an organisation that arranges the offer": f"""
        UPDATE host_assignment SET offer_id = {OTHER} WHERE offer_id = {SOUP}""",
    "a coordinator's role stands in a municipality's unit": """UPDATE membership SET role = 'coordinator'
        WHERE role = 'editor'""",
    "no unit is above itself": """UPDATE organization SET parent_id = (SELECT id FROM organization
        WHERE slug = 'infohjelpen') WHERE slug = 'sandnes-kommune'""",
    "no link that opens a booking lies where the booking's messages do not go": """INSERT INTO outbox_message
            (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at, attempts, sent_at, booking_id,
            link_version)
        SELECT gen_random_uuid(), 'email', 'gammel@example.no', 'receipt', '{}', 'nb', 'y', '2026-10-13T08:00Z',
            '2026-10-13T08:00Z', 0, '2026-10-13T08:00Z', id, link_version FROM booking WHERE contact_id IS NOT NULL
        LIMIT 1""",
    "what is stored of figures cannot be changed": "ALTER TABLE cell_figure DISABLE TRIGGER cell_figure_append_only",
    "the months of a year are closed in order, thirteen at the most": "DELETE FROM closing WHERE number = 4",
    "no month is closed before it is over": "UPDATE closing SET closed_at = '2026-09-30T21:59Z' WHERE number = 9",
    "a year's months are closed by the key that it was counted under": """UPDATE closing SET key_fingerprint = 'x'
        WHERE number = 9""",
    "a year that is over for good has all its thirteen closings, or none": """UPDATE year_key
        SET closed_at = '2026-10-13'""",
    "a count of people is stored in steps of five": "UPDATE cell_figure SET figures = figures || '{\"people\": 6}'",
    "what is stored is a measure": "UPDATE cell_figure SET figures = figures || '{\"happiness\": 5}'",
    "a stored part is not more than what it is a part of": """UPDATE cell_figure
        SET figures = figures || '{"people": 5, "came_three": 10}'""",
    "a cell's figures are of its own municipality": "UPDATE cell SET municipality_id = gen_random_uuid()",
    "what an offer is most for is one of those it is for": """UPDATE offer SET main_audience = 'parents'
        WHERE audiences = '{seniors}'""",
    "messages leave in time, where the way to send works": ALIVE.format(NOW) + """INSERT INTO outbox_message
            (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at, attempts)
        VALUES (gen_random_uuid(), 'email', 'ola@example.no', 'receipt', '{}', 'nb', 'x', '2026-10-13T08:00Z',
            '2026-10-13T08:00Z', 0)""",
    "a goal is measured in months of its year, and once more in January": """
        INSERT INTO goal_figure (id, goal_id, month, value, counted_at)
        SELECT gen_random_uuid(), id, '2025-08-01', 3, '2026-10-13' FROM goal LIMIT 1""",
    "a goal is of years in its plan": "UPDATE plan SET first_year = first_year + 50",
    "a goal adds up districts and organisations of its own municipality": """UPDATE goal SET organizations =
        ARRAY(SELECT id FROM organization WHERE slug = 'sondre-land-kommune') WHERE slug = 'over-65-sandnes'""",
    "the target that stands is the one that it was last changed to": """INSERT INTO goal_change
        (id, goal_id, what, before, after, why, at)
        SELECT gen_random_uuid(), id, 'target', target, target + 1, 'Flere', '2026-10-13' FROM goal LIMIT 1""",
    "a goal that was withdrawn says why": """UPDATE goal SET withdrawn_at = '2026-10-13'
        WHERE slug = 'over-65-sandnes'""",
    "the audit log has a part for this month": ALIVE.format(NOW) + "DROP TABLE audit_entry_2026_10",
    "the audit log takes any moment": "ALTER TABLE audit_entry DETACH PARTITION audit_entry_default; "
    "ALTER TABLE audit_entry_default RENAME TO elsewhere",
    "indexes are whole": "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'booking_pool'::regclass",
    **{
        f"{table}.{column} has a known value": f"UPDATE {table} SET {column} = 'x' "
        f"WHERE id = (SELECT id FROM {table} ORDER BY id LIMIT 1)"
        for table, columns in ENUMS.items()
        for column in columns
    },
    "booking.ended_by has a known value": """UPDATE booking SET ended_by = 'x', given_back_in_time = NULL
        WHERE id = (SELECT id FROM booking WHERE state = 'cancelled' AND ended_by = 'self' LIMIT 1)""",
    **{
        f"register_tap.{column} has a known value": TAPPED.format("kept", 1, OF_A_REGISTER)
        + f"; UPDATE register_tap SET {column} = 'x'"
        for column in ENUMS["register_tap"]
    },
    "ended_register.ended_by has a known value": """INSERT INTO ended_register (id, session_id, ended_by, starts_at,
            saved_at, ended_at, marks)
        SELECT gen_random_uuid(), id, 'x', starts_at, starts_at, starts_at, '[]' FROM session LIMIT 1""",
    "attendance.state has a known value": """UPDATE attendance SET state = 'x'
        WHERE id = (SELECT id FROM attendance WHERE state = 'absent' LIMIT 1)""",
}  # fmt: skip


@pytest.fixture
async def planted(demo: None) -> AsyncIterator[asyncpg.Connection]:
    """A connection in a transaction that is undone, in which foreign keys and triggers keep still."""
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    changes = connection.transaction()
    await changes.start()
    await connection.execute("SET LOCAL session_replication_role = replica")
    yield connection
    await changes.rollback()
    await connection.close()


async def test_all_is_well_at_first(planted: asyncpg.Connection) -> None:
    assert await check(planted, NOW) == []
    await planted.execute(ALIVE.format(NOW + timedelta(minutes=1)))
    assert await check(planted, NOW) == []


def test_every_invariant_is_broken_once_below() -> None:
    assert sorted(PLANTED) == sorted(sentence for sentence, _ in INVARIANTS)


@pytest.mark.parametrize("sentence", PLANTED)
async def test_a_broken_invariant_is_named(
    planted: asyncpg.Connection, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the tables stay as they are, nothing else is looked for: it would be found or not as by itself."""
    if "ALTER TABLE" not in PLANTED[sentence] and "DROP " not in PLANTED[sentence]:
        monkeypatch.setattr(whole, "INVARIANTS", [each for each in INVARIANTS if each[0] == sentence])
    await planted.execute(PLANTED[sentence])
    found = await check(planted, NOW)
    assert [line for line in found if line.startswith(f"Broken: {sentence} (")], found


async def test_what_is_wrong_is_told_with_ids(planted: asyncpg.Connection) -> None:
    pool = await planted.fetchval(
        f"UPDATE seat_pool SET waiting = waiting + 1 WHERE id = {FULL} RETURNING id"
    )
    assert await check(planted, NOW) == [f"Broken: those waiting are counted (1): {pool}"]


async def test_a_stopped_instance_has_nothing_overdue(planted: asyncpg.Connection) -> None:
    await planted.execute(ALIVE.format(NOW))
    assert await check(planted, NOW + timedelta(days=4)) == []


@pytest.mark.parametrize("forgotten", ["DELETE FROM tortoise_migrations", "DROP TABLE tortoise_migrations"])
async def test_a_database_that_is_not_migrated_is_told_so_and_no_more(
    planted: asyncpg.Connection, forgotten: str
) -> None:
    await planted.execute(forgotten)
    assert await check(planted, NOW) == [f"Broken: the database is at the newest migration (1): {NEWEST}"]
