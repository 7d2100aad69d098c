"""Names that run from right to left keep to themselves: what stands beside them stays where it is, on every page."""

import re
from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup, NavigableString, Tag

from marketplace.base.data.database import rows
from marketplace.base.post.mail import MAILS
from marketplace.base.text import ISOLATE
from offers.seats.models import Booking
from tests.house.standing import stand
from tests.house.town import routes
from tests.visitor import Visitor

ARABIC = "علي محمد"
BLOCKS = {"li", "td", "h1", "h2", "h3", "option", "textarea", "dd", "bdi", "title", "label"}
"""Where a name that stands alone keeps to itself."""


def loose(soup: BeautifulSoup) -> list[str]:
    """Texts in which a name stands beside others and nothing keeps it to itself."""
    found = []
    for text in soup.find_all(string=lambda text: bool(text) and ("علي" in text or "محمد" in text)):
        assert isinstance(text, NavigableString)
        if any(isinstance(parent, Tag) and parent.name == "bdi" for parent in text.parents):
            continue
        rest = str(text).replace(f"{ISOLATE}{ARABIC}", "").replace(f"{ISOLATE}علي", "")
        if ("علي" in rest or "محمد" in rest) and (
            rest.strip() not in (ARABIC, "علي")
            or text.parent is None
            or text.parent.name not in BLOCKS
            or text.parent.get_text().strip() != rest.strip()
        ):
            found.append(" ".join(str(text.parent)[:200].split()))
    return found


@pytest.mark.parametrize("who", ["everybody", "resident", "guide"])
async def test_names_keep_to_themselves_on_every_page(visitor: Visitor, who: str) -> None:
    town = await stand()
    await rows("UPDATE person SET name = $1", ARABIC)
    await rows("UPDATE companion SET name = $1", ARABIC)
    await visitor.sign_in(town.people[who])
    seen, wrong = 0, []
    for route in routes("GET"):
        page = await visitor.open(town.path(route))
        seen += ARABIC in page.response.text
        if re.search("علي|محمد", unescape(page.response.text)):  # else no text of it does
            wrong += [f"{route.path}: {each}" for each in loose(page.soup)]
    assert seen > 3
    assert wrong == []


async def test_and_in_mails_to_whoever_booked(db: None) -> None:
    await stand()
    await rows("UPDATE person SET name = $1", ARABIC)
    booking: Any = await Booking.filter(state="confirmed", offer__state="published").first()
    for name in ("receipt", "promoted"):
        content = await MAILS[name]("email", "nb", booking=str(booking.id))
        assert content is not None
        assert content.html is not None
        assert loose(BeautifulSoup(content.html, "html.parser")) == []
        assert f"{ISOLATE}علي" in content.text
