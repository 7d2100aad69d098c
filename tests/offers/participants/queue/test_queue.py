"""The order of the queue is changed by a manager, with a reason."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.data.database import rows
from marketplace.base.errors import Refused
from offers.bookings import actions
from offers.catalogue.models import Offer, SeatPool
from offers.participants import actions as participants_actions
from offers.participants.queue.rules import ReorderReason, moved_in_queue
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.participants.test_own_seats import queue
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor


async def test_a_manager_moves_somebody_in_the_queue_with_a_reason_that_is_noted(
    visitor: Visitor, offer: Offer, waiting: dict[str, Booking]
) -> None:
    nils = await make.member(await Organization.get(id=offer.owner_id), Role.MANAGER, "Nils")
    await visitor.sign_in(nils)
    listing = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    link = next(a for a in listing.soup.select("a") if a.get_text() == "Flytt\u00a0i\u00a0køen: Siri")
    page = await visitor.open(str(link["href"]))
    refused = await visitor.submit(page, place="1")
    assert refused.status == 422
    assert "Velg hvorfor." in refused.text
    assert await queue(offer) == ["Nora", "Per", "Siri"]
    page = await visitor.follow(await visitor.submit(page, place="1", reason="agreed"))
    assert "Køen har fått ny rekkefølge." in page.text
    assert await queue(offer) == ["Siri", "Nora", "Per"]
    noted = await rows("SELECT actor_id, object_id, person_id, details::text FROM audit_entry "
                       "WHERE action = 'queue.reordered'")  # fmt: skip
    assert noted == [{
        "actor_id": nils.id, "object_id": waiting["Siri"].id, "person_id": waiting["Siri"].participant_id,
        "details": '{"to": 1, "from": 3, "reason": "agreed"}',
    }]  # fmt: skip
    await actions.cancel((await Booking.get(participant__name="Ola")).id, now=NOW)
    assert (await Booking.get(id=waiting["Siri"].id)).state is BookingState.CONFIRMED


@pytest.mark.parametrize(
    ("whom", "place", "order"),
    [("c", 1, "cab"), ("a", 3, "bca"), ("b", 2, "abc"), ("a", 99, "bca"), ("x", 1, "abc")],
)
def test_the_numbers_of_a_queue_stay_and_change_hands(whom: str, place: int, order: str) -> None:
    ids = {name: uuid5(NAMESPACE_OID, name) for name in "abcx"}
    moved = moved_in_queue([(ids["a"], 4), (ids["b"], 7), (ids["c"], 9)], ids[whom], place)
    assert moved == dict(zip([ids[name] for name in order], (4, 7, 9), strict=True))


async def test_only_a_manager_of_the_owner_reorders(
    visitor: Visitor, offer: Offer, waiting: dict[str, Booking]
) -> None:
    owner = await Organization.get(id=offer.owner_id)
    path = f"/manage/offers/{offer.slug}/queue?booking={waiting['Siri'].id}"
    other = await make.organization("Andre")
    both = await make.member(other, Role.MANAGER, "Leads another, edits here")
    await rows("INSERT INTO membership (id, person_id, organization_id, role, created_at) "
               "SELECT gen_random_uuid(), $1, $2, 'editor', $3", both.id, owner.id, NOW)  # fmt: skip
    statuses = []
    for person in (
        await make.member(owner, Role.EDITOR),
        await make.member(other, Role.MANAGER, "Per"),
        both,
    ):
        await visitor.sign_in(person)
        token = (await visitor.open("/my-page")).fields("/sign-out")
        sent = token | {"booking": [str(waiting["Siri"].id)], "place": ["1"], "reason": ["agreed"]}
        statuses.append(((await visitor.open(path)).status, (await visitor.post(path, sent)).status))
    assert statuses == [(403, 403), (404, 404), (404, 404)]
    assert await queue(offer) == ["Nora", "Per", "Siri"]


async def test_who_got_a_seat_at_the_same_moment_is_not_moved(
    offer: Offer, waiting: dict[str, Booking]
) -> None:
    ola = await Booking.get(participant__name="Ola")
    _, moved, waited = await overlapping(
        lambda: actions.cancel(ola.id, now=NOW),
        lambda: participants_actions.reorder(
            waiting["Nora"].id, 3, ReorderReason.MISTAKE, now=NOW, by=ola.participant_id
        ),
    )
    assert isinstance(moved, Refused)
    assert waited
    assert await queue(offer) == ["Per", "Siri"]


@pytest.mark.parametrize(
    ("path", "state", "read"),
    [
        ("requests/{id}", BookingState.REQUESTED, 1),
        ("take-off?booking={id}", BookingState.WAITING, 1),
        ("queue?booking={id}", BookingState.WAITING, 3),
    ],
)
async def test_a_page_about_one_reads_who_is_shown_and_the_trail_says_how_many(
    visitor: Visitor, offer: Offer, monkeypatch: pytest.MonkeyPatch, path: str, state: BookingState, read: int
) -> None:
    """Two of the queue are shown beside the one who is moved in it. The other people of the offer are not read, so that
    the trail is true of the database too."""
    await rows("UPDATE seat_pool SET capacity = 40")
    pool = await SeatPool.get()
    for number in range(20):
        await make.booking(pool, await make.person(f"Kanari {number}"), BookingState.CONFIRMED)
    there = [
        await make.booking(pool, await make.person(f"Kanari Per {number}"), state) for number in range(read)
    ]
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id), Role.MANAGER, "Nils"))
    names = set[str]()
    execute = AsyncpgDBClient.execute_query_dict

    async def looking(self: Any, query: str, values: Any = None) -> Any:
        found = await execute(self, query, values)
        names.update(value for one in found for value in one.values() if str(value).startswith("Kanari"))
        return found

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", looking)
    here = f"/manage/offers/{offer.slug}/{path.format(id=there[-1].id)}"
    page = await visitor.open(here)
    assert page.status == 200
    assert len(names) == read
    noted = (
        "SELECT details->>'count' AS count FROM audit_entry WHERE action = 'participants.read' ORDER BY id"
    )
    assert [each["count"] for each in await rows(noted)] == [str(read)]
    if not path.startswith("take-off"):
        again = await visitor.submit(page, **({"answer": "no", "no": ""} if "requests" in path else {}))
        assert again.status == 422
        assert [each["count"] for each in await rows(noted)] == [str(read)] * 2, "shown again is read again"
