"""Forms whose token does not hold, and what is said of it."""

from marketplace.base.errors import SignedOut, StaleForm
from marketplace.base.i18n import gettext
from marketplace.base.text import isolated
from marketplace.base.web.http import OF_SIGN_IN, Request


async def only_of_our_page(request: Request) -> None:
    """Raises StaleForm or SignedOut where what is sent has not the token of a page that we gave this browser. What a
    page's own code sends as JSON says it in a header, which no other site can set."""
    by_code = request.headers.get("x-form-token") if request.is_json else None
    token = by_code or (await request.fields()).get("form_token", [""])[-1]
    if not request.form_token_valid(token):
        raise _stale(token, request)


def _stale(token: str, request: Request) -> StaleForm | SignedOut:
    """Most often somebody has signed out or in meanwhile, in another tab: they are told so."""
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
