"""Booking, and what a booker can do with a booking by its link: see, cancel, send word, put it in a calendar."""

import secrets
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import BadRequest, NotFound, Refused
from marketplace.base.i18n import LANGUAGES
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import public
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other, typed_id
from marketplace.base.web.templates import render
from marketplace.people.acting.queries import acted_for
from offers.bookings import actions, parties, queries, rules, warnings
from offers.bookings.calendar import events
from offers.bookings.certificates import queries as certificates
from offers.bookings.certificates.rules import earned, promised
from offers.bookings.colleagues import told_of_colleagues
from offers.bookings.companions import queries as companions_queries
from offers.bookings.forms import BookingForm, shown_by
from offers.bookings.mending import views as mending_views
from offers.bookings.openings.forms import NoticeForm
from offers.bookings.requests.queries import expected
from offers.bookings.rules import begins
from offers.bookings.saved import Saved
from offers.bookings.several.claims import DatesRefused
from offers.bookings.several.queries import made_together
from offers.bookings.times.claims import HasTime
from offers.bookings.times.queries import moved_to, other_time
from offers.catalogue.calendar import calendar, vevent
from offers.catalogue.kinds import Kind
from offers.catalogue.queries import Viewer, is_shown, offer_page, viewer_of
from offers.publishing.questions import queries as questions_queries
from offers.publishing.questions import rules as asked
from offers.seats import claims
from offers.seats import rules as seats_rules
from offers.seats.models import BookingState
from organizations.members.models import Role


async def form_page(
    request: Request, found: queries.Bookable, form: Any, status: int = 200, **more: Any
) -> Response:
    pool = found.pool
    acting = [one for one in await acted_for(request.person.id) if one.accepted] if request.person else []
    if form.values.get("who") not in {"child", "other", *(str(one.person_id) for one in acting)}:
        form.values["who"] = "me"
    if status in (409, 422):
        asked.tell(form, found.asked, await request.fields())
        if request.shown_only:
            form.errors = {}
    mine = request.person.id if request.person and form.values["who"] == "me" else None
    return render(
        request, "offers/bookings/new.html", status=status, offer=found, form=form, pool=pool,
        full=pool.joining != "request" and pool.free == 0, section="offers", guide=Role.GUIDE in request.roles,
        begins=begins(found, request.now), acting=acting, lang_choices=list(LANGUAGES.items()),
        questions=asked.questions(found.asked),
        age_question=asked.age_question(found.age_from, found.age_to),
        said_of_age=asked.said_of_age(found.age_from, found.age_to),
        warnings=await warnings.told(mine, found, request.lang, request.now), **more,
    )  # fmt: skip


def _closed(request: Request, found: queries.Bookable, reason: str, status: int) -> Response:
    return render(
        request, "offers/bookings/closed.html", status=status, offer=found, reason=reason, section="offers",
        form=NoticeForm.blank(),
        not_open=not found.called_off and seats_rules.only_not_open(found.pool, request.now),
    )  # fmt: skip


def _has_time(request: Request, found: queries.Bookable, path: str, status: int) -> Response:
    """Who has a time of these conversations is led to changing it."""
    return render(
        request,
        "offers/bookings/has_time.html",
        status=status,
        offer=found,
        path=path,
        section="offers",
    )


def _why_closed(found: queries.Bookable, request: Request) -> str | None:
    if found.called_off:
        return _("Denne samlingen er avlyst.")
    for objection in seats_rules.closed(found.pool, request.now):
        return seats_rules.objection_text(objection, found.pool, found.sensitive)
    return None


@public
async def new(request: Request) -> Response:
    """GET /offers/{slug}/bookings/new?session=…"""
    session = typed_id(request.query.get("session", [None])[-1])
    viewer = await viewer_of(request.person)
    slug = request.path_params["slug"]
    try:
        found = await queries.bookable(slug, session, viewer, request.lang)
    except NotFound:  # nothing to book in what is there: its page says why, or lets one choose a date
        await offer_page(slug, viewer=viewer, lang=request.lang, now=request.now)
        return see_other(f"/offers/{slug}", request)
    if reason := _why_closed(found, request):
        return _closed(request, found, reason, 410)
    if found.kind == Kind.CONVERSATION and request.person and Role.GUIDE not in request.roles:
        me = request.person.id
        if path := await other_time(found.offer_id, me, me, None, b"", request.now):
            return _has_time(request, found, path, 200)
    return await form_page(request, found, await blank(request))


async def blank(request: Request, **more: Any) -> Any:
    """The booking form with what is known of whoever is signed in."""
    known = await parties.own_contact(request)
    return BookingForm.blank(
        who=typed_id(request.query.get("for", [None])[-1]) or "me", seats=1, form_key=secrets.token_hex(16),
        contact="sms" if known and known.channel == "sms" else "email",
        name=request.person.name if request.person else "", lang=request.lang,
        email=known.value if known and known.channel == "email" else "",
        phone=known.value if known and known.channel == "sms" else "", **more,
    )  # fmt: skip


async def represented(form: Filled[Any], slug: str, viewer: Viewer) -> set[UUID]:
    """The organisations that the viewer may come for. An error of the form where one must be chosen and is not."""
    if not viewer.organizations:  # as nearly always
        return set()
    found: set[UUID] = {one.id for one in await queries.represented(slug, viewer)}
    if form.valid and len(found) > 1 and form.data.organization not in found:
        form.add_error("organization", _("Velg hvem du kommer for."))
    return found


async def _filled(request: Request, booked: claims.Booked, party: claims.Party) -> str:
    """What the page of a booking is to say of it, if it came to the queue by a form that had a place to give."""
    asked_to_wait = party.waiting_ok or "full" in await request.fields()
    return f"?saved={Saved.FILLED}" if booked.state is BookingState.WAITING and not asked_to_wait else ""


async def not_booked(request: Request, viewer: Viewer) -> Response:
    """What was to be booked has gone while the form stood open: its page says how it is now. Raises NotFound where the
    viewer may not see that either."""
    slug = request.path_params["slug"]
    await offer_page(slug, viewer=viewer, lang=request.lang, now=request.now)
    return see_other(f"/offers/{slug}?saved={Saved.NOT_BOOKED}", request)


@public
async def create(request: Request) -> Response:
    """POST /offers/{slug}/bookings"""
    slug = request.path_params["slug"]
    session = typed_id((await request.fields()).get("session", [None])[-1])
    viewer = await viewer_of(request.person)
    form = await BookingForm.read(request)
    comes_for = await represented(form, slug, viewer)
    why: Refused | None = None
    if form.valid:
        party, tries = await parties.party_of(request, form.data, comes_for)
        act = partial(
            actions.book, slug, session, party, viewer=viewer, tries=tries, now=request.now,
            lang=form.data.lang if party.guided and form.data.lang else request.lang,
            shown=shown_by(form.data.shown),
        )  # fmt: skip
        try:
            booked, key = await mending_views.book_once(
                request, form, party, slug, [session], lambda key: act(form_key=key), tries
            )
            receipt = see_other(booked.path + await _filled(request, booked, party), request)
            return mending_views.remembering(request, receipt, slug, [session], party, key)
        except NotFound:
            return await not_booked(request, viewer)
        except Refused as refused:
            why = refused
    try:
        found = await queries.bookable(slug, session, viewer, request.lang)
    except NotFound:
        return await not_booked(request, viewer)
    if isinstance(why, HasTime):
        return _has_time(request, found, why.path, 409)
    if isinstance(why, claims.JustSent):
        mending_views.asked_about(form, why)
        return await form_page(request, found, form, 409)
    if reason := _why_closed(found, request):
        return _closed(request, found, reason, 409)
    if "form_key" in form.errors:
        form.values["form_key"] = secrets.token_hex(16)
    if why and not isinstance(why, actions.Unanswered):
        moved = isinstance(why, DatesRefused) and why.moved
        form.add_error(
            "who" if isinstance(why, actions.ForWhom) else "form" if moved else "seats", why.message
        )
    return await form_page(request, found, form, 422)


@public
async def show(request: Request) -> Response:
    """GET /bookings/{token}: the receipt, the place in the queue, or what became of it."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    if found.moved_to_id and (later := await moved_to(found.id)):
        return see_other(later, request)
    sessions = found.sessions
    # Its page may be shown to fewer than it was: no link leads where they cannot go.
    there = found.open and await is_shown(found.offer_id, await viewer_of(request.person))
    found = replace(found, open=there)
    colleague = await told_of_colleagues(found, request.person, request.roles, request.now)
    told = found.tells_attendance(request.person and request.person.id)
    was_at = await certificates.attended(found.id, request.now) if told else None
    return render(
        request, "offers/bookings/show.html", booking=found, colleague=colleague,
        coming=rules.coming(sessions, request.now), one_by_one=rules.one_by_one(found),
        off=rules.cancelled(sessions, request.now), arriving=rules.arriving(sessions, request.now),
        stands=rules.standing(found, request.now), section="my-page",
        asked_first=rules.asked_first(found, request.now),
        companions=await companions_queries.companions(found.id),
        answers=await questions_queries.answers(found.id),
        certificate=was_at is not None and earned(was_at, request.now),
        certificate_share=promised(was_at, request.now) if was_at else None,
        together=await made_together(found), expected=await expected(found, request.lang, request.now),
    )  # fmt: skip


@public
async def cancel(request: Request) -> Response:
    """GET and POST /bookings/{token}/cancel. GET only asks: mail scanners follow links. Who has changed the time since
    is asked about the time that they have now: nothing has ended yet."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    if found.moved_to_id and (later := await moved_to(found.id)):
        return see_other(f"{later}/cancel", request)
    if request.method == "POST":
        rules.not_over(found, request.now)
        await actions.cancel(found.id, now=request.now, by=request.person.id if request.person else None)
        return see_other(found.path, request)
    if not found.active or rules.over(found, request.now):
        return see_other(found.path, request)
    coming = rules.coming(found.sessions, request.now)
    was_at = await certificates.attended(found.id, request.now)
    return render(
        request, "offers/bookings/cancel.html", booking=found, coming=coming, section="my-page",
        one_by_one=rules.one_by_one(found), share=was_at and promised(was_at, request.now),
    )  # fmt: skip


@public
async def answer(request: Request) -> Response:
    """POST /bookings/{token}/answer: yes or no to a held seat."""
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    fields = await request.fields()
    said = fields.get("answer", [""])[-1]
    if said not in ("yes", "no"):
        raise BadRequest(_("Velg ja eller nei."))
    state = await actions.answer_offer(
        found.id, said == "yes", now=request.now, shown=shown_by(fields.get("shown", []))
    )
    late = said == "yes" and state is BookingState.WAITING
    return see_other(found.path + (f"?saved={Saved.LATE}" if late else ""), request)


@public
async def sent_word(request: Request) -> Response:
    """POST /bookings/{token}/sent-word: not this time, or all the same."""
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    fields = await request.fields()
    session = typed_id(fields.get("session", [""])[-1])
    if session is None:
        raise NotFound
    all_the_same = "coming" in fields
    said = shown_by(fields.get("shown", []))
    await actions.send_word(found.id, session, coming=all_the_same, now=request.now, shown=said)
    return see_other(f"{found.path}?saved={Saved.COMING if all_the_same else Saved.WORD}", request)


@public
async def calendar_file(request: Request) -> Response:
    """GET /bookings/{token}/calendar.ics"""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    ahead = [event for event in events(found, found.sessions) if event.ends_at > request.now]
    body = calendar([vevent(event) for event in ahead], private=True)
    return Response(
        body,
        media_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="treffpunkt.ics"',
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )
