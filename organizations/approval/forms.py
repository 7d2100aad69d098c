"""What an organisation says when it applies, and what a coordinator answers."""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator
from stdnum.exceptions import ValidationError
from stdnum.no import orgnr

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.text import plain_digits
from marketplace.base.web.fields import Address, Phone
from marketplace.base.web.forms import Form
from marketplace.people.names import PersonName, group_name
from marketplace.people.rules import contact
from organizations.approval.models import Answer
from organizations.directory.models import OrganizationKind


def _number(text: Any) -> str:
    """Nine digits whose control digit is right, as the registers and letters write them: NO 974 760 673 MVA."""
    if not text:
        raise ValueError(_("Skriv organisasjonsnummeret."))
    number = re.sub(r"[\s.\-\u2010-\u2015]|^\s*NO|MVA\s*$", "", plain_digits(str(text)), flags=re.IGNORECASE)
    try:
        return str(orgnr.validate(number))
    except ValidationError:
        raise ValueError(
            _("Se over nummeret. Det har ni siffer, og ett av dem ser ut til å være feil.")
        ) from None


def _email(text: str) -> str:
    found = contact(text)
    if found is None or found[0] is not Channel.EMAIL:
        raise ValueError(_("Se over e-postadressen. Skriv for eksempel post@example.no"))
    return found[1]


class ApplyForm(Form):
    """Who the organisation is. Without a number (`has_number` no), what stands in its field does not count."""

    name: Annotated[str, AfterValidator(group_name)] = Field(min_length=1, max_length=120)
    kind: OrganizationKind
    has_number: Literal["yes", "no"]
    number: Annotated[str, BeforeValidator(_number)] | None = None
    municipality: UUID
    summary: str = Field(min_length=1, max_length=600)
    contact_name: PersonName = Field(min_length=1)
    email: Annotated[str, AfterValidator(_email)] = Field(min_length=1, max_length=254)
    phone: Phone | None = None
    website: Address | None = None
    words = {
        "name": {"missing": lazy("Skriv hva dere heter.")},
        "kind": {"missing": lazy("Velg hva slags organisasjon dere er.")},
        "municipality": {"missing": lazy("Velg kommune."), "otherwise": lazy("Velg kommune.")},
        "has_number": {"missing": lazy("Velg om dere har organisasjonsnummer.")},
        "summary": {"missing": lazy("Skriv hva dere gjør.")},
        "contact_name": {"missing": lazy("Skriv hvem man kan spørre etter.")},
        "email": {"missing": lazy("Skriv e-postadressen deres.")},
    }

    @model_validator(mode="before")
    @classmethod
    def a_number_or_none(cls, sent: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        if sent.get("has_number") == "yes":
            return {"number": ""} | sent
        return {name: text for name, text in sent.items() if name != "number"}


class AgainForm(ApplyForm):
    """The application mended, with an answer to what the municipality asked."""

    reply: str = Field("", max_length=2000)


class AnswerForm(Form):
    """`seen`: how many answers there were when the page was opened; `sent`: when that application was sent."""

    answer: Answer
    reason: str = Field("", max_length=2000)
    vouched: bool = False
    seen: int = Field(0, ge=0, le=100_000)
    sent: AwareDatetime | None = None
    words = {"answer": {"missing": lazy("Velg hva du svarer.")}}


class NameForm(Form):
    """What an organisation is called and its number: what the municipality answers for, and they cannot change."""

    name: Annotated[str, AfterValidator(group_name)] = Field(min_length=1, max_length=120)
    number: Annotated[str, BeforeValidator(_number)] | None = None
    words = {"name": {"missing": lazy("Skriv hva de heter.")}}


class UnitForm(Form):
    """The unit that a municipal unit belongs to."""

    parent: UUID
    words = {
        "parent": {"missing": lazy("Velg en enhet fra lista."), "otherwise": lazy("Velg en enhet fra lista.")}
    }
