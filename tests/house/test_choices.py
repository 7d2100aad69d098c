"""What a form offers, it takes: each option of each list is chosen once, and no field says that it will not do."""

from typing import Any

import pytest
from bs4 import Tag

from offers.catalogue.models import Joining, OfferState
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
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


def refused(page: Page, name: str) -> str:
    """What the page says is wrong with this field."""
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
    marked = {str(each.get("name", "")) for each in page.soup.find_all(attrs={"aria-invalid": "true"})}
    for link in page.soup.select(".ds-error-summary a[href^='#']"):
        target = page.soup.find(id=str(link["href"])[1:])
        if isinstance(target, Tag):
            marked |= {str(each.get("name")) for each in [target, *target.find_all(["input", "select"])]}
    return marked
