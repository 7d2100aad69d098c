"""The same story told in two worlds that differ in one thing: for tests that compare what somebody reads byte by byte.

The clock stands, and what is random comes from dice that are thrown anew for each step of the story: so a step gives
the same bytes whatever went before it, unless something in the database makes a difference. That is looked for.
"""

import random
import secrets
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx2 as httpx
import pytest
import time_machine
import uuid_utils.compat
from tortoise import Tortoise

from marketplace import schedule
from marketplace.base import signing
from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS, About, Recipient, right_to
from marketplace.base.post.queue import facts
from marketplace.base.quick import kept
from marketplace.people.models import Person
from tests.conftest import NOW
from tests.emptying import empty
from tests.visitor import APP, Page, Visitor

assert schedule  # importing it makes every mail known


class Dice:
    """Random bits that are the same for the same step."""

    def __init__(self) -> None:
        self.step, self.thrown = 0, 0
        self.random = random.Random()

    def throw(self, step: str) -> None:
        """A new step begins."""
        self.step, self.thrown = self.step + 1, 0
        self.random.seed(f"{self.step} {step}")

    def uuid7(self, *_args: Any, **_named: Any) -> uuid.UUID:
        """In order, as the real ones: steps are as milliseconds."""
        self.thrown += 1
        bits = (
            (self.step << 80)
            | (7 << 76)
            | ((self.thrown & 0xFFF) << 64)
            | (2 << 62)
            | self.random.getrandbits(62)
        )
        return uuid.UUID(int=bits | (1_700_000_000_000 << 80))

    def uuid4(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def token_bytes(self, size: int | None = None) -> bytes:
        return self.random.randbytes(size or 32)

    def token_hex(self, size: int | None = None) -> str:
        return self.token_bytes(size).hex()

    def seal(self, purpose: str, content: bytes) -> str:
        """As signing.seal, whose own dice are the machine's: the same content is the same, another is not."""
        box = signing._box(signing.every_secret()[0], purpose)
        at = int(NOW.timestamp())
        return box._encrypt_from_parts(content, at, self.random.randbytes(16)).decode()

    def token_urlsafe(self, size: int | None = None) -> str:
        return self.random.randbytes(size or 32).hex()[: (size or 32) * 4 // 3]


@contextmanager
def loaded() -> Iterator[Dice]:
    """The house throws these dice within this block."""
    dice = Dice()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("token_bytes", "token_hex", "token_urlsafe"):
            patch.setattr(secrets, name, getattr(dice, name))
        patch.setattr(secrets, "choice", dice.random.choice)
        patch.setattr(secrets, "randbelow", dice.random.randrange)
        real = {uuid_utils.compat.uuid7: dice.uuid7, uuid.uuid4: dice.uuid4, signing.seal: dice.seal}
        for module in list(sys.modules.values()):
            if getattr(module, "__name__", "").split(".")[0] in (
                "marketplace",
                "offers",
                "organizations",
                "tests",
            ):
                for name, thing in list(vars(module).items()):
                    if callable(thing) and thing.__hash__ and thing in real:
                        patch.setattr(module, name, real[thing])
        for model in Tortoise.apps["marketplace"].values():
            for column in model._meta.fields_map.values():
                if callable(column.default) and column.default in real:
                    patch.setattr(column, "default", real[column.default])
        yield dice


@dataclass
class Told:
    """What was read: by whom, at which step, and the bytes."""

    said: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)

    def note(self, who: str, step: str, page: Page) -> None:
        answer = page.response
        self.said[who, step] = (answer.status_code, tuple(answer.headers.multi_items()), answer.content)


@dataclass
class Stage:
    """Where a story is told: one browser, whoever sits before it, and what they read."""

    visitor: Visitor
    dice: Dice
    told: Told = field(default_factory=Told)
    who: str = "nobody"
    steps: int = 0

    async def enter(self, who: str, person: Person | None) -> None:
        """Somebody else, with an empty browser, and signed in if they are somebody."""
        self.who = who
        self.dice.throw(f"enter {who}")
        self.visitor.client.cookies.clear()
        if person:
            await self.visitor.sign_in(person)

    def step(self, what: str) -> str:
        self.steps += 1
        name = f"{self.steps} {what}"
        self.dice.throw(name)
        return name

    async def opens(self, path: str) -> Page:
        name = self.step(f"GET {path}")
        page = await self.visitor.open(path)
        self.told.note(self.who, name, page)
        return page

    async def sends(self, page: Page, action: str | None = None, **typed: Any) -> Page:
        """The form of a page, if it is there: that it is not is told too."""
        name = self.step(f"POST {action} on {page.url}")
        try:
            page.written_form(action)
        except AssertionError:
            self.told.said[self.who, name] = ("no such form",)
            return page
        answer = await self.visitor.submit(page, action, **typed)
        self.told.note(self.who, name, answer)
        return answer

    def later(self, moment: datetime) -> None:
        self.visitor.now = moment
        self.visitor.travel.move_to(moment)

    async def mails(self, but: set[str]) -> None:
        """All messages so far, to where they would go now and as they would be written, but for those to these
        addresses."""
        count = 0
        for row in await rows("SELECT * FROM outbox_message ORDER BY address, mail, dedupe_key"):
            given, channel = facts(row["facts"]), Channel(row["channel"])
            about = About(row["booking_id"], row["offer_id"], row["person_id"], row["link_version"])
            to = await right_to(row["mail"], about)(Recipient(channel, row["address"], about), **given)
            if to is None or to.address in but:
                continue
            count += 1
            self.dice.random.seed(count)
            content = await MAILS[row["mail"]](to.channel, row["lang"], **given)
            read = content and replace(content, sent=None)  # what is noted afterwards nobody reads
            told = (to.channel, row["created_at"], row["due_at"], row["lang"], given, read)
            self.told.said[to.address, f"mail {count} {row['mail']} after step {self.steps}"] = told


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """An empty world at NOW, in which the clock stands."""
    await empty()
    await rows("ALTER SEQUENCE booking_queue RESTART")
    await rows("UPDATE catalogue_revision SET revision = 1, changed_at = $1", NOW)
    kept.pages.clear()
    with loaded() as dice, time_machine.travel(NOW, tick=False) as travel:
        dice.throw("begin")
        transport = httpx.ASGITransport(app=APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield Stage(Visitor(client, travel, NOW), dice)
