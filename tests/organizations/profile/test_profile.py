"""What an organisation says of itself, and who of it may say it."""

import pytest

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from organizations.directory.models import Organization, OrganizationState, OrganizationText
from organizations.members.models import Membership, Role
from tests import make
from tests.visitor import Visitor

HOME = "/manage/organizations/sentralen"
PUBLIC = "/organizations/sentralen"


@pytest.fixture
async def centre(db: None) -> Organization:
    return await make.organization("Frivilligsentralen", slug="sentralen", number="999999999")


@pytest.fixture
async def kari(centre: Organization, visitor: Visitor) -> Person:
    """Kari manages the centre, and is signed in."""
    kari = await make.member(centre, Role.MANAGER, "Kari")
    await visitor.sign_in(kari)
    return kari


async def test_how_to_reach_them_is_saved_and_shown(visitor: Visitor, kari: Person) -> None:
    assert HOME in {str(link["href"]) for link in (await visitor.open("/manage")).soup.select("main a")}
    page = await visitor.submit(
        await visitor.open(f"{HOME}/profile"), "/profile", contact_name="Aud", phone="51 00 00 15",
        email="Post@Example.no", website="www.example.no/sentralen",
    )  # fmt: skip
    assert page.response.headers["location"] == f"{HOME}?saved=profile"
    assert "Profilen er lagret." in (await visitor.follow(page)).text
    aside = (await visitor.open(PUBLIC)).soup.select_one("main aside")
    assert aside is not None
    assert "Spør etter Aud." in aside.text
    assert [str(link["href"]) for link in aside.select("a")][:3] == [
        "tel:+4751000015", "mailto:post@example.no", "https://www.example.no/sentralen"]  # fmt: skip
    assert [one["action"] for one in await rows("SELECT action FROM audit_entry")] == ["organization.changed"]
    await visitor.submit(
        await visitor.open(f"{HOME}/profile"), "/profile", contact_name="", phone="", email="", website=""
    )
    found = await Organization.get()
    assert (found.contact_name, found.phone, found.email, found.website) == (None, None, None, None)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("website", "http://example.no", "Skriv en nettadresse som begynner med https://"),
        ("website", "javascript:alert(1)", "Skriv en nettadresse som begynner med https://"),
        ("website", "https://kari:hemmelig@example.no", "Skriv en nettadresse som begynner med https://"),
        ("website", 'https://example.no/"><script>', "Skriv en nettadresse som begynner med https://"),
        ("website", "https://[::1", "Skriv en nettadresse som begynner med https://"),
        ("email", "51 00 00 15", "Skriv en e-postadresse, som navn@example.no."),
        ("email", "a@b\nbcc: c@example.no", "Skriv en e-postadresse, som navn@example.no."),
        ("phone", "ring meg", "Skriv telefonnummeret med tall"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field_and_kept(
    visitor: Visitor, kari: Person, field: str, text: str, words: str
) -> None:
    page = await visitor.submit(
        await visitor.open(f"{HOME}/profile"), "/profile", **{"contact_name": "Aud", field: text}
    )
    error = page.soup.find(id=f"{field}-error")
    assert (page.status, error is not None and words in error.text) == (422, True)
    assert page.fields("/profile")["contact_name"] == ["Aud"]
    assert (await Organization.get()).contact_name is None


async def test_its_name_and_number_are_not_its_own_to_change(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    page = await visitor.open(f"{HOME}/profile")
    assert "Navn og nummer er det kommunen som endrer." in page.text
    sent = page.fields("/profile") | {"name": ["Noe annet"], "number": ["888888888"], "state": ["approved"]}
    assert (await visitor.post(f"{HOME}/profile", sent)).status == 303
    found = await Organization.get()
    assert (found.name, found.number) == ("Frivilligsentralen", "999999999")


async def test_the_text_is_shown_in_the_readers_language(visitor: Visitor, kari: Person) -> None:
    for lang, summary in (("nb", "Vi møtes."), ("nn", "Vi møtest."), ("en", "We meet.")):
        page = await visitor.open(f"{HOME}/texts/{lang}")
        assert (
            await visitor.submit(page, f"/texts/{lang}", summary=summary, body="Kom.\nBli.")
        ).status == 303
    for prefix, summary in (("", "Vi møtes."), ("/nn", "Vi møtest."), ("/en", "We meet.")):
        assert summary in (await visitor.open(f"{prefix}{PUBLIC}")).text
    page = await visitor.submit(
        await visitor.open(f"{HOME}/texts/en"), "/texts/en", summary=" ", body="Stay."
    )
    assert (page.status, page.fields("/texts/en")["body"]) == (422, ["Stay."])
    assert await OrganizationText.all().count() == 3
    assert (await visitor.open(f"{HOME}/texts/de")).status == 404


async def test_an_editor_writes_the_texts_and_no_more(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    await visitor.sign_in(await make.member(centre, Role.EDITOR, "Eva"))
    page = await visitor.open(HOME)
    links = {str(link["href"]) for link in page.soup.select("main a")}
    assert not links & {f"{HOME}/{name}" for name in ("profile", "logo", "members")}
    page = await visitor.submit(await visitor.open(f"{HOME}/texts/nb"), "/texts/nb", summary="Vi møtes.")
    assert page.status == 303
    for path in ("profile", "logo", "members"):
        assert (await visitor.open(f"{HOME}/{path}")).status == 403


async def test_of_one_organisation_an_editor_and_of_another_a_manager(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    other = await make.organization("Turlaget", slug="turlaget")
    per = await make.member(other, Role.MANAGER, "Per")
    await visitor.sign_in(per)
    for path in ("", "/profile", "/texts/nb", "/logo", "/members"):
        assert (await visitor.open(f"{HOME}{path}")).status == 404
        assert (await visitor.open(f"/manage/organizations/turlaget{path}")).status == 200
    token = (await visitor.open("/my-page")).fields("/sign-out")
    for path in ("profile", "texts/nb", "logo", "logo/remove"):
        page = await visitor.post(f"{HOME}/{path}", token | {"summary": ["Hei"], "contact_name": ["Per"]})
        assert page.status == 404, path
    assert (await Organization.get(id=centre.id)).contact_name is None
    await Membership.create(person=per, organization=centre, role=Role.EDITOR, created_at=visitor.now)
    assert (await visitor.open(HOME)).status == 200
    for path in ("profile", "logo", "members"):
        assert (await visitor.open(f"{HOME}/{path}")).status == 404


async def test_one_that_is_suspended_is_told_so(visitor: Visitor, kari: Person, centre: Organization) -> None:
    centre.state = OrganizationState.SUSPENDED
    await centre.save()
    page = await visitor.open(HOME)
    assert "Siden og tilbudene vises ikke for andre nå." in page.text
    centre.state = OrganizationState.APPLIED
    await centre.save()
    assert (await visitor.open(HOME)).status == 403  # its manager may do nothing yet
    assert PUBLIC not in {str(link["href"]) for link in page.soup.select("main a")}
