"""The pages of those who publish and lead: one offer, publishing it, and its languages."""

from functools import partial
from typing import Any, NamedTuple

from babel.support import LazyProxy
from starlette.responses import Response

from marketplace.base.data.texts import text_for
from marketplace.base.errors import NotFound
from marketplace.base.i18n import LANGUAGE_WORDS, LANGUAGES
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from offers.catalogue.kinds import KIND_LABELS
from offers.catalogue.models import Offer, OfferAudienceOrganization, OfferText, Venue, Visibility
from offers.catalogue.page import page as public_page
from offers.catalogue.queries import VISITOR, offer_page
from offers.catalogue.rules import audience_words, cost_words
from offers.catalogue.spoken import spoken_names
from offers.publishing import actions, queries, rules
from offers.publishing.forms import PublishForm, TextForm
from offers.publishing.joining.rules import terms
from offers.publishing.rules import JOINING_LABELS, VISIBILITY_LABELS, seats_text
from offers.publishing.saved import Done
from offers.publishing.steps.views import STEPS, editable, kept, page
from offers.publishing.team import queries as team
from offers.publishing.team.forms import HostForm
from offers.publishing.useful import usefulness
from offers.rights import queries as rights_queries
from offers.rights.queries import offer_editable_by
from offers.seats import queries as seats_queries
from organizations.approval import rules as approval_rules
from organizations.directory.models import OrganizationState
from organizations.members.models import LEADS_AS_LABELS, Role

SHOWN = 8
"""Dates on the offer's page; the rest stands on the page of dates."""


class About(NamedTuple):
    """What an offer's page and its preview show beside the offer: texts, place, labels."""

    texts: dict[str, OfferText]
    text: OfferText | None
    venue: Venue | None
    kind_label: LazyProxy
    audience_text: str
    joining_label: LazyProxy
    terms: list[str]
    cost_text: str
    spoken: list[tuple[str, str]]
    visibility_label: LazyProxy
    seen_by: list[str]
    source_words: LazyProxy
    languages_left: dict[str, LazyProxy]


async def about(offer: Offer, lang: str) -> About:
    """The same of this offer, for a reader of this language."""
    found = {text.lang: text for text in await OfferText.filter(offer_id=offer.id)}
    shown_to = OfferAudienceOrganization.filter(offer_id=offer.id).select_related("organization")
    seen_by = await shown_to if offer.visibility == Visibility.MEMBERS else []
    return About(
        texts=found, text=text_for(found, lang, offer.source_lang), venue=await Venue.get_or_none(id=offer.venue_id),
        kind_label=KIND_LABELS[offer.kind], audience_text=audience_words(offer.audiences, offer.main_audience),
        joining_label=JOINING_LABELS[offer.joining], terms=terms(offer),
        cost_text=cost_words(offer.cost, offer.cost_text), spoken=spoken_names(offer.spoken),
        visibility_label=VISIBILITY_LABELS[offer.visibility], seen_by=[one.organization.name for one in seen_by],
        source_words=LANGUAGE_WORDS[offer.source_lang],
        languages_left={lang: words for lang, words in LANGUAGE_WORDS.items() if lang != offer.source_lang},
    )  # fmt: skip


@member(Role.EDITOR)
async def show(request: Request) -> Response:
    """One offer for its editors: what is left to do of a draft; else its dates, people and languages."""
    offer = await offer_editable_by(request.person, request.path_params["slug"])
    return await shown(request, offer, HostForm.blank())


async def shown(request: Request, offer: Offer, form: Any, status: int = 200) -> Response:
    missing = await actions.missing_of(offer, request.now) if offer.draft else []
    lacking = {rules.STEP_OF[objection] for objection in missing}
    coming = await queries.sessions_of(offer.id, request.now, SHOWN + 1)
    may = await rights_queries.reach(request.person, offer)
    return render(
        request, "offers/publishing/show.html", status=status, form=form, steps=STEPS, lacking=lacking,
        sessions=coming[:SHOWN],
        published=offer.published and request.query.get("done") == [Done.PUBLISHED],
        suspended=approval_rules.SUSPENDED if offer.owner.state == OrganizationState.SUSPENDED else "",
        more=len(coming) > SHOWN, pool_text=await pool_text(offer) if may.sees else "", may=may,
        useful=await usefulness(offer.id, request.now) if may.sees else {}, hosts=await team.hosts_of(offer.id),
        organizers=await team.organizers(offer.id), leads_as_labels=LEADS_AS_LABELS,
        past=await queries.sessions_before(offer.id, request.now) if may.sees else [],
        offer=offer, **(await about(offer, request.lang))._asdict(),
    )  # fmt: skip


async def pool_text(offer: Offer) -> str:
    pool = await seats_queries.seats_of(offer.id)
    return seats_text(*pool) if pool else ""


@member(Role.EDITOR)
async def publish(request: Request) -> Response:
    """Look it over, and show it to the world."""
    offer = await editable(request)
    if offer.published:
        return see_other(f"/manage/offers/{offer.slug}", request)
    form = PublishForm.blank(sensitive="yes" if offer.sensitive else "no")
    status = 200
    if request.method == "POST":
        form = await PublishForm.read(request)
        if form.valid:
            act = actions.publish(
                offer, by=request.person.id, now=request.now, sensitive=form.data.sensitive == "yes"
            )
            if await kept(form, act):
                return see_other(f"/manage/offers/{offer.slug}?done={Done.PUBLISHED}", request)
        status, offer = 422, await editable(request)
    missing = await actions.missing_of(offer, request.now)
    return await page(
        request, offer, "offers/publishing/publish.html", form, status, missing=missing, step_of=rules.STEP_OF,
        words=rules.OBJECTION_LABELS, sessions=await queries.sessions_of(offer.id, request.now),
        capacity=await queries.capacity_of(offer.id), **(await about(offer, request.lang))._asdict(),
    )  # fmt: skip


@member(Role.EDITOR)
async def preview(request: Request) -> Response:
    """The offer as a resident will see it."""
    offer = await offer_editable_by(request.person, request.path_params["slug"])
    found = await offer_page(offer.slug, viewer=VISITOR, lang=request.lang, now=request.now, editable=True)
    return render(
        request, "offers/publishing/preview.html", offer=found.offer, shown=public_page(found, request.now)
    )


@member(Role.EDITOR)
async def text(request: Request) -> Response:
    """The offer's words in one more language, beside those it was written in."""
    offer = await editable(request)
    lang = request.path_params["lang"]
    if lang not in LANGUAGES or lang == offer.source_lang:
        raise NotFound
    source = await queries.text_of(offer)
    shown = partial(
        render, request, "offers/publishing/text.html", offer=offer, source=source, lang_code=lang,
        lang_name=LANGUAGE_WORDS[lang],
    )  # fmt: skip
    if request.method == "GET":
        return shown(form=await _text(offer, lang))
    form = await TextForm.read(request)
    if form.valid:
        async with one_at_a_time(offer.id):
            if form.meet(await _text(offer, lang)):
                act = actions.set_text(
                    offer, lang, by=request.person.id, now=request.now, **form.data.model_dump()
                )
                if await kept(form, act):
                    return see_other(f"/manage/offers/{offer.slug}", request)
    return shown(status=422, form=form)


async def _text(offer: Offer, lang: str) -> Filled[TextForm]:
    """The form with what the offer says in a language now."""
    there = await OfferText.get_or_none(offer_id=offer.id, lang=lang)
    return TextForm.blank(**{name: getattr(there, name) if there else "" for name in TextForm.model_fields})
