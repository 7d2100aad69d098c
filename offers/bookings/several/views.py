"""Booking several dates by one form, and cancelling all of them."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, see_other, typed_id
from marketplace.base.web.templates import render
from offers.bookings import actions as bookings_actions
from offers.bookings import parties, queries
from offers.bookings.forms import shown_by
from offers.bookings.mending import views as mending_views
from offers.bookings.several import actions, rules
from offers.bookings.several import queries as several_queries
from offers.bookings.several.claims import DatesRefused
from offers.bookings.several.forms import SeveralForm
from offers.bookings.views import blank, form_page, not_booked, represented
from offers.catalogue.kinds import Kind
from offers.catalogue.queries import Viewer, offer_page, viewer_of
from offers.catalogue.rules import Left, seats
from offers.seats import claims
from offers.seats.rules import Objection, objection_text

NONE: Mapping[UUID | None, str] = MappingProxyType({})


@public
async def several(request: Request) -> Response:
    """GET and POST /offers/{slug}/bookings/several. GET ticks ?session=…, or with ?weekly=… the same time every week,
    where there is room."""
    slug = request.path_params["slug"]
    viewer = await viewer_of(request.person)
    dates = await several_queries.open_dates(slug, viewer, request.now)
    if request.method == "POST":
        return await _create(request, viewer, dates)
    if not dates:  # its page says why, or there is no such offer
        await offer_page(slug, viewer=viewer, lang=request.lang, now=request.now)
    found = await _offer(request, viewer, dates)
    if found is None:
        return see_other(f"/offers/{slug}", request)
    like = typed_id(request.query.get("weekly", [None])[-1])
    ticked = [typed_id(one) for one in request.query.get("session", [])]
    if like:
        ticked = [*rules.weekly((one for one in dates if not one.full), like)]
    form = await blank(request, dates=ticked)
    return await _shown(request, found, form, dates)


async def _offer(
    request: Request, viewer: Viewer, dates: list[several_queries.OpenDate]
) -> queries.Bookable | None:
    """What the form says of the offer, without a date; None where one does not book several."""
    if not dates:
        return None
    found = await queries.bookable(request.path_params["slug"], dates[0].session_id, viewer, request.lang)
    if found.kind == Kind.CONVERSATION:
        return None
    return replace(found, session_id=None, session_starts=None, session_ends=None, starts_at=None, ends_at=None,
                   capacity=None, note=None)  # fmt: skip


async def _shown(
    request: Request,
    found: queries.Bookable,
    form: Any,
    dates: list[several_queries.OpenDate],
    status: int = 200,
    reasons: Mapping[UUID | None, str] = NONE,
) -> Response:
    """The form. What is refused (`reasons`) stands there unticked, and where there is no room ticking it now is to wait
    for it."""
    chosen = {str(one) for name in ("dates", "waits") for one in form.values.get(name, [])}
    choices = []
    for one in dates:
        left = Left(
            one.capacity and one.capacity - one.reserved, one.taken, one.waiting, one.starts_at, one.ends_at,
            one.opens_at, one.closes_at,
        )  # fmt: skip
        text = seats(found.joining, left, found.sensitive, request.now).text
        choices.append(
            rules.Choice(
                one.session_id,
                one.starts_at,
                one.ends_at,
                one.full,
                one.gone(request.now),
                text,
                reasons.get(one.session_id, ""),
                str(one.session_id) in chosen,
                one.elsewhere,
                one.sequence,
            )
        )
    weeks = rules.patterns(one for one in dates if not one.full)  # as many as the link ticks
    return await form_page(request, found, form, status, dates=choices, patterns=weeks, most=rules.MOST_DATES)


async def _create(request: Request, viewer: Viewer, dates: list[several_queries.OpenDate]) -> Response:
    slug, reasons = request.path_params["slug"], NONE
    form = await SeveralForm.read(request)
    chosen = {*form.values.get("dates", []), *form.values.get("waits", [])}
    if not chosen:
        form.errors = {"dates": _("Velg minst én dag."), **form.errors}
    comes_for = await represented(form, slug, viewer)
    if form.valid and dates and form.data.seats > dates[0].max_party:
        form.add_error("seats", objection_text(Objection.TOO_MANY, dates[0].pool, False))
    if form.valid:
        data = form.data
        sessions = [*data.dates, *data.waits]
        party, tries = await parties.party_of(request, data, comes_for, len(sessions))
        act = partial(
            bookings_actions.book_dates, slug, sessions, party, waits=set(data.waits), viewer=viewer, tries=tries,
            now=request.now, lang=data.lang if party.guided and data.lang else request.lang,
            shown=shown_by(data.shown),
        )  # fmt: skip
        try:
            booked, key = await mending_views.book_once(
                request, form, party, slug, sessions, lambda key: act(form_key=key), tries, several=True
            )
            return mending_views.remembering(
                request, see_other(booked.path, request), slug, sessions, party, key
            )
        except claims.JustSent as just:
            mending_views.asked_about(form, just)
        except DatesRefused as refused:
            form.add_error(
                "dates", _("Noen av dagene går ikke. Se hvilke, og send en gang til. Ingenting er lagret.")
            )
            reasons = refused.reasons
            dates = await several_queries.open_dates(
                slug, viewer, request.now, also=[one for one in reasons if one]
            )
        except NotFound:
            return await not_booked(request, viewer)
        except bookings_actions.Unanswered:
            pass  # form_page tells what is missing
        except Refused as refused:
            form.add_error(
                "who" if isinstance(refused, bookings_actions.ForWhom) else "dates", refused.message
            )
    if "form_key" in form.errors:
        form.values["form_key"] = secrets.token_hex(16)
    found = await _offer(request, viewer, dates)
    if found is None:
        return await not_booked(request, viewer)
    return await _shown(request, found, form, dates, 409 if form.values.get("asked") else 422, reasons)


@public
async def cancel_together(request: Request) -> Response:
    """GET and POST /bookings/{token}/cancel-all. GET only asks: mail scanners follow links."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    together = await several_queries.made_together(found)
    left = [one for one in together if one.active and one.ends_at > request.now]
    if not left:
        return see_other(found.path, request)
    if request.method == "POST":
        by = request.person.id if request.person else None
        await actions.cancel_together([one.id for one in left], now=request.now, by=by)
        return see_other(found.path, request)
    return render(request, "offers/bookings/several/cancel.html", booking=found, left=left, section="my-page")
