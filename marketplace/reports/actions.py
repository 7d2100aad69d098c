"""Writes of yearly reports. One transaction each; who writes or approves holds the report alone (base/web/seen.py)."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, row, rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.reports import queries, rules
from marketplace.reports.acts import Act
from marketplace.reports.content import Content, stored
from marketplace.reports.models import ReportVersion, YearlyReport
from organizations.directory.models import Municipality


async def make(municipality: Municipality, year: int, lang: str, *, by: UUID, now: datetime) -> str:
    """The draft of a report; one a year, so whoever asks again gets the one that is there. Returns its slug."""
    slug = f"{municipality.slug}-{year}"
    async with in_transaction():
        made = await row(
            """INSERT INTO yearly_report (id, municipality_id, year, slug, lang) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (municipality_id, year) DO NOTHING RETURNING id""",
            uuid7(), municipality.id, year, slug, lang,
        )  # fmt: skip
        if made:
            await ReportVersion.create(report_id=made["id"], number=1, made_by_id=by, made_at=now)
            await record(Act.REPORT_MADE, now=now, actor=by, object_id=made["id"], details={"year": year})
    return slug


async def write(version: ReportVersion, section: str, text: str, *, by: UUID, now: datetime) -> None:
    """What a section says in a coordinator's own words; nothing takes them away. Raises AlreadyApproved."""
    await _draft(version)
    await rows(
        """INSERT INTO report_words (id, version_id, section, text, written_by_id, written_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version_id, section)
        DO UPDATE SET text = excluded.text, written_by_id = excluded.written_by_id, written_at = excluded.written_at
        WHERE report_words.text <> excluded.text""",
        uuid7(), version.id, section, text, by, now,
    )  # fmt: skip
    await record(Act.REPORT_WRITTEN, now=now, actor=by, object_id=version.report_id)


async def approve(
    version: ReportVersion, content: Content, approved_as: str, municipality: UUID, *, by: UUID, now: datetime
) -> None:
    """Store what it says, for ever. The caller holds the report alone, and knows that it may. Raises
    AlreadyApproved."""
    await _draft(version)
    version.approved_at, version.approved_by_id, version.approved_as = now, by, approved_as
    version.content = stored(content)
    version.logo_id = await queries.logo_of(municipality)
    await version.save()
    await record(Act.REPORT_APPROVED, now=now, actor=by, object_id=version.report_id,
                 details={"version": version.number})  # fmt: skip


async def correct(report: YearlyReport, reason: str, *, by: UUID, now: datetime) -> None:
    """A new version, with the words of the one before. Raises Refused while there is a draft."""
    newest = (await queries.versions_of(report))[0]
    rules.correctable(newest.approved_at is not None)
    made = await ReportVersion.create(
        report_id=report.id, number=newest.number + 1, reason=reason, made_by_id=by, made_at=now
    )
    await rows(
        f"""INSERT INTO report_words (id, version_id, section, text, written_by_id, written_at)
        SELECT {NEW_ID}, $2, section, text, written_by_id, written_at FROM report_words
        WHERE version_id = $1""",
        newest.id, made.id,
    )  # fmt: skip
    await record(
        Act.REPORT_CORRECTED, now=now, actor=by, object_id=report.id, details={"version": made.number}
    )


async def discard(report: YearlyReport, version: UUID | None, *, by: UUID, now: datetime) -> bool:
    """Take away the draft of a correction, with its words: what is approved goes on. False where `version`, the draft
    that was asked about, is gone or another has come since. The caller holds the report alone. Raises AlreadyApproved,
    and Refused for a report's first draft, which is all there is of it."""
    newest = (await queries.versions_of(report))[0]
    if newest.id != version:
        return False
    rules.still_draft(newest.approved_at is not None)
    if newest.number == 1:
        raise Refused(_("Dette er det første utkastet. Det blir liggende til det er godkjent."))
    await rows("DELETE FROM report_words WHERE version_id = $1", newest.id)
    await rows("DELETE FROM report_version WHERE id = $1", newest.id)
    await record(
        Act.REPORT_DISCARDED, now=now, actor=by, object_id=report.id, details={"version": newest.number}
    )
    return True


async def _draft(version: ReportVersion) -> None:
    """Is it one still? Asked while the report is held."""
    await version.refresh_from_db(fields=["approved_at"])
    rules.still_draft(version.approved_at is not None)
