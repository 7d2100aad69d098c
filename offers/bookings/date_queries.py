"""Reads of the dates of an offer that are booked one by one."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows
from offers.bookings import rules
from offers.bookings.known import active_at, actor_of, in_the_way, known
from offers.bookings.queries import POOL_COLUMNS, pool_of
from offers.catalogue.queries import Viewer, published

MOST_SHOWN = 60


async def open_dates(
    slug: str, viewer: Viewer, now: datetime, also: Collection[UUID] = ()
) -> list[dict[str, Any]]:
    """The dates of an offer that one can book or wait for now, in time, and `also` these: POOL_COLUMNS, `full` and
    `gone` (it is one of these alone)."""
    values: list[Any] = [slug, now, list(also)]
    found = await rows(
        f"""SELECT {POOL_COLUMNS}, s.starts_at, s.ends_at FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN seat_pool p ON p.offer_id = o.id JOIN session s ON s.id = p.session_id
        WHERE o.slug = $1 AND (s.starts_at > $2 AND s.status <> 'cancelled' OR s.id = ANY($3))
            AND {published(viewer, values)}
        ORDER BY s.starts_at, s.id LIMIT {MOST_SHOWN}""",
        *values,
    )
    for one in found:
        one["full"], one["gone"] = pool_of(one).free == 0, any(rules.closed(pool_of(one), now))
    return [one for one in found if not one["gone"] or one["session_id"] in also]


async def made_together(one_of: dict[str, Any]) -> list[dict[str, Any]]:
    """All bookings of several dates that one form made, by `one_of` them (queries.py:booking), in time, each as it is
    now: what took the place of a moved one is there instead of it. One that was handed over since is another's, and one
    whose messages go elsewhere is for who reads them there: each has its link.

    Keys: id, state, active, path, shown_reference, changed_at, those of its session, and `session` as queries.booking
    has it.
    """
    if one_of["made_with_id"] is None:
        return []
    found = await rows(
        """SELECT b.id, b.state, b.ended_by, b.reference, b.link_version, b.changed_at, s.starts_at, s.ends_at,
            s.status, s.id AS session_id, s.note, s.sequence, s.changed_at AS session_changed, v.name AS venue,
            v.street, v.postcode, v.city, v.lat, v.lon
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN session s ON s.id = p.session_id
        JOIN offer o ON o.id = b.offer_id LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
            LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.made_with_id = $1 AND b.booked_by_id = $2 AND b.moved_to_id IS NULL
            AND (c.channel, c.value) IS NOT DISTINCT FROM ($3::text, $4::text) ORDER BY s.starts_at, b.id""",
        one_of["made_with_id"], one_of["booked_by_id"], one_of["channel"], one_of["address"],
    )  # fmt: skip
    return [
        one
        | {"path": rules.link_path(one["id"], one["link_version"]), "active": one["state"] in rules.ACTIVE,
           "shown_reference": rules.shown_reference(one["reference"]),
           "session": one | {"id": one["session_id"], "changed_at": one["session_changed"]}}
        for one in found
    ]  # fmt: skip


async def later_of(booking_id: UUID) -> dict[str, Any] | None:
    """id and link_version of the booking that took this one's place when its time was changed, however often."""
    return await row(
        """WITH RECURSIVE later AS (SELECT id, link_version, moved_to_id, 0 AS steps FROM booking WHERE id = $1
            UNION ALL SELECT b.id, b.link_version, b.moved_to_id, steps + 1
            FROM later JOIN booking b ON b.id = later.moved_to_id WHERE steps < 200)
        SELECT id, link_version FROM later WHERE moved_to_id IS NULL AND steps > 0""",
        booking_id,
    )


async def moved_to(booking_id: UUID) -> str | None:
    """The path of that booking."""
    found = await later_of(booking_id)
    return rules.link_path(found["id"], found["link_version"]) if found else None


async def free_times(booking: dict[str, Any], by: UUID | None, now: datetime) -> list[dict[str, Any]]:
    """The other times of a booking's offer that have room for it now, in time: session_id, starts_at, ends_at.

    `by`: who is signed in. A time that they know the participant to have already is not among them.
    """
    found = await rows(
        f"""SELECT {POOL_COLUMNS}, s.starts_at, s.ends_at FROM seat_pool p JOIN offer o ON o.id = p.offer_id
        JOIN session s ON s.id = p.session_id
        WHERE p.offer_id = $1 AND p.id <> $2 AND s.starts_at > $3 AND s.status <> 'cancelled'
            AND NOT EXISTS (SELECT FROM booking b WHERE {in_the_way("p.id", "$4", "$5", now="$3")})
        ORDER BY s.starts_at, s.id LIMIT 200""",
        booking["offer_id"], booking["pool_id"], now, booking["participant_id"], actor_of(booking, by),
    )  # fmt: skip
    return [one for one in found if pool_of(one).fits(booking["seats"])
            and not any(rules.closed(pool_of(one), now))][:MOST_SHOWN]  # fmt: skip


async def other_time(
    offer: UUID, participant: UUID, booker: UUID, pool: UUID | None, form_key: bytes, now: datetime
) -> str | None:
    """The path of an active booking of the participant at another time of an offer, as far as the booker may know, and
    not made by this form."""
    found = await row(
        f"""SELECT b.id, b.link_version FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.offer_id = $1 AND b.participant_id = $2 AND {known("$3")} AND b.form_key <> $4
            AND b.pool_id IS DISTINCT FROM $5 AND {active_at("$6")} AND p.ends_at > $6
        ORDER BY p.starts_at LIMIT 1""",
        offer, participant, booker, form_key, pool, now,
    )  # fmt: skip
    return rules.link_path(found["id"], found["link_version"]) if found else None
