"""The guide's desk: somebody on the phone or at the counter is booked for in under a minute."""

import secrets
from functools import partial
from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import LANGUAGES
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from marketplace.guide import queries as guide_queries
from marketplace.guide.caller.browser import call_of, calls_of, keep
from marketplace.guide.caller.queries import booked_in
from marketplace.guide.caller.rules import ID, Call, joined, new_id
from marketplace.guide.caller.views import why_choices
from marketplace.guide.forms import GuideForm
from marketplace.guide.found.forms import LookForm
from marketplace.guide.rules import Receipt
from marketplace.guide.saved import Saved
from marketplace.my_page import queries, rules
from offers.bookings import actions, parties
from offers.bookings import queries as bookings
from offers.bookings.colleagues import note_left, told_of_colleagues
from offers.bookings.forms import shown_by
from offers.bookings.mending import views as mending_views
from offers.bookings.requests.queries import expected
from offers.bookings.rules import begins, coming
from offers.bookings.several import queries as several_queries
from offers.bookings.several.claims import DatesRefused
from offers.catalogue.models import Joining
from offers.catalogue.queries import offer_page, viewer_of
from offers.participants.actions import answer_call
from offers.participants.calls.queries import calls_of_guide
from offers.participants.calls.views import said_of
from offers.publishing.questions import rules as asked
from offers.search.forms import SearchForm
from offers.seats import claims
from offers.seats.rules import closed, objection_text
from organizations.members.models import Role


@member(Role.GUIDE)
async def desk(request: Request) -> Response:
    """GET /desk: where a call begins, who is to be rung, and the open bookings that this guide has made for others.
    What whoever rings says is sent as a form."""
    me, lang = request.person.id, request.lang
    helped = await queries.bookings(me, lang, coming=True, now=request.now, helped=True)
    calls = await calls_of_guide(me, lang)
    to_ring = [one for one in calls if one.called_at is None]
    await note_left([one.booking_id for one in to_ring], me, request.now)
    return render(
        request, "marketplace/guide/desk.html", form=SearchForm.blank(), new=new_id(), going_on=calls_of(request),
        open=to_ring, done=[one for one in calls if one.called_at],
        here="/guide/calls", helped=helped, told=rules.told, look=LookForm.blank(), whys=why_choices(),
        section="/desk",
    )  # fmt: skip


@member(Role.GUIDE)
async def moved(request: Request) -> Response:
    """GET /guide: the desk stood here until November 2026."""
    return see_other("/desk", request)


@member(Role.GUIDE)
async def tick(request: Request) -> Response:
    """POST /guide/calls: the guide has rung somebody they booked for, or not after all."""
    me = request.person.id
    await answer_call(*said_of(await request.fields()), guide=me, by=me, now=request.now)
    return see_other(f"/desk?saved={Saved.CALLED}", request)


@member(Role.GUIDE)
async def begin(request: Request) -> Response:
    """GET /desk/offers/{slug}: somebody is to be booked for from the offer's own page. It belongs to the call that goes
    on, if there is one; to none of several, for nobody can know which. `?call=`: the page was opened from that. Only
    then is it for the caller who was booked for last: `joined` says that it may be somebody else. `?session=`: the date
    that was pressed."""
    slug, given = request.path_params["slug"], request.query.get("call", [""])[-1]
    await offer_page(slug, viewer=await viewer_of(request.person), lang=request.lang, now=request.now)
    date = _pressed(request)
    if ID.fullmatch(given):
        return see_other(f"/desk/{given}/offers/{slug}{f'?session={date}' if date else ''}", request)
    return see_other(
        f"/desk/{joined(calls_of(request), request.now).id}/offers/{slug}?joined=1{f'&session={date}' if date else ''}",
        request,
    )


@member(Role.GUIDE)
async def book(request: Request) -> Response:
    """GET and POST /desk/{call}/offers/{slug}: the date and whoever comes, on one short form."""
    call = call_of(request)
    slug, viewer = request.path_params["slug"], await viewer_of(request.person)
    dates = await several_queries.open_dates(slug, viewer, request.now)
    try:
        found = await bookings.bookable(slug, dates[0].session_id if dates else None, viewer, request.lang)
    except NotFound:  # nothing to book in what is there: its page says why
        await offer_page(slug, viewer=viewer, lang=request.lang, now=request.now)
        return see_other(f"/offers/{slug}?call={call.id}", request)
    form: Filled[Any] = GuideForm.blank(
        session=_chosen(request, dates), seats=1, contact="sms",
        lang=request.lang, form_key=secrets.token_hex(16),
    )  # fmt: skip
    if request.method == "POST":
        form = await GuideForm.read(request, who="other", name=request.person.name or _("Veileder"))
        if form.valid:
            answer, found = await _book(request, call, found, viewer, form)
            if answer:
                return answer
        if "form_key" in form.errors:
            form.values["form_key"] = secrets.token_hex(16)
        asked.tell(form, found.asked, await request.fields())
        if request.shown_only:
            form.errors = {}
    elif "joined" not in request.query and (
        before := await booked_in(call.booked[-1:], request.person.id, request.lang)
    ):
        form.values["participant_name"] = before[0].participant or ""
    pool = found.pool
    reason = (
        "" if dates else next((objection_text(each, pool, True) for each in closed(pool, request.now)), "")
    )
    return render(
        request, "marketplace/guide/book.html", offer=found, pool=pool, dates=dates, form=form, call=call,
        reason=reason, begins=begins(found, request.now), lang_choices=list(LANGUAGES.items()), section="/desk",
        full=not dates and pool.joining != Joining.REQUEST and pool.free == 0,
        questions=asked.questions(found.asked), age_question=asked.age_question(found.age_from, found.age_to),
        said_of_age=asked.said_of_age(found.age_from, found.age_to),
        status=409 if form.values.get("asked") else 422 if form.errors else 200,
    )  # fmt: skip


def _pressed(request: Request) -> UUID | None:
    """The date whose button led here; what is no date is as if nothing was said."""
    try:
        return UUID(request.query.get("session", [""])[-1])
    except ValueError:
        return None


def _chosen(request: Request, dates: list[several_queries.OpenDate]) -> UUID | str:
    """The date that was pressed, if it is open; else the first with room."""
    pressed = _pressed(request)
    first = next((one.session_id for one in dates if not one.full), "")
    return next((one.session_id for one in dates if one.session_id == pressed), first)


async def _book(
    request: Request, call: Call, found: bookings.Bookable, viewer: Any, form: Filled[GuideForm]
) -> tuple[Response | None, bookings.Bookable]:
    """Book, note it in the call, and lead to the receipt; else tell the form why not. Gives what it is as it was
    `found`, or where that is refused as it is for the chosen date."""
    slug, data = found.slug, form.data
    comes_for: set[UUID] = {one.id for one in await bookings.represented(slug, viewer)}
    party, tries = await parties.party_of(request, data, comes_for)
    act = partial(actions.book, slug, data.session, party, viewer=viewer, tries=tries,
                  lang=data.lang or request.lang, now=request.now, shown=shown_by(data.shown))  # fmt: skip
    try:
        booked, key = await mending_views.book_once(
            request, form, party, slug, [data.session], lambda key: act(form_key=key), tries
        )
        receipt = see_other(f"/desk/{call.id}/receipts/{booked.path.rpartition('/')[2]}", request)
        keep(receipt, request, call.with_booking(booked.id))
        return mending_views.remembering(request, receipt, slug, [data.session], party, key), found
    except claims.JustSent as just:
        mending_views.asked_about(form, just)
        return None, found
    except actions.Unanswered:
        return None, found
    except Refused as refused:
        found = await bookings.bookable(slug, data.session, viewer, request.lang)
        moved = isinstance(refused, DatesRefused) and refused.moved
        of_many = data.seats > 1 and not moved and not any(closed(found.pool, request.now))
        where = "seats" if of_many else "session" if data.session else "form" if moved else "participant_name"
        form.add_error(where, refused.message)
        return None, found


@member(Role.GUIDE)
async def receipt(request: Request) -> Response:
    """GET /desk/{call}/receipts/{token}: what to read aloud or print for whoever was booked for."""
    call, me = call_of(request), request.person.id
    found = await guide_queries.booking_of_desk(me, request.path_params["token"], request.lang)
    colleague = await told_of_colleagues(found, request.person, request.roles, request.now)
    return render(
        request, "marketplace/guide/receipt.html", booking=found, coming=coming(found.sessions, request.now),
        section="/desk", told=Receipt(found.state, found.joining, found.participant or ""), call=call,
        colleague=colleague, expected=await expected(found, request.lang, request.now),
    )  # fmt: skip
