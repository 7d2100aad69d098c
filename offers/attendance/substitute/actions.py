"""Sending, opening and revoking a substitute's link."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, value
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, post
from offers.attendance.marking import hold
from offers.attendance.substitute import mails, rules
from offers.attendance.substitute.acts import Act
from offers.attendance.substitute.models import Substitute
from offers.attendance.substitute.queries import Link, asked_for
from offers.catalogue.models import Session


async def ask(
    session: Session, channel: Channel, address: str, *, lang: str, by: UUID, now: datetime
) -> None:
    """Send somebody the link to this register. Raises Refused when it is cancelled, or its day is over."""
    async with in_transaction():
        held = await hold(session.id)  # whoever cancels it just now tells whom has been asked
        ends_at = rules.end_of_day(held.ends_at)
        if held.called_off or ends_at <= now:
            raise Refused(_("Denne samlingen er avlyst eller over, så ingen kan ta oppmøtet."))
        made = await Substitute.create(
            id=uuid7(), session_id=session.id, made_by_id=by, channel=channel, address=address, created_at=now,
            ends_at=ends_at,
        )  # fmt: skip
        await post(mails.substitute, channel=channel, address=address, lang=lang, key=f"substitute:{made.id}", now=now,
                   about=About(offer_id=session.offer_id), substitute=str(made.id))  # fmt: skip
        await record(Act.SUBSTITUTE_ASKED, now=now, actor=by, object_id=session.id,
                     organization=session.offer.owner_id, details={"channel": channel.value})  # fmt: skip


async def tell_changed(sessions: list[UUID], *, now: datetime) -> None:
    """Tell those who were asked to take these registers that what they are of is cancelled or moved, in the transaction
    of the act: they may be the only ones who come."""
    for one in await asked_for(sessions, now):
        await post(
            mails.substitute_changed, channel=Channel(one.channel), address=one.address, lang=one.lang, now=now,
            key=f"substitute:{one.id}:{one.sequence}", about=About(offer_id=one.offer_id), substitute=str(one.id),
        )  # fmt: skip


OPENED_BY = "SELECT browser FROM substitute WHERE id = $1 AND revoked_at IS NULL AND ends_at > $2"


async def open_here(link: Link, visitor: str, *, now: datetime) -> str:
    """This browser keeps the register from now on: the first that opens the link does. Returns what its cookie holds,
    which is made of what the browser is known by (`visitor`): a press that comes twice opens it once, and the answer
    that the browser does not wait for is not the only one to hold it. Raises Conflict when another has opened it."""
    secret = rules.secret_of(link.id, visitor)
    async with in_transaction():
        taken = await column(
            """UPDATE substitute SET browser = $2, opened_at = $3
            WHERE id = $1 AND browser IS NULL AND revoked_at IS NULL AND ends_at > $3 RETURNING id""",
            link.id, rules.browser(link.id, secret), now,
        )  # fmt: skip
        if taken:
            owner = await value(
                "SELECT o.owner_id FROM session s JOIN offer o ON o.id = s.offer_id WHERE s.id = $1",
                link.session_id,
            )
            await record(
                Act.SUBSTITUTE_OPENED, now=now, actor=None, object_id=link.session_id, organization=owner
            )
            return secret
        kept = await value(OPENED_BY, link.id, now)
    if not kept or not rules.is_browser(bytes(kept), link.id, secret):
        raise Conflict(_("Lenken er åpnet på en annen enhet. Be den som sendte den, om en ny."))
    return secret


async def revoke(session: Session, substitute: UUID, *, by: UUID, now: datetime) -> None:
    """The link holds no more, opened or not. What was tapped by it stays."""
    async with in_transaction():
        if await column(
            """UPDATE substitute SET revoked_at = $3
            WHERE id = $1 AND session_id = $2 AND revoked_at IS NULL RETURNING id""",
            substitute, session.id, now,
        ):  # fmt: skip
            ledger.note(Lost.SUBSTITUTE, substitute)
            await record(Act.SUBSTITUTE_REVOKED, now=now, actor=by, object_id=session.id,
                         organization=session.offer.owner_id)  # fmt: skip
