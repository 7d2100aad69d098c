"""Phones that keep a register: what they saw, what they tapped, and what they have not been answered yet.

A seed is one story: three tabs of two hosts, with clocks that are wrong by up to two hours, off and on the net, that
send twice when an answer is lost, while a role ends, or the session is moved or cancelled.
"""

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from offers.attendance.taps import forms
from offers.attendance.taps.arriving import arrive
from offers.attendance.taps.models import Field
from offers.attendance.taps.queries import About, glance, kept
from offers.attendance.taps.rules import HEADS, STATES
from offers.catalogue.models import Session
from tests.offers.attendance.taps.conftest import tap

Place = tuple[UUID | None, Field]
SECOND = timedelta(seconds=1)
STEPS = 40


def touch(one: Place, other: Place) -> bool:
    """What the page has a chain for: each part of the heads is told at the expense of the whole."""
    return one == other or (one[1] in HEADS and other[1] in HEADS and Field.HEADS in (one[1], other[1]))


@dataclass
class Made:
    """A tap as its phone remembers it. `seen`: versions of its field that the page showed, or that are its own."""

    sent: dict[str, Any]
    place: Place
    tab: "Tab"
    at: datetime
    answers: set[tuple[str, str | None]] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    """Taps of the heads or their parts that waited when it was made: some went in one request with it."""


@dataclass(eq=False)
class Tab:
    """A page that is open on some phone."""

    host: UUID
    skew: timedelta
    online: bool = True
    state: str = ""
    seen: dict[Place, int] = field(default_factory=dict)
    queue: list[Made] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)

    def tap(self, place: Place, said: str | None, now: datetime) -> Made:
        """Tap, and wait for the net. What the tab itself has said of this field is seen, answered or not."""
        mine = [each for each in self.queue if touch(each.place, place)]
        sent = tap(place[1], said, place[0], saw=self.seen.get(place, 0), at=now + self.skew)
        if mine:
            sent["after"] = mine[-1].sent["id"]
        beside = {each.sent["id"] for each in self.queue if place[1] in HEADS and each.place[1] in HEADS}
        one = Made(sent, place, self, now, beside=beside)
        self.queue.append(one)
        self.made.append(one)
        return one


@dataclass
class Story:
    """What happens to one session, by chance. `bookings`: those of its course, with their seats."""

    chance: random.Random
    session: Session
    owner: UUID
    bookings: dict[UUID, int]
    tabs: list[Tab]
    now: datetime
    cancelled_at: datetime | None = None
    moved_at: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def made(self) -> list[Made]:
        return [one for tab in self.tabs for one in tab.made]

    def pass_time(self) -> None:
        self.now += SECOND * self.chance.choice((1, 2, 5, 30, 300))

    def a_tap(self, tab: Tab) -> None:
        place, said = self.chance.choice(self._sayable())
        tab.tap(place, said, self.now)

    def _sayable(self) -> list[tuple[Place, str | None]]:
        states = [
            ((one, Field.STATE), said) for one in self.bookings for said in (*sorted(STATES), None, None)
        ]
        seats = [((one, Field.SEATS), said) for one in self.bookings for said in ("1", "4", None)]
        counts = [((None, name), said) for name in Field if name not in (Field.STATE, Field.SEATS)
                  for said in ("0", "7", None)]  # fmt: skip
        return [*states, *states, *seats, *counts]

    async def send(self, tab: Tab, *, lost: bool = False) -> None:
        """Send what waits, the oldest first. `lost`: it arrives, and the answer does not."""
        batch = tab.queue[: self.chance.choice((1, 3, 50))]
        body = {"taps": [one.sent for one in batch], "sent": (self.now + tab.skew).isoformat()}
        read = forms.read(json.dumps(body).encode(), self.now)
        seen = await glance(tab.host, About.of(self.session.id, read.taps))
        arrived = await arrive(tab.host, None, self.session.id, read.taps, seen, now=self.now)
        assert [each.id for each in arrived.answers] == [one.sent["id"] for one in batch]
        for one, answer in zip(batch, arrived.answers, strict=True):
            one.answers.add((answer.outcome, answer.why))
        if lost:
            return
        del tab.queue[: len(batch)]
        if arrived.sender.until is None:
            # As the page does: what waits keeps what it saw. It is told of all only where more has changed than that.
            all_of_it = tab.state != arrived.stood
            board = (await kept(self.session.id)).board if all_of_it else arrived.table.board
            for place, _said in self._sayable():
                if all_of_it or place[0] is None or place[0] in arrived.table.parties:
                    tab.seen[place] = board.version(place)
            tab.state = arrived.stands

    async def finish(self) -> None:
        """Everybody comes back on the net, and sends until nothing waits."""
        for tab in self.tabs:
            while tab.queue:
                self.pass_time()
                await self.send(tab, lost=self.chance.random() < 0.2)


def refused(story: Story, one: dict[str, Any], ended: dict[UUID, datetime]) -> str | None:
    """Why a tap of the log should have been refused, told in other words than those that refuse it."""
    at, arrived = one["tapped_at"], one["arrived_at"]
    if one["person_id"] in ended and arrived >= ended[one["person_id"]] <= at:
        return "role"
    if story.cancelled_at and arrived >= story.cancelled_at:
        return "cancelled"
    if at > arrived + timedelta(minutes=2):
        return "future"
    moves = [moved for moved, _starts in story.moved_at if moved <= arrived]
    if moves and at <= moves[-1]:
        return "moved"
    starts = [starts for moved, starts in story.moved_at if moved <= arrived]
    if at < (starts[-1] if starts else story.session.starts_at) - timedelta(hours=2):
        return "early"
    return None


def new_tab(chance: random.Random, host: UUID) -> Tab:
    return Tab(host, timedelta(minutes=chance.randint(-120, 120)))
