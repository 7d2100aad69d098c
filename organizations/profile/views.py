"""An organisation's own pages: what it is and says, its logo. Its editors write the texts, its managers the rest."""

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import LANGUAGE_WORDS, LANGUAGES
from marketplace.base.web.access import member
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from organizations.directory.models import KIND_LABELS, STATE_LABELS, Organization
from organizations.members.models import Role
from organizations.members.queries import organization_edited_by, organization_managed_by, roles_in
from organizations.profile import actions, queries
from organizations.profile.forms import PictureForm, ProfileForm, TextForm
from organizations.profile.saved import Saved
from organizations.profile.uploading import sent_picture


@member(Role.EDITOR)
async def show(request: Request) -> Response:
    """GET /manage/organizations/{slug}: the hub."""
    organization = await organization_edited_by(request.person, request.path_params["slug"])
    roles = await roles_in(organization.id, request.person.id)
    return render(
        request, "organizations/profile/show.html", organization=organization, words=LANGUAGE_WORDS,
        manages=Role.MANAGER in roles, kind_label=KIND_LABELS[organization.kind],
        state_label=STATE_LABELS[organization.state], texts=await queries.texts(organization.id),
    )  # fmt: skip


def home(organization: Organization, done: Saved) -> str:
    return f"/manage/organizations/{organization.slug}?saved={done}"


@member(Role.MANAGER)
async def profile(request: Request) -> Response:
    """GET and POST /manage/organizations/{slug}/profile: whom to ask."""
    organization = await organization_managed_by(request.person, request.path_params["slug"])
    form, status = _profile(organization), 200
    if request.method == "POST":
        form, status = await ProfileForm.read(request), 422
        if form.valid:
            async with one_at_a_time(organization.id):
                if form.meet(_profile(await organization_managed_by(request.person, organization.slug))):
                    await actions.set_profile(
                        organization, by=request.person.id, now=request.now, **form.data.model_dump()
                    )
                    return see_other(home(organization, Saved.PROFILE), request)
    return render(
        request, "organizations/profile/profile.html", status=status, organization=organization, form=form
    )


def _profile(organization: Organization) -> Filled[ProfileForm]:
    """The form with what is stored now."""
    return ProfileForm.blank(**{name: getattr(organization, name) for name in ProfileForm.model_fields})


def _text(there: queries.Text | None) -> Filled[TextForm]:
    """The form with what is stored in a language now."""
    return TextForm.blank(summary=there and there.summary, body=there and there.body)


@member(Role.EDITOR)
async def text(request: Request) -> Response:
    """GET and POST /manage/organizations/{slug}/texts/{lang}"""
    organization = await organization_edited_by(request.person, request.path_params["slug"])
    lang = request.path_params["lang"]
    if lang not in LANGUAGES:
        raise NotFound
    texts = await queries.texts(organization.id)
    form, status = _text(texts.get(lang)), 200
    if request.method == "POST":
        form, status = await TextForm.read(request), 422
        if form.valid:
            async with one_at_a_time(organization.id):
                if form.meet(_text((await queries.texts(organization.id)).get(lang))):
                    await actions.set_text(
                        organization, lang, by=request.person.id, now=request.now, **form.data.model_dump()
                    )
                    return see_other(home(organization, Saved.TEXT), request)
    return render(
        request, "organizations/profile/text.html", status=status, organization=organization, form=form, texts=texts,
        code=lang, words=LANGUAGE_WORDS, source=texts.get(organization.source_lang),
    )  # fmt: skip


@member(Role.MANAGER)
async def logo(request: Request) -> Response:
    """GET and POST /manage/organizations/{slug}/logo"""
    organization = await organization_managed_by(request.person, request.path_params["slug"])
    form, status = PictureForm.blank(), 200
    if request.method == "POST":
        form, status = await PictureForm.read(request), 422
        if picture := await sent_picture(request, form):
            await actions.set_logo(organization, picture, by=request.person.id, now=request.now)
            return see_other(home(organization, Saved.LOGO), request)
    return render(
        request, "organizations/profile/logo.html", status=status, organization=organization, form=form
    )


@member(Role.MANAGER)
async def remove_logo(request: Request) -> Response:
    """POST /manage/organizations/{slug}/logo/remove"""
    organization = await organization_managed_by(request.person, request.path_params["slug"])
    await actions.remove_logo(organization, by=request.person.id, now=request.now)
    return see_other(home(organization, Saved.NO_LOGO), request)
