"""`restored --since`, as an operator runs it whose PostgreSQL was put back by its host."""

from datetime import timedelta

import pytest

from marketplace.base import clock
from marketplace.base.data.database import value
from marketplace.base.data.ledger import Lost, note
from marketplace.people.sign_in.models import SignIn
from tests import make
from tests.marketplace.operations.commanded import command

pytestmark = pytest.mark.usefixtures("claimed", "folder")


def told(hours: float) -> str:
    """A moment so many hours from now, as a provider's page shows it."""
    return (clock.unmoved() + timedelta(hours=hours)).isoformat(timespec="seconds")


async def test_it_says_in_words_what_it_did_and_may_be_run_again() -> None:
    kari = await make.person("Kari", "kari@example.no")
    await SignIn.create(
        person=kari, secret_hash=bytes(32), device="Firefox", created_at=clock.now(), seen_at=clock.now(),
        expires_at=clock.now() + timedelta(days=30),
    )  # fmt: skip
    note(Lost.PERSON, kari.id)
    ran = await command("restored", "--since", told(-1), "--anyway")
    assert ran.code == 0, ran.said
    assert "The ledger had 1 lines since then. Done again:" in ran.said
    assert "Everybody was signed out" in ran.said
    assert "messages wait for your word" in ran.said
    assert "The database before was not given: which bookings differ is not known." in ran.said
    assert "kari" not in ran.said.lower()
    assert await value("SELECT count(*) FROM contact_point") == 0
    assert await value("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 0
    ran = await command("restored", "--since", told(-1), "--anyway")
    assert (ran.code, "nothing: the database had it all." in ran.said) == (0, True)


async def test_whoever_is_connected_stops_it_before_anything_is_done(database_url: str) -> None:
    kari = await make.person("Kari", "kari@example.no")
    note(Lost.PERSON, kari.id)
    ran = await command("restored", "--since", told(-1))
    assert ran.code == 1
    assert (
        "others are connected to this database. Stop `serve` and `worker` on all machines first" in ran.said
    )
    assert await value("SELECT count(*) FROM contact_point") == 1


@pytest.mark.parametrize(("since", "says"), [
    ("yesterday", "is no time"), ("2026-11-29", "is a day"), ("2026-10-25T02:30", "twice or never"), ("", "is no time"),
])  # fmt: skip
async def test_a_moment_that_says_nothing_is_refused_as_by_restore(since: str, says: str) -> None:
    for words in (("restored", "--since", since), ("restore", "--until", since)):
        ran = await command(*words)
        assert (ran.code, says in ran.said) == (2, True), words


async def test_a_moment_to_come_is_refused_and_the_time_of_oslo_is_taken() -> None:
    ran = await command("restored", "--since", told(1), "--anyway")
    assert (ran.code, "That moment has not come yet." in ran.said) == (1, True)
    ran = await command("restored", "--since", "2026-01-02 12:00", "--anyway")
    assert (ran.code, "The database is as it was at 2026-01-02 11:00:00 UTC." in ran.said) == (0, True), (
        ran.said
    )


async def test_a_database_before_that_cannot_be_read_is_said() -> None:
    ran = await command(
        "restored", "--since", told(-1), "--anyway", "--before", "postgres://nobody@127.0.0.1:1/none"
    )
    assert ran.code == 0
    assert "The database before could not be read" in ran.said
