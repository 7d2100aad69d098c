"""Self check-in: the page for the wall, where its words are typed, and "I am here" by the link of a booking."""

from starlette.responses import Response

from marketplace.base.errors import BadRequest, TooMany
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.web.access import member, public
from marketplace.base.web.cookies import form_cookie
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.lately import LATELY, said_at, seconds_since
from marketplace.base.web.templates import render
from marketplace.settings import settings
from offers.attendance.check_in import actions, queries
from offers.attendance.check_in.forms import MOST, AcceptForm, HereForm, WordsForm
from offers.attendance.check_in.saved import Saved
from offers.bookings.queries import booking_by_token
from offers.catalogue.queries import title_of
from offers.catalogue.sharing.short import drawn
from offers.rights.queries import session_hosted_by
from organizations.members.models import Role

UNKNOWN = lazy(
    "Ingen samling som er åpen nå, har disse ordene. Se på plakaten en gang til, eller si fra til den som leder."
)
MANY = lazy("Det er prøvd mange ganger herfra. Vent ett minutt. Lenken i meldingen din virker hele tiden.")


@public
async def check_in(request: Request) -> Response:
    """GET and POST /check-in: the words are typed here, or come from the picture in the part of the address that no
    browser sends. The answer is the same whoever asks, booked or not."""
    request.private = True  # so its headers, too, are the same for all
    form, status, headers = WordsForm.blank(came=1), 200, {}
    if request.method == "POST":
        form, status = await WordsForm.read(request), 422
        if form.valid:
            try:
                if await actions.by_words(request, form.data.said, form.data.came, browsers(request)):
                    return see_other(f"/check-in?saved={Saved.HERE}{said_at(request.now)}", request)
                form.add_error("said", str(UNKNOWN))
            except TooMany as many:
                form.add_error("said", str(MANY))
                status, headers["Retry-After"] = 429, str(max(1, int(many.retry_after.total_seconds())))
    return render(
        request, "offers/attendance/check_in/words.html", status=status, headers=headers, form=form,
        counts=[(each, each) for each in range(1, MOST + 1)], section="",
        here=request.query.get("saved") == [Saved.HERE]
        and 0 <= seconds_since(request.query.get("at", [""])[-1], request.now) < LATELY,
    )  # fmt: skip


def browsers(request: Request) -> list[str]:
    """What this browser is known by: the cookie that makes its forms safe, and its sign-in. No cookie is set for it."""
    before = request.cookies.get(form_cookie())
    return [request.form_binding, *([f"visitor {before}"] if before and request.sign_in_id else [])]


@public
async def here(request: Request) -> Response:
    """POST /bookings/{token}/here: "I am here", by the link in one's own message. Nothing limits it but the session's
    time."""
    found = await booking_by_token(request.path_params["token"], request.lang)
    form = await HereForm.read(request)
    if not form.valid:
        raise BadRequest(_("Velg et av alternativene."))
    session = parse_id((await request.fields()).get("session", [""])[-1])
    await actions.by_link(session, found.id, form.data.came, browsers(request), now=request.now)
    return see_other(f"{found.path}?saved={Saved.HERE}{said_at(request.now)}", request)


@member(Role.HOST)
async def wall(request: Request) -> Response:
    """GET /manage/sessions/{id}/check-in: the words and the picture, to print or to show; what hosts do about them."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    found = await queries.wall(session.id)
    address = f"{settings().public_url}/check-in"
    return render(
        request, "offers/attendance/check_in/wall.html",
        session=session, wall=found, title=await title_of(session.offer_id, request.lang), section="/manage",
        typed_at=address.partition("://")[2],
        picture=drawn(f"{address}#{found.words.replace(' ', '-')}") if found.words else "",
    )  # fmt: skip


@member(Role.HOST)
async def turn(request: Request) -> Response:
    """POST /manage/sessions/{id}/check-in: on, with words of its own, or off."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    on = "off" not in await request.fields()
    turned = actions.turn_on if on else actions.turn_off
    await turned(session, by=request.person.id, now=request.now)
    return see_other(
        f"/manage/sessions/{session.id}/check-in?saved={Saved.OPENED if on else Saved.TURNED_OFF}", request
    )


@member(Role.HOST)
async def accept(request: Request) -> Response:
    """POST /manage/sessions/{id}/check-in/accept: the heads by code that the host has seen go into the count."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    form = await AcceptForm.read(request)
    if not form.valid:
        raise BadRequest(_("Noe ble feil. Last siden på nytt."))
    await actions.accept(session, form.data.heads, form.data.before, by=request.person.id, now=request.now)
    return see_other(f"/manage/sessions/{session.id}/register?saved={Saved.ACCEPTED}", request)
