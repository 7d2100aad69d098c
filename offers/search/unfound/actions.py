"""Counting of what was not found: one write, which does nothing the second time a day."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import today
from marketplace.base.data.database import rows
from marketplace.base.signing import steady
from offers.search.unfound.rules import SEVERAL_DAYS

WRITE = f"""WITH made AS (INSERT INTO unfound_key (id, one, key, made_at) VALUES ($1, true, $2, $3)
        ON CONFLICT (one) DO NOTHING RETURNING key),
    k AS (SELECT key FROM made UNION ALL SELECT key FROM unfound_key LIMIT 1)
INSERT INTO unfound AS u (id, hash, municipality_id, days, first_on, last_on, words, last_by)
SELECT $4::uuid, sha256(k.key || $5::bytea), (SELECT id FROM municipality WHERE slug = $6), 1, $7::date, $7::date, NULL,
    sha256(k.key || $9::bytea)
FROM k ON CONFLICT (hash) DO UPDATE SET days = u.days + 1, last_on = excluded.last_on,
    words = CASE WHEN u.days + 1 >= {SEVERAL_DAYS} THEN $8 END,
    last_by = CASE WHEN u.days + 1 < {SEVERAL_DAYS} THEN excluded.last_by END
WHERE u.last_on < excluded.last_on AND (u.last_by IS NULL OR u.last_by IS DISTINCT FROM excluded.last_by)"""


async def count(words: str, municipalities: Sequence[str], *, network: str | None, now: datetime) -> None:
    """These words found nothing today. Until they have come on several days only a hash of them is kept, which nobody
    can turn back: its key is in no file, is made anew when it has gone, and goes before long. So is one of the network
    that was counted last: who comes again from there does not count, or five days would be one person's. It is another
    for each words, so that nothing joins what came from one network. None: many people sit behind it."""
    where = municipalities[0] if len(municipalities) == 1 else ""
    key: UUID = uuid7()
    by = steady("unfound by", network, where, words) if network else None
    await rows(
        WRITE, uuid7(), secrets.token_bytes(32), now, key, steady("unfound", where, words), where, today(now), words, by
    )  # fmt: skip
