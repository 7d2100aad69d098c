"""The list of offers, by words, filters and organisation."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup
from starlette.responses import Response

from marketplace.base.i18n import SOURCE, ngettext
from marketplace.base.i18n import gettext as _
from marketplace.base.quick.kept import kept
from marketplace.base.quick.remembered import remembered
from marketplace.base.web.access import public
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import limit_visitor
from marketplace.base.web.templates import render, template
from offers.catalogue import cards, queries, rules
from offers.catalogue.models import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind
from offers.catalogue.organizations.queries import organization_page
from offers.catalogue.queries import Served, viewer_of
from offers.catalogue.rules import WHEN_LABELS
from offers.search.cards import drawn
from offers.search.finding import find
from offers.search.forms import (
    ALL,
    ListForm,
    SearchForm,
    chosen_municipalities,
    only_served,
    position_text,
)
from offers.search.places.shown import (
    NEAR_FIELDS,
    Orders,
    district_choices,
    near_words,
    nothing_there,
    orders,
    within_choices,
    within_words,
)
from offers.search.queries import Found, Search, spelled_right
from offers.search.understood import Understood, understand
from offers.search.words import near
from offers.search.words.crisis import needs_somebody_now


@public
@kept
async def offers(request: Request) -> Response:
    """GET /offers: search and filters stand in the address."""
    form = SearchForm.from_query(request)
    served = await queries.municipalities()
    if len(served) > 1 and not chosen_municipalities(form):
        return _where_they_are(request, served)
    only_served(form, [one.slug for one in served])
    viewer = await viewer_of(request.person)
    found, meant, instead, before, by_day = Found([], 0, None), None, "", 0, True
    if form.valid and form.data.q:  # the only question that is dear
        await limit_visitor("search", request, 300, timedelta(minutes=5))
    asked = await understand(form, request.now)
    if form.valid:
        wanted, before = asked.search, form.data.before
        found = await find(wanted, viewer=viewer, lang=request.lang, now=request.now)
        if not found.total and (nearest := asked.nearest):
            wanted = nearest
            around = await find(wanted, viewer=viewer, lang=request.lang, now=request.now)
            found = replace(around, total=0, next=None)
            instead = nothing_there(asked.districts) if around.rows else ""
        by_day = not wanted.ranked and found.with_all is None
        if form.data.q and (found.with_all is not None or found.total < near.FEWER_THAN):
            meant = near.meant(form.data.q, await spelled_right(viewer, request.now))
    else:
        _to_the_top(form)
    return render(
        request, "offers/search/offers.html", partial="_results.html", status=200 if form.valid else 422,
        form=form, **listed(request, form, found, before, by_day=by_day), instead=instead, meant=meant,
        with_all=found.with_all,
        meant_href=here(request, listed_query(form) | {"q": meant}) if meant else "", urgent=_urgent(form),
        orders=_orders(request, form, found), asked=asked,
        withins=within_choices(), districts=district_choices(asked, served),
        chips=chips(request, form, served, asked), municipalities=_municipalities(served),
        clear_href=here(request, {}), follow_query=urlencode(listed_query(form), doseq=True),
        fields=fields(form, viewer.staff, request.lang), more=more_chosen(form),
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


def _orders(request: Request, form: Filled[SearchForm], found: Found) -> Orders | None:
    """How the list is ordered, and the other ways with their addresses; None where there is nothing to order."""
    if not form.valid or found.with_all is not None or found.total < 2:
        return None
    query = listed_query(form)
    return orders(form.data, lambda order: here(request, query | {"order": order.value}))


def _where_they_are(request: Request, served: list[Served]) -> Response:
    """The same search with a municipality in its address: that of the host name, or all."""
    here = queries.municipality_here(served, request.host)
    asked = [*parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)]
    asked = [pair for pair in asked if pair[0] != "municipality"]
    return see_other(f"/offers?{urlencode([*asked, ('municipality', here.slug if here else ALL)])}", request)


def _municipalities(served: list[Served]) -> list[tuple[str, str]]:
    """What can be chosen; nothing where there is only one."""
    if len(served) < 2:
        return []
    return [*((one.slug, one.name) for one in served), (ALL, _("Alle kommuner"))]


def _urgent(form: Filled[SearchForm]) -> bool:
    return needs_somebody_now(form.values.get("q", ""))


def _to_the_top(form: Filled[Any]) -> None:
    """A wrong place in the list is no field of the page: its error belongs to the form as a whole."""
    if "after" in form.errors:
        form.add_error("form", form.errors.pop("after"))


def listed(
    request: Request, form: Filled[Any], found: Found, before: int = 0, *, by_day: bool = True
) -> dict[str, Any]:
    """What _cards.html needs of a page of offers. `before`: so many stand before them."""
    query = listed_query(form)
    upto = before + len(found.rows)
    draw = partial(drawn, now=request.now, lang=request.lang)
    after = {"after": position_text(found.next, upto)} if found.next else None
    return {
        "days": cards.listed(found.rows, request.now, draw, by_day=by_day),
        "heading": rules.offers_found(found.total, found.many) if form.valid else _("Vi kunne ikke søke"),
        "shown": rules.offers_shown(before, upto, found.total, found.many),
        "more_text": ngettext("%(num)s tilbud til", "%(num)s tilbud til", len(found.rows)),
        "next_href": here(request, query | after) if after else "",
        "first_href": here(request, query) if form.values.get("after") else "",
    }


def listed_query(form: Filled[Any]) -> dict[str, Any]:
    """What is asked for, from the start of the list."""
    return {name: value for name, value in form.values.items() if value and name != "after"}


def here(request: Request, query: dict[str, Any]) -> str:
    """The address of this page with another query."""
    prefix = "" if request.lang == SOURCE else f"/{request.lang}"
    asked = urlencode(query, doseq=True)
    return f"{prefix}{request.scope['path']}" + (f"?{asked}" if asked else "")


def chips(
    request: Request, form: Filled[SearchForm], served: list[Served], asked: Understood
) -> list[tuple[str, str]]:
    """(text, address without it) for each filter that is set."""
    if not form.valid:
        return []
    data = form.data
    query = {name: value for name, value in form.values.items() if value and name != "after"}
    made = [(text, name) for name, text in (("q", f"«{data.q}»"), ("place", data.place)) if query.get(name)]
    made += [(text, name) for name, text in switch_labels().items() if getattr(data, name)]
    made += [(str(WHEN_LABELS[data.when]), "when")] if data.when else []
    made += [(within_words(data.within), "within")] if data.within and asked.near else []
    links = [
        (text, here(request, {other: query[other] for other in query if other != name}))
        for text, name in made
    ]
    if asked.near:
        without = {name: value for name, value in query.items() if name not in NEAR_FIELDS}
        links.append((near_words(asked.near), here(request, without)))
    several = [(one.name, "district", one.slug) for one in asked.districts]
    several += [(f"{AUDIENCE_LABELS[one]}", "audience", one.value) for one in dict.fromkeys(data.audience)]
    several += [(f"{KIND_LABELS[one]}", "kind", one.value) for one in dict.fromkeys(data.kind)]
    if ALL not in data.municipality:
        several += [(one.name, "municipality", one.slug) for one in served if one.slug in data.municipality]
    for text, name, one in several:
        rest = [value for value in query[name] if value != one] or ([ALL] if name == "municipality" else [])
        links.append((text, here(request, query | {name: rest})))
    return links


def switch_labels() -> dict[str, str]:
    return {"drop_in": _("Kom innom, ingen påmelding"), "free": _("Har ledige plasser"),
            "evening": _("Kveld og helg")}  # fmt: skip


def fields(form: Filled[SearchForm], staff: bool, lang: str) -> Markup:
    """The filters that are folded away, as HTML. They are the same for all who chose the same, so they are kept."""
    if not form.valid:
        return _draw(form, staff, lang)
    data = form.data
    return _fields(data.when or "", tuple(sorted(data.audience)), tuple(sorted(data.kind)), staff, lang)


@remembered(512)
def _fields(when: str, audience: tuple[str, ...], kind: tuple[str, ...], staff: bool, lang: str) -> Markup:
    return _draw(SearchForm.blank(when=when, audience=list(audience), kind=list(kind)), staff, lang)


def _draw(form: Filled[SearchForm], staff: bool, lang: str) -> Markup:
    """Staff's own kind and audience can be chosen only by staff."""
    hidden = set() if staff else {Kind.STAFF_TRAINING, Audience.STAFF}
    choices = {
        "when": [("", _("Når som helst")), *((key.value, words) for key, words in WHEN_LABELS.items())],
        "audience": [(key.value, words) for key, words in AUDIENCE_LABELS.items() if key not in hidden],
        "kind": [(key.value, words) for key, words in KIND_LABELS.items() if key not in hidden],
    }
    # Made by a template, which escapes.
    return Markup(template("offers/search/_fields.html", lang).render(form=form, choices=choices))  # noqa: S704


def more_chosen(form: Filled[SearchForm]) -> int:
    """How many filters are set among those that are folded away."""
    return (
        len(form.values.get("kind", []))
        + len(form.values.get("audience", []))
        + bool(form.values.get("when"))
    )
