"""Signing in and out."""

import secrets
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.quick.kept import kept
from marketplace.base.signing import made_by, signature
from marketplace.base.web.access import public, signed_in
from marketplace.base.web.cookies import OWN, cookie, cookie_names, set_cookie
from marketplace.base.web.http import Request, asked_next, parse_id, see_other, with_next
from marketplace.base.web.limits import Tries, limits, mailbox_of, of_address, of_visitor
from marketplace.base.web.sealing import LEADS
from marketplace.base.web.templates import render
from marketplace.people.queries import verified_contacts
from marketplace.people.saved import Saved
from marketplace.people.sign_in import actions
from marketplace.people.sign_in.actions import Entry, TicketGone, Visit, WrongCode
from marketplace.people.sign_in.forms import AgainForm, CodeForm, SignInForm
from marketplace.people.sign_in.queries import Ticket, ticket_of_code, ticket_of_link
from marketplace.people.sign_in.rules import RESIDENT, device
from marketplace.people.sign_in.site import site
from marketplace.settings import settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SLOWED = 2
"""Messages an hour to whom browsers of one network ask for that are new here, while very many ask."""
YEAR = 365 * 24 * 3600
"""Seconds for which a browser is known as one that has signed in with an address."""


@public
@kept
async def sign_in(request: Request) -> Response:
    """Ask for a one-time link: one field, and the same answer whoever it is."""
    if request.method == "GET":
        form = SignInForm.blank(next=asked_next(request))
        return await sign_in_page(request, form)
    form = await SignInForm.read(request)
    if not form.valid:
        return await sign_in_page(request, form, 422)
    channel, address = form.data.contact
    return await _send(request, channel, address, form.data.next)


async def sign_in_page(request: Request, form: Any, status: int = 200, refused: bool = False) -> Response:
    """The page with the ways in; `refused`: a passkey was."""
    return render(request, "marketplace/people/sign_in/sign_in.html", form=form, passkeys=site(request),
                  refused=refused, status=status)  # fmt: skip


async def _send(
    request: Request, channel: Channel, address: str, next_path: str | None, owner: str = ""
) -> Response:
    """Send a link and a code, and go to the page that takes the code.

    A browser that has signed in with the address before has a count of its own, and so has its `owner` who is signed
    in: whoever asks for messages to somebody else's address, from many networks, cannot keep its owner out. Of those
    that are new here none is shut out by all others together, but each may then ask only once in a while.
    """
    words = _("Vi sendte ingen melding nå, for det er bedt om mange på kort tid. Har du fått en fra før, virker lenken "
              "i den i 15 minutter. Ellers må du vente litt.")  # fmt: skip
    if known := owner or _known_browser(request, address):
        await limits([Tries("sign-in here", known, 10, HOUR)], now=request.now, words=words)
    else:
        tries = [
            *of_visitor("sign-in", request, 20, HOUR, slowed=SLOWED),
            *of_visitor("sign-in for", request, 10, HOUR, mailbox_of(address)),
            of_address("sign-in for", address, 20, HOUR, now=request.now),
        ]
        total = Tries("sign-in", "everybody new here", 5000, HOUR)
        await limits(tries, now=request.now, words=words, total=total)
    ticket = await actions.ask(channel, address, lang=request.lang, next_path=next_path, now=request.now)
    return see_other(f"/sign-in/code?ticket={ticket}", request)


def _known_browser(request: Request, address: str) -> str | None:
    """What marks this browser, if it has signed in with the address before."""
    mark, _dot, seal = (cookie(request.cookies, "browser") or "").partition(".")
    return mark if made_by(seal, "browser", mark, address) else None


@signed_in
async def again(request: Request) -> Response:
    """Before what is grave: show once more who you are, by the second factor or by a code to an address of yours."""
    form: Any = AgainForm.blank(next=asked_next(request))
    if request.person.has_second_factor:
        return see_other(with_next("/sign-in/second-factor", asked_next(request)), request)
    proven = await verified_contacts(request.person.id)
    mine = [each for each in proven if settings().sms_offered or each.channel != Channel.SMS]
    if request.method == "POST":
        form = await AgainForm.read(request)
        to = next((each for each in mine if form.valid and each.id == form.data.contact), None)
        if to:
            return await _send(request, Channel(to.channel), to.value, form.data.next, str(request.person.id))
        form.errors = {"contact": _("Velg hvor vi skal sende koden.")}
    elif mine:
        form.values["contact"] = str(mine[0].id)
    return render(
        request, "marketplace/people/sign_in/again.html", form=form, contacts=mine, unsent=len(proven) - len(mine),
        status=422 if form.errors else 200,
    )  # fmt: skip


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
            "marketplace/people/sign_in/code.html",
            form=CodeForm.blank(ticket=ticket.id),
            address=ticket.address,
        )
    form = await CodeForm.read(request)
    ticket = await _ticket(form.values.get("ticket"), request)
    if ticket and form.valid:
        # Bounds guessing over many tickets. The link does not ask this: nobody is locked out of their own mail.
        known = _known_browser(request, ticket.address)
        guesses = [Tries("sign-in code here", known, 30, DAY)] if known else [
            *of_visitor("sign-in code", request, 30, HOUR),
            of_address("sign-in code", ticket.address, 20, DAY, now=request.now),
        ]  # fmt: skip
        await limits(guesses, now=request.now)
        try:
            entry = await actions.enter_by_code(ticket.id, form.data.code, visit_of(request), now=request.now)
            return _entered(request, entry, ticket.address)
        except WrongCode as wrong:
            form.add_error("code", wrong.message)
        except TicketGone:
            return _gone(request, await ticket_of_code(ticket.id, request.now))
    if ticket is None or not ticket.works or ticket.guessed_out:
        return _gone(request, ticket)
    return render(
        request, "marketplace/people/sign_in/code.html", form=form, address=ticket.address, status=422
    )


@public
async def link(request: Request) -> Response:
    """The one-time link. GET shows a button, for mail scanners open links; POST acts."""
    token = request.path_params["token"]
    ticket = await ticket_of_link(token, request.now)
    if request.method == "POST" and ticket:
        try:
            entry = await actions.enter_by_link(token, visit_of(request), now=request.now)
            return _entered(request, entry, ticket.address)
        except TicketGone:
            return _gone(request, await ticket_of_link(token, request.now))
    if ticket is None or not ticket.works:
        return _gone(request, ticket)
    return render(request, "marketplace/people/sign_in/link.html", address=ticket.address)


@signed_in
async def sign_out(request: Request) -> Response:
    """End this sign-in, on the server too."""
    await actions.end(request.person.sign_in_id, request.person.id, now=request.now)
    return signed_out(request)


def signed_out(request: Request, to: str | None = None) -> Response:
    """To the front page, which says so, or another, without the cookie, nor those that go with it. Whose phone may hold
    a key comes to a page that takes it from there: the page's own code does so first, but may not have been loaded
    yet."""
    response = see_other(to or f"{'/sign-in' if LEADS & request.roles else '/'}?saved={Saved.OUT}", request)
    for name in ("sign-in", *cookie_names(request.cookies, OWN)):
        set_cookie(response, name, "", max_age=0)
    return response


async def _ticket(text: str | None, request: Request) -> Ticket | None:
    return await ticket_of_code(parse_id(text or ""), request.now)


def visit_of(request: Request) -> Visit:
    """The circumstances of a sign-in."""
    return Visit(device(request.headers.get("user-agent", "")), request.lang, request.sign_in_id)


def _entered(request: Request, entry: Entry, address: str) -> Response:
    """Signed in: to where they wanted, past their second factor if they have one."""
    wanted = entry.next_path or "/my-page"
    if entry.half:
        wanted = with_next("/sign-in/second-factor", wanted)
    response = with_sign_in(see_other(wanted, request), entry.secret)
    mark = secrets.token_hex(16)
    set_cookie(response, "browser", f"{mark}.{signature('browser', mark, address)}", max_age=YEAR)
    return response


def with_sign_in(response: Response, secret: str) -> Response:
    """The answer with the cookie of a sign-in."""
    set_cookie(response, "sign-in", secret, max_age=int(RESIDENT.absolute.total_seconds()))
    return response


def _gone(request: Request, ticket: Ticket | None) -> Response:
    """Why the link or the code does not work, and a way to a new one, which leads where they wanted."""
    wanted = ticket.next_path if ticket else None
    return render(
        request, "marketplace/people/sign_in/gone.html", ticket=ticket, status=410 if ticket else 404,
        again=with_next("/sign-in", wanted) if wanted else "/sign-in", wanted=wanted or "/my-page",
        proves=False,
    )  # fmt: skip
