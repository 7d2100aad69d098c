"""Writes of a municipality's own. One transaction each."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, row, rows
from marketplace.base.errors import Refused
from organizations.directory.models import Municipality
from organizations.municipality.acts import Act


async def set_own(
    municipality: UUID,
    *,
    site_name: str | None,
    helpline_name: str | None,
    helpline_phone: str | None,
    helpline_hours: str | None,
    helpline_email: str | None,
    welcomes: Mapping[str, str],
    by: UUID | None,
    now: datetime,
) -> None:
    """What its pages and messages say of themselves. None: as the instance says. Nothing of the help line may be
    said without its number."""
    async with in_transaction():
        await Municipality.filter(id=municipality).update(
            site_name=site_name, helpline_name=helpline_name, helpline_phone=helpline_phone,
            helpline_hours=helpline_hours, helpline_email=helpline_email,
        )  # fmt: skip
        await rows("DELETE FROM municipality_text WHERE municipality_id = $1", municipality)
        for lang, welcome in welcomes.items():
            await rows(
                "INSERT INTO municipality_text (id, municipality_id, lang, welcome) VALUES ($1, $2, $3, $4)",
                uuid7(), municipality, lang, welcome,
            )  # fmt: skip
        await record(Act.MUNICIPALITY_CHANGED, now=now, actor=by, object_id=municipality)


async def set_host(number: str, host: str | None, *, now: datetime) -> str:
    """The host name that leads to this municipality's pages; for the operator, who has it answered. Returns its name.
    Raises Refused when there is no such municipality, or another has that host."""
    async with in_transaction():
        await rows("LOCK municipality IN SHARE ROW EXCLUSIVE MODE")
        found = await row("SELECT id, name FROM municipality WHERE number = $1", number)
        if found is None:
            raise Refused(f"No municipality has the number {number}.")
        other = await row("SELECT name FROM municipality WHERE host = $1 AND number <> $2", host, number)
        if other:
            raise Refused(f"{host} leads to {other['name']}.")
        await rows("UPDATE municipality SET host = $2 WHERE id = $1", found["id"], host)
        await record(Act.MUNICIPALITY_CHANGED, now=now, object_id=found["id"], details={"host": host})
    return str(found["name"])
