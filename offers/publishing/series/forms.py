"""One date or a whole series."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from marketplace.base.web.days import Day
from marketplace.base.web.fields import Clock, End, clock_of, end_of
from marketplace.base.web.forms import Filled, Form
from offers.publishing.series.rules import BACKWARDS, Repeat, backwards


def tell_order(form: Filled[Any]) -> None:
    """Tell a wrong order of `starts` and `ends` in a form that has other errors too: all is told at once."""
    try:
        wrong = backwards(clock_of(form.values.get("starts", "")), end_of(form.values.get("ends", "")))
    except ValueError:
        return
    if wrong:
        form.add_error("ends", str(BACKWARDS))


class DatesForm(Form):
    """`made_from` says which rule the ticked `dates` were made from.

    `keep` are the draft's dates that stay, of those that were there at the moment `seen`.
    """

    repeat: Repeat = Repeat.ONCE
    first: Day | None = None
    starts: Clock | None = None
    ends: End | None = None
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
