"""The municipality's yearly report: one a year, in versions. What is approved is stored whole, and stays as it is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class YearlyReport(Row):
    """The report of a municipality about a year, in one language."""

    versions: fields.ReverseRelation["ReportVersion"]
    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "reports", on_delete=fields.RESTRICT)
    year = fields.IntField()
    slug = fields.CharField(max_length=100, unique=True)
    lang = fields.CharField(max_length=5, description="what it is written in")

    class Meta:
        table = "yearly_report"
        unique_together = (("municipality", "year"),)


class ReportVersion(Row):
    """A draft, whose numbers follow what is stored, until it is approved; then `content` is what it says for ever."""

    words: fields.ReverseRelation["ReportWords"]
    report_id: UUID
    report = fields.ForeignKeyField("marketplace.YearlyReport", "versions", on_delete=fields.RESTRICT)
    number = fields.IntField()
    reason = fields.TextField(default="", description="why the version before is corrected")
    made_by_id: UUID | None
    made_by = fields.ForeignKeyField(
        "marketplace.Person", "reports_made", null=True, on_delete=fields.SET_NULL
    )
    made_at = fields.DatetimeField()
    approved_at: datetime | None = fields.DatetimeField(null=True)
    approved_by_id: UUID | None
    approved_by = fields.ForeignKeyField(
        "marketplace.Person", "reports_approved", null=True, on_delete=fields.SET_NULL
    )
    approved_as = fields.TextField(default="", description="the office of whoever approved, as it is printed")
    content: fields.Field[dict[str, Any] | None] = fields.JSONField(
        null=True, description="all figures and words of an approved version (content.py)"
    )
    logo_id: UUID | None
    logo = fields.ForeignKeyField("marketplace.Picture", "reports", null=True, on_delete=fields.RESTRICT)

    class Meta:
        table = "report_version"
        unique_together = (("report", "number"),)


class ReportWords(Row):
    """What coordinators write in a section of a version."""

    version_id: UUID
    version = fields.ForeignKeyField("marketplace.ReportVersion", "words", on_delete=fields.RESTRICT)
    section = fields.CharField(max_length=80, description="key of the section (drafting.py)")
    text = fields.TextField()
    written_by_id: UUID | None
    written_by = fields.ForeignKeyField(
        "marketplace.Person", "report_words", null=True, on_delete=fields.SET_NULL
    )
    written_at = fields.DatetimeField()

    class Meta:
        table = "report_words"
        unique_together = (("version", "section"),)
