"""The members of an organisation, for those who manage it: who has which role, who is invited, who leaves."""

from typing import Any

from starlette.responses import Response

from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import LANGUAGES
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member, signed_in
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other, typed_id
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from marketplace.people.sign_in.views import with_sign_in
from organizations.directory.models import Organization, OrganizationState
from organizations.members import actions, queries, rules
from organizations.members.forms import InviteForm, RoleForm
from organizations.members.invitations import actions as invitations_actions
from organizations.members.invitations import queries as invitations
from organizations.members.models import ROLE_LABELS, Membership, Role
from organizations.members.queries import organization_managed_by, organization_of
from organizations.members.saved import Saved


@member(Role.MANAGER)
async def listing(request: Request) -> Response:
    """GET /manage/organizations/{slug}/members: who is in it, and who is asked to be."""
    organization = await organization_managed_by(request.person, request.path_params["slug"])
    return await _page(request, organization, InviteForm.blank(role=Role.HOST.value, lang=request.lang))


async def _page(
    request: Request, organization: Organization, form: Filled[InviteForm], status: int = 200
) -> Response:
    after = request.query.get("after", [""])[-1] if request.method == "GET" else ""
    found = await queries.members(organization.id, request.lang, typed_id(after))
    invited = await invitations.invitations(organization.id)
    return render(
        request, "organizations/members/members.html", status=status, organization=organization, form=form,
        members=found[: queries.PAGE], more=found[queries.PAGE - 1].id if len(found) > queries.PAGE else "",
        after=after, invited=[(one, rules.standing(one, request.now) is rules.Standing.OPEN) for one in invited],
        roles=_choices(organization), labels=ROLE_LABELS, langs=list(LANGUAGES.items()),
        may_invite=organization.state == OrganizationState.APPROVED,
        given=rules.roles_given(organization.kind),
    )  # fmt: skip


def _choices(organization: Organization) -> list[tuple[str, Any, Any]]:
    """The roles that this organisation gives: value, words, what they may do."""
    return [
        (role.value, ROLE_LABELS[role], rules.ROLE_HINTS[role])
        for role in rules.roles_given(organization.kind)
    ]


@member(Role.MANAGER, again=True)
@made_once
async def invite(request: Request) -> Response:
    """POST /manage/organizations/{slug}/invitations"""
    organization = await organization_managed_by(request.person, request.path_params["slug"])
    form = await InviteForm.read(request)
    if form.valid and form.data.role not in rules.roles_given(organization.kind):
        form.add_error("role", _("Den rollen kan ikke denne organisasjonen gi."))
    if form.valid:
        try:
            await invitations_actions.invite(
                organization.id, form.data.role, *form.data.contact, lang=form.data.lang, by=request.person.id,
                now=request.now,
            )  # fmt: skip
            return see_other(
                f"/manage/organizations/{organization.slug}/members?saved={Saved.INVITED}", request
            )
        except Refused as refused:
            form.add_error("address", refused.message)
    return await _page(request, organization, form, 422)


@member(Role.MANAGER)
@made_once
async def resend(request: Request) -> Response:
    """POST /manage/organizations/{slug}/invitations/{invitation}/resend: a new link; the one before is dead."""
    organization = await organization_managed_by(request.person, request.path_params["slug"])
    found = await invitations.invitation_in(organization.id, parse_id(request.path_params["invitation"]))
    await invitations_actions.resend(found.id, by=request.person.id, now=request.now)
    return see_other(f"/manage/organizations/{organization.slug}/members?saved={Saved.RESENT}", request)


@member(Role.MANAGER)
async def take_back(request: Request) -> Response:
    """POST /manage/organizations/{slug}/invitations/{invitation}/take-back"""
    organization = await organization_managed_by(request.person, request.path_params["slug"])
    found = await invitations.invitation_in(organization.id, parse_id(request.path_params["invitation"]))
    await invitations_actions.take_back(found.id, by=request.person.id, now=request.now)
    return see_other(f"/manage/organizations/{organization.slug}/members?saved={Saved.TAKEN_BACK}", request)


async def _membership(request: Request) -> tuple[Organization, Membership]:
    organization = await organization_managed_by(request.person, request.path_params["slug"])
    return organization, await queries.membership_in(
        organization.id, parse_id(request.path_params["membership"])
    )


@member(Role.MANAGER, again=True)
async def change(request: Request) -> Response:
    """GET and POST /manage/organizations/{slug}/members/{membership}/change: another role in its place."""
    organization, membership = await _membership(request)
    given = rules.roles_given(organization.kind)
    if membership.role not in given:
        raise NotFound  # a coordinator's role is the municipality's to give
    form, status = RoleForm.blank(), 200
    if request.method == "POST":
        form, status = await RoleForm.read(request), 422
        if form.valid and form.data.role not in given:
            form.add_error("role", _("Den rollen kan ikke denne organisasjonen gi."))
        if form.valid:
            try:
                secret = await actions.change(membership, form.data.role, by=request.person, now=request.now)
                return _back(request, organization, secret, Saved.CHANGED)
            except Refused as refused:
                form.add_error("role", refused.message)
    has = await queries.roles_in(organization.id, membership.person_id)
    return render(
        request, "organizations/members/change.html", status=status, organization=organization, form=form,
        membership=membership, label=ROLE_LABELS[membership.role],
        roles=[choice for choice in _choices(organization) if choice[0] not in has],
    )  # fmt: skip


@member(Role.MANAGER, again=True)
async def end(request: Request) -> Response:
    """GET and POST /manage/organizations/{slug}/members/{membership}/end: GET only asks."""
    organization, membership = await _membership(request)
    if request.method == "POST":
        secret = await actions.end(membership, by=request.person, now=request.now)
        return _back(request, organization, secret, Saved.ENDED)
    return render(
        request, "organizations/members/end.html", organization=organization, membership=membership,
        label=ROLE_LABELS[membership.role], only=membership.role == Role.MANAGER
        and await queries.is_only_manager(organization.id, membership.person_id),
    )  # fmt: skip


def _back(request: Request, organization: Organization, secret: str | None, done: Saved) -> Response:
    """To the members; whoever has changed their own role may not see them any more."""
    if secret:
        return with_sign_in(see_other("/my-page", request), secret)
    return see_other(f"/manage/organizations/{organization.slug}/members?saved={done}", request)


@signed_in
async def leave(request: Request) -> Response:
    """GET and POST /manage/organizations/{slug}/leave: whoever has a role here ends it themselves."""
    organization = await organization_of(request.person, request.path_params["slug"])
    if request.method == "POST":
        secret = await actions.leave(organization.id, by=request.person, now=request.now)
        answer = see_other(f"/my-page?saved={Saved.LEFT}", request)
        return with_sign_in(answer, secret) if secret else answer
    roles = await queries.roles_in(organization.id, request.person.id)
    return render(
        request, "organizations/members/leave.html", organization=organization,
        labels=[ROLE_LABELS[role] for role in roles],
        only=await queries.is_only_manager(organization.id, request.person.id),
    )  # fmt: skip
