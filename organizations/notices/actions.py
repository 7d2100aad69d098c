"""Choosing what one is told. One transaction each."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from organizations.members.actions import changing
from organizations.notices.acts import Act
from organizations.notices.models import Notice
from organizations.notices.queries import is_anybody_told

SET = """INSERT INTO member_notice AS x (id, person_id, organization_id, kind, wanted, changed_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id, organization_id, kind) DO UPDATE
SET wanted = excluded.wanted, changed_at = excluded.changed_at WHERE x.wanted <> excluded.wanted RETURNING x.id"""


class LastToldOf(Refused):
    """Nobody would hear of a request any more."""

    def __init__(self) -> None:
        super().__init__(_("Da får ingen hos dere vite at noen spør om plass. Be en annen slå det på først."))


async def choose(organization: UUID, person: UUID, wanted: dict[Notice, bool], *, now: datetime) -> None:
    """What this member wants to be told from now on. Raises LastToldOf: one at a time in an organisation, so that two
    do not turn it off at once."""
    async with changing(organization):
        before = await is_anybody_told(organization)
        for kind, yes in wanted.items():
            await _set(organization, person, kind, yes, now)
        if before and not await is_anybody_told(organization):
            raise LastToldOf


async def stop(organization: UUID, person: UUID, kind: Notice, *, now: datetime) -> None:
    """By the link in a message, often by the mail program itself: it is always obeyed. Where nobody is left who is
    told, the municipality sees it, and those who ask are told to ring."""
    async with in_transaction():
        await _set(organization, person, kind, False, now)


async def start(organization: UUID, person: UUID, kind: Notice, *, now: datetime) -> None:
    """The way back."""
    async with in_transaction():
        await _set(organization, person, kind, True, now)


async def _set(organization: UUID, person: UUID, kind: Notice, yes: bool, now: datetime) -> None:
    if not await value("SELECT EXISTS (SELECT FROM organization WHERE id = $1)", organization):
        return
    if await rows(SET, uuid7(), person, organization, kind, yes, now):
        await record(Act.NOTICE_ON if yes else Act.NOTICE_OFF, now=now, actor=person, object_id=organization,
                     organization=organization, details={"kind": kind})  # fmt: skip
