"""After a restore nobody is signed in, nothing goes out by itself, and a list says who must be told."""

import csv
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import time_machine

from marketplace.base import clock
from marketplace.base.data import database, ledger
from marketplace.base.data.database import rows, value
from marketplace.base.data.ledger import Entry, Lost
from marketplace.base.post import held
from marketplace.base.post.outbox import send_due
from marketplace.operations.restore.actions import set_right
from marketplace.operations.restore.again import still_lost
from marketplace.operations.restore.differing import clear
from marketplace.people.contacts.jobs import refuse
from marketplace.people.sign_in.models import SignIn
from marketplace.privacy.erasure.actions import erase
from offers.bookings.actions import cancel
from offers.catalogue.models import Offer, SeatPool
from offers.messages.reminders.actions import remind
from organizations.members.models import Membership, Role
from tests import cluster, make
from tests.conftest import NOW
from tests.marketplace.operations.restore.earlier import Earlier


@pytest.fixture
async def before(server: str, db: None) -> AsyncIterator[str]:
    """A second database, for what there was before the restore."""
    name = f"before_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(**database.credentials(server))
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {cluster.TEMPLATE}")
        yield cluster.address_of(server, name)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


def listed(path: Path | None) -> dict[str, dict[str, str]]:
    assert path
    with path.open(newline="") as file:
        return {each["reference"]: each for each in csv.DictReader(file)}


async def test_the_list_names_what_differs_and_no_more_of_anybody_than_is_needed(
    before: str, folder: Path, tmp_path: Path
) -> None:
    offer = await make.offer("Kor", capacity=10)
    pool = await SeatPool.get(offer=offer)
    ola, kari = await make.person("Ola", "ola@example.no"), await make.person("Kari", "kari@example.no")
    stays, cancelled = await make.booking(pool, ola), await make.booking(pool, kari)
    since, then = clock.unmoved(), await Earlier.taken()

    new = await make.person("=Nils", verified=False)
    way = await make.contact(new, "nils@example.no", verified=False)
    later = clock.unmoved()
    made = await make.booking(pool, new, contact_id=way.id, created_at=later, changed_at=later)
    gone = await make.person("Borte", "borte@example.no")
    forgotten = await make.booking(pool, gone, created_at=later, changed_at=later)
    await cancel(cancelled.id, now=later, by=kari.id)
    await erase(gone.id, now=later)

    await (await Earlier.taken()).put_back(before)
    await then.put_back()
    summary = await set_right(since, before, tmp_path, later)

    found = listed(summary.list_at)
    assert set(found) == {cancelled.reference, made.reference}
    assert forgotten.reference not in found
    assert stays.reference not in found
    known, unknown = found[cancelled.reference], found[made.reference]
    assert (known["what"], known["state before"], known["state now"]) == (
        "cancelled since", "cancelled", "confirmed"
    )  # fmt: skip
    assert (known["name"], known["reach by"]) == ("", "look up the reference")
    assert (unknown["name"], unknown["reach by"]) == ("'=Nils", "nils@example.no")
    assert summary.list_at
    assert summary.list_at.stat().st_mode & 0o777 == 0o600
    assert str(summary.list_at) in "\n".join(summary.lines())

    assert clear(tmp_path, later + timedelta(days=13)) == 0
    assert clear(tmp_path, later + timedelta(days=15)) == 1


async def number(offer: Offer) -> int:
    return int(await value("SELECT number FROM offer WHERE id = $1", offer.id))


async def test_numbers_of_offers_and_the_revision_go_on_from_where_they_had_come(
    before: str, folder: Path, tmp_path: Path
) -> None:
    first = await make.offer()
    since, then = clock.unmoved(), await Earlier.taken()
    lost = await make.offer("Tapt")
    await (await Earlier.taken()).put_back(before)
    given = await number(lost) + 5
    old = await asyncpg.connect(**database.credentials(before))
    await old.execute("SELECT setval('offer_number_seq', $1)", given)
    revision = await old.fetchval("UPDATE catalogue_revision SET revision = 9000000 RETURNING revision")
    await old.close()
    await then.put_back()
    await rows("SELECT setval('offer_number_seq', $1)", await number(first))

    await set_right(since, before, tmp_path, NOW)
    assert await number(await make.offer("Ny")) > given
    assert await value("SELECT revision FROM catalogue_revision") > revision


async def test_everybody_is_signed_out_and_no_code_on_its_way_works(
    folder: Path, db: None, tmp_path: Path
) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await SignIn.create(person=ola, secret_hash=b"x", device="Firefox", created_at=NOW, seen_at=NOW,
                        expires_at=NOW + timedelta(days=90))  # fmt: skip
    summary = await set_right(clock.unmoved(), None, tmp_path, NOW)
    assert summary.signed_out == 1
    assert await value("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 0


async def test_what_was_to_be_sent_waits_for_the_word_and_goes_when_it_is_given(
    folder: Path, db: None, tmp_path: Path, data_dir: Path
) -> None:
    starts = NOW + timedelta(hours=20)
    pool = await SeatPool.get(offer=await make.offer(starts=[starts]))
    ola = await make.person("Ola")
    way = await make.contact(ola, "ola@example.no")
    await make.booking(pool, ola, contact_id=way.id, created_at=NOW - timedelta(days=9),
                       changed_at=NOW - timedelta(days=9))  # fmt: skip
    await rows("UPDATE session SET changed_at = $1", NOW - timedelta(days=9))
    await remind(NOW)
    assert await value("SELECT count(*) FROM outbox_message WHERE sent_at IS NULL") == 1

    summary = await set_right(clock.unmoved(), None, tmp_path, NOW)
    assert summary.held == 1
    assert await send_due(refuse, lambda: NOW) == 0

    assert await held.release(NOW) == 1
    with time_machine.travel(NOW, tick=False):
        assert await send_due(refuse, lambda: NOW) == 1


async def test_what_has_gone_out_before_does_not_go_out_again(
    before: str, folder: Path, tmp_path: Path
) -> None:
    """Neither what both databases had to send, nor what the clock would plan anew."""
    starts = NOW + timedelta(hours=20)
    pool = await SeatPool.get(offer=await make.offer(starts=[starts]))
    ola, kari = await make.person("Ola"), await make.person("Kari")
    for each, address in ((ola, "ola@example.no"), (kari, "kari@example.no")):
        way = await make.contact(each, address)
        await make.booking(pool, each, contact_id=way.id, created_at=NOW - timedelta(days=9),
                           changed_at=NOW - timedelta(days=9))  # fmt: skip
    await rows("UPDATE session SET changed_at = $1", NOW - timedelta(days=9))
    since, then = clock.unmoved(), await Earlier.taken()
    await remind(NOW)
    await rows("UPDATE outbox_message SET sent_at = $1", clock.unmoved())
    await (await Earlier.taken()).put_back(before)
    await then.put_back()

    summary = await set_right(since, before, tmp_path, NOW)
    assert summary.sent_already == 2
    await remind(NOW)
    assert await value("SELECT count(*) FROM outbox_message WHERE sent_at IS NULL") == 0


async def test_whoever_had_let_others_manage_is_erased_though_they_are_alone_again(
    folder: Path, db: None, tmp_path: Path
) -> None:
    ola = await make.person("Ola", "ola@example.no")
    club = await make.organization("Klubben")
    await Membership.create(person=ola, organization=club, role=Role.MANAGER, created_at=NOW)
    since, then = clock.unmoved(), await Earlier.taken()
    await make.member(club, Role.MANAGER, "Kari")
    await erase(ola.id, now=NOW)
    await then.put_back()

    summary = await set_right(since, None, tmp_path, NOW)
    assert await value("SELECT name FROM person WHERE id = $1", ola.id) is None
    assert summary.without_manager == ["Klubben"]
    assert "Klubben" in "\n".join(summary.lines())


async def test_whoever_was_erased_takes_nobody_along_who_had_stayed(
    folder: Path, db: None, tmp_path: Path
) -> None:
    """A helped person who has a sign-in of their own by then stays; in the restored database they have none yet."""
    ola, mother = await make.person("Ola", "ola@example.no"), await make.person("Mor")
    await rows(
        """INSERT INTO acts_for (id, actor_id, person_id, relation, created_at, accepted_at)
        VALUES (gen_random_uuid(), $1, $2, 'next_of_kin', $3, $3)""",
        ola.id, mother.id, NOW,
    )  # fmt: skip
    since, then = clock.unmoved(), await Earlier.taken()
    await make.contact(mother, "mor@example.no")
    await erase(ola.id, now=NOW)
    assert await value("SELECT name FROM person WHERE id = $1", mother.id) == "Mor"
    await then.put_back()

    await set_right(since, None, tmp_path, NOW)
    assert await value("SELECT name FROM person WHERE id = $1", ola.id) is None
    assert await value("SELECT name FROM person WHERE id = $1", mother.id) == "Mor"


def test_what_was_given_back_since_is_not_taken_again() -> None:
    at = [NOW + timedelta(minutes=n) for n in range(3)]
    lines = [
        Entry(at[0], Lost.NEWS, "aa", 1),
        Entry(at[1], Lost.NEWS, "aa", 0),
        Entry(at[2], Lost.NEWS, "bb", 1),
    ]
    assert still_lost(lines) == [lines[2]]
    assert still_lost([lines[1], Entry(at[2], Lost.NEWS, "aa", 1)]) == [Entry(at[2], Lost.NEWS, "aa", 1)]


async def test_what_is_older_than_the_restore_point_is_left_alone(
    folder: Path, db: None, tmp_path: Path
) -> None:
    ola = await make.person("Ola", "ola@example.no")
    ledger.append([Entry(clock.unmoved() - timedelta(hours=1), Lost.PERSON, str(ola.id))])
    summary = await set_right(clock.unmoved(), None, tmp_path, NOW)
    assert summary.lines_read == 0
    assert await value("SELECT name FROM person WHERE id = $1", ola.id) == "Ola"


async def test_it_says_so_when_there_is_no_ledger_and_when_the_old_database_is_gone(
    folder: Path, db: None, tmp_path: Path, server: str
) -> None:
    summary = await set_right(clock.unmoved(), cluster.address_of(server, "nowhere"), tmp_path, NOW)
    said = "\n".join(summary.lines())
    assert "WARNING: the ledger" in said
    assert "could not be read (InvalidCatalogNameError)" in said
