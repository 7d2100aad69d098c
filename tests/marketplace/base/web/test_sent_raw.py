"""What comes without being percent-encoded: some programs and crawlers send the letters themselves, as UTF-8."""

import pytest

from marketplace.base.errors import BadRequest
from marketplace.base.web.http import pairs_of


@pytest.mark.parametrize("raw", ["q=søk&q=på", "q=s%C3%B8k&q=p%C3%A5"])
def test_letters_are_read_encoded_or_not(raw: str) -> None:
    assert pairs_of(raw.encode(), "for mange") == [("q", "søk"), ("q", "på")]


@pytest.mark.parametrize("raw", [b"q=\xf8", b"q=%F8", b"q=%C3", b"q=\xed\xa0\x80"])
def test_what_is_no_utf_8_is_refused_encoded_or_not(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        pairs_of(raw, "for mange")
