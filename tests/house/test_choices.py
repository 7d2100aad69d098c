"""What a form offers, it takes: each option of each list is chosen once, and no field says that it will not do."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from starlette.routing import Route

from offers.catalogue.models import Joining
from offers.catalogue.states import OfferState
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make, markup
from tests.house.test_bad_input import ELSEWHERE, POSTS, form_of, undone
from tests.house.town import Town
from tests.visitor import Page, Visitor

STEPS = ("what", "audience", "place", "joining", "sessions")
MORE = {"promotion": {"hold_hours": "24"}, "joining": {"link": "https://example.no/bli-med"}}
"""What goes with a choice: another field of the same form that it asks for."""


def options(form: Tag) -> list[tuple[str, str]]:
    """Every option that the form offers: its field and its value."""
    found = [
        (str(field["name"]), str(field.get("value", "on")))
        for field in form.find_all("input", type=["checkbox", "radio"])
    ]
    for select in form.find_all("select"):
        found += [
            (str(select["name"]), str(one.get("value", one.get_text()))) for one in select.find_all("option")
        ]
    return found


def says_no_error(page: Page) -> bool:
    """No field of it is marked, and no summary or message of errors stands on it: then there is no more to read."""
    return not re.search("aria-invalid|ds-error-summary|ds-validation-message", page.response.text)


def refused(page: Page, name: str) -> str:
    """What the page says is wrong with this field."""
    if says_no_error(page):
        return ""
    wrong = page.soup.find_all(attrs={"aria-invalid": "true", "name": name})
    said = page.soup.find_all(class_="ds-validation-message")
    return " ".join(each.get_text(" ") for each in said) if wrong or (page.status == 422 and said) else ""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", [OfferState.DRAFT, OfferState.PUBLISHED])
async def test_every_option_of_an_offers_forms_is_taken(
    visitor: Visitor, step: str, state: OfferState
) -> None:
    offer = await make.offer("Kor", state=state, joining=Joining.PER_SESSION, venue=await make.venue())
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id), Role.MANAGER, "Kari"))
    path = f"/manage/offers/{offer.slug}/{step}"
    page = await visitor.open(path)
    tried = 0
    for name, text in options(page.form(f"/{step}")):
        if not text:
            continue
        page = await visitor.open(path)
        typed: dict[str, Any] = MORE.get(name, {}) | {name: text}
        if step == "sessions":
            typed |= {"first": "20.10.2026", "last": "20.11.2026", "starts": "18", "ends": "20"}
        answer = await visitor.submit(page, f"/{step}", **typed)
        assert answer.status < 500
        assert name not in refused_fields(answer), f"{name}={text}: {refused(answer, name)}"
        tried += 1
    assert tried or step in ("what", "place"), f"{path} offers nothing to choose"


def refused_fields(page: Page) -> set[str]:
    """Names of the fields that the page's summary of errors leads to, and of those that are marked."""
    if says_no_error(page):
        return set()
    marked = {str(each.get("name", "")) for each in page.soup.find_all(attrs={"aria-invalid": "true"})}
    for link in page.soup.select(".ds-error-summary a[href^='#']"):
        target = page.soup.find(id=str(link["href"])[1:])
        if isinstance(target, Tag):
            marked |= {str(each.get("name")) for each in [target, *target.find_all(["input", "select"])]}
    return marked


NO_FORM_OF_ITS_OWN = {"/unsubscribe/{token}/undo", "/notices/{token}/undo", "/sign-in/{token}"}
"""Their form has nothing to choose, and stands where something has been done first."""
OWN = "så dette kan ikke du avgjøre"
"""Said of one's own organisation, which stands in the list so that nobody looks for it in vain."""
NOT_YET = {
    (
        "/approvals/{slug}",
        "answer",
        "approved",
    ): "the municipality's own: first comes the unit that it belongs to"
}
"""Options that another act has to come before, which the page says."""


def where_of(route: Route, town: Town, path: str) -> str:
    """The page that holds the form of a route; a page of nothing where it has none of its own."""
    named = town.ids | {"invitation": town.parameters["invitations", "token"]}
    return ELSEWHERE.get(route.path, path).format(**named) or "/about"


def form_on(page: Page, path: str) -> Tag | None:
    """The form that goes to this path, if it stands on the page."""
    ending = f"/{path.rsplit('/', 1)[-1]}"
    for form in page.forms:
        if markup.of_form(form).get("action", "").partition("?")[0].endswith(ending):
            return BeautifulSoup(form, "html.parser").form
    return None


@POSTS
async def test_every_option_of_every_form_is_taken(route: Route, town: Town, insider: Visitor) -> None:
    if route.path.startswith("/dialogues"):  # nobody decides about what is their own
        await insider.sign_in(town.people["coordinator"])
    path, fields = await form_of(route, town, insider)
    form = form_on(await insider.follow(await insider.open(where_of(route, town, path))), path)
    assert form or ELSEWHERE.get(route.path) == "" or route.path in NO_FORM_OF_ITS_OWN
    for name, text in options(form) if form else ():
        if (route.path, name, text) in NOT_YET:
            continue
        async with undone():
            answer = await insider.post(path, fields | {name: [text]})
            assert answer.status < 500
            said = refused(answer, name)
            assert not text or name not in refused_fields(answer) or OWN in said, f"{name}={text}: {said}"
