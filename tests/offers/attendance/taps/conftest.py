"""A register that two hosts keep."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from offers.catalogue.models import Session
from offers.seats.models import Booking
from tests.offers.attendance.registers import evening
from tests.visitor import Visitor


def tap(
    field: str,
    value: Any = None,
    booking: UUID | None = None,
    *,
    saw: Any = 0,
    at: datetime,
    **other: Any,
) -> dict[str, Any]:
    """One tap as a phone sends it."""
    sent = {"id": str(uuid4()), "at": at.isoformat(), "booking": booking and str(booking), "field": field,
            "value": value, "saw": saw}  # fmt: skip
    return sent | other


@dataclass
class Answer:
    """What the register's address answered: a status, and JSON."""

    status: int
    told: dict[str, Any]

    @property
    def outcomes(self) -> list[str]:
        return [each["outcome"] for each in self.told["taps"]]

    @property
    def whys(self) -> list[str | None]:
        return [each["why"] for each in self.told["taps"]]

    def shows(self, field: str, booking: UUID | None = None) -> str | None:
        found = self.told["register"]["fields"].get(f"{booking or ''}:{field}")
        return str(found["value"]) if found and found["value"] is not None else None

    def version(self, field: str, booking: UUID | None = None) -> int:
        found = self.told["register"]["fields"].get(f"{booking or ''}:{field}")
        return int(found["version"]) if found else 0


async def send(visitor: Visitor, session: Session, taps: Any, **body: Any) -> Answer:
    """Send taps as the page's own code does, with the token that its register told."""
    path = f"/manage/sessions/{session.id}/register/taps"
    token = body.pop("token", None) or await token_of(visitor)
    sent = {"taps": taps, "sent": visitor.now.isoformat()} | body
    got = await visitor.client.post(path, json=sent, headers={"x-form-token": token})
    return Answer(got.status_code, got.json() if "json" in got.headers["content-type"] else {})


async def token_of(visitor: Visitor) -> str:
    """A token of the sign-in, from a page that every host has."""
    page = await visitor.open("/my-page")
    return page.fields("/sign-out")["form_token"][0]


async def logged() -> list[dict[str, Any]]:
    return await rows("SELECT * FROM register_tap ORDER BY arrived_at, version")


async def register_of(*names: str) -> tuple[Session, Person, dict[str, UUID]]:
    """A session that has just begun, its host, and the bookings of these."""
    _offer, session, host = await evening(*names)
    found = {name: (await Booking.get(participant__name=name)).id for name in names}
    return session, host, found
