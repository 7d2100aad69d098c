"""Where messages afterwards lead: was it of use, and no more of these, please."""

from starlette.responses import PlainTextResponse, Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import lazy
from marketplace.base.web.access import public, public_from_anywhere
from marketplace.base.web.forms import Form
from marketplace.base.web.http import Request, one_click, see_other
from marketplace.base.web.templates import render
from offers.bookings.queries import booking_by_token
from offers.messages.follow_up import actions, queries, rules
from offers.messages.follow_up.models import Useful
from offers.messages.follow_up.rules import hash_of
from offers.messages.saved import Saved

USEFUL_LABELS = {Useful.YES: lazy("Ja"), Useful.SOME: lazy("Litt"), Useful.NO: lazy("Nei")}


class UsefulForm(Form):
    answer: Useful
    words = {"answer": {"missing": lazy("Velg et svar."), "otherwise": lazy("Velg et svar.")}}


@public
async def useful(request: Request) -> Response:
    """GET and POST /bookings/{token}/useful: was it of use? For those who have been there; once."""
    request.private = True
    found = await booking_by_token(request.path_params["token"], request.lang)
    # Whoever may not hear who came is answered as if nobody had: also when they themselves have answered since.
    told = found.tells_attendance(request.person and request.person.id)
    there = told and await queries.was_there(found.id)
    form = UsefulForm.blank()
    if request.method == "POST":
        rules.been_there(there)
        form = await UsefulForm.read(request)
        if form.valid:
            await actions.tell_useful(found.id, found.offer_id, form.data.answer, now=request.now)
            return see_other(f"{found.path}/useful", request)
    return render(
        request, "offers/messages/follow_up/useful.html",
        booking=found, form=form, section="my-page", there=there,
        not_yet=rules.NOT_YET, told=told and await queries.told_useful(found.id), choices=list(USEFUL_LABELS.items()),
        status=422 if form.errors else 200,
    )  # fmt: skip


def _hash(request: Request) -> bytes:
    """Whose address the link speaks of. A link that is not ours opens nothing."""
    request.private = True
    hashed = hash_of(request.path_params["token"], request.now)
    if hashed is None:
        raise NotFound
    return hashed


@public_from_anywhere
async def unsubscribe(request: Request) -> Response:
    """GET /unsubscribe/{token} asks; POST stops what is not about one's own bookings. Mail programs send that too, by
    one click and without having seen the page (RFC 8058): who has the address's own link may."""
    hashed = _hash(request)
    if request.method == "POST":
        if await one_click(request):
            await actions.stop_news(hashed, now=request.now)
            return PlainTextResponse("OK")  # they follow no redirect
        await request.only_of_our_page()
        await actions.stop_news(hashed, now=request.now)
        return see_other(f"/unsubscribe/{request.path_params['token']}", request)
    return render(request, "offers/messages/follow_up/unsubscribe.html", stopped=await queries.is_stopped(hashed),
                  here=f"/unsubscribe/{request.path_params['token']}")  # fmt: skip


@public
async def subscribe_again(request: Request) -> Response:
    """POST /unsubscribe/{token}/undo: the way back."""
    await actions.start_news(_hash(request))
    return see_other(f"/unsubscribe/{request.path_params['token']}?saved={Saved.AGAIN}", request)
