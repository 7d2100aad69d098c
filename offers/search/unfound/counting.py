"""When a list found nothing: whether that is counted, and that one visitor counts for little."""

from contextlib import suppress
from datetime import timedelta

from marketplace.base.errors import TooMany
from marketplace.base.web.http import Request
from marketplace.base.web.limits import limit_visitor, of_client
from offers.search.asked import Found, Search
from offers.search.unfound import actions
from offers.search.unfound.rules import FROM_ONE_VISITOR, counted_as, is_unfound


def _somebody_looks(request: Request) -> bool:
    """Did somebody open the list itself? A picture or a frame of another site's page that asks for it is nobody's
    search, nor is a link that somebody was lured to. Old browsers do not say."""
    into = request.headers.get("sec-fetch-dest", "document")
    return into in ("document", "empty") and request.headers.get("sec-fetch-site", "none") in (
        "none",
        "same-origin",
    )


async def note(request: Request, typed: str, wanted: Search, found: Found) -> None:
    """Count that these words found nothing today, if they may be counted. Of one visitor only so many searches count,
    and whoever has looked for more sees their list all the same."""
    words = counted_as(typed) if is_unfound(wanted, found) and _somebody_looks(request) else None
    if words is None:
        return
    networks = of_client(request)  # the widest last: a household has many addresses
    with suppress(TooMany):
        await limit_visitor("unfound", request, FROM_ONE_VISITOR, timedelta(days=1))
        await actions.count(
            words, wanted.municipalities, network=networks[-1][0] if networks else None, now=request.now
        )
