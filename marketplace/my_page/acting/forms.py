"""Somebody to act for."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from marketplace.base.models import Channel
from marketplace.base.web.forms import Form, lazy
from marketplace.people.forms import reachable
from marketplace.people.models import Relation
from marketplace.people.names import PersonName
from marketplace.people.rules import contact


class PersonForm(Form):
    """Somebody to act for; with an address they are asked first, and must see by whom: `own_name` is asked of whoever
    has no name here yet."""

    name: PersonName = Field(min_length=1)
    relation: Literal[Relation.GUARDIAN, Relation.NEXT_OF_KIN]
    address: Annotated[
        str | None, Field(max_length=254), AfterValidator(lambda text: text and reachable(text))
    ] = None
    alias: bool = False
    own_name: PersonName | None = None

    words = {
        "name": {"missing": lazy("Skriv hva den du hjelper heter.")},
        "relation": {"otherwise": lazy("Velg hva du er for den du hjelper.")},
    }

    @property
    def contact(self) -> tuple[Channel, str] | None:
        return contact(self.address) if self.address else None
