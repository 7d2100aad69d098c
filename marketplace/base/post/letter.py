"""One message, written and ready to go, and how it looks as a mail."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from marketplace.base.models import Channel
from marketplace.base.post.mail import Content
from marketplace.base.signing import signature
from marketplace.settings import settings


class Policy(EmailPolicy):
    """The address to unsubscribe at stays whole: the library encodes what is longer than a line."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() == "list-unsubscribe":
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


POLICY = Policy(linesep="\r\n")


class Rejected(Exception):
    """Never. `nobody`: the server says that there is nobody at this address."""

    def __init__(self, code: str, nobody: bool = False) -> None:
        super().__init__(code)
        self.code, self.nobody = code, nobody


@dataclass(frozen=True)
class Letter:
    """One message, written and ready to go. `key` is the outbox row's dedupe key."""

    id: UUID
    channel: Channel
    address: str
    key: str
    content: Content
    at: datetime


def host() -> str:
    return urlsplit(settings().public_url).hostname or "localhost"


def identity(key: str) -> str:
    """What names a letter to whoever carries it: the same at each try. It tells nothing about the act."""
    return signature("message-id", key)[:40]


def message_id(key: str) -> str:
    """A mail that was sent twice is seen once."""
    return f"<{identity(key)}@{host()}>"


def one_line(text: str) -> str:
    """A header's text: no line breaks, no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def recipient(address: str) -> Address:
    """The address as it may stand in a header and in RCPT. Raises Rejected where it is none."""
    local, _, domain = address.rpartition("@")
    try:
        if one_line(address) != address:
            raise ValueError("not one line")
        spec = f"{local}@{domain.encode('idna').decode()}"
        return Address(addr_spec=spec.encode("ascii").decode())
    except (MessageError, ValueError, IndexError) as problem:
        raise Rejected("address", nobody=True) from problem


def email_message(letter: Letter) -> EmailMessage:
    """The mail: plain text, then html, and last the calendar part, or several attached (design/calendar.md)."""
    message = EmailMessage(policy=POLICY)
    message["From"] = one_line(settings().mail_from)
    message["To"] = recipient(letter.address)
    headed(message, letter)
    content = letter.content
    for name, text in content.headers.items():
        message[name] = one_line(text)
    message.set_content(content.text, cte="quoted-printable")
    if content.html is not None:
        message.add_alternative(content.html, subtype="html", cte="quoted-printable")
    if content.calendar is not None:
        parameters = {"charset": "UTF-8", "method": content.method or "PUBLISH"}
        message.add_alternative(content.calendar, "text", "calendar", cte="base64", params=parameters)
    for number, attached in enumerate(content.attached, 1):
        message.add_attachment(attached, "text", "calendar", cte="base64", filename=f"avlyst-{number}.ics",
                               params={"charset": "UTF-8", "method": "CANCEL"})  # fmt: skip
    return message


def headed(message: EmailMessage, letter: Letter) -> None:
    """What every message bears."""
    message["Subject"] = one_line(letter.content.subject)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = message_id(letter.key)
    message["Auto-Submitted"] = "auto-generated"
