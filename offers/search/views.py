"""The list of offers, by words, filters and organisation."""

import unicodedata
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from rapidfuzz import fuzz, process
from starlette.responses import Response

from marketplace.base.i18n import SOURCE
from marketplace.base.i18n import gettext as _
from marketplace.base.quick.kept import kept
from marketplace.base.quick.remembered import remembered
from marketplace.base.web.access import public
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request
from marketplace.base.web.limits import limit_visitor
from marketplace.base.web.templates import render, template
from offers.catalogue import queries, rules
from offers.catalogue.models import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind
from offers.catalogue.queries import Viewer, viewer_of
from offers.catalogue.rules import WHEN_LABELS, card
from offers.catalogue.views import shown
from offers.search.finding import find
from offers.search.forms import ListForm, SearchForm, position_text
from offers.search.queries import Found, Search

CLOSE_ENOUGH = 70
"""Likeness in per cent from which a title is offered as a near match."""


@public
@kept
async def offers(request: Request) -> Response:
    """GET /offers: search and filters stand in the address."""
    form = SearchForm.from_query(request)
    viewer = await viewer_of(request.person)
    found, near = Found([], 0, None), []
    if form.valid:
        if form.data.q:  # the only question that is dear
            await limit_visitor("search", request, 300, timedelta(minutes=5))
        found = await find(form.data.search(request.now), viewer=viewer, lang=request.lang, now=request.now)
        if not found.total and form.data.q:
            near = await near_matches(form.data.q, viewer, request)
    else:
        _to_the_top(form)
    return render(
        request, "offers/search/offers.html", partial="_results.html", status=200 if form.valid else 422,
        form=form, **listed(request, form, found), near=near, chips=chips(request, form),
        clear_href=here(request, {}), follow_query=urlencode(listed_query(form), doseq=True),
        fields=fields(form, viewer.staff, request.lang), more=more_chosen(form),
    )  # fmt: skip


@public
@kept
async def organization(request: Request) -> Response:
    """GET /organizations/{slug}: who they are, and what they offer."""
    who = await queries.organization_page(request.path_params["slug"], request.lang)
    form = ListForm.from_query(request)
    found = Found([], 0, None)
    if form.valid:
        wanted = Search(organization=who["id"], after=form.data.position)
        viewer = await viewer_of(request.person)
        found = await find(wanted, viewer=viewer, lang=request.lang, now=request.now)
    else:
        _to_the_top(form)
    return render(
        request, "offers/search/organization.html", status=200 if form.valid else 422, form=form,
        organization=shown(who), **listed(request, form, found),
    )  # fmt: skip


def _to_the_top(form: Filled[Any]) -> None:
    """A wrong place in the list is no field of the page: its error belongs to the form as a whole."""
    if "after" in form.errors:
        form.add_error("form", form.errors.pop("after"))


def listed(request: Request, form: Filled[Any], found: Found) -> dict[str, Any]:
    """What _list.html needs of a page of offers."""
    query = listed_query(form)
    after = {"after": position_text(found.next)} if found.next else None
    return {
        "offers": [card(row, request.now) for row in found.rows],
        "heading": rules.offers_found(found.total, found.many) if form.valid else _("Vi kunne ikke søke"),
        "shown": rules.offers_shown(len(found.rows), found.total, found.many),
        "next_href": here(request, query | after) if after else "",
        "first_href": here(request, query) if form.values.get("after") else "",
    }


def listed_query(form: Filled[Any]) -> dict[str, Any]:
    """What is asked for, from the start of the list."""
    return {name: value for name, value in form.values.items() if value and name != "after"}


def here(request: Request, query: dict[str, Any]) -> str:
    """The address of this page with another query."""
    prefix = "" if request.lang == SOURCE else f"/{request.lang}"
    return f"{prefix}{request.scope['path']}" + (f"?{urlencode(query, doseq=True)}" if query else "")


def chips(request: Request, form: Filled[SearchForm]) -> list[tuple[str, str]]:
    """(text, address without it) for each filter that is set."""
    if not form.valid:
        return []
    data = form.data
    query = {name: value for name, value in form.values.items() if value and name != "after"}
    made = [(text, name) for name, text in (("q", f"«{data.q}»"), ("place", data.place)) if query.get(name)]
    made += [(text, name) for name, text in switch_labels().items() if getattr(data, name)]
    made += [(str(WHEN_LABELS[data.when]), "when")] if data.when else []
    links = [
        (text, here(request, {other: query[other] for other in query if other != name}))
        for text, name in made
    ]
    several = [(f"{AUDIENCE_LABELS[one]}", "audience", one.value) for one in dict.fromkeys(data.audience)]
    several += [(f"{KIND_LABELS[one]}", "kind", one.value) for one in dict.fromkeys(data.kind)]
    for text, name, one in several:
        rest = [value for value in query[name] if value != one]
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


async def near_matches(words: str, viewer: Viewer, request: Request) -> list[dict[str, Any]]:
    """The three offers whose titles are most like what was typed, for spellings the search does not know."""
    known = await queries.titles(viewer, request.lang, request.now)
    best = process.extract(
        fold(words),
        [fold(row["title"]) for row in known],
        scorer=fuzz.WRatio,
        limit=3,
        score_cutoff=CLOSE_ENOUGH,
    )
    return [known[index] | {"lang": rules.other_lang(known[index]["lang"])} for _title, _score, index in best]


def fold(text: str) -> str:
    """Lower case without accents and rings, so that a keyboard without æ, ø and å finds them too."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("æ", "ae"))
    return "".join(character for character in plain if not unicodedata.combining(character))
