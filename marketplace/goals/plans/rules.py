"""Texts of plans, by language."""

from collections.abc import Mapping

Texts = dict[str, str]


def merged(texts: Mapping[str, str], lang: str, text: str) -> Texts:
    """The texts with one language written anew."""
    return {**texts, lang: text}
