"""What a visitor fills in to book, to find a booking, and what an organisation fills in about seats."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from marketplace.base.i18n import LANGUAGES, lazy
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.web.forms import Form, Sent
from marketplace.people.names import NAME_LENGTH, PersonName, person_name
from marketplace.people.rules import can_be_rung, can_take_sms, contact
from marketplace.settings import settings
from offers.seats.rules import Said, Shown


def _email(text: str | None) -> str:
    if not text:
        raise ValueError(_("Skriv e-postadressen din"))
    found = contact(text)
    if found is None or found[0] is not Channel.EMAIL:
        raise ValueError(_("Se over e-postadressen. Skriv for eksempel kari@epost.no"))
    return found[1]


def _participant(text: str | None) -> str:
    name = person_name(text)
    if not name:
        raise ValueError(_("Skriv hva den du melder på heter"))
    return name


def _spoken(lang: str | None) -> str | None:
    """One of our languages; what else is sent is no choice of anybody."""
    return lang if lang in LANGUAGES else None


def _other_key(text: str | None) -> str | None:
    """A key that the page has given; what else is sent is none of ours."""
    return text if text and re.fullmatch(r"[0-9a-f]{32}", text) else None


def _phone(text: str | None) -> str:
    if not text:
        raise ValueError(_("Skriv mobilnummeret ditt"))
    found = contact(text)
    if found is None or found[0] is not Channel.SMS:
        raise ValueError(_("Se over mobilnummeret. Skriv åtte siffer, eller + og landkode"))
    if not settings().sms_offered:
        raise ValueError(_("Vi kan ikke sende SMS herfra. Velg e-post eller «Ring meg»."))
    if not can_take_sms(found[1]):
        raise ValueError(
            _("Dette nummeret kan ikke ta imot SMS. Skriv et mobilnummer, eller velg «Ring meg».")
        )
    return found[1]


def _number(text: str | None) -> str:
    if not text:
        raise ValueError(_("Skriv telefonnummeret ditt"))
    found = contact(text)
    if found is None or found[0] is not Channel.SMS or not can_be_rung(found[1]):
        raise ValueError(_("Se over telefonnummeret. Skriv åtte siffer, eller + og landkode"))
    return found[1]


Key = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
OtherKey = Annotated[str | None, AfterValidator(_other_key)]
Way = Literal["email", "sms", "call", "none"]
WAYS: dict[str, str] = {"email": "email", "sms": "phone", "call": "number"}
"""Each way to be reached (a Channel), and the field of it."""
Email = Annotated[str | None, Field(max_length=254), AfterValidator(_email)]
Phone = Annotated[str | None, Field(max_length=40), AfterValidator(_phone)]
Number = Annotated[str | None, Field(max_length=40), AfterValidator(_number)]


class ReachForm(Form):
    """How somebody is reached: each way has a field of its own, and what stands in another's does not count. The forms
    themselves name the fields (`contact` and those of WAYS), in the order of their page."""

    @model_validator(mode="before")
    @classmethod
    def only_the_chosen_way(cls, sent: Sent) -> Sent:
        asked = WAYS.get(sent.get("contact", cls.model_fields["contact"].default))
        kept = {name: text for name, text in sent.items() if name not in WAYS.values()}
        return kept | ({asked: sent.get(asked, "")} if asked else {})

    @property
    def reach(self) -> tuple[Channel, str] | None:
        """The way that was chosen, if any, and the address or number in its one form."""
        for way, name in WAYS.items():
            if text := getattr(self, name):
                return Channel(way), text
        return None


def names_of(text: str | None) -> tuple[str, ...]:
    """The names that were typed, a line each."""
    return tuple(name for line in (text or "").split("\n") if (name := " ".join(line.split())))


def _companions(text: str | None, so_far: ValidationInfo) -> str | None:
    """No more names than those who come along, and each a name."""
    names, along = names_of(text), so_far.data.get("seats", 1) - 1
    if any(len(name) > NAME_LENGTH for name in names):
        raise ValueError(_("Skriv ett navn på hver linje, høyst %(most)s tegn i hvert", most=NAME_LENGTH))
    for name in names:
        person_name(name)
    if "seats" in so_far.data and len(names) > along:
        raise ValueError(
            _("Det er flere navn enn folk som kommer sammen med deg. Se over antallet og navnene.")
        )
    return text


def shown_by(sent: Iterable[str]) -> Shown:
    """What the hidden fields of the form say (templates/offers/bookings/_shown.html); anything else says nothing."""
    found: dict[UUID | None, Said] = {}
    for text in sent:
        session, _space, said = text.partition(" ")
        begins, _space, sequence = said.partition(" ")
        try:
            at = datetime.fromisoformat(begins)
            if at.tzinfo is not None:
                number = int(sequence) if sequence else None
                found[None if session == "-" else UUID(session)] = Said(at, number)
        except ValueError:
            continue
    return found


class BookingForm(ReachForm):
    """One question each: who comes, what are they called, how many, with whom, how do we reach you.

    `who` is also the id of somebody that the booker acts for. `lang` and `alias` are a guide's to fill in. `again`:
    what to do when this was just sent otherwise (mending/views.py), about the booking with the key `sent`. `shown`:
    when it begins and where, as the page has said (seats/rules.py:Shown).
    """

    words = {
        "name": {"missing": lazy("Skriv et fornavn eller et kallenavn")},
        "seats": {"otherwise": lazy("Skriv hvor mange som kommer, med tall")},
        "who": {"otherwise": lazy("Velg hvem du melder på.")},
        "organization": {"otherwise": lazy("Velg hvem du kommer for.")},
        "form_key": {"otherwise": lazy("Skjemaet er for gammelt. Send det en gang til.")},
    }  # fmt: skip

    who: Literal["me", "child", "other"] | UUID = "me"
    participant_name: Annotated[str | None, AfterValidator(_participant)] = Field(
        None, max_length=NAME_LENGTH
    )
    name: PersonName = Field(min_length=1)
    seats: int = Field(1, ge=1, le=1000)
    companions: Annotated[str | None, AfterValidator(_companions)] = Field(None, max_length=20_000)
    contact: Way = "email"
    email: Email = None
    phone: Phone = None
    number: Number = None
    lang: Annotated[str | None, AfterValidator(_spoken)] = None
    alias: bool = False
    waiting_ok: bool = False
    organization: UUID | None = None
    form_key: Key
    again: Literal["mend", "more"] | None = None
    sent: OtherKey = None
    more_key: OtherKey = None
    shown: list[str] = Field([])

    @model_validator(mode="before")
    @classmethod
    def only_what_was_chosen(cls, sent: Sent) -> Sent:
        """The name of another belongs to that choice, whatever stands in it."""
        kept = {name: text for name, text in sent.items() if name != "participant_name"}
        if sent.get("who", "me") in ("child", "other"):
            kept["participant_name"] = sent.get("participant_name", "")
        return kept

    @property
    def names(self) -> tuple[str, ...]:
        """What those who come along are called, as far as it was said."""
        return names_of(self.companions)
