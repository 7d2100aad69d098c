"""Whatever two hosts do with three tabs, off and on the net: each tap arrives once, none is lost or doubled, and
nothing is overwritten unseen."""

import asyncio
import os
import random
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from marketplace.base.data.database import rows
from marketplace.operations.check.whole import violations
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.publishing.team import actions as team
from offers.rights.models import HostAssignment
from offers.sessions import actions as messages
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.taps.phones import STEPS, Made, Place, Story, new_tab, refused

STORIES = int(os.environ.get("TAPS", "200"))
"""`make soak` tells 2,000."""
TOGETHER = 20
HEADS = {"heads", "adults", "children"}
DAY = timedelta(days=1)


@pytest.mark.parametrize("first", range(0, STORIES, TOGETHER))
async def test_each_tap_arrives_once_and_none_is_overwritten_unseen(
    first: int, db: None, data_dir: object
) -> None:
    seeds = range(first, min(first + TOGETHER, STORIES))
    starts = [NOW + timedelta(hours=3) + number * DAY for number in range(len(seeds))]
    offer = await make.offer("Kor", joining=Joining.WHOLE, capacity=None, starts=starts)
    pool = await SeatPool.get(offer=offer)
    bookings = {(await make.booking(pool, seats=seats)).id: seats for seats in (1, 1, 3)}
    tom = await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Tom")
    for seed, session in zip(
        seeds, await Session.filter(offer=offer).order_by("starts_at").select_related("offer"), strict=True
    ):
        kari = await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Kari")
        await HostAssignment.create(person=kari, offer=offer)
        chance = random.Random(seed)
        tabs = [new_tab(chance, host) for host in (tom.id, tom.id, kari.id)]
        begins = session.starts_at - timedelta(minutes=100)
        story = Story(chance, session, offer.owner_id, bookings, tabs, begins)
        ended = await told(story, offer, by=tom.id)
        await holds(story, ended, seed)
    assert await violations() == []


async def told(story: Story, offer: Offer, *, by: UUID) -> dict[UUID, datetime]:
    """Tell a story to its end. Returns when roles ended."""
    chance, ended = story.chance, dict[UUID, datetime]()
    acts = dict(
        zip(chance.sample(range(5, STEPS), 2), chance.choice(
            (("role", ""), ("move", ""), ("move", "cancel"), ("cancel", ""), ("", ""), ("", ""), ("role", "move"))
        ), strict=True)
    )  # fmt: skip
    for step in range(STEPS):
        story.pass_time()
        tab = chance.choice(story.tabs)
        match acts.get(step):
            case "role":
                kari = story.tabs[2].host
                ended[kari] = story.now
                await team.remove_host(offer, kari, by=by, now=story.now)
            case "move" if story.now < story.session.starts_at and not story.cancelled_at:
                await moved(story, by)
            case "cancel" if story.now < story.session.starts_at:
                story.cancelled_at = story.now
                sequence = (await Session.get(id=story.session.id)).sequence
                await messages.cancel(story.session, sequence=sequence, note="", by=by, now=story.now)
        match chance.randrange(10):
            case 0:
                tab.online = not tab.online
            case 1 | 2 if tab.online:
                await story.send(tab, lost=chance.random() < 0.2)
            case 3:
                together = [each for each in story.tabs if each.online]
                await asyncio.gather(*[story.send(each) for each in together])
            case _:
                story.a_tap(tab)
    await story.finish()
    return ended


async def moved(story: Story, by: UUID) -> None:
    session = await Session.get(id=story.session.id).select_related("offer")
    later = story.chance.choice((timedelta(minutes=30), 2 * timedelta(hours=1), timedelta(minutes=-10)))
    if story.now >= session.starts_at + later:
        return
    story.moved_at.append((story.now, session.starts_at + later))
    await messages.move(
        session, sequence=session.sequence, starts_at=session.starts_at + later, ends_at=session.ends_at + later,
        venue_id=None, by=by, now=story.now,
    )  # fmt: skip


async def holds(story: Story, ended: dict[UUID, datetime], seed: int) -> None:
    """What must be true of a story, counted anew from what the phones remember and the log."""
    log = await rows("SELECT * FROM register_tap WHERE session_id = $1 ORDER BY version", story.session.id)
    by_id = {str(one["id"]): one for one in log}
    phones = {one.sent["id"]: one for one in story.made}
    assert sorted(by_id) == sorted(phones), f"story {seed}: lost or doubled"
    for one in story.made:
        assert len(one.answers) == 1, f"story {seed}: one tap, two answers {one.answers}"
        entry = by_id[one.sent["id"]]
        assert (entry["outcome"], entry["why"]) in one.answers
        assert abs(entry["tapped_at"] - one.at) < timedelta(seconds=1), f"story {seed}: the wrong time"
        why = refused(story, entry, ended)
        assert (entry["why"], entry["outcome"] == "refused") == (why, why is not None), (
            f"story {seed}: {entry}"
        )
    written = [one for one in log if one["outcome"] in ("kept", "conflict")]
    unseen(written, phones, by_id, story, seed)
    assert await stands(story.session.id) == replayed(written, story), (
        f"story {seed}: it shows what nobody said"
    )


def line(one: dict[str, Any]) -> tuple[Any, str]:
    return one["booking_id"], "heads" if one["field"] in HEADS else one["field"]


def touch(one: str, other: str) -> bool:
    """Is what one says told at the expense of the other?"""
    return one == other or ({one, other} <= HEADS and "heads" in (one, other))


def unseen(
    written: list[dict[str, Any]],
    phones: dict[str, Made],
    log: dict[str, dict[str, Any]],
    story: Story,
    seed: int,
) -> None:
    """Versions follow each other; and whoever wrote over what their page had not shown is a conflict, and nobody
    else: a page has seen what it was told, and what it tapped itself."""
    lines = defaultdict(list)
    for one in written:
        lines[line(one)].append(one)
    for those in lines.values():
        assert [one["version"] for one in those] == list(range(1, len(those) + 1)), f"story {seed}"
        for place, one in enumerate(those):
            mine = phones[str(one["id"])]
            hidden = [
                before for before in those[:place]
                if touch(before["field"], one["field"]) and before["version"] > one["saw"]
            ]  # fmt: skip

            # What a page surely knew, and what it knew if all that waited beside it went in one request.
            others = unseen_by(own(mine, phones), hidden, those, log, story)
            chain = beside(mine, phones)
            over = unseen_by(chain, hidden, those, log, story)
            page, conflict = answered(chain, log), one["outcome"] == "conflict"
            assert conflict or not over, f"story {seed}: {one} over {over}"
            # What comes after a page's own conflict is asked about too, and what it knows by way of both other fields
            # of the heads: that loses nothing.
            by_way = {each["field"] for each in page} | {one["field"]}
            own_conflict = any(each["outcome"] == "conflict" for each in page)
            assert others or not conflict or own_conflict or len(by_way) > 2, (
                f"story {seed}: {one} asks for nothing"
            )


def own(mine: Made, phones: dict[str, Made]) -> set[str]:
    """The taps that this one was tapped after, unanswered, and those of its own field."""
    found: set[str] = set()
    while (before := mine.sent.get("after")) and before not in found:
        found.add(before)
        mine = phones[before]
    same = [one for one in mine.tab.made if one.place == mine.place]
    return found | {one.sent["id"] for one in same[: same.index(mine)]}


def answered(chain: set[str], log: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """These taps as they stand in the log, but for what was refused."""
    return [log[each] for each in chain if log[each]["outcome"] != "refused"]


def unseen_by(
    chain: set[str],
    hidden: list[dict[str, Any]],
    those: list[dict[str, Any]],
    log: dict[str, dict[str, Any]],
    story: Story,
) -> list[dict[str, Any]]:
    """What of this neither is one of these taps of a page nor had been seen by one."""
    page = answered(chain, log)
    return [
        each
        for each in hidden
        if str(each["id"]) not in chain and not seen_by_chain(each, page, those, story)
    ]


def beside(mine: Made, phones: dict[str, Made]) -> set[str]:
    """The same, and all taps of the heads and their parts that waited with it."""
    found, new = set[str](), {mine.sent["id"]}
    while new:
        found |= new
        new = {each for one in new for each in own(phones[one], phones) | phones[one].beside} - found
    return found - {mine.sent["id"]}


def seen_by_chain(
    before: dict[str, Any], chain: list[dict[str, Any]], those: list[dict[str, Any]], story: Story
) -> bool:
    """Had an earlier tap of the same page seen this? One that was kept had seen all before it that it is told at the
    expense of; one that said the same as what stood had it before it, where nothing was undecided."""
    return any(
        each["version"] >= before["version"]
        and touch(each["field"], before["field"])
        and (each["outcome"] == "kept" or (each["outcome"] == "same" and not undecided(those, each, story)))
        for each in chain
    )


def undecided(those: list[dict[str, Any]], at: dict[str, Any], story: Story) -> bool:
    """Was there a conflict of this field that nobody had chosen in, when this was said? A move ends all of them; and a
    part of the heads that is kept chooses nothing in the other part."""
    until = [one for one in those if one["version"] <= at["version"]]
    moves = [moved for moved, _starts in story.moved_at if moved <= at["arrived_at"]]
    kept = [one for one in until if one["outcome"] == "kept"]
    return any(
        not (moves and one["arrived_at"] <= moves[-1])
        and not any(each["version"] > one["version"] and touch(each["field"], one["field"]) for each in kept)
        for one in until
        if one["outcome"] == "conflict" and touch(one["field"], at["field"])
    )


def replayed(written: list[dict[str, Any]], story: Story) -> dict[Place, str]:
    """What should be shown: what was kept counts, and in a conflict the later of the two."""
    shown: dict[Any, tuple[datetime, str | None]] = {}
    last = story.moved_at[-1][0] if story.moved_at else None
    for one in sorted(written, key=lambda one: one["version"]):
        if story.cancelled_at or (last and one["arrived_at"] <= last):
            continue
        place = one["booking_id"], one["field"]
        before = shown.get(place)
        if one["outcome"] == "kept" or before is None or one["tapped_at"] >= before[0]:
            for other in HEADS - {one["field"]} if one["field"] in HEADS else ():
                if touch(one["field"], other):
                    shown[None, other] = one["tapped_at"], None
            shown[place] = one["tapped_at"], one["value"]
    told = {place: said for place, (_at, said) in shown.items() if said is not None}
    parts = [int(told[None, part]) for part in ("adults", "children") if (None, part) in told]
    here = [booking for booking in story.bookings if told.get((booking, "state")) == "present"]
    came = {
        (booking, "seats"): told.get((booking, "seats"), str(story.bookings[booking])) for booking in here
    }
    rest = {place: said for place, said in told.items() if place[1] != "seats"}
    return rest | came | ({(None, "heads"): str(sum(parts))} if parts else {})


async def stands(session: UUID) -> dict[Any, str]:
    """What the register's own tables say. How many came is there of those who did."""
    found: dict[Any, str] = {}
    for one in await rows("SELECT * FROM attendance WHERE session_id = $1", session):
        found[one["booking_id"], "state"] = one["state"]
        assert (one["state"] == "present") == bool(one["seats_present"])
        assert one["state"] != "present" or len(one["pseudonym"]) == 32
        if one["seats_present"]:
            found[one["booking_id"], "seats"] = str(one["seats_present"])
    for one in await rows("SELECT * FROM head_count WHERE session_id = $1", session):
        told = {"heads": one["count"], "adults": one["adults"], "children": one["children"]}
        found |= {(None, name): str(number) for name, number in told.items() if number is not None}
    for one in await rows("SELECT volunteers FROM register WHERE session_id = $1", session):
        if one["volunteers"] is not None:
            found[None, "volunteers"] = str(one["volunteers"])
    return found
