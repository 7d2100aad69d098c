"""The list of situations, for coordinators: they know what people say."""

from urllib.parse import urlencode

from starlette.responses import Response

from marketplace.base.web.access import coordinator
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind
from offers.search.situations import actions, queries
from offers.search.situations.forms import SituationForm
from offers.search.situations.rules import Listed
from offers.search.situations.saved import Saved

HOME = "/situations"


@coordinator
async def situations(request: Request) -> Response:
    """GET /situations: all of them, and which nobody has reviewed."""
    found = await queries.situations()
    return render(
        request, "offers/search/situations/situations.html", section="/today",
        situations=[(one, led_to(one), f"/offers?{urlencode(one.query, doseq=True)}") for one in found],
        unread=sum(one.reviewed_at is None and one.off_at is None for one in found),
    )  # fmt: skip


def led_to(one: Listed) -> list[str]:
    """What a situation leads to, in words."""
    words = [f"«{one.words}»"] if one.words else []
    kinds = [str(KIND_LABELS[Kind(kind)]) for kind in one.kinds]
    return words + kinds + [str(AUDIENCE_LABELS[Audience(audience)]) for audience in one.audiences]


@coordinator
@made_once
async def new(request: Request) -> Response:
    """GET and POST /situations/new"""
    if request.method == "GET":
        return _page(request, SituationForm.blank(), None, 200)
    form = await SituationForm.read(request)
    if not form.valid:
        return _page(request, form, None, 422)
    await actions.make(form.data.given, by=request.person.id, now=request.now)
    return see_other(f"{HOME}?saved={Saved.MADE}", request)


@coordinator
async def edit(request: Request) -> Response:
    """GET and POST /situations/{situation}/edit"""
    found = await _asked_for(request)
    if request.method == "GET":
        return _page(request, _stored(found), found, 200)
    form = await SituationForm.read(request)
    if form.valid:
        async with one_at_a_time(found.id):
            if form.meet(_stored(await queries.situation(found.id))):
                await actions.change(found.id, form.data.given, by=request.person.id, now=request.now)
                return see_other(f"{HOME}?saved={Saved.CHANGED}", request)
    return _page(request, form, found, 422)


@coordinator
async def review(request: Request) -> Response:
    """POST /situations/{situation}/review: a coordinator has read it."""
    found = await _asked_for(request)
    await actions.review(found.id, by=request.person.id, now=request.now)
    return see_other(f"{HOME}?saved={Saved.REVIEWED}", request)


@coordinator
async def off(request: Request) -> Response:
    """POST /situations/{situation}/off"""
    return await _switch(request, on=False)


@coordinator
async def on(request: Request) -> Response:
    """POST /situations/{situation}/on"""
    return await _switch(request, on=True)


async def _switch(request: Request, *, on: bool) -> Response:
    found = await _asked_for(request)
    await actions.switch(found.id, on, by=request.person.id, now=request.now)
    return see_other(f"{HOME}?saved={Saved.ON if on else Saved.OFF}", request)


async def _asked_for(request: Request) -> Listed:
    return await queries.situation(parse_id(request.path_params["situation"]))


def _stored(one: Listed) -> Filled[SituationForm]:
    """The form with what is stored."""
    return SituationForm.blank(
        text=one.text, text_nn=one.text_nn, text_en=one.text_en, also=one.also, words_for=one.words, kind=one.kinds,
        audience=one.audiences, evening=one.evening, drop_in=one.drop_in,
    )  # fmt: skip


def _page(request: Request, form: Filled[SituationForm], found: Listed | None, status: int) -> Response:
    return render(
        request, "offers/search/situations/form.html", status=status, form=form, situation=found, section="/today",
        kinds=[(key.value, words) for key, words in KIND_LABELS.items() if key != Kind.STAFF_TRAINING],
        audiences=[(key.value, words) for key, words in AUDIENCE_LABELS.items() if key != Audience.STAFF],
    )  # fmt: skip
