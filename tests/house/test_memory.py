"""What a process remembers of a call it remembers under the call's own words: none of them may be about a person."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.code import nodes, parsed

ROOT = Path(__file__).parents[2]
THE_WAY = ROOT / "marketplace" / "base" / "quick" / "remembered.py"
"""What marks a function so."""
REMEMBERED = {
    "starters()": "nothing is asked",
    "settings()": "nothing is asked",
    "_within(folder, name)": "where a file of the instance lies",
    "configure()": "nothing is asked",
    "warn_of_proxy()": "nothing is asked",
    "_names()": "nothing is asked: the demo's own names",
    "translations(lang)": "a language",
    "environment(lang)": "a language",
    "_day(day, pattern, lang)": "a day",
    "_order(parts, lang)": "a language",
    "_line(name, value, text, counted, chosen, key, spoken, wrong, lang)": "a choice of a filter, but for its number",
    "_labels(name, lang)": "the choices of a filter that are ours",
    "_badge(moment, lang)": "when a session begins",
    "_when(starts, ends, day, lang)": "when a session is",
    "http_date(moment)": "when a page was changed",
    "qr(address)": "the short address of an offer",
    "dated(form)": "a form of the code",
    "_kind(kind, lang)": "one of the kinds of offers",
    "_audiences(audiences, main, lang)": "whom offers are for",
    "begun_for(secret, purpose)": "a purpose that the code names",
    "_numbered(part, shared, names, first)": "SQL of the code",
    "counting(of)": "SQL of the code",
    "_path(folder, name)": "the file of a year's key",
    "host_name(host)": "a name of this site",
    "accepts_gzip(accept_encoding)": "what a browser can read",
    "asset(name)": "a file of ours",
    "static_url(name)": "a file of ours",
    "listed(form)": "a form of the code",
    "numbers(form)": "a form of the code",
    "postcodes()": "nothing is asked: a file of ours",
    "towns()": "nothing is asked: a file of ours",
    "_read(path, written)": "a file of the local mailbox, named by a random id",
    "_people(path, written)": "the file of the demo's people",
}
"""Every function whose answers are remembered, with all it is asked, and why that is nobody's."""


def remembered() -> Iterator[str]:
    for room in ("marketplace", "offers", "organizations"):
        for file in {*(ROOT / room).rglob("*.py")} - {THE_WAY}:
            text = file.read_text()
            found = 0
            for node in nodes(parsed(text), ast.FunctionDef, ast.AsyncFunctionDef):
                marks = [ast.unparse(mark).split("(")[0].split(".")[-1] for mark in node.decorator_list]
                if {"cache", "lru_cache", "remembered"} & set(marks):
                    found += 1
                    yield f"{node.name}({', '.join(one.arg for one in node.args.args)})"
            known = text.count("lru_cache(") + text.count("@cache\n") + text.count("@remembered(")
            assert known == found, f"{file}: remembered another way"


def test_nothing_is_remembered_by_who_somebody_is() -> None:
    assert sorted(remembered()) == sorted(REMEMBERED)
