"""The registers of what has been, in a list."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.forms import Form
from marketplace.base.web.http import Request
from marketplace.base.web.paging import page_key, page_key_text
from marketplace.base.web.templates import render
from offers.attendance.closing.rules import open_since
from offers.attendance.past import queries
from offers.attendance.past.queries import Show
from organizations.members.models import Role

PATH = "/manage/registers"


class FilterForm(Form):
    """One offer, or all (nothing)."""

    offer: str = ""


def _address(**asked: Any) -> str:
    said = urlencode({name: value for name, value in asked.items() if value})
    return f"{PATH}?{said}" if said else PATH


@member(Role.HOST)
async def registers(request: Request) -> Response:
    """GET /manage/registers?show=…&offer=…&after=…: recorded, begun or missing, the latest first."""
    asked = {name: request.query.get(name, [""])[-1] for name in ("show", "offer", "after")}
    if (asked["show"] or Show.ALL) not in [*Show]:
        raise NotFound
    show, after = Show(asked["show"] or Show.ALL), page_key(asked["after"])
    offers = await queries.choices(request.person, request.lang, request.now)
    chosen = next((one for one in offers if one.slug == asked["offer"]), None)
    if asked["offer"] and chosen is None:
        raise NotFound
    found = await queries.past(
        request.person, request.lang, request.now, show=show, offer=chosen.id if chosen else None, after=after
    )
    shown = found[: queries.PAGE]
    last = page_key_text(shown[-1].starts_at, shown[-1].id) if len(found) > queries.PAGE else ""
    slug = chosen.slug if chosen else ""
    kinds = [
        (Show.ALL, _("Alle"), "list"),
        (Show.MISSING, _("Ikke ført"), "calendar"),
        (Show.BEGUN, _("Ikke ferdig"), "pencil"),
        (Show.RECORDED, _("Ført"), "check"),
    ]
    return render(
        request, "offers/attendance/past/registers.html", shown=shown, section="/manage", chosen=chosen,
        kinds=[(words, _address(show=kind if kind is not Show.ALL else "", offer=slug), icon, kind is show)
               for kind, words, icon in kinds],
        form=FilterForm.blank(offer=slug), offers=[(one.slug, one.title) for one in offers],
        open_since=open_since(request.now), show=asked["show"],
        more=_address(show=asked["show"], offer=slug, after=last) if last else "",
        first=_address(show=asked["show"], offer=slug) if after else "",
    )  # fmt: skip
