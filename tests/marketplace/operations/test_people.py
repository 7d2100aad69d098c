"""people: what an operator does for somebody, as Min side does it, and written down as done by the operator."""

import json
import secrets
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.base import clock
from marketplace.base.data.database import column, value
from marketplace.people.models import Person
from marketplace.people.sign_in.models import SignIn
from offers.catalogue.models import SeatPool
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.operations.commanded import command, has_role

KARI = "kari@example.no"
ACTED = "SELECT action FROM audit_entry WHERE person_id = $1 AND actor_id IS NULL ORDER BY id"
ACTIVE = "SELECT count(*) FROM sign_in WHERE person_id = $1 AND ended_at IS NULL"


async def signed_in(person: Person) -> None:
    await SignIn.create(
        person=person, secret_hash=secrets.token_bytes(32), device="", created_at=NOW, seen_at=NOW,
        expires_at=NOW + timedelta(days=30),
    )  # fmt: skip


async def test_somebody_is_signed_out_everywhere_and_it_is_written_down(claimed: None) -> None:
    kari = await make.person("Kari", KARI)
    ola = await make.person("Ola", "ola@example.no")
    for person in (kari, kari, ola):
        await signed_in(person)
    refused = await command("people", "end-sign-ins", KARI, typed="n\n")
    assert (refused.code, await value(ACTIVE, kari.id)) == (1, 2)
    ran = await command("people", "end-sign-ins", "Kari@Example.no", typed="y\n")
    assert ran.code == 0, ran.said
    assert "was signed in 2 times, and is nowhere now" in ran.said
    assert (await value(ACTIVE, kari.id), await value(ACTIVE, ola.id)) == (0, 1)
    assert await column(ACTED, kari.id) == ["sign_in.all_ended"]


async def test_somebody_is_erased_as_by_themselves(claimed: None) -> None:
    kari = await make.person("Kari", KARI)
    pool = await SeatPool.get(offer=await make.offer(capacity=1, starts=[clock.now() + timedelta(days=7)]))
    booking = await make.booking(pool, kari)
    ran = await command("people", "erase", KARI, typed="n\n")
    assert ran.code == 1
    assert "1 bookings to come are cancelled" in ran.said
    assert await value("SELECT name FROM person WHERE id = $1", kari.id) == "Kari", (
        "nothing is done before the answer"
    )
    ran = await command("people", "erase", KARI, "--yes")
    assert ran.code == 0, ran.said
    assert await value("SELECT name FROM person WHERE id = $1", kari.id) is None
    assert await value("SELECT count(*) FROM contact_point") == 0
    assert await value("SELECT ended_by FROM booking WHERE id = $1", booking.id) == "erased"
    assert await value("SELECT taken FROM seat_pool WHERE id = $1", pool.id) == 0
    assert "person.erased" in await column(ACTED, kari.id)
    assert await value("SELECT count(*) FROM audit_entry WHERE actor_id = $1", kari.id) == 0


async def test_the_last_manager_is_not_erased_and_nobody_is_asked(claimed: None) -> None:
    kari = await make.person("Kari", KARI)
    await has_role(await make.organization("Turlaget"), kari, Role.MANAGER)
    ran = await command("people", "erase", KARI)
    assert (ran.code, "?" in ran.said) == (1, False)
    assert f"{KARI} is the only one who manages Turlaget" in ran.said
    assert await value("SELECT name FROM person WHERE id = $1", kari.id) == "Kari"


async def test_all_that_is_kept_of_somebody_goes_into_a_file_for_the_operator_alone(
    claimed: None, tmp_path: Path
) -> None:
    kari = await make.person("Kari", KARI)
    file = tmp_path / "kari.json"
    ran = await command("people", "export", KARI, str(file), "--yes")
    assert ran.code == 0, ran.said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = json.loads(file.read_text())
    assert found["profile"][0]["name"] == "Kari"
    assert found["contacts"][0]["address"] == KARI
    assert {"site", "made_at", "bookings", "log"} <= set(found)
    assert await column(ACTED, kari.id) == ["export.made"]
    before = file.read_bytes()
    again = await command("people", "export", KARI, str(file), "--yes")
    assert (again.code, "is there already" in again.said) == (1, True)
    assert file.read_bytes() == before


async def test_the_person_reads_that_their_data_was_taken(claimed: None, tmp_path: Path) -> None:
    from marketplace.privacy.looked.queries import looked

    kari = await make.person("Kari", KARI)
    await command("people", "export", KARI, str(tmp_path / "kari.json"), "--yes")
    found, _more = await looked(kari.id, "nb", None)
    assert [(one.action, one.who) for one in found] == [("export.made", None)]


@pytest.mark.parametrize(
    ("what", "address", "said"),
    [
        ("end-sign-ins", "nobody@example.no", "Nobody here has the address nobody@example.no."),
        ("erase", "kari", "kari is no e-mail address and no phone number."),
        ("export", "guest@example.no", "Nobody has proven that guest@example.no is theirs."),
        ("erase", "", "is no e-mail address and no phone number."),
    ],
)
async def test_an_address_that_is_nobodys_is_refused_before_anything_is_asked(
    claimed: None, tmp_path: Path, what: str, address: str, said: str
) -> None:
    for name in ("Kari", "Ola"):  # two who booked with one address
        await make.person(name, "guest@example.no", verified=False)
    file = [str(tmp_path / "all.json")] * (what == "export")
    ran = await command("people", what, address, *file)
    assert (ran.code, "?" in ran.said) == (1, False)
    assert said in ran.said
    assert not (tmp_path / "all.json").exists()
    assert await value("SELECT count(*) FROM audit_entry") == 0


async def test_a_file_that_cannot_be_written_leaves_no_trace(claimed: None, tmp_path: Path) -> None:
    await make.person("Kari", KARI)
    ran = await command("people", "export", KARI, str(tmp_path / "no" / "such" / "folder.json"), "--yes")
    assert (ran.code, "cannot be written" in ran.said) == (1, True)
    assert await value("SELECT count(*) FROM audit_entry") == 0


async def test_a_link_instead_of_a_file_is_not_followed(claimed: None, tmp_path: Path) -> None:
    await make.person("Kari", KARI)
    (tmp_path / "link.json").symlink_to(tmp_path / "elsewhere.json")
    ran = await command("people", "export", KARI, str(tmp_path / "link.json"), "--yes")
    assert ran.code == 1
    assert not (tmp_path / "elsewhere.json").exists()


async def test_the_old_name_of_the_second_factor_goes_on_working(claimed: None) -> None:
    await make.person("Kari", KARI)
    for words in (["reset-second-factor"], ["people", "reset-second-factor"]):
        assert (await command(*words, KARI)).code == 0
        ran = await command(*words, "nobody@example.no")
        assert (ran.code, "Nobody has proven that address." in ran.said) == (1, True)
