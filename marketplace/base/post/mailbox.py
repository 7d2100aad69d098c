"""The local mailbox: DATA/mailbox with one .eml file a message, where mail goes that no server is set for.

The demo shows it (marketplace/demo/views.py).
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from marketplace.settings import settings

ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")


@dataclass(frozen=True)
class Kept:
    """One message as it was delivered. `id` is its outbox row's."""

    id: UUID
    channel: str
    to: str
    subject: str
    at: datetime | None
    text: str
    html: str | None
    calendar: str | None

    @property
    def links(self) -> list[str]:
        """Every address in the text."""
        return ADDRESS.findall(self.text)


def folder() -> Path:
    return settings().data_dir / "mailbox"


def path_of(message_id: UUID) -> Path:
    return folder() / f"{message_id}.eml"


def keep(message_id: UUID, message: EmailMessage) -> None:
    """Write the message, whole or not at all. The same message again replaces itself."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder() / f"{message_id}.draft"
    draft.write_bytes(bytes(message))
    draft.chmod(0o600)
    draft.replace(path_of(message_id))


def clear(before: datetime) -> int:
    """Delete messages that were sent before that. Returns how many."""
    old = [kept for kept in newest() if kept.at and kept.at < before]
    for kept in old:
        path_of(kept.id).unlink(missing_ok=True)
    return len(old)


def remove(ids: set[UUID], addresses: set[str]) -> None:
    """Delete these messages, and all to these addresses. Somebody waits for it, so no message is read further than to
    whom it is."""
    for path in folder().glob("*.eml"):
        if UUID(path.stem) in ids or _to(path) in addresses:
            path.unlink(missing_ok=True)
    _read.cache_clear()


def _to(path: Path) -> str:
    """Whom a message is to; empty when it is gone by now."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        return str(BytesHeaderParser(policy=policy.default).parse(file)["To"])
    return ""


def newest() -> list[Kept]:
    """All messages, the last delivered first."""
    found = []
    for path in folder().glob("*.eml"):
        written = path.stat().st_mtime_ns
        found.append((written, path.name, _read(path, written)))
    return [kept for _, _, kept in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def one(message_id: UUID) -> Kept | None:
    """The message with this id, if it is here."""
    path = path_of(message_id)
    return _read(path, path.stat().st_mtime_ns) if path.exists() else None


@lru_cache(2000)
def _read(path: Path, written: int) -> Kept:
    """`written` is part of the cache's key: a message that was replaced is read again."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    leaves = [part for part in message.walk() if not part.is_multipart()]
    parts = {part.get_content_type(): str(part.get_content()).replace("\r\n", "\n") for part in leaves}
    sent = message["Date"]
    return Kept(
        id=UUID(path.stem), channel=str(message.get("X-Channel", "email")), to=str(message["To"]),
        subject=str(message["Subject"]), at=sent.datetime if sent else None,
        text=parts.get("text/plain", ""), html=parts.get("text/html"), calendar=parts.get("text/calendar"),
    )  # fmt: skip
