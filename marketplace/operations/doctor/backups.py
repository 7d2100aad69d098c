"""Could what is lost be had back: the last copy, the streamed log, and what a restore has left aside."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

from marketplace.base.data import backed_up
from marketplace.base.data.backed_up import KEPT
from marketplace.base.postgres.embedded import BEFORE
from marketplace.operations.backup.folder import STAMP
from marketplace.operations.disks import beside_data
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.operations.moments import told
from marketplace.operations.opened import embedded
from marketplace.settings import settings


async def backups(at: Looking) -> AsyncIterator[Found]:
    if settings().demo:
        return
    last = backed_up.last()
    if not embedded() and settings().provider_restores:
        yield (
            Kind.WELL,
            "whoever runs the database can restore it to any time, you say; when did you try it last?",
        )
    elif not embedded():
        yield (
            Kind.AWAY,
            "ask whoever runs the database for point-in-time restore, try it, and set TREFFPUNKT_PROVIDER_RESTORES: "
            "a dump by `backup` loses all that came after it",
        )
    elif not settings().backup_dir and last.late(at.now):
        yield Kind.AWAY, "set TREFFPUNKT_BACKUP_DIR to a folder on another disk: nothing is saved"
    if last.trouble:
        yield Kind.AWAY, f"the last attempt failed: {last.trouble}"
    if last.verified_at:
        kind = Kind.AWAY if last.late(at.now) else Kind.WELL
        beside = (
            ", on the disk of the data itself: it is lost with that"
            if last.folder and beside_data(last.folder)
            else ""
        )
        yield kind, f"the last copy was verified at {told(last.verified_at)}{beside}"
    elif settings().backup_dir:
        yield Kind.AWAY, "no copy was made yet: see the log of `run`, or run `backup`"
    if embedded() and last.log_at:
        kind = Kind.AWAY if last.log_late(at.now) else Kind.WELL
        yield kind, f"the log is safe up to {told(last.log_at)}"
    for left in sorted(settings().data_dir.glob(f"{BEFORE}*")):
        with suppress(ValueError):
            made = datetime.strptime(left.name.removeprefix(BEFORE).split("-")[0], STAMP).replace(tzinfo=UTC)
            if at.now - made > KEPT:
                yield (
                    Kind.AWAY,
                    f"delete {left}: a restore put it aside, and it holds people who are erased since",
                )
