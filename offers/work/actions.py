"""What is written because somebody looked."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.audit import record_each
from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, Mail, name_of, post
from offers.participants.acts import Act
from offers.work.queries import Asking
from offers.work.told.queries import ToldMember
from organizations.notices.models import Notice
from organizations.notices.queries import told


async def note_seen(requests: list[Asking], *, by: UUID, now: datetime) -> None:
    """Every read of participants is recorded: one entry an offer, with how many."""
    seen = Counter((each.offer_id, each.owner_id) for each in requests)
    await record_each(
        Act.PARTICIPANTS_READ, now=now, actor=by,
        about=[(offer, owner, {"count": count, "list": "requests"}) for (offer, owner), count in seen.items()],
    )  # fmt: skip


async def tell_members(
    mail: Mail, kind: Notice, organization: UUID, act: str, now: datetime, **facts: Any
) -> None:
    """The same message to everybody in the organisation who is told such things."""
    for one in await rows(
        ToldMember, f"SELECT * FROM {told(kind)} t WHERE organization_id = $1", organization
    ):
        await tell_member(mail, one, act, now, **facts)


async def tell_member(mail: Mail, one: ToldMember, act: str, now: datetime, **facts: Any) -> None:
    """A message to somebody who is told such things. `act` tells it from others of its kind: it is sent once."""
    await post(
        mail, channel=Channel(one.channel), address=one.value, lang=one.lang, now=now,
        key=f"{name_of(mail)}:{one.organization_id}:{one.person_id}:{act}", about=About(person_id=one.person_id),
        organization=str(one.organization_id), person=str(one.person_id), **facts,
    )  # fmt: skip
