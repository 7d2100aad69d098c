"""When a substitute's link holds: no database, no clock."""

from datetime import datetime, timedelta
from uuid import UUID

from marketplace.base.clock import oslo
from marketplace.base.signing import Token, each_signed, signed, signed_in_form

LINK: Token[UUID] = Token("substitute host", UUID)
COOKIE = "substitute-"


def path(substitute: UUID) -> str:
    """The link that opens a register."""
    return f"/substitute/{LINK.made(substitute)}"


def end_of_day(ends_at: datetime) -> datetime:
    """When the day on which a session ends is over in Oslo, or the night, where it ends at midnight: the link ends
    then, whatever was opened."""
    last = oslo(ends_at - timedelta.resolution)
    return (last + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def secret_of(substitute: UUID, visitor: str) -> str:
    """What the cookie of a browser holds that opens a link: the same each time, and nobody else can make it."""
    return signed_in_form("substitute cookie", str(substitute), visitor).hex()


def browser(substitute: UUID, secret: str) -> bytes:
    """What is kept of the cookie of the browser that opened a link."""
    return signed("substitute browser", str(substitute), secret)[:16]


def is_browser(kept: bytes, substitute: UUID, secret: str) -> bool:
    """Is it the browser that this was kept of?"""
    return kept in [each[:16] for each in each_signed("substitute browser", str(substitute), secret)]
