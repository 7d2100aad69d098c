"""Writes of an organisation's profile. One transaction each. Its name and number are the municipality's to change."""

from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, value
from marketplace.base.data.ledger import Lost
from organizations.directory.models import Organization, OrganizationText
from organizations.profile.acts import Act
from organizations.profile.pictures import Made


async def set_profile(organization: Organization, *, by: UUID, now: datetime, **facts: Any) -> None:
    """Whom to ask, and where more is told."""
    async with in_transaction():
        await Organization.filter(id=organization.id).update(**facts)
        await record(Act.ORGANIZATION_CHANGED, now=now, actor=by, object_id=organization.id,
                     organization=organization.id)  # fmt: skip


async def set_text(
    organization: Organization, lang: str, *, summary: str, body: str, by: UUID, now: datetime
) -> None:
    """What the organisation says in one language."""
    async with in_transaction():
        await OrganizationText.update_or_create(
            {"summary": summary, "body": body}, organization_id=organization.id, lang=lang
        )
        await record(Act.ORGANIZATION_TEXT_CHANGED, now=now, actor=by, object_id=organization.id,
                     organization=organization.id, details={"lang": lang})  # fmt: skip


async def set_logo(organization: Organization, picture: Made, *, by: UUID, now: datetime) -> None:
    """Show this picture."""
    async with in_transaction():
        await _show(organization, await stored(picture, now), by, now)


async def stored(picture: Made, now: datetime) -> UUID:
    """The picture's row, inside the transaction that shows it. It is one however many show it; to be sent again makes
    it young, so that the night's forgetting of what nobody shows does not take it."""
    kept: UUID = await value(
        """INSERT INTO picture (id, sha256, media_type, width, height, content, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (sha256) DO UPDATE SET created_at = excluded.created_at RETURNING id""",
        uuid7(), picture.sha256, picture.media_type, picture.width, picture.height, picture.content, now,
    )  # fmt: skip
    return kept


async def remove_logo(organization: Organization, *, by: UUID, now: datetime) -> None:
    """Show none. The picture itself goes by itself when nobody shows it."""
    async with in_transaction():
        await _show(organization, None, by, now)


async def _show(organization: Organization, picture: UUID | None, by: UUID, now: datetime) -> None:
    before = await value("SELECT logo_id FROM organization WHERE id = $1 FOR NO KEY UPDATE", organization.id)
    if before and before != picture:
        ledger.note(Lost.LOGO, f"{organization.id}:{before}", number=1)
    if picture:  # it may be one that was taken away before
        ledger.note(Lost.LOGO, f"{organization.id}:{picture}", number=0)
    await Organization.filter(id=organization.id).update(logo_id=picture)
    await record(Act.ORGANIZATION_LOGO_CHANGED, now=now, actor=by, object_id=organization.id,
                 organization=organization.id)  # fmt: skip
