"""What a unit is told of the measures that it answers for."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, mail
from marketplace.goals.plans.measures.queries import still_theirs
from offers.work.mails import to_member, who_is_told
from organizations.notices.models import Notice


@mail(to=who_is_told(Notice.MEASURE))
async def measures_given(
    channel: Channel, lang: str, organization: str, person: str, measures: list[str]
) -> Content | None:
    """They answer for these measures from now on; nothing when none of them is theirs any more."""
    theirs = await still_theirs(UUID(organization), [UUID(each) for each in measures])
    if not theirs:
        return None

    async def sent(now: datetime) -> None:
        await note_told(UUID(organization), [one.id for one in theirs], now)

    return await to_member("measures_given", Notice.MEASURE, channel, lang, lazy("Et tiltak dere har ansvaret for"),
                           (organization, person), measures=theirs, sent=sent)  # fmt: skip


async def note_told(unit: UUID, measures: list[UUID], now: datetime) -> None:
    """A message to this unit has been handed over. The first one counts; what is another's by now is left alone."""
    await rows(
        "UPDATE measure SET told_at = $3 WHERE id = ANY($1) AND responsible_id = $2 AND told_at IS NULL",
        measures, unit, now,
    )  # fmt: skip
