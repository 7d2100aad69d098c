"""Some of a party do not come after all."""

from starlette.responses import Response

from marketplace.base.errors import Conflict
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, see_other, typed_id
from marketplace.base.web.templates import render
from offers.bookings import queries, rules
from offers.bookings.companions import actions
from offers.bookings.companions import queries as companions_queries
from offers.bookings.companions.forms import LeaveForm
from offers.bookings.saved import Saved


@public
async def leave(request: Request) -> Response:
    """GET and POST /bookings/{token}/companions: who of them does not come. GET only asks."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    if not found.active or (request.method == "GET" and (found.seats == 1 or rules.over(found, request.now))):
        return see_other(found.path, request)
    form, status = LeaveForm.blank(seen=found.seats), 200
    if request.method == "POST":
        form, status = await LeaveForm.read(request), 422
        if form.valid and not form.data.gone:
            form.add_error("gone", _("Velg hvem som ikke kommer."))
        if form.valid:
            nameless = [each for each in form.data.gone if each.startswith("unnamed-")]
            named = {one for each in form.data.gone if each not in nameless and (one := typed_id(each))}
            try:
                await actions.leave(
                    found.id, named, len(nameless),
                    seen=form.data.seen, now=request.now, by=request.person.id if request.person else None,
                )  # fmt: skip
                return see_other(f"{found.path}?saved={Saved.FEWER}", request)
            except Conflict as conflict:
                found = await queries.booking_by_token(request.path_params["token"], request.lang)
                form, status = LeaveForm.blank(seen=found.seats), 409
                form.add_error("gone", conflict.message)
    named_ones = await companions_queries.companions(found.id)
    unnamed = found.seats - 1 - len(named_ones)
    choices = [(str(one.id), one.name) for one in named_ones]
    choices += [(f"unnamed-{number}", _("Én uten navn")) for number in range(1, unnamed + 1)]
    return render(
        request, "offers/bookings/companions/leave.html",
        status=status, booking=found, form=form, choices=choices,
        coming=rules.coming(found.sessions, request.now), section="my-page",
    )  # fmt: skip
