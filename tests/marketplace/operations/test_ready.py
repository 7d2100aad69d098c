"""/health/ready: 503 when this process cannot take a booking, and for nothing else."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.base.data.migrate import NEWEST
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post import held
from marketplace.base.web import draining
from marketplace.operations.ready.facts import FACTS, needed, told
from marketplace.operations.ready.rules import schema
from tests.conftest import NOW
from tests.visitor import Visitor

NEWER = NEWEST[:4] + "_zz_newer"


async def said(visitor: Visitor) -> tuple[int, dict[str, str | int]]:
    page = await visitor.open("/health/ready")
    return page.status, page.response.json()


async def test_a_process_that_can_book_says_so_with_all_that_stands_around_it(visitor: Visitor) -> None:
    status, body = await said(visitor)
    assert status == 200
    assert list(body) == [fact.name for fact in FACTS]
    assert [body[fact.name] for fact in FACTS if fact.needed] == ["ok"] * 5


@pytest.fixture
async def newer(db: None) -> AsyncIterator[None]:
    """A migration that this program does not know was applied."""
    await rows("INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('marketplace', $1, $2)",
               NEWER, NOW)  # fmt: skip
    yield
    await rows("DELETE FROM tortoise_migrations WHERE name = $1", NEWER)
    await rows("DELETE FROM migration_mark WHERE name = $1", NEWER)


@pytest.mark.parametrize(("mark", "status"), [(True, 200), (False, 503), (None, 503)])
async def test_a_newer_schema_is_served_when_it_is_marked_compatible(
    newer: None, visitor: Visitor, mark: bool | None, status: int
) -> None:
    if mark is not None:
        await rows("INSERT INTO migration_mark VALUES ($1, $2)", NEWER, mark)
    found, body = await said(visitor)
    assert found == status
    assert body["migrations"] == ("ok" if mark else f"at {NEWER}, which needs a newer program")


async def test_an_older_schema_is_not_served(visitor: Visitor) -> None:
    await rows("UPDATE tortoise_migrations SET app = 'elsewhere' WHERE name = $1", NEWEST)
    try:
        status, body = await said(visitor)
    finally:
        await rows("UPDATE tortoise_migrations SET app = 'marketplace' WHERE name = $1", NEWEST)
    assert (status, str(body["migrations"])[:5]) == (503, "at 00")


@pytest.mark.parametrize(("newest", "unknown", "word"), [
    ("0048_a", None, "ok"), ("0049_b", None, "ok"), ("0047_z", None, "at 0047_z"), (None, None, "not there"),
    ("0050_c", "0049_b", "at 0049_b, which needs a newer program"),
])  # fmt: skip
def test_a_schema_in_words(newest: str | None, unknown: str | None, word: str) -> None:
    assert schema(newest, "0048_a", unknown) == word


async def test_a_database_that_takes_no_write_takes_no_booking(visitor: Visitor) -> None:
    database = (await rows("SELECT current_database() AS name"))[0]["name"]
    others = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    await rows(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    await rows("SET default_transaction_read_only = on")
    try:
        status, body = await said(visitor)
    finally:
        await rows("SET default_transaction_read_only = off")
        await rows(f"ALTER DATABASE {database} RESET default_transaction_read_only")
        await rows(others)
    assert (status, body["write"]) == (503, "read only")


async def test_who_is_told_to_end_says_so(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_begun", True)
    status, body = await said(visitor)
    assert (status, body["serving"]) == (503, "ending")
    assert (await visitor.open("/")).status == 200


async def test_a_worker_and_messages_that_are_late_are_told_and_no_503(visitor: Visitor) -> None:
    an_hour_ago = visitor.now - timedelta(hours=1)
    await OutboxMessage.create(
        channel=Channel.EMAIL, address="ola@example.no", mail="receipt", facts={}, lang="nb", dedupe_key="late",
        created_at=an_hour_ago, due_at=an_hour_ago, attempts=3, problem="451",
    )  # fmt: skip
    await rows("INSERT INTO job_run (id, job, slot, leased_until) VALUES (gen_random_uuid(), 'closing', 'a', $1)",
               visitor.now - timedelta(hours=2))  # fmt: skip
    status, body = await said(visitor)
    assert status == 200
    assert (body["worker"], body["mail"], body["sms"]) == ("never seen", "late", "ok")
    assert (body["oldest_due_message_seconds"], body["jobs_broken_off"]) == (pytest.approx(3600, abs=5), 1)
    assert isinstance(body["disk_free_percent"], int)


async def test_what_a_restore_holds_waits_for_the_operator_and_is_not_late(visitor: Visitor) -> None:
    assert (await said(visitor))[1]["messages_held"] == "none"
    an_hour_ago = visitor.now - timedelta(hours=1)
    await OutboxMessage.create(
        channel=Channel.EMAIL, address="ola@example.no", mail="receipt", facts={}, lang="nb", dedupe_key="held",
        created_at=an_hour_ago, due_at=an_hour_ago, attempts=3, problem="451",
    )  # fmt: skip
    await held.hold()
    status, body = await said(visitor)
    assert (status, body["mail"], body["oldest_due_message_seconds"]) == (200, "ok", 0)
    assert body["messages_held"] == "wait for your word: outbox release"


@pytest.fixture
def registered() -> Iterator[None]:
    before = list(FACTS)
    yield
    FACTS[:] = before


async def test_a_wing_registers_what_it_knows_and_its_mistake_turns_nobody_away(
    registered: None, visitor: Visitor
) -> None:
    @told("shark")
    async def shark(_now: object) -> str:
        raise ValueError("not found")

    @told("old_table")
    async def old_table(_now: object) -> str:
        return str(await rows("SELECT * FROM nowhere"))

    @needed("lighthouse")
    async def lighthouse(_now: object) -> str:
        return "ok"

    status, body = await said(visitor)
    assert (status, body["shark"], body["old_table"], body["lighthouse"]) == (
        200,
        "unknown",
        "not there",
        "ok",
    )
    with pytest.raises(ValueError, match="two facts"):
        told("shark")(shark)
