"""A card of the catalogue: one class of what is read for it, and one of what it says. No database, no clock."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.i18n import gettext as _
from offers.catalogue.models import Joining
from offers.catalogue.pictures import drawing
from offers.catalogue.rules import Left, audience_words, kind_words, other_lang, seats, when_words


class CardRow(NamedTuple):
    """What is known of an offer that stands in a list: the columns of offers/search/queries.py:CARD, which the index
    of the catalogue fills as well (finding.py). `session_at` to `session_ends`: the session shown; `starts_at` to
    `closes_at`: of its seats, or of the offer's; without `taken` there are none. `room_later`: where these are full, is
    there room on another day? `picture`: the address of its organiser's own, in hexadecimal."""

    id: UUID
    slug: str
    kind: str
    audiences: list[str]
    main_audience: str | None
    joining: str
    sensitive: bool
    session_count: int
    online_url: str | None
    session_at: datetime | None
    session_ends: datetime | None
    owner_name: str
    venue_name: str | None
    title: str
    summary: str
    lang: str
    picture: str | None
    capacity: int | None
    taken: int | None
    waiting: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    room_later: bool | None


class Card(NamedTuple):
    """What components/offers.html:offer_card shows. `lang`: the language of the offer's own words, where it is another
    than the page's. `act`: what a visitor may do (rules.py:Seats). `drawing`: the file for who has no `picture`."""

    slug: str
    title: str
    summary: str
    lang: str
    kind_label: str
    owner_name: str
    starts_at: datetime | None
    ends_at: datetime | None
    when_text: str
    venue_name: str
    audience_text: str
    seats_state: str
    seats_text: str
    seats_note: str
    drop_in: bool
    act: str
    picture: str | None
    drawing: str


def where_words(venue_name: str | None, online_url: str | None) -> str:
    """The venue's name, or that it is on the web."""
    return venue_name or (_("På nett") if online_url else "")


def card(row: CardRow, now: datetime) -> Card:
    """An offer of a list, in the reader's language."""
    pool = Left(row.capacity, row.taken, row.waiting, row.starts_at, row.ends_at, row.opens_at, row.closes_at)
    told = seats(row.joining, pool, row.sensitive, now)
    starts, ends = row.session_at, row.session_ends
    return Card(
        slug=row.slug, title=row.title, summary=row.summary, lang=other_lang(row.lang),
        kind_label=kind_words(row.kind, row.joining, row.session_count), owner_name=row.owner_name,
        starts_at=starts, ends_at=ends, when_text=when_words(starts, ends, now) if starts and ends else "",
        venue_name=where_words(row.venue_name, row.online_url),
        audience_text=audience_words(row.audiences, row.main_audience), seats_state=told.state,
        seats_text=told.text, seats_note=_("Ledig andre dager") if row.room_later else "",
        drop_in=row.joining == Joining.DROP_IN, act=told.act, picture=row.picture, drawing=drawing(row.kind),
    )  # fmt: skip
