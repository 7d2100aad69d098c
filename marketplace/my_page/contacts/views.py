"""My addresses: see them, add one by proving that it is mine, remove one."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import signed_in, signed_in_again
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.limits import Tries, limits, of_address, of_visitor
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from marketplace.my_page.contacts import actions
from marketplace.my_page.saved import Saved
from marketplace.people.contacts import actions as contacts
from marketplace.people.contacts.mails import new_address
from marketplace.people.queries import verified_contacts
from marketplace.people.sign_in import actions as people
from marketplace.people.sign_in.actions import TicketGone, WrongCode
from marketplace.people.sign_in.forms import CodeForm, SignInForm
from marketplace.people.sign_in.queries import Ticket, ticket_of_code, ticket_of_link

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@signed_in
async def listing(request: Request) -> Response:
    """GET /my-page/contacts"""
    mine = await verified_contacts(request.person.id)
    return render(request, "marketplace/my_page/contacts/listing.html", contacts=mine, section="my-page")


@signed_in_again
@made_once
async def new(request: Request) -> Response:
    """GET and POST /my-page/contacts/new: a link and a code go there. The answer is the same whoever has it."""
    form: Any = SignInForm.blank()
    if request.method == "POST":
        form = await SignInForm.read(request)
        mine = await verified_contacts(request.person.id)
        if form.valid and form.data.contact in {(each.channel, each.value) for each in mine}:
            form.add_error("address", _("Denne adressen er din allerede."))
        if form.valid:
            channel, address = form.data.contact
            tries = [
                *of_visitor("new address", request, 20, HOUR),
                Tries("new address of", str(request.person.id), 10, HOUR),
                of_address("new address", address, 10, HOUR, now=request.now),
            ]
            await limits(tries, now=request.now)
            ticket = await people.ask(
                channel,
                address,
                lang=request.lang,
                person=request.person.id,
                mail=new_address,
                now=request.now,
            )
            return see_other(f"/my-page/contacts/verify?ticket={ticket}", request)
    return render(
        request, "marketplace/my_page/contacts/new.html", form=form, section="my-page",
        status=422 if form.errors else 200,
    )  # fmt: skip


@signed_in
async def verify(request: Request) -> Response:
    """GET and POST /my-page/contacts/verify: the code, from whoever asked for it and nobody else."""
    me = request.person.id
    form: Any = CodeForm.from_query(request) if request.method == "GET" else await CodeForm.read(request)
    ticket = await _of_code(form, request)
    if request.method == "GET":
        if not ticket.works or ticket.guessed_out:
            return _gone(request, ticket)
        form = CodeForm.blank(ticket=ticket.id)
    elif form.valid:
        await limits([Tries("new address code", str(me), 30, DAY)], now=request.now)
        try:
            await contacts.prove_by_code(ticket.id, form.data.code, me, now=request.now)
            return see_other(f"/my-page/contacts?saved={Saved.ADDED}", request)
        except WrongCode as wrong:
            form.add_error("code", wrong.message)
        except TicketGone:
            return _gone(request, await _of_code(form, request))
        except contacts.Anothers:
            return _anothers(request, ticket)
    return render(
        request, "marketplace/my_page/contacts/verify.html", form=form, ticket=ticket, section="my-page",
        status=422 if form.errors else 200,
    )  # fmt: skip


@signed_in
async def link(request: Request) -> Response:
    """GET and POST /my-page/contacts/link/{token}. GET shows a button, for mail scanners open links; POST acts."""
    token = request.path_params["token"]
    ticket = await ticket_of_link(token, request.now, request.person.id)
    if ticket is None:
        raise NotFound(_("Lenken er laget for en annen innlogging. Åpne den der du la til adressen."))
    if request.method == "POST":
        try:
            await contacts.prove_by_link(token, request.person.id, now=request.now)
            return see_other(f"/my-page/contacts?saved={Saved.ADDED}", request)
        except TicketGone:
            return _gone(request, await ticket_of_link(token, request.now, request.person.id))
        except contacts.Anothers:
            return _anothers(request, ticket)
    if not ticket.works:
        return _gone(request, ticket)
    return render(
        request, "marketplace/my_page/contacts/verify.html", form=None, ticket=ticket, section="my-page"
    )


@signed_in_again
async def remove(request: Request) -> Response:
    """GET and POST /my-page/contacts/{id}/remove. The last one stays: it is the way in."""
    mine = await verified_contacts(request.person.id)
    contact = next((each for each in mine if str(each.id) == request.path_params["id"]), None)
    if contact is None:
        raise NotFound
    if request.method == "POST":
        await actions.remove_contact(request.person.id, contact.id, now=request.now)
        return see_other(f"/my-page/contacts?saved={Saved.REMOVED}", request)
    heir = next((each for each in mine if each.id != contact.id), None)
    return render(
        request, "marketplace/my_page/contacts/remove.html", contact=contact, heir=heir, section="my-page"
    )


async def _of_code(form: Any, request: Request) -> Ticket:
    ticket = parse_id(form.values.get("ticket") or "")
    found = await ticket_of_code(ticket, request.now, request.person.id)
    if found is None:
        raise NotFound
    return found


def _gone(request: Request, ticket: Ticket | None) -> Response:
    return render(
        request, "marketplace/people/sign_in/gone.html", ticket=ticket, status=410, again="/my-page/contacts/new",
        wanted="/my-page/contacts", proves=True,
    )  # fmt: skip


def _anothers(request: Request, ticket: Ticket) -> Response:
    """Whoever has proven the address may know that another sign-in has it: only they see this."""
    return render(
        request, "marketplace/my_page/contacts/anothers.html", ticket=ticket, section="my-page", status=409
    )
