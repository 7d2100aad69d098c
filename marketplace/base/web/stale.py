"""What is said of a form whose token does not hold."""

from typing import TYPE_CHECKING

from marketplace.base.errors import SignedOut, StaleForm
from marketplace.base.i18n import gettext
from marketplace.base.text import isolated

if TYPE_CHECKING:
    from marketplace.base.web.http import Request

OF_SIGN_IN, OF_VISITOR = "a", "0"
"""How the token of a form begins, by what it is bound to."""


def stale(token: str, request: "Request") -> StaleForm | SignedOut:
    """What to raise. Most often somebody has signed out or in meanwhile, in another tab: they are told so."""
    if request.same_origin and not request.is_json and token:
        if request.person:
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
