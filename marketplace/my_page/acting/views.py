"""People I help, and people who help me."""

from datetime import timedelta
from typing import TypeVar

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.web.access import signed_in
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.limits import Tries, limits, of_address
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from marketplace.my_page.acting import actions as acting
from marketplace.my_page.acting.forms import PersonForm
from marketplace.my_page.acting.rules import objections
from marketplace.my_page.saved import Saved
from marketplace.people.acting.queries import Helped, Helper, acted_for, helpers_of
from marketplace.people.models import RELATION_LABELS
from marketplace.people.queries import verified_contacts

DAY = timedelta(days=1)
One = TypeVar("One", Helped, Helper)


@signed_in
async def people(request: Request) -> Response:
    """GET /my-page/people: whom I act for."""
    return render(
        request, "marketplace/my_page/acting/people.html", people=await acted_for(request.person.id),
        labels=RELATION_LABELS, section="my-page",
    )  # fmt: skip


@signed_in
@made_once
async def new_person(request: Request) -> Response:
    """GET and POST /my-page/people/new"""
    me, form = request.person, PersonForm.blank()
    if request.method == "POST":
        form = await PersonForm.read(request)
        if form.valid:
            own, helped = await verified_contacts(me.id), await acted_for(me.id)
            named = bool(me.name or form.data.own_name)
            for name, words in objections(form.data.contact, named, own, len(helped)):
                form.add_error(name, words)
        if form.valid:
            given = form.data
            tries = [Tries("add person", str(me.id), 20, DAY)]
            if given.contact:
                tries.append(of_address("offer help", given.contact[1], 5, DAY, now=request.now))
            await limits(tries, now=request.now)
            await acting.add(
                me.id,
                given.name,
                given.relation,
                given.contact,
                alias=given.alias,
                own_name=given.own_name,
                lang=request.lang,
                now=request.now,
            )
            return see_other(
                f"/my-page/people?saved={Saved.ASKED if given.contact else Saved.ADDED}", request
            )
    return render(
        request, "marketplace/my_page/acting/new_person.html", form=form, section="my-page",
        status=422 if form.errors else 200,
    )  # fmt: skip


@signed_in
async def end_person(request: Request) -> Response:
    """GET and POST /my-page/people/{id}/end: I do not act for them any more."""
    found = _one(await acted_for(request.person.id), request)
    if request.method == "POST":
        await acting.end(request.person.id, found.id, now=request.now)
        return see_other(f"/my-page/people?saved={Saved.ENDED}", request)
    return render(request, "marketplace/my_page/acting/end_person.html", found=found, section="my-page")


@signed_in
async def helpers(request: Request) -> Response:
    """GET /my-page/helpers: who acts for me, or asks to."""
    return render(
        request, "marketplace/my_page/acting/helpers.html", helpers=await helpers_of(request.person.id),
        labels=RELATION_LABELS, section="my-page",
    )  # fmt: skip


@signed_in
async def accept_helper(request: Request) -> Response:
    """POST /my-page/helpers/{id}/accept"""
    found = _one(await helpers_of(request.person.id), request)
    await acting.accept(request.person.id, found.id, now=request.now)
    return see_other(f"/my-page/helpers?saved={Saved.ACCEPTED}", request)


@signed_in
async def end_helper(request: Request) -> Response:
    """GET and POST /my-page/helpers/{id}/end: no, or not any more."""
    found = _one(await helpers_of(request.person.id), request)
    if request.method == "POST":
        await acting.end(request.person.id, found.id, now=request.now)
        return see_other(f"/my-page/helpers?saved={Saved.ENDED}", request)
    return render(request, "marketplace/my_page/acting/end_helper.html", found=found, section="my-page")


def _one(mine: list[One], request: Request) -> One:
    """The one of the address. NotFound: it is not mine."""
    wanted = parse_id(request.path_params["id"])
    found = next((each for each in mine if each.id == wanted), None)
    if found is None:
        raise NotFound
    return found
