"""The dates of an offer."""

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from offers.catalogue.models import Offer
from offers.publishing.actions import editing
from offers.publishing.acts import Act
from offers.publishing.queries import capacity_of
from offers.publishing.series import rules
from offers.seats.upkeep import make_pools, reopen


async def set_sessions(
    offer: Offer,
    *,
    by: UUID,
    now: datetime,
    days: Iterable[date],
    starts: time,
    ends: time,
    keep: Iterable[UUID] = (),
    seen: datetime | None = None,
) -> int:
    """Add a session on each of the days, at these Norwegian clock times all year. Returns how many are new.

    A day that already has that meeting is left as it is. Of a draft's sessions that were there at the moment `seen`
    only those to `keep` stay. What is added to what people may have booked is marked: offers/messages tells them.
    Raises Refused when there would be more than the page of dates can show.
    """
    async with editing(offer, by, now, Act.OFFER_DATES):
        capacity = await capacity_of(offer.id)
        if offer.draft and seen:
            await rows(
                "DELETE FROM session WHERE offer_id = $1 AND changed_at <= $2 AND NOT id = ANY($3)",
                offer.id, seen, list(keep),
            )  # fmt: skip
        made, new = 0, sorted(set(days))
        untold_since = now if rules.tells(offer) else None
        if new:
            await reopen(offer.id, now)
        for day in new:
            added = await rows(
                """INSERT INTO session (id, offer_id, starts_at, ends_at, status, note, sequence, changed_at,
                    untold_since)
                SELECT $1, $2, $3, $4, 'scheduled', '', 0, $5, $6 WHERE NOT EXISTS (SELECT 1 FROM session
                    WHERE offer_id = $2 AND starts_at = $3 AND status <> 'cancelled') RETURNING id""",
                uuid7(), offer.id, *rules.meeting(day, starts, ends), now, untold_since,
            )  # fmt: skip
            made += len(added)
        ahead = await value(
            "SELECT count(*) FROM session WHERE offer_id = $1 AND ends_at > $2", offer.id, now
        )
        if made and ahead > rules.MOST_SESSIONS:
            raise Refused(
                _("Et tilbud kan ha høyst %(most)s datoer som kommer. Velg færre nå, og legg inn resten senere.",
                  most=rules.MOST_SESSIONS)
            )  # fmt: skip
        await make_pools(offer, capacity)
    return made
