"""Back to a moment, with real clusters: nothing is overwritten, and what is wrong is refused with all as it was."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marketplace.base.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from marketplace.operations.backup.planning import plan
from marketplace.operations.backup.restoring import Restored, restore
from marketplace.operations.backup.tools import Refused
from marketplace.operations.moments import moment
from tests.marketplace.operations.clusters import FAST, a_place, ask, copied, do

COUNT = "SELECT coalesce(sum(n), 0)::int FROM booked"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def kept() -> Iterator[Path]:
    """A cluster at rest with two rows, and a copy after each: whole, and what changed."""
    with a_place() as folder:
        copied(folder)
        yield folder


@pytest.fixture
def place(kept: Path) -> Iterator[Path]:
    """One of the test's own."""
    with a_place() as folder:
        subprocess.run(["cp", "-a", *kept.iterdir(), str(folder)], check=True)
        yield folder


class Seen:
    """Stands where the ledger's work is done: sees both databases while nobody else can."""

    def __init__(self) -> None:
        self.new = self.before = -1
        self.until: datetime | None = None

    async def put_right(self, url: str, until: datetime, before: str | None) -> None:
        from marketplace.operations.backup import tools

        self.until = until
        for name, address in (("new", url), ("before", before)):
            if address:
                async with tools.connected(address) as connection:
                    setattr(self, name, await connection.fetchval(COUNT))


def back(place: Path, until: datetime | None = None, seen: Seen | None = None) -> Restored:
    return restore(
        plan(place / "kept", until, now()), place / "data", (seen or Seen()).put_right, lambda _: None, FAST
    )


def counted(place: Path) -> int:
    with EmbeddedPostgres(place / "data", FAST) as url:
        found: int = ask(url, COUNT)
    return found


def booked(place: Path, number: int) -> None:
    """One more since the last copy."""
    with EmbeddedPostgres(place / "data", FAST) as url:
        do(url, f"INSERT INTO booked VALUES ({number})")


def test_a_machine_that_is_lost_comes_back_from_whole_copy_and_changes(place: Path) -> None:
    EmbeddedPostgres(place / "data").delete()
    shutil.rmtree(place / "data")
    done = back(place)
    assert counted(place) == 3
    assert done.before is None
    assert not (place / "data/restoring").exists()


def test_the_cluster_before_is_kept_aside_and_both_are_seen_before_anybody_can_sign_in(place: Path) -> None:
    booked(place, 4)
    seen = Seen()
    done = back(place, seen=seen)
    assert (seen.new, seen.before) == (3, 7)
    assert counted(place) == 3
    assert done.before
    (place / "aside").mkdir()
    (place / "aside/pg").symlink_to(done.before)
    with EmbeddedPostgres(place / "aside", FAST) as url:
        assert ask(url, COUNT) == 7
    (place / "aside/pg").unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders bar the server's user")
def test_a_cluster_that_is_only_linked_to_is_put_aside_and_deleted_whole(place: Path) -> None:
    place.chmod(0o700)
    (place / "data/pg").rename(place / "elsewhere")
    (place / "data/pg").symlink_to(place / "elsewhere")
    place.chmod(0o711)
    (place / "data").chmod(0o700)
    done = back(place)
    assert counted(place) == 3
    assert done.before
    where = [done.before.resolve(), (place / "data/pg").resolve()]
    assert where[0] == place / "elsewhere"
    EmbeddedPostgres(place / "data").delete()
    assert [each for each in where if each.exists()] == []
    assert not list((place / "data").glob("pg-*"))


def test_where_putting_right_fails_all_is_as_it_was(place: Path) -> None:
    booked(place, 4)

    async def fails(url: str, until: datetime, before: str | None) -> None:
        raise Refused("not today")

    with pytest.raises(Refused, match="not today"):
        restore(plan(place / "kept", None, now()), place / "data", fails, lambda _: None, FAST)
    assert counted(place) == 7
    assert [each.name for each in (place / "data").iterdir() if each.is_dir()] == ["pg"]


def test_a_damaged_copy_is_passed_over_for_an_earlier_one(place: Path) -> None:
    newest = max((place / "kept/copies").glob("*-changes"))
    (newest / "PG_VERSION").write_text("17\n")
    said: list[str] = []
    restore(plan(place / "kept", None, now()), place / "data", Seen().put_right, said.append, FAST)
    assert any("damaged" in each for each in said)
    assert counted(place) == 1


def test_a_running_instance_is_not_restored_under_its_feet(place: Path) -> None:
    with (
        EmbeddedPostgres(place / "data", FAST),
        pytest.raises(EmbeddedPostgresError, match="stop the instance"),
    ):
        back(place)


def test_a_restore_that_was_cut_short_does_not_become_an_empty_instance(place: Path) -> None:
    """Killed in the moment between putting the one aside and the other in its place."""
    data = place / "data"
    (data / "restoring").mkdir()
    (data / "restoring/aside").write_text("pg-before-20261129T100000Z")
    (data / "pg").rename(data / "pg-before-20261129T100000Z")
    with pytest.raises(EmbeddedPostgresError, match="cut short"):
        EmbeddedPostgres(data, FAST).start()
    seen = Seen()
    back(place, seen=seen)
    assert (seen.new, seen.before) == (3, 3)
    assert counted(place) == 3


def test_what_cannot_be_is_refused_with_what_could_be(place: Path) -> None:
    ended = now()
    with pytest.raises(Refused, match="the first moment that can be had is"):
        plan(place / "kept", ended - timedelta(days=1), now())
    with pytest.raises(Refused, match="it ends at"):
        plan(place / "kept", ended, now())
    with pytest.raises(Refused, match="yet to come"):
        plan(place / "kept", now() + timedelta(minutes=1), now())
    with pytest.raises(Refused, match="no folder"):
        plan(place / "nowhere", None, now())
    with pytest.raises(Refused, match="holds no backups"):
        plan(place / "data", None, now())
    for each in (place / "kept/copies").glob("*.json"):
        each.unlink()
    with pytest.raises(Refused, match="no whole copy: what lies there was cut short"):
        plan(place / "kept", None, now())
    mark = place / "kept/treffpunkt-backup.json"
    mark.write_text(mark.read_text().replace('"major": 18', '"major": 17'))
    with pytest.raises(Refused, match="PostgreSQL 17"):
        plan(place / "kept", None, now())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-29T09:59:30", "2026-11-29T08:59:30+00:00"),
        ("2026-11-29 09:59", "2026-11-29T08:59:00+00:00"),
        ("2026-07-01T09:59+02:00", "2026-07-01T07:59:00+00:00"),
        ("2026-11-29T09:59:30.5Z", "2026-11-29T09:59:30.500000+00:00"),
    ],
)
def test_a_time_is_read_as_it_is_written(written: str, meant: str) -> None:
    assert moment(written).isoformat() == meant


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("yesterday", "is no time"), ("", "is no time"), ("2026-11-29", "is a day"), ("29.11.2026 09:59", "is no time"),
        ("2026-10-25T02:30", "twice or never"), ("2026-03-29T02:30", "twice or never"),
    ],
)  # fmt: skip
def test_a_time_that_says_nothing_is_refused(written: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        moment(written)
