"""The drawn pictures by kind."""

import pytest

from marketplace.base.web.static import static_url
from offers.catalogue.models import Kind
from offers.catalogue.pictures import drawing


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_offer_has_a_drawn_picture(kind: Kind) -> None:
    assert static_url(drawing(kind)).startswith("/static/")
