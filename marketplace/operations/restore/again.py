"""Doing again what the ledger says, each kind in its own way.

Everything here may be done twice, and to what is not there (it came after the restore point): then nothing happens. So
a line from just before the restore point, whose act the restored database has, does no harm either.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import column, in_transaction, rows, value
from marketplace.base.data.ledger import Entry, Lost
from marketplace.base.errors import NotFound, Refused
from marketplace.my_page.acting.actions import end_again
from marketplace.my_page.contacts.actions import remove_contact
from marketplace.privacy.erasure.actions import erase
from offers.publishing.team.actions import tidy_hosts

Again = Callable[[Entry, datetime], Awaitable[bool]]
"""Does one line again, at a moment. True: there was something to do."""


def two(text: str) -> tuple[UUID, UUID]:
    """The ids of a line that needs two."""
    first, _, second = text.partition(":")
    return UUID(first), UUID(second)


def by_row(sql: str) -> Again:
    """$1 is the row's id, $2 when it was lost: what is kept so long after its end counts from there. RETURNING says
    that there was something."""

    async def again(entry: Entry, _now: datetime) -> bool:
        return bool(await column(sql, UUID(entry.id), *([entry.at] if "$2" in sql else [])))

    return again


def by_number(sql: str) -> Again:
    """$1 is the row's id and $2 the line's number."""

    async def again(entry: Entry, _now: datetime) -> bool:
        return bool(await column(sql, UUID(entry.id), entry.number))

    return again


def by_two(sql: str) -> Again:
    """$1 and $2 are two ids."""

    async def again(entry: Entry, _now: datetime) -> bool:
        return bool(await column(sql, *two(entry.id)))

    return again


async def _contact(entry: Entry, now: datetime) -> bool:
    """As it was removed, where another address is there to go on with; else it goes all the same, and whoever had only
    that is let in by those who help: it may be in other hands by now."""
    contact = UUID(entry.id)
    person = await value("SELECT person_id FROM contact_point WHERE id = $1", contact)
    if person is None:
        return False
    try:
        await remove_contact(person, contact, now=now)
    except (NotFound, Refused):
        async with in_transaction():
            await rows("UPDATE booking SET link_version = link_version + 1 WHERE contact_id = $1", contact)
            await rows(
                "DELETE FROM contact_point WHERE id = $1", contact
            )  # their bookings have none then: ring them
    return True


async def _acts_for(entry: Entry, now: datetime) -> bool:
    there = "SELECT true FROM acts_for WHERE id = $1 AND ended_at IS NULL"
    if not await value(there, UUID(entry.id)):
        return False
    await end_again(UUID(entry.id), now=now)
    return True


async def _membership(entry: Entry, now: datetime) -> bool:
    ended = "UPDATE membership SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING person_id"
    person = await value(ended, UUID(entry.id), entry.at)
    if person:
        await tidy_hosts(person, now)
    return person is not None


async def _organizer(entry: Entry, now: datetime) -> bool:
    offer = await value("DELETE FROM offer_organizer WHERE id = $1 RETURNING offer_id", UUID(entry.id))
    if offer:
        await tidy_hosts(offer, now)
    return offer is not None


async def _news(entry: Entry, _now: datetime) -> bool:
    hashed = bytes.fromhex(entry.id)
    return bool(await column(
        """INSERT INTO unsubscription (id, address_hash, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (address_hash) DO UPDATE SET created_at = excluded.created_at
            WHERE unsubscription.created_at < excluded.created_at RETURNING id""",
        uuid7(), hashed, entry.at,
    ))  # fmt: skip


async def _dialogue(entry: Entry, now: datetime) -> bool:
    dialogue, organization = two(entry.id)
    async with in_transaction():
        left = await column(
            """UPDATE dialogue_member SET left_at = $3
            WHERE dialogue_id = $1 AND organization_id = $2 AND left_at IS NULL RETURNING id""",
            dialogue, organization, entry.at,
        )  # fmt: skip
        await rows(
            """DELETE FROM offer_audience_organization a USING dialogue_meeting m, offer o
            WHERE m.dialogue_id = $1 AND a.offer_id = m.offer_id AND o.id = m.offer_id AND o.last_session_ends > $3
                AND a.organization_id = $2""",
            dialogue, organization, now,
        )  # fmt: skip
    return bool(left)


AGAIN: dict[Lost, Again] = {
    Lost.CONTACT: _contact,
    Lost.BOOKING_LINK: by_number(
        "UPDATE booking SET link_version = $2 WHERE id = $1 AND link_version < $2 RETURNING id"
    ),
    Lost.BOOKING_ADDRESS: by_two(
        "UPDATE booking SET contact_id = NULL WHERE id = $1 AND contact_id = $2 RETURNING id"
    ),
    Lost.ACTS_FOR: _acts_for,
    Lost.MEMBERSHIP: _membership,
    Lost.INVITATION: by_row(
        "UPDATE invitation SET ended_at = $2 WHERE id = $1 AND accepted_at IS NULL AND ended_at IS NULL RETURNING id"
    ),
    Lost.HOST: by_row(
        """WITH gone AS (DELETE FROM host_assignment WHERE id = $1 RETURNING id, person_id, offer_id)
        INSERT INTO host_ended (id, person_id, offer_id, ended_at) SELECT id, person_id, offer_id, $2 FROM gone
        RETURNING id"""
    ),
    Lost.ORGANIZER: _organizer,
    Lost.ORGANIZER_EDITS: by_row(
        "UPDATE offer_organizer SET may_edit = false WHERE id = $1 AND may_edit RETURNING id"
    ),
    Lost.ORGANIZATION: by_row(
        "UPDATE organization SET state = 'suspended' WHERE id = $1 AND state = 'approved' RETURNING id"
    ),
    Lost.SECOND_FACTOR: by_row(
        """WITH app AS (DELETE FROM totp WHERE id = $1 RETURNING id),
        passkey AS (DELETE FROM passkey WHERE id = $1 RETURNING id)
        SELECT id FROM app UNION ALL SELECT id FROM passkey"""
    ),
    Lost.RECOVERY_CODE: by_row("DELETE FROM recovery_code WHERE id = $1 AND used_at IS NULL RETURNING id"),
    Lost.CALENDAR_ADDRESS: by_row(
        "UPDATE calendar_address SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id"
    ),
    Lost.SUBSTITUTE: by_row(
        "UPDATE substitute SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id"
    ),
    Lost.NEWS: _news,
    Lost.OWN_NAME: by_row("UPDATE person SET shielded = true WHERE id = $1 AND NOT shielded RETURNING id"),
    Lost.COMPANION: by_row("DELETE FROM companion WHERE id = $1 RETURNING id"),
    Lost.OWN_GOAL: by_row("DELETE FROM own_goal WHERE id = $1 RETURNING id"),
    Lost.NEED: by_row("DELETE FROM need WHERE id = $1 RETURNING id"),
    # Narrower than it was, perhaps: those who lead it open it again for whom they meant.
    Lost.OFFER_TO_ALL: by_row(
        """UPDATE offer SET visibility = 'staff', narrowed_at = $2 WHERE id = $1 AND visibility = 'public'
        RETURNING id"""
    ),
    Lost.DIALOGUE: _dialogue,
    Lost.CHECK_IN: by_number(
        "UPDATE check_in SET digest = NULL WHERE session_id = $1 AND version <= $2 AND digest IS NOT NULL RETURNING id"
    ),
    Lost.LOGO: by_two("UPDATE organization SET logo_id = NULL WHERE id = $1 AND logo_id = $2 RETURNING id"),
    Lost.PICTURE: by_two("UPDATE offer SET picture_id = NULL WHERE id = $1 AND picture_id = $2 RETURNING id"),
    Lost.QUESTION: by_row("DELETE FROM offer_question WHERE id = $1 RETURNING id"),
    Lost.AUDIENCE: by_two(
        "DELETE FROM offer_audience_organization WHERE offer_id = $1 AND organization_id = $2 RETURNING id"
    ),
}
"""Of every kind but people, who go together (`erased_again`)."""

LASTING = frozenset({Lost.BOOKING_LINK, Lost.CHECK_IN})
"""Their number is a version; everywhere else 0 says that it was given back."""


def still_lost(entries: Iterable[Entry]) -> list[Entry]:
    """The lines that hold: of what was given back since, and perhaps lost once more, the last word counts."""
    last: dict[tuple[Lost, str], Entry] = {}
    for each in entries:
        last[each.kind, each.id] = each
    return [
        each for each in sorted(last.values(), key=lambda one: one.at)
        if each.number != 0 or each.kind in LASTING
    ]  # fmt: skip


async def do_again(entries: list[Entry], now: datetime) -> dict[Lost, int]:
    """Do it all again in the order in which it was done. Returns how much there was to do, by kind."""
    done: dict[Lost, int] = {}
    lost = still_lost(entries)
    together: dict[datetime, list[UUID]] = {}
    for each in lost:
        if each.kind is Lost.PERSON:
            together.setdefault(each.at, []).append(UUID(each.id))
    for each in lost:
        if each.kind is Lost.PERSON:
            count = await erased_again(together.pop(each.at, []), now)
        else:
            count = int(await AGAIN[each.kind](each, now))
        if count:
            done[each.kind] = done.get(each.kind, 0) + count
    return done


KNOWN = """SELECT id FROM person p WHERE id = ANY($1) AND (name IS NOT NULL
    OR EXISTS (SELECT FROM contact_point c WHERE c.person_id = p.id)
    OR EXISTS (SELECT FROM booking b WHERE b.participant_id = p.id AND b.ended_by IS NULL))"""


async def erased_again(persons: list[UUID], now: datetime) -> int:
    """Those who went together, by the code that erased them. Whoever had come to be one of them after the restore point
    only is erased for themselves. Returns how many of them the restored database knew."""
    known = await column(KNOWN, persons)
    for each in persons:
        if await value("SELECT true FROM person WHERE id = $1", each):
            await erase(each, now=now, again=persons)
    return len(known)
