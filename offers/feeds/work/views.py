"""The page where those who lead and arrange make the addresses of their calendars."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import Field
from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.forms import Form
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.once import form_key
from marketplace.base.web.templates import render
from marketplace.settings import settings
from offers.feeds import actions
from offers.feeds.saved import Saved
from offers.feeds.work import queries
from organizations.members.models import Role
from organizations.members.queries import organization_edited_by

HOSTING = "hosting"
"""What the field `calendar` says of what one leads; else it is the slug of an organisation."""


class CalendarForm(Form):
    """Which of the calendars a button is about."""

    calendar: str = Field("", max_length=80)


@dataclass(frozen=True, slots=True)
class Calendar:
    """One of the calendars on the page. `since` when it has an address; `address` where it has just been made."""

    slug: str
    name: str
    since: datetime | None
    address: str | None


@member(Role.HOST)
async def calendars(request: Request) -> Response:
    """GET and POST /manage/calendars: make or renew an address, and show it this once: so no redirect."""
    me, made = request.person.id, {}
    if request.method == "POST":
        chosen = await chosen_calendar(request)
        secret = await actions.make_address(
            me, hosting=chosen is None, organization=chosen,
            form_key=await form_key(request), now=request.now,
        )  # fmt: skip
        made = {chosen: f"{settings().public_url}/calendar/private/{secret}.ics"} if secret else {}
    since = await queries.addresses(me)
    own = [(None, HOSTING, _("Det du leder")), *await queries.arranging(me)]
    return render(
        request, "offers/feeds/work/calendars.html",
        calendars=[Calendar(slug, name, since.get(of), made.get(of)) for of, slug, name in own],
    )  # fmt: skip


@member(Role.HOST)
async def revoke(request: Request) -> Response:
    chosen = await chosen_calendar(request)
    await actions.revoke_address(
        request.person.id, hosting=chosen is None, organization=chosen, now=request.now
    )
    return see_other(f"/manage/calendars?saved={Saved.NO_CALENDAR}", request)


async def chosen_calendar(request: Request) -> UUID | None:
    """The organisation whose calendar the form is about; None: what the person leads. Raises NotFound when it is not
    theirs, or not approved."""
    form = await CalendarForm.read(request)
    if not form.valid:
        raise NotFound
    slug = form.data.calendar
    found = None if slug == HOSTING else (await organization_edited_by(request.person, slug)).id
    if await queries.may_follow(request.person.id, found) is None:
        raise NotFound
    return found
