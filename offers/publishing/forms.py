"""What an editor fills in, a form a step.

Days and clock times are text: a native field shows 06:00 PM to some, and has three tab stops.
"""

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from marketplace.base.i18n import SOURCE, lazy
from marketplace.base.i18n import gettext as _
from marketplace.base.text import plain_digits
from marketplace.base.web.fields import Address, Lang, Line, Words
from marketplace.base.web.forms import Form, Sent
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Visibility
from offers.catalogue.spoken import SPOKEN


class WhatForm(Form):
    organization: UUID | None = None
    source_lang: Lang = SOURCE
    title: str = Field(min_length=1, max_length=120)
    kind: Kind
    summary: str = Field("", max_length=200)
    body: str = Field("", max_length=4000)
    found_by: str = Field("", max_length=300)
    what_happens: Words = ""
    bring: Words = ""
    words = {
        "found_by": {"string_too_long": lazy("Skriv færre søkeord, høyst %(max_length)s tegn.")},
        "kind": {"missing": lazy("Velg hva slags tilbud det er.")},
        "title": {"missing": lazy("Skriv hva tilbudet heter.")},
    }


def _listed_language(code: str) -> str:
    if code not in SPOKEN:
        raise ValueError(_("Velg språkene fra lista."))
    return code


Spoken = Annotated[str, AfterValidator(_listed_language)]


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
    spoken: list[Spoken] = []
    words = {"main_audience": {"missing": lazy("Velg hvem tilbudet er mest for.")}}

    @model_validator(mode="before")
    @classmethod
    def one_is_the_main(cls, sent: Sent) -> Sent:
        """The only one that is ticked is whom it is for."""
        ticked = sent.get("audiences") or []
        only = {"main_audience": ticked[0]} if isinstance(ticked, list) and len(ticked) == 1 else {}
        return only | sent

    @property
    def all_spoken(self) -> list[str]:
        """The languages, each once, in the order of the list."""
        return [code for code in SPOKEN if code in self.spoken]

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
    words = {
        "postcode": {"string_pattern_mismatch": lazy("Skriv postnummeret med fire tall.")},
        "venue": {"otherwise": lazy("Velg et sted fra lista.")},
    }


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
    found_by: str = Field("", max_length=300)
    words = {
        "found_by": {"string_too_long": lazy("Skriv færre søkeord, høyst %(max_length)s tegn.")},
        "title": {"missing": lazy("Skriv hva tilbudet heter.")},
        "summary": {"missing": lazy("Skriv en setning om hva dette er.")},
    }
