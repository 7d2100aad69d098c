"""Somebody at the door who has not booked."""

import secrets
from datetime import timedelta

from starlette.responses import Response

from marketplace.base.data.database import in_transaction
from marketplace.base.errors import Refused
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import Tries, limits
from marketplace.base.web.templates import render
from offers.attendance import rules
from offers.attendance.keys import settled
from offers.attendance.saved import Saved
from offers.attendance.walk_in import actions
from offers.attendance.walk_in.forms import WalkInForm
from offers.attendance.walk_in.queries import pool_of
from offers.catalogue.queries import title_of
from offers.participants.actions import NoRoom
from offers.rights.queries import session_hosted_by
from offers.seats.claims import JustSent
from organizations.members.models import Role

DAY = timedelta(days=1)


@member(Role.HOST)
async def walk_in(request: Request) -> Response:
    """GET and POST /manage/sessions/{id}/walk-in: a booking made on the spot, and marked."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    pool = await pool_of(session.id)
    over = settled(session.starts_at, request.now)
    may = bool(pool) and not session.called_off and rules.is_open(session.starts_at, request.now) and not over
    form, full = WalkInForm.blank(seats=1, form_key=secrets.token_hex(16)), False
    if request.method == "POST" and pool and may:
        form = await WalkInForm.read(request)
        if "form_key" in form.errors:
            form.values["form_key"] = secrets.token_hex(16)
        if form.valid:
            me, key = request.person.id, bytes.fromhex(form.data.form_key)
            tries = [Tries("add as", str(me), 200, DAY)]
            try:
                if form.data.instead:
                    await limits(tries, now=request.now)
                    async with in_transaction():
                        await actions.as_heads(session, form.data.seats, by=me, form_key=key, now=request.now)
                    done = Saved.LET_IN
                else:
                    await actions.by_name(
                        session, pool.id, form.data.name, form.data.seats, by=me, form_key=key, lang=request.lang,
                        tries=tries, now=request.now,
                    )  # fmt: skip
                    done = Saved.WALKED_IN
                return see_other(f"/manage/sessions/{session.id}/register?saved={done}", request)
            except NoRoom as none:
                full = True
                form.add_error("seats", none.message)
            except (JustSent, Refused) as refused:
                form.add_error("form", refused.message)
    return render(
        request, "offers/attendance/walk_in/walk_in.html", status=422 if form.errors else 200, form=form,
        session=session, pool=pool, may=may, over=over, full=full, title=await title_of(session.offer_id, request.lang),
        section="/manage",
    )  # fmt: skip
