"""What a visitor does at the door, for the tests of signing in."""

import json
from typing import Any

from marketplace.base.data.database import row
from tests.visitor import Page, Visitor

ADDRESS = "ola@example.no"


async def last_message() -> dict[str, Any]:
    """The newest message of the outbox: channel, address, lang, token, code."""
    found = await row("SELECT channel, address, lang, facts FROM outbox_message ORDER BY id DESC LIMIT 1")
    assert found is not None
    facts = found.pop("facts")
    return found | (json.loads(facts) if isinstance(facts, str) else facts)


async def ask(visitor: Visitor, address: str = ADDRESS, **typed: str) -> Page:
    """Ask for a link; the page with the field for the code."""
    return await visitor.follow(
        await visitor.submit(await visitor.open("/sign-in"), address=address, **typed)
    )


async def who(visitor: Visitor) -> str | None:
    """Whom the server takes the browser for: a name, "" for somebody without a name, None for a visitor."""
    text = (await visitor.open("/sign-in")).text
    if "Du er logget inn som" in text:
        return text.partition("logget inn som ")[2].partition(".")[0]
    return "" if "Du er allerede logget inn" in text else None


async def signed_in_for_real(visitor: Visitor, address: str) -> None:
    page = await ask(visitor, address)
    await visitor.submit(page, code=(await last_message())["code"])
