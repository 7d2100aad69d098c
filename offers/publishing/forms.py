"""What an editor fills in, a form a step.

Days and clock times are text: a native field shows 06:00 PM to some, and has three tab stops.
"""

import re
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationInfo, model_validator

from marketplace.base.clock import at_oslo
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.text import plain_digits
from marketplace.base.web.fields import Address, Clock, Day, Line, Phone, Words, clock_of
from marketplace.base.web.forms import Filled, Form
from marketplace.people.forms import THEIRS, reachable
from marketplace.people.names import person_name
from marketplace.people.rules import contact
from offers.catalogue.models import Audience, Joining, Kind, Promotion, Visibility
from offers.publishing.rules import BACKWARDS, Repeat, backwards
from organizations.members.models import LeadsAs


def tell_order(form: Filled[Any]) -> None:
    """Tell a wrong order of `starts` and `ends` in a form that has other errors too: all is told at once."""
    try:
        wrong = backwards(clock_of(form.values.get("starts", "")), clock_of(form.values.get("ends", "")))
    except ValueError:
        return
    if wrong:
        form.add_error("ends", str(BACKWARDS))


class WhatForm(Form):
    organization: UUID | None = None
    source_lang: Literal["nb", "nn", "en"] = "nb"
    title: str = Field(min_length=1, max_length=120)
    kind: Kind
    summary: str = Field("", max_length=200)
    body: str = Field("", max_length=4000)
    what_happens: Words = ""
    bring: Words = ""
    words: ClassVar[dict[str, dict[str, Any]]] = {
        "kind": {"missing": lazy("Velg hva slags tilbud det er.")},
        "title": {"missing": lazy("Skriv hva tilbudet heter.")},
    }


def _older(age: int | None, info: ValidationInfo) -> int | None:
    """The highest age is not below the lowest."""
    lowest = info.data.get("age_from")
    if age is not None and lowest is not None and age < lowest:
        raise ValueError(_("Den høyeste alderen kan ikke være lavere enn den laveste."))
    return age


class AudienceForm(Form):
    """`main_audience` is whom it is most for, `audiences` whom it also suits. Of one that is said in either place
    nothing more is asked."""

    main_audience: Audience
    audiences: list[Audience] = []
    visibility: Visibility = Visibility.PUBLIC
    members: list[UUID] = []
    sensitive: bool = False
    bring_someone: Words = ""
    age_from: int | None = Field(None, ge=0, le=120)
    age_to: Annotated[int | None, AfterValidator(_older)] = Field(None, ge=0, le=120)
    words: ClassVar[dict[str, dict[str, Any]]] = {
        "main_audience": {"missing": lazy("Velg hvem tilbudet er mest for.")}
    }

    @model_validator(mode="before")
    @classmethod
    def one_is_the_main(cls, sent: dict[str, Any]) -> dict[str, Any]:
        """The only one that is ticked is whom it is for."""
        ticked = sent.get("audiences") or []
        only = {"main_audience": ticked[0]} if isinstance(ticked, list) and len(ticked) == 1 else {}
        return only | sent

    @property
    def all_audiences(self) -> list[str]:
        """Everybody it is for, in the order of the list."""
        said = {self.main_audience, *self.audiences}
        return [audience.value for audience in Audience if audience in said]


YesNo = Literal["yes", "no"]


def _postcode(text: str) -> str:
    """The four digits of a postcode that is written NO-4306 or 43 06."""
    return re.sub(r"^(?:NO|N)-?|\s", "", plain_digits(text), flags=re.IGNORECASE)


class PlaceForm(Form):
    """`place` says which of the other fields count: a `venue` of the list, a new one, or an address on the net."""

    place: Literal["known", "new", "online"] | None = None
    venue: UUID | None = None
    venue_name: Line = ""
    street: Line = ""
    postcode: Annotated[str, BeforeValidator(_postcode), Field(pattern=r"^[0-9]{4}$|^$")] = ""
    city: Line = ""
    transport: Words = ""
    step_free: YesNo | None = None
    hearing_loop: YesNo | None = None
    accessible_toilet: YesNo | None = None
    online_url: Address | None = None
    way_in: Words = ""
    meets_you: Words = ""
    words: ClassVar[dict[str, dict[str, Any]]] = {
        "postcode": {"string_pattern_mismatch": lazy("Skriv postnummeret med fire tall.")},
        "venue": {"otherwise": lazy("Velg et sted fra lista.")},
    }


class DatesForm(Form):
    """`made_from` says which rule the ticked `dates` were made from.

    `keep` are the draft's dates that stay, of those that were there at the moment `seen`.
    """

    repeat: Repeat = Repeat.ONCE
    first: Day | None = None
    starts: Clock | None = None
    ends: Clock | None = None
    last: Day | None = None
    dates: list[Day] = Field([], max_length=200)
    made_from: str = Field("", max_length=100)
    keep: list[UUID] = []
    seen: AwareDatetime | None = None

    @property
    def rule(self) -> str:
        return f"{self.repeat.value} {self.first} {self.last}"

    @property
    def empty(self) -> bool:
        return self.first is None and self.starts is None and self.ends is None


Reminder = Literal["168", "72", "24", "2"]
REMINDERS = tuple(int(hours) for hours in get_args(Reminder))
"""Hours before the start that may be chosen."""


class JoiningForm(Form):
    """`opens_day` and `opens_clock` go together. `hold_hours` counts where freed seats are held."""

    joining: Joining
    link: Address | None = None
    capacity: int | None = Field(None, ge=1, le=100_000)
    max_party: int = Field(10, ge=1, le=1000)
    contact_name: Annotated[Line, AfterValidator(person_name)] = ""
    phone: Phone | None = None
    may_leave: Words = ""
    promotion: Promotion = Promotion.AUTOMATIC
    hold_hours: int | None = Field(None, ge=1, le=168)
    opens_day: Day | None = None
    opens_clock: Clock | None = None
    closes_hours: int | None = Field(None, ge=0, le=8760)
    remind: list[Reminder] = []
    words: ClassVar[dict[str, dict[str, Any]]] = {
        "joining": {"missing": lazy("Velg hvordan man blir med.")},
        "hold_hours": {"int_parsing": lazy("Skriv hvor mange timer vi holder plassen.")},
    }

    @model_validator(mode="before")
    @classmethod
    def what_goes_together(cls, sent: dict[str, Any]) -> dict[str, Any]:
        """How long a seat is held does not count where none is; a day asks for a clock time, and the other way."""
        held = sent.get("promotion") == Promotion.HELD
        kept = {name: text for name, text in sent.items() if name != "hold_hours" or held}
        if held:
            kept = {"hold_hours": ""} | kept
        if ("opens_day" in kept) != ("opens_clock" in kept):
            kept = {"opens_day": "", "opens_clock": ""} | kept
        return kept

    @property
    def opens_at(self) -> datetime | None:
        """When booking opens, in UTC."""
        if self.opens_day is None or self.opens_clock is None:
            return None
        return at_oslo(self.opens_day, self.opens_clock)


class PublishForm(Form):
    sensitive: Literal["yes", "no"]


class TextForm(Form):
    """All texts of an offer in one more language."""

    title: str = Field(min_length=1, max_length=120)
    summary: str = Field(min_length=1, max_length=200)
    body: str = Field("", max_length=4000)
    meets_you: Words = ""
    way_in: Words = ""
    bring_someone: Words = ""
    what_happens: Words = ""
    may_leave: Words = ""
    bring: Words = ""
    words: ClassVar[dict[str, dict[str, Any]]] = {
        "title": {"missing": lazy("Skriv hva tilbudet heter.")},
        "summary": {"missing": lazy("Skriv en setning om hva dette er.")},
    }


class HostForm(Form):
    email: Annotated[str, Field(max_length=254), AfterValidator(reachable)]

    leads_as: LeadsAs | None = None

    words: ClassVar[dict[str, dict[str, Any]]] = {
        "email": THEIRS, "leads_as": {"otherwise": lazy("Velg et av alternativene.")}
    }  # fmt: skip

    @property
    def contact(self) -> tuple[Channel, str]:
        found = contact(self.email)
        assert found is not None  # `reachable` has seen it
        return found


class OrganizerForm(Form):
    organization: UUID
    may_edit: bool = False

    words: ClassVar[dict[str, dict[str, Any]]] = {
        "organization": {"missing": lazy("Velg en organisasjon fra lista."),
                         "otherwise": lazy("Velg en organisasjon fra lista.")}
    }  # fmt: skip
