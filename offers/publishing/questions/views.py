"""What the organiser asks those who book. Only the owner's editors decide: they are responsible for the answers."""

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import lazy
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from offers.catalogue.models import Offer
from offers.catalogue.queries import title_of
from offers.publishing.questions import actions
from offers.publishing.questions.forms import QuestionForm
from offers.publishing.questions.models import QuestionKind
from offers.publishing.questions.queries import Posed, questions_of
from offers.publishing.saved import Saved
from offers.publishing.steps.views import kept
from offers.rights.queries import offer_owned_by
from organizations.members.models import Role

KIND_LABELS = {
    QuestionKind.TEXT: lazy("De skriver svaret selv"),
    QuestionKind.CHOICE: lazy("De velger ett av svarene"),
    QuestionKind.YES_NO: lazy("Ja eller nei"),
}


@member(Role.EDITOR)
async def listing(request: Request) -> Response:
    """GET /manage/offers/{slug}/questions"""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    return render(
        request, "offers/publishing/questions/listing.html",
        offer=offer, questions=await questions_of(offer.id),
        title=await title_of(offer.id, request.lang), most=actions.MOST_QUESTIONS, kinds=KIND_LABELS,
    )  # fmt: skip


@member(Role.EDITOR)
@made_once
async def new(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/questions/new"""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    form: Filled[QuestionForm] = QuestionForm.blank(kind="text", keep_days=14)
    if request.method == "POST":
        form = await QuestionForm.read(request)
        if form.valid and await kept(
            form, actions.add(offer, by=request.person.id, now=request.now, **form.data.facts)
        ):
            return see_other(f"/manage/offers/{offer.slug}/questions?saved={Saved.ADDED}", request)
    return await _page(request, offer, form, None)


@member(Role.EDITOR)
async def change(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/questions/{question}/change"""
    offer, question = await _asked(request)
    form = _says(question)
    if request.method == "POST":
        form = await QuestionForm.read(request)
        if form.valid:
            async with one_at_a_time(offer.id):
                if form.meet(_says((await _asked(request))[1])):
                    act = actions.change(
                        offer, question.id, by=request.person.id, now=request.now, **form.data.facts
                    )
                    if await kept(form, act):
                        return see_other(
                            f"/manage/offers/{offer.slug}/questions?saved={Saved.CHANGED}", request
                        )
    return await _page(request, offer, form, question)


def _says(question: Posed) -> Filled[QuestionForm]:
    """The form with what the question is now."""
    return QuestionForm.blank(
        text=question.text, purpose=question.purpose, kind=question.kind, keep_days=question.keep_days,
        choices="\n".join(question.choices), required="1" if question.required else None,
    )  # fmt: skip


@member(Role.EDITOR)
async def remove(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/questions/{question}/remove. GET only asks."""
    offer, question = await _asked(request)
    if request.method == "POST":
        await actions.remove(offer, question.id, by=request.person.id, now=request.now)
        return see_other(f"/manage/offers/{offer.slug}/questions?saved={Saved.REMOVED}", request)
    return render(
        request, "offers/publishing/questions/remove.html", offer=offer, question=question,
        title=await title_of(offer.id, request.lang),
    )  # fmt: skip


@member(Role.EDITOR)
async def up(request: Request) -> Response:
    """POST /manage/offers/{slug}/questions/{question}/up"""
    offer, question = await _asked(request)
    await actions.move_up(offer, question.id, by=request.person.id, now=request.now)
    return see_other(f"/manage/offers/{offer.slug}/questions?saved={Saved.MOVED}", request)


async def _asked(request: Request) -> tuple[Offer, Posed]:
    """The offer and the question of this address. Raises NotFound for what is not theirs."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    question = parse_id(request.path_params["question"])
    found = next((one for one in await questions_of(offer.id) if one.id == question), None)
    if found is None:
        raise NotFound
    return offer, found


async def _page(
    request: Request, offer: Offer, form: Filled[QuestionForm], question: Posed | None
) -> Response:
    return render(
        request, "offers/publishing/questions/question.html",
        status=422 if form.errors else 200, offer=offer, form=form,
        question=question, title=await title_of(offer.id, request.lang),
        kinds=[(kind.value, label) for kind, label in KIND_LABELS.items()],
    )  # fmt: skip
