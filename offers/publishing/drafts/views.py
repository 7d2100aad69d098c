"""A copy of an offer, and the end of a draft."""

from starlette.responses import Response

from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from offers.catalogue.queries import title_of
from offers.publishing import rules
from offers.publishing.drafts import actions
from offers.publishing.saved import Done
from offers.rights.queries import offer_editable_by, offer_owned_by
from organizations.members.models import Role


@member(Role.EDITOR)
async def delete(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/delete: a draft that nobody has booked. GET only asks."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    rules.deletable(offer.state)
    if request.method == "POST":
        await actions.delete_draft(offer, by=request.person.id, now=request.now)
        return see_other("/manage?show=drafts", request)
    return render(
        request,
        "offers/publishing/drafts/delete.html",
        offer=offer,
        title=await title_of(offer.id, request.lang),
    )


@member(Role.EDITOR)
@made_once
async def copy(request: Request) -> Response:
    """A new draft of this offer, at the step that asks when."""
    offer = await offer_editable_by(request.person, request.path_params["slug"])
    made = await actions.copy(offer, by=request.person.id, now=request.now)
    return see_other(f"/manage/offers/{made.slug}/sessions?done={Done.COPIED}", request)
