"""When a date, and what is left of an offer, can still be changed: pure decisions, said in the user's words."""

from datetime import datetime

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from offers.catalogue.models import Session
from offers.catalogue.states import OfferState


def changeable(session: Session, now: datetime) -> None:
    """Raises Refused when there is nothing to change any more."""
    if session.called_off:
        raise Refused(_("Samlingen er avlyst allerede."))
    if session.starts_at <= now:
        raise Refused(_("Samlingen har begynt, så den kan ikke endres."))


def on(state: OfferState) -> None:
    """Raises Refused when an offer is not published: nobody has to be told of a draft, and what is cancelled is so."""
    if state == OfferState.CANCELLED:
        raise Refused(_("Tilbudet er avlyst allerede."))
    if state != OfferState.PUBLISHED:
        raise Refused(_("Tilbudet er ikke publisert, så det er ingen å gi beskjed til."))
