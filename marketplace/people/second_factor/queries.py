"""What somebody has to sign in with besides their address."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows


@dataclass(frozen=True, slots=True)
class Passkey:
    id: UUID
    device: str | None
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Codes:
    app_since: datetime | None
    codes_left: int


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody signs in with besides their address. `app_since` None: no app."""

    app_since: datetime | None
    codes_left: int
    passkeys: list[Passkey]


async def factors_of(person: UUID) -> Factors:
    found = await row(
        _Codes,
        """SELECT (SELECT created_at FROM totp WHERE person_id = $1) AS app_since,
            (SELECT count(*) FROM recovery_code WHERE person_id = $1 AND used_at IS NULL) AS codes_left""",
        person,
    )
    assert found is not None  # it selects from nothing
    keys = await rows(
        Passkey,
        "SELECT id, device, created_at, used_at FROM passkey WHERE person_id = $1 ORDER BY id LIMIT 20",
        person,
    )
    return Factors(found.app_since, found.codes_left, keys)
