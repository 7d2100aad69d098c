"""What a secret key of before has sealed or hashed in the database is made anew with that of now.

Links that are out cannot be made anew; what a person knows (recovery codes) cannot either. `doctor` says for how long a
key of before is still needed for those. Safe to run beside everything else, and again: what is new already is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.models import Channel
from marketplace.base.signing import every_secret, seal, sealed_before, unseal
from marketplace.my_page.own_goals import rules as own_goals
from marketplace.people.second_factor.actions import APP
from offers.messages.follow_up.rules import address_hashes

AT_ONCE = 1000


@dataclass(frozen=True)
class Renewed:
    """How many of each were made anew. `unread`: sealed with a key that is not named."""

    apps: int = 0
    goals: int = 0
    stops: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text of a person's."""

    id: UUID
    person_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody can be reached."""

    id: UUID
    channel: str
    value: str


async def rotate() -> Renewed:
    """Make all of it anew. Returns how much."""
    apps, lost_apps = await _sealed(
        "SELECT id, person_id, convert_from(secret, 'UTF8') AS text FROM totp",
        """UPDATE totp SET secret = convert_to($2, 'UTF8') WHERE id = $1 AND secret = convert_to($3, 'UTF8')
            RETURNING id""",
        lambda _person: APP,
    )
    goals, lost_goals = await _sealed(
        "SELECT id, person_id, sealed AS text FROM own_goal",
        "UPDATE own_goal SET sealed = $2 WHERE id = $1 AND sealed = $3 RETURNING id",
        own_goals.purpose,
    )
    return Renewed(apps, goals, await _stops(), lost_apps + lost_goals)


async def _sealed(read: str, write: str, purpose: Callable[[UUID], str]) -> tuple[int, int]:
    """How many were sealed anew, and how many nobody can read."""
    renewed = unread = 0
    for one in await rows(Sealed, read):
        content = unseal(purpose(one.person_id), one.text)
        if content is None:
            unread += 1
        elif sealed_before(purpose(one.person_id), one.text):
            # Who has changed it meanwhile has sealed it with the key of now.
            renewed += len(await rows(write, one.id, seal(purpose(one.person_id), content), one.text))
    return renewed, unread


async def _stops() -> int:
    """The addresses that want no more messages are hashes: found by the addresses that there are."""
    renewed, after = 0, UUID(int=0)
    while len(every_secret()) > 1:
        some = await rows(
            Address,
            f"""SELECT id, channel, value FROM contact_point WHERE id > $1 AND channel IN ('email', 'sms')
                ORDER BY id LIMIT {AT_ONCE}""",
            after,
        )
        if not some:
            break
        after = some[-1].id
        pairs = [
            (hashes[0], before) for one in some
            for hashes in [address_hashes(Channel(one.channel), one.value)] for before in hashes[1:]
        ]  # fmt: skip
        renewed += len(
            await rows(
                f"""WITH pair AS (SELECT * FROM unnest($1::bytea[], $2::bytea[]) AS p(now, before)),
                gone AS (DELETE FROM unsubscription u USING pair WHERE u.address_hash = pair.before
                    RETURNING u.id, u.created_at, pair.now)
                INSERT INTO unsubscription (id, address_hash, created_at)
                SELECT DISTINCT ON (now) {NEW_ID}, now, created_at FROM gone ORDER BY now, created_at DESC
                ON CONFLICT (address_hash) DO UPDATE
                    SET created_at = greatest(unsubscription.created_at, excluded.created_at) RETURNING id""",
                [now for now, _before in pairs], [before for _now, before in pairs],
            )
        )  # fmt: skip
    return renewed
