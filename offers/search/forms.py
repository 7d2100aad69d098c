"""What stands in the address of a list."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from datetime import date as calendar_day
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, create_model, field_validator, model_validator

from marketplace.base.clock import at_oslo, today
from marketplace.base.i18n import gettext as _
from marketplace.base.text import holds_position
from marketplace.base.web.days import Day
from marketplace.base.web.forms import Filled, Form, lazy, listed
from marketplace.base.web.http import Request
from marketplace.settings import settings
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Cost
from offers.catalogue.rules import When, period
from offers.catalogue.spoken import SPOKEN
from offers.search.asked import Position, Search
from offers.search.choices import Access, Order, Part, Weekday, Within, column
from offers.search.places.rules import is_position
from offers.search.week.asked import View, monday_of
from offers.search.words.asked import only_without

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSITION = re.compile(r"(?:([0-9]{1,6})[.])?(?:([0-9]{1,9})~)?([0-9]{1,17}|-)~([0-9a-f]{32})")


def position_text(position: Position, before: int) -> str:
    """A place in the list as it stands in an address: how many stood before it, the rank if there are words,
    microseconds, or - for no date, and the id."""
    at = "-" if position.starts_at is None else (position.starts_at - EPOCH) // timedelta(microseconds=1)
    return f"{before}." + (f"{position.rank}~" if position.rank else "") + f"{at}~{position.id.hex}"


ALL = "all"
"""In place of a municipality: all that are served. Beside one that is named it says nothing."""
Slug = Annotated[str, Field(max_length=80)]


class ListForm(Form):
    """A place in a list."""

    after: str = ""

    @property
    def position(self) -> Position | None:
        found = POSITION.fullmatch(self.after)
        if found is None:
            return None
        _before, rank, at, key = found.groups()
        starts = None if at == "-" else EPOCH + timedelta(microseconds=int(at))
        return Position(starts, UUID(key), int(rank or 0))

    @property
    def before(self) -> int:
        """How many stood before that place when it was given."""
        found = POSITION.fullmatch(self.after)
        return int(found[1] or 0) if found else 0

    @model_validator(mode="after")
    def known_position(self) -> Self:
        if self.after and self.position is None:
            raise ValueError(_("Vi finner ikke igjen stedet i lista. Begynn på nytt fra starten."))
        return self


SWITCHES = ("drop_in", "free", "no_booking", "online", "evening")
TICKED = (
    "weekday",
    "part",
    "audience",
    "kind",
    "spoken",
    "access",
    "cost",
    "organization",
    "municipality",
    "district",
)
"""Fields of which several may be chosen."""
UNCLEAR = lazy("Vi forstår ikke «%(input)s». Kryss av, eller la være.")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _near_enough(day: calendar_day) -> calendar_day:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(_("Skriv en dato mellom %(first)s og %(last)s.", first=FIRST_YEAR, last=LAST_YEAR))
    return day


def _spoken(code: str) -> str:
    if code not in SPOKEN:
        raise ValueError(_("Vi kjenner ikke språket «%(input)s». Velg språk i lista.", input=code[:40]))
    return code


def _not_before(last: calendar_day, info: ValidationInfo) -> calendar_day:
    first = info.data.get("from")
    if first and last < first:
        raise ValueError(_("Siste dag kan ikke være før den første."))
    return last


Date = Annotated[Day, AfterValidator(_near_enough)]
Last = Annotated[Date, AfterValidator(_not_before)]
Span: Any = create_model(  # type: ignore[call-overload]
    "Span", __base__=ListForm, **{"from": (Date | None, None), "to": (Last | None, None)}
)
"""From a day and to a day, both of them too. `from` is a word of Python, so it has no name of its own here."""


class SearchForm(Span):
    """The filters of /offers. `evening`, evenings and weekends, is asked for by old addresses only."""

    q: str = Field("", max_length=300)
    place: str = Field("", max_length=60)
    drop_in: bool = False
    free: bool = False
    no_booking: bool = False
    online: bool = False
    evening: bool = False
    day: When | None = None
    date: Date | None = None
    weekday: list[Weekday] = []
    part: list[Part] = []
    audience: list[Audience] = []
    age: int | None = Field(None, ge=0, le=120)
    kind: list[Kind] = []
    spoken: list[Annotated[str, AfterValidator(_spoken)]] = []
    access: list[Access] = []
    cost: list[Cost] = []
    organization: list[Slug] = Field([], max_length=20)
    municipality: list[Slug] = Field([], max_length=20)
    near: str = Field("", max_length=60)
    within: Within | None = None
    district: list[Slug] = Field([], max_length=20)
    plain: list[Slug] = Field([], max_length=20)
    order: Order | None = None
    view: View = View.LIST
    week: str = ""
    who: str = Field("", max_length=60)
    """A part of an organisation's name, to find it among those that may be chosen: of offers it asks for nothing."""
    words = {
        **{name: {"otherwise": UNCLEAR} for name in SWITCHES},
        "q": {"string_too_long": lazy("Skriv færre ord, høyst %(max_length)s tegn.")},
        "day": {"enum": lazy("Vi kjenner ikke dagen «%(input)s». Velg en dag i lista.")},
        "weekday": {"enum": lazy("Vi kjenner ikke ukedagen «%(input)s». Velg ukedager i lista.")},
        "part": {"enum": lazy("Vi kjenner ikke tiden «%(input)s». Velg når på dagen i lista.")},
        "audience": {"enum": lazy("Vi kjenner ikke «%(input)s». Velg hvem i lista.")},
        "age": {"otherwise": lazy("Skriv en alder mellom 0 og 120.")},
        "kind": {"enum": lazy("Vi kjenner ikke «%(input)s». Velg hva slags tilbud i lista.")},
        "access": {"enum": lazy("Vi kjenner ikke «%(input)s». Velg tilgjengelighet i lista.")},
        "cost": {"enum": lazy("Vi kjenner ikke «%(input)s». Velg hva det koster i lista.")},
        "organization": {"otherwise": lazy("Velg hvem som står bak, i lista.")},
        "municipality": {"otherwise": lazy("Velg kommunen i lista.")},
        "order": {"enum": lazy("Velg rekkefølgen i lista.")},
        "view": {"enum": lazy("Velg om du vil se en liste eller en uke.")},
        "district": {"otherwise": lazy("Velg bydelen i lista.")},
        "near": {"string_too_long": lazy("Skriv et kortere sted, høyst %(max_length)s tegn.")},
        "who": {"string_too_long": lazy("Skriv en kortere del av navnet, høyst %(max_length)s tegn.")},
        "within": {"enum": lazy("Velg hvor langt unna i lista.")},
        "plain": {"otherwise": lazy("Skriv færre og kortere ord.")},
        "place": {"string_too_long": lazy("Skriv et kortere sted, høyst %(max_length)s tegn.")},
    }

    @classmethod
    def from_query(cls, request: Request) -> "Filled[SearchForm]":
        """As the address says it."""
        return cls.of(request.query, today(request.now))

    @classmethod
    def of(cls, sent: Mapping[str, list[str]], today: calendar_day) -> "Filled[SearchForm]":
        """As these fields say it; old addresses say `when`. What can be said once only is said once."""
        fields = renamed(sent)
        form = _unsaid(Filled(cls, fields, {}, today))
        for name in cls.model_fields.keys() - listed(cls) & fields.keys():
            if len({typed.strip() for typed in fields[name]} - {""}) > 1:
                form.add_error(name, _("Her står det flere valg. Velg bare ett."))
        return form

    @classmethod
    async def read(cls, request: Request, **given: Any) -> "Filled[Self]":
        return _unsaid(await super().read(request, **given))

    @field_validator("q")
    @classmethod
    def looks_for_something(cls, typed: str) -> str:
        if only_without(typed):
            raise ValueError(
                _("Skriv også et ord du leter etter. Et ord med strek foran sier bare hva du ikke vil ha.")
            )
        return typed

    @field_validator(*TICKED, mode="before")
    @classmethod
    def blank_is_none(cls, given: list[str]) -> list[str]:
        return [one.strip() for one in given if one.strip()]

    @field_validator("week")
    @classmethod
    def known_week(cls, given: str) -> str:
        monday = monday_of(given)
        if given and (monday is None or not FIRST_YEAR <= monday.year <= LAST_YEAR):
            raise ValueError(_("Vi kjenner ikke uka «%(week)s». Skriv den som 2026-W49.", week=given[:20]))
        return given

    @field_validator("date")
    @classmethod
    def one_day_or_a_span(cls, day: calendar_day | None, info: ValidationInfo) -> calendar_day | None:
        if day and (info.data.get("from") or info.data.get("to")):
            raise ValueError(_("Velg enten én dato, eller fra og til."))
        return day

    @property
    def dear(self) -> bool:
        """Does the database search for this? For words it always does, and for the sessions of a week; for what is near
        and in districts only where there is no index of the catalogue (index/asking.py:KNOWN)."""
        somewhere = self.place or self.near or self.within or self.district
        without_index = somewhere and not settings().catalogue_index
        return bool(self.q or self.view is View.WEEK or without_index)

    @property
    def first(self) -> calendar_day | None:
        """The day in `from`."""
        return getattr(self, "from", None)

    @property
    def last(self) -> calendar_day | None:
        """The day in `to`."""
        return getattr(self, "to", None)

    @property
    def span(self) -> tuple[calendar_day | None, calendar_day | None]:
        """The first day and the last, as they are written."""
        return (self.date, self.date) if self.date else (self.first, self.last)

    def between(self, now: datetime) -> tuple[datetime, datetime] | None:
        """The dates that are written count before the day that is chosen among the usual ones."""
        first, last = self.span
        if not first and not last:
            return period(self.day, now) if self.day else None
        end = last + timedelta(days=1) if last else calendar_day(LAST_YEAR + 1, 1, 1)
        return at_oslo(first or calendar_day(FIRST_YEAR, 1, 1), time(0)), at_oslo(end, time(0))

    def search(self, now: datetime) -> Search:
        """Without `near`, which is a name until somebody has looked it up (understood.py)."""
        return Search(
            words=" ".join(self.q.split()), by_date=self.order is Order.DATE, nearest_first=self.order is Order.NEAR,
            place=self.place, within=int(self.within) if self.within else None,
            districts=tuple(sorted(set(self.district))),
            municipalities=tuple(sorted({*self.municipality} - {ALL})),
            organizers=tuple(sorted(set(self.organization))), kinds=tuple(sorted(set(self.kind))),
            audiences=tuple(sorted(set(self.audience))), age=self.age, spoken=tuple(sorted(set(self.spoken))),
            costs=tuple(sorted(set(self.cost))), online=self.online, drop_in=self.drop_in or None,
            no_booking=self.no_booking, between=self.between(now),
            weekdays=tuple(number for number, day in enumerate(Weekday, 1) if day in self.weekday),
            parts=tuple(part for part in Part if part in self.part),
            access=tuple(column(one) for one in Access if one in self.access),
            free=self.free, evening=self.evening, after=self.position,
        )  # fmt: skip


def _unsaid(form: Filled[Any]) -> Filled[Any]:
    """The form without a position: where somebody is to the metre is searched for by nothing, stands on no page and in
    no link, and is kept in no calendar's search, whatever else of the form is right or wrong."""
    for name, holds in (("near", is_position), ("place", holds_position), ("q", holds_position)):
        if holds(form.values.get(name, "")):
            form.values[name] = ""
            form.add_error(name, _("Skriv et sted eller et postnummer."))
    return form


def renamed(query: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The query as we would write it today: what once was `when` is a day."""
    return {"day" if name == "when" and "day" not in query else name: typed for name, typed in query.items()}


def chosen_municipalities(form: Filled[SearchForm]) -> set[str]:
    """What was sent in place of municipalities, right or wrong."""
    return {one for one in form.values.get("municipality", []) if one.strip()}


def only_known(form: Filled[SearchForm], names: Collection[tuple[str, str]]) -> None:
    """Name each municipality that is looked for and that this instance does not serve, and each organisation that is
    not there: a list or a calendar of it would be empty for ever, and nobody would know why. `names`: those that are,
    as ("municipality", slug) and ("organization", slug)."""
    words = {
        "municipality": lazy("Vi kjenner ingen kommune som heter «%(name)s»."),
        "organization": lazy("Vi kjenner ingen organisasjon som heter «%(name)s»."),
    }
    for field, text in words.items():
        asked = {one for one in form.values.get(field, []) if one.strip() and one != ALL}
        for unknown in sorted(one for one in asked if (field, one) not in names):
            form.add_error(field, str(text) % {"name": unknown[:40]})
