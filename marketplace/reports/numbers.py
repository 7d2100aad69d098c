"""The stored sums that a report is made of, all of the same closing."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.text import by_name
from marketplace.reports.content import shown
from marketplace.reports.rules import WHOLE_YEAR
from marketplace.statistics import stored
from marketplace.statistics.measures import INDICATORS, Measure
from marketplace.statistics.stored import Ask, By, Cells, Sums

OF_PARTS = (
    Measure.PEOPLE,
    Measure.ATTENDANCES,
    Measure.OFFERS,
    Measure.SESSIONS,
    Measure.DUE,
)
"""What is shown of parts of the municipality, too."""
WHOLE = tuple(INDICATORS)
"""What is shown of all of it: every measure."""


@dataclass(frozen=True)
class Numbers:
    """Of a municipality's year at its newest closing (`closing`: its number, None: nothing is closed), and of the year
    before: at the same closing while the year is on."""

    year: int
    closing: int | None
    total: Sums
    total_before: Sums
    months: dict[int, Sums]
    months_before: dict[int, Sums]
    audiences: dict[str, Sums]
    kinds: dict[str, Sums]
    evening: dict[bool, Sums]
    by_organization: dict[str, Sums]

    @property
    def organizations(self) -> int:
        """How many have held something."""
        return sum(1 for sums in self.by_organization.values() if sums[Measure.SESSIONS].value)

    def value(self, measure: Measure) -> int | None:
        return self.total[measure].value if measure in self.total else None

    def before(self, measure: Measure) -> int | None:
        return self.total_before[measure].value if measure in self.total_before else None

    def likely(self, measure: Measure) -> str:
        """The likely error of the whole municipality's number, in words; nothing where it is exact."""
        error = self.total[measure].error if measure in self.total else 0
        return f"± {shown(error)}" if error else ""


async def numbers_of(municipality: UUID, year: int) -> Numbers:
    cells = Cells(municipality)
    months, months_before = await stored.several(
        [Ask(cells, each, (Measure.ATTENDANCES,)) for each in (year, year - 1)]
    )
    closing = max(months, default=None)
    same = closing if closing and closing < WHOLE_YEAR else None
    of_organizations = await stored.by(cells, year, OF_PARTS, By.ORGANIZATION, closing)
    names = await _names(list(of_organizations))
    named = [(names[key], sums) for key, sums in of_organizations.items()]
    return Numbers(
        year=year,
        closing=closing,
        total=await stored.total(cells, year, WHOLE, closing),
        total_before=await stored.total(cells, year - 1, WHOLE, same),
        months=months,
        months_before=months_before,
        audiences=await stored.by(cells, year, OF_PARTS, By.AUDIENCE, closing),
        kinds=await stored.by(cells, year, OF_PARTS, By.KIND, closing),
        evening=await stored.by(cells, year, OF_PARTS, By.EVENING, closing),
        by_organization=dict(sorted(named, key=lambda pair: by_name(pair[0]))),
    )


class _Named(NamedTuple):
    id: UUID
    name: str


async def _names(organizations: list[Any]) -> dict[UUID, str]:
    """Names by id, two of the same name told apart."""
    found = await rows(
        _Named, "SELECT id, name FROM organization WHERE id = ANY($1) ORDER BY id", organizations
    )
    names: dict[UUID, str] = {}
    for one in found:
        same = sum(1 for name in names.values() if name.partition("\u00a0(")[0] == one.name)
        names[one.id] = one.name if not same else f"{one.name}\u00a0({same + 1})"
    return names
