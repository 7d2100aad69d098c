"""Hosts write to their participants: what, to whom, a look at it, and off it goes. And where a participant reads it."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid4

from starlette.responses import Response

from marketplace.base.errors import Refused, TooMany
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import SMS_LENGTH
from marketplace.base.web.access import member, public
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from offers.bookings.queries import booking, booking_by_token
from offers.catalogue.models import Offer, Session
from offers.catalogue.queries import title_of
from offers.messages.actions import write
from offers.messages.forms import WriteForm
from offers.messages.mails import said, sms_of
from offers.messages.models import NEWS, Recipients
from offers.messages.queries import messages_of, recipients, titles_of, written
from offers.messages.rules import PLACEHOLDERS
from offers.messages.saved import Saved
from offers.participants.actions import note_read
from offers.participants.queries import BookedParty, counts
from offers.rights.queries import offer_led_by, reach, session_hosted_by
from organizations.members.models import Role

TO_LABELS = {
    Recipients.ALL: lazy("Alle som har plass"),
    Recipients.PRESENT: lazy("De som var der"),
    Recipients.WAITING: lazy("De som står på venteliste"),
    Recipients.BEFORE: lazy("De som har hatt plass før, hvis de vil høre mer"),
}
MEANINGS = {
    "navn": lazy("navnet til den som får meldingen"),
    "tilbud": lazy("navnet på tilbudet, men ikke på SMS"),
    "tid": lazy("når dere møtes"),
    "sted": lazy("hvor dere møtes"),
    "lenke": lazy("lenke til påmeldingen"),
}


@member(Role.HOST)
async def to_offer(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/write: to those who have a seat or wait for one."""
    return await _writing(request, await offer_led_by(request.person, request.path_params["slug"]), None)


@member(Role.HOST)
async def to_session(request: Request) -> Response:
    """GET and POST /manage/sessions/{id}/write: the same of one session, and to those who were there."""
    session = await session_hosted_by(request.person, request.path_params["id"])
    return await _writing(request, session.offer, session)


async def _writing(request: Request, offer: Offer, session: Session | None) -> Response:
    form: Filled[WriteForm] = WriteForm.blank(
        **{name: sent[-1] for name, sent in request.query.items() if name == "to"}
    )
    status, page = 200, "write"
    groups = {
        to: await recipients(offer.id, session, to, request.now)
        for to in Recipients
        if to is not (Recipients.BEFORE if session else Recipients.PRESENT)
    }
    groups = {to: parties for to, parties in groups.items() if parties}
    if request.method == "POST":
        form = await WriteForm.read(request)
        if form.valid and form.data.to not in groups:
            form.add_error("to", _("Det er ingen å skrive til der nå. Velg på nytt."))
        key = form.data.key if form.valid else None
        if form.valid and form.data.step == "send" and key:
            given = form.data
            try:
                await write(
                    offer, session, given.to, given.text, key=key, by=request.person.id, now=request.now
                )
                return see_other(f"{path_of(offer, session)}?saved={Saved.SENT}", request)
            except TooMany:
                form.add_error(
                    "text", _("Det er sendt mange meldinger det siste døgnet. Prøv igjen i morgen.")
                )
            except Refused as refused:
                form.add_error("to", refused.message)
        elif form.valid and form.data.step != "change":
            page = "look"
        status = 422 if form.errors else 200
    shown = partial(
        render, request, offer=offer, session=session, form=form, here=path_of(offer, session), section="/manage",
        title=await title_of(offer.id, request.lang), may=await reach(request.person, offer),
        labels=TO_LABELS, email=offer.owner.email,
    )  # fmt: skip
    if page == "look":
        look = await _look(request, form.data.to, form.data.text, groups[form.data.to], offer, session)
        return shown("offers/messages/look.html", **look._asdict())
    return shown(
        "offers/messages/write.html", status=status, meanings=MEANINGS, placeholders=PLACEHOLDERS,
        choices=[(to.value, f"{TO_LABELS[to]} ({len(parties)})") for to, parties in groups.items()],
        before=await written(offer.id),
    )  # fmt: skip


class Look(NamedTuple):
    """What the host is shown before it is sent. `whole`: what an SMS would be if it had room; `told`: so many get it;
    `ring`: those whom nothing reaches."""

    to: Recipients
    mail: str
    sms: str
    whole: str
    told: int
    by_sms: int
    ring: list[str]
    new_key: UUID
    most: int = SMS_LENGTH


async def _look(
    request: Request,
    to: Recipients,
    text: str,
    parties: list[BookedParty],
    offer: Offer,
    session: Session | None,
) -> Look:
    """The same, as the first of them gets it, but with nobody's name and link."""
    found = replace(await booking(parties[0].booking_id, request.lang), booker="Ola", path="/bookings/…")
    about = str(session.id) if session else None
    titles = await titles_of(offer.id)
    ring = [party.name for party in parties if not party.channel and to not in NEWS]
    if ring:
        await note_read(offer, len(ring), by=request.person.id, now=request.now, list="call")
    return Look(
        to, said(text, found, about, Channel.EMAIL), sms_of(text, found, about, titles),
        said(text, found, about, Channel.SMS, titles),
        told=counts(parties)[0], by_sms=sum(party.channel == Channel.SMS for party in parties), ring=ring,
        new_key=uuid4(),
    )  # fmt: skip


@public
async def read(request: Request) -> Response:
    """GET /bookings/{token}/messages: what hosts have written, for who got the beginning by SMS."""
    request.private = True
    found = await booking_by_token(request.path_params["token"], request.lang)
    messages = [
        (one.created_at, said(one.text, found, str(one.session_id or "") or None, Channel.EMAIL))
        for one in await messages_of(found.id)
    ]
    return render(request, "offers/messages/read.html", booking=found, messages=messages, section="my-page")


def path_of(offer: Offer, session: Session | None) -> str:
    """Where one writes."""
    return f"/manage/sessions/{session.id}/write" if session else f"/manage/offers/{offer.slug}/write"
