"""Pages to move or cancel a session, and to cancel an offer."""

from typing import Any

from starlette.responses import Response

from marketplace.base.clock import oslo
from marketplace.base.errors import Refused
from marketplace.base.i18n import clock_in_digits
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from offers.catalogue.models import Session, Venue
from offers.catalogue.queries import title_of
from offers.participants import queries as participants_queries
from offers.publishing.queries import Place, sessions_of, venues
from offers.publishing.rules import told
from offers.publishing.series.forms import tell_order
from offers.publishing.series.rules import meeting, time_objections
from offers.rights.queries import offer_owned_by, session_owned_by
from offers.sessions import actions, queries, rules
from offers.sessions.forms import CancelForm, CancelOfferForm, MoveForm
from organizations.members.models import Role


async def shown(request: Request, template: str, session: Session, **more: Any) -> Response:
    """A page about one session: what it is and where, and `more`."""
    offer = session.offer
    venue = await Venue.get_or_none(id=session.venue_id or offer.venue_id)
    return render(
        request, template, session=session, offer=offer, title=await title_of(offer.id, request.lang),
        place=venue.name if venue else _("På nett") if offer.online_url else "", **more,
    )  # fmt: skip


@member(Role.EDITOR)
async def move(request: Request) -> Response:
    """Another time or place. Before saving, the page says who will be told, and if another session is held then."""
    session = await session_owned_by(request.person, request.path_params["id"])
    rules.changeable(session, request.now)
    offer = session.offer
    places = await venues(offer.municipality_id)
    if request.method == "GET":
        starts, ends = oslo(session.starts_at), oslo(session.ends_at)
        form = MoveForm.blank(
            day=f"{starts.day}.{starts.month}.{starts.year}",
            starts=clock_in_digits(starts), ends=clock_in_digits(ends),
            venue=session.venue_id or offer.venue_id, sequence=session.sequence,
        )  # fmt: skip
        return await moving(request, session, places, form)
    form = await MoveForm.read(request)
    if form.valid:
        check(form, request, [place.id for place in places])
    status = 422
    if form.valid:
        given = form.data
        starts, ends = meeting(given.day, given.starts, given.ends)
        others = await queries.sessions_between(session, starts, ends)
        if others and given.warned != given.time:
            form.values["warned"] = given.time
            return await moving(request, session, places, form, others=others)
        try:
            await actions.move(
                session, sequence=given.sequence, starts_at=starts, ends_at=ends, venue_id=given.venue,
                by=request.person.id, now=request.now,
            )  # fmt: skip
            return see_other(f"/manage/sessions/{session.id}/call-list", request)
        except actions.Stale as stale:
            status = stale.status
            await show_again(session, form, stale)
        except Refused as refused:
            form.add_error("form", refused.message)
    tell_order(form)
    return await moving(request, session, places, form, status)


def check(form: Filled[MoveForm], request: Request, places: list[Any]) -> None:
    """Errors that need the moment and the places."""
    given = form.data
    for field, words in time_objections(given.day, given.starts, given.ends, request.now):
        form.add_error(field, words)
    if given.venue is not None and given.venue not in places:
        form.add_error("venue", _("Velg et sted fra lista."))


async def show_again(session: Session, form: Filled[Any], stale: actions.Stale) -> None:
    """The page again with what was typed, now about the session as it is."""
    await session.refresh_from_db()
    form.add_error("form", stale.message)
    form.values["sequence"] = str(session.sequence)


async def moving(
    request: Request,
    session: Session,
    places: list[Place],
    form: Any,
    status: int = 200,
    others: Any = (),
) -> Response:
    parties = await participants_queries.parties_of_session(session.id, waiting=True)
    return await shown(request, "offers/sessions/move.html", session, status=status, form=form, venues=places,
                       others=others, told=told(*participants_queries.counts(parties)))  # fmt: skip


@member(Role.EDITOR)
async def cancel(request: Request) -> Response:
    """Cancel one session, with a note that everybody can read."""
    session = await session_owned_by(request.person, request.path_params["id"])
    rules.changeable(session, request.now)
    form, status = CancelForm.blank(sequence=session.sequence), 200
    if request.method == "POST":
        form, status = await CancelForm.read(request), 422
        if form.valid:
            try:
                await actions.cancel(session, by=request.person.id, now=request.now, **form.data.model_dump())
                return see_other(f"/manage/sessions/{session.id}/call-list", request)
            except actions.Stale as stale:
                status = stale.status
                await show_again(session, form, stale)
            except Refused as refused:
                form.add_error("form", refused.message)
    ending = await queries.ending_pools(session.offer.id, request.now, session.id)
    parties = await participants_queries.parties_of_session(session.id, [pool.id for pool in ending])
    return await shown(request, "offers/sessions/cancel.html", session, status=status, form=form, ending=bool(ending),
                       told=told(*participants_queries.counts(parties)))  # fmt: skip


@member(Role.EDITOR)
async def cancel_offer(request: Request) -> Response:
    """Cancel all of an offer that is left."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    rules.on(offer.state)
    form, status = CancelOfferForm.blank(), 200
    if request.method == "POST":
        form, status = await CancelOfferForm.read(request), 422
        if form.valid:
            try:
                await actions.cancel_offer(offer, note=form.data.note, by=request.person.id, now=request.now)
                return see_other(f"/manage/offers/{offer.slug}/call-list", request)
            except Refused as refused:
                form.add_error("form", refused.message)
    parties = await participants_queries.parties_of_offer(offer.id, request.now)
    coming = [
        one for one in await sessions_of(offer.id, request.now)
        if not one.called_off and one.starts_at > request.now
    ]  # fmt: skip
    return render(request, "offers/sessions/cancel_offer.html", status=status, form=form, offer=offer,
                  title=await title_of(offer.id, request.lang), told=told(*participants_queries.counts(parties)),
                  coming=len(coming), anybody=bool(parties))  # fmt: skip
