"""Whether what is booked now could be had back. Bookings are taken without it, but somebody should look."""

from datetime import datetime

from marketplace.base.data import backed_up
from marketplace.operations.ready.facts import OK, Said, told


@told("backup")
async def backup(now: datetime) -> Said:
    last = backed_up.last()
    if last.verified_at is None:
        return "failed" if last.trouble else "never"
    if last.trouble:
        return "failed"
    if last.late(now):
        return "late"
    return "log stands still" if last.log_late(now) else OK
