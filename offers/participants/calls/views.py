"""Ring disse: whom no message reaches, what to say to them, and a tick when somebody has rung."""

from uuid import UUID

from starlette.responses import Response

from marketplace.base.errors import BadRequest, NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import when
from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other, typed_id
from marketplace.base.web.templates import render
from offers.catalogue.models import Offer, Session
from offers.catalogue.queries import title_of
from offers.participants import queries as participants_queries
from offers.participants.actions import answer_call, note_read
from offers.participants.calls import queries
from offers.participants.calls.queries import calls_of_offer
from offers.participants.saved import Saved
from offers.rights.queries import offer_led_by, session_hosted_by
from offers.telling.models import CallAbout
from offers.telling.rules import Said
from organizations.members.models import Role


@member(Role.HOST)
async def of_session(request: Request) -> Response:
    """GET /manage/sessions/{id}/call-list: those of one session."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    words, act = "", f"{session.id}:{session.sequence}"
    acts = [(CallAbout.SESSION_CANCELLED, act), (CallAbout.OFFER_CANCELLED, str(session.offer_id))]
    if session.called_off:
        words = _("Samlingen %(when)s er avlyst.", when=when(session.starts_at, session.ends_at))
    elif session.moved:
        words, acts = (
            _("Samlingen er flyttet til %(when)s.", when=when(session.starts_at, session.ends_at)),
            [(CallAbout.SESSION_MOVED, act)],
        )
    told = await queries.how_told(session.offer_id, acts) if words else None
    return await _listed(request, session.offer, session, words, told)


@member(Role.HOST)
async def of_offer(request: Request) -> Response:
    """GET /manage/offers/{slug}/call-list: those of the whole offer. As long as it knows them."""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    over = offer.called_off
    told = await queries.how_told(offer.id, [(CallAbout.OFFER_CANCELLED, str(offer.id))]) if over else None
    return await _listed(request, offer, None, _("Tilbudet er avlyst.") if over else "", told)


async def _listed(
    request: Request, offer: Offer, session: Session | None, words: str, told: queries.Told | None
) -> Response:
    """The list. `words`: what has happened, and how those who can be written to have been `told` of it so far."""
    only = session.id if session else None
    calls = await calls_of_offer(offer.id, request.lang, only)
    called = {one.booking_id for one in calls if one.called_at is None}
    others = [
        one
        for one in await participants_queries.unreached(offer.id, only, request.now)
        if one.booking_id not in called
    ]
    read = {one.booking_id for one in calls} | {one.booking_id for one in others}
    await note_read(offer, len(read), by=request.person.id, now=request.now, list="call")
    left = [one for one in calls if one.called_at is None]
    return render(
        request, "offers/participants/calls/call_list.html",
        offer=offer, session=session, words=words, told=told, others=others,
        open=left, done=[one for one in calls if one.called_at],
        title=await title_of(offer.id, request.lang), section="/manage", here=f"/manage/offers/{offer.slug}/calls",
    )  # fmt: skip


@member(Role.HOST)
async def tick(request: Request) -> Response:
    """POST /manage/offers/{slug}/calls: it has been rung, or not after all; and what they said to a held seat."""
    offer = await offer_led_by(request.person, request.path_params["slug"])
    given = await request.fields()
    await answer_call(*said_of(given), offer=offer.id, by=request.person.id, now=request.now)
    session = typed_id(given.get("session", [""])[-1])
    back = f"/manage/sessions/{session}" if session else f"/manage/offers/{offer.slug}"
    return see_other(f"{back}/call-list?saved={Saved.CALLED}", request)


def said_of(given: dict[str, list[str]]) -> tuple[UUID, Said]:
    """Which call a form is about, and what became of it. Raises NotFound and BadRequest."""
    call, said = typed_id(given.get("call", [""])[-1]), given.get("said", [""])[-1]
    if call is None:
        raise NotFound
    if said not in {one.value for one in Said}:
        raise BadRequest(_("Velg om dere har ringt, eller hva de svarte."))
    return call, Said(said)
