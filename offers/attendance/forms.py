"""The register as a host sends it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from marketplace.base.errors import BadRequest
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from marketplace.base.web.http import typed_id
from offers.attendance.actions import Filled, OneMore
from offers.attendance.models import AttendanceState
from offers.attendance.queries import Register
from offers.attendance.taps.models import Field as Tapped
from offers.attendance.taps.rules import Place
from offers.bookings.forms import Key

TAPPED = {name.value: name for name in Tapped}


class RegisterForm(Form):
    """Switches that are on, how many just came in, and which saved register the host saw. `keep` is what they choose of
    a conflict, `plus` of whom one more came. How many of a party came stands in fields of their own, seats-<booking>,
    and so does whether somebody sent word or did not come, state-<booking>."""

    words = {
        "head_count": {"otherwise": lazy("Skriv antallet med tall, eller la feltet stå tomt")},
        "adults": {"otherwise": lazy("Skriv antallet med tall, eller la feltet stå tomt")},
        "children": {"otherwise": lazy("Skriv antallet med tall, eller la feltet stå tomt")},
        "plus": {"otherwise": lazy("Noe ble feil. Last siden på nytt.")},
        "volunteers": {"otherwise": lazy("Skriv antallet med tall, eller la feltet stå tomt")},
        "present": {"otherwise": lazy("Noe ble feil med navnene. Last siden på nytt.")},
        "version": {"otherwise": lazy("Noe ble feil. Last siden på nytt.")},
        "keep": {"otherwise": lazy("Noe ble feil. Last siden på nytt.")},
        "form_key": {"otherwise": lazy("Skjemaet er for gammelt. Send det en gang til.")},
    }
    present: list[UUID] = []
    head_count: int | None = Field(None, ge=0, le=1000)
    adults: int | None = Field(None, ge=0, le=1000)
    children: int | None = Field(None, ge=0, le=1000)
    volunteers: int | None = Field(None, ge=0, le=1000)
    version: datetime | None = None
    keep: str | None = Field(None, max_length=80)
    plus: Literal["heads", "adults", "children"] | None = None
    form_key: Key | None = None

    @property
    def one_more(self) -> OneMore | None:
        """What +1 says. A form without a key of its own has none to be known by: its key is what it has seen."""
        key = self.form_key or str(self.version)
        return OneMore(Tapped(self.plus), key) if self.plus else None


def filled(form: Any, fields: Mapping[str, list[str]]) -> Filled:
    """What a form says, as far as it can be read. Raises BadRequest."""
    if not form.valid:
        return Filled(set(), party_seats(fields), states(fields))
    said = form.data
    return Filled(
        set(said.present), party_seats(fields), states(fields),
        {Tapped.HEADS: said.head_count, Tapped.ADULTS: said.adults, Tapped.CHILDREN: said.children,
         Tapped.VOLUNTEERS: said.volunteers},
    )  # fmt: skip


def beside(form: Any, saved: Register, here: list[str]) -> None:
    """After a conflict: nobody who was seen by either is lost, and what the other wrote stays where this one wrote
    nothing. Where one more was counted, the number is what came of it."""
    form.values["version"] = saved.version
    form.values["present"] = form.values.get("present", []) + here
    counted = {"heads": "head_count"}.get(plus := form.values.get("plus"), plus)
    for name in ("head_count", "adults", "children", "volunteers"):
        number = getattr(saved, name)
        if (plus and name in ("head_count", counted)) or not form.values.get(name):
            form.values[name] = "" if number is None else str(number)


def party_seats(fields: Mapping[str, list[str]]) -> dict[UUID, int]:
    """How many of each party came, from the page's lists of numbers; raises BadRequest for what is not on them."""
    found = {}
    for name, texts in fields.items():
        if not name.startswith("seats-"):
            continue
        if not (texts[-1].isascii() and texts[-1].isdigit() and len(texts[-1]) < 5):
            raise BadRequest(_("Velg et av alternativene."))
        if booking := typed_id(name.removeprefix("seats-")):
            found[booking] = int(texts[-1])
    return found


def states(fields: Mapping[str, list[str]]) -> dict[UUID, AttendanceState]:
    """Of whom the page says that they sent word or did not come; raises BadRequest for what is not on its lists."""
    found = {}
    for name, texts in fields.items():
        if not name.startswith("state-") or not texts[-1]:
            continue
        if texts[-1] not in (AttendanceState.ABSENT, AttendanceState.EXCUSED):
            raise BadRequest(_("Velg et av alternativene."))
        if booking := typed_id(name.removeprefix("state-")):
            found[booking] = AttendanceState(texts[-1])
    return found


def choice(keep: str | None) -> tuple[Place, str | None] | None:
    """What a button of a conflict says: of which field, and what. Raises BadRequest."""
    if not keep:
        return None
    booking, _colon, rest = keep.partition(":")
    name, _equals, said = rest.partition("=")
    if name not in TAPPED:
        raise BadRequest(_("Velg et av alternativene."))
    return (typed_id(booking or None), TAPPED[name]), said or None
