"""The audit log: who did what, when. Ids only, never a name, never free text."""

import json
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import month_start, today
from marketplace.base.data.database import column, in_transaction, rows, value
from marketplace.base.data.ids import NEW_ID
from marketplace.base.data.statement import Statement

Details = dict[str, Any]
"""What an entry adds: values of enums and counts, as JSON."""
INSERT = """INSERT INTO audit_entry (id, at, actor_id, action, object_id, organization_id, person_id, details)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""


async def record(
    action: str,
    *,
    now: datetime,
    actor: UUID | None = None,
    object_id: UUID | None = None,
    organization: UUID | None = None,
    person: UUID | None = None,
    details: Details | None = None,
) -> None:
    """Add an entry; inside a transaction it stands or falls with the act.

    `action` is noun.verb, e.g. booking.made; `details` holds enum values and counts only.
    """
    await rows(INSERT, uuid7(), now, actor, action, object_id, organization, person,
               json.dumps(details) if details else None)  # fmt: skip


NOTED = """INSERT INTO audit_entry (id, at, actor_id, action, object_id, organization_id, details)
SELECT {id}, {now}, {actor}, {action}, {object}, {organization}, {details}"""


def recording(
    write: Statement, action: str, *, now: datetime, actor: UUID | None, object_id: UUID, organization: UUID,
    details: Details, where: str = "true",
) -> None:  # fmt: skip
    """The same as a part of another statement, which it stands or falls with; only if that holds (`where`, as SQL)."""
    write.named(
        "noted", f"{NOTED} WHERE {where}", id=uuid7(), now=now, actor=actor, action=action, object=object_id,
        organization=organization, details=json.dumps(details),
    )  # fmt: skip


EACH = f"""INSERT INTO audit_entry (id, at, actor_id, action, object_id, organization_id, details)
SELECT {NEW_ID}, $1, $2, $3, x.object_id, x.organization_id, x.details::jsonb
FROM unnest($4::uuid[], $5::uuid[], $6::text[]) AS x (object_id, organization_id, details)"""


async def record_each(
    action: str, *, now: datetime, actor: UUID, about: list[tuple[UUID, UUID, Details]]
) -> None:
    """An entry of the same act for each (object, organisation, details), in one statement."""
    objects, organizations, details = ([one[place] for one in about] for place in range(3))
    await rows(EACH, now, actor, action, objects, organizations, [json.dumps(each) for each in details])


MONTHS_AHEAD = 3
KEPT_WHOLE = """CREATE TRIGGER audit_kept_whole BEFORE TRUNCATE ON {} FOR EACH STATEMENT
EXECUTE FUNCTION audit_is_append_only()"""
"""Each part needs its own: parts inherit the triggers of rows, not those of statements."""
IN_DEFAULT = "SELECT EXISTS (SELECT FROM audit_entry_default WHERE at >= $1 AND at < $2)"


async def open_months(now: datetime) -> None:
    """Make the partitions of this month and the coming ones: old months are dropped whole.

    A month whose first entries came before its partition stays in the default partition.
    """
    day = today(now).replace(day=1)
    for _ in range(MONTHS_AHEAD + 1):
        following = (day + timedelta(days=32)).replace(day=1)
        name, starts, ends = f"audit_entry_{day:%Y_%m}", month_start(day), month_start(following)
        if await value("SELECT to_regclass($1)", name) is None and not await value(IN_DEFAULT, starts, ends):
            # Names and moments of ours; CREATE takes no parameters.
            async with in_transaction():
                await rows(
                    f"CREATE TABLE {name} PARTITION OF audit_entry FOR VALUES FROM ('{starts}') TO ('{ends}')"
                )
                await rows(KEPT_WHOLE.format(name))
        day = following


MONTHS = """SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'audit_entry'::regclass AND c.relname ~ '^audit_entry_[0-9]{4}_[0-9]{2}$' ORDER BY 1"""


async def drop_months(now: datetime, keep: int) -> int:
    """Drop whole months but the last `keep` and the present one. Returns how many partitions lost something."""
    this = today(now)
    number = this.year * 12 + this.month - 1 - keep
    oldest = date(number // 12, number % 12 + 1, 1)
    old = [name for name in await column(MONTHS) if name < f"audit_entry_{oldest:%Y_%m}"]
    for name in old:
        await rows(f"DROP TABLE {name}")
    before = month_start(oldest)
    if not await value("SELECT EXISTS (SELECT FROM audit_entry_default WHERE at < $1)", before):
        return len(old)
    async with in_transaction():  # its rows cannot be deleted, so it is made anew of those that stay
        await rows(
            f"CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM audit_entry_default WHERE at >= '{before}'"
        )
        await rows("DROP TABLE audit_entry_default")
        await rows("CREATE TABLE audit_entry_default PARTITION OF audit_entry DEFAULT")
        await rows(KEPT_WHOLE.format("audit_entry_default"))
        await rows("INSERT INTO audit_entry SELECT * FROM kept")
    return len(old) + 1
