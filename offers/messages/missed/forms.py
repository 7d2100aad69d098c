"""The number on which somebody asks to be rung."""

from pydantic import Field

from marketplace.base.web.forms import Form
from offers.bookings.forms import Number


class CallForm(Form):
    number: Number = Field(None, validate_default=True)
