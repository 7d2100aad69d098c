"""What a coordinator writes of a district."""

from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.i18n import lazy
from marketplace.base.web.fields import Line
from marketplace.base.web.forms import Form
from marketplace.districts.rules import Places, places_of


def _right(text: str) -> str:
    places_of(text)
    return text


class DistrictForm(Form):
    """A district may be empty: then nothing more is counted in it."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    places: Annotated[str, Field(max_length=4000), AfterValidator(_right)] = ""
    words = {"name": {"missing": lazy("Skriv hva bydelen heter.")}}

    @property
    def given(self) -> Places:
        return places_of(self.places)
