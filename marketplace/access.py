"""Who may do what: the one place that decides. Views bear marks (base/web/access.py); every route is wrapped here."""

import asyncio
from collections.abc import Iterable
from functools import partial
from urllib.parse import quote, urlencode

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from marketplace.acts import Act
from marketplace.base.data import audit
from marketplace.base.data.database import in_transaction, unavailable
from marketplace.base.errors import (
    BodyTooLarge,
    Forbidden,
    NotFound,
    Problem,
    SignedOut,
    StaleForm,
    TooMany,
)
from marketplace.base.i18n import gettext
from marketplace.base.log import by_database
from marketplace.base.site import set_site
from marketplace.base.web.access import SECOND_FACTOR, Mark, View
from marketplace.base.web.cookies import cookie
from marketplace.base.web.http import Request, local_path, see_other, with_next, without_positions
from marketplace.base.web.limits import counted_anyway
from marketplace.base.web.openers import LENGTH
from marketplace.base.web.templates import render
from marketplace.base.web.uploads import is_upload
from marketplace.people.sign_in.actions import touch
from marketplace.people.sign_in.queries import NOTHING, signed_in
from marketplace.people.sign_in.rules import AGAIN, AGAIN_SENT, MEMBER, RESIDENT, over
from organizations.members.models import Role
from organizations.members.queries import roles_of
from organizations.municipality.queries import last_heard, site_here

log = structlog.get_logger("access")

INCLUDES: dict[Role, frozenset[Role]] = {
    Role.MANAGER: frozenset({Role.MANAGER, Role.EDITOR, Role.HOST}),
    Role.EDITOR: frozenset({Role.EDITOR, Role.HOST}),
    Role.HOST: frozenset({Role.HOST}),
    Role.GUIDE: frozenset({Role.GUIDE}),
    Role.COORDINATOR: frozenset({Role.COORDINATOR}),
    Role.STAFF: frozenset({Role.STAFF}),
}
"""A role on the left may enter where a role on the right is asked for. Whose objects they reach is decided where
the object is fetched."""

ROLES = roles_of("asker.id")
WITHIN = 4.7
"""Seconds that an answer may take."""
LONGEST_NAME = 200
"""Characters; nothing here has a longer name in its address, so what has is not looked for."""


class Guarded:
    """A view with its door: finds out who asks, checks the mark and the form token, maps problems to pages."""

    def __init__(self, view: View, page: str = "", fields: tuple[str, ...] = ()) -> None:
        """`page`: where the form that the view takes stands, if that is not its own path alone: with the path
        parameters in braces. `fields` of the form belong to that page's address."""
        mark = getattr(view, "access", None)
        if not isinstance(mark, Mark):
            raise TypeError(f"{view.__module__}.{view.__name__} does not say who may enter")
        self.view, self.mark = view, mark
        self.beside = getattr(view, "beside", None)
        self.page, self.fields = page, fields

    def form_page(self, request: StarletteRequest) -> str:
        """The path of the page with this view's form, or nothing."""
        names = {name: quote(str(given), safe="") for name, given in request.path_params.items()}
        sent = request.scope.get("form_fields") or {}
        query = urlencode([(name, sent[name][-1]) for name in self.fields if name in sent])
        return self.page.format_map(names) + (f"?{query}" if query else "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        request.form_page = partial(self.form_page, request)
        try:
            response = await self.in_time(request)
        except Problem as problem:
            if isinstance(problem, BodyTooLarge):
                raise
            response = problem_page(request, problem)
        except ClientDisconnect:  # they hung up: nobody is there to be answered, and nothing is wrong
            return
        except Exception as error:
            if unavailable(error):
                kind = type(error.__cause__ or error).__name__
                log.warning("database away", id=request.request_id, problem=kind, **by_database(error))
                response = problem_page(request, Unavailable())
            else:
                log.exception("error", id=request.request_id)
                response = problem_page(request, Broken())
        await response(scope, receive, send)

    async def in_time(self, request: Request) -> Response:
        """The answer, or TimeoutError: whoever waits for a silent database is told within five seconds, and may send
        the same again. What they send is waited for first: a slow line is no silent database."""
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            await request.body()
        loop = asyncio.get_running_loop()
        over = loop.create_future()

        def end(*_ended: object) -> None:
            if not over.done():
                over.set_result(None)

        answering, late = loop.create_task(self.answer(request)), loop.call_later(WITHIN, end)
        answering.add_done_callback(end)
        answering.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            await over  # as asyncio.wait does, in half of its time: every request passes here
        finally:
            late.cancel()
            answering.cancel()  # it cleans up behind our back: a silent server is not waited for
        if not answering.done():
            raise TimeoutError
        return answering.result()

    async def answer(self, request: Request) -> Response:
        if self.mark.asks_who:  # a probe needs no database
            set_site(await site_here(request.host))
        if any(len(str(name)) > LONGEST_NAME for name in request.path_params.values()):
            raise NotFound
        secret = self.mark.asks_who and cookie(request.cookies, "sign-in")
        if secret:
            beside = (await self.beside(request) if self.beside else None) or NOTHING
            person = await signed_in(secret, request.now, ROLES, beside)
            if person and not over(
                person.signed_in_at, person.seen_at, MEMBER if person.roles else RESIDENT, request.now
            ):
                request.private, request.sign_in_id = True, person.sign_in_id
                if person.half:
                    request.half = person
                else:
                    request.person, request.roles = person, entering(person.roles)
                    await touch(person, request.now)
        if self.mark.signed_in and request.person is None:
            if request.half:
                return self.elsewhere("/sign-in/second-factor", request)
            if request.method == "GET":
                return self.elsewhere("/sign-in", request)
            if not request.is_json:
                await request.fields()  # what they typed is not lost (problem_page)
            raise SignedOut(gettext("Du er ikke logget inn lenger. Ingenting er lagret ennå."))
        if self.mark.roles and not self.mark.roles & request.roles:
            await audit.record(
                Act.ACCESS_REFUSED,
                actor=request.person.id,
                details={"asked": self.mark.name},
                now=request.now,
            )
            raise Forbidden(gettext("Denne siden er for dem som har en annen rolle enn du har."))
        proves = (self.mark.roles or self.mark.factor) and SECOND_FACTOR & request.roles
        if proves and request.person.second_factor_at is None:
            return self.elsewhere("/my-page/second-factor", request)
        if self.mark.again:
            within = AGAIN if request.method == "GET" else AGAIN_SENT
            if request.now - request.person.shown_at > within:
                return self.elsewhere("/sign-in/again", request)
        if request.method not in ("GET", "HEAD", "OPTIONS") and self.mark.form_token:
            await request.only_of_our_page()
            if not request.is_json and "show_in" in await request.fields():
                return await self.shown(request)
        return await self.view(request)

    async def shown(self, request: Request) -> Response:
        """The form as it is filled in, in the language of this address: Form.read finds nothing right or wrong in it,
        so the view shows it again. What a view does without such a form is undone, and its page opened instead."""
        request.shown_only = True
        response = see_other(self.form_page(request) or request.scope["path"], request)
        try:
            async with counted_anyway(request.now), in_transaction():
                found = await self.view(request)
                if "location" not in found.headers and found.status_code in (200, 409, 422):
                    response, response.status_code = found, 200
                raise OnlyShown
        except OnlyShown:
            return response

    def elsewhere(self, path: str, request: Request) -> Response:
        """To a page that comes first, and from there to the one that was asked for: of a form, the page it stands
        on."""
        wanted = request.scope["path"]
        if request.method == "GET":
            query = request.scope["query_string"].decode("latin-1")
            wanted += f"?{query}" if query else ""
        else:
            wanted = self.form_page(request) or wanted
        return see_other(with_next(path, local_path(wanted) or "/"), request)


class OnlyShown(Exception):
    """What was sent was only to be shown."""


class Unavailable(Problem):
    status = 503


class Broken(Problem):
    status = 500


class NotAllowed(Problem):
    status = 405


def entering(roles: Iterable[str]) -> frozenset[str]:
    """All roles that these include."""
    return frozenset(included.value for role in roles for included in INCLUDES[Role(role)])


def problem_page(request: Request, problem: Problem) -> Response:
    """The designed page of a problem. It needs no database."""
    if heard := last_heard(request.host):  # drawn outside of the task that answers, and it needs no database
        set_site(heard)
    name = f"errors/{problem.page or problem.status}.html"
    headers = {"Cache-Control": "no-store"}
    if isinstance(problem, TooMany):
        headers["Retry-After"] = str(max(1, int(problem.retry_after.total_seconds())))
    if problem.status == 503:
        headers["Retry-After"] = "5"
    again = None
    sent = None if is_upload(request.scope) else request.scope.get("form_fields")
    late = isinstance(problem, StaleForm | SignedOut | TooMany)
    if sent is not None and late and request.headers.get("sec-fetch-site") == "same-origin":
        # The browser says that it is our own form: what was typed can be sent again. (No file can.)
        again = {name: given for name, given in sent.items() if name != "form_token"}
        if isinstance(problem, SignedOut):  # whoever signs in next may be another
            request.scope["opener"] = sent.get("form_token", [""])[-1][:LENGTH]
    return render(
        request, name, status=problem.status, headers=headers, message=problem.message, request_id=request.request_id,
        back=request.form_page(),
        again=again, again_at=request.now + problem.retry_after if isinstance(problem, TooMany) else None,
    )  # fmt: skip


def refuse(scope: Scope, problem: Problem) -> Response:
    """The page of a problem that the boundary found."""
    return problem_page(Request(scope), problem)


async def no_route(request: StarletteRequest, error: Exception) -> Response:
    """404 and 405 of the router; a slash too many is no reason for either. Who opens the address that a form is sent
    to, by reloading it, comes to the page of that form."""
    page = Request(request.scope)
    if isinstance(error, HTTPException) and error.status_code == 405:
        view = page.scope.get("endpoint")
        if page.method == "GET" and isinstance(view, Guarded) and view.page:
            return see_other(view.form_page(page), page)
        answer = problem_page(page, NotAllowed())
        answer.headers.update(error.headers or {})  # which methods there are (RFC 9110)
        return answer
    without = page.scope["path"].rstrip("/")  # typed with a slash at the end
    if without != page.scope["path"] and local_path(without) and page.method == "GET":
        asked = without_positions(page.scope["query_string"].decode("latin-1"))
        return see_other(quote(without) + (f"?{asked}" if asked else ""), page)
    set_site(await site_here(page.host))
    return problem_page(page, NotFound())


__all__ = ["INCLUDES", "Guarded", "no_route", "problem_page", "refuse"]
