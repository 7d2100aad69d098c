"""Messages to people. An act writes an outbox row in its own transaction; the worker sends it (delivery.py).

A feature's `mails.py` holds one function a message, marked with @mail and named as its template: `receipt` writes
templates/mails/receipt.txt (and .html, and .sms.txt). It is called when the message is sent, with the facts of the
row, and says what is true then; None means that there is nothing to say any more.

Whom it goes to is decided then too, and before anything is written: a row knows what it is about and whom it was for
(About), and whoever has lost the right to it meanwhile gets nothing. docs/decisions/0002-outbox.md says how.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from typing import Any, overload
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import rows
from marketplace.base.i18n import speaking
from marketplace.base.models import WRITTEN, Channel
from marketplace.base.site import Site, site
from marketplace.base.web.templates import template


@dataclass(frozen=True)
class Content:
    """What one message says. `calendar` is an iCalendar object whose METHOD is `method`; `attached` are such objects
    too, each a CANCEL. `sent` notes that it has left; a message may leave twice."""

    subject: str
    text: str
    html: str | None = None
    calendar: bytes | None = None
    method: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    attached: tuple[bytes, ...] = ()
    sent: Callable[[datetime], Awaitable[None]] | None = None


MailFunction = Callable[..., Awaitable[Content | None]]
Mail = MailFunction | str
"""A mail as what posts it says it: by its function; by a constant of its name where a room above writes it
(offers/telling/models.py)."""
MAILS: dict[str, MailFunction] = {}
"""Every mail function by name. Filled by @mail at import; marketplace/every_mail.py imports them all."""


@dataclass(frozen=True)
class About:
    """What a message is about and whom it was for: columns of its row. `link_version`: of the booking's link."""

    booking_id: UUID | None = None
    offer_id: UUID | None = None
    person_id: UUID | None = None
    link_version: int | None = None


@dataclass(frozen=True)
class Recipient:
    """Where a message goes, and why there."""

    channel: Channel
    address: str
    about: About = About()


Right = Callable[..., Awaitable[Recipient | None]]
"""`async def right(recipient, /, **facts)`: where a message that was for them goes now; None: to nobody any more."""
RIGHTS: dict[str, Right] = {}
"""The right to a mail, by its name, where it is not that of what it is about."""
FOLLOWS: dict[str, Right] = {}
"""The right to what is about a "booking", or is for a "person". The features that have these say it (@follows)."""


PASSING: set[str] = set()
"""Mails to an address that somebody has said on the telephone, and that we are not to keep: when such a one has left,
or never will, its row says only that."""
URGENT: set[str] = set()
"""Mails that somebody waits for at a screen, with what lets them in: they wait behind nothing, hold nothing up, and are
of no use an hour later (queue.py)."""


@overload
def mail(function: MailFunction) -> MailFunction: ...
@overload
def mail(
    *, to: Right, passing: bool = False, urgent: bool = False
) -> Callable[[MailFunction], MailFunction]: ...
def mail(
    function: MailFunction | None = None,
    *,
    to: Right | None = None,
    passing: bool = False,
    urgent: bool = False,
) -> MailFunction | Callable[[MailFunction], MailFunction]:
    """Marks `async def name(channel, lang, **facts) -> Content | None` as the mail of that name.

    `to`: who has a right to it. Without it, it goes where the booking's messages go, or to the person's own address.
    `passing`: its address is not kept (PASSING). `urgent`: somebody waits for it at a screen (URGENT).
    """

    def marked(function: MailFunction) -> MailFunction:
        MAILS[function.__name__] = function
        if to:
            RIGHTS[function.__name__] = to
        if passing:
            PASSING.add(function.__name__)
        if urgent:
            URGENT.add(function.__name__)
        return function

    return marked(function) if function else marked


def follows(what: str) -> Callable[[Right], Right]:
    """Marks the right to all that is about a "booking", or is for a "person" and about no booking."""

    def marked(right: Right) -> Right:
        FOLLOWS[what] = right
        return right

    return marked


async def whoever_is_there(recipient: Recipient, /, **_facts: Any) -> Recipient | None:
    """The right to a mail that is for an address, whoever has it: it tells nothing but what its reader asked for."""
    return recipient


SiteOf = Callable[[UUID], Awaitable[Site | None]]
_says_site: list[SiteOf] = []


def says_site(function: SiteOf) -> SiteOf:
    """Marks who knows what a message about an offer, by its id, says of the service and of who helps."""
    _says_site.append(function)
    return function


async def site_of(offer: UUID) -> Site | None:
    """What a message about it says of the service. None: as the instance says."""
    return await _says_site[0](offer) if _says_site else None


def right_to(name: str, about: About) -> Right:
    """Who decides whom the mail of this name goes to. Raises LookupError: nobody does."""
    if name in RIGHTS:
        return RIGHTS[name]
    if about.booking_id or about.person_id:
        return FOLLOWS["booking" if about.booking_id else "person"]
    raise LookupError(
        f"{name}: whom is it for? Post it with About, or say who has a right to it: @mail(to=…)"
    )


def compose(
    name: str,
    channel: Channel,
    lang: str,
    subject: Any,
    *,
    calendar: bytes | None = None,
    method: str | None = None,
    headers: dict[str, str] | None = None,
    attached: tuple[bytes, ...] = (),
    sent: Callable[[datetime], Awaitable[None]] | None = None,
    **context: Any,
) -> Content:
    """Render templates/mails/NAME in the recipient's language. `subject` is a `lazy` text; it names no offer."""
    with speaking(lang):
        subject = str(subject)
        if channel is Channel.SMS:
            words = fitting(template(f"mails/{name}.sms.txt", lang).render(context))
            return Content(subject, short(words), sent=sent)
        context["attached"] = len(attached)
        text = template(f"mails/{name}.txt", lang).render(context).strip() + "\n"
        text = re.sub(r"\n{3,}", "\n\n", text)  # what is left out leaves no hole
        html = template(f"mails/{name}.html", lang).render(context, subject=subject)
        return Content(subject, text, html, calendar, method, headers or {}, attached, sent)


def reply_to(name: str, email: str | None) -> dict[str, str]:
    """The header that brings answers to this name and address, if there is one."""
    try:
        return {"Reply-To": str(Address(" ".join(name.split()), addr_spec=email))} if email else {}
    except (ValueError, IndexError, MessageError):
        return {}


SMS_LENGTH = 160
PLAIN = str.maketrans({"\u00a0": " ", "\u2060": None, "–": "-", "…": "...", "«": '"', "»": '"', "’": "'"})
"""What would make an SMS hold 70 characters instead of 160."""


def signed(text: str) -> str:
    """The text of an SMS with who sends it: it comes from a number that nobody knows."""
    sender = site().name
    return text if sender in text else f"{sender}: {text.lstrip()}"


def fitting(text: str) -> str:
    """Of what a template offers, the fullest first with a line of --- between, the first that fits; else the last."""
    offered = [" ".join(signed(each).split()) for each in text.split("\n---\n")]
    return next((each for each in offered if len(each) <= SMS_LENGTH), offered[-1])


def short(text: str) -> str:
    """The text of one SMS, on one line. Where it is too long words give way, and the link at the end stays whole."""
    text = " ".join(text.translate(PLAIN).split())
    if len(text) <= SMS_LENGTH:
        return text
    words, _, link = text.rpartition(" ")
    words, link = (words, f" {link}") if "://" in link else (text, "")
    room = SMS_LENGTH - len(link) - len("...")
    return f"{words[: room + 1].rpartition(' ')[0].rstrip('.,:;') or words[:room]}...{link}"


Facts = dict[str, Any]
"""What a message is made of, as its row keeps it until it is sent: JSON."""
OUTBOX_COLUMNS = """(id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at, attempts, booking_id,
    offer_id, person_id, link_version)"""
OUTBOX_INSERT = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12, $13) ON CONFLICT (dedupe_key) DO NOTHING"""


def lost(key: str) -> str:
    """SQL: has nobody got the message of this key (SQL)? It came back, or was given up."""
    return f"EXISTS (SELECT FROM outbox_message x WHERE x.dedupe_key = {key} AND x.failed_at IS NOT NULL)"


def name_of(mail: Mail) -> str:
    """What a mail is called in the outbox and among templates."""
    return str(mail) if isinstance(mail, str) else mail.__name__


async def post(
    mail: Mail,
    *,
    channel: Channel,
    address: str,
    lang: str,
    key: str,
    now: datetime,
    due: datetime | None = None,
    about: About | None = None,
    **facts: Any,
) -> None:
    """Put a message in the outbox, inside the transaction of the act.

    `facts` are the arguments of the mail function (ids as text, numbers). `key` names the act: the same key is
    sent once, however often it is posted. `due` lets it wait. Raises LookupError when nothing says whom it is for. To
    who is to be rung nothing is posted.
    """
    if channel not in WRITTEN:
        return
    about, name = about or About(), name_of(mail)
    if name in MAILS:  # a web process need not know the mails that it posts; the worker knows them all
        right_to(name, about)
    await rows(
        OUTBOX_INSERT, uuid7(), channel, address, name, json.dumps(facts), lang, key, now, due or now,
        about.booking_id, about.offer_id, about.person_id, about.link_version,
    )  # fmt: skip
