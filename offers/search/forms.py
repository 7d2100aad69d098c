"""What stands in the address of a list."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, field_validator, model_validator

from marketplace.base.i18n import gettext as _
from marketplace.base.web.forms import Filled, Form, lazy
from offers.catalogue.models import Audience, Kind
from offers.catalogue.rules import When, period
from offers.search.queries import Position, Search

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSITION = re.compile(r"(?:([0-9]{1,6})[.])?(?:([0-9]{1,9})~)?([0-9]{1,17}|-)~([0-9a-f]{32})")


def position_text(position: Position, before: int) -> str:
    """A place in the list as it stands in an address: how many stood before it, the rank if there are words,
    microseconds, or - for no date, and the id."""
    at = "-" if position.starts_at is None else (position.starts_at - EPOCH) // timedelta(microseconds=1)
    return f"{before}." + (f"{position.rank}~" if position.rank else "") + f"{at}~{position.id.hex}"


ALL = "all"
"""In place of a municipality: all that are served."""
Slug = Annotated[str, Field(max_length=80)]


class Order(StrEnum):
    """In which order offers stand: it is said beside the list, and can be changed. Without a choice: what is nearest
    first where one asks for that, else what has the words best, else by date."""

    BEST = "best"
    DATE = "date"
    NEAR = "near"


class Within(StrEnum):
    """How far it may be, in kilometres."""

    TWO = "2"
    FIVE = "5"
    TEN = "10"
    TWENTY = "20"


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


class SearchForm(ListForm):
    """The filters of /offers."""

    q: str = Field("", max_length=300)
    place: str = Field("", max_length=60)
    drop_in: bool = False
    free: bool = False
    evening: bool = False
    when: When | None = None
    audience: list[Audience] = []
    kind: list[Kind] = []
    municipality: list[Slug] = Field([], max_length=20)
    near: str = Field("", max_length=60)
    within: Within | None = None
    district: list[Slug] = Field([], max_length=20)
    order: Order | None = None
    words = {
        "q": {"string_too_long": lazy("Skriv færre ord, høyst %(max_length)s tegn.")},
        "when": {"enum": lazy("Velg når i lista.")},
        "audience": {"enum": lazy("Velg hvem i lista.")},
        "kind": {"enum": lazy("Velg hva slags tilbud i lista.")},
        "municipality": {"otherwise": lazy("Velg kommunen i lista.")},
        "order": {"enum": lazy("Velg rekkefølgen i lista.")},
        "district": {"otherwise": lazy("Velg bydelen i lista.")},
        "near": {"string_too_long": lazy("Skriv et kortere sted, høyst %(max_length)s tegn.")},
        "within": {"enum": lazy("Velg hvor langt unna i lista.")},
        "place": {"string_too_long": lazy("Skriv et kortere sted, høyst %(max_length)s tegn.")},
    }

    @field_validator("municipality", "district", mode="before")
    @classmethod
    def blank_is_none(cls, given: list[str]) -> list[str]:
        return [one for one in given if one.strip()]

    def search(self, now: datetime) -> Search:
        """Without `near`, which is a name until somebody has looked it up (understood.py)."""
        return Search(
            words=" ".join(self.q.split()), by_date=self.order is Order.DATE, by_words=self.order is Order.BEST,
            place=self.place, within=int(self.within) if self.within else None,
            districts=tuple(sorted(set(self.district))),
            municipalities=() if ALL in self.municipality else tuple(sorted(set(self.municipality))),
            kinds=tuple(sorted(set(self.kind))),
            audiences=tuple(sorted(set(self.audience))), between=period(self.when, now) if self.when else None,
            drop_in=self.drop_in or None, free=self.free, evening=self.evening, after=self.position,
        )  # fmt: skip


def chosen_municipalities(form: Filled[SearchForm]) -> set[str]:
    """What was sent in place of municipalities, right or wrong."""
    return {one for one in form.values.get("municipality", []) if one.strip()}


def only_served(form: Filled[SearchForm], served: Collection[str]) -> None:
    """Name each municipality that is looked for and that this instance does not serve: a list or a calendar of it would
    be empty for ever, and nobody would know why."""
    for unknown in sorted(chosen_municipalities(form) - {ALL, *served}):
        form.add_error("municipality", _("Vi kjenner ingen kommune som heter «%(name)s».", name=unknown))
