"""Whoever looks after the instance is mailed of a lost key, backups, a disk, jobs; a mail tells of nobody."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from marketplace.base.data.database import rows
from marketplace.base.post.delivery import Away
from marketplace.base.post.queue import HOLDS
from marketplace.operations.alarm import jobs, sending, watched
from marketplace.operations.alarm.jobs import Alarm
from marketplace.operations.disks import nearest
from marketplace.operations.jobs.running import AT_IT, Job, Worker
from marketplace.operations.ready.facts import OK
from marketplace.settings import settings
from offers.attendance import keys
from offers.attendance.year_keys import key_of
from tests.conftest import NOW

SOON = timedelta(minutes=5)
CARRIER = """INSERT INTO carrier_away (id, channel, since, again_at, failures, problem)
VALUES (gen_random_uuid(), $1, $2, $2, $3, 'connection')"""
REPORT = """INSERT INTO job_report (id, job, ran_at, failed_at, problem, took_ms, runs, failures, busy_ms)
VALUES (gen_random_uuid(), 'forget', $1, $2, 'ValueError', 1, 1, 1, 1)"""


class Mails:
    """What was sent, to whom, and whether the mail server is there."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.away = False

    async def send(self, to: str, about: str, subject: str, text: str) -> None:
        if self.away:
            raise Away("connection")
        self.sent.append((to, subject, text))


@pytest.fixture
async def mails(db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mails]:
    """An instance that is well: its backups are not looked at."""
    mails = Mails()
    monkeypatch.setattr(sending, "send", mails.send)
    monkeypatch.setattr(
        jobs, "WATCHED", tuple(each for each in watched.WATCHED if each.name not in ("backup", "clock"))
    )
    monkeypatch.setenv("TREFFPUNKT_OPERATOR_EMAIL", "drift@kommune.no")
    monkeypatch.setenv("TREFFPUNKT_DATA_DIR", str(data_dir))
    settings.cache_clear()
    jobs.path().unlink(missing_ok=True)
    yield mails
    jobs.path().unlink(missing_ok=True)
    shutil.rmtree(settings().keys, ignore_errors=True)
    monkeypatch.undo()
    settings.cache_clear()


async def looks(alarm: Alarm, now: datetime, times: int = 2) -> datetime:
    for each in range(times):
        await alarm.run(now + each * SOON)
    return now + times * SOON


async def test_a_lost_key_is_told_and_its_coming_back(mails: Mails) -> None:
    alarm = Alarm()
    key = await key_of(NOW.year, NOW)
    await looks(alarm, NOW)
    assert mails.sent == []
    keys.path_of(NOW.year).unlink()
    now = await looks(alarm, NOW + SOON)
    (first,) = mails.sent
    assert first[:2] == ("drift@kommune.no", f"{settings().site_name}: keys")
    assert f"- keys: missing: {NOW.year}\n  docs/operations.md, TreffpunktKeysWrong\n" in first[2]
    await looks(Alarm(), now, 3)
    assert len(mails.sent) == 1, "a worker that starts anew has read what was told"
    keys.path_of(NOW.year).write_bytes(key)
    await looks(alarm, now, 14)
    assert [sent[1] for sent in mails.sent[1:]] == [f"{settings().site_name}: well again"]
    assert "- over: keys" in mails.sent[1][2]


async def test_what_another_worker_has_told_meanwhile_is_not_told_again(mails: Mails) -> None:
    first, second = Alarm(), Alarm()
    await rows(CARRIER, "sms", NOW - timedelta(hours=1), 5)
    now = await looks(first, NOW)
    await rows("DELETE FROM carrier_away")
    now = await looks(second, now + timedelta(hours=1), 1)
    await looks(first, now + timedelta(hours=1))
    assert [subject.partition(": ")[2] for _to, subject, _text in mails.sent] == ["messages", "well again"]


async def test_nobody_is_written_to_where_nobody_is_named(
    mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TREFFPUNKT_OPERATOR_EMAIL")
    settings.cache_clear()
    await rows(CARRIER, "sms", NOW - timedelta(hours=1), 5)
    await looks(Alarm(), NOW, 3)
    assert mails.sent == []


async def test_a_mail_server_that_is_away_is_tried_again(mails: Mails) -> None:
    alarm = Alarm()
    await rows(CARRIER, "sms", NOW - timedelta(hours=1), 5)
    await rows(CARRIER, "email", NOW - timedelta(hours=1), 1)
    mails.away = True
    now = await looks(alarm, NOW, 4)
    mails.away = False
    await looks(alarm, now, 3)
    ((_to, subject, text),) = mails.sent
    assert subject.endswith(": messages")
    assert "- messages: nothing goes out by sms\n" in text, "a single failure by mail is none"


async def test_a_job_that_goes_wrong_for_half_an_hour_is_told(mails: Mails) -> None:
    await rows(REPORT, NOW - timedelta(minutes=29), NOW)
    await looks(alarm := Alarm(), NOW)
    assert mails.sent == []
    await rows("UPDATE job_report SET ran_at = $1", NOW - timedelta(minutes=31))
    await looks(alarm, NOW + 2 * SOON)
    assert [text for *_to, text in mails.sent if "- jobs: go wrong: forget\n" in text]


async def test_a_full_disk_is_told_though_no_note_of_it_can_be_written(
    mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> shutil._ntuple_diskusage:
        return shutil._ntuple_diskusage(1000, 950, 50)

    def no_room(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "disk_usage", full)
    monkeypatch.setattr(jobs, "write_json", no_room)
    await looks(Alarm(), NOW, 12)
    ((_to, _subject, text),) = mails.sent
    assert "- disk: less than 10 % of the disk for data is free\n" in text
    assert nearest(settings().data_dir).exists()


async def test_what_cannot_be_looked_at_silences_nothing_else(
    mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(_now: datetime) -> str:
        raise ValueError("kari@example.no")

    broken = watched.Watched("held", breaks, "TreffpunktMessagesHeld")
    monkeypatch.setattr(jobs, "WATCHED", (broken, *watched.WATCHED[2:]))
    await rows(CARRIER, "sms", NOW - timedelta(hours=1), 5)
    await looks(Alarm(), NOW, 2)
    ((_to, _subject, text),) = mails.sent
    assert "by sms" in text
    assert "kari" not in text


async def due(address: str, at: datetime, sent: datetime | None = None, attempts: int = 0) -> None:
    await rows(
        """INSERT INTO outbox_message (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at,
            attempts, sent_at) VALUES ($1, 'email', $2, 'receipt', '{}', 'nb', $1::uuid::text, $3, $3, $4, $5)""",
        uuid7(), address, at, attempts, sent,
    )  # fmt: skip


async def test_messages_that_nobody_tries_are_told_though_every_carrier_works(mails: Mails) -> None:
    await due("kari@example.no", NOW - timedelta(minutes=14))
    await looks(alarm := Alarm(), NOW, 1)
    now = await looks(alarm, NOW + timedelta(minutes=2), 2)
    ((_to, subject, text),) = mails.sent
    assert subject.endswith(": messages")
    assert "- messages: none has gone out for a quarter of an hour, and 1 are due\n" in text
    assert "kari" not in text
    await due("ola@example.no", NOW, now + timedelta(minutes=50))
    assert "has been due since" in str(await watched.messages(now + timedelta(minutes=51))), (
        "whatever else goes"
    )
    await rows("UPDATE outbox_message SET sent_at = $1", now)
    await looks(alarm, now + timedelta(hours=1), 1)
    assert "- over: messages" in mails.sent[1][2]


async def test_what_goes_out_or_waits_for_an_older_one_or_a_carrier_is_no_matter_of_the_operators(
    mails: Mails,
) -> None:
    """A queue that is long, an address that is asked to be tried later, a carrier that is told of by itself."""
    for number in range(3):
        await due(f"{number}@example.no", NOW - timedelta(minutes=20))
    await due("3@example.no", NOW - timedelta(minutes=30), NOW - timedelta(minutes=2))
    assert await watched.messages(NOW) == OK
    await rows("DELETE FROM outbox_message")
    await due("kari@example.no", NOW - timedelta(minutes=30), attempts=2)
    await rows("UPDATE outbox_message SET due_at = $1, problem = '450'", NOW + timedelta(minutes=4))
    await due("kari@example.no", NOW - timedelta(minutes=19))
    assert await watched.messages(NOW) == OK
    await rows("DELETE FROM outbox_message WHERE attempts = 2")
    assert await watched.messages(NOW) != OK
    await rows(CARRIER, "email", NOW - timedelta(minutes=2), 2)
    assert await watched.messages(NOW) == OK


async def test_what_an_older_one_holds_up_no_more_is_told_if_nobody_tries_it(mails: Mails) -> None:
    for attempts, waits in ((HOLDS, True), (HOLDS + 1, False)):
        await rows("DELETE FROM outbox_message")
        await due("kari@example.no", NOW - timedelta(minutes=90), attempts=attempts)
        await rows("UPDATE outbox_message SET due_at = $1, problem = '450'", NOW + timedelta(minutes=40))
        await due("kari@example.no", NOW - timedelta(minutes=70))
        assert (await watched.messages(NOW) == OK) is waits, attempts


@pytest.mark.parametrize(
    "spoilt", [b"", b"[]", b'{"standing": 7}', b'{"standing": {"keys": ["x", null]}}', b"\xff"]
)
async def test_a_note_that_is_spoilt_is_as_if_there_were_none(mails: Mails, spoilt: bytes) -> None:
    jobs.path().write_bytes(spoilt)
    await rows(CARRIER, "sms", NOW - timedelta(hours=1), 5)
    await looks(Alarm(), NOW, 2)
    assert len(mails.sent) == 1
    assert [*json.loads(jobs.path().read_bytes())["standing"]] == ["messages"]


def test_each_thing_says_where_to_read_what_to_do() -> None:
    told = Path(__file__).parents[4].joinpath("docs/operations.md").read_text()
    for each in watched.WATCHED:
        assert f"\n#### {each.alert}\n" in told
    assert OK == "ok"


async def test_a_job_that_does_not_end_is_told(mails: Mails) -> None:
    worker, began, ends = Worker(), asyncio.Event(), asyncio.Event()

    async def hangs(_now: datetime) -> None:
        began.set()
        await ends.wait()

    run = asyncio.create_task(worker.run(Job("forget", timedelta(minutes=10), hangs, everywhere=True)))
    await began.wait()
    await looks(alarm := Alarm(), NOW)
    assert mails.sent == []
    AT_IT["forget"] -= timedelta(minutes=61).total_seconds()
    await looks(alarm, NOW + 2 * SOON, 3)
    assert [text for *_to, text in mails.sent if "- jobs: do not end: forget\n" in text]
    ends.set()
    await run
    assert AT_IT == {}
