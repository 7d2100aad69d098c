"""What waited for a mail server goes when that is back, and nobody gets the newer of two messages first."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random
from threading import Thread
from typing import ClassVar
from uuid import UUID

import pytest

from marketplace.base.backoff import Backoff
from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.models import Channel
from marketplace.base.post import away, delivery, outbox, queue
from marketplace.base.post.mail import MAILS, URGENT, Content
from marketplace.people.contacts.jobs import refuse
from marketplace.settings import settings
from tests.conftest import NOW
from tests.marketplace.base.post.office import Handler, go, write

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
KARI = "kari@example.no"


@pytest.fixture(autouse=True)
def _longest_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a wait is left to chance."""
    monkeypatch.setattr("marketplace.base.backoff.random.random", lambda: 0.0)


def point_to(monkeypatch: pytest.MonkeyPatch, url: str) -> str:
    """Let mail go there. Returns where it went before."""
    before = settings().smtp_url or ""
    monkeypatch.setenv("TREFFPUNKT_SMTP_URL", url)
    settings.cache_clear()
    return before


async def waiting() -> list[tuple[str, int]]:
    """What is still to be sent, and how often it was tried."""
    found = await rows(
        "SELECT address, attempts FROM outbox_message WHERE sent_at IS NULL AND failed_at IS NULL ORDER BY id"
    )
    return [(one["address"], one["attempts"]) for one in found]


async def test_after_an_hour_without_a_server_all_goes_within_a_minute_of_its_return(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = point_to(monkeypatch, "smtp://127.0.0.1:1")
    for number in range(3):
        await write(f"p{number}@example.no")
    tried, at = 0, NOW
    while at < NOW + HOUR:
        before = await value("SELECT failures FROM carrier_away")
        assert await go(at) == 0
        tried += await value("SELECT failures FROM carrier_away") != before
        at += SECOND * 5
    assert tried < 70, "it is not asked at each look"
    assert await waiting() == [(f"p{number}@example.no", 0) for number in range(3)], "no try is used up"
    point_to(monkeypatch, there)
    assert await go(NOW + HOUR + MINUTE) == 3
    assert await value("SELECT count(*) FROM carrier_away") == 0


async def test_three_days_without_a_server_give_nothing_up(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = point_to(monkeypatch, "smtp://127.0.0.1:1")
    await write()
    for hour in range(0, 24 * 5, 4):
        await go(NOW + hour * HOUR)
    point_to(monkeypatch, there)
    assert await go(NOW + timedelta(days=5)) == 1


async def test_a_server_that_takes_connections_and_hangs_up_uses_up_one_message_and_then_nobody_waits(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the one before, but it is there at first: so it may be the message, and the next one is tried."""
    monkeypatch.setattr(delivery, "ANSWER_WITHIN", 0.2)
    for number in range(6):
        await write(f"p{number}@example.no", now=NOW + timedelta(microseconds=number))
    at = NOW + SECOND
    for _ in range(6):
        post_office.data = ["hang"] * 20
        assert await go(at) == 0
        at += MINUTE
    tries = dict(await waiting())
    assert sum(tries.values()) <= 8, "a few are tried, the others wait untried"
    post_office.data = []
    assert await go(at) == 6, "those that were tried in vain do not wait for their own time"


async def test_one_message_that_breaks_every_connection_stops_no_other(post_office: Handler) -> None:
    poisoned = "p0@example.no"
    post_office.broken = {poisoned}
    await write(poisoned)
    for number in range(1, 30):
        await write(f"p{number}@example.no", now=NOW + timedelta(microseconds=number))
    assert await go(NOW + SECOND) == 29
    assert await waiting() == [(poisoned, 1)]
    for minute in range(40):
        await write("ola@example.no", key=f"later:{minute}", now=NOW + minute * MINUTE)
        assert await go(NOW + minute * MINUTE + 2 * SECOND) == 1
    (tried,) = await waiting()
    assert tried[1] <= 4, "and it is not tried anew each time that another gets through"


async def test_two_that_break_every_connection_end_by_themselves(post_office: Handler) -> None:
    post_office.broken = {"p0@example.no", "p1@example.no"}
    for address in sorted(post_office.broken):
        await write(address)
    went = 0
    for minute in range(60):
        await write("ola@example.no", key=f"later:{minute}", now=NOW + minute * MINUTE)
        for second in (2, 20, 50):
            went += await go(NOW + minute * MINUTE + second * SECOND)
    assert went >= 59
    assert await value("SELECT max(attempts) FROM outbox_message") <= len(queue.BACKOFF) + 1


async def test_a_server_that_refuses_the_sender_uses_up_nobodys_tries(post_office: Handler) -> None:
    post_office.sender = "530 5.7.0 Authentication required"
    for number in range(10):
        await write(f"p{number}@example.no", now=NOW + timedelta(microseconds=number))
    for minute in range(5):
        assert await go(NOW + SECOND + minute * MINUTE) == 0
    assert sum(dict(await waiting()).values()) <= 7
    post_office.sender = None
    assert await go(NOW + 6 * MINUTE) == 10


async def test_the_newer_of_two_messages_to_one_address_is_never_first(post_office: Handler) -> None:
    post_office.rcpt[KARI] = "450 4.2.0 Greylisted"
    await write(KARI, key="confirmed", number=1)
    assert await go(NOW) == 0
    await write(KARI, key="cancelled", number=2, now=NOW + SECOND)
    await write("ola@example.no", key="other", number=3, now=NOW + SECOND)
    del post_office.rcpt[KARI]
    assert await go(NOW + 2 * SECOND) == 1, "only what is another's"
    assert await go(NOW + MINUTE) == 2
    assert [str(each.get_body(("plain",)).get_content())[:12] for each in post_office.taken] == [  # type: ignore[union-attr]
        "Hei nummer 3", "Hei nummer 1", "Hei nummer 2",
    ]  # fmt: skip


async def test_in_one_batch_what_comes_after_a_refused_one_waits_for_it_untried(post_office: Handler) -> None:
    post_office.rcpt[KARI] = "450 4.2.0 Greylisted"
    for number in range(3):
        await write(KARI, key=f"message {number}", now=NOW + timedelta(microseconds=number))
    assert await go(NOW + SECOND) == 0
    assert await waiting() == [(KARI, 1), (KARI, 0), (KARI, 0)]


async def test_another_worker_does_not_take_the_newer_while_the_older_is_being_taken(
    post_office: Handler,
) -> None:
    """The first has not committed: the older is locked and passed over, and then the newer must be, too."""
    for number in range(queue.BATCH):
        await write(f"p{number}@example.no", now=NOW - timedelta(seconds=60 - number))
    await write("p19@example.no", key="newer")
    taken, looked = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with in_transaction():
            assert len(await queue.claim(NOW)) == queue.BATCH
            taken.set()
            await looked.wait()

    async def second() -> list[queue.Claimed]:
        await taken.wait()
        found = await queue.claim(NOW)
        looked.set()
        return found

    _, found = await asyncio.wait_for(asyncio.gather(first(), second()), 60)
    assert found == []
    assert await queue.claim(NOW) == [], "nor while the other is at it"


async def test_twenty_that_wait_for_others_stop_nothing(post_office: Handler) -> None:
    """Everybody has a reminder, and a thank-you that was written a moment later and has the lower id: which of random
    ids is lower, nobody knows. So none of the first twenty that are due was free, and nobody was sent anything any
    more, not even a link to sign in."""
    for number in range(queue.BATCH + 5):
        await write(f"p{number}@example.no", key=f"reminder {number}")
        await write(f"p{number}@example.no", key=f"thanks {number}", now=NOW + SECOND)
    await rows(
        """UPDATE outbox_message SET id = overlay(id::text PLACING
            CASE WHEN dedupe_key LIKE 'thanks%' THEN '0' ELSE 'f' END FROM 1 FOR 1)::uuid"""
    )
    await write("ola@example.no", key="another's", now=NOW + 2 * SECOND)
    assert await go(NOW + 3 * SECOND) == 2 * (queue.BATCH + 5) + 1
    assert await waiting() == []


async def test_what_is_due_later_than_what_was_written_after_it_stops_nothing(post_office: Handler) -> None:
    """As what the operator lets be tried anew, or what was for a certain time."""
    for number in range(queue.BATCH + 5):
        await write(f"p{number}@example.no", key=f"before {number}")
        await write(f"p{number}@example.no", key=f"after {number}", now=NOW + SECOND)
    await rows("UPDATE outbox_message SET due_at = $1 WHERE dedupe_key LIKE 'before%'", NOW + MINUTE)
    assert await go(NOW + 2 * MINUTE) == 2 * (queue.BATCH + 5)


@pytest.mark.parametrize("seed", range(10))
async def test_whatever_waits_all_of_it_goes_in_the_order_in_which_it_was_written(
    pool: None, seed: int
) -> None:
    """Eight people, a hundred messages of any age, due at any time, some tried before: whoever takes what there is
    takes each once, and for nobody the newer first, unless the older was tried so often that it may be at fault."""
    chance = Random(seed)
    await rows("DELETE FROM outbox_message")
    at: dict[UUID, tuple[datetime, datetime, int, str]] = {}
    for number in range(100):
        row = UUID(int=chance.getrandbits(128))
        written, due = NOW - chance.randrange(60) * SECOND, NOW - chance.randrange(60) * SECOND
        tries, to = (
            chance.choice([0, 0, 0, 1, queue.HOLDS, queue.HOLDS + 1]),
            f"p{chance.randrange(8)}@example.no",
        )
        at[row] = written, due, tries, to
        await rows(
            """INSERT INTO outbox_message
                (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at, attempts)
            VALUES ($1, 'email', $2, 'greeting', '{}', 'nb', $3, $4, $5, $6)""",
            row, to, str(number), written, due, tries,
        )  # fmt: skip
    taken: list[UUID] = []
    while batch := await queue.claim(NOW):
        for each in batch:
            await queue.sent(each, NOW)
        taken += [each.id for each in batch]
    assert sorted(taken) == sorted(at)
    for place, newer in enumerate(taken):
        for older in taken[place + 1 :]:
            if at[older][3] == at[newer][3] and at[older][2] <= queue.HOLDS:
                assert (at[newer][0], newer) < (at[older][0], older)


async def test_a_link_to_sign_in_goes_before_all_that_were_due_before_it(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2 * queue.BATCH):
        await write(f"p{number}@example.no")
    monkeypatch.setitem(MAILS, "silent", MAILS["greeting"])
    URGENT.add("silent")
    await write(KARI, mail="silent", key="sign in", number=1, now=NOW + SECOND)
    first, *_others = await queue.claim(NOW + SECOND)
    URGENT.discard("silent")
    assert first.to.address == KARI


async def test_one_that_can_never_be_written_holds_up_the_others_for_twenty_minutes(
    post_office: Handler,
) -> None:
    await write(KARI, mail="broken")
    await go(NOW)
    await write(KARI, key="cancelled", now=NOW + SECOND)
    at, gone = NOW + SECOND, 0
    while not gone:
        gone = await go(at)
        at += MINUTE
    assert 15 * MINUTE < at - NOW < 30 * MINUTE


@pytest.mark.parametrize("tried", [0, 11])
async def test_a_lost_one_that_nobody_can_be_told_of_stops_no_other(post_office: Handler, tried: int) -> None:
    """Who is told instead of them is another room's, and what goes wrong there is this one message's affair."""
    post_office.rcpt["0@example.no"] = "550 5.1.1 No such mailbox"
    for number in range(3):
        await write(f"{number}@example.no")
    await rows("UPDATE outbox_message SET attempts = $1 WHERE address = '0@example.no'", tried)

    async def lost(_row: object, _now: object) -> None:
        raise ValueError

    assert await outbox.send_due(refuse, lambda: NOW, lost=lost) == 2
    assert post_office.to == ["1@example.no", "2@example.no"]
    (first,) = await rows("SELECT attempts, due_at, failed_at FROM outbox_message WHERE sent_at IS NULL")
    assert first["attempts"] == tried + 1
    if tried:
        assert first["failed_at"] == NOW, "and it has an end"
    else:
        assert NOW < first["due_at"] <= NOW + MINUTE


async def test_a_link_to_sign_in_waits_behind_nothing_and_holds_nothing_up(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def way_in(channel: Channel, lang: str) -> Content | None:
        return Content("Logg inn", "Her er lenken\n")

    monkeypatch.setitem(MAILS, "silent", way_in)
    URGENT.add("silent")
    await write(KARI, mail="broken")
    await go(NOW)
    await write(KARI, mail="silent", key="sign in", now=NOW + SECOND)
    assert await go(NOW + SECOND) == 1, "it does not wait for what cannot be written"
    post_office.rcpt[KARI] = "450 4.2.0 Greylisted"
    await write("ola@example.no", mail="silent", key="again", now=NOW + SECOND)
    post_office.rcpt["ola@example.no"] = "450 4.2.0 Greylisted"
    await go(NOW + SECOND)
    post_office.rcpt.clear()
    await write("ola@example.no", key="receipt", now=NOW + SECOND)
    assert await go(NOW + 2 * SECOND) == 1, "what is not urgent does not wait for it"
    URGENT.discard("silent")


class Gateway(BaseHTTPRequestHandler):
    """An SMS gateway that answers as it is told."""

    answers: ClassVar[list[int]] = []
    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.answers.pop(0) if self.answers else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
async def gateway(monkeypatch: pytest.MonkeyPatch, pool: None) -> AsyncIterator[type[Gateway]]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("TREFFPUNKT_SMS_URL", f"http://127.0.0.1:{server.server_port}")
    settings.cache_clear()
    Gateway.answers, Gateway.asked = [], []
    yield Gateway
    server.shutdown()
    thread.join()
    server.server_close()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("busy", [401, 429, 503])
async def test_an_sms_gateway_that_has_enough_of_us_is_left_alone_and_then_gets_all(
    gateway: type[Gateway], busy: int
) -> None:
    for number in range(8):
        await write(f"+479100000{number}", channel=Channel.SMS, now=NOW + timedelta(microseconds=number))
    gateway.answers = [busy] * 100
    assert await go(NOW + SECOND) == 0
    assert len(gateway.asked) == 2, "the next one may fare better; then it is enough"
    gateway.answers = []
    assert await go(NOW + 3 * SECOND) == 8


async def test_a_gateway_that_is_away_keeps_no_mail_waiting(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREFFPUNKT_SMS_URL", "http://127.0.0.1:1")
    settings.cache_clear()
    await write("+4791000001", channel=Channel.SMS)
    await write(KARI, now=NOW + timedelta(microseconds=1))
    assert await go(NOW + SECOND) == 1
    assert await waiting() == [("+4791000001", 0)]


async def test_a_clock_that_ran_ahead_closes_no_carrier_for_years(post_office: Handler) -> None:
    await away.failed(Channel.EMAIL, "connection", NOW + timedelta(days=365), reached=False)
    await write()
    assert await go(NOW) == 0
    await queue.bring_back(NOW)
    assert await go(NOW) == 1


def test_waits_grow_to_a_bound_and_begin_anew_when_it_has_worked(monkeypatch: pytest.MonkeyPatch) -> None:
    backoff = Backoff(1.0, 30.0)
    assert [backoff.wait() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.after(10_000) == 30
    backoff.well()
    assert backoff.wait() == 1
    monkeypatch.setattr("marketplace.base.backoff.random.random", lambda: 1.0)
    assert backoff.after(6) == 15, "at least half of it"


async def test_a_server_that_takes_connections_and_says_nothing_is_left_alone_until_it_speaks(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even its first word comes: no message has a part in it, so none loses a try; a round waits once."""
    monkeypatch.setattr(delivery, "CONNECT_WITHIN", 0.2)
    monkeypatch.setattr(delivery, "ANSWER_WITHIN", 0.2)
    connected: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: connected.append(writer), "127.0.0.1", 0)
    there = point_to(monkeypatch, f"smtp://127.0.0.1:{silent.sockets[0].getsockname()[1]}")
    for number in range(3):
        await write(f"p{number}@example.no")
    assert await go(NOW) == 0
    assert len(connected) == 1
    assert await waiting() == [(f"p{number}@example.no", 0) for number in range(3)]
    assert await value("SELECT failures FROM carrier_away") == 1
    for writer in connected:
        writer.close()
    silent.close()
    point_to(monkeypatch, there)
    assert await go(NOW + MINUTE) == 3


async def test_one_address_that_is_put_off_for_days_keeps_nobody_else_waiting(post_office: Handler) -> None:
    """4xx for one, 2xx for the rest: the server works, and only what is for that one waits."""
    post_office.rcpt["full@example.no"] = "452 4.2.2 Mailbox full"
    for number in range(5):
        await write("full@example.no" if number == 2 else f"p{number}@example.no")
    assert await go(NOW) == 4
    assert await waiting() == [("full@example.no", 1)]
    assert await value("SELECT count(*) FROM carrier_away") == 0
    for number in range(5, 8):
        await write(f"p{number}@example.no", now=NOW + MINUTE)
    assert await go(NOW + MINUTE) == 3
    del post_office.rcpt["full@example.no"]
    assert await go(NOW + HOUR) == 1
    assert sorted(post_office.to) == sorted(
        ["full@example.no", *(f"p{each}@example.no" for each in range(8) if each != 2)]
    )
