"""People who book and come, through the real register; and a municipality's plan with a goal."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from marketplace.base.data.database import patient
from marketplace.goals.models import FocusArea, Goal, Plan
from marketplace.people.models import ContactPoint
from marketplace.statistics import counting
from marketplace.statistics.closing import counted_to
from marketplace.statistics.measures import Measure
from offers.attendance import actions
from offers.attendance.models import Register
from offers.catalogue.models import Offer, SeatPool, Session
from offers.seats.models import BookingState
from organizations.directory.models import Municipality, Organization, OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW

SEPTEMBER = datetime(2026, 9, 8, 8, 0, tzinfo=UTC)
"""A Tuesday at ten in Oslo."""
WEEKS = timedelta(weeks=12)
"""After all that these tests count."""
CAST = ("Aud", "Berit", "Cato", "Dina", "Erik", "Frida", "Gro", "Hans", "Ida", "Jon", "Kjell", "Liv")


async def came(
    offer: Offer,
    *names: str,
    head_count: int | None = None,
    seats: int = 1,
    comes_for: dict[str, Organization] | None = None,
    saved: datetime | None = None,
) -> Session:
    """Those who came to an offer's (first) session. The same name is the same person: it has one address."""
    session = await Session.filter(offer=offer).order_by("starts_at").select_related("offer").first()
    assert session is not None
    pool = await SeatPool.get_or_none(session=session) or await SeatPool.get_or_none(offer=offer)
    present = set()
    for name in names:
        assert pool is not None
        guest = await make.person(name)
        contact = await ContactPoint.create(
            person=guest, channel="email", value=f"{name.lower()}@example.no", created_at=NOW
        )
        booking = await make.booking(
            pool,
            guest,
            BookingState.CONFIRMED,
            contact=contact,
            seats=seats,
            organization=(comes_for or {}).get(name),
        )
        present.add(booking.id)
    host = await make.person("Mariam")
    before = await Register.get_or_none(session=session)
    version = before.saved_at if before else None
    await actions.save(
        session,
        present,
        {},
        head_count,
        version=version,
        by=host.id,
        now=saved or max(NOW, session.starts_at),
    )
    return session


async def held(title: str = "Lett trim", start: datetime = SEPTEMBER, **other: Any) -> Offer:
    """An offer with one session that is over."""
    return await make.offer(title, starts=[start], capacity=50, **other)


async def plan(municipality: Municipality | None = None, **other: Any) -> FocusArea:
    """A plan's focus area."""
    given: dict[str, Any] = {
        "slug": "plan", "title": {"nb": "Plan for psykisk helsearbeid"}, "summary": {"nb": "Slik vil vi ha det."},
        "first_year": 2024, "last_year": 2030, "municipality": municipality or await make.municipality(),
    } | other  # fmt: skip
    made = await Plan.create(**given)
    return await FocusArea.create(
        plan=made, number=1, title={"nb": "Deltakelse"}, summary={"nb": "Være med."}
    )


async def goal(area: FocusArea, indicator: str = "people", **other: Any) -> Goal:
    slug = other.pop("slug", "flere-er-med")
    given: dict[str, Any] = {"title": {"nb": "Flere er med"}, "target": 12, "first_year": 2026} | other
    return await Goal.create(
        focus_area=area, slug=slug, indicator=indicator, **{"last_year": given["first_year"]} | given
    )


async def coordinator(municipality: Municipality | None = None, name: str = "Nora") -> Any:
    """Somebody who coordinates in a municipality."""
    root = await make.organization(
        f"{name}s kommune",
        kind=OrganizationKind.MUNICIPAL,
        municipality=municipality or await make.municipality(),
    )
    return await make.member(root, Role.COORDINATOR, name)


async def elsewhere() -> Municipality:
    return await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")


def ends(*months: int) -> list[datetime]:
    """The moments those months of 2026 are over in Oslo."""
    return [counted_to(2026, month) for month in months]


async def counted(
    *measures: Measure,
    month: int = 10,
    municipality: UUID | None = None,
    evening: bool | None = None,
    now: datetime = NOW + WEEKS,
) -> list[int]:
    """What is counted of residents in a municipality until the end of a month of 2026, before it is rounded."""
    here, end = municipality or (await make.municipality()).id, counted_to(2026, month)
    async with patient() as connection:
        await counting.stamp(connection, here, 2026, end, now)
        cells = await counting.counts(connection, here, 2026, end, now)
    sums = Counter[str]()
    for cell in cells:
        if cell["main_audience"] != "staff" and evening in (None, cell["evening"]):
            sums.update(json.loads(cell["counts"]))
    return [sums[measure.value] for measure in measures]
