"""A call: what is found for whoever is on the phone, what was done for them, and what they miss."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import limit
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from marketplace.dialogue.needs import actions as needs
from marketplace.dialogue.needs.forms import NeedForm
from marketplace.guide.caller.browser import call_of, forgotten, keep
from marketplace.guide.caller.queries import Desk, booked_in, desk_of, messages_of
from marketplace.guide.caller.rules import LONGEST as LONGEST_SEARCH
from marketplace.guide.caller.rules import Call, as_link, in_link, need_of, told
from marketplace.guide.found.forms import LookForm
from marketplace.guide.found.rules import WHY_LABELS
from marketplace.guide.rules import Receipt
from marketplace.guide.saved import Saved
from offers.catalogue.cards import card
from offers.catalogue.kinds import Audience
from offers.catalogue.queries import VISITOR
from offers.catalogue.rules import offers_found
from offers.search import sheet
from offers.search.asked import Found, Query, Search
from offers.search.finding import count, find, meant
from offers.search.forms import SearchForm, chosen_municipalities, only_known
from offers.search.nothing.missed import LONGEST
from offers.search.places.shown import district_choices, nearest_instead, within_choices
from offers.search.queries import all_names
from offers.search.situations.shown import suggested
from offers.search.understood import Understood, understand
from offers.search.views import Link, carried, chips, here, listed, listed_query
from offers.search.words.crisis import needs_somebody_now
from organizations.directory.queries import places
from organizations.members.models import Role
from organizations.municipality.queries import Served, municipalities, municipality_here

SEARCHES = 600
"""Pages that the database searches for, in five minutes by one guide. What is sent as a form searches for nothing: its
answer leads to the page that does."""
ELSEWHERE = 5
"""Offers of other municipalities that are shown below one's own."""


@member(Role.GUIDE)
async def show(request: Request) -> Response:
    """GET and POST /desk/{call}: what is found for whoever rings, and what was done in this call. What they say is sent
    as a form and comes back from the browser's own cookie; links hold another search of it sealed."""
    call, me = call_of(request), request.person.id
    form = SearchForm.of(await _asked(request, call), today(request.now))
    query, link = listed_query(form), partial(_link, request, call)
    served, names = await municipalities(), await all_names()
    only_known(form, names)
    if form.valid and form.data.dear and request.method == "GET":
        await limit("search at a desk", str(me), SEARCHES, timedelta(minutes=5), now=request.now)
    asked = await understand(form, request.now)
    if form.valid:
        call = call.searched(urlencode(query, doseq=True), form.data.q)
        if request.method == "POST":
            return keep(see_other(call.path, request), request, call)
    own = own_municipality(served, await desk_of(me), request.host)
    first = None if chosen_municipalities(form) else own
    wanted = replace(asked.search, municipalities=(first.slug,)) if first else asked.search
    shown = await _found(request, link, form, asked, wanted, served, first)
    done = await booked_in(call.booked, me, request.lang)
    sent = await messages_of(call.sent, request.lang)
    counts = await count(wanted, viewer=VISITOR, now=request.now, known=asked.known) if form.valid else None
    groups = sheet.groups(form, counts, names, district_choices(asked, served), False)
    answer = render(
        request, "marketplace/guide/caller/call.html", status=200 if form.valid else 422, section="/desk",
        form=form, call=call, **shown, clear_href=link({}), groups=groups, picked=sheet.picked(form),
        chips=chips(link, form, names, asked), other=carried(query), asked=asked,
        withins=within_choices(),
        urgent=needs_somebody_now(form.values.get("q", "")),
        done=[(one, Receipt(one.state, one.joining, one.participant or "").title) for one in done],
        sent=[(one, told(one.sent_at, one.failed_at)) for one in sent],
        need=need_of(form.data, (own or served[0]).slug) if form.valid and query and served else None,
        look=LookForm.blank(), whys=why_choices(),
    )  # fmt: skip
    return keep(answer, request, call) if query or call.search or call.booked or call.sent else answer


async def _asked(request: Request, call: Call) -> dict[str, list[str]]:
    """The search: as it is sent, as a link of this page says it, or what was searched last in the call."""
    if request.method == "POST":
        return await request.fields()
    linked = request.query.get("search", [""])[-1]
    query = in_link(linked, call.id, request.sign_in_id, request.now) if linked else None
    return parse_qs(call.search if query is None else query, keep_blank_values=True)


def _link(request: Request, call: Call, query: Query) -> str:
    """The address of the page with another search in the same call."""
    assert request.sign_in_id is not None  # desks are for the signed-in
    asked = urlencode(query, doseq=True)[:LONGEST_SEARCH]
    return here(request, {"search": as_link(call.id, asked, request.sign_in_id, request.now)})


def own_municipality(served: list[Served], desk: Desk | None, host: str) -> Served | None:
    """The municipality that a guide works for, else that of the address; nothing where there is only one."""
    if len(served) < 2:
        return None
    mine = next((one for one in served if desk and one.slug == desk.municipality), None)
    return mine or municipality_here(served, host)


async def _found(
    request: Request, link: Link, form: Filled[SearchForm], asked: Understood, wanted: Search, served: list[Served],
    first: Served | None,
) -> dict[str, Any]:  # fmt: skip
    """What answers the search: one's own municipality `first`, and below it the first of the others. Whoever rings sees
    no more than a visitor does, so neither does the desk show more. `wanted`: in that municipality."""
    find_ = partial(find, viewer=VISITOR, lang=request.lang, now=request.now)
    query, now = listed_query(form), request.now
    empty = {
        "searched": False,
        "elsewhere": [],
        "meant": None,
        "instead": "",
        "offers": [],
        "alike": None,
        "alike_offers": [],
        "with_all": 0,
    }
    if not query or not form.valid:
        return empty | listed(request, form, Found([], 0, None), link=link)
    _nearest, found, instead = await nearest_instead(
        asked, wanted, await find_(wanted), viewer=VISITOR, lang=request.lang, now=now
    )
    told = empty | {"searched": True, "instead": instead}
    # What has all the words, what others say in a sentence like theirs, and then what has only some of the words.
    told["with_all"] = len(found.rows) if found.with_all is None else found.with_all
    told |= listed(request, form, found, form.data.before, link=link) | {
        "offers": [card(one, now) for one in found.rows]
    }
    if first:
        said = offers_found(found.total, found.many)
        told["heading"] = _("%(found)s i %(place)s", found=said, place=first.name)
        if not wanted.after:
            others = tuple(one.slug for one in served if one.slug != first.slug)
            there = await find_(replace(wanted, municipalities=others))
            near_by = {one.slug for one in found.rows}
            told["elsewhere"] = [card(one, now) for one in there.rows if one.slug not in near_by][:ELSEWHERE]
        told["all_href"] = link(query | {"municipality": "all"})
    if form.data.q and not wanted.after:
        alike = await suggested(
            form.data.q, wanted, found, link, listed_query(asked.form), viewer=VISITOR,
            lang=request.lang, now=now,
        )  # fmt: skip
        told["alike"] = alike
        told["alike_offers"] = [card(one, now) for one in alike.rows] if alike else []
    if not told["alike"] and (guessed := await meant(wanted, found, viewer=VISITOR, now=now)):
        told["meant"] = guessed
        told["meant_href"] = link(listed_query(asked.form) | {"q": guessed})
    return told


def why_choices() -> list[tuple[str, str]]:
    return [("", _("Velg")), *((one.value, str(label)) for one, label in WHY_LABELS.items())]


@member(Role.GUIDE)
async def end(request: Request) -> Response:
    """POST /desk/{call}/end: the call is over, and the browser forgets it."""
    call = call_of(request)
    return forgotten(see_other(f"/desk?saved={Saved.ENDED}", request), call)


@member(Role.GUIDE)
@made_once
async def need(request: Request) -> Response:
    """POST /desk/{call}/need: what was searched for is what somebody misses. Nobody is told who, or who wrote it."""
    call = call_of(request)
    form = await NeedForm.read(request)
    place = next((one for one in await places() if one.key == form.values.get("where")), None)
    if form.valid and place is None:
        form.add_error("where", _("Velg et sted fra lista."))
    if not form.valid or place is None:
        return render(request, "marketplace/guide/caller/need.html", status=422, form=form, call=call,
                      longest=LONGEST, section="/desk")  # fmt: skip
    await limit("needs at a desk", str(request.person.id), 60, timedelta(hours=1), now=request.now)
    audience = form.data.audience if form.data.audience is not Audience.STAFF else None
    said = await needs.say(form.data.text, place, audience, now=request.now)
    call = replace(call, need=said)
    return keep(see_other(call.saying(Saved.NEED), request), request, call)


@member(Role.GUIDE)
async def take_back(request: Request) -> Response:
    """POST /desk/{call}/need/undo: they do not miss it after all."""
    call = call_of(request)
    if call.need:
        await needs.take_back(call.need)
    call = replace(call, need=None)
    return keep(see_other(call.saying(Saved.NO_NEED), request), request, call)
