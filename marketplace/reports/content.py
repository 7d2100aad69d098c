"""What a yearly report says: figures, tables and words. Page, PDF, spreadsheet and CSV are all drawn from this alone,
so that a number is the same wherever it is read; and it is what is stored when a report is approved.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from marketplace.base.numbers import amount

Value = int | str | None
"""A number, words, or nothing: it is not known."""


@dataclass(frozen=True)
class Bars:
    """A table's chart: one of its columns drawn, and the sentence that says what can be seen."""

    column: int
    says: str


@dataclass(frozen=True)
class Table:
    """The first column names the rows. `foot` is the row that sums up."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    foot: tuple[Value, ...] = ()
    bars: Bars | None = None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The columns that hold numbers, from 0."""
        return tuple(
            place
            for place in range(1, len(self.head))
            if all(row[place] is None or isinstance(row[place], int) for row in self.rows)
        )

    @property
    def drawn(self) -> tuple[tuple[str, int], ...]:
        """Names and numbers of the chart; a number that is not known is not drawn."""
        if self.bars is None:
            return ()
        return tuple(
            (str(row[0]), number) for row in self.rows if isinstance(number := row[self.bars.column], int)
        )


@dataclass(frozen=True)
class Figure:
    """A number for the front page."""

    label: str
    value: Value
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A heading (of level 1 to 3) with what stands under it. `words` are a coordinator's own, asked for by `asks`;
    where nothing is asked nobody writes. `needed`: the report is not approved without them."""

    key: str
    title: str
    level: int = 1
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    asks: str = ""
    words: str = ""
    needed: bool = False


@dataclass(frozen=True)
class Content:
    """A whole report, in the language `lang`. `summary`: the three sentences of the front page. `basis`: what the
    numbers are made of, at the foot of each page."""

    lang: str
    municipality: str
    title: str
    subtitle: str
    year: int
    summary: tuple[str, ...]
    figures: tuple[Figure, ...]
    sections: tuple[Section, ...]
    basis: str

    @property
    def tables(self) -> Iterator[Table]:
        for section in self.sections:
            yield from section.tables

    @property
    def lacking(self) -> list[Section]:
        """What must be written before the report is approved."""
        return [section for section in self.sections if section.needed and not section.words]


Json = dict[str, Any]
STORED: TypeAdapter[Content] = TypeAdapter(Content)


def stored(content: Content) -> Json:
    """The content as JSON."""
    found: Json = STORED.dump_python(content, mode="json")
    return found


def read(found: Any) -> Content:
    """What was stored."""
    return STORED.validate_python(found)


def shown(value: Value) -> str:
    """A value as page and PDF write it: thousands apart, and a dash where nothing is known."""
    if value is None:
        return "–"
    return amount(value) if isinstance(value, int) else value
