"""Who has looked: readings of the lists that Ola stands on, while he stands on them."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.data import audit
from offers.catalogue.models import Joining, SeatPool, Session
from offers.seats.models import BookingState
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

MINUTE = timedelta(minutes=1)


def told(page: Page) -> list[str]:
    return [" ".join(item.get_text(" ").split()) for item in page.soup.select("main ul.tp-plain > li")]


async def test_a_reading_of_my_lists_is_told_with_who_when_what_and_for_whom(visitor: Visitor) -> None:
    owner = await make.organization("Turlaget")
    offer = await make.offer(
        "Fjelltur", owner=owner, starts=[NOW + timedelta(hours=1)], joining=Joining.WHOLE
    )
    ola, kari = await make.person("Ola", "ola@example.no"), await make.member(owner, Role.EDITOR, "Kari")
    await make.booking(await SeatPool.get(offer=offer), ola)
    session = await Session.get(offer=offer)
    await visitor.sign_in(kari)
    for path in (
        f"offers/{offer.slug}/bookings",
        f"sessions/{session.id}/register",
        f"sessions/{session.id}/call-list",
    ):
        visitor.wait(MINUTE)
        assert (await visitor.open(f"/manage/{path}")).status == 200
    await visitor.sign_in(ola)
    assert told(await visitor.open("/my-page/looked")) == [
        "tirsdag 13. oktober kl. 12.03 Kari , Turlaget Lista over dem som må ringes: Fjelltur",
        "tirsdag 13. oktober kl. 12.02 Kari , Turlaget Oppmøtelista: Fjelltur",
        "tirsdag 13. oktober kl. 12.01 Kari , Turlaget Lista over påmeldte: Fjelltur",
    ]


async def read(offer: Any, actor: Any, minutes: int, action: str = "participants.read") -> None:
    await audit.record(action, actor=actor.id, object_id=offer.id, organization=offer.owner_id,
                       now=NOW + minutes * MINUTE)  # fmt: skip


async def test_only_what_was_read_while_i_was_there_by_others(visitor: Visitor) -> None:
    kari, ola, per = [await make.person(name, f"{name}@example.no") for name in ("Kari", "Ola", "Per")]
    mine, others = (
        await make.offer("Mitt", joining=Joining.WHOLE),
        await make.offer("Andres", joining=Joining.WHOLE),
    )
    pool = await SeatPool.get(offer=mine)
    await make.booking(
        pool, ola, BookingState.CANCELLED, created_at=NOW + 10 * MINUTE, changed_at=NOW + 20 * MINUTE
    )
    await make.booking(await SeatPool.get(offer=others), per)
    for minutes in (9, 10, 20, 21):
        await read(mine, kari, minutes)
    await read(mine, ola, 15)
    await read(others, kari, 15)
    await read(mine, kari, 15, "capacity.changed")
    visitor.wait(timedelta(hours=1))
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page/looked")
    assert [item.split(" Kari")[0][-5:] for item in told(page)] == ["12.20", "12.10"]
    await visitor.sign_in(per)
    assert len(told(await visitor.open("/my-page/looked"))) == 1


@pytest.mark.parametrize("number", [1, 120])
async def test_long_lists_are_paged_and_ask_as_little(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    kari, ola = await make.person("Kari"), await make.person("Ola", "ola@example.no")
    offer = await make.offer(joining=Joining.WHOLE)
    await make.booking(await SeatPool.get(offer=offer), ola)
    for _ in range(number):
        await read(offer, kari, 1)
    await visitor.sign_in(ola)
    asked: list[str] = []
    execute = AsyncpgDBClient.execute_query_dict

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await execute(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
    page = await visitor.open("/my-page/looked")
    assert len(asked) == 2  # who with their roles, looked
    pages = [len(told(page))]
    while further := page.soup.select_one("main nav a.ds-button"):
        page = await visitor.open(str(further["href"]))
        pages.append(len(told(page)))
    assert pages == ([1] if number == 1 else [50, 50, 20])
