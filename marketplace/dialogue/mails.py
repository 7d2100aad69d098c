"""What the member organisations are told of a meeting, at the address that each has given. Subjects name no meeting."""

from typing import Any
from uuid import UUID

from marketplace.base.i18n import lazy, pick
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, Recipient, compose, mail
from marketplace.dialogue.items.queries import items
from marketplace.dialogue.models import DialogueMeeting
from marketplace.dialogue.queries import session_of
from marketplace.dialogue.telling.queries import invited
from offers.catalogue.queries import title_of

SUBJECTS = {
    "called": lazy("Innkalling til møte"),
    "moved": lazy("Møtet har fått ny tid eller nytt sted"),
    "cancelled": lazy("Møtet er avlyst"),
}


async def who_is_called(recipient: Recipient, /, *, meeting: str, **_facts: Any) -> Recipient | None:
    """The address of an organisation that is in the dialogue, while it is and while that is its address."""
    found = await DialogueMeeting.get_or_none(id=UUID(meeting))
    return recipient if found and recipient.address in await invited(found.dialogue_id) else None


@mail(to=who_is_called)
async def meeting(channel: Channel, lang: str, meeting: str, change: str) -> Content | None:
    """A meeting is called, moved or cancelled, as it is when this is sent."""
    found = await DialogueMeeting.get_or_none(id=UUID(meeting)).select_related(
        "offer", "dialogue", "dialogue__coordinated_by"
    )
    if found is None:
        return None
    session = await session_of(found)
    if session.called_off != (change == "cancelled"):
        return None
    return compose(
        "meeting", channel, lang, SUBJECTS[change], change=change, session=session, agenda=found.agenda,
        items=[one.words for one in await items(found.dialogue.id, found.id)],
        slug=found.offer.slug, title=await title_of(found.offer.id, lang), owner=found.dialogue.coordinated_by,
        dialogue_title=pick(found.dialogue.title, lang),
    )  # fmt: skip
