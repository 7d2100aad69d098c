"""When a meeting can be changed, and when it can be said who was there: pure decisions."""

from datetime import datetime

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.dialogue.queries import When
from offers.catalogue.models import Offer, Session


def has_been(session: When, now: datetime) -> None:
    """Raises Refused as long as nobody can have been there."""
    if session.starts_at > now or session.called_off:
        raise Refused(_("Møtet er ikke holdt, så ingen kan ha vært der ennå."))


def changeable(offer: Offer, session: Session, now: datetime) -> None:
    """Raises Refused when there is no meeting to change any more."""
    if session.called_off or offer.called_off:
        raise Refused(_("Møtet er avlyst allerede."))
    if session.starts_at <= now:
        raise Refused(_("Møtet har begynt, så det kan ikke endres."))
