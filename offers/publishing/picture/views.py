"""Choosing a picture for an offer, and taking it away again; and the pictures themselves."""

import re

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member, public
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from offers.catalogue.models import Offer
from offers.catalogue.pictures import drawing
from offers.catalogue.queries import title_of, viewer_of
from offers.publishing.picture import actions, queries
from offers.publishing.picture.forms import PictureForm
from offers.publishing.saved import Saved
from offers.publishing.steps.views import editable
from organizations.members.models import Role
from organizations.profile.uploading import sent_picture

FOR_EVER = "public, max-age=31536000, immutable"


@member(Role.EDITOR)
async def picture(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/picture"""
    offer = await editable(request)
    if request.method == "GET":
        return await _page(request, offer, _says(await queries.picture_of(offer.id)))
    form = await PictureForm.read(request)
    if not form.valid:
        return await _page(request, offer, form, 422)
    new = bool(await request.file("picture"))
    if new or await queries.picture_of(offer.id) is None:
        if sent := await sent_picture(request, form):
            async with one_at_a_time(offer.id):
                await actions.show(offer, sent, by=request.person.id, now=request.now, said=form.data.shows)
            return _saved(request, offer)
    else:
        async with one_at_a_time(offer.id):
            shown = await queries.picture_of(offer.id)
            if form.data.of not in ("", _of(shown)):
                form.add_error(
                    "shows",
                    _("Bildet er byttet siden du åpnet siden. Se det som vises nå, og skriv hva det viser."),
                )
            elif form.meet(_says(shown)):
                await actions.describe(offer, form.data.shows, by=request.person.id, now=request.now)
                return _saved(request, offer)
    return await _page(request, offer, form, 422)


def _of(shown: queries.Shown | None) -> str:
    return shown.sha256 if shown else "none"


def _says(shown: queries.Shown | None) -> Filled[PictureForm]:
    """The form with what the picture is said to show now."""
    return PictureForm.blank(shows=shown.said if shown else "")


def _saved(request: Request, offer: Offer) -> Response:
    return see_other(f"/manage/offers/{offer.slug}?saved={Saved.PICTURE}", request)


async def _page(request: Request, offer: Offer, form: Filled[PictureForm], status: int = 200) -> Response:
    shown = await queries.picture_of(offer.id)
    return render(
        request, "offers/publishing/picture/picture.html", status=status, offer=offer, form=form,
        title=await title_of(offer.id, request.lang), shown=shown, of=_of(shown), drawing=drawing(offer.kind),
    )  # fmt: skip


@member(Role.EDITOR)
async def remove(request: Request) -> Response:
    """POST /manage/offers/{slug}/picture/remove"""
    offer = await editable(request)
    async with one_at_a_time(offer.id):
        await actions.show(offer, None, by=request.person.id, now=request.now)
    return see_other(f"/manage/offers/{offer.slug}?saved={Saved.NO_PICTURE}", request)


@public
async def shown(request: Request) -> Response:
    """GET /pictures/{sha256}: always the same bytes, so whoever has it need not ask again. What only some may see, no
    cache keeps; what nobody shows any more is nowhere."""
    name = request.path_params["sha256"]
    if not re.fullmatch("[0-9a-f]{64}", name):
        raise NotFound
    if found := await queries.public_picture(bytes.fromhex(name)):
        return Response(found.content, media_type=found.media_type, headers={"Cache-Control": FOR_EVER})
    if request.person is None:
        raise NotFound
    viewer = await viewer_of(request.person)
    found = await queries.picture_for(bytes.fromhex(name), request.person.id, viewer)
    if found is None:
        raise NotFound
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": "no-store"})
