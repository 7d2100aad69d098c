"""What is written because somebody looked."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.audit import record_each
from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, Mail, name_of, post
from offers.participants.acts import Act
from offers.work.queries import Asking
from organizations.notices.models import Notice
from organizations.notices.queries import told


async def note_seen(requests: list[Asking], *, by: UUID, now: datetime) -> None:
    """Every read of participants is recorded: one entry an offer, with how many."""
    seen = Counter((each.offer_id, each.owner_id) for each in requests)
    await record_each(
        Act.PARTICIPANTS_READ, now=now, actor=by,
        about=[(offer, owner, {"count": count, "list": "requests"}) for (offer, owner), count in seen.items()],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToldMember:
    """A member of an organisation who is told, and where (organizations/notices/queries.told)."""

    organization_id: UUID
    person_id: UUID
    lang: str
    channel: str
    value: str


async def tell_members(
    mail: Mail, kind: Notice, organization: UUID, act: str, now: datetime, **facts: Any
) -> None:
    """The same message to everybody in the organisation who is told such things."""
    for one in await rows(
        ToldMember, f"SELECT * FROM {told(kind)} t WHERE organization_id = $1", organization
    ):
        await post(
            mail, channel=Channel(one.channel), address=one.value, lang=one.lang, now=now,
            key=f"{name_of(mail)}:{organization}:{one.person_id}:{act}", about=About(person_id=one.person_id),
            organization=str(organization), person=str(one.person_id), **facts,
        )  # fmt: skip
