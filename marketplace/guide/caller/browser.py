"""Calls in the guide's browser: a cookie each, so that two calls in two tabs never write over each other."""

from dataclasses import replace

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.web.cookies import OWN, cookie, cookie_names, set_cookie
from marketplace.base.web.http import Request
from marketplace.guide.caller.rules import ID, LASTS, MOST, Call, as_cookie, in_cookie

PREFIX = f"{OWN}call-"


def call_of(request: Request) -> Call:
    """The call of this address: what the browser has of it, or a new one. Raises NotFound where it can be none."""
    id = request.path_params["call"]  # noqa: A001 - an id is called id here
    if not ID.fullmatch(id):
        raise NotFound
    found = in_cookie(cookie(request.cookies, PREFIX + id), id, request.sign_in_id, request.now)
    return found or Call(id, request.now)


def calls_of(request: Request) -> list[Call]:
    """Those of this browser that are not over, the one that something was done in last first."""
    found = [
        in_cookie(cookie(request.cookies, name), name.removeprefix(PREFIX), request.sign_in_id, request.now)
        for name in cookie_names(request.cookies, PREFIX)
    ]
    return sorted((one for one in found if one), key=lambda one: (one.at, one.id), reverse=True)


def keep(response: Response, request: Request, call: Call) -> Response:
    """The answer; the browser keeps the call for as long as it lasts, and of others no more than MOST."""
    assert request.sign_in_id is not None  # desks are for the signed-in
    text = as_cookie(replace(call, at=request.now), request.sign_in_id)
    set_cookie(response, PREFIX + call.id, text, int(LASTS.total_seconds()))
    others = [one.id for one in calls_of(request) if one.id != call.id][: MOST - 1]
    for name in cookie_names(request.cookies, PREFIX):
        if name.removeprefix(PREFIX) not in (call.id, *others):
            set_cookie(response, name, "", max_age=0)
    return response


def forgotten(response: Response, call: Call) -> Response:
    """The answer; the browser has nothing of the call any more."""
    set_cookie(response, PREFIX + call.id, "", max_age=0)
    return response
