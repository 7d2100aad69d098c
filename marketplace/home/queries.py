"""What the front page counts, and what happens in the days ahead. Both are kept for a minute, or until the catalogue
changes: counting takes ten times as long as the rest of the page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from marketplace.base.clock import at_oslo, today
from marketplace.base.data.database import rows
from marketplace.base.data.revision import catalogue
from marketplace.base.data.statement import Statement
from marketplace.base.quick.revised import Newest
from offers.catalogue.models import Joining
from offers.catalogue.queries import VISITOR, Viewer, offer_text, published
from offers.search.asked import FEW, PAGE, Search
from offers.search.conditions import BEGUN, how_many, matching
from offers.search.equal.queries import read_equal

DAYS = 7
A_DAY = 3
"""So many of a day are shown."""


@dataclass(frozen=True)
class Happens:
    """The first session of an offer on a day, and how many offers there are on that day. `shown`: one can still come,
    and it stands nowhere else on the page; a day of which nothing is shown has one that is not."""

    day: date
    total: int
    shown: bool
    offer_id: UUID
    slug: str
    starts_at: datetime


@dataclass(frozen=True)
class Titled:
    """What an offer is called in the reader's language, or else in its own."""

    offer_id: UUID
    title: str
    lang: str


@dataclass(frozen=True)
class Counted:
    """How many offers a search has at place `at`: of those with all the words, and of those with some of them."""

    at: int
    total: int
    some: int

    @property
    def found(self) -> int:
        """What the list shows: where next to none has all the words, a page of those that have some of them."""
        few = self.total < FEW and self.some > self.total
        return min(self.some, PAGE) if few else self.total


_counts = Newest[list[Counted]](catalogue, f"{__name__}.counts")
_ahead = Newest[list[Happens]](catalogue, f"{__name__}.ahead")


async def counts(wanted: Sequence[Search], *, viewer: Viewer, now: datetime) -> list[int]:
    """How many offers each of these searches has now, in one statement; at most COUNTED + 1."""
    counting = partial(_count, wanted, viewer, now)
    if viewer != VISITOR:
        found = await counting()
    else:
        found = await _counts.get((tuple(wanted), _minute(now)), counting)
    return [one.found for one in found]


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


async def _count(wanted: Sequence[Search], viewer: Viewer, now: datetime) -> list[Counted]:
    if any(one.words for one in wanted):
        await read_equal()
    asked = Statement(now)
    seen = published(viewer).within(asked)
    each = []
    for at, one in enumerate(wanted):
        total = how_many(one, seen, asked)
        some = how_many(replace(one, any_word=True), seen, asked) if one.words else "0"
        each.append(f"SELECT {at} AS at, {total} AS total, {some} AS some")
    return await rows(Counted, " UNION ALL ".join(each) + " ORDER BY at", *asked.values)


async def ahead(municipalities: tuple[str, ...], *, viewer: Viewer, now: datetime) -> list[Happens]:
    """What happens today and the six days after, by day and hour: the first A_DAY of each."""
    reading = partial(_happens, municipalities, viewer, now)
    if viewer != VISITOR:
        return await reading()
    return await _ahead.get((municipalities, _minute(now)), reading)


async def _happens(municipalities: tuple[str, ...], viewer: Viewer, now: datetime) -> list[Happens]:
    asked = Statement(now)
    put = asked.value
    seen = published(viewer).within(asked)
    _, conditions = matching(Search(municipalities=municipalities), put)
    midnight = datetime.min.time()
    first = at_oslo(today(now), midnight)
    tomorrow = put(at_oslo(today(now) + timedelta(days=1), midnight))
    last = put(at_oslo(today(now) + timedelta(days=DAYS), midnight))
    return await rows(
        Happens,
        f"""WITH dated AS (
            SELECT DISTINCT ON (o.id, day) o.id, o.slug, s.starts_at,
                (s.starts_at AT TIME ZONE 'Europe/Oslo')::date AS day, s.starts_at > $1 AND NOT ({BEGUN})
                    AND (o.joining <> '{Joining.DROP_IN.value}' OR s.starts_at >= {tomorrow}) AS shown
            FROM session s JOIN offer o ON o.id = s.offer_id JOIN organization w ON w.id = o.owner_id
            WHERE s.status <> 'cancelled' AND s.ends_at > $1 AND s.starts_at >= {put(first)} AND s.starts_at < {last}
                AND {" AND ".join([seen, *conditions])}
            ORDER BY o.id, day, s.starts_at <= $1, s.starts_at),
        placed AS (SELECT *, count(*) OVER (PARTITION BY day) AS total,
            row_number() OVER (PARTITION BY day ORDER BY NOT shown, starts_at, id) AS place FROM dated)
        SELECT day, total, shown, id AS offer_id, slug, starts_at FROM placed
        WHERE place <= {A_DAY} AND shown OR place = 1 ORDER BY day, place""",
        *asked.values,
    )


async def titles(offers: Sequence[UUID], lang: str) -> dict[UUID, Titled]:
    """What these offers are called."""
    found = await rows(
        Titled,
        f"""SELECT o.id AS offer_id, t.title, t.lang FROM offer o JOIN {offer_text("$2", "title, lang")} t ON true
        WHERE o.id = ANY($1::uuid[])""",
        list(offers), lang,
    ) if offers else []  # fmt: skip
    return {one.offer_id: one for one in found}
