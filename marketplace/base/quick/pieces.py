"""Parts of a page that are drawn once for what they are made of.

`{% piece form.values.get("age"), form.errors.get("age") %}…{% endpiece %}` in a template: what stands between is kept,
by the tag, the language, and the values that the tag names. It may show nothing that these do not tell, and
nothing that is one person's or one request's.
"""

from collections.abc import Callable, Hashable
from itertools import count

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from marketplace.base.quick.remembered import Lately
from marketplace.base.quick.tricks import Trick

PIECES = Trick("pieces", "a part of a page is drawn once for what it is made of")

MOST = 500
"""Pieces that a process keeps in each language, at 1 kB or so."""


class Pieces(Extension):
    """One for the environment of each language. Whoever collects texts reads templates with it too, without
    settings."""

    tags = {"piece"}

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._kept = Lately[str](MOST)
        self._numbers = count()

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        # The same whenever this template is compiled, by whatever process.
        number = parser.free_identifier().name
        where = (parser.name, number) if parser.name else next(self._numbers)
        of = parser.parse_tuple()
        body = parser.parse_statements(("name:endpiece",), drop_needle=True)
        key = nodes.Tuple([nodes.Const(where), of], "load")
        return nodes.CallBlock(self.call_method("drawn", [key]), [], [], body).set_lineno(line)

    def drawn(self, key: Hashable, caller: Callable[[], str]) -> str:
        if not PIECES.on:
            return caller()
        found = self._kept.get(key)
        return self._kept.put(key, caller()) if found is None else found
