"""How well what people type finds the demo's offers, by graded queries, and how compounds are divided."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from marketplace.base import clock
from marketplace.base.data.database import connected
from marketplace.base.data.migrate import migrate
from marketplace.demo.load import load_if_empty
from offers.search.words.jobs import make_parts
from tests.bench.measuring import own_database
from tests.offers.search.words.grades import Grades, judge
from tests.offers.search.words.test_compounds import fallen_into, not_found

FILES = {
    "": "queries.tsv",
    "_untuned": "untuned.tsv",
    "_unseen": "unseen.tsv",
    "_blind": "blind.tsv",
    "_said": "said.tsv",
}
"""Those that the words were tuned on, two that they partly were, and one that was written blind."""
LEAST = 90
"""Per cent of the best that there could be."""


async def judged(dsn: str) -> dict[str, Grades]:
    """Each file's grades on what `make run` shows."""
    await migrate(dsn)
    async with connected():
        await load_if_empty()
        await make_parts(clock.now())
        return {ending: await judge(name) for ending, name in FILES.items()}


def measure(results: dict[str, Any], note: Callable[..., None]) -> None:
    """Put it among the results of `make bench`."""
    with own_database() as (_data, dsn):
        for ending, grades in asyncio.run(judged(dsn)).items():
            note(results, f"found_ndcg{ending}", 100 * grades.ndcg, "%", f"{LEAST} %", LEAST)
            note(results, f"found_mrr{ending}", 100 * grades.mrr, "%", f"{LEAST} %", LEAST)
            note(results, f"found_nothing{ending}", 100 * grades.nothing, "%")
    for name, (wrong, of) in {"compounds": not_found(), "traps": fallen_into()}.items():
        note(results, f"{name}_wrong", 100 * len(wrong) / of, "%", "5 %" if name == "compounds" else "2 %",
             5 if name == "compounds" else 2)  # fmt: skip


if __name__ == "__main__":
    from tests.bench.measuring import note as told

    Path("var").mkdir(exist_ok=True)
    os.environ["TREFFPUNKT_DEMO"] = "1"
    measure({}, told)
