"""One's own goals and times on paper, for oneself and whoever one shows it to."""

from collections.abc import Sequence
from pathlib import Path

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking, when
from marketplace.base.press.printing import broken, printed
from marketplace.my_page.own_goals.rules import Attended, Goal

TEMPLATE = Path(__file__).with_name("goals.typ")


async def paper(name: str | None, goals: Sequence[Goal], times: Sequence[Attended], lang: str) -> bytes:
    """The PDF of what was chosen, which is something: the same bytes for the same choice. It is not kept in memory,
    and says nothing of when it was made but when the newest of its facts became true. Raises TooSlow."""
    newest = max([*(goal.changed_at for goal in goals), *(time.ends_at for time in times)])
    with speaking(lang):
        facts = {
            "lang": lang,
            "title": _("Dette er viktig for meg"),
            "name": broken(name or ""),
            "goals": [
                [broken(line) for line in goal.words.splitlines() if line.strip()]
                for goal in goals
                if goal.words
            ],
            "times": [[broken(one.title), when(one.starts_at, one.ends_at, year=True)] for one in times],
            "words": {
                "times": _("Når jeg har vært med"),
                "what": _("Hva"),
                "when": _("Når"),
                "own": _("Skrevet av den det gjelder, og bare delt av den selv."),
            },
        }
    return await printed(TEMPLATE, facts, newest, keep=False)
