"""What is said of a form whose token does not hold."""

from typing import TYPE_CHECKING

from marketplace.base.errors import AnothersForm, SignedOut, StaleForm
from marketplace.base.i18n import gettext
from marketplace.base.text import isolated
from marketplace.base.web.openers import OF_SIGN_IN, opened_by

if TYPE_CHECKING:
    from marketplace.base.web.http import Request


def stale(token: str, request: "Request") -> StaleForm | AnothersForm | SignedOut:
    """What to raise. Most often somebody has signed out or in meanwhile, in another tab: they are told so. What
    another had opened who was signed in then is theirs."""
    if request.same_origin and not request.is_json and token:
        if request.person:
            if token.startswith(OF_SIGN_IN) and not opened_by(request.person.id, token):
                return AnothersForm(_anothers(request.person.name))
            return StaleForm(_signed_in_since(request.person.name))
        if token.startswith(OF_SIGN_IN):
            return SignedOut(gettext("Du er ikke logget inn lenger. Ingenting er lagret ennå."))
    return StaleForm()


def _signed_in_since(name: str) -> str:
    """With their name: it would be sent as whoever is signed in now, on a machine that several use."""
    if not name:
        return gettext("Du har logget inn siden du åpnet skjemaet. Ingenting er lagret ennå.")
    return gettext(
        "Du har logget inn som %(name)s siden du åpnet skjemaet. Ingenting er lagret ennå.",
        name=isolated(name),
    )


def _anothers(name: str) -> str:
    if not name:
        return gettext("Noen andre var logget inn da skjemaet ble åpnet. Ingenting er sendt.")
    return gettext(
        "Noen andre var logget inn da skjemaet ble åpnet. Nå er du logget inn som %(name)s. Ingenting er sendt.",
        name=isolated(name),
    )
