"""Who stands behind an offer: who leads it, and who arranges it with the owner. Only the owner's editors decide."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.limits import limit
from marketplace.base.web.once import made_once
from offers.publishing.saved import Saved
from offers.publishing.steps.views import kept
from offers.publishing.team import actions, queries
from offers.publishing.team.forms import HostForm, OrganizerForm
from offers.publishing.views import shown
from offers.rights.queries import offer_owned_by
from organizations.members.invitations import actions as invitations
from organizations.members.models import Role


@member(Role.EDITOR)
@made_once
async def add_host(request: Request) -> Response:
    """POST /manage/offers/{slug}/hosts: a member leads it from now on; whoever is no member yet is invited to."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    form = await HostForm.read(request)
    if not form.valid:
        return await shown(request, offer, form, 422)
    channel, address = form.data.contact
    # The answer tells whether somebody with this address is a member: it is not to be asked about a whole list.
    await limit("add host", str(request.person.id), 40, timedelta(days=1), now=request.now)
    person = await queries.member_with(channel, address, offer.id)
    if person:
        await actions.assign_host(offer, person, form.data.leads_as, by=request.person.id, now=request.now)
        return see_other(f"/manage/offers/{offer.slug}", request)
    try:
        await invitations.invite(
            offer.owner_id, Role.HOST, channel, address, lang=request.lang, by=request.person.id, now=request.now,
            offer=offer.id, leads_as=form.data.leads_as,
        )  # fmt: skip
    except Refused as refused:
        form.add_error("email", refused.message)
        return await shown(request, offer, form, 422)
    return see_other(f"/manage/offers/{offer.slug}?saved={Saved.INVITED}", request)


@member(Role.EDITOR)
async def take_back_invitation(request: Request) -> Response:
    """POST /manage/offers/{slug}/invitations/{invitation}/take-back"""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    invitation = parse_id(request.path_params["invitation"])
    await actions.take_back_invitation(offer, invitation, by=request.person.id, now=request.now)
    return see_other(f"/manage/offers/{offer.slug}", request)


@member(Role.EDITOR)
async def remove_host(request: Request) -> Response:
    """POST /manage/offers/{slug}/hosts/{person}/remove"""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    person = parse_id(request.path_params["person"])
    await actions.remove_host(offer, person, by=request.person.id, now=request.now)
    return see_other(f"/manage/offers/{offer.slug}", request)


@member(Role.EDITOR)
@made_once
async def add_organizer(request: Request) -> Response:
    """POST /manage/offers/{slug}/organizers"""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    form: Any = await OrganizerForm.read(request)
    near = {each.id: each.may_edit for each in await queries.organizers(offer.id)}
    if form.valid and near.get(form.data.organization, False) is not None:
        form.add_error("organization", _("Velg en organisasjon fra lista."))
    if form.valid:
        act = actions.add_organizer(
            offer, form.data.organization, may_edit=form.data.may_edit, by=request.person.id, now=request.now
        )
        if await kept(form, act):
            return see_other(f"/manage/offers/{offer.slug}?saved={Saved.ORGANIZER}", request)
    return await shown(request, offer, form, 422)


@member(Role.EDITOR)
async def remove_organizer(request: Request) -> Response:
    """POST /manage/offers/{slug}/organizers/{organization}/remove"""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    organization = parse_id(request.path_params["organization"])
    await actions.remove_organizer(offer, organization, by=request.person.id, now=request.now)
    return see_other(f"/manage/offers/{offer.slug}", request)
