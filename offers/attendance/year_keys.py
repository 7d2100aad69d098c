"""That a year is counted under one key: its fingerprint stands in the database, and the key outside of it.

Under another key everybody would be counted anew, and nobody would see it. So a key that is gone is refused and told,
never made again in silence. `keys.py` holds the files.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import asyncpg
import structlog

from marketplace.base.data.database import row, rows, value
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.site import site
from offers.attendance import keys
from offers.attendance.closing.rules import open_years, settled_at
from offers.attendance.keys import shut

log = structlog.get_logger("keys")


class Known(NamedTuple):
    """What the database knows of a year's key. `closed_at`: when the year was counted for the last time."""

    fingerprint: bytes
    closed_at: datetime | None


class Year(NamedTuple):
    year: int


FINGERPRINT = "SELECT fingerprint, closed_at FROM year_key WHERE year = $1"
REMEMBER = """INSERT INTO year_key (year, fingerprint, made_at) VALUES ($1, $2, $3)
ON CONFLICT (year) DO NOTHING"""
COUNTED = """SELECT EXISTS (SELECT FROM attendance a JOIN session s ON s.id = a.session_id WHERE a.pseudonym IS NOT NULL
    AND extract(year FROM s.starts_at AT TIME ZONE 'Europe/Oslo') = $1)"""
OPEN = "SELECT year FROM year_key WHERE closed_at IS NULL"
ALL = "SELECT year, fingerprint, closed_at FROM year_key ORDER BY year"
YEARS_COUNTED = """SELECT DISTINCT extract(year FROM s.starts_at AT TIME ZONE 'Europe/Oslo')::int AS year
FROM attendance a JOIN session s ON s.id = a.session_id WHERE a.pseudonym IS NOT NULL ORDER BY 1"""


class KeyGone(Refused):
    """The year was counted under a key that is not in our folder: for the operator to bring back."""


def fingerprint(key: bytes) -> bytes:
    """It tells two keys apart, and no key can be made from it."""
    return hashlib.sha256(b"treffpunkt year key\0" + key).digest()


async def key_of(year: int, now: datetime) -> bytes:
    """The key that this year is counted under; the first register of a year makes it. Once the year is settled there is
    none any more, whether the last closing has destroyed it yet or not. Raises YearClosed, KeyGone."""
    return await key_by(await row(Known, FINGERPRINT, year), year, now)


async def key_by(known: Known | None, year: int, now: datetime) -> bytes:
    """The same, where what the database knows of it has been read already. The file is read here and not in a thread:
    it is looked at here anyway, and 32 bytes take less time than to hand them over."""
    if now >= settled_at(year) or (known and known.closed_at) or keys.closed(year):
        raise shut()
    made = await _made(known, year)
    found = keys.read(year)
    if found is None and made:
        raise gone(year)
    try:
        key = found if found is not None else await asyncio.to_thread(keys.year_key, year)
    except OSError as problem:
        raise gone(year) from problem
    if known is None:
        await rows(REMEMBER, year, fingerprint(key), now)
        known = await row(Known, FINGERPRINT, year)
    if known is None or known.fingerprint != fingerprint(key):
        raise gone(year)
    return key


async def lost(year: int) -> bool:
    """Is the key that this year is counted under not here? None is made; of a year that nobody is counted in yet it is
    not missed."""
    known = await row(Known, FINGERPRINT, year)
    made = await _made(known, year)
    key = await asyncio.to_thread(keys.read, year)
    if known:
        return known.closed_at is None and (key is None or fingerprint(key) != known.fingerprint)
    return key is None and made


async def _made(known: Known | None, year: int) -> bool:
    """Has the year a key, wherever that is now? To be asked before its file is read, never after: the first register of
    a year makes the file, and a key that appeared in between would be taken for one that is lost."""
    return bool(known) or keys.here(year) or bool(await value(COUNTED, year))


async def needed(year: int) -> None:
    """Nothing is registered, and no register closed, without the key of its year. Raises KeyGone."""
    if await lost(year):
        raise gone(year)


async def key_to_close(year: int) -> bytes:
    """The key that this year was counted under, to close its months by; never made anew. Raises YearClosed, KeyGone."""
    known = await row(Known, FINGERPRINT, year)
    if known and known.closed_at:
        raise shut()
    key = await asyncio.to_thread(keys.read, year)
    if known is None or key is None or fingerprint(key) != known.fingerprint:
        raise gone(year)
    return key


def gone(year: int) -> KeyGone:
    log.error("the key of a year is not the one in TREFFPUNKT_KEYS_DIR", year=year)
    return KeyGone(
        _("Oppmøtet kan ikke lagres akkurat nå. Skriv opp hvem som kom, og ring %(phone)s.",
          phone=site().helpline_phone)
    )  # fmt: skip


async def missing(now: datetime) -> list[int]:
    """Years that are not settled whose key is not here."""
    kept = [each.year for each in await rows(Year, OPEN)]
    return [year for year in sorted({*kept, *open_years(now)}) if await lost(year)]


async def close(year: int, now: datetime) -> None:
    """Destroy the year's key, and never count it again."""
    await rows("UPDATE year_key SET closed_at = coalesce(closed_at, $2) WHERE year = $1", year, now)
    await asyncio.to_thread(keys.destroy, year)


async def remember(connection: asyncpg.Connection, now: datetime) -> None:
    """Note the keys that are here and not known yet: those of a database from before fingerprints."""
    known = {each["year"] for each in await connection.fetch(ALL)}
    for year in keys.years():
        if year not in known and (key := keys.read(year)):
            await connection.execute(REMEMBER, year, fingerprint(key), now)


async def counted_under(connection: asyncpg.Connection) -> dict[int, bytes]:
    """The fingerprints of the keys that years which are not closed are counted under."""
    found = await connection.fetch(ALL)
    return {each["year"]: bytes(each["fingerprint"]) for each in found if each["closed_at"] is None}


async def problems(connection: asyncpg.Connection) -> list[str]:
    """What is wrong with the keys in our folder, one sentence each."""
    found = await connection.fetch(ALL)
    known: Mapping[int, asyncpg.Record] = {each["year"]: each for each in found}
    told = [problem for each in found if (problem := _problem(each))]
    for each in await connection.fetch(YEARS_COUNTED):
        year = each["year"]
        if year not in known and not keys.here(year) and not keys.closed(year):
            told.append(f"the key that {year} was counted under is not in TREFFPUNKT_KEYS_DIR: bring it back")
    return told


def _problem(known: asyncpg.Record) -> str | None:
    year = known["year"]
    if known["closed_at"]:
        return f"the key of {year}, which is closed, is back in TREFFPUNKT_KEYS_DIR: delete it" if keys.here(
            year
        ) else None  # fmt: skip
    if keys.closed(year) and not keys.here(year):
        return f"{year} is closed in TREFFPUNKT_KEYS_DIR and open in the database: one of them is of another instance"
    if not keys.here(year):
        return f"the key that {year} was counted under is not in TREFFPUNKT_KEYS_DIR: bring it back"
    key = keys.read(year)
    if key is None:
        return f"the key of {year} in TREFFPUNKT_KEYS_DIR is not whole, or may not be read: bring it back"
    if fingerprint(key) != bytes(known["fingerprint"]):
        return f"the key of {year} in TREFFPUNKT_KEYS_DIR is another than the year was counted under: bring it back"
    return None
