"""The text that a reader gets is the same, whatever asks for it."""

import re
from pathlib import Path

import pytest

from marketplace.base.data.database import row, value
from marketplace.base.data.texts import in_language_joins, said, text_for
from marketplace.base.i18n import LANGUAGES
from offers.catalogue.models import OfferText
from offers.catalogue.queries import VISITOR, offer_page, offer_text, title_of
from tests import make
from tests.conftest import NOW

LANGS = [*LANGUAGES]
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("written_in", LANGS)
@pytest.mark.parametrize("more", [(), ("nb",), ("nn",), ("en",), ("nb", "en"), ("nb", "nn", "en")])
async def test_page_list_title_and_what_is_at_hand_choose_alike(
    db: None, lang: str, written_in: str, more: tuple[str, ...]
) -> None:
    offer = await make.offer(written_in, source_lang=written_in)
    for one in {*more} - {written_in}:
        await OfferText.create(offer=offer, lang=one, title=one, summary="")
    texts = {text.lang: text.title for text in await OfferText.filter(offer=offer)}
    wanted = lang if lang in texts else written_in
    assert text_for(texts, lang, written_in) == wanted
    assert await title_of(offer.id, lang) == wanted
    assert (await offer_page(offer.slug, viewer=VISITOR, lang=lang, now=NOW)).offer.title == wanted
    lateral = f"SELECT t.title FROM offer o JOIN {offer_text('$1', 'title')} t ON true"
    assert await value(lateral, lang) == wanted
    joined = f"SELECT {said('title')} AS title FROM offer o {in_language_joins('offer_text', 'offer_id', 'o', '$1')}"
    found = await row(joined, lang)
    assert found
    assert found["title"] == wanted


def test_no_query_chooses_a_language_for_itself() -> None:
    own = re.compile(r"\blang = [^,\n]+ DESC|\blang <> [^,\n]+, ")
    for room in ("marketplace", "offers", "organizations"):
        for file in (ROOT / room).rglob("*.py"):
            if file.name != "texts.py" and "migrations" not in file.parts:
                assert not own.search(file.read_text()), file
