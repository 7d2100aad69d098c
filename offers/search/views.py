"""The list of offers, by words, filters and organisation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

from marketplace.base.i18n import SOURCE, ngettext
from marketplace.base.i18n import gettext as _
from marketplace.base.quick.kept import kept
from marketplace.base.web.access import public
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other, without_positions
from marketplace.base.web.limits import limit_visitor
from marketplace.base.web.templates import render
from offers.catalogue import cards, rules
from offers.catalogue.organizations.queries import organization_page
from offers.catalogue.queries import Viewer, viewer_of
from offers.search import sheet
from offers.search.asked import Found, Query, Search, in_address
from offers.search.cards import drawn
from offers.search.counts import Counts
from offers.search.filters import Names, chosen
from offers.search.finding import count, find, meant
from offers.search.forms import (
    ALL,
    ListForm,
    SearchForm,
    chosen_municipalities,
    only_known,
    position_text,
)
from offers.search.nothing.further import Asked, Further, look_further
from offers.search.nothing.rules import is_little
from offers.search.places.shown import (
    NEAR_FIELDS,
    Orders,
    district_choices,
    nearest_instead,
    orders,
    within_choices,
    word_chips,
)
from offers.search.queries import all_names
from offers.search.situations.shown import suggested
from offers.search.understood import Understood, understand
from offers.search.unfound.counting import note
from offers.search.week import rules as week_rules
from offers.search.week.views import Week, as_list, as_week
from offers.search.week.views import heading as week_heading
from offers.search.week.views import week as week_of
from offers.search.words.crisis import needs_somebody_now
from organizations.municipality.queries import Served, municipalities, municipality_here

DEAR = 300
"""Pages that the database searches for, in five minutes from one network; those of the index alone are not counted."""
DATES = {"day", "date", "from", "to"}
CARRIED = {"place", "plain", "day", "order", "view", "week"}
"""What the sheet of filters has no field for, and keeps."""


@public
@kept
async def offers(request: Request) -> Response:
    """GET /offers: search and filters stand in the address."""
    form = SearchForm.from_query(request)
    served = await municipalities()
    if len(served) > 1 and not chosen_municipalities(form):
        return _where_they_are(request, served)
    if form.valid and form.leaned:  # an address says the same tomorrow
        return see_other(f"/offers?{in_address(listed_query(form))}", request)
    names = await all_names()
    only_known(form, names)
    viewer = await viewer_of(request.person)
    found, guessed, instead, before, by_day, week = Found([], 0, None), None, "", 0, True, None
    further, alike, urgent = None, None, needs_somebody_now(form.values.get("q", ""))
    counts: Counts | None = None
    if form.valid and form.data.dear:
        await limit_visitor("search", request, DEAR, timedelta(minutes=5))
    asked = await understand(form, request.now)
    if form.valid:
        wanted, before = asked.search, form.data.before
        monday = week_rules.shown(form.data.view, form.data.week, wanted, request.now)
        looked = week_rules.of_week(wanted, monday) if monday else wanted
        found = await find(looked, viewer=viewer, lang=request.lang, now=request.now)
        if monday:
            week = await week_of(
                replace(wanted, any_word=found.with_all is not None), monday, listed_query(form),
                partial(here, request), viewer=viewer, lang=request.lang, now=request.now,
            )  # fmt: skip
        else:
            wanted, found, instead = await nearest_instead(
                asked, wanted, found, viewer=viewer, lang=request.lang, now=request.now
            )
        counts = await count(looked, viewer=viewer, now=request.now, known=asked.known)
        by_day = not wanted.ranked and found.with_all is None
        if not monday:
            further = await _further(request, asked, found, names, viewer, served, urgent)
            await note(request, form.data.q, asked.search, found)
        guessed = await meant(wanted, found, viewer=viewer, now=request.now)
        if form.data.q and not week and not form.data.after:
            alike = await suggested(
                form.data.q, asked.search, found, partial(here, request), listed_query(asked.form),
                viewer=viewer, lang=request.lang, now=request.now,
            )  # fmt: skip
            if alike and alike.rest:
                found = replace(found, rows=found.rows[: found.with_all])
    else:
        _to_the_top(form)
    return render(
        request, "offers/search/offers.html", partial="_results.html", status=200 if form.valid else 422,
        form=form, **listed(request, form, found, before, by_day=by_day) | _ways(request, form, found, week),
        instead=instead, further=further, meant=guessed, alike=alike, with_all=found.with_all,
        meant_href=here(request, listed_query(asked.form) | {"q": guessed}) if guessed else "", urgent=urgent,
        orders=None if week else _orders(request, form, found, asked), asked=asked,
        withins=within_choices(), chips=chips(partial(here, request), form, names, asked),
        clear_href=here(request, {}), follow_query=urlencode(as_list(listed_query(asked.form)), doseq=True),
        act=sheet.act(found.total, found.many),
        **_filters(request, form, counts, names, district_choices(asked, served), viewer.staff),
    )  # fmt: skip


@public
@kept
async def organization(request: Request) -> Response:
    """GET /organizations/{slug}: who they are, and what they offer."""
    who = await organization_page(request.path_params["slug"], request.lang)
    form = ListForm.from_query(request)
    found, before = Found([], 0, None), 0
    if form.valid:
        before = form.data.before
        wanted = Search(organization=who.id, after=form.data.position)
        viewer = await viewer_of(request.person)
        found = await find(wanted, viewer=viewer, lang=request.lang, now=request.now)
    else:
        _to_the_top(form)
    return render(
        request, "offers/search/organization.html", status=200 if form.valid else 422, form=form,
        organization=who, **listed(request, form, found, before),
    )  # fmt: skip


async def _further(
    request: Request, understood: Understood, found: Found, names: Names, viewer: Viewer, served: list[Served],
    urgent: bool,
) -> Further | None:  # fmt: skip
    """What leads on where next to nothing was found. What was read out of the words can be done without as what was
    chosen can."""
    if not is_little(understood.search, found):
        return None
    form, as_chosen = understood.form, replace(understood, read=())
    asked = Asked(
        as_chosen, listed_query(form), [*chosen(form.data, {**names, **as_chosen.names})], partial(here, request),
        served, municipality_here(served, request.host), urgent,
    )  # fmt: skip
    return await look_further(asked, found, viewer=viewer, lang=request.lang, now=request.now)


def _orders(request: Request, form: Filled[SearchForm], found: Found, asked: Understood) -> Orders | None:
    """How the list is ordered, and the other ways with their addresses; None where there is nothing to order."""
    if not form.valid or found.with_all is not None or found.total < 2:
        return None
    query = listed_query(form)
    return orders(
        bool(asked.search.words) or asked.search.fitting,
        asked.near,
        form.data.order,
        lambda order: here(request, query | {"order": order.value}),
    )


def _ways(request: Request, form: Filled[SearchForm], found: Found, week: Week | None) -> dict[str, Any]:
    """The list and the week of a search, and the week where that is asked for."""
    query = listed_query(form)
    ways = [
        (_("Liste"), here(request, as_list(query)), "list", week is None),
        (_("Uke"), here(request, as_week(query, query.get("week", ""))), "calendar", week is not None),
    ]
    shown = {"heading": week_heading(found.total, found.many)} if week else {}
    return {"ways": ways if form.valid else [], "week": week} | shown


def _where_they_are(request: Request, served: list[Served]) -> Response:
    """The same search with a municipality in its address: that of the host name, or all."""
    here = municipality_here(served, request.host)
    query = without_positions(request.scope["query_string"].decode("latin-1"))
    asked = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "municipality"]
    return see_other(f"/offers?{urlencode([*asked, ('municipality', here.slug if here else ALL)])}", request)


def _to_the_top(form: Filled[Any]) -> None:
    """A place in the list, its order and a week are no fields of the page: their errors belong to the form as a
    whole."""
    for name in ("after", "order", "view", "week"):
        if name in form.errors:
            form.add_error("form", form.errors.pop(name))


Link = Callable[[Query], str]
"""The address of a page with another query."""


def listed(
    request: Request,
    form: Filled[Any],
    found: Found,
    before: int = 0,
    *,
    by_day: bool = True,
    link: Link | None = None,
) -> dict[str, Any]:
    """What _cards.html needs of a page of offers. `before`: so many stand before them. `link`: of this page, where its
    query does not stand in its address."""
    query, link = listed_query(form), link or partial(here, request)
    upto = before + len(found.rows)
    draw = partial(drawn, now=request.now, lang=request.lang)
    after = {"after": position_text(found.next, upto)} if found.next else None
    return {
        "days": cards.listed(found.rows, request.now, draw, by_day=by_day),
        "heading": rules.offers_found(found.total, found.many) if form.valid else _("Vi kunne ikke søke"),
        "shown": rules.offers_shown(before, upto, found.total, found.many),
        "more_text": ngettext("%(num)s tilbud til", "%(num)s tilbud til", len(found.rows)),
        "next_href": link(query | after) if after else "",
        "first_href": link(query) if form.values.get("after") else "",
    }


def listed_query(form: Filled[Any]) -> Query:
    """What is asked for, from the start of the list. `who` only looks among the choices."""
    query = {name: _sent(value) for name, value in form.values.items() if name not in ("after", "who")}
    if any(query.get(name) for name in ("date", "from", "to")):
        query.pop("day", None)  # what is written counts
    return {name: value for name, value in query.items() if value}


def _sent(value: Any) -> Any:
    """Several are said once each; "all" says nothing beside one that is named."""
    if isinstance(value, str):
        return value.strip()
    said = [one for one in dict.fromkeys(each.strip() for each in value) if one]
    return [one for one in said if one != ALL] or said


def here(request: Request, query: Query) -> str:
    """The address of this page with another query."""
    prefix = "" if request.lang == SOURCE else f"/{request.lang}"
    asked = in_address(query)
    return f"{prefix}{request.scope['path']}" + (f"?{asked}" if asked else "")


def chips(link: Link, form: Filled[SearchForm], names: Names, asked: Understood) -> list[tuple[str, str]]:
    """(text, address without it) for each filter that is set."""
    if not form.valid:
        return []
    query = listed_query(form)
    links = word_chips(asked, query, link)
    for choice in chosen(form.data, {**names, **asked.names}):
        if choice.name == "q":
            continue
        gone = NEAR_FIELDS if choice.name == "near" else (choice.name,)
        rest = {name: value for name, value in query.items() if name not in gone}
        if choice.value is not None:
            left = [value for value in query[choice.name] if value != choice.value]
            rest[choice.name] = left or ([ALL] if choice.name == "municipality" else [])
        links.append((choice.text, link(rest)))
    return links


def _filters(
    request: Request,
    form: Filled[SearchForm],
    counts: Counts | None,
    names: Names,
    districts: list[tuple[str, str]],
    staff: bool,
) -> dict[str, Any]:
    """What _fields.html and _days.html need."""
    query = listed_query(form)
    undated = {name: value for name, value in query.items() if name not in DATES}
    above, all_days = sheet.days(form, counts), here(request, undated)
    return {
        "groups": sheet.groups(form, counts, names, districts, staff),
        "days_above": [(f"{all_days}{'&' if undated else '?'}day={one.value}", one) for one in above],
        "all_days": (all_days, not DATES & query.keys()),
        "picked": sheet.picked(form),
        "municipalities_served": len([sort for sort, _slug in names if sort == "municipality"]) > 1,
        "kept": carried(query),
    }  # fmt: skip


def carried(query: Query) -> list[tuple[str, str]]:
    """What was chosen and has no field among the filters: it goes along, and can be taken away as a chip."""
    given = {name: [one] if isinstance(one, str) else one for name, one in query.items() if name in CARRIED}
    return [(name, one) for name, several in given.items() for one in several]
