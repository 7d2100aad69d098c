"""Send på SMS eller e-post: the facts of an offer to whoever is on the phone."""

from datetime import timedelta

from starlette.responses import Response

from marketplace.base.i18n import LANGUAGES
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import Tries, limits, of_address
from marketplace.base.web.once import form_key, made_once
from marketplace.base.web.templates import render
from marketplace.guide.caller.browser import call_of, keep
from marketplace.guide.saved import Saved
from marketplace.guide.sending import actions
from marketplace.guide.sending.forms import SendForm
from marketplace.guide.sending.queries import facts_of
from marketplace.guide.sending.rules import message_key
from marketplace.settings import settings
from organizations.members.models import Role

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@member(Role.GUIDE)
@made_once
async def send(request: Request) -> Response:
    """GET and POST /desk/{call}/offers/{slug}/send: to a number or address that is typed, and kept nowhere."""
    call = call_of(request)
    facts = await facts_of(request.path_params["slug"], request.lang, request.now)
    form = SendForm.blank(lang=request.lang)
    if request.method == "POST":
        form = await SendForm.read(request)
        if form.valid:
            channel, address = form.data.contact
            me = request.person.id
            await limits(
                [
                    Tries("facts by", str(me), 60, HOUR),
                    of_address("facts to", address, 8, DAY, now=request.now),
                ],
                now=request.now,
            )
            key = message_key(await form_key(request) or "", me, address)
            await actions.send(facts, channel, address, lang=form.data.lang, key=key, by=me, now=request.now)
            return keep(see_other(call.saying(Saved.SENDING), request), request, call.with_message(key))
    return render(
        request, "marketplace/guide/sending/send.html", status=422 if form.errors else 200, form=form, call=call,
        offer=facts, lang_choices=list(LANGUAGES.items()), sms=settings().sms_offered, section="/desk",
    )  # fmt: skip
