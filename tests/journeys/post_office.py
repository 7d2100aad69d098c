"""Where the mails of the instances arrive that journeys go through."""

from email import message_from_bytes, policy
from typing import Any, ClassVar

from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace.base.post.mailbox import ADDRESS


class PostOffice:
    """A real SMTP server that keeps what it gets."""

    received: ClassVar[list[dict[str, Any]]] = []

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        raw = envelope.content
        assert isinstance(raw, bytes)
        message = message_from_bytes(raw, policy=policy.default)
        leaves = [part for part in message.walk() if not part.is_multipart()]
        parts = {part.get_content_type(): str(part.get_content()).replace("\r\n", "\n") for part in leaves}
        self.received.append(
            {"id": message["Message-ID"], "to": envelope.rcpt_tos[0], "subject": str(message["Subject"]),
             "text": parts["text/plain"], "html": parts["text/html"], "calendar": parts.get("text/calendar"),
             "links": ADDRESS.findall(parts["text/plain"]), "raw": raw}
        )  # fmt: skip
        return "250 OK"


def signs_in(message: dict[str, Any]) -> bool:
    """Is this the mail of a sign-in? Others may come to the same address meanwhile."""
    return any("/sign-in/" in link for link in message["links"])


def sign_in_link(message: dict[str, Any]) -> str:
    return next(str(link) for link in message["links"] if "/sign-in/" in link)
