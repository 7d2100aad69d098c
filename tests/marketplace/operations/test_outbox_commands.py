"""What an operator sees of the messages that did not go out, and how they are tried anew: never with an address."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from marketplace import every_mail  # noqa: F401 - what is imported there can be sent
from marketplace.base import clock
from marketplace.base.data.database import credentials, rows, value
from marketplace.base.models import Channel
from marketplace.base.post import again, held, mailbox, outbox, queue
from marketplace.base.post.again import Asked, masked
from marketplace.base.post.mail import About, Recipient, post
from marketplace.base.post.queue import Claimed
from marketplace.operations.doctor.at_work import messages
from marketplace.operations.doctor.findings import Looking
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ContactPoint
from marketplace.settings import settings
from offers.bookings.mails import receipt
from offers.catalogue.models import Joining, SeatPool, Session
from offers.messages.actions import ring_instead
from offers.seats.models import Booking
from offers.telling.models import PhoneCall
from tests import make
from tests.marketplace.operations.commanded import command

WRITE = """INSERT INTO outbox_message (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at,
    attempts, sent_at, failed_at, problem) VALUES ($1, $2, $3, $4, $5, 'nb', $6, $7, $8, $9, $10, $11, $12)"""
HOUR = timedelta(hours=1)
DUE = "due_at <= $1 AND sent_at IS NULL AND failed_at IS NULL"


async def message(key: str, mail: str = "receipt", facts: str = '{"booking": "x"}', **given: Any) -> str:
    """A message as it may stand in the outbox. Returns its id."""
    now = clock.now()
    made = uuid7()
    await rows(
        WRITE, made, given.get("channel", Channel.EMAIL), given.get("address", "kari.nordmann@example.no"), mail,
        facts, key, now - 2 * HOUR, given.get("due", now - HOUR), given.get("attempts", 0), given.get("sent"),
        given.get("failed"), given.get("problem"),
    )  # fmt: skip
    return str(made)


async def kinds() -> None:
    """One of each state."""
    now = clock.now()
    await message("due")
    await message("sending", due=now + HOUR, attempts=1)
    await message("waits", due=now + HOUR, attempts=4, problem="450")
    await message("later", due=now + HOUR)
    await message("sent", sent=now - HOUR, facts="{}")
    await message("nothing", failed=now - HOUR, problem="nothing to say", facts="{}")
    await message(
        "failed", failed=now - HOUR, problem="550", attempts=1, address="+4791000001", channel="sms"
    )
    await message("secret", mail="sign_in", failed=now - HOUR, problem="connection", facts="{}")
    await message(
        "once", mail="offer_facts", facts='{"slug": "x"}', failed=now - HOUR, problem="450", address=""
    )


async def test_the_list_shows_what_has_not_gone_out_and_no_address(db: None) -> None:
    await kinds()
    await rows(
        """INSERT INTO carrier_away (id, channel, since, again_at, failures, problem)
        VALUES (gen_random_uuid(), 'sms', $1, $2, 7, 'timeout')""",
        clock.now() - HOUR, clock.now(),
    )  # fmt: skip
    ran = await command("outbox", "list")
    assert ran.code == 0
    assert (
        "4 messages to be sent: 1 due, 1 with a worker, 1 waits for its next try, 1 not due yet" in ran.said
    )
    assert "sms: does not work since" in ran.said
    assert "(timeout), 7 times in a row" in ran.said
    assert "kari" not in ran.said
    assert "nordmann" not in ran.said
    assert "k***@***.no" in ran.said
    now = clock.now()
    assert len(await again.waiting(Asked(problem="450"), now)) == 1
    assert await again.waiting(Asked(channel="sms"), now) == []
    assert len(await again.waiting(Asked(mail="receipt"), now)) == 4


async def test_what_failed_is_told_with_why_and_with_what_can_never_be_tried(db: None) -> None:
    await kinds()
    ran = await command("outbox", "failed", "--most", "2")
    assert "3 messages given up" in ran.said
    assert "… and 1 more (--most)" in ran.said
    assert "+47*****01" in ran.said
    assert "1 message cannot be tried anew: what it is made of was not kept" in ran.said
    assert "1 message cannot be tried anew: its address was said for this once" in ran.said
    assert "nothing to say" not in ran.said, "that is no failure"
    assert "91000001" not in ran.said


async def test_each_message_of_this_version_can_be_tried_anew(db: None) -> None:
    """Also one of a room that the command has no other business with."""
    meant = {"failed": clock.now() - HOUR, "problem": "450"}
    await message("known", mail="meeting", facts='{"meeting": "x", "change": "moved"}', **meant)
    await message("of before", mail="no_longer", **meant)
    ran = await command("outbox", "failed")
    assert "2 messages given up" in ran.said
    assert "1 message cannot be tried anew: this version sends no such message" in ran.said


async def test_all_is_tried_anew_that_can_be_and_what_a_worker_has_is_left_to_it(db: None) -> None:
    await kinds()
    ran = await command("outbox", "retry", "--all", typed="y\n")
    assert "Due at once: 1 message given up and 1 message waiting for the next try. Go on?" in ran.said
    assert "2 messages due now" in ran.said
    assert "sent" not in ran.said.replace("sends", ""), "nobody has got anything yet"
    due = f"SELECT dedupe_key FROM outbox_message WHERE {DUE} ORDER BY 1"
    assert [one["dedupe_key"] for one in await rows(due, clock.now())] == ["due", "failed", "waits"]
    assert await value("SELECT attempts FROM outbox_message WHERE dedupe_key = 'failed'") == 0
    assert await value("SELECT attempts FROM outbox_message WHERE dedupe_key = 'waits'") == 4
    assert await value("SELECT due_at > $1 FROM outbox_message WHERE dedupe_key = 'sending'", clock.now())


async def test_who_says_no_changes_nothing_and_a_carrier_can_be_named(db: None) -> None:
    await kinds()
    ran = await command("outbox", "retry", "--channel", "sms", typed="n\n")
    assert "Due at once: 1 message given up. Go on?" in ran.said
    assert ran.code == 1
    assert await value(f"SELECT count(*) FROM outbox_message WHERE {DUE}", clock.now()) == 1


async def test_one_is_tried_anew_and_no_other(db: None) -> None:
    await kinds()
    one = await message("another", failed=clock.now(), problem="connection")
    now = clock.now()
    assert await again.failed(Asked(ids=(uuid7(),)), now) == []
    assert await again.retry(await again.failed(Asked(ids=(UUID(one),)), now), now) == 1
    assert await value(f"SELECT count(*) FROM outbox_message WHERE {DUE}", now) == 2
    assert await again.retry(await again.waiting(Asked(), now), now) == 1, "not what a worker has by now"


async def test_what_was_given_up_goes_out_when_it_is_tried_anew(db: None) -> None:
    """From the real act to the mailbox: nothing that the message needs is lost when it is given up."""
    now = clock.now()
    person = await make.person("Kari", "kari@example.no")
    booking = await make.booking(
        await SeatPool.get(offer=await make.offer()), person, contact=await ContactPoint.get()
    )
    await post(
        receipt, channel=Channel.EMAIL, address="kari@example.no", lang="nb", key="receipt", now=now,
        about=About(booking.id, link_version=1), booking=str(booking.id),
    )  # fmt: skip
    (claimed,) = await queue.claim(now)
    await queue.failed(claimed, "550", now)
    assert await again.retry(await again.failed(Asked(), now), now) == 1
    for kept in mailbox.folder().glob("*"):
        kept.unlink()
    assert await outbox.send_due(refuse, clock.now) == 1
    (arrived,) = mailbox.newest()
    assert arrived.to == "kari@example.no"


async def lost(mail: str, booking: Booking, key: str, **facts: Any) -> str:
    """A message about a booking that was given up, and told of by a call instead."""
    made = await message(key, mail=mail, failed=clock.now(), problem="550", attempts=1,
                         facts=json.dumps({"booking": str(booking.id)} | facts))  # fmt: skip
    await rows("UPDATE outbox_message SET booking_id = $1 WHERE dedupe_key = $2", booking.id, key)
    row = Claimed(UUID(made), Recipient(Channel.EMAIL, "kari@example.no", About(booking.id)), mail,
                  {"booking": str(booking.id)} | facts, "nb", key, 1, clock.now(), clock.now())  # fmt: skip
    await ring_instead(row, clock.now())
    return made


async def test_what_is_tried_anew_needs_no_call_and_what_was_rung_about_no_message(db: None) -> None:
    """Neither two who tell, nor a call about what has arrived."""
    await rows(
        "INSERT INTO instance (id, demo, began_at) VALUES (1, true, $1) ON CONFLICT DO NOTHING", clock.now()
    )
    offer = await make.offer(joining=Joining.WHOLE, starts=[clock.now() + HOUR, clock.now() + 48 * HOUR])
    pool = await SeatPool.get(offer=offer)
    ola, liv, aud = [await make.booking(pool, await make.person(name)) for name in ("Ola", "Liv", "Aud")]
    dates = [str(one.id) for one in await Session.filter(offer=offer).order_by("starts_at")]
    at = clock.now().isoformat()
    await lost("offer_cancelled", ola, f"offer_cancelled:{offer.id}:{ola.id}", at=at)
    rung = await lost("offer_cancelled", liv, f"offer_cancelled:{offer.id}:{liv.id}", at=at)
    await lost("session_added", aud, f"session_added:{dates[0]}:{aud.id}", sessions=dates)
    assert await PhoneCall.all().count() == 4
    await PhoneCall.filter(booking=liv).update(called_at=clock.now())
    other = await make.booking(pool, await make.person("Tom"))
    await lost("offer_cancelled", other, f"offer_cancelled:{offer.id}:{other.id}", at=at)
    await rows("UPDATE outbox_message SET sent_at = $1 WHERE booking_id = $2", clock.now(), other.id)
    ran = await command("outbox", "retry", "--all", "--yes")
    assert "1 message not tried anew: somebody has rung instead" in ran.said
    assert "2 messages due now" in ran.said
    assert {one.booking_id for one in await PhoneCall.all()} == {liv.id, other.id}
    assert await value("SELECT failed_at IS NOT NULL FROM outbox_message WHERE id = $1", UUID(rung))
    # Lost once more, it is somebody's to ring about again.
    await lost("offer_cancelled", ola, f"again:{ola.id}", at=at)
    assert await PhoneCall.filter(booking=ola).count() == 1


async def test_what_a_restore_holds_waits_for_the_word_and_the_word_is_a_command(db: None) -> None:
    """Held, seen by `outbox list` and `doctor`, let go by kind, and the rest dropped: as docs/operations.md says."""
    now = clock.now()
    for key, mail in (("one", "receipt"), ("two", "receipt"), ("three", "reminder")):
        await message(key, mail=mail, problem="450", attempts=4)
    assert await held.hold() == 3
    assert "3 held since a restore (`outbox release`)" in (await command("outbox", "list")).said
    assert await queue.claim(now) == []
    assert "There is nothing to try anew." in (await command("outbox", "retry", "--all", "--yes")).said
    assert await doctor() == [
        "away 3 wait for your word since a restore: `outbox release` lets them go, `outbox drop` never",
        "well none waits",
    ]
    ran = await command("outbox", "release", "--mail", "reminder")
    assert (ran.code, ran.said) == (0, "1 message due now; a worker sends them.\n")
    (claimed,) = await queue.claim(clock.now())
    assert (claimed.key, claimed.attempts) == ("three", 1), "all its tries are before it again"
    ran = await command("outbox", "drop", typed="n\n")
    assert ran.code == 1
    assert await value(f"SELECT count(*) FROM outbox_message WHERE {held.HELD}") == 2
    assert "2 messages dropped." in (await command("outbox", "drop", typed="y\n")).said
    assert "0 messages due now" in (await command("outbox", "release")).said
    assert "2 messages given up: 2 dropped" in (await command("outbox", "failed")).said
    assert await doctor() == ["well none waits"]


async def doctor() -> list[str]:
    """What it says of messages."""
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        return [f"{kind} {text}" async for kind, text in messages(Looking("", clock.now(), connection))]
    finally:
        await connection.close()


async def test_commands_that_mean_nothing_say_so_and_do_nothing(db: None) -> None:
    await kinds()
    ran = await command("outbox", "retry")
    assert (ran.code, "Say which: an ID, --channel, --mail, --problem, or --all." in ran.said) == (2, True)
    for wrong in (("retry", "12"), ("list", "--most", "-1"), ("failed", "--channel", "pigeon")):
        assert (await command("outbox", *wrong)).code == 2, wrong
    ran = await command("outbox", "retry", str(uuid7()))
    assert (ran.code, ran.said) == (0, "There is nothing to try anew.\n")
    ran = await command("outbox", "list", "--mail", "no_such_mail")
    assert (ran.code, ran.said) == (0, "0 messages to be sent\n")


@pytest.mark.parametrize(("address", "shown"), [
    ("kari.nordmann@example.no", "k***@***.no"), ("+4791234567", "+47*****67"), ("", "(not kept)"),
])  # fmt: skip
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown
