"""Second factors: giving one when signing in, and setting them up."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pyotp
import segno
from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import SECOND_FACTOR, public, signed_in_again
from marketplace.base.web.http import Request, asked_next, local_path, parse_id, see_other, with_next
from marketplace.base.web.limits import Tries, limit, limit_visitor, limits
from marketplace.base.web.templates import render
from marketplace.people.queries import verified_contacts
from marketplace.people.saved import Saved
from marketplace.people.second_factor import actions as factors
from marketplace.people.second_factor import passkeys
from marketplace.people.second_factor.forms import AppForm, PasskeyForm, SecondFactorForm
from marketplace.people.second_factor.queries import factors_of
from marketplace.people.sign_in import actions
from marketplace.people.sign_in.forms import SignInForm
from marketplace.people.sign_in.site import Site, site
from marketplace.people.sign_in.views import sign_in_page, visit_of, with_sign_in
from marketplace.settings import settings

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
NO_STORE = {"Cache-Control": "no-store"}


@public
async def second_factor(request: Request) -> Response:
    """GET and POST /sign-in/second-factor: a code of the app, a recovery code, or (passkey.html) a passkey."""
    somebody = request.half or request.person
    if somebody is None:
        return see_other(with_next("/sign-in", asked_next(request)), request)
    if not somebody.has_second_factor:
        return see_other(with_next("/my-page/second-factor", asked_next(request)), request)
    form: Any = SecondFactorForm.blank(next=asked_next(request))
    if request.method == "POST":
        form = await SecondFactorForm.read(request)
        if form.valid:
            # A code of an app has a million values, and three count: a day of guesses must come to nothing too.
            me = str(somebody.id)
            tries = [Tries("second factor", me, 20, QUARTER), Tries("second factor in a day", me, 60, DAY)]
            await limits(tries, now=request.now)
            if await factors.give_code(somebody, form.data.code, now=request.now):
                return await _stronger(request, somebody.sign_in_id, form.data.next)
            form.add_error(
                "code",
                _("Det er ikke riktig kode, eller den er brukt. Vent til appen viser en ny, og skriv den."),
            )
    return await _second_factor_page(request, form, 422 if form.errors else 200)


async def _second_factor_page(request: Request, form: Any, status: int, refused: bool = False) -> Response:
    found = await factors_of((request.half or request.person).id)
    return render(
        request, "marketplace/people/second_factor/second_factor.html",
        form=form, factors=found, refused=refused, status=status,
        passkeys=site(request) if found.passkeys else None,
    )  # fmt: skip


async def _stronger(request: Request, sign_in: UUID, next_path: str | None) -> Response:
    """On, with a sign-in that has its second factor."""
    renewed = await actions.renew(sign_in, now=request.now, second_factor_at=request.now)
    if renewed is None:
        return see_other("/sign-in", request)
    return with_sign_in(see_other(next_path or "/my-page", request), renewed[1])


@public
async def passkey(request: Request) -> Response:
    """POST /sign-in/second-factor/passkey: signs in whoever has the key, or is the second factor of who has begun."""
    await limit_visitor("passkey", request, 60, QUARTER)
    form, ours = await PasskeyForm.read(request), site(request)
    somebody = request.half or request.person
    whose = (
        await passkeys.enter(form.data.passkey, form.data.challenge, ours, now=request.now)
        if ours and form.valid
        else None
    )
    if whose is None or (request.half and whose != request.half.id):
        if form.valid:
            await factors.note_passkey(somebody, False, now=request.now)
        wanted = local_path(form.values.get("next"))
        if somebody and somebody.has_second_factor:
            return await _second_factor_page(request, SecondFactorForm.blank(next=wanted), 422, refused=True)
        return await sign_in_page(request, SignInForm.blank(next=wanted), 422, refused=True)
    if somebody and whose == somebody.id:
        await factors.note_passkey(somebody, True, now=request.now)
        return await _stronger(request, somebody.sign_in_id, form.data.next)
    secret = await actions.enter_by_passkey(whose, visit_of(request), now=request.now)
    return with_sign_in(see_other(form.data.next or "/my-page", request), secret)


@signed_in_again
async def show(request: Request) -> Response:
    """GET /my-page/second-factor: what I have, and what I can add."""
    return await _overview(request, asked_next(request))


async def _overview(
    request: Request, next_path: str, codes: list[str] | None = None, refused: bool = False
) -> Response:
    return render(
        request, "marketplace/people/second_factor/show.html",
        factors=await factors_of(request.person.id), next=next_path,
        codes=codes, passkeys=site(request), section="my-page",
        refused=refused, status=422 if refused else 200, must=bool(SECOND_FACTOR & request.roles),
    )  # fmt: skip


@signed_in_again
async def app(request: Request) -> Response:
    """GET and POST /my-page/second-factor/app: the picture that an app reads, and its first code."""
    me = request.person
    form: Any = AppForm.blank(next=asked_next(request))
    if request.method == "GET":
        secret, form.values["app"] = factors.new_app(me.id)
    else:
        form = await AppForm.read(request)
        secret = factors.secret_of(me.id, form.values.get("app", "")) or ""
        if not secret:
            secret, form.values["app"] = factors.new_app(me.id)
            form.errors = {
                "code": _("Bildet var for gammelt. Les det nye med appen, og skriv koden den viser da.")
            }
        if form.valid:
            await limit("second factor", str(me.id), 20, QUARTER, now=request.now)
            if await factors.add_app(me.id, secret, form.data.code, now=request.now):
                return await _added(request, form.data.next)
            form.add_error("code", _("Det er ikke koden som appen viser nå. Skriv den nyeste."))
    contacts = await verified_contacts(me.id)
    address = pyotp.TOTP(secret).provisioning_uri(
        name=contacts[0].value if contacts else me.name or "", issuer_name=settings().site_name
    )
    picture = segno.make(address, error="m").svg_inline(scale=5, dark="#000", light="#fff", svgclass="tp-qr")
    return render(
        request, "marketplace/people/second_factor/app.html",
        form=form, secret=secret, address=address, picture=Markup(picture),  # noqa: S704 - drawn by segno from digits
        section="my-page", status=422 if form.errors else 200,
    )  # fmt: skip


async def _added(request: Request, next_path: str | None) -> Response:
    """A new factor counts for this sign-in at once; the first one brings recovery codes, shown this once."""
    me = request.person
    renewed = await actions.renew(me.sign_in_id, now=request.now, second_factor_at=request.now)
    if renewed is None:
        return see_other("/sign-in", request)
    request.rebind(renewed[0])
    has = await factors_of(me.id)
    codes = None if has.codes_left else await factors.new_recovery_codes(me.id, now=request.now)
    return with_sign_in(await _overview(request, next_path or "", codes), renewed[1])


@public
async def passkey_options(request: Request) -> Response:
    """GET /sign-in/second-factor/passkey/options: what a key is asked to sign, to let somebody in."""
    somebody = request.half or request.person
    return JSONResponse(
        await passkeys.to_enter(somebody.id if somebody else None, _site(request)), headers=NO_STORE
    )


@signed_in_again
async def new_passkey_options(request: Request) -> Response:
    """GET /my-page/second-factor/passkeys/options: the same for a key to be made."""
    me, contacts = request.person, await verified_contacts(request.person.id)
    name = me.name or (contacts[0].value if contacts else settings().site_name)
    return JSONResponse(await passkeys.to_add(me.id, name, _site(request)), headers=NO_STORE)


def _site(request: Request) -> Site:
    """Raises NotFound where passkeys do not work."""
    ours = site(request)
    if ours is None:
        raise NotFound
    return ours


@signed_in_again
async def remove_app(request: Request) -> Response:
    """POST /my-page/second-factor/app/remove"""
    await factors.remove_app(request.person.id, now=request.now)
    return see_other(f"/my-page/second-factor?saved={Saved.REMOVED}", request)


@signed_in_again
async def add_passkey(request: Request) -> Response:
    """POST /my-page/second-factor/passkeys: what the browser says of a new one."""
    form, ours = await PasskeyForm.read(request), site(request)
    device = visit_of(request).device
    if not (ours and form.valid) or not await passkeys.add(
        request.person.id, form.data.passkey, form.data.challenge, ours, device, now=request.now
    ):
        return await _overview(request, local_path(form.values.get("next")) or "", refused=True)
    return await _added(request, form.data.next)


@signed_in_again
async def remove_passkey(request: Request) -> Response:
    """POST /my-page/second-factor/passkeys/{id}/remove"""
    one = parse_id(request.path_params["id"])
    if not await factors.remove_passkey(request.person.id, one, now=request.now):
        raise NotFound
    return see_other(f"/my-page/second-factor?saved={Saved.REMOVED}", request)


@signed_in_again
async def new_codes(request: Request) -> Response:
    """POST /my-page/second-factor/codes: ten new recovery codes, shown this once: so no redirect."""
    has = await factors_of(request.person.id)
    if not (has.app_since or has.passkeys):
        return see_other("/my-page/second-factor", request)
    return await _overview(request, "", await factors.new_recovery_codes(request.person.id, now=request.now))
