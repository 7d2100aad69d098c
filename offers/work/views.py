"""/manage: what those who lead offers have to do, what is on today first, and then all their offers."""

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.web.access import member
from marketplace.base.web.http import Request
from marketplace.base.web.paging import page_key, page_key_text
from marketplace.base.web.templates import render
from offers.attendance.past.queries import unrecorded
from offers.publishing import queries as publishing
from offers.work import actions, queries
from organizations.members.models import Role
from organizations.members.queries import memberships_of
from organizations.notices.rules import kinds_for


@member(Role.HOST)
async def manage(request: Request) -> Response:
    """GET /manage: today's meetings, who waits for an answer or a call, what was not recorded; then the offers."""
    shelf = request.query.get("show", ["current"])[-1]
    if shelf not in publishing.SHELVES:
        raise NotFound
    after = page_key(request.query.get("after", [""])[-1])
    person, lang, now = request.person, request.lang, request.now
    found = await publishing.managed(person, shelf, lang, now, after)
    offers = found[: publishing.PAGE]
    more = page_key_text(offers[-1].key, offers[-1].id) if len(found) > publishing.PAGE else ""
    waiting = await queries.requests(person, lang, now)
    if waiting:
        await actions.note_seen(waiting, by=person.id, now=now)
    return render(
        request, "offers/work/manage.html", offers=offers, shelf=shelf, more=more, after=after,
        counts=await publishing.shelf_counts(person, now),
        today=await queries.today(person, lang, now),
        waiting=waiting,
        to_call=await queries.to_call(person, lang, now),
        unrecorded=await unrecorded(person, lang, now),
        may_publish=Role.EDITOR in request.roles, organizations=[
            one
            for one in await memberships_of(person.id)
            if one.let_in and kinds_for([Role(role) for role in one.roles])
        ],
    )  # fmt: skip
