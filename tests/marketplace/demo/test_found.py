"""The demo's offers are found by whatever words: judged on graded queries (tests/offers/search/words/queries.tsv)."""

import pytest

from offers.search.words.jobs import make_parts
from tests.conftest import NOW
from tests.offers.search.words.grades import judge

pytestmark = pytest.mark.usefixtures("demo")


async def test_what_answers_best_stands_first() -> None:
    await make_parts(NOW)
    found = await judge()
    assert found.ndcg >= 0.90, found.worst[:20]
    assert found.mrr >= 0.90, found.worst[:20]
    assert found.nothing <= 0.02, found.worst[:20]


async def test_what_people_say_on_the_phone_is_answered_too_though_nobody_tuned_for_it() -> None:
    """A third of these have no good answer among the demo's offers. It may only get better."""
    await make_parts(NOW)
    found = await judge("unseen.tsv")
    assert found.ndcg >= 0.65, found.worst[:20]
    assert found.mrr >= 0.65, found.worst[:20]
