"""Min side: what is mine, and nobody else's."""

from typing import Any

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import LANGUAGES, SOURCE
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import signed_in
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.once import form_key
from marketplace.base.web.templates import render
from marketplace.my_page import actions, queries, rules
from marketplace.my_page.forms import AliasForm, ProfileForm
from marketplace.my_page.saved import Saved
from marketplace.people.acting.queries import helpers_of
from marketplace.people.queries import verified_contacts
from marketplace.people.sign_in import actions as people
from marketplace.people.sign_in.queries import sign_ins
from marketplace.people.sign_in.rules import MEMBER, RESIDENT, over
from marketplace.people.sign_in.views import signed_out
from marketplace.settings import settings
from offers.bookings.certificates.queries import with_certificate
from offers.feeds import actions as calendars
from organizations.directory.models import STATE_LABELS
from organizations.members.models import ROLE_LABELS
from organizations.members.queries import memberships_of


@signed_in
async def show(request: Request) -> Response:
    """Bookings, calendar, sign-ins, name and language."""
    return await _page(request)


async def _page(
    request: Request, form: Any = None, calendar_path: str | None = None, status: int = 200
) -> Response:
    me, now = request.person, request.now
    coming = await queries.bookings(me.id, request.lang, coming=True, now=now)
    own = [booking for booking in coming if rules.is_own(booking, me.id, me.name)]
    past = await queries.bookings(me.id, request.lang, coming=False, now=now)
    lasting = MEMBER if request.roles else RESIDENT
    return render(
        request,
        "marketplace/my_page/show.html",
        status=status,
        own=own,
        others=rules.by_participant(booking for booking in coming if booking not in own),
        following=next((booking for booking in own if booking.confirmed and booking.starts_at), None),
        past=past,
        helped={one.id for one in past if not rules.is_own(one, me.id, me.name)},
        certificates=await with_certificate([one.id for one in past if one.confirmed], now, me.id) if past else set(),
        told=rules.told,
        contacts=await verified_contacts(me.id),
        calendar_since=await queries.calendar_address_since(me.id),
        calendar_address=f"{settings().public_url}{calendar_path}" if calendar_path else None,
        sign_ins=[found for found in await sign_ins(me.id, now)
                  if not over(found.created_at, found.seen_at, lasting, now)],
        memberships=await memberships_of(me.id), role_labels=ROLE_LABELS, state_labels=STATE_LABELS,
        asking=[each.helper or _("Noen") for each in await helpers_of(me.id)
                if not each.lasts],
        lang_choices=list(LANGUAGES.items()),
        form=form or ProfileForm.blank(name=me.name, lang=me.lang),
    )  # fmt: skip


@signed_in
async def profile(request: Request) -> Response:
    """What I am called, and the language of my messages: the page follows it."""
    form = await ProfileForm.read(request)
    if not form.valid:
        return await _page(request, form=form, status=422)
    await actions.describe(request.person.id, name=form.data.name, lang=form.data.lang)
    return see_other(
        ("" if form.data.lang == SOURCE else f"/{form.data.lang}") + f"/my-page?saved={Saved.PROFILE}"
    )


@signed_in
async def alias(request: Request) -> Response:
    """GET and POST /my-page/alias: what lists show of me."""
    form: Any = AliasForm.blank(alias="true" if await queries.shielded(request.person.id) else "")
    if request.method == "POST":
        form = await AliasForm.read(request)
        if form.valid:
            await actions.shield(request.person.id, form.data.alias, now=request.now)
            return see_other(f"/my-page/alias?saved={Saved.ALIAS}", request)
    return render(
        request,
        "marketplace/my_page/alias.html",
        form=form,
        section="my-page",
        status=422 if form.errors else 200,
    )


@signed_in
async def new_calendar(request: Request) -> Response:
    """Make or renew the calendar address, and show it this once: so no redirect."""
    secret = await calendars.make_address(
        request.person.id, form_key=await form_key(request), now=request.now
    )
    return await _page(request, calendar_path=f"/calendar/private/{secret}.ics" if secret else None)


@signed_in
async def revoke_calendar(request: Request) -> Response:
    await calendars.revoke_address(request.person.id, now=request.now)
    return see_other(f"/my-page?saved={Saved.NO_CALENDAR}", request)


@signed_in
async def end_sign_in(request: Request) -> Response:
    """Sign out of one device."""
    sign_in = parse_id(request.path_params["id"])
    if not await people.end(sign_in, request.person.id, now=request.now):
        raise NotFound
    return (
        signed_out(request)
        if sign_in == request.person.sign_in_id
        else see_other(f"/my-page?saved={Saved.SIGNED_OUT}", request)
    )


@signed_in
async def end_sign_ins(request: Request) -> Response:
    """Sign out everywhere, here too."""
    await people.end_all(request.person.id, now=request.now)
    return signed_out(request)
