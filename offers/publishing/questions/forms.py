"""What an editor fills in about a question to those who book."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form
from offers.publishing.questions.models import QuestionFacts, QuestionKind

MOST_CHOICES, CHOICE_LENGTH = 10, 100


def choices_of(text: str | None) -> list[str]:
    """The choices that were typed, a line each, without those that stand there already."""
    return list(dict.fromkeys(choice for line in (text or "").splitlines() if (choice := line.strip())))


def _choices(text: str | None, so_far: ValidationInfo) -> str:
    """Two to ten, where one chooses; else they do not count."""
    if so_far.data.get("kind") is not QuestionKind.CHOICE:
        return ""
    found = choices_of(text)
    if not 2 <= len(found) <= MOST_CHOICES:
        raise ValueError(_("Skriv minst to og høyst %(most)s svar, ett på hver linje.", most=MOST_CHOICES))
    if any(len(choice) > CHOICE_LENGTH for choice in found):
        raise ValueError(_("Skriv høyst %(most)s tegn i hvert svar.", most=CHOICE_LENGTH))
    return "\n".join(found)


class QuestionForm(Form):
    """One question, why it is asked, and how long the answers are kept."""

    words = {
        "text": {"missing": lazy("Skriv spørsmålet.")},
        "purpose": {"missing": lazy("Skriv hvorfor dere spør. De som melder seg på, leser det.")},
        "keep_days": {"otherwise": lazy("Skriv et helt tall fra 0 til 365.")},
    }
    text: str = Field(min_length=1, max_length=200)
    purpose: str = Field(min_length=1, max_length=300)
    kind: QuestionKind = QuestionKind.TEXT
    choices: Annotated[str | None, AfterValidator(_choices)] = Field(
        None, max_length=3000, validate_default=True
    )
    required: bool = False
    keep_days: int = Field(14, ge=0, le=365)

    @property
    def facts(self) -> QuestionFacts:
        """The question's columns."""
        return QuestionFacts(
            kind=self.kind, text=self.text, purpose=self.purpose, choices=choices_of(self.choices),
            required=self.required, keep_days=self.keep_days,
        )  # fmt: skip
