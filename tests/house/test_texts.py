"""Every text on the screen and in messages is translated, completely, and nothing is shown that cannot be."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import nodes

from marketplace.base.i18n import LANGUAGES, LOCALES, SOURCE
from marketplace.base.web.templates import TEMPLATES, environment

ROOT = Path(__file__).parents[2]
LANGUAGES_TO_WRITE = [lang for lang in LANGUAGES if lang != SOURCE]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")

THREE_LANGUAGES = {"errors/_plain.html", "errors/500.html", "errors/503.html"}
"""What must work when all else is broken says the same in three languages."""
SHOWN = ("aria-label", "aria-description", "placeholder", "title", "alt", "label", "content", "data-label")
"""Attributes that people read or hear."""
SAME_EVERYWHERE = re.compile(
    r"&[a-z]+;|Vipps|Treffpunkt|iPhone|Android|Google|Outlook|Apple|OpenStreetMap|ID-porten|SMS|Mental Helse"
    r"|width=device-width|initial-scale|light dark|noindex|treffpunkt|htmx|UTF-8|[a-z]+\.no\b|[a-z]+=[^ ]+|x{2,}"
)
"""Names, and contents of meta elements, that are no words to translate."""


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """All texts, collected as `make messages` does."""
    pot = tmp_path_factory.mktemp("messages") / "messages.pot"
    done = subprocess.run(
        [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml", "-k", "lazy",
         "-o", str(pot), "."],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with pot.open("rb") as file:
        return read_po(file)


def written(lang: str) -> Catalog:
    with (LOCALES / lang / "LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=lang)


def texts(message: Message | None) -> list[str]:
    """What stands in a message: one text, or one and many."""
    if message is None:
        return []
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def placeholders(text: str) -> set[str]:
    return {found[1] for found in PLACEHOLDER.finditer(text) if found[1]}


def test_there_are_texts_to_translate(extracted: Catalog) -> None:
    assert len(extracted) > 500
    assert extracted.get("Finn tilbud") is not None


@pytest.mark.parametrize("lang", LANGUAGES_TO_WRITE)
def test_every_text_has_a_translation(lang: str, extracted: Catalog) -> None:
    known = written(lang)
    missing = [
        message.id
        for message in extracted
        if message.id and not all(texts(known.get(message.id, message.context)) or [""])
    ]
    assert missing == []


@pytest.mark.parametrize("lang", LANGUAGES_TO_WRITE)
def test_no_translation_is_unsure_or_of_a_text_that_is_gone(lang: str, extracted: Catalog) -> None:
    known = written(lang)
    assert [message.id for message in known if message.id and message.fuzzy] == []
    assert [
        message.id for message in known if message.id and extracted.get(message.id, message.context) is None
    ] == []


@pytest.mark.parametrize("lang", LANGUAGES_TO_WRITE)
def test_placeholders_are_the_same_in_every_language(lang: str) -> None:
    wrong = []
    for message in written(lang):
        ids = list(message.id) if isinstance(message.id, tuple | list) else [message.id]
        for number, text in enumerate(texts(message)):
            if message.id and text and placeholders(text) != placeholders(ids[min(number, len(ids) - 1)]):
                wrong.append((ids[0], text))
    assert wrong == []


@pytest.mark.parametrize("lang", LANGUAGES_TO_WRITE)
def test_every_translation_can_be_filled_in(lang: str) -> None:
    """A lone per cent sign, as in "50 % off", ends in an error when the page is drawn."""
    broken = []
    for message in written(lang):
        for text in texts(message):
            if message.id and text:
                try:
                    _ = text % dict.fromkeys(placeholders(text), 1)
                except (ValueError, TypeError, KeyError):
                    broken.append(text)
    assert broken == []


@pytest.mark.parametrize("lang", LANGUAGES_TO_WRITE)
def test_a_translation_keeps_the_elements_of_its_text_and_the_spaces_around_it(lang: str) -> None:
    def form(text: str) -> tuple[list[str], bool, bool]:
        return sorted(re.findall(r"</?[a-z]+", text)), text[:1].isspace(), text[-1:].isspace()

    pairs = [
        (message.id[0] if isinstance(message.id, tuple | list) else message.id, text)
        for message in written(lang) if message.id for text in texts(message) if text
    ]  # fmt: skip
    assert [(first, text) for first, text in pairs if form(first) != form(text)] == []


# ---- nothing outside gettext ----


def literal_text(source: str) -> str:
    """A template's own text, with what Jinja fills in replaced by a space."""
    tree = environment(SOURCE).parse(source)
    parts: list[str] = []

    def walk(node: nodes.Node) -> None:
        if isinstance(node, nodes.TemplateData):
            parts.append(node.data)
            return
        if not isinstance(node, nodes.Output | nodes.TemplateData) and isinstance(node, nodes.Expr):
            parts.append(" ")
            return
        for child in node.iter_child_nodes():
            walk(child)

    walk(tree)
    return "".join(parts)


def words_outside_gettext(source: str) -> list[str]:
    """Letters that people see and that no translation reaches: between tags, and in attributes that are read."""
    text = literal_text(source)
    text = re.sub(r"<!--.*?-->|<(svg|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    found = []
    for tag in re.findall(r"<[a-zA-Z][^<>]*>", text):
        for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag):
            if name in SHOWN and re.search(r"[^\W\d_]{2,}", SAME_EVERYWHERE.sub("", value)):
                found.append(f"{name}={value}")
    between = re.sub(r"<[a-zA-Z/!][^<>]*>", "\n", text)
    for line in between.splitlines():
        rest = SAME_EVERYWHERE.sub("", line)
        if re.search(r"[^\W\d_]{2,}", rest):
            found.append(" ".join(line.split()))
    return found


def test_a_template_shows_no_words_of_its_own() -> None:
    written = {
        str(path.relative_to(TEMPLATES)): path for path in sorted(TEMPLATES.rglob("*.*"))
        if path.suffix in (".html", ".txt")
    }  # fmt: skip
    found = {
        name: words for name, path in written.items()
        if name not in THREE_LANGUAGES and (words := words_outside_gettext(path.read_text()))
    }  # fmt: skip
    assert found == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hei</p>", ["Hei"]),
        ('<p>{{ _("Hei") }}</p>', []),
        ('{% if a %}<p title="Lukk">{{ a }}</p>{% endif %}', ["title=Lukk"]),
        ('<input placeholder="{{ _("Navn") }}" name="navn" class="stor">', []),
        ("{% macro m() %}Ta kontakt{% endmacro %}", ["Ta kontakt"]),
        ('<a href="{{ url("/x") }}">{{ name }}</a> 12 &nbsp; – {# kommentar #}', []),
    ],
)
def test_words_are_found_where_people_see_them(source: str, found: list[str]) -> None:
    assert words_outside_gettext(source) == found
