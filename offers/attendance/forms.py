"""The register as a host sends it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from marketplace.base.forms import Form
from marketplace.base.i18n import lazy


class RegisterForm(Form):
    """Switches that are on, how many just came in, and which saved register the host saw. How many of a party came
    stands in fields of their own, seats-<booking>."""

    words: ClassVar[dict[str, dict[str, Any]]] = {
        "head_count": {"otherwise": lazy("Skriv antallet med tall, eller la feltet stå tomt")},
        "present": {"otherwise": lazy("Noe ble feil med navnene. Last siden på nytt.")},
        "version": {"otherwise": lazy("Noe ble feil. Last siden på nytt.")},
    }
    present: list[UUID] = []
    head_count: int | None = Field(None, ge=0, le=1000)
    version: datetime | None = None


def party_seats(fields: Mapping[str, list[str]]) -> dict[UUID, int]:
    """How many of each party came; what is no id or no number is left out, and then all of the party came."""
    found = {}
    for name, texts in fields.items():
        if name.startswith("seats-") and texts[-1].isascii() and texts[-1].isdigit() and len(texts[-1]) < 5:
            try:
                found[UUID(name.removeprefix("seats-"))] = int(texts[-1])
            except ValueError:
                continue
    return found
