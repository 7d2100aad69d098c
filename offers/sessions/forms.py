"""What an editor says when a session is moved or cancelled. `sequence` tells which version the page showed."""

from uuid import UUID

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.days import Day
from marketplace.base.web.fields import Clock, End
from marketplace.base.web.forms import Form


class MoveForm(Form):
    """`warned` is the time of which the page has said that there is another session of the offer then."""

    day: Day
    starts: Clock
    ends: End
    venue: UUID | None = None
    sequence: int = Field(ge=0, le=1_000_000)
    warned: str = Field("", max_length=100)
    words = {
        "day": {"missing": lazy("Skriv datoen dere møtes.")},
        "starts": {"missing": lazy("Skriv når dere begynner.")},
        "ends": {"missing": lazy("Skriv når dere slutter.")},
        "venue": {"otherwise": lazy("Velg et sted fra lista.")},
    }

    @property
    def time(self) -> str:
        return f"{self.day} {self.starts} {self.ends}"


class CancelForm(Form):
    note: str = Field("", max_length=300)
    sequence: int = Field(ge=0, le=1_000_000)


class CancelOfferForm(Form):
    note: str = Field("", max_length=300)
