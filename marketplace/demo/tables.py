"""Rows of many tables, gathered first and then copied at once: that is what makes the demo quick."""

from operator import itemgetter
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

ORDER = (
    "municipality", "district", "district_place", "organization", "organization_owner", "organization_text", "venue",
    "venue_text", "person", "contact_point", "membership", "totp", "acts_for", "offer", "offer_text", "offer_organizer",
    "offer_audience_organization", "offer_question", "host_assignment", "session", "check_in", "seat_pool", "booking",
    "substitute", "companion", "phone_call", "sent_word", "own_goal", "register", "attendance", "head_count",
    "dialogue", "dialogue_member", "dialogue_meeting", "dialogue_item", "meeting_organization", "need", "plan",
    "population", "focus_area", "measure", "goal", "goal_change", "plan_comment", "yearly_report", "report_version",
    "report_words",
)  # fmt: skip
"""What is pointed to stands before what points."""

Row = dict[str, Any]
"""The columns of a row that is made."""
Said = dict[str, Any]
"""What a file of the demo says of one thing."""


class Tables:
    """The gathered rows. A row may be changed until it is copied."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {table: [] for table in ORDER}
        self.requests: set[UUID] = set()
        """Offers where one asks for a place: known when they are copied, too."""

    def add(self, table: str, **columns: Any) -> Row:
        """A new row with an id of its own; columns that are left out are null. All rows of a table name the same."""
        row = {"id": uuid7(), **columns}
        self.rows[table].append(row)
        return row

    async def copy(self, connection: asyncpg.Connection) -> None:
        """Send everything to the database, and forget it."""
        for table, rows in self.rows.items():
            if rows:
                columns = list(rows[0])
                records = map(itemgetter(*columns), rows)
                await connection.copy_records_to_table(table, columns=columns, records=records)
                rows.clear()
