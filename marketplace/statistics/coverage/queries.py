"""Reads of what is offered now, for the coverage map: offers, and never a seat. Nobody is counted here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.clock import today
from marketplace.base.data.database import rows
from marketplace.base.data.statement import Statement
from marketplace.statistics.coverage.rules import Offered
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.queries import CURRENT, VISITOR, outside_office_hours, published
from offers.search.conditions import OPEN
from offers.search.places.queries import LIES_IN

Key = tuple[Any, ...]

SPOTS = f"""current AS MATERIALIZED (
    SELECT o.id, o.main_audience, o.kind, o.joining, o.changed_at, o.venue_id, o.joining = 'drop_in' AND NOT o.sensitive
        AS drop_in, o.joining IN ('whole', 'per_session', 'request') AND NOT o.sensitive AS bookable
    FROM offer o JOIN organization w ON w.id = o.owner_id
    WHERE o.municipality_id = $2 AND o.main_audience <> 'staff' AND {{seen}} AND {CURRENT.format(now="$1")}
), lies AS MATERIALIZED (
    SELECT DISTINCT ON (v.id) v.id, p.district_id FROM venue v
    JOIN district_place p ON {LIES_IN.format(municipality="$2", venue="v")}
    WHERE v.municipality_id = $2 ORDER BY v.id, p.postcode IS NULL
), room AS MATERIALIZED (
    SELECT l.offer_id, l.session_id FROM current o JOIN seat_pool l ON l.offer_id = o.id
    WHERE o.bookable AND {OPEN}
), spots AS (
    SELECT o.id, coalesce(s.venue_id, o.venue_id) AS venue_id,
        coalesce({outside_office_hours("s.starts_at")}, false) AS evening,
        a.offer_id IS NOT NULL OR b.offer_id IS NOT NULL AS room
    FROM current o LEFT JOIN session s ON s.offer_id = o.id AND s.status <> 'cancelled' AND s.ends_at > $1
    LEFT JOIN room a ON a.session_id = s.id LEFT JOIN room b ON b.offer_id = o.id AND b.session_id IS NULL
), placed AS (
    SELECT x.id, x.evening, x.room, lies.district_id FROM spots x LEFT JOIN lies ON lies.id = x.venue_id
)"""
"""After WITH, $1 now and $2 the municipality: what residents can go to, at each place and time that it has ahead. What
has no dates is always there, and counts as office hours, as in the cells of figures."""
COUNTS = """count(*) AS offers, count(*) FILTER (WHERE x.evening) AS evening,
    count(*) FILTER (WHERE o.drop_in) AS drop_in, count(*) FILTER (WHERE o.bookable) AS bookable,
    count(*) FILTER (WHERE o.bookable AND x.room) AS room,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY o.changed_at DESC) AS changed"""


@dataclass(frozen=True)
class Item:
    """A gap that stands on the agenda of a meeting to come, or waits for one (`meeting` None)."""

    dialogue: str
    meeting: str | None
    audience: Audience
    sort: str
    district_id: UUID | None
    evening: bool | None


class _Counts(NamedTuple):
    """One square's COUNTS, of a sort or (nulls) of all together."""

    main_audience: str | None
    name: str | None
    offers: int
    evening: int
    drop_in: int
    bookable: int
    room: int
    changed: datetime | None


class _CellCounts(NamedTuple):
    """The same of a cell."""

    main_audience: str
    kind: str
    district_id: UUID | None
    late: bool
    offers: int
    evening: int
    drop_in: int
    bookable: int
    room: int
    changed: datetime | None


class _Item(NamedTuple):
    dialogue: str
    meeting: str | None
    main_audience: str
    kinds: str
    district_id: UUID | None
    evening: bool | None


class NamedDialogue(NamedTuple):
    """A dialogue; its title is JSON, in every language."""

    slug: str
    title: str


def _offered(found: _Counts | _CellCounts) -> Offered:
    day = today(found.changed) if found.changed else None
    return Offered(found.offers, found.evening, found.drop_in, found.bookable, found.room, day)


async def squares(
    municipality: UUID,
    sorts: dict[Kind, str],
    now: datetime,
    districts: tuple[UUID | None, ...] = (),
    evening: bool | None = None,
) -> dict[tuple[str, str] | None, Offered]:
    """What is offered by (main audience, name of the sort), and of all together under None. Each offer counts once,
    also where it is at several places and times."""
    asked = Statement(now, municipality)
    seen = published(VISITOR).within(asked)
    conditions = ["true"]
    if districts:
        named = asked.value([one for one in districts if one])
        nowhere = " OR district_id IS NULL" if None in districts else ""
        conditions.append(f"(district_id = ANY({named}::uuid[]){nowhere})")
    if evening is not None:
        conditions.append(f"evening = {asked.value(evening)}")
    kinds, names = asked.value([kind.value for kind in sorts]), asked.value(list(sorts.values()))
    found = await rows(
        _Counts,
        f"""WITH {SPOTS.format(seen=seen)}, each AS (
            SELECT id, bool_or(evening) AS evening, bool_or(room) AS room FROM placed WHERE {" AND ".join(conditions)}
            GROUP BY id)
        SELECT o.main_audience, k.name, {COUNTS} FROM each x JOIN current o ON o.id = x.id
        JOIN unnest({kinds}::text[], {names}::text[]) k (kind, name) ON k.kind = o.kind
        GROUP BY GROUPING SETS ((o.main_audience, k.name), ())""",
        *asked.values,
    )
    return {
        (one.main_audience, one.name) if one.main_audience and one.name else None: _offered(one)
        for one in found
    }


async def cells(municipality: UUID, now: datetime) -> dict[tuple[str, str, UUID | None, bool], Offered]:
    """The same by main audience, kind, district and evening at once: an offer counts in each that it has."""
    asked = Statement(now, municipality)
    seen = published(VISITOR).within(asked)
    found = await rows(
        _CellCounts,
        f"""WITH {SPOTS.format(seen=seen)}, each AS (
            SELECT id, district_id, evening, bool_or(room) AS room FROM placed GROUP BY 1, 2, 3)
        SELECT o.main_audience, o.kind, x.district_id, x.evening AS late, {COUNTS}
        FROM each x JOIN current o ON o.id = x.id GROUP BY 1, 2, 3, 4""",
        *asked.values,
    )
    return {(one.main_audience, one.kind, one.district_id, one.late): _offered(one) for one in found}


async def items(municipality: UUID, now: datetime) -> list[Item]:
    """Gaps that are to be talked about, in the dialogues of the municipality.

    It only asks what is there: dialogues belong to a floor above.
    """
    found = await rows(
        _Item,
        """SELECT d.slug AS dialogue, o.slug AS meeting, i.main_audience, i.kinds, i.district_id, i.evening
        FROM dialogue_item i JOIN dialogue d ON d.id = i.dialogue_id
        LEFT JOIN dialogue_meeting m ON m.id = i.meeting_id LEFT JOIN offer o ON o.id = m.offer_id
        WHERE d.municipality_id = $1 AND (i.meeting_id IS NULL OR o.state = 'published' AND o.next_session_at > $2)""",
        municipality, now,
    )  # fmt: skip
    return [
        Item(one.dialogue, one.meeting, Audience(one.main_audience), one.kinds, one.district_id, one.evening)
        for one in found
    ]


class _Missed(NamedTuple):
    audience: str
    said: int


async def missed(municipality: UUID, districts: tuple[UUID | None, ...]) -> dict[str, int]:
    """How often residents have said that they miss something, by whom it is for. It only asks what is there: needs
    belong to a floor above."""
    found = await rows(
        _Missed,
        """SELECT audience, count(*) AS said FROM need WHERE municipality_id = $1 AND audience IS NOT NULL
            AND ($2::uuid[] IS NULL OR district_id = ANY($2)) GROUP BY audience""",
        municipality, [one for one in districts if one] or None,
    )  # fmt: skip
    return {one.audience: one.said for one in found}


async def dialogues(municipality: UUID) -> list[NamedDialogue]:
    """The municipality's dialogues. Only for a form: dialogues belong to a floor above."""
    return await rows(
        NamedDialogue,
        "SELECT slug, title FROM dialogue WHERE municipality_id = $1 ORDER BY slug",
        municipality,
    )
