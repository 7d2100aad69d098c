"""The demo's offers are found by whatever words: judged on graded queries (tests/offers/search/words/queries.tsv)."""

import pytest

from offers.search.words.jobs import make_parts
from tests.conftest import NOW
from tests.offers.search.words.grades import judge

pytestmark = pytest.mark.usefixtures("demo")


async def test_what_answers_best_stands_first() -> None:
    await make_parts(NOW)
    found = await judge()
    told = "\n".join(f"{score:.2f} {typed}: {slugs[:6]}" for score, typed, slugs in found.worst[:45])
    print(f"nDCG@10 {found.ndcg:.3f}, MRR {found.mrr:.3f}, nothing {found.nothing:.3f}\n{told}")
    assert found.ndcg >= 0.90
    assert found.mrr >= 0.90
    assert found.nothing <= 0.02
