"""Who is told what of an organisation, and whether anybody is."""

from typing import Any
from uuid import UUID

from marketplace.base.database import row, rows, value
from marketplace.base.mail import About, Recipient
from marketplace.base.models import Channel
from organizations.members.queries import APPROVAL_REACH
from organizations.notices.models import Notice
from organizations.notices.rules import RECEIVES, usual

ADDRESS = """(SELECT c.channel, c.value FROM contact_point c WHERE c.person_id = {person}
    AND c.verified_at IS NOT NULL AND c.refused_at IS NULL AND c.channel IN ('email', 'sms')
    ORDER BY c.channel, c.created_at LIMIT 1)"""
"""One proven address of a person, e-mail first."""


def told(kind: Notice) -> str:
    """SQL, a table: organization_id, person_id, lang, channel and value of those who are told this now. They still have
    a role that it is for, have an address and have not turned it off; nobody of what is not approved, who can answer
    nothing."""
    roles = ", ".join(f"'{role.value}'" for role in RECEIVES[kind])
    return f"""(SELECT DISTINCT m.organization_id, m.person_id, n.lang, c.channel, c.value
        FROM membership m JOIN organization w ON w.id = m.organization_id AND w.state = 'approved'
        JOIN person n ON n.id = m.person_id
        JOIN LATERAL {ADDRESS.format(person="m.person_id")} c ON true
        LEFT JOIN member_notice x ON x.person_id = m.person_id AND x.organization_id = m.organization_id
            AND x.kind = '{kind.value}'
        WHERE m.ended_at IS NULL AND m.role IN ({roles}) AND {usual(kind)})"""


async def still_told(kind: Notice, recipient: Recipient, organization: str) -> Recipient | None:
    """The right to a message of this kind: where the same person is told of this organisation now, if they are."""
    found = await row(
        f"SELECT channel, value FROM {told(kind)} t WHERE organization_id = $1 AND person_id = $2",
        UUID(organization), recipient.about.person_id,
    )  # fmt: skip
    if found is None:
        return None
    return Recipient(Channel(found["channel"]), found["value"], About(person_id=recipient.about.person_id))


async def is_anybody_told(organization: UUID, but: UUID | None = None) -> bool:
    """Is there somebody, other than `but`, who hears of a request to this organisation at once?"""
    return bool(
        await value(
            f"""SELECT EXISTS (SELECT FROM {told(Notice.REQUEST)} t WHERE organization_id = $1
                AND person_id IS DISTINCT FROM $2::uuid)""",
            organization,
            but,
        )
    )


async def chosen(organization: UUID, person: UUID) -> dict[Notice, bool]:
    """What the person has chosen here."""
    found = await rows(
        "SELECT kind, wanted FROM member_notice WHERE organization_id = $1 AND person_id = $2",
        organization,
        person,
    )
    return {Notice(each["kind"]): each["wanted"] for each in found}


async def has_address(person: UUID) -> bool:
    """Has the person proven an address theirs, so that something can be sent there?"""
    return bool(await value(f"SELECT EXISTS {ADDRESS.format(person='$1')}", person))


# --- for the municipality ---
SILENT = f"""o.state = 'approved' AND o.kind <> 'municipal'
    AND NOT EXISTS (SELECT FROM {told(Notice.REQUEST)} t WHERE t.organization_id = o.id)"""


async def nobody_told(person: Any) -> list[dict[str, Any]]:
    """slug and name of the organisations in this coordinator's reach in which nobody hears of a request. It tells of
    members and their addresses only: nobody has to have asked anything."""
    return await rows(
        f"""WITH {APPROVAL_REACH} SELECT o.slug, o.name FROM approval_reach r JOIN organization o USING (id)
        WHERE {SILENT} ORDER BY lower(o.name), o.id LIMIT 50""",
        person.id,
    )
