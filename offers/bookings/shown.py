"""When something begins, as a form has said it: whoever sends the form has chosen that time, and not another one that
it was moved to meanwhile. What says nothing, as a page from before, is as if it had said what holds."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _

Shown = Mapping[UUID | None, datetime]
"""By session, None being all of an offer: when it began on the page."""


NOTHING_SAID: Shown = MappingProxyType({})


class Moved(Refused):
    """It begins at another time than the form has said."""

    def __init__(self) -> None:
        super().__init__(moved_words())


def moved_words() -> str:
    return _("Tiden er endret siden du åpnet siden. Se den nye tiden, og send en gang til hvis den passer.")


def read(sent: Iterable[str]) -> dict[UUID | None, datetime]:
    """What the hidden fields of the form say (templates/offers/bookings/_shown.html); anything else says nothing."""
    found: dict[UUID | None, datetime] = {}
    for text in sent:
        session, _space, begins = text.partition(" ")
        try:
            at = datetime.fromisoformat(begins)
            if at.tzinfo is not None:
                found[None if session == "-" else UUID(session)] = at
        except ValueError:
            continue
    return found


def moved(shown: Shown, session: UUID | None, begins: datetime | None) -> bool:
    """Has the form said that this begins at another time?"""
    said = shown.get(session)
    return said is not None and said != begins
