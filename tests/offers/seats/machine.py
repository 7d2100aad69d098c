"""Anything may happen to the seats of an offer, in any order and at once: after every step the promises must hold.

Hypothesis state machines over the real database. A step is one act, or up to three at the same time on connections of
their own: what each answers is left open, what must be true afterwards is not. `Seats` does anything (`make soak` runs
it for long); `Queue` only what moves a queue, so that what is wrong there shows within a few steps.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from marketplace.base.data.database import rows
from marketplace.base.errors import Refused
from offers.bookings import actions
from offers.bookings.companions import actions as companions_actions
from offers.bookings.times.actions import change_time
from offers.catalogue.models import Joining, Offer, Promotion, Session
from offers.catalogue.queries import VISITOR
from offers.participants import actions as participants_actions
from offers.participants.queue.rules import ReorderReason
from offers.seats import actions as seats_actions
from offers.seats import rules
from offers.seats.claims import Party
from offers.seats.models import ACTIVE, SEATED, BookingState
from offers.sessions import actions as messages
from tests import make
from tests.conftest import NOW
from tests.emptying import empty

PEOPLE = 6
MINUTES = st.sampled_from([1, 20, 45, 90, 300, 1500])
Act = tuple[str, int, int]
"""A kind of act, and two numbers whose meaning is its own: who or which booking, and how many or the answer."""
KINDS = [
    "book",
    "book",
    "book",
    "cancel",
    "cancel",
    "accept",
    "decline",
    "answer",
    "expire",
    "capacity",
    "keep",
    "add",
    "leave",
    "time",
]
ACTS: st.SearchStrategy[Act] = st.tuples(
    st.sampled_from(KINDS), st.integers(0, PEOPLE * 3), st.integers(0, 4)
)


class Broken(AssertionError):
    """A promise that did not hold."""

    seen: ClassVar[list[str]] = []
    """Every promise that was ever broken: acts at once need not break it again when hypothesis looks twice."""


class Promises(RuleBasedStateMachine):
    """An offer with one pool, or two dates with a pool each, six people who want seats, and what they were promised."""

    loop: ClassVar[asyncio.AbstractEventLoop]
    """Where the connections live; the machine itself runs in a thread."""

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def made(self, joining: Joining, promotion: Promotion, capacity: int | None, hours: int) -> None:
        """The offer, in an empty town."""
        self.now, self.before, self.over = NOW, dict[UUID, Any](), False
        self.run(self._begin(joining, promotion, capacity, hours))

    def act(self, *acts: Act) -> None:
        """One act, or several at once; then the promises must hold."""
        self.run(self._together(list(acts)))
        self.run(self._check())

    async def _begin(self, joining: Joining, promotion: Promotion, capacity: int | None, hours: int) -> None:
        await empty()
        self.offer: Offer = await make.offer(
            joining=joining, capacity=capacity, promotion=promotion, hold_hours=3, max_party=3,
            starts=[NOW + timedelta(hours=each) for each in self._hours(joining, hours)],
        )  # fmt: skip
        self.sessions = await Session.filter(offer=self.offer).order_by("starts_at").select_related("offer")
        self.pools: list[UUID] = [
            each["id"] for each in await rows("SELECT id FROM seat_pool ORDER BY starts_at")
        ]
        self.editor = await make.person("Kari")
        self.people = [await make.person(f"Deltaker {number}") for number in range(PEOPLE)]

    @staticmethod
    def _hours(joining: Joining, hours: int) -> list[int]:
        return [hours, hours + 24] if joining is Joining.PER_SESSION else [hours]

    async def _cancelled(self) -> None:
        try:
            await messages.cancel(
                self.sessions[0], sequence=0, note="Avlyst", by=self.editor.id, now=self.now
            )
        except Refused:
            assert self.sessions[0].starts_at <= self.now, "only what has begun cannot be cancelled"

    async def _together(self, acts: list[Act]) -> None:
        answers = await asyncio.gather(*(self._do(*act) for act in acts), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, Refused):
                raise answer

    async def _do(self, kind: str, which: int, number: int) -> None:
        pool = self.pools[which % len(self.pools)]
        act: dict[str, Callable[[], Awaitable[Any]]] = {
            "book": lambda: self._book(which, number),
            "expire": lambda: seats_actions.expire_offers(now=self.now),
            "capacity": lambda: seats_actions.set_capacity(
                pool, number if which else None, now=self.now, by=self.editor.id
            ),
            "keep": lambda: participants_actions.keep_seats(pool, number, now=self.now, by=self.editor.id),
            "add": lambda: participants_actions.add(
                pool, Party("Gjest", seats=1 + number % 2), by=self.editor.id, form_key=secrets.token_bytes(16),
                lang="nb", now=self.now,
            ),
        }  # fmt: skip
        if kind in act:
            await act[kind]()
            return
        found = await rows("SELECT id, seats FROM booking ORDER BY id")
        if not found:
            return
        booking = found[which % len(found)]["id"]
        if kind == "cancel":
            await actions.cancel(booking, now=self.now)
        elif kind == "leave":
            seats = found[which % len(found)]["seats"]
            if seats > 1:
                await companions_actions.leave(booking, set(), 1, seen=seats, now=self.now)
        elif kind == "time":
            session = self.sessions[number % len(self.sessions)].id
            if len(self.sessions) > 1:
                await change_time(booking, session, form_key=secrets.token_bytes(16), now=self.now)
        elif kind == "reorder":
            mistake = ReorderReason.MISTAKE
            await participants_actions.reorder(booking, number, mistake, now=self.now, by=self.editor.id)
        elif kind == "answer":
            await participants_actions.answer_request(booking, number > 1, now=self.now, by=self.editor.id)
        else:
            await actions.answer_offer(booking, kind == "accept", now=self.now)

    async def _book(self, who: int, seats: int) -> None:
        person = self.people[who % PEOPLE]
        party = Party(person.name or "", seats=1 + seats % 3, person=person.id, waiting_ok=seats % 2 == 0)
        await actions.book(
            self.offer.slug, self.sessions[seats % 2].id if len(self.sessions) > 1 else None, party,
            viewer=VISITOR, form_key=secrets.token_bytes(16), lang="nb", now=self.now,
        )  # fmt: skip

    async def _check(self) -> None:
        """The promises, after a step."""
        bookings = {each["id"]: each for each in await rows("SELECT * FROM booking ORDER BY queue_no")}
        for pool in await rows("SELECT * FROM seat_pool"):
            self._check_pool(pool, [each for each in bookings.values() if each["pool_id"] == pool["id"]])
        self._check_moves(
            await rows(
                "SELECT object_id, action FROM audit_entry WHERE action LIKE 'booking.%' ORDER BY at, id"
            )
        )
        self.before = bookings

    def _check_pool(self, pool: dict[str, Any], bookings: list[dict[str, Any]]) -> None:
        active = [each for each in bookings if each["state"] in ACTIVE]
        waiting = [each for each in active if each["state"] == BookingState.WAITING]
        taken = sum(each["seats"] for each in active if each["state"] in SEATED)
        must(pool["taken"] == taken, "taken = seats of confirmed + offered")
        must(pool["waiting"] == len(waiting), "those waiting are counted")
        must(pool["taken"] >= 0 and pool["reserved"] >= 0, "nothing negative")
        must(pool["capacity"] is None or taken + pool["reserved"] <= pool["capacity"], "no seat sold twice")
        must(len({each["participant_id"] for each in active}) == len(active), "one active booking a person")
        if pool["starts_at"] > self.now:
            free = None if pool["capacity"] is None else pool["capacity"] - taken - pool["reserved"]
            must(not rules.promoted(free, [(each["id"], each["seats"]) for each in waiting]),
                 "nobody waits for seats that are free")  # fmt: skip
        for each in bookings:
            self._check_one(each, pool["starts_at"], waiting)

    def _check_one(self, booking: dict[str, Any], starts: datetime, waiting: list[dict[str, Any]]) -> None:
        must(
            booking["placed_at"] is None or booking["placed_at"] < starts,
            "nobody is promoted after the start",
        )
        if booking["state"] == BookingState.OFFERED:
            must(booking["held_until"] <= starts, "nothing is held past the start")
        old = self.before.get(booking["id"])
        if old and old["state"] == BookingState.WAITING and booking["state"] in SEATED:
            waited = [(each, self.before.get(each["id"])) for each in waiting]
            skipped = [
                each for each, then in waited
                if then and then["state"] == BookingState.WAITING and each["queue_no"] < booking["queue_no"]
                and then["seats"] <= booking["seats"]
            ]  # fmt: skip
            must(not skipped, "no one is skipped who fits")

    @staticmethod
    def _check_moves(entries: list[dict[str, Any]]) -> None:
        states: dict[UUID, BookingState] = {}
        for entry in entries:
            word = entry["action"].partition(".")[2]
            if word not in set(BookingState):
                continue
            old, new = states.get(entry["object_id"]), BookingState(word)
            must(old is None or rules.may_move(old, new), f"{old} does not become {new}")
            states[entry["object_id"]] = new


class Seats(Promises):
    """Anything may happen."""

    @initialize(
        joining=st.sampled_from([Joining.WHOLE, Joining.PER_SESSION, Joining.REQUEST]),
        promotion=st.sampled_from(Promotion),
        capacity=st.integers(0, 4) | st.none(),
        hours=st.sampled_from([1, 5, 30, 200]),
    )
    def begin(self, joining: Joining, promotion: Promotion, capacity: int | None, hours: int) -> None:
        self.made(joining, promotion, capacity, hours)

    @rule(act=ACTS)
    def one(self, act: Act) -> None:
        """One act alone: each booking moves at most one step, and nobody is skipped."""
        self.act(act)

    @rule(acts=st.lists(ACTS, min_size=2, max_size=3))
    def at_once(self, acts: list[Act]) -> None:
        self.act(*acts)

    @rule(which=st.integers(0, PEOPLE * 3), place=st.integers(1, 5))
    def a_manager_reorders(self, which: int, place: int) -> None:
        self.run(self._together([("reorder", which, place)]))
        self.before = {}  # whose turn it is was another's choice
        self.run(self._check())

    @rule(minutes=MINUTES)
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: not self.over)
    @rule(odds=st.integers(0, 9))
    def organiser_cancels(self, odds: int) -> None:
        if odds == 0:
            self.over = True
            self.run(self._cancelled())
            self.run(self._check())


class Queue(Promises):
    """One seat, a queue for it, and the start an hour away."""

    @initialize()
    def begin(self) -> None:
        self.made(Joining.WHOLE, Promotion.AUTOMATIC, 1, hours=1)

    @rule(who=st.integers(0, PEOPLE - 1))
    def book(self, who: int) -> None:
        self.act(("book", who, 0))

    @rule(which=st.integers(0, PEOPLE - 1))
    def cancel(self, which: int) -> None:
        self.act(("cancel", which, 0))

    @rule(minutes=st.sampled_from([20, 90]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)


def must(holds: bool, promise: str) -> None:
    if not holds:
        Broken.seen.append(promise)
        raise Broken(promise)
