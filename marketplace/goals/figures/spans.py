"""The time that a goal is about: its years and months, when it is over, and how it is said."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.base.clock import today
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.goals.models import Term

TERM_LABELS = {Term.SPRING: lazy("Våren (januar til juni)"), Term.AUTUMN: lazy("Høsten (juli til desember)")}
MONTHS = {None: range(1, 13), Term.SPRING: range(1, 7), Term.AUTUMN: range(7, 13)}
LATE = 13
"""The number of the closing that has the whole year, with what was saved after New Year."""


@dataclass(frozen=True)
class Span:
    """From January of `first` to December of `last`, or half of one year. Of `each_year`, every year is by itself."""

    first: int
    last: int
    term: Term | None = None
    each_year: bool = False

    @classmethod
    def of(cls, goal: Any) -> "Span":
        return cls(goal.first_year, goal.last_year, Term(goal.term) if goal.term else None, goal.each_year)

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def ends(self) -> date:
        """Its last day: after it the target is locked."""
        return date(self.last, 6, 30) if self.term is Term.SPRING else date(self.last, 12, 31)

    def over(self, now: datetime) -> bool:
        return today(now) > self.ends

    def stretches(self) -> "list[Span]":
        """What is measured from nought, each by itself."""
        return [Span(year, year) for year in self.years] if self.each_year else [self]

    def stretch(self, now: datetime, year: int | None = None) -> "Span":
        """The stretch that is on: of each year the present one, or the one that is nearest; or that of `year`."""
        at = year or today(now).year
        return min(self.stretches(), key=lambda one: max(one.first - at, at - one.last, 0))

    def months(self) -> list[tuple[int, int]]:
        """(year, month) of all of it, in order."""
        return [(year, month) for year in self.years for month in MONTHS[self.term]]

    def left_after(self, year: int, number: int) -> int:
        """How many months are left when this closing is done."""
        return sum((year, min(number, 12)) < month for month in self.months())

    @property
    def words(self) -> str:
        """«2026», «våren 2026», «2026 til 2028», «hvert år fra 2026 til 2028»."""
        if self.term is Term.SPRING:
            return _("våren %(year)s", year=self.first)
        if self.term is Term.AUTUMN:
            return _("høsten %(year)s", year=self.first)
        if self.first == self.last:
            return str(self.first)
        years = {"first": self.first, "last": self.last}
        if self.each_year:
            return _("hvert år fra %(first)s til %(last)s", **years)
        return _("%(first)s til %(last)s", **years)
