"""Two who edit the same: a form says what it showed, so that nobody's words are wiped by somebody who never saw them.

No column holds a version. The form carries a short keyed digest of each value that it showed; when it is saved, these
are compared with what is stored now. What only the other has changed is kept, what only this one has changed is saved,
and what both have changed is asked about, with theirs beside one's own.

    form = await TextForm.read(request)
    if form.valid:
        async with one_at_a_time(offer.id):
            if form.meet(await stored(offer)):   # the form as it would be shown now
                await actions.set_text(…)
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from marketplace.base.data.database import in_transaction, rows
from marketplace.base.errors import BadRequest
from marketplace.base.i18n import gettext
from marketplace.base.signing import signed_in_form


@asynccontextmanager
async def one_at_a_time(edited: UUID) -> AsyncIterator[None]:
    """A transaction in which nobody else saves a form about the same thing."""
    async with in_transaction():
        await rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 6))", str(edited))
        yield


def plain(value: Any) -> str:
    """A field's value as it is compared: of several in no order; a box that is not ticked is nothing."""
    if isinstance(value, list):
        return "\n".join(sorted(str(one) for one in value))
    text = str(value).strip()
    return "" if text == "False" else text


def digest(name: str, value: Any) -> str:
    """Short, keyed: it tells whether a value is the same, and not what it was."""
    return signed_in_form("seen", name, plain(value)).hex()[:12]


def seen_of(values: Mapping[str, Any]) -> str:
    """What a form's hidden field says of the values that it shows."""
    return " ".join(f"{name}={digest(name, value)}" for name, value in sorted(values.items()))


def read(text: str) -> dict[str, str]:
    """The digests by field. Raises BadRequest for what no form of ours has said."""
    if not re.fullmatch(r"(?:[a-z_]+=[0-9a-f]{12} ?)*", text):
        raise BadRequest(gettext("Skjemaet er for gammelt. Last siden på nytt."))
    pairs = (part.partition("=") for part in text.split())
    return {name: sealed for name, _equals, sealed in pairs}
