"""What people hold in their hands and calendars: does it outlive a change of the secret key or the public address?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from uuid_utils.compat import uuid7

from marketplace.base.signing import every_secret, fingerprint
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.settings import settings

THERE = "SELECT to_regclass('secret_used') IS NOT NULL"
GIVEN = """(EXISTS (SELECT FROM calendar_entry) OR EXISTS (SELECT FROM calendar_address)
    OR EXISTS (SELECT FROM session WHERE vevent IS NOT NULL))"""
"""Has anybody an event of ours in a calendar? Before that a name may still be chosen."""
BEGAN = f"SELECT calendar_domain, calendar_organizer FROM instance WHERE id = 1 AND {GIVEN}"
REMEMBER = f"""UPDATE instance SET calendar_domain = $1, calendar_organizer = $2
    WHERE id = 1 AND (calendar_domain IS NULL OR NOT {GIVEN})"""
USED = "INSERT INTO secret_used (id, fingerprint, since) VALUES ($1, $2, $3) ON CONFLICT (fingerprint) DO NOTHING"
ENDED = """SELECT min(n.since) FROM secret_used s JOIN secret_used n ON n.since > s.since WHERE s.fingerprint = $1"""
HELD = """SELECT (SELECT count(*) FROM booking WHERE created_at < $1) AS bookings,
    (SELECT count(*) FROM recovery_code WHERE created_at < $1 AND used_at IS NULL) AS codes,
    (SELECT count(*) FROM invitation WHERE created_at < $1 AND expires_at > $2 AND accepted_at IS NULL) AS invitations,
    (SELECT count(*) FROM check_in c JOIN session s ON s.id = c.session_id
        WHERE c.opened_at < $1 AND c.digest IS NOT NULL AND s.ends_at > $2) AS words"""
STOPS = timedelta(days=730)
"""So long somebody may stop messages by the link of a mail: no message that we write is of use for longer."""
PASSKEYS = "SELECT count(*) FROM passkey"


async def calendars(at: Looking) -> AsyncIterator[Found]:
    """Another name after @, and every event in everybody's calendar stands there twice, for good."""
    set_ = settings()
    if at.connection is None or set_.demo or not await at.connection.fetchval(THERE):
        return
    began = await at.connection.fetchrow(BEGAN)
    wrong = False
    for name, ours in (("calendar_domain", set_.uid_domain), ("calendar_organizer", set_.organizer)):
        stored = began[name] if began else None
        if stored and stored != ours:
            wrong = True
            yield (
                Kind.WRONG,
                f"set TREFFPUNKT_{name.upper()} to {stored}: the events in people's calendars have it, and with {ours} "
                "each of them would stand there twice",
            )
    if not wrong:
        yield Kind.WELL, f"events are named @{set_.uid_domain}, and organised by {set_.organizer}"
    if set_.former_hosts and (keys := await at.connection.fetchval(PASSKEYS)):
        yield (
            Kind.WELL,
            f"{keys} passkeys: those made under {', '.join(set_.former_hosts)} open nothing here; their owners sign in "
            "by a link and make new ones",
        )


@dataclass(frozen=True)
class Needs:
    """What a key of before is still needed for."""

    bookings: int
    codes: int
    invitations: int
    words: int
    """Sessions to come whose words hang on a wall."""
    mails: bool
    """Links that stop messages, in mails of the last two years."""

    def __str__(self) -> str:
        said = [
            f"the links of {self.bookings} bookings" if self.bookings else "",
            f"{self.codes} recovery codes" if self.codes else "",
            f"{self.invitations} invitations" if self.invitations else "",
            f"the check-in of {self.words} sessions" if self.words else "",
            "links that stop messages" if self.mails else "",
        ]
        return ", ".join(filter(None, said))


async def secrets(at: Looking) -> AsyncIterator[Found]:
    """Which keys of before are still needed, and which can go."""
    before = every_secret()[1:]
    if at.connection is None or not before or not await at.connection.fetchval(THERE):
        return
    for number, secret in enumerate(before, 1):
        name = f"key {number} of TREFFPUNKT_SECRET_KEYS_BEFORE ({fingerprint(secret)})"
        ended = await at.connection.fetchval(ENDED, fingerprint(secret))
        if ended is None:
            yield Kind.WELL, f"{name} is read; this instance has not noted when it was used"
            continue
        needs = await needed(at.connection, ended, at.now)
        if str(needs):
            yield Kind.WELL, f"{name} signed until {ended:%Y-%m-%d}, and is needed for {needs}"
        else:
            yield Kind.WELL, f"{name} signed until {ended:%Y-%m-%d}, and can go"


async def needed(connection: asyncpg.Connection, ended: datetime, now: datetime) -> Needs:
    held = await connection.fetchrow(HELD, ended, now)
    return Needs(held["bookings"], held["codes"], held["invitations"], held["words"], now < ended + STOPS)


async def remember(connection: asyncpg.Connection, now: datetime) -> None:
    """Note, at the first start, what must stay; and since when this secret is used."""
    if not await connection.fetchval(THERE):
        return
    await connection.execute(REMEMBER, settings().uid_domain, settings().organizer)
    await connection.execute(USED, uuid7(), fingerprint(every_secret()[0]), now)
