"""What a saved search asks for, and how it is called."""

from datetime import datetime
from urllib.parse import parse_qs

from marketplace.base.data.database import value
from marketplace.base.data.statement import Statement
from marketplace.base.errors import NotFound
from marketplace.base.text import clean
from marketplace.base.web.forms import Filled
from offers.feeds.searches.rules import words_of
from offers.search.conditions import always_of_dates, matching
from offers.search.equal.queries import read_equal
from offers.search.forms import SearchForm
from offers.search.queries import all_names


def parsed(query: str) -> SearchForm:
    """The search of a canonical query."""
    fields = {name: [clean(typed) for typed in texts] for name, texts in parse_qs(query).items()}
    return Filled(SearchForm, fields, {}).data


async def words_of_saved(slug: str) -> list[str]:
    """What the calendar of this search follows, in words. Raises NotFound."""
    query = await value("SELECT query FROM saved_search WHERE slug = $1", slug)
    if query is None:
        raise NotFound
    return words_of(parsed(query), await all_names())


async def searched(slug: str, start: datetime, asked: Statement) -> tuple[str, list[str]]:
    """(a query for `beginning`, conditions) of the search with this slug, which is noted as used today."""
    query = await value("UPDATE saved_search SET used_at = $2 WHERE slug = $1 RETURNING query", slug, start)
    if query is None:
        raise NotFound
    wanted = parsed(query).search(start)
    if wanted.words:
        await read_equal()
    hits, conditions = matching(wanted, asked.value)
    return hits, [*conditions, *always_of_dates(wanted, asked.value)]
