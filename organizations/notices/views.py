"""What a member wants to be told, and the link in each message that stops that kind."""

from collections.abc import Collection
from uuid import UUID

from starlette.responses import PlainTextResponse, Response

from marketplace.base.errors import NotFound, Refused
from marketplace.base.web.access import public, public_from_anywhere, signed_in
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, one_click, see_other
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from marketplace.people.models import Person
from organizations.directory.models import Organization
from organizations.members.queries import organization_of, roles_in
from organizations.notices import actions, queries, rules
from organizations.notices.forms import NoticesForm
from organizations.notices.models import Notice
from organizations.notices.saved import Saved


@signed_in
async def notices(request: Request) -> Response:
    """GET and POST /manage/organizations/{slug}/notices: which messages from this organisation's offers I want."""
    organization = await organization_of(request.person, request.path_params["slug"])
    kinds = rules.kinds_for(await roles_in(organization.id, request.person.id))
    if not kinds:
        raise NotFound  # a coordinator hears nothing of its offers
    form, status = await _chosen(organization, request.person, kinds), 200
    if request.method == "POST":
        form, status = await NoticesForm.read(request), 422
        if form.valid:
            try:
                # A message's link may have stopped a kind since the page was opened.
                async with one_at_a_time(request.person.id):
                    if form.meet(await _chosen(organization, request.person, kinds)):
                        choice = {kind: kind in form.data.kinds for kind in kinds}
                        await actions.choose(organization.id, request.person.id, choice, now=request.now)
                        return see_other(
                            f"/manage/organizations/{organization.slug}/notices?saved={Saved.YES}", request
                        )
            except Refused as refused:
                form.add_error("kinds", refused.message)
    return render(
        request, "organizations/notices/notices.html", status=status, organization=organization, form=form,
        choices=[(kind.value, rules.LABELS[kind], rules.HINTS[kind]) for kind in kinds],
        reached=await queries.has_address(request.person.id),
        desk=kinds == [Notice.DESK], answers=Notice.REQUEST in kinds,
        told=await queries.is_anybody_told(organization.id),
    )  # fmt: skip


async def _chosen(
    organization: Organization, person: Person, kinds: Collection[Notice]
) -> Filled[NoticesForm]:
    """The form as it would be shown now."""
    chosen = await queries.chosen(organization.id, person.id)
    return NoticesForm.blank(kinds=[kind.value for kind in kinds if chosen.get(kind, rules.USUAL[kind])])


def _whose(request: Request) -> tuple[Notice, UUID, UUID]:
    """What the link stops, and for whom. A link that is not ours opens nothing."""
    request.private = True
    found = rules.stopped_by(request.path_params["token"], request.now)
    if found is None:
        raise NotFound
    return found


@public_from_anywhere
async def stop(request: Request) -> Response:
    """GET /notices/{token} asks; POST stops this kind from this organisation. Mail programs send that too, by one click
    and without having seen the page (RFC 8058)."""
    kind, person, organization_id = _whose(request)
    organization = await Organization.get_or_none(id=organization_id)
    if organization is None:
        raise NotFound
    if request.method == "POST":
        by_program = await one_click(request)
        if not by_program:
            await request.only_of_our_page()
        await actions.stop(organization.id, person, kind, now=request.now)
        if by_program:
            return PlainTextResponse("OK")  # they follow no redirect
        return see_other(f"/notices/{request.path_params['token']}", request)
    chosen = await queries.chosen(organization.id, person)
    alone = kind is Notice.REQUEST and not await queries.is_anybody_told(organization.id, but=person)
    return render(
        request, "organizations/notices/stop.html", here=f"/notices/{request.path_params['token']}",
        organization=organization, label=rules.LABELS[kind], alone=alone,
        stopped=not chosen.get(kind, rules.USUAL[kind]),
    )  # fmt: skip


@public
async def again(request: Request) -> Response:
    """POST /notices/{token}/undo: the way back."""
    kind, person, organization = _whose(request)
    await actions.start(organization, person, kind, now=request.now)
    return see_other(f"/notices/{request.path_params['token']}?saved={Saved.AGAIN}", request)
