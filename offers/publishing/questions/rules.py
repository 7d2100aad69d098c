"""What is asked of those who book besides who they are: an age as a statement, and the organiser's own questions.

No database, no clock. The questions come with the rows that are read anyway (ASKED), so they cost no round trip.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.statement import Statement
from marketplace.base.i18n import gettext as _
from marketplace.base.site import site
from marketplace.base.web.forms import CONTROL, WORDS, Filled, eleven_digits
from offers.catalogue.rules import ages
from offers.publishing.questions.models import QuestionKind

ASKED = """o.age_from, o.age_to, (SELECT json_agg(json_build_object('id', q.id, 'kind', q.kind, 'text', q.text,
    'purpose', q.purpose, 'choices', q.choices, 'required', q.required, 'keep_days', q.keep_days)
    ORDER BY q.position, q.id) FROM offer_question q WHERE q.offer_id = o.id) AS questions"""
"""Columns of an offer o: whom it is for, and what its organiser asks."""
MOST_LETTERS = 500
DIGEST = re.compile("[0-9a-f]{16}")
FIELDS = ("age", "answer-", "asked-")
"""How the names of its fields begin."""
YES, NO, SILENT = "yes", "no", "silent"


@dataclass(frozen=True)
class Question:
    """One question of an organiser, as the form asks it."""

    id: UUID
    kind: QuestionKind
    text: str
    purpose: str
    choices: tuple[str, ...]
    required: bool
    keep_days: int

    @property
    def field(self) -> str:
        """Its name in the form."""
        return f"answer-{self.id}"

    @property
    def said(self) -> tuple[str, str]:
        """The hidden field by which a form says what it asked, and why, and how long the answer is kept."""
        return f"asked-{self.id}", _digest(self.kind, self.text, self.purpose, self.keep_days)

    @property
    def options(self) -> list[tuple[str, str]]:
        """(value, label) of what one may choose. Nobody has to answer what is not required. The value of a choice is
        what it says: its place in the list may be another's by the time it is sent."""
        if self.kind is QuestionKind.CHOICE:
            found = [(text, text) for text in self.choices]
        else:
            found = [(YES, _("Ja")), (NO, _("Nei"))]
        return found if self.required else [*found, (SILENT, _("Vil ikke svare"))]

    def goes(self, ends_at: datetime | None, booked_at: datetime) -> datetime:
        """When the answer is deleted (marketplace/privacy/rules.py): so long after what it was for, or booking."""
        return (ends_at or booked_at) + timedelta(days=self.keep_days)

    def judged(self, sent: str) -> tuple[str, str]:
        """(what to store, what is wrong); nothing to store is an empty text."""
        if CONTROL.search(sent):
            return "", _("Teksten har et tegn vi ikke kan ta imot.")
        text = sent.strip()
        if self.kind is not QuestionKind.TEXT:
            if text and text not in dict(self.options):
                return "", _("Velg et av alternativene.")
            text = "" if text == SILENT else text
        if self.kind is QuestionKind.TEXT and eleven_digits(text):
            return "", str(WORDS["identity"])
        if self.required and not text:
            return "", _("Svar på spørsmålet: %(question)s", question=self.text)
        if len(text) > MOST_LETTERS:
            return "", _("Teksten er for lang. Skriv høyst %(max_length)s tegn.", max_length=MOST_LETTERS)
        return text, ""


class Asked(NamedTuple):
    """What a row with ASKED says of who it is for and what is asked."""

    age_from: int | None
    age_to: int | None
    questions: str | None


class Asks:
    """What a row with the columns ASKED has."""

    __slots__ = ()
    age_from: int | None
    age_to: int | None
    questions: str | None

    @property
    def asked(self) -> Asked:
        """What whoever books is asked."""
        return Asked(self.age_from, self.age_to, self.questions)


def _digest(*asked: object) -> str:
    """Short, for it only tells what was asked from what is."""
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def said_of_age(age_from: int | None, age_to: int | None) -> tuple[str, str]:
    """The hidden field by which a form says which age it asked about."""
    return "asked-age", f"{age_from or ''}-{age_to or ''}"


def _changed(said: tuple[str, str], sent: Mapping[str, str]) -> bool:
    """Did the form ask something else than what is asked now? One that says nothing of it has not."""
    name, now = said
    return sent.get(name, now) != now


def questions(found: Asked) -> list[Question]:
    """The questions of an offer, in order."""
    return [
        Question(UUID(one["id"]), QuestionKind(one["kind"]), one["text"], one["purpose"], tuple(one["choices"]),
                 one["required"], one["keep_days"])
        for one in json.loads(found.questions or "[]")
    ]  # fmt: skip


def tell(form: Filled[Any], found: Asked, fields: Mapping[str, Sequence[str]]) -> None:
    """Put what was sent to what is asked back into a form that is shown again, with what is wrong."""
    sent = {name: typed[-1] for name, typed in fields.items()}
    names = [] if _changed(said_of_age(found.age_from, found.age_to), sent) else ["age"]
    names += [
        one.field for one in questions(found) if one.kind is QuestionKind.TEXT or not _changed(one.said, sent)
    ]  # yes to one question is not yes to another
    form.values |= {name: sent[name] for name in names if name in sent}
    form.errors |= judged(found, sent)[1]


def judged(found: Asked, sent: Mapping[str, str]) -> tuple[dict[UUID, str], dict[str, str]]:
    """What was answered, by question, and what is wrong, by field. Of an age nothing is stored. What was answered to
    another question, on a page that stood open while it was changed, is no answer to this one."""
    answers, wrong = {}, {}
    if found.age_from or found.age_to:
        whom = ages(found.age_from, found.age_to)
        help_ = {"helpline": site().helpline_name, "phone": site().helpline_phone}
        if _changed(said_of_age(found.age_from, found.age_to), sent):
            wrong["age"] = _asked_anew()
        elif sent.get("age") == NO:
            wrong["age"] = _(
                "%(whom)s. Ring %(helpline)s på %(phone)s, så hjelper vi deg å finne noe som passer.",
                whom=whom, **help_,
            )  # fmt: skip
        elif sent.get("age") != YES:
            wrong["age"] = _(
                "Svar ja eller nei om alder. Er du i tvil, ring %(helpline)s på %(phone)s.", **help_
            )
    for question in questions(found):
        text, problem = question.judged(sent.get(question.field, ""))
        said = sent.get(question.said[0], "")
        if (text or (said and not DIGEST.fullmatch(said))) and _changed(question.said, sent):
            problem = _asked_anew()
        if problem:
            wrong[question.field] = problem
        elif text:
            answers[question.id] = text
    return answers, wrong


def _asked_anew() -> str:
    return _("Spørsmålet ble endret mens siden sto åpen. Les det, og svar på nytt.")


def storing(write: Statement, names: Sequence[str], answers: Mapping[UUID, str]) -> None:
    """Name in the statement that makes a booking (seats/claims.py) its companions and answers, where there are any."""
    w = write.value
    if names:
        ids = w([uuid7() for _one in names])
        write.named(
            "along",
            f"""INSERT INTO companion (id, booking_id, name) SELECT t.id, made.id, t.name
            FROM made, unnest({ids}::uuid[], {w(list(names))}::text[]) AS t (id, name)""",
        )
    if answers:
        ids, keys = w([uuid7() for _one in answers]), w(list(answers))
        write.named(
            "said",
            f"""INSERT INTO booking_answer (id, booking_id, question_id, text)
            SELECT t.id, made.id, t.question, t.text
            FROM made, unnest({ids}::uuid[], {keys}::uuid[], {w(list(answers.values()))}::text[])
                AS t (id, question, text)
            JOIN offer_question q ON q.id = t.question""",  # one that was taken away meanwhile has no answers
        )


def spoken(kind: str, text: str) -> str:
    """A stored answer as it is read."""
    return {YES: _("Ja"), NO: _("Nei")}.get(text, text) if kind == QuestionKind.YES_NO else text


def age_question(age_from: int | None, age_to: int | None) -> str:
    """What is asked about age, to be answered by yes or no; empty without limits."""
    if age_from and age_to:
        return _("Er du (eller den du melder på) mellom %(low)s og %(high)s år?", low=age_from, high=age_to)
    if age_from:
        return _("Er du (eller den du melder på) %(low)s år eller eldre?", low=age_from)
    return _("Er du (eller den du melder på) %(high)s år eller yngre?", high=age_to) if age_to else ""
