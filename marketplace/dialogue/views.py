"""Frivillighetsdialogen for those who coordinate it: members, meetings, and which organisations came."""

from typing import Any

from starlette.responses import Response

from marketplace.base.clock import oslo
from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import clock_in_digits, pick
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import coordinator, signed_in
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from marketplace.dialogue import actions, queries, rules
from marketplace.dialogue.forms import AttendedForm, MeetingForm, MemberForm
from marketplace.dialogue.items.queries import items
from marketplace.dialogue.models import Dialogue, DialogueMeeting
from marketplace.dialogue.saved import Saved
from marketplace.dialogue.telling.queries import unreached
from marketplace.dialogue.telling.rules import calling, changing
from offers.catalogue.models import Session
from offers.catalogue.queries import title_of
from offers.publishing.queries import Place, text_of, venues
from offers.publishing.series.rules import meeting as meeting_at
from offers.publishing.series.rules import time_objections
from offers.sessions.actions import Stale
from offers.sessions.forms import CancelOfferForm, MoveForm
from organizations.members.impartial import OwnOrganization


@coordinator
async def dialogues(request: Request) -> Response:
    """GET /dialogues"""
    found = await queries.dialogues(request.person)
    return render(request, "marketplace/dialogue/dialogues.html", dialogues=found)


@coordinator
async def dialogue(request: Request) -> Response:
    """GET /dialogues/{slug}"""
    found = await queries.dialogue_of(request.person, request.path_params["slug"])
    return await _dialogue(request, found, MemberForm.blank())


async def _dialogue(request: Request, found: Dialogue, form: Any, status: int = 200) -> Response:
    meetings = await queries.meetings(found.id, request.lang)
    return render(
        request, "marketplace/dialogue/dialogue.html", status=status, dialogue=found, form=form,
        coming=[one for one in reversed(meetings) if one.ends_at > request.now],
        over=[one for one in meetings if one.ends_at <= request.now],
        members=await queries.members(found.id), candidates=await queries.candidates(found),
        goals=await queries.goals(found.id), waiting=await items(found.id, None),
    )  # fmt: skip


@coordinator
@made_once
async def add_member(request: Request) -> Response:
    """POST /dialogues/{slug}/members"""
    found = await queries.dialogue_of(request.person, request.path_params["slug"])
    form = await MemberForm.read(request)
    if form.valid and form.data.organization not in {one.id for one in await queries.candidates(found)}:
        form.add_error("organization", _("Velg en organisasjon som ikke er med allerede."))
    if not form.valid:
        return await _dialogue(request, found, form, 422)
    try:
        await actions.join(found, form.data.organization, by=request.person.id, now=request.now)
    except OwnOrganization as refused:
        form.add_error("organization", refused.message)
        return await _dialogue(request, found, form, 422)
    return see_other(f"/dialogues/{found.slug}?saved={Saved.ADDED}", request)


@coordinator
async def remove_member(request: Request) -> Response:
    """GET and POST /dialogues/{slug}/members/{id}/remove. GET only asks."""
    found = await queries.dialogue_of(request.person, request.path_params["slug"])
    organization = parse_id(request.path_params["id"])
    member = next((one for one in await queries.members(found.id) if one.id == organization), None)
    if member is None:
        raise NotFound
    if request.method == "GET":
        return render(request, "marketplace/dialogue/remove_member.html", dialogue=found, member=member)
    await actions.leave(found, organization, by=request.person.id, now=request.now)
    return see_other(f"/dialogues/{found.slug}?saved={Saved.REMOVED}", request)


def _object(form: Any, places: list[Place], request: Request) -> None:
    """What speaks against the time and the place of a meeting, at their fields."""
    given = form.data
    for field, words in time_objections(given.day, given.starts, given.ends, request.now):
        form.add_error(field, words)
    if given.venue not in {one.id for one in places}:
        form.add_error("venue", _("Velg et sted fra lista."))


@coordinator
@made_once
async def new_meeting(request: Request) -> Response:
    """GET and POST /dialogues/{slug}/meetings/new"""
    found = await queries.dialogue_of(request.person, request.path_params["slug"])
    places = await venues(found.municipality_id)
    form: Any = MeetingForm.blank()
    if request.method == "POST":
        form = await MeetingForm.read(request)
        if form.valid:
            _object(form, places, request)
        if form.valid:
            try:
                await actions.call_meeting(
                    found, by=request.person.id, now=request.now, lang=request.lang, **form.data.model_dump()
                )
                return see_other(f"/dialogues/{found.slug}?saved={Saved.CALLED}", request)
            except Refused as refused:
                form.add_error("form", refused.message)
    return render(
        request, "marketplace/dialogue/new_meeting.html", status=422 if form.errors else 200, dialogue=found,
        form=form, venues=places, members=await queries.members(found.id), waiting=await items(found.id, None),
    )  # fmt: skip


@signed_in
async def meeting(request: Request) -> Response:
    """GET and POST /dialogues/{slug}/meetings/{offer}: for coordinators, and for those who lead the meeting."""
    slug = request.path_params["slug"]
    found = await queries.meeting_of(request.person, slug, request.path_params["offer"])
    session = await queries.session_of(found)
    there = await queries.organizations_of(found)
    begun = session.starts_at <= request.now
    acts = [calling(found.id), changing(session.id, session.sequence)]
    is_coordinator = await queries.coordinates(request.person, found.dialogue)
    if request.method == "POST":
        rules.has_been(session, request.now)
        form = await AttendedForm.read(request)
        if not form.valid or not set(form.data.organizations) <= {one.id for one in there}:
            form.add_error("organizations", _("Velg blant organisasjonene på lista."))
        else:
            async with one_at_a_time(found.offer.id):
                if form.meet(_were_there(await queries.organizations_of(found))):
                    try:
                        await actions.say_who_was_there(
                            found, form.data.organizations, by=request.person.id, now=request.now
                        )
                        return see_other(_page_of(found) + f"?saved={Saved.ATTENDED}", request)
                    except OwnOrganization as refused:  # in here: what is written of it stays
                        form.add_error("organizations", refused.message)
    else:
        form = _were_there(there)
    return render(
        request, "marketplace/dialogue/meeting.html", items=await items(found.dialogue.id, found.id),
        status=422 if form.errors else 200, meeting=found, form=form,
        session=session, there=there, begun=begun, title=await title_of(found.offer.id, request.lang),
        dialogue_title=pick(found.dialogue.title), text=await text_of(found.offer),
        is_coordinator=is_coordinator,
        to_ring=await unreached(found.dialogue.id, acts) if is_coordinator and not begun else [],
        sees_offer=await queries.sees_offer(request.person, found.offer.slug),
    )  # fmt: skip


def _were_there(organizations: list[queries.Attending]) -> Filled[AttendedForm]:
    """The form with what is recorded now."""
    return AttendedForm.blank(organizations=[str(one.id) for one in organizations if one.there])


async def _to_change(request: Request) -> tuple[DialogueMeeting, Session]:
    """The meeting of this address, if it can still be changed. Raises NotFound and Refused."""
    slug, offer = request.path_params["slug"], request.path_params["offer"]
    found, session = await queries.meeting_to_change(request.person, slug, offer)
    rules.changeable(found.offer, session, request.now)
    return found, session


async def _change(
    request: Request, name: str, found: DialogueMeeting, form: Any, status: int, **context: Any
) -> Response:
    return render(
        request, f"marketplace/dialogue/{name}.html", status=status, meeting=found, form=form,
        session=await queries.session_of(found), title=await title_of(found.offer.id, request.lang),
        dialogue_title=pick(found.dialogue.title), **context,
    )  # fmt: skip


@coordinator
async def move_meeting(request: Request) -> Response:
    """GET and POST /dialogues/{slug}/meetings/{offer}/move"""
    found, session = await _to_change(request)
    places = await venues(found.dialogue.municipality_id)
    starts, ends = oslo(session.starts_at), oslo(session.ends_at)
    form: Any = MoveForm.blank(
        day=f"{starts.day}.{starts.month}.{starts.year}", starts=clock_in_digits(starts), ends=clock_in_digits(ends),
        venue=session.venue_id or found.offer.venue_id, sequence=session.sequence,
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        form, status = await MoveForm.read(request), 422
        if form.valid:
            _object(form, places, request)
        if form.valid:
            given = form.data
            starts_at, ends_at = meeting_at(given.day, given.starts, given.ends)
            try:
                await actions.move_meeting(
                    found, session, sequence=given.sequence, starts_at=starts_at, ends_at=ends_at,
                    venue_id=given.venue, by=request.person.id, now=request.now,
                )  # fmt: skip
                return see_other(_page_of(found) + f"?saved={Saved.MOVED}", request)
            except Stale as stale:
                status = stale.status
                await session.refresh_from_db()
                form.add_error("form", stale.message)
                form.values["sequence"] = str(session.sequence)
            except Refused as refused:
                form.add_error("form", refused.message)
    return await _change(request, "move_meeting", found, form, status, venues=places)


@coordinator
async def cancel_meeting(request: Request) -> Response:
    """GET and POST /dialogues/{slug}/meetings/{offer}/cancel"""
    found, _session = await _to_change(request)
    form: Any = CancelOfferForm.blank()
    if request.method == "POST":
        form = await CancelOfferForm.read(request)
        if form.valid:
            await actions.cancel_meeting(found, note=form.data.note, by=request.person.id, now=request.now)
            return see_other(_page_of(found), request)  # it says that the meeting is cancelled
    return await _change(request, "cancel_meeting", found, form, 422 if form.errors else 200)


def _page_of(meeting: DialogueMeeting) -> str:
    return f"/dialogues/{meeting.dialogue.slug}/meetings/{meeting.offer.slug}"
