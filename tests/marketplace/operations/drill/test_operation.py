"""/about/operation tells everybody when it was last tried whether what is saved comes back."""

from dataclasses import replace
from pathlib import Path

import pytest

from marketplace.base.i18n import speaking
from marketplace.operations.drill.figures import FILE, Drill, read, write
from marketplace.operations.drill.rules import duration
from tests.conftest import NOW
from tests.visitor import Visitor

HELD = Drill(NOW, True, 5000, back_seconds=31.2, lost_seconds=0.4, lost_bookings=0, violations=0)


@pytest.fixture(autouse=True)
def no_drill(data_dir: Path) -> None:
    (data_dir / FILE).unlink(missing_ok=True)


async def test_before_any_drill_it_says_so_and_about_leads_to_it(visitor: Visitor) -> None:
    assert (await visitor.open("/about")).soup.select_one('a[href="/about/operation"]')
    assert "Vi har ikke øvd her ennå" in (await visitor.open("/about/operation")).text


async def test_it_tells_the_day_and_the_times_of_the_last_drill(visitor: Visitor, data_dir: Path) -> None:
    write(HELD, data_dir)
    text = (await visitor.open("/about/operation")).text
    assert "Vi øvde tirsdag 13. oktober" in text
    assert "Alt var tilbake etter 32 sekunder." in text
    assert "skjedde 1 sekund før det eller senere" in text
    write(replace(HELD, loaded=False, lost_seconds=500), data_dir)
    assert "Det nyeste i den var 9 minutter gammelt." in (await visitor.open("/about/operation")).text


async def test_a_drill_that_went_wrong_is_not_told_as_a_good_one(visitor: Visitor, data_dir: Path) -> None:
    write(replace(HELD, violations=2), data_dir)
    text = (await visitor.open("/about/operation")).text
    assert "Da stemte ikke alt" in text
    assert "Alt var tilbake" not in text


async def test_what_is_written_is_read_and_a_broken_file_is_no_drill(data_dir: Path) -> None:
    path = write(HELD, data_dir)
    assert read(data_dir) == HELD
    for broken in ("", "{}", '{"at": 5}', "[]"):
        path.write_text(broken)
        assert read(data_dir) is None


@pytest.mark.parametrize(("seconds", "said"), [
    (0, "1 sekund"), (59.2, "60 sekunder"), (121, "3 minutter"), (7201, "3 timer"),
])  # fmt: skip
def test_a_time_is_told_in_words_and_never_as_less(seconds: float, said: str) -> None:
    with speaking("nb"):
        assert duration(seconds) == said
