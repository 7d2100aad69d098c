"""Names stand in one order on every page, whether the database sorts them or we do."""

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.base.data.database import rows
from marketplace.base.text import by_name, name_order

ROOT = Path(__file__).parents[3]
NAMES = st.lists(st.text("AaBbEeÉéZzÆæØøÅåÄäÖöÜüŁł -.0129", max_size=6), max_size=20)


def test_the_norwegian_letters_come_last_and_marks_change_nothing() -> None:
    names = [
        "Årstad",
        "Zoo",
        "Øyvind",
        "Ærlig",
        "édith",
        "Eva",
        "ås",
        "Eda",
        "Ölrun",
        "Aud",
        "Müller",
        "Myra",
        "Mål",
    ]
    assert sorted(names, key=by_name) == [
        "Aud", "Eda", "édith", "Eva", "Müller", "Myra", "Mål", "Zoo", "Ærlig", "Ölrun", "Øyvind", "Årstad", "ås",
    ]  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=NAMES)
async def test_the_database_sorts_them_alike(pool: None, names: list[str]) -> None:
    found = await rows(
        f"SELECT n FROM unnest($1::text[]) WITH ORDINALITY x (n, place) ORDER BY {name_order('n')}, place",
        names,
    )
    assert [each["n"] for each in found] == sorted(names, key=by_name)


def test_no_query_has_an_order_of_names_of_its_own() -> None:
    own = re.compile(r"ORDER BY (lower\()?(\w\.)?name\b")
    for room in ("marketplace", "offers", "organizations"):
        for file in (ROOT / room).rglob("*.py"):
            if not {"migrations", "demo"} & set(file.parts):
                told = [line for line in file.read_text().splitlines() if "tortoise_migrations" not in line]
                assert not own.search("\n".join(told)), file
