"""What a coordinator fills in about the dialogue."""

from uuid import UUID

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.days import Day
from marketplace.base.web.fields import Clock, End, Words
from marketplace.base.web.forms import Form
from marketplace.statistics.coverage.rules import Time


class MemberForm(Form):
    organization: UUID
    words = {
        "organization": {"missing": lazy("Velg en organisasjon."), "otherwise": lazy("Velg en organisasjon.")}
    }


class MeetingForm(Form):
    """What the members need to know, and nothing that is the same at every meeting."""

    title: str = Field(min_length=1, max_length=120)
    summary: str = Field(min_length=1, max_length=200)
    agenda: str = Field(min_length=1, max_length=4000)
    day: Day
    starts: Clock
    ends: End
    venue: UUID
    way_in: Words = Field(min_length=1, max_length=600)
    meets_you: Words = Field(min_length=1, max_length=600)
    capacity: int | None = Field(None, ge=1, le=100_000)
    words = {
        "title": {"missing": lazy("Skriv hva møtet heter.")},
        "summary": {"missing": lazy("Skriv en setning om hva møtet er til for.")},
        "agenda": {"missing": lazy("Skriv hva dere skal snakke om.")},
        "day": {"missing": lazy("Skriv datoen dere møtes.")},
        "starts": {"missing": lazy("Skriv når dere begynner.")},
        "ends": {"missing": lazy("Skriv når dere slutter.")},
        "venue": {"missing": lazy("Velg et sted."), "otherwise": lazy("Velg et sted fra lista.")},
        "way_in": {"missing": lazy("Skriv hvor man går inn.")},
        "meets_you": {"missing": lazy("Skriv hvem som møter den som kommer.")},
    }


class AttendedForm(Form):
    """Which organisations were at a meeting."""

    organizations: list[UUID] = []


class GapForm(Form):
    """One square of the coverage map, as its button and the page's choices say it."""

    municipality: str = Field(max_length=80)
    dialogue: str = Field(max_length=80)
    gap: str = Field(max_length=60)
    district: str = Field("", max_length=80)
    time: Time = Time.ALL


class OutcomeForm(Form):
    """Which offer came of an item; nothing: none that is known."""

    offer: UUID | None = None
    words = {"offer": {"otherwise": lazy("Velg et tilbud fra lista.")}}
