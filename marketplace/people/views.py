"""Signing in and out."""

from datetime import timedelta
from uuid import UUID

from starlette.responses import Response

from marketplace.base.access import public, signed_in
from marketplace.base.errors import NotFound, TooMany
from marketplace.base.http import Request, local_path, see_other, set_cookie
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from marketplace.base.limits import limit, limit_visitor
from marketplace.base.templates import render
from marketplace.people import actions
from marketplace.people.actions import Entry, TicketGone, Visit, WrongCode
from marketplace.people.forms import CodeForm, SignInForm
from marketplace.people.queries import Ticket, ticket_of_code, ticket_of_link
from marketplace.people.rules import RESIDENT, device

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@public
async def sign_in(request: Request) -> Response:
    """Ask for a one-time link: one field, and the same answer whoever it is."""
    if request.method == "GET":
        form = SignInForm.blank(next=local_path(request.query.get("next", [""])[-1]))
        return render(request, "marketplace/people/sign_in.html", form=form)
    form = await SignInForm.read(request)
    if not form.valid:
        return render(request, "marketplace/people/sign_in.html", form=form, status=422)
    channel, address = form.data.contact
    await limit_visitor("sign-in", request, 20, HOUR)
    try:
        await limit("sign-in", address, 10, HOUR, now=request.now)
    except TooMany as problem:
        raise TooMany(
            _("Vi har sendt mange meldinger dit på kort tid. Lenken i den nyeste virker i 15 minutter. Ellers må du "
              "vente litt."),
            problem.retry_after,
        ) from problem  # fmt: skip
    ticket = await actions.ask(channel, address, lang=request.lang, next_path=form.data.next, now=request.now)
    return see_other(f"/sign-in/code?ticket={ticket}", request)


@public
async def code(request: Request) -> Response:
    """Says that a message is on its way, and takes the code."""
    if request.method == "GET":
        form = CodeForm.from_query(request)
        ticket = await _ticket(form.values.get("ticket"), request)
        if ticket is None or not ticket.works or ticket.guessed_out:
            return _gone(request, ticket)
        return render(
            request,
            "marketplace/people/code.html",
            form=CodeForm.blank(ticket=ticket.id),
            address=ticket.address,
        )
    form = await CodeForm.read(request)
    ticket = await _ticket(form.values.get("ticket"), request)
    if ticket and form.valid:
        await limit_visitor("sign-in code", request, 30, HOUR)
        # Bounds guessing over many tickets. The link does not ask this: nobody is locked out of their own mail.
        await limit("sign-in code", ticket.address, 30, DAY, now=request.now)
        try:
            return _entered(
                request,
                await actions.enter_by_code(ticket.id, form.data.code, _visit(request), now=request.now),
            )
        except WrongCode as wrong:
            form.add_error("code", ngettext(
                "Det er ikke riktig kode. Se etter i den nyeste meldingen. Du kan prøve én gang til.",
                "Det er ikke riktig kode. Se etter i den nyeste meldingen. Du kan prøve %(num)s ganger til.",
                wrong.left,
            ))  # fmt: skip
        except TicketGone:
            return _gone(request, await ticket_of_code(ticket.id, request.now))
    if ticket is None or not ticket.works or ticket.guessed_out:
        return _gone(request, ticket)
    return render(request, "marketplace/people/code.html", form=form, address=ticket.address, status=422)


@public
async def link(request: Request) -> Response:
    """The one-time link. GET shows a button, for mail scanners open links; POST acts."""
    token = request.path_params["token"]
    if request.method == "POST":
        try:
            return _entered(request, await actions.enter_by_link(token, _visit(request), now=request.now))
        except TicketGone:
            return _gone(request, await ticket_of_link(token, request.now))
    ticket = await ticket_of_link(token, request.now)
    if ticket is None or not ticket.works:
        return _gone(request, ticket)
    return render(request, "marketplace/people/link.html", address=ticket.address)


@signed_in
async def sign_out(request: Request) -> Response:
    """End this sign-in, on the server too."""
    await actions.end(request.person.sign_in_id, request.person.id, now=request.now)
    return signed_out(request)


def signed_out(request: Request) -> Response:
    """To the front page, without the cookie."""
    response = see_other("/", request)
    set_cookie(response, "sign-in", "", max_age=0)
    return response


async def _ticket(text: str | None, request: Request) -> Ticket | None:
    try:
        return await ticket_of_code(UUID(text or ""), request.now)
    except ValueError:
        raise NotFound from None


def _visit(request: Request) -> Visit:
    return Visit(device(request.headers.get("user-agent", "")), request.lang, request.sign_in_id)


def _entered(request: Request, entry: Entry) -> Response:
    return carrying(see_other(entry.next_path or "/my-page", request), entry.secret)


def carrying(response: Response, secret: str) -> Response:
    """The answer with the cookie of a sign-in."""
    set_cookie(response, "sign-in", secret, max_age=int(RESIDENT.absolute.total_seconds()))
    return response


def _gone(request: Request, ticket: Ticket | None) -> Response:
    """Why the link or the code does not work, and a way to a new one."""
    return render(request, "marketplace/people/gone.html", ticket=ticket, status=410 if ticket else 404)
