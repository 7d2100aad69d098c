"""Who else leads an offer, or arranges it too."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.web.forms import Form
from marketplace.people.forms import THEIRS, reachable
from marketplace.people.rules import contact
from organizations.members.models import LeadsAs


class HostForm(Form):
    email: Annotated[str, Field(max_length=254), AfterValidator(reachable)]

    leads_as: LeadsAs | None = None

    words = {
        "email": THEIRS, "leads_as": {"otherwise": lazy("Velg et av alternativene.")}
    }  # fmt: skip

    @property
    def contact(self) -> tuple[Channel, str]:
        found = contact(self.email)
        assert found is not None  # `reachable` has seen it
        return found


class OrganizerForm(Form):
    organization: UUID
    may_edit: bool = False

    words = {
        "organization": {"missing": lazy("Velg en organisasjon fra lista."),
                         "otherwise": lazy("Velg en organisasjon fra lista.")}
    }  # fmt: skip
