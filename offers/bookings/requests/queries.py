"""What whoever waits for an answer may expect of the organisation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from marketplace.base.clock import month_start, today
from marketplace.base.data.database import row
from marketplace.base.i18n import speaking
from offers.bookings.requests import rules
from offers.bookings.rows import OwnBooking
from organizations.notices.models import Notice
from organizations.notices.queries import told


@dataclass(frozen=True)
class Expected:
    """`usually`: a sentence, or nothing. `nobody`: nobody there hears of it, so it is better to ring. `late`: it has
    taken so long that ringing is right."""

    usually: str
    nobody: bool
    late: bool


class Answering(NamedTuple):
    """How long three of four of an organisation's answers `took`; and is anybody there `told` of requests?"""

    took: timedelta | None
    told: bool


async def expected(booking: OwnBooking, lang: str, now: datetime) -> Expected | None:
    """What to expect while a request waits for its first word; None when it does not.

    How long it takes is of this organisation's own answers in the twelve whole months before this one, and of enough
    different people: what was answered yesterday changes nothing that anybody can read today.
    """
    if not booking.requested:
        return None
    found = await row(
        Answering,
        f"""SELECT t.took, EXISTS (SELECT FROM {told(Notice.REQUEST)} y WHERE y.organization_id = o.owner_id) AS told
        FROM offer o LEFT JOIN LATERAL (
            SELECT percentile_disc(0.75) WITHIN GROUP (ORDER BY b.answered_at - b.created_at) AS took
            FROM offer f JOIN booking b ON b.offer_id = f.id LEFT JOIN contact_point c ON c.id = b.contact_id
            WHERE f.owner_id = o.owner_id AND b.answered_at >= $2::timestamptz - interval '12 months'
                AND b.answered_at < $2
            HAVING least(count(DISTINCT b.participant_id),
                count(DISTINCT coalesce(c.value, b.participant_id::text))) >= $3) t ON true
        WHERE o.id = $1""",
        booking.offer_id, month_start(today(now)), rules.ENOUGH,
    )  # fmt: skip
    assert found is not None  # a booking has an offer
    since = booking.talk_asked_at or booking.created_at
    with speaking(lang):
        return Expected(rules.usually(booking.owner, found.took), not found.told, now - since >= rules.LATE)
