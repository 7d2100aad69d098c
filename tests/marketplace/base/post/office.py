"""A real SMTP server that refuses, hangs and drops as a test tells it, and messages to send by it."""

import asyncio
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace.base.models import Channel
from marketplace.base.post import outbox
from marketplace.base.post.mail import post
from marketplace.people.contacts.jobs import refuse
from tests.conftest import NOW


class Handler:
    """Answers by the rules a test sets; keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.rcpt: dict[str, str] = {}
        self.data: list[str] = []
        """Answers to the coming messages, "drop" or "hang"; then 250."""
        self.connections = 0
        self.broken: set[str] = set()
        """Addresses whose messages end the connection."""
        self.sender: str | None = None
        """The answer to MAIL FROM, if it is not 250."""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender:
            return self.sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.rcpt:
            return self.rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.data.pop(0) if self.data else "250 OK"
        if self.broken & {*envelope.rcpt_tos}:
            server.transport.abort()  # type: ignore[union-attr]
            return answer
        if answer == "hang":
            await asyncio.sleep(30)
        if answer in ("250 OK", "drop"):
            self.taken.append(message_from_bytes(envelope.content or b"", policy=policy.default))  # type: ignore[arg-type]
        if answer == "drop":
            server.transport.abort()  # type: ignore[union-attr]
        return answer

    @property
    def to(self) -> list[str]:
        return [str(message["To"]) for message in self.taken]


async def write(to: str = "kari@example.no", mail: str = "greeting", **other: Any) -> None:
    given: dict[str, Any] = {
        "channel": Channel.EMAIL,
        "lang": "nb",
        "key": f"{mail}:{to}",
        "now": NOW,
    } | other
    if mail == "greeting":
        given.setdefault("number", 1)
    await post(mail, address=to, **given)


async def go(at: datetime = NOW) -> int:
    return await outbox.send_due(refuse, lambda: at)
