"""How people join, and when they are reminded."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from marketplace.base.clock import at_oslo
from marketplace.base.i18n import lazy
from marketplace.base.web.days import Day
from marketplace.base.web.fields import Address, Clock, Line, Phone, Words
from marketplace.base.web.forms import Form, Sent
from marketplace.people.names import person_name
from offers.catalogue.models import Cost, Joining, Promotion

Reminder = Literal["168", "72", "24", "2"]
Share = Literal["50", "60", "70", "75", "80", "90", "100"]
"""Per cent of a course that a certificate asks for."""


REMINDERS = tuple(int(hours) for hours in get_args(Reminder))
"""Hours before the start that may be chosen."""
SHARES = get_args(Share)


def _what_it_costs(sent: Sent) -> Sent:
    """How much is asked for where it costs something, and does not count elsewhere."""
    if sent.get("cost") == Cost.SOME:
        return {"cost_text": ""} | sent
    return {name: text for name, text in sent.items() if name != "cost_text"}


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
    certificate: Share | None = None
    cost: Cost | None = None
    cost_text: str = Field("", min_length=1, max_length=80)
    words = {
        "cost": {"enum": lazy("Velg om det er gratis eller koster noe.")},
        "cost_text": {"missing": lazy("Skriv hvor mye det koster, for eksempel «30 kroner til kaffe».")},
        "certificate": {"literal_error": lazy("Velg hvor mye av kurset man må være med på.")},
        "joining": {"missing": lazy("Velg hvordan man blir med.")},
        "hold_hours": {"int_parsing": lazy("Skriv hvor mange timer vi holder plassen.")},
    }

    @model_validator(mode="before")
    @classmethod
    def what_goes_together(cls, sent: Sent) -> Sent:
        """How long a seat is held does not count where none is; a day asks for a clock time, and the other way."""
        held = sent.get("promotion") == Promotion.HELD
        kept = {name: text for name, text in sent.items() if name != "hold_hours" or held}
        if held:
            kept = {"hold_hours": ""} | kept
        kept = _what_it_costs(kept)
        if ("opens_day" in kept) != ("opens_clock" in kept):
            kept = {"opens_day": "", "opens_clock": ""} | kept
        return kept

    @property
    def opens_at(self) -> datetime | None:
        """When booking opens, in UTC."""
        if self.opens_day is None or self.opens_clock is None:
            return None
        return at_oslo(self.opens_day, self.opens_clock)
