"""The demo's own pages: its mailbox, who can sign in, and its clock. Outside demo mode there are none."""

import asyncio
from datetime import UTC, datetime
from functools import wraps
from uuid import UUID

import nh3
from pyotp import TOTP
from starlette.responses import JSONResponse, Response

from marketplace.base import clock
from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post import mailbox
from marketplace.base.post.mail import MAILS
from marketplace.base.post.mailbox import Kept
from marketplace.base.web.access import View, public
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.templates import demo_people, render
from marketplace.demo import catalogue
from marketplace.demo.forms import FURTHEST, STEP_LABELS, ClockForm
from marketplace.demo.samples import NAMES, made_up
from marketplace.settings import settings

SHOWN = 100
"""Messages on one page of the mailbox."""
OWN = {"script", "style", "title", "h1"}
"""Not shown of a mail, with what they hold: the page has a heading of its own."""
BODY = nh3.ALLOWED_TAGS - {"h1", "img"}
HIDING = nh3.ALLOWED_ATTRIBUTES | {"div": {"hidden"}}
"""What a mail begins with on a locked screen is no part of it (templates/mails/_layout.html)."""
NO_STORE = {"Cache-Control": "no-store"}


def in_demo(view: View) -> View:
    """Public in demo mode; else there is nothing here."""

    @wraps(view)
    async def only_in_demo(request: Request) -> Response:
        if not settings().demo:
            raise NotFound
        return await view(request)

    return public(only_in_demo)


@in_demo
async def messages(request: Request) -> Response:
    """The mailbox, newest first. `?to=` shows one recipient's messages."""
    to = request.query.get("to", [""])[-1].strip().lower()
    found = [kept for kept in await asyncio.to_thread(mailbox.newest) if not to or kept.to.lower() == to]
    return render(
        request,
        "marketplace/demo/mailbox.html",
        messages=found[:SHOWN],
        count=len(found),
        to=to,
        headers=NO_STORE,
    )


@in_demo
async def messages_json(request: Request) -> Response:
    """The mailbox for scripts, newest first."""
    found = await asyncio.to_thread(mailbox.newest)
    return JSONResponse([described(kept) for kept in found], headers=NO_STORE)


def described(kept: Kept) -> dict[str, object]:
    return {
        "id": str(kept.id), "channel": kept.channel, "to": kept.to, "subject": kept.subject,
        "at": kept.at.isoformat() if kept.at else None, "text": kept.text, "html": kept.html,
        "calendar": kept.calendar, "links": kept.links, "eml": f"/demo/mailbox/{kept.id}.eml",
    }  # fmt: skip


@in_demo
async def message(request: Request) -> Response:
    """One message, as its recipient sees it."""
    kept = mailbox.one(message_id(request))
    if kept is None:
        raise NotFound
    return render(
        request, "marketplace/demo/message.html", message=kept, html=shown(kept.html), headers=NO_STORE
    )


def shown(html: str | None) -> str | None:
    """What of a mail's html stands on a page of ours."""
    if not html:
        return None
    return nh3.clean(html, tags=BODY, attributes=HIDING, clean_content_tags=OWN, link_rel=None)


@in_demo
async def eml(request: Request) -> Response:
    """The message itself, to open in a mail program."""
    path = mailbox.path_of(message_id(request))
    if not path.exists():
        raise NotFound
    name = f'attachment; filename="{path.name}"'
    return Response(
        path.read_bytes(), headers={**NO_STORE, "Content-Disposition": name}, media_type="message/rfc822"
    )


def message_id(request: Request) -> UUID:
    return parse_id(request.path_params["id"])


@in_demo
async def mails(request: Request) -> Response:
    """Every mail there is, by name."""
    return render(request, "marketplace/demo/mails.html", names=sorted(NAMES), headers=NO_STORE)


@in_demo
async def mail(request: Request) -> Response:
    """One mail with made-up facts, in the page's language: as mail, as plain text and as SMS."""

    name = request.path_params["name"]
    if name not in NAMES:
        raise NotFound
    async with made_up(name, request.now) as facts:
        written, sms = [
            await MAILS[name](channel, request.lang, **facts) for channel in (Channel.EMAIL, Channel.SMS)
        ]
    if written is None or sms is None:
        raise NotFound
    return render(
        request, "marketplace/demo/mail.html", called=name, mail=written, sms=sms, html=shown(written.html),
        headers=NO_STORE,
    )  # fmt: skip


@in_demo
async def people(request: Request) -> Response:
    """Who can sign in, for scripts: role, name, organization, address, and totp_secret of whoever has an app."""
    return JSONResponse(demo_people(), headers=NO_STORE)


@in_demo
async def register(request: Request) -> Response:
    """Enhetsregisteret and Frivillighetsregisteret as their interfaces answer, with made-up organisations."""
    asked = request.path_params
    for entry in catalogue.read("register.toml").get(asked["kind"], []):
        if entry["organisasjonsnummer"] == asked["number"]:
            return JSONResponse(entry, headers=NO_STORE)
    return JSONResponse({"status": 404, "error": "Not Found"}, 404, NO_STORE)


@in_demo
async def codes(request: Request) -> Response:
    """What the apps of the demo's people show now, for whoever has no such app at hand."""
    at = clock.unmoved().timestamp()
    shown = [
        one | {"code": TOTP(secret).at(int(at))}
        for one in demo_people()
        if (secret := one.get("totp_secret"))
    ]
    return render(
        request, "marketplace/demo/codes.html", people=shown, seconds=30 - int(at) % 30, headers=NO_STORE
    )


@in_demo
async def time(request: Request) -> Response:
    """What time it is in the demo; moves it ahead, to a date, or back to the real time."""
    form = ClockForm.blank()
    if request.method == "POST":
        form = await ClockForm.read(request)
        real = datetime.now(UTC)
        target = form.data.target(request.now, real) if form.valid else None
        if form.valid and target is None:
            form.add_error("day", _("Skriv en dato."))
        elif target and target < real:
            form.add_error("day", _("Velg en dato som ikke er over. Klokka kan bare stilles fram."))
        elif target and target - real > FURTHEST:
            form.add_error("day", _("Så langt fram kan ikke klokka stilles."))
        elif target:
            clock.move(target - real)
            await asyncio.sleep(0.15)  # by then every process has read it
            return see_other("/demo/clock", request)
    status = 422 if form.errors else 200
    moved = abs(request.now - datetime.now(UTC)).total_seconds() > 60
    return render(
        request, "marketplace/demo/clock.html", form=form, steps=STEP_LABELS, moved=moved, now=request.now,
        status=status, headers=NO_STORE,
    )  # fmt: skip
