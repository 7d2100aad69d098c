"""What a manager fills in about members."""

from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.i18n import SOURCE
from marketplace.base.models import Channel
from marketplace.base.web.fields import Lang
from marketplace.base.web.forms import Form, lazy
from marketplace.people.forms import THEIRS, reachable
from marketplace.people.rules import contact
from organizations.members.models import Role


class InviteForm(Form):
    address: Annotated[str, Field(max_length=254), AfterValidator(reachable)]
    role: Role
    lang: Lang = SOURCE

    words = {
        "address": THEIRS,
        "role": {"missing": lazy("Velg hva hen skal gjøre.")},
    }

    @property
    def contact(self) -> tuple[Channel, str]:
        found = contact(self.address)
        assert found is not None  # `reachable` has seen it
        return found


class RoleForm(Form):
    role: Role

    words = {"role": {"missing": lazy("Velg hva hen skal gjøre.")}}
