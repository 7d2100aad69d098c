"""What the documents know: of the settings, and of the municipality."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from marketplace.base.data.database import rows
from marketplace.settings import settings

MUNICIPALITIES = "SELECT slug, name FROM municipality ORDER BY slug"


class Controller(NamedTuple):
    """Who decides why: a municipality."""

    slug: str
    name: str


@dataclass(frozen=True)
class Facts:
    controller: str
    site: str
    address: str
    email: str
    phone: str
    mail_server: str
    """The name of the machine that messages are handed to; empty: none is set."""
    sms_server: str
    made_at: datetime


async def controllers() -> list[Controller]:
    return await rows(Controller, MUNICIPALITIES)


def facts(controller: str, now: datetime) -> Facts:
    ours = settings()
    return Facts(
        controller, ours.site_name, ours.public_url, ours.helpline_email, ours.helpline_phone, host(ours.smtp_url),
        host(ours.sms_url), now,
    )  # fmt: skip


def host(url: str | None) -> str:
    """The machine's name alone: an address may hold a password."""
    return urlsplit(url or "").hostname or ""
