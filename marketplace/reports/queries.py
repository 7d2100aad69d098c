"""Reads of yearly reports, for coordinators of the municipality. Fetching is permission: others get NotFound."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows, value
from marketplace.base.errors import NotFound
from marketplace.reports.models import ReportVersion, ReportWords, YearlyReport
from organizations.directory.models import Municipality
from organizations.members.queries import coordinated_municipalities
from organizations.municipality.queries import LOGO


@dataclass(frozen=True)
class Listed:
    """A report in the list: its newest version, and the newest that is approved."""

    municipality_id: UUID
    slug: str
    year: int
    version: int
    approved: int | None
    approved_at: datetime | None


async def reports(municipalities: list[Municipality]) -> list[Listed]:
    """Their reports, the newest year first."""
    return await rows(
        Listed,
        """SELECT r.municipality_id, r.slug, r.year, max(v.number) AS version,
            max(v.number) FILTER (WHERE v.approved_at IS NOT NULL) AS approved, max(v.approved_at) AS approved_at
        FROM yearly_report r JOIN report_version v ON v.report_id = r.id WHERE r.municipality_id = ANY($1)
        GROUP BY r.id ORDER BY r.year DESC""",
        [one.id for one in municipalities],
    )


async def report_of(person: Any, slug: str) -> YearlyReport:
    """A report with its municipality. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    found = await YearlyReport.get_or_none(slug=slug, municipality_id__in=reached).select_related(
        "municipality"
    )
    if found is None:
        raise NotFound
    return found


async def versions_of(report: YearlyReport) -> list[ReportVersion]:
    """All versions, the newest first, with whoever approved them."""
    return await ReportVersion.filter(report_id=report.id).order_by("-number").select_related("approved_by")


async def words_of(version: ReportVersion) -> dict[str, ReportWords]:
    """What is written in the version, by section."""
    return {one.section: one for one in await ReportWords.filter(version_id=version.id)}


async def logo_of(municipality: UUID) -> UUID | None:
    """The picture of the municipality's logo now."""
    found: UUID | None = await value(LOGO.format(municipality="$1"), municipality)
    return found


async def picture(picture: UUID | None) -> bytes | None:
    """The bytes of a stored picture."""
    found = await value("SELECT content FROM picture WHERE id = $1", picture) if picture else None
    return bytes(found) if found else None
