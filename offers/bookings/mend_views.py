"""Another address for the messages of a booking: whoever typed a wrong one never gets its link, but has its page."""

from datetime import timedelta

from starlette.responses import Response

from marketplace.base.models import Channel
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import of_visitor
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from offers.bookings import mend_actions, queries, rules
from offers.bookings.forms import AddressForm
from offers.bookings.parties import booking_for


@public
@made_once
async def address(request: Request) -> Response:
    """GET and POST /bookings/{token}/address: whoever holds the link may say where messages go."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    if found["state"] not in rules.ACTIVE or rules.over(found, request.now):
        return see_other(found["path"], request)
    form = AddressForm.blank(contact=found["channel"] or "email")
    if request.method == "POST":
        form = await AddressForm.read(request)
        if form.valid and form.data.reach:
            channel, wanted = form.data.reach
            path = await mend_actions.change_address(
                found["id"], channel, wanted, now=request.now, by=request.person.id if request.person else None,
                tries=[*of_visitor("change address", request, 60, timedelta(hours=1)), booking_for(wanted)],
            )  # fmt: skip
            return see_other(f"{path}?saved={'number' if channel is Channel.CALL else 'address'}", request)
    return render(
        request, "offers/bookings/address.html", status=422 if form.errors else 200, booking=found, form=form,
        section="my-page",
    )  # fmt: skip
