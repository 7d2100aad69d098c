"""Parts of a page that are drawn once for what they are made of."""

import pytest
from jinja2 import DictLoader, Environment

from marketplace.base.quick.pieces import MOST, Pieces
from marketplace.settings import settings

TEMPLATE = """{% macro shown(text) %}<b>{{ text }}</b>{% endmacro %}
{% piece name %}{{ shown(name) }}{{ drawn() }}{% endpiece %}{% piece name %}, {{ name }}{% endpiece %}"""


def drawing() -> tuple[Environment, list[int]]:
    """An environment, and as many numbers as its first piece was drawn."""
    drawn: list[int] = []
    made = Environment(loader=DictLoader({"page": TEMPLATE}), extensions=[Pieces], autoescape=True)
    made.globals["drawn"] = lambda: drawn.append(1) or ""
    return made, drawn


def test_a_piece_is_drawn_once_for_what_it_is_made_of_and_escaped_as_all_else() -> None:
    made, drawn = drawing()
    page = made.get_template("page")
    for name in ("<Ola>", "Kari", "<Ola>", "Kari", None):
        text = page.render(name=name).strip()
        said = "&lt;Ola&gt;" if name == "<Ola>" else str(name)
        assert text == f"<b>{said}</b>, {said}"
    assert len(drawn) == 3


def test_a_template_is_compiled_alike_whatever_was_compiled_before_it() -> None:
    """Else what another process has compiled could not be used beside it: two pieces would be kept as one."""
    first, other = drawing()[0], drawing()[0]
    other.compile(TEMPLATE, "before")
    assert first.compile(TEMPLATE, "page", raw=True) == other.compile(TEMPLATE, "page", raw=True)


def test_no_more_are_kept_than_there_is_room_for() -> None:
    made, drawn = drawing()
    page = made.get_template("page")
    for name in (*range(MOST), 0):
        page.render(name=name)
    assert len(drawn) == MOST + 1


def test_with_the_trick_off_it_is_drawn_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFFPUNKT_TRICKS_OFF", "pieces")
    settings.cache_clear()
    try:
        made, drawn = drawing()
        page = made.get_template("page")
        assert page.render(name="Ola") == page.render(name="Ola")
        assert len(drawn) == 2
    finally:
        monkeypatch.undo()
        settings.cache_clear()
