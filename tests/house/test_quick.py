"""Speed tricks stand in one place, each behind a switch, and no answer tells whether one is on (house.md 22)."""

import ast
import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import get_args

import httpx2 as httpx
import pytest

from marketplace.app import build
from marketplace.base.data.revision import catalogue
from marketplace.base.quick import kept, kept_while
from marketplace.base.quick.tricks import TRICKS
from marketplace.base.web import templates
from marketplace.people.models import Person
from marketplace.settings import TrickName, settings
from offers.feeds import answers as feeds
from offers.feeds import body
from tests.conftest import NOW
from tests.house.code import nodes, parsed
from tests.house.town import Town, routes
from tests.house.twins import loaded
from tests.house.undone import undone
from tests.offers.feeds.test_cache import until
from tests.visitor import Visitor

HOUSE = Path(__file__).parents[2]
DRAWING = ("constants", "escaping", "lookups", "pieces")
"""What templates are made with: every page is drawn by it."""
APART = {
    "vary": "a kept page stands plain and packed, and says so; one made anew is packed by the edge, which says so then"
}
"""Headers that may tell that an answer was kept, and why."""
PUBLIC = (
    "/", "/en", "/offers", "/offers?kind=activity&audience=everyone", "/offers?when=week&kind=finnes-ikke",
    "/offers/tur", "/organizations", "/sign-in", "/sign-in?next=/manage", "/calendar", "/calendar/all.ics",
    "/calendar/kinds/activity.ics", "/offers.atom", "/calendar/offers/finnes-ikke.ics", "/offers/", "//",
    "/nowhere/at/all", "/en/nn/offers", "/offers?age=9&near=4306&q=tur", "/offers?age=x&near=ukjent&from=9&q=tur",
    "/en/offers?age=9&within=5&to=1.1.2027", "/nn/offers?age=200",
)  # fmt: skip
RANDOM = "second-factor/app$|passkeys?/options$"
"""Pages with a secret that the library makes anew: not made of our dice."""
Answer = tuple[int, list[tuple[str, str]], bytes]


def test_every_trick_has_a_switch_and_stands_in_the_table() -> None:
    assert {*TRICKS} == {*get_args(TrickName)}
    table = (HOUSE / "docs/performance.md").read_text()
    assert [name for name, trick in TRICKS.items() if f"| `{name}` | {trick.what} |" not in table] == []


USES = {
    "pages": ["marketplace.home.views.front", "marketplace.people.sign_in.views.sign_in",
              "offers.catalogue.organizations.views.organizations", "offers.catalogue.views.offer",
              "offers.search.views.offers", "offers.search.views.organization"],
    "standing": ["marketplace.goals.plans.views.plan", "marketplace.goals.views.goal",
                 "marketplace.statistics.coverage.views.coverage", "marketplace.statistics.views.statistics"],
    "revised": ["marketplace.home.queries.ahead", "marketplace.home.queries.counts",
                "offers.feeds.body",
                "offers.search.equal.queries.read_equal", "offers.search.index.keeping.words",
                "offers.search.places.queries.places", "offers.search.queries.all_names",
                "offers.search.queries.spelled_right", "offers.search.situations.queries.said",
                "offers.search.suggestions.queries.known", "organizations.municipality.queries.municipalities"],
    "short_way": ["offers.feeds.answers.ready"],
    "remembered": ["marketplace.base.press.printing", "offers.search.cards.drawn", "offers.search.cards.rows_of",
                   "offers.search.sheet._labels", "offers.search.sheet._line"],
}  # fmt: skip
"""Where features use which trick. What keeps answers for others belongs here, and nothing else does it."""


def test_features_say_where_they_use_one() -> None:
    assert {name: sorted(trick.uses) for name, trick in TRICKS.items() if trick.uses} == USES


ONCE = "read once a process"
ALWAYS = "always so of what it is given, which is no person's"
REMEMBERS = {
    "marketplace/base/clock.py:global _offset": "how far the demo's clock is moved",
    "marketplace/base/clock.py:global _read_at": "when that was read",
    "marketplace/base/data/statement.py:_numbered": ALWAYS,
    "marketplace/base/i18n.py:_badge": ALWAYS,
    "marketplace/base/i18n.py:_day": ALWAYS,
    "marketplace/base/i18n.py:_order": ALWAYS,
    "marketplace/base/i18n.py:translations": ONCE,
    "marketplace/base/log.py:configure": ONCE,
    "marketplace/base/post/mail.py:FOLLOWS": "the mails there are",
    "marketplace/base/post/mail.py:MAILS": "the mails there are",
    "marketplace/base/post/mail.py:PASSING": "the mails there are",
    "marketplace/base/post/mail.py:RIGHTS": "the mails there are",
    "marketplace/base/post/mail.py:URGENT": "the mails there are",
    "marketplace/base/post/mail.py:_says_site": "who says it",
    "marketplace/base/post/mailbox.py:_read": "a message of the demo's mailbox, by when its file was written",
    "marketplace/base/signing.py:begun_for": ALWAYS,
    "marketplace/base/web/draining.py:global _begun": "that this process was told to end",
    "marketplace/base/web/http.py:host_name": ALWAYS,
    "marketplace/base/web/forms.py:dated": ALWAYS,
    "marketplace/base/web/forms.py:listed": ALWAYS,
    "marketplace/base/web/forms.py:numbers": ALWAYS,
    "marketplace/base/web/limits.py:counting": ALWAYS,
    "marketplace/base/web/limits.py:warn_of_proxy": "that it was said once",
    "marketplace/base/web/pulse.py:global _mine": "whose child this process is",
    "marketplace/base/web/static.py:asset": ONCE,
    "marketplace/base/web/static.py:static_url": ONCE,
    "marketplace/base/web/templates.py:_people": "who can sign in to the demo, by when its file was written",
    "marketplace/base/web/templates.py:environment": ONCE,
    "marketplace/demo/catalogue.py:holidays": ALWAYS,
    "marketplace/demo/large.py:_names": ALWAYS,
    "marketplace/goals/starter/__init__.py:starters": ONCE,
    "marketplace/operations/jobs/running.py:AT_IT": "the jobs that this process is at, and since when",
    "marketplace/operations/ready/facts.py:FACTS": "the facts there are",
    "marketplace/settings/__init__.py:_within": ALWAYS,
    "marketplace/settings/__init__.py:settings": ONCE,
    "offers/attendance/keys.py:_path": ALWAYS,
    "offers/catalogue/rules.py:_audiences": ALWAYS,
    "offers/catalogue/rules.py:_kind": ALWAYS,
    "offers/catalogue/sharing/short.py:qr": ALWAYS,
    "offers/catalogue/rules.py:_when": ALWAYS,
    "offers/feeds/answers.py:_addresses": "where the short way leads: no answer",
    "offers/feeds/answers.py:http_date": ALWAYS,
    "offers/feeds/rules.py:accepts_gzip": ALWAYS,
    "offers/search/places/postcodes.py:postcodes": ONCE,
    "offers/search/places/postcodes.py:towns": ONCE,
    "offers/seats/crowd.py:_now": "who is booking the same in this process just now",
}
"""What remembers something outside base/quick, and what: no answer."""


def rememberers() -> Iterator[str]:
    """Functions that remember what they gave, and containers of a module that begin empty."""
    for room in ("marketplace", "offers", "organizations"):
        for path in sorted((HOUSE / room).rglob("*.py")):
            name = str(path.relative_to(HOUSE))
            if not name.startswith("marketplace/base/quick/"):
                yield from (f"{name}:{found}" for found in remembering(path.read_text()))


def remembering(text: str) -> Iterator[str]:
    for node in nodes(parsed(text), ast.FunctionDef, ast.AsyncFunctionDef):
        names = {ast.unparse(one).split("(")[0].rpartition(".")[2] for one in node.decorator_list}
        if names & {"cache", "lru_cache"}:
            yield node.name
    for node in nodes(parsed(text), ast.Global):
        yield from (f"global {name}" for name in node.names)
    for node in parsed(text).body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        empty = isinstance(value, ast.Dict | ast.List) and not ast.unparse(value).strip("{}[]")
        called = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
        made = re.search("Dict|dict|deque|list|set", called) and not value.args  # type: ignore[union-attr]
        if empty or made or re.search(r"(^|\.)(lru_)?cache\b", called):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target  # type: ignore[union-attr]
            yield ast.unparse(target)


def test_nothing_else_keeps_answers() -> None:
    assert {*rememberers()} == {*REMEMBERS}


@pytest.mark.parametrize("text", [
    "@lru_cache(5)\ndef page(): ...", "@functools.cache\ndef page(): ...", "pages = {}", "pages: dict[str, str] = {}",
    "pages = OrderedDict()", "page = cache(_page)", "page = functools.lru_cache(9)(_page)",
    "pages = WeakValueDictionary()", "def page():\n    global newest\n    newest = 1",
])  # fmt: skip
def test_what_keeps_is_seen(text: str) -> None:
    assert [*remembering(text)]


# --- the same answers ---
@asynccontextmanager
async def without(off: str) -> AsyncIterator[httpx.ASGITransport]:
    """The application of a process that has this trick turned off, with nothing kept yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TREFFPUNKT_PAGE_SECONDS", "60")
        patch.setenv("TREFFPUNKT_TRICKS_OFF", off)
        forget()
        if {*DRAWING} & {
            *off.split(",")
        }:  # in the others' place, which stay compiled for those who come after
            patch.setattr(templates, "environment", cache(templates.environment.__wrapped__))
        yield httpx.ASGITransport(app=build())
    forget()


def forget() -> None:
    settings.cache_clear()
    for keeper in (kept.pages, kept_while.pages, body.kept, feeds._addresses):
        keeper.clear()


TOKEN = re.compile(rb'(name="form_(?:token|key)" value=")[0-9a-f]+')


def alike(answer: httpx.Response) -> Answer:
    """Status, headers and bytes, but for the tokens of forms: a page with several has one in all when it was kept."""
    content, tokens = TOKEN.subn(rb"\1", answer.content)
    apart = {*APART, "content-length"} if tokens and "content-encoding" in answer.headers else {*APART}
    return (
        answer.status_code,
        sorted(pair for pair in answer.headers.multi_items() if pair[0] not in apart),
        content,
    )


async def told(visitor: Visitor, paths: list[str], off: str, who: Person | None) -> dict[str, Answer]:
    """What somebody reads at these addresses. A stranger (None) has a new browser each time."""
    said: dict[str, Answer] = {}
    async with without(off) as transport, undone():
        visitor.client._transport = transport
        with loaded() as dice:
            if who:
                dice.throw("sign in")
                visitor.travel.move_to(NOW, tick=False)
                await visitor.sign_in(who)
            for number, path in enumerate(paths):
                if who is None:
                    visitor.client.cookies.clear()
                visitor.travel.move_to(NOW, tick=False)
                dice.throw(path)
                answer = await visitor.client.get(
                    path, headers={"accept-encoding": ("gzip", "identity")[number % 2]}
                )
                said[f"{number} {path}"] = alike(answer)
    return said


@pytest.fixture
async def listening(town: Town, database_url: str) -> AsyncIterator[None]:
    async with catalogue.listening(database_url):
        await until(lambda: catalogue.heard)
        yield


_quick: dict[str | None, dict[str, Answer]] = {}
"""What is read with all tricks on, by who reads: asked once."""


async def same(visitor: Visitor, who: Person | None, paths: list[str], off: str) -> dict[str, Answer]:
    """Asserts that the answers are the same with a trick off, and gives them."""
    reader = who.name if who else ""
    if reader not in _quick:
        await asyncio.sleep(1.1)  # a second in which the catalogue changed is told when it is over
        _quick[reader] = await told(visitor, paths, "", who)
    slow = await told(visitor, paths, off, who)
    assert [path for path, answer in slow.items() if answer != _quick[reader][path]] == []
    return slow


@pytest.mark.parametrize("off", get_args(TrickName))
async def test_a_stranger_reads_the_same(town: Town, caller: Visitor, listening: None, off: str) -> None:
    said = await same(caller, None, [*PUBLIC, *PUBLIC], off)
    assert {status for status, *_ in said.values()} == {200, 303, 404, 422}


SIGNED_IN = [*DRAWING, "standing", "first_word"]


@pytest.mark.parametrize("off", [",".join(SIGNED_IN), *(SIGNED_IN if os.environ.get("SOAK") == "1" else ())])
async def test_whoever_is_signed_in_reads_the_same(
    town: Town, caller: Visitor, listening: None, off: str
) -> None:
    """Every page there is, and those of figures again. Drawn without any of the tricks at once: none of them may make
    a difference. `make soak` draws each without one of them alone, as a stranger's pages always are."""
    every = [town.path(route) for route in routes("GET") if not re.search(RANDOM, route.path)]
    figures = [path for path in every if re.match("/(statistics|plans|goals)", path)]
    figures += ["/statistics?part=organization", "/statistics?part=kind", "/en/statistics"]
    assert len(await same(caller, town.people["everybody"], [*every, *figures], off)) > 150
