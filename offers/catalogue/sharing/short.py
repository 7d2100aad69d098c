"""The short address of an offer, /t/K7M2: its number (a column that the database fills) in signs that nobody mixes up.

Neighbours look nothing alike, so that one wrong sign leads nowhere sooner than to another offer. It is no secret: what
it leads to answers each reader as the offer's page does.
"""

from functools import lru_cache

import segno
from markupsafe import Markup

from marketplace.base.text import SIGNS

SHORTEST = 4
STEP, FIRST = 196_613, 83
"""A prime that does not divide the number of codes, so that no two numbers get the same one."""


def code_of(number: int) -> str:
    """K7M2: four signs as long as they last, then five."""
    length = SHORTEST
    while number >= len(SIGNS) ** length:
        number -= len(SIGNS) ** length
        length += 1
    left = (number * STEP + FIRST) % len(SIGNS) ** length
    signs = []
    for _sign in range(length):
        left, sign = divmod(left, len(SIGNS))
        signs.append(SIGNS[sign])
    return "".join(signs)


def number_of(code: str) -> int | None:
    """The number behind a code, however it was typed; None where it is no code."""
    signs = code.upper()
    if not SHORTEST <= len(signs) <= SHORTEST + 2 or set(signs) - set(SIGNS):
        return None
    found = 0
    for sign in reversed(signs):
        found = found * len(SIGNS) + SIGNS.index(sign)
    codes: int = len(SIGNS) ** len(signs)
    before: int = sum(len(SIGNS) ** shorter for shorter in range(SHORTEST, len(signs)))
    return before + (found - FIRST) * pow(STEP, -1, codes) % codes


MASK = 4
"""Any mask can be read. To weigh all eight takes four times as long as the rest."""


@lru_cache(512)
def qr(address: str) -> Markup:
    """The address as a QR code: SVG to stand in a page. Those of offers are asked for often."""
    return drawn(address)


def drawn(address: str) -> Markup:
    """The same, not remembered: for an address that is a secret."""
    picture = segno.make_qr(address, error="m", mask=MASK).svg_inline(
        border=2, omitsize=True, dark="#000", light="#fff"
    )
    return Markup(picture)  # noqa: S704 - drawn by segno
