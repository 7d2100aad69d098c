"""Reads of substitutes' links."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows
from marketplace.base.errors import NotFound
from marketplace.base.post.mail import lost
from marketplace.base.web.cookies import cookie
from marketplace.base.web.http import Request, parse_id
from offers.attendance.substitute import rules
from offers.rights.queries import Led, hosting, led


@dataclass(frozen=True, slots=True)
class Link:
    """A link, as far as it still holds or not. `session_id` is the register it is for, which is over at `over_at`, or
    is `called_off`. `lost`: nobody got it."""

    id: UUID
    session_id: UUID
    address: str
    created_at: datetime
    ends_at: datetime
    opened_at: datetime | None
    browser: bytes | None
    revoked_at: datetime | None
    made_by_id: UUID | None
    over_at: datetime
    called_off: bool
    lost: bool

    def holds(self, now: datetime) -> bool:
        """Also a session that has been moved to an earlier day since is of one day."""
        return (
            self.revoked_at is None
            and not self.called_off
            and now < min(self.ends_at, rules.end_of_day(self.over_at))
        )


KEY = "'substitute:' || t.id"
"""SQL: what the message with the link of substitute t is known by."""
LINK = f"""SELECT t.id, t.session_id, t.address, t.created_at, t.ends_at, t.opened_at, t.browser, t.revoked_at,
    t.made_by_id, s.ends_at AS over_at, s.status = 'cancelled' AS called_off, {lost(KEY)} AS lost
FROM substitute t JOIN session s ON s.id = t.session_id"""


async def of_session(session: UUID) -> list[Link]:
    """The links to a register, the newest first."""
    return await rows(
        Link, f"{LINK} WHERE t.session_id = $1 ORDER BY t.created_at DESC, t.id LIMIT 50", session
    )


async def by_id(substitute: UUID) -> Link | None:
    """A link, whether it holds or not."""
    return await row(Link, f"{LINK} WHERE t.id = $1", substitute)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who has been asked to take a register, as word of it is sent. `sequence`: the session's."""

    id: UUID
    channel: str
    address: str
    lang: str
    offer_id: UUID
    sequence: int


async def asked_for(sessions: list[UUID], now: datetime) -> list[Asked]:
    """Those who count on taking one of these registers: the message has left, and the link was not taken back."""
    return await rows(
        Asked,
        f"""SELECT t.id, t.channel, t.address, coalesce(x.lang, 'nb') AS lang, s.offer_id, s.sequence
        FROM substitute t JOIN session s ON s.id = t.session_id
        LEFT JOIN outbox_message x ON x.dedupe_key = {KEY}
        WHERE t.session_id = ANY($1) AND t.ends_at > $2 AND t.revoked_at IS NULL AND t.made_by_id IS NOT NULL
            AND (x.id IS NULL OR x.sent_at IS NOT NULL) ORDER BY t.id""",
        sessions, now,
    )  # fmt: skip


async def still_held(found: Link | None, now: datetime) -> bool:
    """Does it open anything? Not once it is over or taken back, nor when whoever sent it leads the session no more: who
    leaves takes no register along by a link to themselves."""
    if found is None or not found.holds(now) or found.made_by_id is None:
        return False
    led = await hosting(found.made_by_id, found.session_id)
    return led is not None and led.until is None


class Gone(NotFound):
    """A register that no link opens here, whyever: its page says how a substitute comes on."""

    page = "substitute_link"


async def by_token(token: str, now: datetime) -> Link:
    """The link of this word. Raises Gone where it is none, or holds no more: both look the same."""
    said = rules.LINK.read(token)
    found = await by_id(said[0]) if said else None
    if found is None or not await still_held(found, now):
        raise Gone
    return found


def opened_here(request: Request, link: Link) -> bool:
    """Was this link opened in the browser that asks?"""
    secret = cookie(request.cookies, f"{rules.COOKIE}{link.id.hex}")
    return bool(secret and link.browser and rules.is_browser(bytes(link.browser), link.id, secret))


async def session_substituted_by(request: Request) -> tuple[Link, Led]:
    """The register of the address, for the browser that opened its link. Fetching is permission: Gone else."""
    found = await by_id(parse_id(request.path_params["id"]))
    if found is None or not opened_here(request, found) or not await still_held(found, request.now):
        raise Gone
    return found, await led(found.session_id)
