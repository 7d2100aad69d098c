"""Sending against a real SMTP server that refuses, hangs and drops; with a clock that is passed in."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketplace.base.data.database import in_transaction, row, rows, value
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post import delivery, mailbox, outbox, queue
from marketplace.base.post.mail import MAILS, Content
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ContactPoint
from marketplace.settings import settings
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.office import Handler, go, write


async def only() -> dict[str, Any]:
    found = await row("SELECT attempts, due_at, sent_at, failed_at, problem FROM outbox_message")
    assert found is not None
    return found


async def test_a_message_written_in_an_act_that_is_undone_is_never_sent(post_office: Handler) -> None:
    async def undone() -> None:
        async with in_transaction():
            await write()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    assert await go() == 0
    assert post_office.taken == []


async def test_due_messages_go_out_over_one_connection_in_order_and_once(post_office: Handler) -> None:
    for number in range(45):
        await write(f"p{number:02}@example.no", now=NOW + timedelta(microseconds=number), number=number)
    assert await go(NOW + timedelta(seconds=1)) == 45
    assert await go(NOW + timedelta(days=4)) == 0
    assert post_office.to == [f"p{number:02}@example.no" for number in range(45)]
    assert post_office.connections == 1
    assert await value("SELECT count(*) FROM outbox_message WHERE sent_at IS NOT NULL AND facts = '{}'") == 45


async def test_a_message_waits_until_it_is_due(post_office: Handler) -> None:
    await write(due=NOW + timedelta(hours=2))
    assert await go(NOW + timedelta(hours=2, seconds=-1)) == 0
    assert await go(NOW + timedelta(hours=2)) == 1


async def test_the_same_act_posted_twice_is_one_message(post_office: Handler) -> None:
    await write()
    await write()
    assert await go() == 1


async def test_nothing_to_say_any_more_is_not_called_sent(post_office: Handler) -> None:
    await write(mail="silent")
    assert await go() == 0
    found = await only()
    assert (found["sent_at"], found["failed_at"], found["problem"]) == (None, NOW, "nothing to say")
    assert post_office.taken == []


async def test_one_message_that_cannot_be_written_stops_no_other(post_office: Handler) -> None:
    await write("a@example.no", mail="broken")
    await write("b@example.no", mail="unheard_of")
    await write("c@example.no")
    assert await go() == 1
    assert post_office.to == ["c@example.no"]
    left = await rows("SELECT problem, due_at FROM outbox_message WHERE sent_at IS NULL")
    assert [one["problem"] for one in left] == ["not written"] * 2
    assert all(timedelta(seconds=54) <= one["due_at"] - NOW <= timedelta(minutes=1) for one in left)


async def test_a_busy_server_gets_it_again_after_1_5_15_60_minutes_and_for_three_days(
    post_office: Handler,
) -> None:
    await write()
    at, waits = NOW, []
    post_office.rcpt["kari@example.no"] = "450 4.2.1 Busy"
    while (found := await only())["failed_at"] is None:
        assert await go(at - timedelta(seconds=1)) == 0, "too early"
        assert await go(at) == 0
        found = await only()
        assert found["problem"] == "450"
        if found["failed_at"] is None:
            waits.append(found["due_at"] - at)
            at = found["due_at"]
    assert len(waits) == len(queue.BACKOFF)
    assert all(0.9 * most <= wait <= most for wait, most in zip(waits, queue.BACKOFF, strict=True))
    assert found["failed_at"] == at
    assert timedelta(days=2, hours=12) < at - NOW <= timedelta(days=3)
    assert await go(at + timedelta(days=30)) == 0


async def test_it_arrives_when_the_server_is_no_longer_busy(post_office: Handler) -> None:
    await write()
    post_office.data = ["451 4.3.0 Try later"]
    assert await go() == 0
    assert await go(NOW + timedelta(seconds=53)) == 0
    assert await go(NOW + timedelta(seconds=60)) == 1
    assert len(post_office.taken) == 1


async def test_an_address_that_is_nobodys_is_given_up_and_noted_on_the_contact(post_office: Handler) -> None:
    await make.person("Kari", "kari@example.no")
    await make.person("Ola", "ola@example.no")
    post_office.rcpt["kari@example.no"] = "550 5.1.1 No such mailbox <kari@example.no>"
    await write("kari@example.no")
    await write("ola@example.no")
    assert await go() == 1
    refused = {point.value: point.refused_at for point in await ContactPoint.all()}
    assert refused == {"kari@example.no": NOW, "ola@example.no": None}
    failed = await OutboxMessage.get(address="kari@example.no")
    assert (failed.failed_at, failed.problem) == (NOW, "550")


async def test_a_server_that_blocks_us_takes_nobodys_channel_away(post_office: Handler) -> None:
    await make.person("Kari", "kari@example.no")
    post_office.rcpt["kari@example.no"] = "550 5.7.1 Your network is blocked"
    await write()
    await go()
    assert (await only())["failed_at"] == NOW
    assert (await ContactPoint.get()).refused_at is None


async def test_a_refused_text_is_given_up_without_blaming_the_address(post_office: Handler) -> None:
    await make.person("Kari", "kari@example.no")
    post_office.data = ["554 5.6.0 We do not like it"]
    await write()
    await go()
    assert (await only())["problem"] == "554"
    assert (await only())["failed_at"] == NOW
    assert (await ContactPoint.get()).refused_at is None


async def test_a_server_that_is_away_is_tried_again_and_asked_once_a_round(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = settings().smtp_url or ""
    monkeypatch.setenv("TREFFPUNKT_SMTP_URL", "smtp://127.0.0.1:1")
    settings.cache_clear()
    for number in range(30):
        await write(f"p{number}@example.no")
    began = asyncio.get_running_loop().time()
    assert await go() == 0
    assert asyncio.get_running_loop().time() - began < 5
    untried = (
        "SELECT count(*) FROM outbox_message WHERE problem = 'connection' AND attempts = 0 AND due_at = $1"
    )
    assert await value(untried, NOW) == 20, "of the others nothing was asked at all"
    assert await value("SELECT failures FROM carrier_away") == 1
    monkeypatch.setenv("TREFFPUNKT_SMTP_URL", reached)
    settings.cache_clear()
    assert await go(NOW + timedelta(minutes=1)) == 30


async def test_a_server_that_hangs_costs_one_message_a_wait_and_the_next_one_goes_on(
    post_office: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ANSWER_WITHIN", 0.3)
    post_office.data = ["hang"]
    await write("a@example.no")
    await write("b@example.no", now=NOW + timedelta(microseconds=1))
    assert await go(NOW + timedelta(seconds=1)) == 1
    assert post_office.to == ["b@example.no"]
    assert (await OutboxMessage.get(address="a@example.no")).problem == "timeout"
    assert await go(NOW + timedelta(minutes=2)) == 1


async def test_a_connection_dropped_after_the_data_gives_a_second_copy_with_the_same_message_id(
    post_office: Handler,
) -> None:
    post_office.data = ["drop"]
    await write()
    assert await go() == 0
    assert (await only())["problem"] == "connection"
    assert await go(NOW + timedelta(minutes=1)) == 1
    assert len(post_office.taken) == 2
    assert len({str(message["Message-ID"]) for message in post_office.taken}) == 1


async def test_what_a_killed_worker_had_comes_due_again_when_its_lease_ends(post_office: Handler) -> None:
    await write()
    assert len(await queue.claim(NOW)) == 1  # and then it is killed
    assert await go(NOW + queue.LEASE - timedelta(seconds=1)) == 0
    assert await go(NOW + queue.LEASE) == 1
    assert (await only())["attempts"] == 2


async def test_who_has_lost_the_lease_changes_nothing(post_office: Handler) -> None:
    await write()
    (slow,) = await queue.claim(NOW)
    (quick,) = await queue.claim(NOW + queue.LEASE)
    await queue.later(slow, "timeout", NOW + queue.LEASE)
    assert (await only())["due_at"] == quick.leased_until


async def test_two_workers_send_each_message_once(post_office: Handler) -> None:
    for number in range(100):
        await write(f"p{number}@example.no")
    assert sum(await asyncio.gather(go(), go(), go())) == 100
    assert sorted(post_office.to) == sorted(f"p{number}@example.no" for number in range(100))


async def test_two_claims_at_the_same_moment_do_not_wait_for_each_other(post_office: Handler) -> None:
    """The first claim stays uncommitted: without SKIP LOCKED the second would wait for it, or take the same."""
    for number in range(queue.BATCH + 5):
        await write(f"p{number}@example.no")
    first_has_claimed, second_has_claimed = asyncio.Event(), asyncio.Event()

    async def first() -> set[str]:
        async with in_transaction():
            claimed = {row.to.address for row in await queue.claim(NOW)}
            first_has_claimed.set()
            await second_has_claimed.wait()
            return claimed

    async def second() -> set[str]:
        await first_has_claimed.wait()
        claimed = {row.to.address for row in await asyncio.wait_for(queue.claim(NOW), 20)}
        second_has_claimed.set()
        return claimed

    one, other = await asyncio.wait_for(asyncio.gather(first(), second()), 60)
    assert (len(one), len(other)) == (queue.BATCH, 5)
    assert one.isdisjoint(other)


async def test_told_to_stop_it_gives_the_rest_back_at_once(post_office: Handler) -> None:
    stop = asyncio.Event()
    for number in range(3):
        await write(f"p{number}@example.no", now=NOW + timedelta(microseconds=number))
    taken = post_office.taken

    async def stop_after_the_first(channel: Channel, lang: str, number: int) -> Content | None:
        stop.set()
        return Content("Hei", "Hei")

    MAILS["greeting"] = stop_after_the_first
    at = NOW + timedelta(seconds=1)
    assert await outbox.send_due(refuse, lambda: at, stop) == 1
    assert len(taken) == 1
    left = await rows("SELECT attempts, due_at FROM outbox_message WHERE sent_at IS NULL ORDER BY id")
    assert left == [{"attempts": 0, "due_at": NOW + timedelta(microseconds=number)} for number in (1, 2)]


async def test_without_a_server_messages_of_both_channels_lie_in_the_local_mailbox(db: None) -> None:
    for kept in mailbox.folder().glob("*"):
        kept.unlink()
    await write("kari@example.no")
    await write("+4751000001", channel=Channel.SMS, now=NOW + timedelta(microseconds=1))
    assert await go(NOW + timedelta(seconds=1)) == 2
    sms, mail = mailbox.newest()
    assert (sms.channel, sms.to, sms.text) == ("sms", "+4751000001", "Hei nummer 1!\n")
    assert (mail.channel, mail.to, mail.subject) == ("email", "kari@example.no", "Påmeldingen din")
    assert (mail.text, mail.html, mail.calendar) == ("Hei nummer 1!\n", "<p>Hei nummer 1!</p>\n", None)
    assert mail.at == datetime(2026, 10, 13, 10, 0, 1, tzinfo=UTC)
