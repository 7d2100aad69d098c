"""A new link, and so the end of the old ones."""

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from marketplace.base.i18n import gettext as _
from marketplace.base.post.mail import post
from marketplace.base.signing import signature
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import Tries, limit, limit_visitor, limits, of_address, of_visitor
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from offers.bookings import queries
from offers.bookings.links import actions, mails
from offers.bookings.links.forms import FindForm, LinksForm
from offers.bookings.links.queries import link_by_reference
from offers.bookings.saved import Saved
from offers.seats import links

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@public
@made_once
async def renew(request: Request) -> Response:
    """GET and POST /bookings/{token}/link. The new link is only in the message: this page's own link ends, whoever has
    it."""
    request.private = True
    found = await queries.booking_by_token(request.path_params["token"], request.lang)
    if found.reach != "written":
        return see_other(found.path, request)
    if request.method == "POST":
        tries = [*of_visitor("new link", request, 20, HOUR), Tries("new link", str(found.id), 5, DAY)]
        await limits(tries, now=request.now)
        await actions.renew_link(found.id, now=request.now, by=request.person.id if request.person else None)
        return see_other(f"/bookings?saved={Saved.LINK}", request)
    return render(request, "offers/bookings/links/renew.html", booking=found, section="my-page")


@public
async def find(request: Request) -> Response:
    """GET and POST /bookings: find a booking by its short reference and the name or address."""
    form: Any = FindForm.blank()
    if request.method == "POST":
        await limit_visitor("find-booking", request, 20, timedelta(minutes=15))
        form = await FindForm.read(request)
        if form.valid:
            # Lists show the first signs of a number, and a name: the rest must not be found by trying.
            signs = links.typed_reference(form.data.reference)[:3]
            await limit("find-booking of", signs, 60, timedelta(days=1), now=request.now)
            path = await link_by_reference(form.data.reference, form.data.word)
            if path:
                return see_other(path, request)
            form.add_error(
                "reference",
                _(
                    "Vi finner ingen påmelding med det nummeret og det navnet. Se over begge, eller få lenken "
                    "på nytt lenger ned."
                ),
            )
    return render(
        request, "offers/bookings/links/find.html",
        form=form, links_form=LinksForm.blank(), section="my-page",
        status=422 if form.errors else 200,
    )  # fmt: skip


@public
async def send_links(request: Request) -> Response:
    """POST /bookings/links: send my links again. The answer is the same whether the address is known or not."""
    form = await LinksForm.read(request)
    if not form.valid:
        return render(
            request,
            "offers/bookings/links/find.html",
            form=FindForm.blank(),
            links_form=form,
            section="my-page",
            status=422,
        )
    await limit_visitor("send-links", request, 20, timedelta(hours=1))
    channel, address = form.data.contact
    await limits([of_address("send-links", address, 5, HOUR, now=request.now)], now=request.now)
    # Keys are short, and say no address.
    key = f"links:{signature('links', address)}:{request.now:%Y%m%d%H%M}"
    await post(
        mails.links, channel=channel, address=address, lang=request.lang, key=key, now=request.now,
        at=request.now.isoformat(), to=address,
    )  # fmt: skip
    return render(request, "offers/bookings/links/sent.html", section="my-page")
