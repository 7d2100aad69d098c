"""Which of its texts in several languages a reader gets: in the reader's language, else the one it was written in."""

from collections.abc import Mapping
from typing import TypeVar

Text = TypeVar("Text")


def in_language(table: str, key: str, owner: str, lang: str, columns: str = "*", written_in: str = "") -> str:
    """LATERAL (…), for SQL: the text of what `owner` is an alias of, by the `key` that points there. `lang` and
    `written_in` (the owner's source_lang) are SQL too."""
    written_in = written_in or f"{owner}.source_lang"
    return f"""LATERAL (SELECT {columns} FROM {table} x WHERE x.{key} = {owner}.id
        ORDER BY x.lang = {lang} DESC, x.lang = {written_in} DESC, x.lang LIMIT 1)"""


def in_language_joins(table: str, key: str, owner: str, lang: str) -> str:
    """The same as two joins, t and f, which long lists read faster; `said` names its columns."""
    return f"""LEFT JOIN {table} t ON t.{key} = {owner}.id AND t.lang = {lang}
    LEFT JOIN {table} f ON f.{key} = {owner}.id AND f.lang = {owner}.source_lang AND t.id IS NULL"""


def said(column: str) -> str:
    """A column of what `in_language_joins` found."""
    return f"coalesce(t.{column}, f.{column})"


def text_for(texts: Mapping[str, Text], lang: str, written_in: str) -> Text | None:
    """The same of texts that are at hand."""
    return texts.get(lang) or texts.get(written_in) or next((texts[one] for one in sorted(texts)), None)
