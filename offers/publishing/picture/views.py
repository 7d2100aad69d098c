"""Choosing a picture for an offer, and taking it away again."""

from starlette.responses import Response

from marketplace.base.web.access import member
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from offers.catalogue.pictures import drawing
from offers.catalogue.queries import title_of
from offers.publishing.picture import actions, queries
from offers.publishing.saved import Saved
from offers.publishing.steps.views import editable
from organizations.members.models import Role
from organizations.profile.forms import PictureForm
from organizations.profile.uploading import sent_picture


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
