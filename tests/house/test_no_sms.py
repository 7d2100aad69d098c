"""Where no SMS can be sent, no form asks for a number, and each says so at the field of who writes one."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.web.templates import environment
from marketplace.settings import Settings
from offers.catalogue.models import Joining
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

FORMS = {
    "sign-in": ("/sign-in", "/sign-in", "address"),
    "links": ("/bookings", "/links", "address"),
    "notice": ("/offers/{offer}/bookings/new", "/notice", "address"),
    "contact": ("/my-page/contacts/new", "/new", "address"),
    "person": ("/my-page/people/new", "/new", "address"),
    "invitation": ("/manage/organizations/sentralen/members", "/invitations", "address"),
    "host": ("/manage/offers/{offer}", "/hosts", "email"),
}
"""Each form that takes an e-mail address or a number: its page, its address, its field."""
TYPED = {"91 00 00 77": "Vi kan ikke sende SMS herfra.", "": "Skriv e-postadressen", "kari": "e-postadresse"}
"""What is typed, and what is said at the field."""


@pytest.fixture
def without_sms(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings are written into templates when they are made."""
    monkeypatch.setattr(Settings, "sms_offered", False)
    environment.cache_clear()
    yield
    environment.cache_clear()


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_asks_for_no_number_and_says_why_it_takes_none(
    without_sms: None, visitor: Visitor, form: str
) -> None:
    page, action, field = FORMS[form]
    centre = await make.organization("Frivilligsentralen", slug="sentralen")
    offer = await make.offer(owner=centre, joining=Joining.WHOLE, opens_at=NOW + timedelta(days=1))
    await rows("UPDATE seat_pool SET opens_at = $1", NOW + timedelta(days=1))
    if form not in ("sign-in", "links", "notice"):
        await visitor.sign_in(await make.member(centre, Role.MANAGER, "Kari", email="kari@example.no"))
    shown = await visitor.open(page.format(offer=offer.slug))
    label = shown.soup.find("label", attrs={"for": field})
    assert label is not None
    assert "mobil" not in label.get_text()
    more = {"person": {"name": "Ada", "relation": "guardian"}, "invitation": {"role": "host"}}.get(form, {})
    for typed, said in TYPED.items():
        if form == "person" and not typed:
            continue  # nobody has to have an address there
        answer = await visitor.submit(shown, action, **more | {field: typed})
        error = answer.soup.find(id=f"{field}-error")
        assert error is not None
        assert (answer.status, answer.fields(action)[field]) == (422, [typed])
        assert said in error.get_text()
        assert "mobil" not in error.get_text()
    assert await value("SELECT count(*) FROM outbox_message") == 0


@pytest.mark.parametrize("email", ["ola@example.no", None])
async def test_who_shows_who_they_are_again_is_offered_only_what_can_be_sent_to(
    without_sms: None, visitor: Visitor, email: str | None
) -> None:
    ola = await make.person("Ola", email)
    number = await make.contact(ola, "+4791000077")
    await visitor.sign_in(ola)
    page = await visitor.open("/sign-in/again")
    assert "Vi kan ikke sende SMS herfra" in page.text
    assert ("Bruk e-postadressen din." if email else "Ring oss, så hjelper vi deg.") in page.text
    assert page.soup.find("input", {"value": str(number.id)}) is None
    assert (page.soup.find("form", action="/sign-in/again") is not None) == bool(email)
    if email:
        assert (await visitor.submit(page, "/again", contact=str(number.id))).status == 422
    assert await value("SELECT count(*) FROM outbox_message") == 0


async def test_who_books_is_offered_no_sms_and_told_so_where_they_ask_for_one(
    without_sms: None, visitor: Visitor
) -> None:
    """A page that was opened before, or a form of one's own, still says sms."""
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert [each["value"] for each in page.soup.select("input[name=contact]")] == ["email", "call", "none"]
    asked = await visitor.submit(page, "/bookings", name="Ola", contact="sms", phone="910 00 077")
    assert asked.status == 422
    assert "Vi kan ikke sende SMS herfra. Velg e-post eller «Ring meg»." in asked.text
    assert await value("SELECT count(*) FROM booking") == 0
