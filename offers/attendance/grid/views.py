"""Who came when, on screen and on paper."""

from starlette.responses import Response

from marketplace.base.data.audit import record
from marketplace.base.web.access import member
from marketplace.base.web.http import Request
from marketplace.base.web.paging import page_key, page_key_text
from marketplace.base.web.templates import render
from offers.attendance.acts import Act
from offers.attendance.grid import queries, rules
from offers.catalogue.queries import title_of
from offers.rights.queries import offer_led_by
from organizations.members.models import Role


@member(Role.HOST)
async def grid(request: Request) -> Response:
    """GET /manage/offers/{slug}/attendance?after=…: names and dates. That somebody read it is recorded."""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    after = page_key(request.query.get("after", [""])[-1])
    found = await queries.columns(offer.id, after, request.now)
    shown = found[: queries.COLUMNS][::-1]
    await record(
        Act.ATTENDANCE_READ, now=request.now, actor=request.person.id, object_id=offer.id,
        organization=offer.owner_id, details={"sessions": len(shown)},
    )  # fmt: skip
    sessions = [one.id for one in shown]
    older = page_key_text(shown[0].starts_at, shown[0].id) if len(found) > queries.COLUMNS else ""
    return render(
        request, "offers/attendance/grid/grid.html", offer=offer, columns=shown, older=older, after=after,
        lines=rules.lines(await queries.cells(sessions), sessions), section="/manage",
        title=await title_of(offer.id, request.lang),
    )  # fmt: skip
