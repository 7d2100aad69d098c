"""A new link, and so the end of the old ones."""

from datetime import timedelta

from starlette.responses import Response

from marketplace.base.web.access import public
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import Tries, limits, of_visitor
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from offers.bookings import link_actions, queries

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@public
@made_once
async def renew(request: Request) -> Response:
    """GET and POST /bookings/{token}/link. The new link is only in the message: this page's own link ends, whoever has
    it."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    if found["reach"] != "written":
        return see_other(found["path"], request)
    if request.method == "POST":
        tries = [*of_visitor("new link", request, 20, HOUR), Tries("new link", str(found["id"]), 5, DAY)]
        await limits(tries, now=request.now)
        await link_actions.renew_link(
            found["id"], now=request.now, by=request.person.id if request.person else None
        )
        return see_other("/bookings?saved=link", request)
    return render(request, "offers/bookings/link.html", booking=found, section="my-page")
