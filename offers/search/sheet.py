"""The sheet of filters: what is offered, with how many offers each choice leaves. No database, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import language
from marketplace.base.quick.remembered import remembered
from marketplace.base.web.forms import Filled
from marketplace.base.web.templates import template
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.rules import WHEN_LABELS, offers_found
from offers.catalogue.spoken import written_in
from offers.search.counts import FILTERS, ON, Counts
from offers.search.filters import DAYS, SEVERAL, SWITCHES, Names
from offers.search.forms import ALL, TICKED, SearchForm
from offers.search.places.postcodes import folded, spellings

SHOWN = 5
"""Choices of a group that are not folded away."""
MOST = 30
"""Organisations that are offered at once; one of more is found by a part of its name."""
STAFFS = {("kind", Kind.STAFF_TRAINING.value), ("audience", Audience.STAFF.value)}
"""What only staff may look for."""
COUNTED = frozenset(one.name for one in FILTERS)


class Option(NamedTuple):
    """Something to tick. `number`: how many offers it leaves, None where nobody counts; `lang`: of a text that names a
    language in itself; `id`: the first of a group has the name, so that an error can lead there."""

    name: str
    value: str
    text: str
    number: int | None
    chosen: bool
    id: str
    lang: str = ""


HOLE = 987_654_321
"""Stands where a number will: no catalogue has so many offers."""


@remembered(4096)
def _line(
    name: str,
    value: str,
    text: str,
    counted: bool,
    chosen: bool,
    key: str,
    spoken: str,
    wrong: bool,
    lang: str,
) -> tuple[str, str]:
    """The HTML of a choice, before its number and after it: choices are most of what a list's page has to draw."""
    one = Option(name, value, text, HOLE if counted else None, chosen, key, spoken)
    drawn = template("offers/search/_option.html", lang).render(one=one, wrong=wrong)
    if not counted:
        return drawn, ""
    before, _, after = drawn.rpartition(str(HOLE))
    return before, after


@remembered(64)
def _labels(name: str, lang: str) -> tuple[tuple[str, str], ...]:
    """(value, text in this language, which is that of the page) of the choices that are ours."""
    return tuple((str(getattr(one, "value", one)), str(text)) for one, text in SEVERAL[name].items())


class Group(NamedTuple):
    """What goes together: `first`, and the `rest` that are folded away, `open` where something of it is chosen.
    `search`: there are more, which are found by a part of their name; `none`: so none was."""

    name: str
    legend: str
    first: Sequence[Option]
    rest: Sequence[Option]
    open: bool
    search: bool = False
    none: bool = False

    def lines(self, options: Iterable[Option], errors: Mapping[str, str]) -> Markup:
        """These choices as HTML."""
        lang = language()
        made = []
        for name, value, text, number, chosen, key, spoken in options:
            before, after = _line(
                name, value, text, number is not None, chosen, key, spoken, name in errors, lang
            )
            made.append(before if number is None else f"{before}{number}{after}")
        return Markup("".join(made))  # noqa: S704 - made by a template, which escapes


class Day(NamedTuple):
    """A day above the list, as a link. `number` as in Option; `chosen`: it is the one that is shown."""

    value: str
    text: str
    number: int | None
    chosen: bool


def groups(
    form: Filled[SearchForm],
    counts: Counts | None,
    names: Names,
    districts: list[tuple[str, str]],
    staff: bool,
) -> dict[str, Group]:
    """The groups of the sheet by name. What would leave nothing is not offered, what is chosen stays. `counts` None: a
    search that cannot be made, where all is offered."""
    sheet = _Sheet(form, counts, staff)
    made = [
        sheet.switches(),
        sheet.several("part", _("Når på dagen")),
        sheet.several("weekday", _("Ukedag"), shown=7),
        sheet.several("audience", _("For hvem")),
        sheet.several("kind", _("Hva slags")),
        sheet.group("district", _("Bydel eller bygd"), districts),
        sheet.several("access", _("Tilgjengelig")),
        sheet.several("spoken", _("Språk de snakker, i tillegg til norsk")),
        sheet.several("cost", _("Hva det koster")),
        sheet.organizations(_("Hvem som står bak"), names),
        sheet.group("municipality", _("Kommune"), _served(names)),
    ]
    return {one.name: one for one in made if one.first or one.search}


def days(form: Filled[SearchForm], counts: Counts | None) -> list[Day]:
    """The days above the list; another one only while it is chosen."""
    chosen = form.values.get("day", "") if form.valid and not any(form.data.span) else ""
    return [
        Day(one.value, str(text), _number(counts, "day", one.value), chosen == one.value)
        for one, text in WHEN_LABELS.items()
        if chosen == one.value or (one in DAYS and _number(counts, "day", one.value) != 0)
    ]


def act(total: int, many: bool) -> str:
    """What the button says where the list has been counted since the choices were made."""
    return _("Vis %(offers)s", offers=offers_found(total, many).lower()) if total else _("Vis tilbud")


def picked(form: Filled[SearchForm]) -> int:
    """How many choices are made in the sheet."""
    ticked = sum(len({*form.values.get(name, [])} - {"", ALL}) for name in TICKED)
    single = [*SWITCHES, "age", "date", "from", "to", "near", "within"]
    return ticked + sum(bool(form.values.get(name)) for name in single)


def _served(names: Names) -> list[tuple[str, str]]:
    """What can be chosen; nothing where there is only one."""
    found = [(slug, name) for (sort, slug), name in names.items() if sort == "municipality"]
    return found if len(found) > 1 else []


def _number(counts: Counts | None, name: str, value: str) -> int | None:
    return None if counts is None or name not in COUNTED else counts.get((name, value), 0)


class _Sheet:
    """Makes the groups of one search."""

    def __init__(self, form: Filled[SearchForm], counts: Counts | None, staff: bool) -> None:
        self.form, self.counts = form, counts
        self.hidden = frozenset() if staff else STAFFS

    def several(self, name: str, legend: str, shown: int = SHOWN) -> Group:
        return self.group(name, legend, _labels(name, language()), shown)

    def group(self, name: str, legend: str, choices: Iterable[tuple[str, str]], shown: int = SHOWN) -> Group:
        ticked = {one.strip() for one in self.form.values.get(name, [])}
        options: list[Option] = []
        for value, text in choices:
            number = _number(self.counts, name, value)
            chosen = value in ticked
            if chosen or (number != 0 and (name, value) not in self.hidden):
                key = f"{name}-{value}" if options else name
                options.append(
                    Option(
                        name, value, text, number, chosen, key, written_in(value) if name == "spoken" else ""
                    )
                )
        return _folded(name, legend, options, shown)

    def switches(self) -> Group:
        options: list[Option] = []
        for name, text in SWITCHES.items():
            number, chosen = _number(self.counts, name, ON), bool(self.form.values.get(name))
            if chosen or (number != 0 and name != "evening"):
                options.append(Option(name, ON, str(text), number, chosen, name))
        return _folded("how", _("Slik er du med"), options, SHOWN)

    def organizations(self, legend: str, names: Names) -> Group:
        """Those that have most, and those that are chosen; or those whose name has what somebody typed of it."""
        every = [
            (slug, name) for (sort, slug), name in names.items()
            if sort == "organization" and _number(self.counts, "organization", slug) != 0
        ]  # fmt: skip
        if self.counts is not None:
            numbers = self.counts
            every.sort(key=lambda one: -numbers.get(("organization", one[0]), 0))
        typed = spellings(name) if (name := str(self.form.values.get("who", "")).strip()) else ()
        named = [one for one in every if any(part in folded(one[1]) for part in typed)] if typed else every
        ticked = {*self.form.values.get("organization", [])}
        offered = [one for one in named if one[0] not in ticked][:MOST]
        chosen = [
            (slug, name) for (sort, slug), name in names.items() if sort == "organization" and slug in ticked
        ]
        made = self.group("organization", legend, [*chosen, *offered], MOST if typed else SHOWN)
        return made._replace(search=len(every) > MOST or bool(typed), none=not named)


def _folded(name: str, legend: str, options: list[Option], shown: int) -> Group:
    """One alone is not folded: it takes no more room than the line that would tell of it."""
    shown = len(options) if len(options) == shown + 1 else shown
    return Group(name, legend, options[:shown], options[shown:], any(one.chosen for one in options[shown:]))
