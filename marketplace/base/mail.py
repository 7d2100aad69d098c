"""Messages to people. An act writes an outbox row in its own transaction; the worker sends it (delivery.py).

A feature's `mails.py` holds one function a message, marked with @mail and named as its template: `receipt` writes
templates/mails/receipt.txt (and .html, and .sms.txt). It is called when the message is sent, with the facts of the
row, and says what is true then; None means that there is nothing to say any more.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from typing import Any

from uuid_utils.compat import uuid7

from marketplace.base.database import rows
from marketplace.base.i18n import speaking
from marketplace.base.models import Channel
from marketplace.base.templates import template


@dataclass(frozen=True)
class Content:
    """What one message says. `calendar` is an iCalendar object whose METHOD is `method`."""

    subject: str
    text: str
    html: str | None = None
    calendar: bytes | None = None
    method: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


MailFunction = Callable[..., Awaitable[Content | None]]
MAILS: dict[str, MailFunction] = {}
"""Every mail function by name. Filled by @mail at import; marketplace/schedule.py imports them all."""


def mail(function: MailFunction) -> MailFunction:
    """Marks `async def name(channel, lang, **facts) -> Content | None` as the mail of that name."""
    MAILS[function.__name__] = function
    return function


def compose(
    name: str,
    channel: Channel,
    lang: str,
    subject: Any,
    *,
    calendar: bytes | None = None,
    method: str | None = None,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Content:
    """Render templates/mails/NAME in the recipient's language. `subject` is a `lazy` text; it names no offer."""
    with speaking(lang):
        subject = str(subject)
        if channel is Channel.SMS:
            return Content(subject, short(template(f"mails/{name}.sms.txt", lang).render(context)))
        text = template(f"mails/{name}.txt", lang).render(context).strip() + "\n"
        text = re.sub(r"\n{3,}", "\n\n", text)  # what is left out leaves no hole
        html = template(f"mails/{name}.html", lang).render(context, subject=subject)
        return Content(subject, text, html, calendar, method, headers or {})


def reply_to(name: str, email: str | None) -> dict[str, str]:
    """The header that brings answers to this name and address, if there is one."""
    try:
        return {"Reply-To": str(Address(" ".join(name.split()), addr_spec=email))} if email else {}
    except (ValueError, IndexError, MessageError):
        return {}


SMS_LENGTH = 160
PLAIN = str.maketrans({"\u00a0": " ", "\u2060": None, "–": "-", "…": "...", "«": '"', "»": '"', "’": "'"})
"""What would make an SMS hold 70 characters instead of 160."""


def short(text: str) -> str:
    """The text of one SMS, on one line. Where it is too long words give way, and the link at the end stays whole."""
    text = " ".join(text.translate(PLAIN).split())
    if len(text) <= SMS_LENGTH:
        return text
    words, _, link = text.rpartition(" ")
    words, link = (words, f" {link}") if "://" in link else (text, "")
    room = SMS_LENGTH - len(link) - len("...")
    return f"{words[: room + 1].rpartition(' ')[0].rstrip('.,:;') or words[:room]}...{link}"


OUTBOX_COLUMNS = "(id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at, attempts)"
OUTBOX_INSERT = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0) ON CONFLICT (dedupe_key) DO NOTHING"""


async def post(
    name: str,
    *,
    channel: Channel,
    address: str,
    lang: str,
    key: str,
    now: datetime,
    due: datetime | None = None,
    **facts: Any,
) -> None:
    """Put a message in the outbox, inside the transaction of the act.

    `name` is a mail function; `facts` its arguments (ids as text, numbers). `key` names the act: the same key is
    sent once, however often it is posted. `due` lets it wait.
    """
    await rows(OUTBOX_INSERT, uuid7(), channel, address, name, json.dumps(facts), lang, key, now, due or now)
