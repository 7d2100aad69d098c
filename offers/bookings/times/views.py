"""Changing the time of a booking."""

import secrets
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from starlette.responses import Response

from marketplace.base.clock import oslo
from marketplace.base.errors import Refused
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import limit, limit_visitor
from marketplace.base.web.templates import render
from offers.bookings import queries, rules
from offers.bookings.forms import shown_by
from offers.bookings.saved import Saved
from offers.bookings.times import actions
from offers.bookings.times import queries as times_queries
from offers.bookings.times.forms import TimeForm
from offers.bookings.times.rules import CHANGEABLE
from offers.seats.queries import PoolFacts


def _day(one: PoolFacts) -> date | None:
    return oslo(one.starts_at).date() if one.starts_at else None


@public
async def time(request: Request) -> Response:
    """GET and POST /bookings/{token}/time: the free times, and taking one instead of the booking's own."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    by = request.person.id if request.person else None
    form: Any = TimeForm.blank(form_key=secrets.token_hex(16))
    if request.method == "POST":
        form = await TimeForm.read(request)
        if form.valid:
            await limit_visitor("change-time", request, 100, timedelta(hours=1))
            # Of whoever made it and whoever comes: a guide has made many people's, and knows of no other's changes.
            pair = f"{found.booked_by_id} {found.participant_id}"
            await limit("change-time", pair, 20, timedelta(days=1), now=request.now)
            try:
                changed = await actions.change_time(
                    found.id, form.data.session, form_key=bytes.fromhex(form.data.form_key), now=request.now,
                    by=by, shown=shown_by(form.data.shown),
                )  # fmt: skip
                return see_other(f"{changed.path}?saved={Saved.TIME}", request)
            except actions.ChangedAlready as already:
                return see_other(f"{already.path}/time?changed=already", request)
            except Refused as refused:
                form.add_error("session", refused.message)
        if "form_key" in form.errors:
            form.values["form_key"] = secrets.token_hex(16)
    fixed = found.state not in CHANGEABLE or rules.over(found, request.now)
    if fixed or found.pool_session_id is None or not found.open:
        return see_other(found.path, request)
    times = await times_queries.free_times(found, by, request.now)
    return render(
        request, "offers/bookings/times/time.html", booking=found, form=form,
        days=[[*day] for _date, day in groupby(times, _day)], section="my-page", status=422 if form.errors else 200,
    )  # fmt: skip
