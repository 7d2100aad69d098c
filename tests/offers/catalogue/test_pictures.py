"""The drawn pictures by kind."""

import re

import pytest

from marketplace.base.web.static import STATIC, static_url
from offers.catalogue.kinds import Kind
from offers.catalogue.pictures import DRAWN, SHEET, drawing


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_offer_has_a_drawn_picture(kind: Kind) -> None:
    assert static_url(drawing(kind)).startswith("/static/")


def test_the_sheet_of_lists_has_each_drawing_as_it_stands_alone() -> None:
    sheet = (STATIC / SHEET).read_text()
    drawn = dict(re.findall(r'<symbol id="(\w+)"[^>]*>(.*)</symbol>', sheet))
    for name in DRAWN.values():
        assert f">{drawn[name]}</svg>" in (STATIC / "img" / "kinds" / f"{name}.svg").read_text()
