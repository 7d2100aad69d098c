"""What those who lead an offer fill in about its requests, its queue and the seats they keep."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form, Sent
from marketplace.people.names import PersonName
from offers.bookings.forms import Email, Key, Number, OtherKey, Phone, ReachForm, Way
from offers.participants.queue.rules import ReorderReason
from offers.participants.rules import ExtraReason


def _needed(text: str | None) -> str:
    if not text:
        raise ValueError(_("Skriv noen ord til den som spør."))
    return text


Reply = Annotated[str, AfterValidator(_needed), Field(max_length=1000)]


class AnswerForm(Form):
    """An answer to a request, with words where one is not simply let in. What was written for another answer does not
    count. `seen`: how many come, as the page has said."""

    words = {"answer": {"otherwise": lazy("Velg hva dere svarer.")}}

    answer: Literal["yes", "extra", "talk", "no"]
    reason: ExtraReason | None = None
    talk: Reply | None = None
    no: Reply | None = None
    seen: int | None = Field(None, ge=1, le=1000)

    @model_validator(mode="before")
    @classmethod
    def only_what_was_chosen(cls, sent: Sent) -> Sent:
        answer = sent.get("answer")
        kept = {name: text for name, text in sent.items() if name not in ("talk", "no")}
        return kept | ({answer: sent.get(answer, "")} if answer in ("talk", "no") else {})

    @property
    def text(self) -> str:
        return self.talk or self.no or ""


class AddForm(ReachForm):
    """Somebody whom the hosts give a seat: a name, and how to reach them, or not."""

    words = {
        "pool": {"otherwise": lazy("Velg hvilken gang det gjelder.")},
        "name": {"missing": lazy("Skriv et fornavn eller et kallenavn")},
        "seats": {"otherwise": lazy("Skriv hvor mange som kommer, med tall")},
        "form_key": {"otherwise": lazy("Skjemaet er for gammelt. Send det en gang til.")},
    }
    pool: UUID
    name: PersonName = Field(min_length=1)
    seats: int = Field(1, ge=1, le=1000)
    contact: Way = "none"
    email: Email = None
    phone: Phone = None
    number: Number = None
    form_key: Key
    again: Literal["more"] | None = None
    more_key: OtherKey = None
    full: Literal["wait", "extra"] | None = None
    reason: ExtraReason | None = None


class QueueForm(Form):
    """A new place in the queue, and why."""

    words = {
        "place": {"otherwise": lazy("Velg en plass i køen.")},
        "reason": {"missing": lazy("Velg hvorfor.")},
    }
    place: int = Field(ge=1, le=100_000)
    reason: ReorderReason
