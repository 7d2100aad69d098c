"""What the coverage map is made of, and its words: no database. Whom something is for, and of which sort it is, make
one square."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext
from marketplace.base.numbers import amount
from marketplace.statistics.stored import Sum
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.rules import inside_words


@dataclass(frozen=True)
class Sort:
    """A column of the map: kinds that do the same for people. `label` heads it."""

    label: str
    kinds: tuple[Kind, ...]


SORTS = {
    "meeting_place": Sort(lazy("Møteplass"), (Kind.MEETING_PLACE,)),
    "activity": Sort(lazy("Aktivitet"), (Kind.ACTIVITY,)),
    "course": Sort(lazy("Kurs og verksted"), (Kind.COURSE, Kind.WORKSHOP, Kind.TALK)),
    "group": Sort(lazy("Gruppe"), (Kind.GROUP, Kind.SELF_HELP_GROUP, Kind.ONLINE_SELF_HELP)),
    "conversation": Sort(lazy("Samtale"), (Kind.CONVERSATION, Kind.COMPANION)),
    "task": Sort(lazy("Frivillig oppdrag"), (Kind.VOLUNTEER_TASK,)),
}
"""What is for staff alone is not here: the map is of what residents can go to."""
SORT_OF = {kind: name for name, sort in SORTS.items() for kind in sort.kinds}
AUDIENCES = tuple(audience for audience in Audience if audience is not Audience.STAFF)


class Time(StrEnum):
    """When: the whole week, in office hours, or in the evening and at weekends."""

    ALL = "all"
    OFFICE = "office"
    EVENING = "evening"

    @property
    def evening(self) -> bool | None:
        return None if self is Time.ALL else self is Time.EVENING


TIME_LABELS = {
    Time.ALL: lazy("Hele uka"), Time.OFFICE: lazy("Arbeidstid"), Time.EVENING: lazy("Kveld og helg"),
}  # fmt: skip


class Show(StrEnum):
    """What the squares say."""

    OFFERS = "offers"
    ATTENDANCES = "attendances"
    AGE = "age"


SHOW_LABELS = {
    Show.OFFERS: lazy("Tilbud nå"), Show.ATTENDANCES: lazy("Oppmøte i år"), Show.AGE: lazy("Sist endret"),
}  # fmt: skip


@dataclass(frozen=True)
class Offered:
    """What there is in one square: `offers`, and of them those in the `evening`; how many one can just come to
    (`drop_in`), can be booked (`bookable`) and have `room`. What is sensitive is among the offers, and tells nothing
    of its seats. `changed`: half of them were changed by their organiser on this day or later."""

    offers: int = 0
    evening: int = 0
    drop_in: int = 0
    bookable: int = 0
    room: int = 0
    changed: date | None = None

    @property
    def with_room(self) -> int:
        """How many one can come to: there are seats left, or none are needed."""
        return self.drop_in + self.room

    def age(self, today: date) -> int | None:
        """Days since half of them were changed."""
        return (today - self.changed).days if self.changed else None


NOTHING = Offered()


@dataclass(frozen=True)
class Square:
    """One square as it is shown. `depth` (0 to 3) only repeats `main`."""

    audience: Audience
    sort: str
    main: str
    more: str = ""
    depth: int = 0
    gap: bool = False

    @property
    def key(self) -> str:
        """What its button sends."""
        return f"{self.audience.value}:{self.sort}"


def square(
    audience: Audience, sort: str, show: Show, offered: Offered, attended: Sum | None, today: date
) -> Square:
    """What one square says."""
    if show is Show.ATTENDANCES:
        count = attended.value if attended else 0
        more = _("± %(error)s", error=amount(attended.error)) if attended and attended.error else ""
        words = amount(count) if attended and (count or more) else _("Ingen")
        return Square(audience, sort, words, more, _depth(count, (1, 50, 250)))
    if not offered.offers:
        return Square(audience, sort, _("Ingen"), gap=show is Show.OFFERS)
    if show is Show.AGE:
        days = offered.age(today) or 0
        words = ngettext("%(num)s dag", "%(num)s dager", days) if days else _("I dag")
        return Square(audience, sort, words, "", _depth(days, (0, 60, 180)))
    return Square(audience, sort, str(offered.offers), room_words(offered), _depth(offered.offers, (1, 2, 4)))


def _depth(number: int, steps: tuple[int, int, int]) -> int:
    return sum(number >= step for step in steps)


def room_words(offered: Offered) -> str:
    """How many one can come to; nothing of what is sensitive."""
    parts = []
    if offered.drop_in:
        parts.append(
            _("kom innom")
            if offered.drop_in == offered.offers
            else _("%(num)s å komme innom", num=offered.drop_in)
        )
    if offered.bookable:
        parts.append(_("%(num)s med plass", num=offered.room) if offered.room else _("ingen med plass nå"))
    return ", ".join(parts)


def gap_words(audience: Audience, sort: str, district: str = "", evening: bool | None = None) -> str:
    """What is missing: "Aktivitet for ungdom (Figgjo, kveld og helg)"."""
    label = str(SORTS[sort].label) if sort in SORTS else sort
    time = Time.ALL if evening is None else Time.EVENING if evening else Time.OFFICE
    words = [] if time is Time.ALL else [str(TIME_LABELS[time])]
    beside = ", ".join([*([district] if district else []), *(word[:1].lower() + word[1:] for word in words)])
    missing = _("%(sort)s for %(whom)s", sort=label, whom=inside_words(audience))
    return f"{missing} ({beside})" if beside else missing


def gap_of(text: str) -> tuple[Audience, str] | None:
    """(audience, sort) of what a square's button sends. None: it is no square."""
    audience, _colon, sort = text.partition(":")
    if audience in AUDIENCES and sort in SORTS:
        return Audience(audience), sort
    return None
