"""Some of a party do not come after all."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from offers.seats import rules as seats_rules
from offers.seats.moves import change, promote, resize, tell


async def leave(
    booking_id: UUID, named: set[UUID], unnamed: int, *, seen: int, now: datetime, by: UUID | None = None
) -> None:
    """Some of a party do not come: these companions, and so many of those without a name; never all of it. What they
    free goes to the queue; a waiting party that has become small enough may get a place itself.

    `seen`: the seats when they chose. Raises Conflict when it was otherwise by then, but for this same choice before.
    """
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if booking["state"] not in seats_rules.ACTIVE or (pool["ends_at"] and pool["ends_at"] <= now):
            raise Refused(_("Dette er over, så det er ikke noe å melde av."))
        found = await rows("SELECT id FROM companion WHERE booking_id = $1", booking_id)
        there, left = {one["id"] for one in found}, seen - len(named) - unnamed
        if booking["seats"] == left and not named & there:
            return
        if booking["seats"] != seen or not named <= there or not 0 <= unnamed < seen - len(there):
            raise Conflict(_("Noe er endret siden du åpnet siden. Se over og velg på nytt."))
        await rows(
            """WITH gone AS (DELETE FROM companion WHERE id = ANY($2))
            UPDATE attendance a SET seats_present = least(a.seats_present, $3) FROM session s
                WHERE a.booking_id = $1 AND s.id = a.session_id AND s.starts_at > $4""",
            booking_id, list(named), left, now,
        )  # fmt: skip
        await resize(pool, booking, left, now)
        await record("booking.fewer", now=now, actor=by, object_id=booking_id, organization=pool["owner_id"],
                     person=booking["participant_id"], details={"seats": left})  # fmt: skip
        await tell("fewer", booking, str(left), now)
        await promote(pool, now)
