"""What those who lead an offer fill in about its seats."""

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form


class KeepForm(Form):
    """Seats that are kept; empty is none."""

    words = {"reserved": {"otherwise": lazy("Skriv et helt tall, 0 eller mer.")}}
    reserved: int = Field(0, ge=0, le=100_000)


class CapacityForm(Form):
    """Seats of a pool; empty is no limit."""

    words = {"capacity": {"otherwise": lazy("Skriv et helt tall, eller la feltet stå tomt")}}
    capacity: int | None = Field(None, ge=0, le=100_000)
    promised: int = Field(0, ge=0, le=100_000)
