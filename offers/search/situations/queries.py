"""Reads of situations."""

from uuid import UUID

from marketplace.base.data.database import row, rows
from marketplace.base.data.revision import catalogue
from marketplace.base.errors import NotFound
from marketplace.base.quick.revised import Newest
from marketplace.base.text import name_order
from offers.search.situations.rules import Listed, Said

COLUMNS = "id, text, text_nn, text_en, also, words, kinds, audiences, evening, drop_in, reviewed_at, off_at"

_said = Newest[Said](catalogue, f"{__name__}.said")


async def said() -> Said:
    """Those that lead somebody somewhere. They are kept until one is changed."""
    return await _said.get((), _read)


async def _read() -> Said:
    return Said(await rows(Listed, f"SELECT {COLUMNS} FROM situation WHERE off_at IS NULL ORDER BY id"))


async def situations() -> list[Listed]:
    """All: first those that nobody has reviewed, then the others, by their words; those switched off last."""
    return await rows(
        Listed,
        f"""SELECT {COLUMNS} FROM situation
        ORDER BY off_at IS NOT NULL, reviewed_at IS NOT NULL, {name_order("text")}, id""",
    )


async def situation(key: UUID) -> Listed:
    """One of them. Raises NotFound."""
    found = await row(Listed, f"SELECT {COLUMNS} FROM situation WHERE id = $1", key)
    if found is None:
        raise NotFound
    return found
