"""Where to tell that booking has opened."""

from typing import Annotated

from pydantic import AfterValidator, Field

from marketplace.base.models import Channel
from marketplace.base.web.forms import Form
from marketplace.people.forms import YOURS, reachable
from marketplace.people.rules import contact


class NoticeForm(Form):
    """Where to tell that booking has opened."""

    words = {"address": YOURS}
    address: Annotated[str, Field(max_length=254), AfterValidator(reachable)]

    @property
    def contact(self) -> tuple[Channel, str]:
        """The channel, and the address in its one form."""
        found = contact(self.address)
        assert found is not None  # `reachable` has seen it
        return found
