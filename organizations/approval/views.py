"""Organisations apply and follow their application; coordinators answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import coordinator, signed_in
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other, typed_id
from marketplace.base.web.limits import limit, limit_visitor
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from organizations.approval import actions, queries, rules
from organizations.approval.forms import AgainForm, AnswerForm, ApplyForm, NameForm, UnitForm
from organizations.approval.register import Answer as Registered
from organizations.approval.register import look_up
from organizations.approval.saved import Saved
from organizations.directory.models import (
    KIND_LABELS,
    STATE_LABELS,
    Organization,
    OrganizationKind,
    OrganizationState,
    RegisterState,
)
from organizations.members.impartial import OwnOrganization, own_among
from organizations.notices.queries import answering_late, nobody_told

DAY = timedelta(days=1)


@signed_in
@made_once
async def apply(request: Request) -> Response:
    """GET and POST /organizations/apply"""
    places = await queries.municipalities()
    form: Filled[ApplyForm] = ApplyForm.blank(municipality=places[0].id if len(places) == 1 else None)
    if request.method == "POST":
        form = await ApplyForm.read(request)
        if await checked(form, places):
            await limited(request)
            registered = await asked(form.data)
            try:
                made = await actions.apply(
                    by=request.person.id,
                    now=request.now,
                    registered=registered,
                    **form.data.model_dump(exclude={"has_number"}),
                )
                return see_other(f"/organizations/apply/{made.slug}?saved={Saved.SENT}", request)
            except actions.NumberTaken:
                form.add_error("number", here_already())
    return render(
        request, "organizations/approval/apply.html", status=422 if form.errors else 200, form=form, places=places,
        kinds=list(KIND_LABELS.items()), mine=await queries.applications_of(request.person), states=STATE_LABELS,
    )  # fmt: skip


@signed_in
async def application(request: Request) -> Response:
    """GET and POST /organizations/apply/{slug}: how it goes; and when the municipality asks for more, to answer."""
    found = await queries.application_of(request.person, request.path_params["slug"])
    places = await queries.municipalities()
    form: Filled[Any] = AgainForm.blank(
        has_number="yes" if found.number else "no",
        **{name: getattr(found, name) for name in ApplyForm.model_fields if name != "has_number"},
    )  # fmt: skip
    if request.method == "POST":
        rules.theirs_to_change(found.their_turn)
        form = await AgainForm.read(request)
        if await checked(form, places, found.id):
            await limited(request)
            registered = await asked(form.data)
            try:
                await actions.send_again(
                    found.id,
                    by=request.person.id,
                    now=request.now,
                    registered=registered,
                    **form.data.model_dump(exclude={"has_number"}),
                )
                return see_other(f"/organizations/apply/{found.slug}?saved={Saved.AGAIN}", request)
            except actions.NumberTaken:
                form.add_error("number", here_already())
    return render(
        request, "organizations/approval/application.html", status=422 if form.errors else 200, form=form,
        places=places, kinds=list(KIND_LABELS.items()), found=found,
        state_label=STATE_LABELS[OrganizationState(found.state)],
        nobody=await queries.nobody_hears(found.id, found.municipality),
        kind_label=KIND_LABELS[OrganizationKind(found.kind)], decisions=await queries.decisions_about(found.id),
        answered=rules.ANSWERED_LABELS,
    )  # fmt: skip


def here_already() -> str:
    return _("Organisasjonen er her allerede. Be noen som er med, om å invitere deg.")


async def checked(form: Filled[Any], places: list[queries.Choice], own: UUID | None = None) -> bool:
    """What only the database knows of an application. Who has the number, nobody is told."""
    if form.valid and form.data.municipality not in {place.id for place in places}:
        form.add_error("municipality", _("Velg kommune."))
    if form.valid and form.data.number and await queries.has_number(form.data.number, own):
        form.add_error("number", here_already())
    return form.valid


async def limited(request: Request) -> None:
    """Applying makes others read and the registers answer."""
    await limit("apply", str(request.person.id), 10, DAY, now=request.now)
    await limit_visitor("apply", request, 30, DAY)


async def asked(data: ApplyForm) -> Registered | None:
    return await look_up(data.number) if data.number else None


@coordinator
async def approvals(request: Request) -> Response:
    """GET /approvals: those who wait, or are approved, suspended or declined."""
    shelf = request.query.get("show", ["waiting"])[-1]
    if shelf not in queries.SHELVES:
        raise NotFound
    after = typed_id(request.query.get("after", [""])[-1])
    found = await queries.in_reach(request.person, shelf, after)
    listed = found[: queries.PAGE]
    return render(
        request, "organizations/approval/approvals.html", organizations=listed, kinds=KIND_LABELS,
        shelf=shelf, after=after,
        more=listed[-1].id if len(found) > queries.PAGE else "", counts=await queries.shelf_counts(request.person),
        untold=await nobody_told(request.person), late=await answering_late(request.person, request.now),
    )  # fmt: skip


@coordinator
async def approval(request: Request) -> Response:
    """GET and POST /approvals/{slug}: what an organisation says, what the registers say, and the answer."""
    found, reach = await queries.organization_reached_by(request.person, request.path_params["slug"])
    if request.method == "GET":
        return await _approval(request, found, reach)
    if not reach.decides:
        raise NotFound
    form = await AnswerForm.read(request)
    if form.valid:
        try:
            await actions.decide(found.id, by=request.person.id, now=request.now, **form.data.model_dump())
            return see_other(f"/approvals/{found.slug}?saved={Saved(form.data.answer)}", request)
        except actions.Lacking as lacking:
            for name, words in lacking.missing.items():
                form.add_error(name, words)
        except Refused as refused:
            form.add_error("form", refused.message)
            await found.refresh_from_db()
    return await _approval(request, found, reach, answer=form)


async def _approval(
    request: Request,
    found: Organization,
    reach: queries.Reach,
    answer: Filled[AnswerForm] | None = None,
    unit: Filled[UnitForm] | None = None,
) -> Response:
    decisions = await queries.decisions_about(found.id)
    own = reach.decides and bool(await own_among(request.person.id, [found.id]))
    decides = reach.decides and not own
    municipal = found.kind is OrganizationKind.MUNICIPAL
    form = answer or unit or AnswerForm.blank()
    if answer:
        answer.values |= {"seen": str(len(decisions)), "sent": found.created_at.isoformat()}
    return render(
        request, "organizations/approval/approval.html", status=422 if form.errors else 200, form=form,
        organization=found, decides=decides, own=own, asked_at=reach.asked_at, decisions=decisions,
        answered=rules.ANSWERED_LABELS,
        answer_form=answer or AnswerForm.blank(seen=len(decisions), sent=found.created_at.isoformat()),
        unit_form=unit or UnitForm.blank(parent=found.parent_id),
        choices=[(one.value, rules.ANSWER_LABELS[one], rules.ANSWER_HINTS[one]) for one in rules.MOVES[found.state]],
        units=await queries.units_above(request.person, found) if municipal and decides else [],
        kind_label=KIND_LABELS[found.kind], state_label=STATE_LABELS[found.state],
        doubtful=found.register_state in rules.DOUBTFUL, ask_again=found.register_state is not RegisterState.FOUND,
        register_label=rules.REGISTER_LABELS[found.register_state] if found.register_state else "",
        hides=await queries.would_hide(found.id, request.now) if found.approved else None,
        summary=await queries.summary_of(found), owners=await queries.owners_of(found.id),
        alike=[] if found.approved else await queries.named_alike(found),
    )  # fmt: skip


@coordinator
async def unit(request: Request) -> Response:
    """POST /approvals/{slug}/unit: the unit that a municipal unit belongs to."""
    found, reach = await queries.organization_decided_by(request.person, request.path_params["slug"])
    form = await UnitForm.read(request)
    above = {one.id for one in await queries.units_above(request.person, found)}
    if form.valid and (found.kind is not OrganizationKind.MUNICIPAL or form.data.parent not in above):
        form.add_error("parent", _("Velg en enhet fra lista."))
    if not form.valid:
        return await _approval(request, found, reach, unit=form)
    try:
        await actions.put_under(found, form.data.parent, by=request.person.id, now=request.now)
    except OwnOrganization as refused:
        form.add_error("parent", refused.message)
        return await _approval(request, found, reach, unit=form)
    return see_other(f"/approvals/{found.slug}?saved={Saved.UNIT}", request)


@coordinator
async def name(request: Request) -> Response:
    """GET and POST /approvals/{slug}/name: what an organisation is called, and its number."""
    found, _reach = await queries.organization_decided_by(request.person, request.path_params["slug"])
    form = _named(found)
    if request.method == "POST":
        form = await NameForm.read(request)
        if await _new_number(request, found, form):
            number = form.data.number
            registered = await look_up(number) if number and number != found.number else None
            async with one_at_a_time(found.id):
                if form.meet(_named((await queries.organization_decided_by(request.person, found.slug))[0])):
                    try:
                        await actions.set_name(
                            found.id, registered=registered, by=request.person.id, now=request.now,
                            **form.data.model_dump(),
                        )  # fmt: skip
                        return see_other(f"/approvals/{found.slug}?saved={Saved.NAME}", request)
                    except OwnOrganization as refused:  # in here: what is written of it stays
                        form.add_error("form", refused.message)
                    except actions.NumberTaken:
                        form.add_error("number", taken())
                    except actions.Lacking as lacking:
                        form.add_error("number", lacking.missing["number"])
    own = bool(await own_among(request.person.id, [found.id]))
    return render(
        request, "organizations/approval/name.html", status=422 if form.errors else 200, organization=found, form=form,
        own=own,
    )  # fmt: skip


def _named(organization: Organization) -> Filled[NameForm]:
    """The form with what is stored now."""
    return NameForm.blank(name=organization.name, number=organization.number)


async def _new_number(request: Request, found: Organization, form: Filled[NameForm]) -> bool:
    """Is the form right so far? The registers are asked only for a number that nobody here has."""
    if form.valid and form.data.number not in (None, found.number):
        if await queries.has_number(form.data.number, found.id):
            form.add_error("number", taken())
        else:
            await limit("ask register", str(request.person.id), 60, timedelta(hours=1), now=request.now)
    return form.valid


def taken() -> str:
    return _("En annen organisasjon her har dette nummeret.")


@coordinator
async def ask_register(request: Request) -> Response:
    """POST /approvals/{slug}/register: ask the registers again."""
    found, _reach = await queries.organization_decided_by(request.person, request.path_params["slug"])
    number = rules.to_ask_about(found)
    await limit("ask register", str(request.person.id), 60, timedelta(hours=1), now=request.now)
    registered = await look_up(number)
    await actions.note_register(found, registered, by=request.person.id, now=request.now)
    return see_other(f"/approvals/{found.slug}?saved={Saved.REGISTER}", request)
