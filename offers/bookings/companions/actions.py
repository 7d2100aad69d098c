"""Some of a party do not come after all."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from offers.bookings import rules
from offers.bookings.moves import change, promote, tell


async def leave(
    booking_id: UUID, named: set[UUID], unnamed: int, *, seen: int, now: datetime, by: UUID | None = None
) -> None:
    """Some of a party do not come: these companions, and so many of those without a name; never all of it. What they
    free goes to the queue; a waiting party that has become small enough may get a place itself.

    `seen`: the seats when they chose. Raises Conflict when it was otherwise by then, but for this same choice before.
    """
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if booking["state"] not in rules.ACTIVE or (pool["ends_at"] and pool["ends_at"] <= now):
            raise Refused(_("Dette er over, så det er ikke noe å melde av."))
        found = await rows("SELECT id FROM companion WHERE booking_id = $1", booking_id)
        there, left = {one["id"] for one in found}, seen - len(named) - unnamed
        if booking["seats"] == left and not named & there:
            return
        if booking["seats"] != seen or not named <= there or not 0 <= unnamed < seen - len(there):
            raise Conflict(_("Noe er endret siden du åpnet siden. Se over og velg på nytt."))
        freed = seen - left if booking["state"] in rules.SEATED else 0
        await rows(
            """WITH gone AS (DELETE FROM companion WHERE id = ANY($2)),
            fewer AS (UPDATE booking SET seats = $3, changed_at = $4 WHERE id = $1),
            unmarked AS (UPDATE attendance a SET seats_present = least(a.seats_present, $3) FROM session s
                WHERE a.booking_id = $1 AND s.id = a.session_id AND s.starts_at > $4)
            UPDATE seat_pool SET taken = taken - $5 WHERE id = $6""",
            booking_id, list(named), left, now, freed, pool["pool_id"],
        )  # fmt: skip
        pool["taken"] -= freed
        await record("booking.fewer", now=now, actor=by, object_id=booking_id, organization=pool["owner_id"],
                     person=booking["participant_id"], details={"seats": left})  # fmt: skip
        await tell("fewer", booking, str(left), now)
        await promote(pool, now)
