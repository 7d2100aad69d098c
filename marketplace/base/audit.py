"""The audit log: who did what, when. Ids only, never a name, never free text."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.database import rows

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
    details: dict[str, Any] | None = None,
) -> None:
    """Add an entry; inside a transaction it stands or falls with the act.

    `action` is noun.verb, e.g. booking.made; `details` holds enum values and counts only.
    """
    await rows(INSERT, uuid7(), now, actor, action, object_id, organization, person,
               json.dumps(details) if details else None)  # fmt: skip
