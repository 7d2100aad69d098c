"""When a list found nothing: whether that is counted, and that one visitor counts for little."""

from contextlib import suppress
from datetime import timedelta

from marketplace.base.errors import TooMany
from marketplace.base.web.http import Request
from marketplace.base.web.limits import limit_visitor
from offers.search.queries import Found, Search
from offers.search.unfound import actions
from offers.search.unfound.rules import FROM_ONE_VISITOR, counted_as, is_unfound


async def note(request: Request, typed: str, wanted: Search, found: Found) -> None:
    """Count that these words found nothing today, if they may be counted. Of one visitor only so many searches count,
    and whoever has looked for more sees their list all the same."""
    words = counted_as(typed) if is_unfound(wanted, found) else None
    if words is None:
        return
    with suppress(TooMany):
        await limit_visitor("unfound", request, FROM_ONE_VISITOR, timedelta(days=1))
        await actions.count(words, wanted.municipalities, now=request.now)
