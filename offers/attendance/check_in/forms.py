"""What whoever comes sends, and what a host decides on."""

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from offers.attendance.check_in.words import LONGEST

MOST = 8
"""That one check-in says to be."""


class WordsForm(Form):
    """The words on the wall, and how many have come together."""

    words = {
        "said": {"otherwise": lazy("Skriv de tre ordene som står på plakaten")},
        "came": {"otherwise": lazy("Velg hvor mange dere er")},
    }
    said: str = Field(min_length=1, max_length=LONGEST)
    came: int = Field(1, ge=1, le=MOST)


class HereForm(Form):
    """How many of a party have come, as the page of their booking asks."""

    words = {"came": {"otherwise": lazy("Velg hvor mange dere er")}}
    came: int = Field(1, ge=1, le=100)


class AcceptForm(Form):
    """How many heads by code the host has seen and takes into the count, and how many had been taken before."""

    words = {
        "heads": {"otherwise": lazy("Noe ble feil. Last siden på nytt.")},
        "before": {"otherwise": lazy("Noe ble feil. Last siden på nytt.")},
    }
    before: int = Field(ge=0, le=1000)
    heads: int = Field(ge=1, le=1000)
