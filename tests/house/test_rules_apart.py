"""Views fetch, parse, act and answer; rules are pure; templates say what they are told (house.md 18)."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.code import nodes, parsed

HOUSE = Path(__file__).parents[2]
ROOMS = ("marketplace", "offers", "organizations")
PROBLEMS = {"Refused", "Conflict", "Forbidden", "TooMany"}
"""What says why something may not be done: for rules and actions to raise. A view says that an address leads nowhere
(NotFound), and that a form cannot be read or is too old (BadRequest, StaleForm)."""
QUESTIONS = {
    "JustSent": "no refusal: the form asks whether to mend what was just sent, and with what was typed"
}
WEB = re.compile(r"^(starlette|jinja2|markupsafe|marketplace\.base\.web)(\.|$)")
ASKS_IN_FORMS = {
    "offers/publishing/questions/rules.py": "an organiser's own questions are fields: what is wrong with an answer is "
    "said in the words of fields",
}
COMPARES = re.compile(r"""\b(?:state|status|ended_by)(?:['"]\])?\s*(?:==|!=|\bin\b|\bnot\s+in\b)""")
STILL: dict[str, int] = {}
"""Templates that compare a state themselves, and how often: each is to be told in its words instead. It only falls."""


def files(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(HOUSE)) for room in ROOMS for path in (HOUSE / room).rglob(pattern))


@cache
def problems() -> frozenset[str]:
    """These, and every class of the house that is one of them."""
    bases = {
        found[1]: {base.strip().rpartition(".")[2] for base in found[2].split(",")}
        for file in files("*.py")
        for found in re.finditer(r"^class (\w+)\(([^)]*)\):", (HOUSE / file).read_text(), re.MULTILINE)
    }
    known = set(PROBLEMS)
    while more := {name for name, of in bases.items() if of & known} - known - {"StaleForm", *QUESTIONS}:
        known |= more
    assert len(known) > 2 * len(PROBLEMS)
    return frozenset(known)


def refusals(text: str) -> Iterator[str]:
    """What a file raises that says why something may not be done."""
    for node in nodes(parsed(text), ast.Raise):
        if node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = raised.attr if isinstance(raised, ast.Attribute) else getattr(raised, "id", "")
            if name in problems() or name.endswith("Refused"):
                yield f"line {node.lineno} raises {name}"


def of_the_web(text: str) -> Iterator[str]:
    for node in nodes(parsed(text), ast.ImportFrom, ast.Import):
        names = (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
        )
        yield from (name for name in names if WEB.match(name))


def test_a_view_refuses_nothing_itself() -> None:
    found = {
        file: raised for file in files("*views.py") if (raised := [*refusals((HOUSE / file).read_text())])
    }  # fmt: skip
    assert found == {}


def test_rules_know_no_web() -> None:
    found = {
        file: known for file in files("*rules.py") if (known := [*of_the_web((HOUSE / file).read_text())])
    }  # fmt: skip
    assert {*found} == {*ASKS_IN_FORMS}, found


def test_templates_compare_no_state_but_those_that_still_do() -> None:
    found = {
        str(path.relative_to(HOUSE / "templates")): len(COMPARES.findall(path.read_text()))
        for path in sorted((HOUSE / "templates").rglob("*.html"))
    }
    assert {name: number for name, number in found.items() if number} == STILL


@pytest.mark.parametrize(
    "text",
    [
        'raise Refused(_("Nei."))',
        "raise errors.Conflict",
        "if a:\n    raise OwnRefused()",
        "raise Stale(b)",
        "raise HasTime(path)",
    ],
)
def test_a_refusal_is_seen(text: str) -> None:
    assert list(refusals(text))


@pytest.mark.parametrize(
    "text", ["raise NotFound", "raise StaleForm", "try:\n    a()\nexcept Refused:\n    raise"]
)
def test_an_answer_is_none(text: str) -> None:
    assert not list(refusals(text))


@pytest.mark.parametrize(
    "text",
    [
        "from marketplace.base.web.forms import Form",
        "import starlette.responses",
        "from jinja2 import Template",
    ],
)
def test_the_web_is_seen(text: str) -> None:
    assert list(of_the_web(text))


@pytest.mark.parametrize(
    "text",
    ['{% if offer.state == "draft" %}', '{% if one["status"] != "cancelled" %}', '{{ b if a.state in ("x", "y") }}',
     '{% if booking.ended_by == "host" %}', '{% elif state == "over" %}'],
)  # fmt: skip
def test_a_comparison_is_seen(text: str) -> None:
    assert COMPARES.search(text)
