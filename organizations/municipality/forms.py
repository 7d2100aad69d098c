"""What a coordinator writes of the municipality's own pages."""

from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.web.fields import Phone
from marketplace.base.web.forms import Form
from organizations.municipality.rules import hours_of
from organizations.profile.forms import email_address

Welcome = Annotated[str, Field(max_length=200)]


class OwnForm(Form):
    """What is empty is as the instance says. A help line begins with its number."""

    site_name: Annotated[str, Field(max_length=60)] | None = None
    helpline_phone: Phone | None = None
    helpline_name: Annotated[str, Field(max_length=60)] | None = None
    helpline_hours: Annotated[str, Field(max_length=40), AfterValidator(hours_of)] | None = None
    helpline_email: Annotated[str, Field(max_length=254), AfterValidator(email_address)] | None = None
    welcome_nb: Welcome = ""
    welcome_nn: Welcome = ""
    welcome_en: Welcome = ""

    @property
    def welcomes(self) -> dict[str, str]:
        """By language, those that are written."""
        said = {"nb": self.welcome_nb, "nn": self.welcome_nn, "en": self.welcome_en}
        return {lang: text for lang, text in said.items() if text}

    @property
    def lacks_number(self) -> bool:
        """Is something said of a help line that has no number?"""
        return self.helpline_phone is None and any(
            (self.helpline_name, self.helpline_hours, self.helpline_email)
        )
