"""The page for dates says whom it tells of new ones, and afterwards that it was done."""

import pytest

from offers.catalogue.models import Joining
from offers.catalogue.states import OfferState
from offers.publishing.team.actions import add_organizer
from offers.seats.models import BookingState
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.sessions.test_added import booked, course
from tests.visitor import Visitor

NEW = {"repeat": "once", "first": "3.11.2026", "starts": "18.00", "ends": "20.00"}
DONE = "Datoene er lagt til. De som har plass, får beskjed nå."


async def test_how_many_are_told_stands_there_before_and_that_they_are_afterwards(visitor: Visitor) -> None:
    """Ola is written to, Liv rung; who waits is told nothing."""
    offer, kari = await course()
    await booked(offer, "Ida", BookingState.WAITING)
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
    assert "1 påmelding får melding når du lagrer nye datoer. 1 når vi ikke." in page.text
    assert "Ola" not in page.text
    after = await visitor.follow(await visitor.submit(page, "/sessions", **NEW))
    assert DONE in after.text
    more = await visitor.submit(page, "/sessions", **NEW | {"first": "4.11.2026"}, go="more")
    assert DONE in (await visitor.follow(more)).text


async def test_a_date_that_was_there_already_is_told_to_nobody_and_nothing_says_so(visitor: Visitor) -> None:
    offer, kari = await course()
    await visitor.sign_in(kari)
    for told in (True, False):
        page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
        after = await visitor.follow(await visitor.submit(page, "/sessions", **NEW))
        assert (DONE in after.text) is told


@pytest.mark.parametrize(
    ("joining", "state", "said"),
    [
        (Joining.WHOLE, OfferState.PUBLISHED, "Ingen har plass ennå, så ingen får beskjed når du lagrer."),
        (Joining.PER_SESSION, OfferState.PUBLISHED, "Nye datoer vises med en gang du lagrer."),
        (Joining.WHOLE, OfferState.DRAFT, "Ingen er påmeldt ennå, så ingen får beskjed når du lagrer."),
    ],
)
async def test_where_nobody_is_told_it_says_that(
    visitor: Visitor, joining: Joining, state: OfferState, said: str
) -> None:
    owner = await make.organization()
    await visitor.sign_in(await make.member(owner, Role.EDITOR))
    offer = await make.offer(owner=owner, joining=joining, state=state)
    page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
    assert said in page.text
    if state is OfferState.PUBLISHED and joining is Joining.PER_SESSION:
        assert DONE not in (await visitor.follow(await visitor.submit(page, "/sessions", **NEW))).text


async def test_a_co_organiser_who_may_not_know_how_many_come_reads_no_number(visitor: Visitor) -> None:
    offer, kari = await course()
    other = await make.organization("Turlaget")
    await add_organizer(offer, other.id, may_edit=True, by=kari.id, now=NOW)
    await visitor.sign_in(await make.member(other, Role.EDITOR, "Per"))
    page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
    assert "De som har plass, får beskjed når du lagrer nye datoer." in page.text
    assert "får melding når" not in page.text
