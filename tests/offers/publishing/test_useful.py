"""Was it of use? Counts of closed months, and never so few that one knows who said what."""

from datetime import date, timedelta

import pytest

from offers.messages.follow_up.models import Useful, Usefulness
from offers.publishing.useful import shown
from organizations.members.models import Role
from tests import make
from tests.visitor import Visitor

JULY, AUGUST, SEPTEMBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ([], {}),
        ([(JULY, "yes", 4)], {}),
        ([(JULY, "some", 1), (JULY, "yes", 3)], {}),
        ([(JULY, "some", 1), (JULY, "yes", 4)], {"some": 1, "yes": 4}),
        ([(JULY, "yes", 9)], {}),
        ([(JULY, "yes", 10)], {"yes": 10}),
        # One more in August: it waits until there are enough to add together.
        ([(JULY, "no", 2), (JULY, "yes", 4), (AUGUST, "yes", 1)], {"no": 2, "yes": 4}),
        (
            [(JULY, "no", 2), (JULY, "yes", 4), (AUGUST, "yes", 1), (SEPTEMBER, "no", 1), (SEPTEMBER, "yes", 3)],
            {"no": 3, "yes": 8},
        ),
    ],
)  # fmt: skip
def test_what_is_shown_tells_of_no_one(
    counted: list[tuple[date, str, int]], expected: dict[str, int]
) -> None:
    assert shown(counted) == expected


async def test_the_page_of_the_offer_shows_closed_months(visitor: Visitor) -> None:
    owner = await make.organization()
    await visitor.sign_in(await make.member(owner, Role.EDITOR))
    offer = await make.offer(owner=owner)
    this = date(2026, 10, 1)
    for month, answer, count in (
        (SEPTEMBER, Useful.YES, 4),
        (SEPTEMBER, Useful.NO, 1),
        (this, Useful.YES, 7),
    ):
        await Usefulness.create(offer=offer, month=month, answer=answer, count=count)
    page = await visitor.open(f"/manage/offers/{offer.slug}")
    assert "5 har svart: 4 ja, 0 litt og 1 nei." in page.text
    visitor.wait(timedelta(days=19))  # October is closed, but all of it is alike
    assert "5 har svart: 4 ja, 0 litt og 1 nei." in (await visitor.open(f"/manage/offers/{offer.slug}")).text
