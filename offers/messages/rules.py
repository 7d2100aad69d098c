"""What a host may write in braces, and what becomes of it. No database, no clock."""

import re

from marketplace.base.i18n import gettext as _

PLACEHOLDERS = ("navn", "tilbud", "tid", "sted", "lenke")
"""What a host may write in braces. Each is filled in for each who gets the message."""
_BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces and is none of ours."""
    return [each for each in _BRACES.findall(text) if each not in PLACEHOLDERS]


def filled(text: str, values: dict[str, str]) -> str:
    """The text with its placeholders filled in, each once: what is filled in is not looked at again."""
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)


def without_title(text: str, title: str) -> str:
    """The text without the offer's name, for an SMS: it lies open on a locked screen."""
    return re.sub(rf"(?<!\w){re.escape(title)}(?!\w)", str(_("tilbudet")), text, flags=re.IGNORECASE)
