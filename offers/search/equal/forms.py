"""What a coordinator writes of words that mean the same."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form

MOST = 40
LONGEST = 40
WORDS_OF_ONE = 3
"""More words than these are no phrase that a search knows (words/asked.py)."""
ONE = re.compile(r"[^\W_]+(?:[ -][^\W_]+)*")


def words_of(text: str) -> list[str]:
    """What is written, one a line or between commas: in lower case, each once. Raises ValueError."""
    found = [" ".join(one.lower().split()) for one in re.split(r"[,;\n]", text)]
    found = list(dict.fromkeys(one for one in found if one))
    for one in found:
        if not ONE.fullmatch(one) or len(one) > LONGEST or len(one.split()) > WORDS_OF_ONE:
            raise ValueError(
                _(
                    "«%(word)s» går ikke. Skriv ett til tre ord av bokstaver og tall, med komma mellom hver.",
                    word=one[:LONGEST],
                )
            )
    if len(found) < 2:
        raise ValueError(_("Skriv minst to ord som betyr det samme."))
    if len(found) > MOST:
        raise ValueError(_("Skriv høyst %(most)s ord.", most=MOST))
    return found


def _right(text: str) -> str:
    words_of(text)
    return text


class EqualForm(Form):
    """`look`: what it would find is asked for, and nothing is saved."""

    equal: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_right)]
    look: str = ""
    words = {"equal": {"missing": lazy("Skriv minst to ord som betyr det samme.")}}

    @property
    def given(self) -> list[str]:
        return words_of(self.equal)
