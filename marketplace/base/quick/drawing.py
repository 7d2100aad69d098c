"""Drawing templates: what Jinja does for each page and could do once, or with less ado."""

from collections.abc import MutableMapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined] # its C function

from marketplace.base import i18n
from marketplace.base.quick.tricks import Trick

CONSTANTS = Trick(
    "constants", "texts and addresses that never change are written when a template is compiled"
)
ESCAPING = Trick("escaping", "what is escaped in a template is a plain string, which is only joined")
LOOKUPS = Trick("lookups", "globals stand in one dict, and what is a dict is asked for a key at once")

DICT_METHODS = frozenset(dir(dict))


class Constants(NodeTransformer):
    """Makes calls with constant arguments once, when the template is compiled: in the environment of a language
    `_("…")`, `static("…")` and `url("…")` always answer the same, and a process's settings never change. It halves
    the time of a page."""

    def __init__(self, environment: Environment) -> None:
        self.known: MutableMapping[str, Any] = environment.globals

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802 - the name is Jinja's
        self.generic_visit(node)
        match node:
            case nodes.Getattr(node=nodes.Name(name="settings"), attr=name):
                return nodes.Const(getattr(self.known["settings"], name))
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the name is Jinja's
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name=name), args=[nodes.Const(value=text)]):
                if node.dyn_args or node.dyn_kwargs:
                    return node
                given = {
                    pair.key: pair.value.value for pair in node.kwargs if isinstance(pair.value, nodes.Const)
                }
                if len(given) < len(node.kwargs):
                    return node
                if name == "_":
                    found = i18n.translations(self.known["lang"]).gettext(text)
                    filled = found % {key: escape(value) for key, value in given.items()}
                    return nodes.MarkSafeIfAutoescape(nodes.Const(filled))
                if name in ("static", "url"):
                    return nodes.Const(self.known[name](text))
        return node


def quick_escape(value: Any) -> str:
    """What templates use in the place of markupsafe.escape: the same text, but as a plain string, which is only
    joined. To wrap each of some 500 values a page in Markup took a third of the page's time."""
    if type(value) is Markup:
        return value
    if type(value) is str:
        return _escape_inner(value)
    return str(value) if type(value) is int else escape(value)


class WithConstants(Environment):
    """For an environment of one language, whose globals know which."""

    def _generate(self, source: nodes.Template, *rest: Any, **more: Any) -> str:
        return super()._generate(Constants(self).visit(source), *rest, **more)


class WithEscaping(Environment):
    def _generate(self, source: nodes.Template, *rest: Any, **more: Any) -> str:
        code = super()._generate(source, *rest, **more)
        return f"{code}\nfrom {__name__} import quick_escape as escape\n"


class WithLookups(Environment):
    def make_globals(self, d: Any) -> dict[str, Any]:
        """A plain dict: Jinja's ChainMap is asked some 150 times a page and is slow to answer. Nobody adds globals
        after the first template is made."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`row.title` of a dict at once: Jinja would first look for an attribute and fail."""
        if type(obj) is dict and attribute in obj and attribute not in DICT_METHODS:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment() -> type[Environment]:
    """Jinja's class with what is turned on: decided once a process."""
    parts = {CONSTANTS: WithConstants, ESCAPING: WithEscaping, LOOKUPS: WithLookups}
    return type("QuickEnvironment", (*(part for trick, part in parts.items() if trick.on), Environment), {})
