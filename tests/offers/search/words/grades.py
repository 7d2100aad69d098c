"""How good a search is, by graded queries: nDCG@10, MRR, and the share that finds nothing."""

from dataclasses import dataclass
from math import log2
from pathlib import Path

from marketplace.base import clock
from marketplace.base.web.forms import Filled
from offers.catalogue.cards import CardRow
from offers.catalogue.queries import VISITOR
from offers.search.asked import Found, Search
from offers.search.forms import SearchForm
from offers.search.queries import search, spelled_right
from offers.search.situations.shown import suggested
from offers.search.understood import understand
from offers.search.words.near import meant

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Grades:
    """`worst`: the queries with the lowest nDCG, for whoever tunes."""

    ndcg: float
    mrr: float
    nothing: float
    worst: list[tuple[float, str, list[str]]]


def graded(name: str = "queries.tsv") -> list[tuple[str, dict[str, int]]]:
    """(what is typed, {slug: grade 1 to 3})."""
    lines = [line for line in (HERE / name).read_text().splitlines() if line and not line.startswith("#")]
    found = []
    for line in lines:
        typed, _, grades = line.partition("\t")
        pairs = (one.split("=") for one in grades.split())
        found.append((typed, {slug: int(grade) for slug, grade in pairs if int(grade)}))
    return [one for one in found if one[1]]


async def _led_to(typed: str, asked: Search, found: Found) -> list[CardRow]:
    """What the list shows of the situation that is said so."""
    alike = await suggested(
        typed, asked, found, lambda _query: "", {}, viewer=VISITOR, lang="nb", now=clock.now()
    )
    return alike.rows if alike else []


async def judge(name: str = "queries.tsv") -> Grades:
    """Asks for each as the list does, places, days and ages read out of it, as a visitor who reads Bokmål, and says yes
    to "Mente du …" where nothing is found. What a situation leads to stands where the list shows it."""
    judged, ranks, nothing = [], [], 0
    for typed, grades in graded(name):
        form = Filled(SearchForm, {"q": [typed]}, {})
        asked = (await understand(form, clock.now())).search
        found = await search(asked, viewer=VISITOR, lang="nb", now=clock.now())
        led = await _led_to(typed, asked, found)
        if not found.rows and not led and (other := meant(typed, await spelled_right(VISITOR, clock.now()))):
            found = await search(Search(words=other), viewer=VISITOR, lang="nb", now=clock.now())
        all_words = found.rows[: found.with_all] if led else found.rows
        slugs = [row.slug for row in (*all_words, *led, *found.rows[len(all_words) :])][:10]
        nothing += not slugs
        gain = sum((2 ** grades.get(slug, 0) - 1) / log2(place + 2) for place, slug in enumerate(slugs))
        ideal = sorted(grades.values(), reverse=True)[:10]
        best = sum((2**grade - 1) / log2(place + 2) for place, grade in enumerate(ideal))
        judged.append((gain / best, typed, slugs))
        ranks.append(
            next((1 / (place + 1) for place, slug in enumerate(slugs) if grades.get(slug, 0) >= 2), 0.0)
        )
    return Grades(
        sum(one[0] for one in judged) / len(judged),
        sum(ranks) / len(ranks),
        nothing / len(judged),
        sorted(judged),
    )
