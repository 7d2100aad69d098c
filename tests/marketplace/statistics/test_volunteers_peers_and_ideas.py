"""Volunteers and their hours, offers that a peer and a professional lead together, and from idea to first session:
each counted from what somebody has said of it."""

from datetime import datetime, timedelta

import pytest

from marketplace.dialogue.models import Dialogue, DialogueItem
from marketplace.statistics.measures import IDEA_DAYS, Measure
from marketplace.statistics.staircase import hours
from offers.attendance.models import Register
from offers.catalogue.models import Offer, Session
from offers.rights.models import HostAssignment
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import SEPTEMBER, came, counted, held

M = Measure
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture(autouse=True)
async def sandnes(db: None, data_dir: object) -> None:
    await make.municipality()


async def test_volunteers_and_their_hours_are_counted_where_somebody_has_said_it() -> None:
    hour_and_a_half = await make.offer("Kafé", starts=[SEPTEMBER, SEPTEMBER + WEEK], capacity=20, minutes=90)
    for session in await Session.filter(offer=hour_and_a_half).order_by("starts_at"):
        await Register.create(session=session, saved_at=NOW, closed_at=NOW, closed_by="host", volunteers=3)
    silent = await held("Tur")
    await Register.create(
        session=await Session.get(offer=silent), saved_at=NOW, closed_at=NOW, closed_by="host"
    )
    assert await counted(M.VOLUNTEERS, M.VOLUNTEERS_SAID, M.SESSIONS) == [6, 2, 3]
    assert await counted(M.VOLUNTEER_HOURS) == [180], (
        "minutes of the sessions that say it; hours are made of them"
    )
    assert hours(5, minutes=150, sessions=2) == 5
    assert hours(10, minutes=180, sessions=2) == 15
    assert hours(100, minutes=180, sessions=2) == 150
    assert hours(0, minutes=0, sessions=0) == 0


async def test_where_nobody_helped_it_is_said_and_is_none() -> None:
    await Register.create(
        session=await Session.get(offer=await held()),
        saved_at=NOW,
        closed_at=NOW,
        closed_by="host",
        volunteers=0,
    )
    assert await counted(M.VOLUNTEERS, M.VOLUNTEERS_SAID) == [0, 1]
    assert hours(0, minutes=120, sessions=1) == 0


@pytest.mark.parametrize(
    ("hosts", "together"),
    [
        (["peer", "professional"], 1),
        (["peer", "peer"], 0),
        (["peer", "volunteer"], 0),
        (["professional", None], 0),
        (["peer", "professional", "professional", "volunteer"], 1),
        ([], 0),
    ],
)
async def test_an_offer_is_led_together_by_a_peer_and_a_professional(
    hosts: list[str | None], together: int
) -> None:
    offer = await held()
    for leads_as in hosts:
        await HostAssignment.create(offer=offer, person=await make.person(), leads_as=leads_as)
    await came(offer, "Aud")
    assert await counted(M.LED_TOGETHER, M.OFFERS) == [together, 1]


@pytest.mark.parametrize(("hours", "together"), [(-1, 0), (1, 1)])
async def test_who_had_left_before_it_began_has_not_led_it(hours: int, together: int) -> None:
    offer = await held()
    for leads_as in ("peer", "professional"):
        host = await make.member(await Organization.get(id=offer.owner_id), Role.HOST, leads_as)
        await HostAssignment.create(offer=offer, person=host, leads_as=leads_as)
    ended = Membership.filter(person__name="peer")
    await ended.update(ended_at=SEPTEMBER + timedelta(hours=hours))
    await came(offer, "Aud")
    assert await counted(M.LED_TOGETHER) == [together]


async def test_who_led_it_then_is_stamped_and_stays_when_they_leave() -> None:
    offer = await make.offer("Kafé", starts=[SEPTEMBER, SEPTEMBER + WEEK], capacity=20)
    for leads_as in ("peer", "professional"):
        await HostAssignment.create(offer=offer, person=await make.person(), leads_as=leads_as)
    await came(offer, "Aud")
    assert await counted(M.LED_TOGETHER) == [1]
    await HostAssignment.all().delete()
    assert await counted(M.LED_TOGETHER) == [1]


@pytest.mark.parametrize(
    ("days", "measure"),
    [
        (0, M.IDEA_WITHIN_90), (90, M.IDEA_WITHIN_90), (91, M.IDEA_WITHIN_180), (180, M.IDEA_WITHIN_180),
        (181, M.IDEA_WITHIN_365), (365, M.IDEA_WITHIN_365), (366, M.IDEA_LONGER),
    ],
)  # fmt: skip
async def test_from_idea_to_first_session_falls_into_classes(days: int, measure: Measure) -> None:
    offer = await held()
    await idea(offer, SEPTEMBER - days * DAY)
    await came(offer, "Aud")
    assert await counted(*IDEA_DAYS, M.IDEAS) == [int(one is measure) for one in IDEA_DAYS] + [1]


async def test_an_offer_counts_once_from_its_first_item_and_in_the_year_that_it_began() -> None:
    offer = await make.offer("Kafé", starts=[SEPTEMBER, SEPTEMBER + WEEK], capacity=20)
    await idea(offer, SEPTEMBER - 100 * DAY)
    await idea(offer, SEPTEMBER - 10 * DAY)
    await came(offer, "Aud")
    assert await counted(M.IDEAS, M.IDEA_WITHIN_180) == [1, 1]
    last_year = await make.offer("Tur", starts=[SEPTEMBER - 365 * DAY, SEPTEMBER], capacity=20)
    await idea(last_year, SEPTEMBER - 400 * DAY)
    for session in await Session.filter(offer=last_year):
        await Register.create(session=session, saved_at=NOW, closed_at=NOW, closed_by="host")
    assert await counted(M.IDEAS, M.OFFERS) == [1, 2]


async def test_what_had_begun_already_came_of_no_item_and_what_nobody_held_is_none() -> None:
    before, never = await held(), await held("Tur")
    await idea(before, SEPTEMBER + DAY)
    await idea(never, SEPTEMBER - DAY)
    await came(before, "Aud")
    assert await counted(M.IDEAS) == [0]


async def idea(offer: Offer, made_at: datetime) -> None:
    """An item of the dialogue that this offer came of."""
    dialogue = await Dialogue.first() or await Dialogue.create(
        municipality_id=offer.municipality_id, coordinated_by=await make.organization("Enheten"), slug="dialog",
        title={"nb": "Dialogen"}, summary={"nb": "Dialogen"}, created_at=NOW,
    )  # fmt: skip
    number = await DialogueItem.all().count()
    await DialogueItem.create(
        dialogue=dialogue, main_audience="youth", kinds=f"{number}", made_at=made_at, offer=offer
    )
