"""Ringer noen om en påmelding? A booking of this desk, found by its number and its name."""

from datetime import timedelta

from starlette.responses import Response

from marketplace.base.data.audit import record
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import Tries, limits
from marketplace.base.web.templates import render
from marketplace.guide.acts import Act
from marketplace.guide.caller.browser import call_of
from marketplace.guide.caller.views import why_choices
from marketplace.guide.found.forms import LookForm
from marketplace.guide.found.queries import made_at_desk
from offers.seats.links import typed_reference
from organizations.members.models import Role


@member(Role.GUIDE)
async def look(request: Request) -> Response:
    """GET and POST /desk/{call}/booking: the number and the name must both fit, and both be of this desk. Whatever else
    there is looks as if it were not."""
    call = call_of(request)
    form = LookForm.blank()
    if request.method == "POST":
        form = await LookForm.read(request)
        if form.valid:
            me, data = request.person.id, form.data
            # As at /bookings: lists show the first signs of a number, and a name. Counted by itself: whoever tries
            # numbers there must not keep the desk from helping.
            signs = typed_reference(data.reference)[:3]
            await limits(
                [Tries("find at a desk", str(me), 30, timedelta(minutes=15)),
                 Tries("find at a desk of", signs, 60, timedelta(days=1))],
                now=request.now,
            )  # fmt: skip
            found = await made_at_desk(me, data.reference, data.first_name)
            why = {"why": data.why.value}
            if found:
                await record(Act.DESK_BOOKING_READ, now=request.now, actor=me, object_id=found.id,
                             person=found.participant_id, organization=found.owner_id, details=why)  # fmt: skip
                return see_other(f"/desk/{call.id}/receipts/{found.token}", request)
            await record(Act.DESK_BOOKING_NOT_FOUND, now=request.now, actor=me, details=why)
            form.add_error(
                "reference",
                _("Vi finner ingen påmelding herfra med det nummeret og det navnet. Se over begge. Har de meldt seg på "
                  "selv, bruker de lenken i beskjeden de fikk."),
            )  # fmt: skip
    return render(
        request, "marketplace/guide/found/look.html", status=422 if form.errors else 200, form=form, call=call,
        whys=why_choices(), section="/desk",
    )  # fmt: skip
