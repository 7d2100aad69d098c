"""Choosing a picture for an offer, and taking it away again; and the pictures themselves."""

import re

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.web.access import member, public
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from offers.catalogue.pictures import drawing
from offers.catalogue.queries import title_of, viewer_of
from offers.publishing.picture import actions, queries
from offers.publishing.saved import Saved
from offers.publishing.steps.views import editable
from organizations.members.models import Role
from organizations.profile.forms import PictureForm
from organizations.profile.uploading import sent_picture

FOR_EVER = "public, max-age=31536000, immutable"


@member(Role.EDITOR)
async def picture(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/picture"""
    offer = await editable(request)
    form, status = PictureForm.blank(), 200
    if request.method == "POST":
        form, status = await PictureForm.read(request), 422
        if sent := await sent_picture(request, form):
            await actions.show(offer, sent, by=request.person.id, now=request.now)
            return see_other(f"/manage/offers/{offer.slug}?saved={Saved.PICTURE}", request)
    return render(
        request, "offers/publishing/picture/picture.html", status=status, offer=offer, form=form,
        title=await title_of(offer.id, request.lang), shown=await queries.picture_of(offer.id),
        drawing=drawing(offer.kind),
    )  # fmt: skip


@member(Role.EDITOR)
async def remove(request: Request) -> Response:
    """POST /manage/offers/{slug}/picture/remove"""
    offer = await editable(request)
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
