"""What goes when is a page that everybody can read, made of the table in code: nothing of it can be forgotten."""

from datetime import timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.base.i18n import speaking
from marketplace.privacy.actions import forget
from marketplace.privacy.retention import rules
from marketplace.privacy.retention.queries import last_run
from marketplace.privacy.rules import TABLES
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


def test_every_table_that_tells_of_people_stands_in_one_group_and_is_called_something() -> None:
    grouped = [name for group in rules.GROUPS for name in group.tables]
    assert sorted(grouped) == sorted(name for name, table in TABLES.items() if table.personal)
    assert [name for name in grouped if not str(TABLES[name].called)] == []
    called = [str(TABLES[name].called) for name in grouped]
    assert len(set(called)) == len(called)


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.personal])
def test_it_says_when_what_goes_goes_and_why_what_stays_stays(name: str) -> None:
    table = TABLES[name]
    assert bool(table.until) == bool(table.goes)
    assert rules.until(table) or rules.stays(table)
    assert ("%(after)s" in str(table.until)) == bool(table.goes and table.goes.after), (
        "as long as the code waits"
    )
    assert "%(" not in rules.until(table) + rules.stays(table)


async def test_every_personal_column_and_every_table_stands_on_the_page(visitor: Visitor) -> None:
    page = await visitor.open("/about/retention")
    assert page.status == 200
    told = {code.get_text() for code in page.soup.select("main code")}
    assert told == {
        *(f"{name}.{column}" for name, table in TABLES.items() for column in table.personal),
        *(name for name, table in TABLES.items() if not table.personal),
    }
    for name, table in TABLES.items():
        if table.personal:
            assert page.soup.find("th", string=str(table.called)), name
    assert "%(" not in page.text


async def test_how_long_comes_from_the_code(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = (await visitor.open("/about/retention")).text
    assert "30 dager etter at innloggingen er avsluttet" in shown
    assert "1 dag etter at lenken gikk ut" in shown
    assert "2 år etter at rollen er slutt" in shown
    assert "35 dager etter at kopien ble tatt" in shown
    assert "når de er 24 måneder gamle" in shown
    monkeypatch.setattr(rules, "BACKUPS", timedelta(days=12))
    assert "12 dager etter at kopien ble tatt" in (await visitor.open("/about/retention")).text


async def test_it_tells_when_it_was_last_done_and_no_small_number(visitor: Visitor) -> None:
    before = await visitor.open("/about/retention")
    assert "Her er ingenting slettet det siste året." in before.text
    person = await make.person("Ola", "ola@example.no")
    await rows("UPDATE contact_point SET verified_at = $2 WHERE person_id = $1", person.id, NOW)
    later = NOW + timedelta(days=400)
    gone = await forget(later)
    assert gone["person"] == 1
    visitor.wait(later - visitor.now)
    page = await visitor.open("/about/retention")
    words = page.text.replace("\xa0", " ")
    assert "Vi slettet sist onsdag 17. november 2027 kl. 11. Da gikk færre enn ti rader" in words
    in_all = sum(gone.values())  # with what lay in the mailbox of other tests
    assert await last_run(later) == (later, in_all, in_all)
    assert await last_run(later + timedelta(days=366)) is None


async def test_what_the_log_says_of_a_night_is_one_sum(capfd: pytest.CaptureFixture[str], db: None) -> None:
    """How many persons went is a small count of people."""
    await make.person("Ola", "ola@example.no")
    await forget(NOW + timedelta(days=400))
    said = [line for line in "".join(capfd.readouterr()).splitlines() if "forgotten" in line]
    assert said
    assert not [line for line in said if "person" in line]


def test_a_number_is_told_in_tens() -> None:
    with speaking("nb"):
        assert [rules.about(number) for number in (0, 9, 10, 14, 4_996)] == [
            "færre enn ti", "færre enn ti", "om lag 10", "om lag 10", "om lag 5\xa0000",
        ]  # fmt: skip
