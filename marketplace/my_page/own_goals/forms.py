"""What somebody writes about what matters to them, and what of it they take along."""

from uuid import UUID

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form


class GoalForm(Form):
    words = {"text": {"missing": lazy("Skriv hva som er viktig for deg.")}}
    text: str = Field(min_length=1, max_length=1000)


class ShareForm(Form):
    """What goes into the PDF: these goals, and whether the times that one was there do."""

    goal: list[UUID] = []
    times: bool = False
