"""What one should know before booking, and which hinders nobody: the decision, and the one read that it needs."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.i18n import at_clock, ngettext
from marketplace.base.i18n import gettext as _
from offers.bookings.mine import MINE
from offers.bookings.queries import Bookable
from offers.catalogue.models import Joining
from offers.catalogue.queries import offer_text
from offers.catalogue.rules import FEW
from offers.seats import rules as seats_rules
from offers.seats.known import active_at
from offers.seats.queries import active_in
from offers.seats.sql import covers

SOON = timedelta(hours=2)


class Caution(StrEnum):
    """What does not stand in the way, but may be a surprise."""

    BOOKED = "booked"
    OVERLAPS = "overlaps"
    LAST_PLACES = "last_places"
    STARTS_SOON = "starts_soon"


def warnings(
    pool: seats_rules.Pool, *, booked: bool = False, overlaps: bool, sensitive: bool, now: datetime
) -> Iterator[Caution]:
    """What to say to whoever books here now. A sensitive offer tells nothing of its seats."""
    if booked:
        yield Caution.BOOKED
    if overlaps:
        yield Caution.OVERLAPS
    if pool.joining is not Joining.REQUEST and not sensitive and pool.free and pool.free <= FEW:
        yield Caution.LAST_PLACES
    if pool.starts_at is not None and now < pool.starts_at <= now + SOON:
        yield Caution.STARTS_SOON


def warning_text(warning: Caution, pool: seats_rules.Pool, titles: Sequence[str]) -> str:
    """The warning in the user's words; `titles`: what it overlaps with."""
    if warning is Caution.BOOKED:
        return _("Du har allerede en påmelding her. Vil du endre den, finner du den på Min side.")
    if warning is Caution.OVERLAPS:
        return _("Du er med på noe annet på samme tid: %(titles)s.", titles=", ".join(titles))
    if warning is Caution.LAST_PLACES:
        return ngettext("Det er %(num)s plass igjen.", "Det er %(num)s plasser igjen.", pool.free or 0)
    assert pool.starts_at is not None  # or it could not start soon
    return _("Dette begynner snart, %(clock)s.", clock=at_clock(pool.starts_at))


async def overlapping(person: UUID, found: Bookable, lang: str, now: datetime) -> list[str]:
    """Titles of what somebody signed in is booked to at the same time as what is `found`: as
    participant, or as a guest with an address that they have proven theirs. Of visitors nothing is ever told."""
    titles = await rows(
        f"""SELECT t.title, min(s.starts_at) AS starts_at
        FROM ({MINE}) mine JOIN booking b USING (id) JOIN seat_pool p ON p.id = b.pool_id
        JOIN session s ON s.offer_id = b.offer_id AND {covers()}
        JOIN session x ON x.offer_id = $2 AND ($3::uuid IS NULL OR x.id = $3)
            AND x.starts_at < s.ends_at AND s.starts_at < x.ends_at
        JOIN offer o ON o.id = b.offer_id JOIN {offer_text("$4")} t ON true
        WHERE b.pool_id <> $5 AND {active_at("$6")} AND (b.participant_id = $1 OR b.participant_id = b.booked_by_id)
            AND s.status <> 'cancelled' AND x.status <> 'cancelled' AND x.ends_at > $6
        GROUP BY t.title ORDER BY 2, 1 LIMIT 3""",
        person, found.offer_id, found.session_id, lang, found.pool_id, now,
    )  # fmt: skip
    return [each["title"] for each in titles]


async def told(person: UUID | None, found: Bookable, lang: str, now: datetime) -> list[str]:
    """All warnings about what is `found`, in the reader's words."""
    pool = found.pool
    titles = await overlapping(person, found, lang, now) if person else []
    # The form for several dates speaks of no one of them.
    one_pool = found.session_id or pool.joining is not Joining.PER_SESSION
    booked = bool(person and one_pool and await active_in(found.pool_id, person, person, now))
    return [
        warning_text(one, pool, titles)
        for one in warnings(pool, booked=booked, overlaps=bool(titles), sensitive=found.sensitive, now=now)
    ]
