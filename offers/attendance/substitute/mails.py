"""The link for somebody who takes a register."""

from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail, whoever_is_there
from offers.attendance.substitute import rules
from offers.attendance.substitute.queries import by_id, still_held


@mail(to=whoever_is_there, passing=True)
async def substitute(channel: Channel, lang: str, substitute: str) -> Content | None:
    """A link and nothing else: no name, and not what it is. Nothing goes out of one that holds no more."""
    found = await by_id(UUID(substitute))
    if found is None or not await still_held(found, clock.now()):
        return None
    return compose(
        "substitute",
        channel,
        lang,
        lazy("Kan du ta oppmøtet?"),
        path=rules.path(found.id),
        ends_at=found.ends_at,
    )


@mail(to=whoever_is_there, passing=True)
async def substitute_changed(channel: Channel, lang: str, substitute: str) -> Content | None:
    """What they were asked to take the register of is cancelled, or moved; no more of it than they were told before."""
    found = await by_id(UUID(substitute))
    if found is None or found.revoked_at is not None:
        return None
    subject = lazy("Om oppmøtet du er bedt om å ta")
    return compose("substitute_changed", channel, lang, subject, called_off=found.called_off)
