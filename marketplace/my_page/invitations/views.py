"""The link of an invitation. Opening it tells who asks and for what; answering needs a sign-in with the address that
was invited. It stands here, above the offers, because a host may be invited to one of them."""

from starlette.responses import Response

from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.web.access import public, signed_in
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from marketplace.my_page.invitations import actions
from marketplace.my_page.invitations.forms import AcceptForm
from marketplace.my_page.saved import Saved
from marketplace.people.sign_in.views import with_sign_in
from offers.catalogue.queries import title_of
from organizations.members.invitations import actions as invitations
from organizations.members.invitations.queries import Invited, has_proven, invitation_of
from organizations.members.models import ROLE_LABELS, Role
from organizations.members.rules import ROLE_HINTS, Standing, masked, standing

LEADS_TO = {Role.MANAGER: "/manage", Role.EDITOR: "/manage", Role.HOST: "/manage", Role.COORDINATOR: "/plans"}
"""Where each begins."""


@public
async def show(request: Request) -> Response:
    """GET /invitations/{token}: mail scanners open links, so it only asks."""
    invitation = await invitation_of(request.path_params["token"])
    return await _page(request, invitation, AcceptForm.blank())


async def _page(
    request: Request, invitation: Invited, form: Filled[AcceptForm], status: int = 200
) -> Response:
    request.private = True
    stands = standing(invitation, request.now)
    if stands is not Standing.OPEN or not invitation.approved:
        return render(request, "marketplace/my_page/invitations/gone.html", status=410, stands=stands)
    mine, role = await is_for(request, invitation), Role(invitation.role)
    leads = await title_of(invitation.offer_id, request.lang) if mine and invitation.offer_id else ""
    return render(
        request, "marketplace/my_page/invitations/show.html",
        status=status, form=form, invitation=invitation, mine=mine,
        label=ROLE_LABELS[role], about=ROLE_HINTS.get(role, ""), leads=leads,
        address=masked(Channel(invitation.channel), invitation.address), token=request.path_params["token"],
    )  # fmt: skip


async def is_for(request: Request, invitation: Invited) -> bool:
    """Has whoever asks proven the invited address theirs?"""
    person = request.person
    return bool(person and await has_proven(person.id, invitation.channel, invitation.address))


@signed_in
async def accept(request: Request) -> Response:
    """POST /invitations/{token}/accept"""
    invitation = await invitation_of(request.path_params["token"])
    form = await AcceptForm.read(request)
    if form.valid and not (request.person.name or form.data.name):
        form.add_error("name", _("Skriv et fornavn eller et kallenavn."))
    if not form.valid:
        return await _page(request, invitation, form, 422)
    try:
        secret = await actions.accept(
            invitation,
            request.person,
            name=form.data.name if not request.person.name else None,
            now=request.now,
        )
    except invitations.InvitationGone:
        return await _page(request, await invitation_of(request.path_params["token"]), form, 409)
    return with_sign_in(
        see_other(f"{LEADS_TO.get(Role(invitation.role), '/my-page')}?saved={Saved.JOINED}", request), secret
    )


@signed_in
async def decline(request: Request) -> Response:
    """POST /invitations/{token}/decline: nei takk."""
    invitation = await invitation_of(request.path_params["token"])
    if not await is_for(request, invitation) or standing(invitation, request.now) is not Standing.OPEN:
        return await _page(request, invitation, AcceptForm.blank(), 409)
    await invitations.decline(invitation.id, request.person, now=request.now)
    return see_other(f"/my-page?saved={Saved.DECLINED}", request)
