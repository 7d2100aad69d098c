"""Forms: a pydantic model says what is right, this says what is wrong, at the field, in the user's words.

class BookingForm(Form):
    name: str = Field(min_length=1, max_length=80)
    words = {"name": {"missing": lazy("Skriv et fornavn eller et kallenavn")}}

form = await BookingForm.read(request)      # Filled[BookingForm]
if form.valid: form.data.name
form.add_error("seats", _("…"))             # what only the action could know
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, ClassVar, Generic, Self, TypeVar, get_args, get_origin

from babel.support import LazyProxy
from pydantic import BaseModel, ConfigDict, ValidationError
from stdnum.no import fodselsnummer

from marketplace.base.clock import today
from marketplace.base.i18n import gettext, lazy
from marketplace.base.text import plain_digits, plain_number
from marketplace.base.web.days import written_out
from marketplace.base.web.http import Request
from marketplace.base.web.seen import digest, plain, seen_of
from marketplace.base.web.seen import read as read_seen

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
INPUT_SHOWN = 40
"""Letters of what was sent that the words about it may name: `%(input)s`."""
BETWEEN = r"[\s.,:/_\-\u2010-\u2015]"
GROUPED = re.compile(
    rf"(?<![\d+])(?:\d{{6}}|\d\d{BETWEEN}{{,3}}\d\d{BETWEEN}{{,3}}\d\d){BETWEEN}{{,3}}"
    rf"(?:\d{{5}}|\d{{3}}{BETWEEN}{{,3}}\d\d)(?!\d)|(?<![\d+])(?:\d{BETWEEN}{{1,3}}){{10}}\d(?!\d)"
)
"""Eleven digits as people write a national identity number: in one, after the date, or each by itself."""
ANY_ELEVEN = re.compile(rf"(?<![\d+])(?=(\d(?:{BETWEEN}{{,3}}\d){{10}})(?!\d))")
Sent = dict[str, Any]
"""What stood in a form's fields, before it is checked: a text or, of checkboxes, several; and what the server gave."""
KEY = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What a page of ours wrote into its form."""
F = TypeVar("F", bound="Form")

WORDS: dict[str, LazyProxy] = {
    "missing": lazy("Dette må fylles ut."),
    "string_too_short": lazy("Dette må fylles ut."),
    "string_too_long": lazy("Teksten er for lang. Skriv høyst %(max_length)s tegn."),
    "int_parsing": lazy("Skriv et helt tall."),
    "int_parsing_size": lazy("Tallet er for stort."),
    "int_from_float": lazy("Skriv et helt tall."),
    "greater_than_equal": lazy("Tallet må være %(ge)s eller mer."),
    "less_than_equal": lazy("Tallet må være %(le)s eller mindre."),
    "enum": lazy("Velg et av alternativene."),
    "literal_error": lazy("Velg et av alternativene."),
    "identity": lazy("Her står det et fødselsnummer. Ta det bort. Vi trenger det ikke, og skal ikke ha det."),
    "control": lazy("Teksten har et tegn vi ikke kan ta imot."),
}
OTHERWISE = lazy("Dette forstår vi ikke. Se over og prøv igjen.")


def eleven_digits(text: str) -> bool:
    """Does this hold eleven digits as a national identity number is written? Also those that cannot be one: whoever
    types a wrong digit has still told who they are."""
    return bool(GROUPED.search(plain_digits(text))) or identity_number(text)


def identity_number(text: str) -> bool:
    """Does this hold a national identity number (or D number) whose control digits are right, however it is spaced?
    Other long numbers, of accounts and of meetings on the net, are let be."""
    return any(
        fodselsnummer.is_valid(re.sub(r"\D", "", found[1]))
        for found in ANY_ELEVEN.finditer(plain_digits(text))
    )


class Form(BaseModel):
    """Base of all forms. Texts come cleaned (base/text.py: one form, no invisible marks). Unknown fields are ignored;
    texts are stripped; empty text counts as not given."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)
    words: ClassVar[dict[str, dict[str, LazyProxy]]] = {}
    """Per field and pydantic error type: the text to show. `value_error`s bring their own text."""

    @classmethod
    async def read(cls, request: Request, **given: Any) -> "Filled[Self]":
        """The form as posted. `given` are values that the server knows, e.g. limits."""
        form = Filled(cls, await request.fields(), given, today(request.now))
        if request.shown_only:
            form.errors, form._data = {}, None
        return form

    @classmethod
    def from_query(cls, request: Request) -> "Filled[Self]":
        """The form as sent in the address."""
        return Filled(cls, request.query, {}, today(request.now))

    @classmethod
    def blank(cls, **values: Any) -> "Filled[Self]":
        """An empty form with these values filled in."""
        form = Filled.__new__(Filled)
        form.model, form.errors, form.theirs, form._data, form._seen = cls, {}, {}, None, ""
        form.leaned = False
        form.values = {name: value if isinstance(value, list) else "" if value is None else str(value)
                       for name, value in values.items()}  # fmt: skip
        return form


@cache
def listed(form: type[Form]) -> frozenset[str]:
    """Fields of a form that take several values (checkboxes)."""
    return frozenset(
        name for name, field in form.model_fields.items() if get_origin(field.annotation) in (list, set)
        or any(get_origin(option) in (list, set) for option in get_args(field.annotation))
    )  # fmt: skip


@cache
def numbers(form: type[Form]) -> frozenset[str]:
    """Fields of a form that take a whole number."""
    return frozenset(
        name for name, field in form.model_fields.items()
        if field.annotation is int or int in get_args(field.annotation)
    )  # fmt: skip


@cache
def dated(form: type[Form]) -> frozenset[str]:
    """Fields of a form that take a date."""
    return frozenset(
        name for name, field in form.model_fields.items()
        if date in (field.annotation, *(getattr(one, "__origin__", one) for one in get_args(field.annotation)))
        and name not in listed(form)
    )  # fmt: skip


class Filled(Generic[F]):
    """A form with what was typed. `values` is shown again; `data` is the checked model, None when invalid. Without a
    `today` no date may lean on it."""

    def __init__(
        self, model: type[F], fields: Mapping[str, list[str]], given: Sent, today: date | None = None
    ) -> None:
        self.model, self._fields, self._given, self._today = model, fields, given, today
        self.errors: dict[str, str] = {}
        self.theirs: Sent = {}
        """What somebody else has saved meanwhile, of fields that are otherwise here."""
        self._seen = fields.get("seen", [""])[-1]
        self._data: F | None = None
        several = listed(model)
        self.values: Sent = {
            name: fields[name] if name in several else fields[name][-1]
            for name in model.model_fields
            if name in fields
        }
        self.leaned = False
        """Did a date lean on today? It is written out in `values`."""
        if today:  # What is shown again is what we understood, and the same date tomorrow.
            for name in dated(model) & self.values.keys():
                typed = self.values[name]
                self.values[name] = written_out(typed, today)
                self.leaned |= self.values[name] != typed
        bad = {
            name
            for name, text in self.values.items()
            if not (whole := text if isinstance(text, str) else "".join(text)).isprintable()
            and CONTROL.search(whole)
        }
        for name in bad:
            self.values[name] = (
                CONTROL.sub("", self.values[name]) if isinstance(self.values[name], str) else []
            )
        sent = {
            name: plain_number(text) if name in numbers(model) and isinstance(text, str) else text
            for name, said in self.values.items()
            if (text := said.strip() if isinstance(said, str) else said) not in ("", []) and name not in bad
        }
        try:
            self._data = model.model_validate(sent | given)
        except ValidationError as problem:
            for error in problem.errors(include_url=False):
                name = str(error["loc"][0]) if error["loc"] else "form"
                self.errors.setdefault(name, self.word(name, error))
        for name in bad:
            self.errors[name] = str(WORDS["control"])
        for name, text in self.values.items():
            if (
                isinstance(text, str)
                and len(text) >= 11
                and not KEY.fullmatch(text)
                and identity_number(text)
            ):
                # Nobody here needs one, so nobody is to store one.
                self.errors[name] = str(WORDS["identity"])
        self.errors = {
            name: self.errors[name] for name in [*model.model_fields, "form"] if name in self.errors
        }

    def word(self, name: str, error: Any) -> str:
        own = self.model.words.get(name, {})
        if error["type"] == "value_error" and error["type"] not in own:
            return str(error["ctx"]["error"])
        ours = own.get(error["type"]) or (own.get("missing") if error["type"] == "string_too_short" else None)
        text = str(ours or own.get("otherwise") or WORDS.get(error["type"]) or OTHERWISE)
        context = {"input": str(error.get("input"))[:INPUT_SHOWN]} | (error.get("ctx") or {})
        return text % context if "%(" in text and context else text

    @property
    def valid(self) -> bool:
        return self._data is not None and not self.errors

    @property
    def data(self) -> F:
        """The checked values; only when `valid`."""
        if self._data is None:
            raise ValueError("the form is not valid")
        return self._data

    @property
    def seen(self) -> str:
        """What this form says of the values that it has shown (base/web/seen.py)."""
        return self._seen or seen_of(self._shown)

    @property
    def _shown(self) -> Sent:
        """The value of every field: what has none is shown empty, and somebody else may have filled it in since."""
        lists = listed(self.model)
        return {name: [] if name in lists else "" for name in self.model.model_fields} | self.values

    def meet(self, stored: "Filled[Any]") -> bool:
        """Compare with what is `stored` now: the form as it would be shown. What only somebody else has changed since
        this one was shown is taken over; what both have changed becomes errors, with `theirs` beside one's own. Gives
        whether it can be saved."""
        shown, theirs = read_seen(self._seen), {}
        merged = dict(self._fields)
        for name, now in stored._shown.items():
            ticks = name in listed(self.model) or self.model.model_fields[name].annotation is bool
            if name not in shown or digest(name, now) == shown[name] or not (ticks or name in self._fields):
                continue
            mine = self.values.get(name, [] if isinstance(now, list) else "")
            if digest(name, mine) == shown[name]:
                merged[name] = now if isinstance(now, list) else [now]
            elif plain(mine) != plain(now):
                theirs[name] = now
        if merged != self._fields:
            self.__init__(self.model, merged, self._given, self._today)  # type: ignore[misc]
        if theirs:
            self.theirs, self._seen = theirs, seen_of(stored._shown)
            for name in theirs:
                words = gettext(
                    "Det er lagret noe annet her siden du åpnet siden. Se over, og lagre det som skal gjelde."
                )
                self.add_error(name, words)
        return self.valid

    def add_error(self, name: str, text: str) -> None:
        self.errors[name] = text

    @property
    def summary(self) -> str:
        """Heading of the list of errors."""
        from marketplace.base.i18n import ngettext

        return ngettext("Én ting må rettes", "%(num)s ting må rettes", len(self.errors))


__all__ = ["Filled", "Form", "Sent", "gettext", "lazy"]
