"""What coordinators see and answer: each in their own reach, one at a time, with a reason."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.base.models import Channel
from marketplace.people.models import Person
from organizations.approval import mails
from organizations.approval.actions import decide, send_again
from organizations.approval.models import Answer, Decision
from organizations.directory.models import (
    Municipality,
    Organization,
    OrganizationKind,
    OrganizationOwner,
    OrganizationText,
)
from organizations.members.models import Role
from organizations.members.queries import coordinated_municipalities
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.organizations.approval.conftest import Register
from tests.visitor import Page, Visitor

NUMBER = "314510003"


@pytest.fixture
async def town(db: None) -> Organization:
    return await make.organization("Sandnes kommune", kind=OrganizationKind.MUNICIPAL, slug="sandnes-kommune")


@pytest.fixture
async def nora(visitor: Visitor, town: Organization) -> Person:
    """Coordinates all of Sandnes, and is signed in."""
    person = await make.member(town, Role.COORDINATOR, "Nora")
    await visitor.sign_in(person)
    return person


async def applicant(name: str = "Lura strikkelag", **other: Any) -> Organization:
    """An organisation that waits for an answer, led by Aud."""
    given = {"slug": name.lower().replace(" ", "-"), "state": "applied", "number": NUMBER} | other
    made = await make.organization(name, **given)
    await OrganizationText.create(organization=made, lang="nb", summary="Vi strikker sammen.")
    await make.member(made, Role.MANAGER, "Aud", email=f"{made.slug}@example.no", lang="en")
    return made


async def answer(visitor: Visitor, organization: Organization, said: str, **other: Any) -> Page:
    page = await visitor.open(f"/approvals/{organization.slug}")
    return await visitor.submit(page, f"/approvals/{organization.slug}", answer=said, **other)


async def municipality() -> Municipality:
    return await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")


def names(page: Page) -> list[str]:
    return [one.get_text() for one in page.soup.select("main .tp-offer__link")]


async def test_what_it_says_of_itself_is_marked_with_its_language_where_the_page_has_another(
    visitor: Visitor, nora: Person
) -> None:
    made = await applicant()
    for path, marked in (("/en/approvals", "nb"), ("/approvals", None)):
        page = await visitor.open(f"{path}/{made.slug}")
        (said,) = [one for one in page.soup.select("dd span") if one.get_text() == "Vi strikker sammen."]
        assert said.get("lang") == marked


async def test_approval_shows_the_organisation_and_gives_its_roles_power(
    visitor: Visitor, nora: Person
) -> None:
    made = await applicant()
    page = await answer(visitor, made, "approved", reason="")
    assert (page.status, page.response.headers["location"]) == (
        303,
        "/approvals/lura-strikkelag?saved=approved",
    )
    decision = await Decision.get()
    assert (decision.answer, decision.reason, decision.vouched, decision.decided_by_id) == (
        "approved", "Velkommen! Nå kan dere lage tilbud.", False, nora.id)  # fmt: skip
    assert (await visitor.open("/organizations/lura-strikkelag")).status == 200
    await visitor.sign_in(await Person.get(name="Aud"))
    assert (await visitor.open("/manage/offers/new")).status == 200
    found = await rows("SELECT mail, address, lang FROM outbox_message")
    assert found == [{"mail": "decision", "address": "lura-strikkelag@example.no", "lang": "en"}]
    noted = await rows(
        "SELECT actor_id, organization_id FROM audit_entry WHERE action = 'organization.approved'"
    )
    assert noted == [{"actor_id": nora.id, "organization_id": made.id}]


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [("applied", "asked", "applied"), ("applied", "declined", "declined"), ("approved", "suspended", "suspended"),
     ("suspended", "reopened", "approved"), ("declined", "reopened", "approved")],
)  # fmt: skip
async def test_each_answer_has_a_reason_that_the_organisation_reads(
    visitor: Visitor, nora: Person, before: str, said: str, after: str
) -> None:
    made = await applicant(state=before)
    page = await answer(visitor, made, said, reason="")
    assert (page.status, page.soup.find(id="reason-error").get_text()) == (  # type: ignore[union-attr]
        422, "Skriv hvorfor. Organisasjonen får lese det.")  # fmt: skip
    assert (await answer(visitor, made, said, reason="Fordi det er slik.")).status == 303
    await made.refresh_from_db()
    decision = await Decision.get()
    assert (made.state, decision.reason) == (after, "Fordi det er slik.")
    content = await mails.decision(Channel.EMAIL, "nb", decision=str(decision.id))
    assert content
    assert (content.subject, "Fordi det er slik." in content.text, "Lura" in content.subject) == (
        "Svar fra kommunen", True, False)  # fmt: skip
    await visitor.sign_in(await Person.get(name="Aud"))
    assert "Fordi det er slik." in (await visitor.open(f"/organizations/apply/{made.slug}")).text


@pytest.mark.parametrize(
    ("state", "said"),
    [("applied", "suspended"), ("applied", "reopened"), ("approved", "approved"), ("approved", "declined"),
     ("suspended", "asked"), ("declined", "approved")],
)  # fmt: skip
async def test_an_answer_that_does_not_fit_is_refused(
    visitor: Visitor, nora: Person, state: str, said: str
) -> None:
    made = await applicant(state=state)
    page = await answer(visitor, made, said, reason="Fordi.")
    assert (page.status, "Noen andre har svart i mellomtiden." in page.text) == (422, True)
    assert await Decision.all().count() == 0


async def test_a_group_without_a_number_needs_somebody_who_knows_it(visitor: Visitor, nora: Person) -> None:
    made = await applicant(number=None)
    page = await answer(visitor, made, "approved")
    assert page.soup.find(id="vouched-error")
    assert (await answer(visitor, made, "approved", vouched="1")).status == 303
    assert (await Decision.get()).vouched


async def test_a_municipal_unit_is_put_under_another_before_it_is_approved(
    visitor: Visitor, nora: Person, town: Organization
) -> None:
    made = await applicant("Helsestasjonen", kind=OrganizationKind.MUNICIPAL)
    below = await make.organization("Under", kind=OrganizationKind.MUNICIPAL, parent=made)
    page = await answer(visitor, made, "approved")
    assert (page.status, "Velg først hvilken enhet den hører under." in page.text) == (422, True)
    foreign = await make.organization(
        "Land", kind=OrganizationKind.MUNICIPAL, municipality=await municipality()
    )
    page = await visitor.open("/approvals/helsestasjonen")
    for wrong in (made, below, foreign, await make.organization()):
        assert (await visitor.submit(page, "/unit", parent=wrong.id)).status == 422
    assert (await visitor.submit(page, "/unit", parent=town.id)).status == 303
    assert (await answer(visitor, made, "approved")).status == 303
    assert (await Organization.get(id=made.id)).parent_id == town.id


@pytest.mark.parametrize("second", [Answer.APPROVED, Answer.DECLINED, Answer.ASKED])
async def test_of_two_who_answer_at_once_only_the_first_has_answered(nora: Person, second: Answer) -> None:
    made = await applicant()

    def said(one: Answer) -> Any:
        return decide(made.id, one, reason="Fordi.", vouched=False, seen=0, by=nora.id, now=NOW)

    one, two, waited = await overlapping(lambda: said(Answer.ASKED), lambda: said(second))
    assert (one, type(two), waited) == (None, Refused, True)
    assert [each.answer for each in await Decision.all()] == ["asked"]
    assert await value("SELECT count(*) FROM outbox_message") == 1


async def test_the_second_sees_what_the_first_answered(visitor: Visitor, nora: Person) -> None:
    made = await applicant()
    page = await visitor.open(f"/approvals/{made.slug}")
    await decide(made.id, Answer.ASKED, reason="Hvem er dere?", vouched=False, seen=0, by=nora.id, now=NOW)
    late = await visitor.submit(page, f"/approvals/{made.slug}", answer="approved")
    assert (late.status, "Hvem er dere?" in late.text) == (422, True)
    assert (await visitor.submit(late, f"/approvals/{made.slug}", answer="approved")).status == 303


async def test_what_was_sent_again_meanwhile_is_read_before_it_is_answered(
    visitor: Visitor, nora: Person
) -> None:
    made = await applicant()
    await decide(made.id, Answer.ASKED, reason="Hvem er dere?", vouched=False, seen=0, by=nora.id, now=NOW)
    page = await visitor.open(f"/approvals/{made.slug}")
    await sent_again(made, name="Noe helt annet")
    page = await visitor.submit(page, f"/approvals/{made.slug}", answer="approved")
    assert (page.status, "De har sendt søknaden på nytt" in page.text) == (422, True)
    assert "Noe helt annet" in page.text
    page = await visitor.submit(page, f"/approvals/{made.slug}", answer="approved")
    await made.refresh_from_db()
    assert (page.status, made.state) == (303, "approved")


async def sent_again(made: Organization, **facts: Any) -> None:
    given: dict[str, Any] = {
        "name": made.name, "kind": made.kind, "municipality": made.municipality_id, "number": made.number,
    } | facts  # fmt: skip
    await send_again(
        made.id, by=(await Person.get(name="Aud")).id, now=NOW + timedelta(hours=1), registered=None,
        summary="Vi strikker.", **given,
    )  # fmt: skip


@pytest.mark.parametrize("change", ["municipality", "kind"])
async def test_a_unit_that_says_it_is_something_else_is_taken_out_of_the_tree(
    nora: Person, town: Organization, change: str
) -> None:
    """Else who coordinates what it was put under would reach into the other municipality."""
    unit = await applicant("Infohjelpen", kind=OrganizationKind.MUNICIPAL, parent=town)
    await decide(unit.id, Answer.ASKED, reason="Hvor er dere?", vouched=False, seen=0, by=nora.id, now=NOW)
    await sent_again(unit)
    await unit.refresh_from_db()
    assert unit.parent_id == town.id
    elsewhere = await municipality()
    await sent_again(
        unit,
        **{"municipality": elsewhere.id} if change == "municipality" else {"kind": OrganizationKind.PUBLIC},
    )
    await Organization.filter(id=unit.id).update(state="approved")
    await unit.refresh_from_db()
    assert unit.parent_id is None
    assert await coordinated_municipalities(nora.id) == [town.municipality_id]


async def test_another_municipality_sees_and_decides_nothing(visitor: Visitor, nora: Person) -> None:
    land = await make.organization(
        "Søndre Land kommune", kind=OrganizationKind.MUNICIPAL, municipality=await municipality()
    )
    made = await applicant()
    page = await visitor.open(f"/approvals/{made.slug}")
    ingeborg = await make.member(land, Role.COORDINATOR, "Ingeborg")
    await visitor.sign_in(ingeborg)
    token = (await visitor.open("/sign-in")).fields()["form_token"]
    assert (await visitor.open(f"/approvals/{made.slug}")).status == 404
    for path, sent in {"": {"answer": ["approved"], "seen": ["0"]}, "/unit": {}, "/register": {}}.items():
        assert (
            await visitor.post(f"/approvals/{made.slug}{path}", {"form_token": token} | sent)
        ).status == 404
    for shelf in ("waiting", "approved", "suspended", "declined"):
        shown = await visitor.open(f"/approvals?show={shelf}&after=")
        assert (shown.status, names(shown), "Venter (0) Med (0)" in shown.text) == (200, [], True)
    assert (await visitor.open(f"/approvals?after={made.id}")).status == 200
    assert (page.status, (await Organization.get(id=made.id)).state) == (200, "applied")


async def test_a_part_of_the_tree_reaches_what_is_below_it_and_no_more(
    visitor: Visitor, nora: Person, town: Organization
) -> None:
    health = await make.organization("Helse", kind=OrganizationKind.MUNICIPAL, parent=town, slug="helse")
    unit = await make.organization(
        "Mestring", kind=OrganizationKind.MUNICIPAL, parent=health, slug="mestring"
    )
    await make.organization(
        "Info", kind=OrganizationKind.MUNICIPAL, parent=unit, slug="info", state="applied"
    )
    await make.organization("Skole", kind=OrganizationKind.MUNICIPAL, parent=town, slug="skole")
    await applicant()
    await visitor.sign_in(await make.member(health, Role.COORDINATOR, "Berit"))
    assert names(await visitor.open("/approvals")) == ["Info"]
    assert names(await visitor.open("/approvals?show=approved")) == ["Mestring"]
    assert [(await visitor.open(f"/approvals/{slug}")).status for slug in
            ("mestring", "info", "helse", "skole", "sandnes-kommune", "lura-strikkelag")] == [
                200, 200, 404, 404, 404, 404]  # fmt: skip
    await visitor.sign_in(nora)
    assert names(await visitor.open("/approvals?show=approved")) == ["Helse", "Mestring", "Skole"]
    assert (await visitor.open("/approvals/sandnes-kommune")).status == 404


async def test_what_several_own_is_decided_at_home_and_read_by_the_others(
    visitor: Visitor, nora: Person
) -> None:
    college = await make.organization("Jæren Recovery College", slug="college")
    other = await municipality()
    land = await make.organization("Søndre Land kommune", kind=OrganizationKind.MUNICIPAL, municipality=other)
    for each in (other, await make.municipality()):
        await OrganizationOwner.create(organization=college, municipality=each)
    mine = await visitor.open("/approvals/college")
    assert "Eies av Sandnes, Søndre Land." in mine.text
    await visitor.sign_in(await make.member(land, Role.COORDINATOR, "Ingeborg"))
    page = await visitor.open("/approvals/college")
    assert (page.status, "Dette avgjøres i Sandnes" in page.text, page.soup.select("main form")) == (
        200,
        True,
        [],
    )
    token = (await visitor.open("/sign-in")).fields()["form_token"][0]
    sent = {"form_token": token, "answer": "suspended", "reason": "Fordi.", "seen": "0"}
    assert (await visitor.post("/approvals/college", sent)).status == 404
    assert names(await visitor.open("/approvals?show=approved")) == ["Jæren Recovery College"]


async def test_a_coordinators_role_elsewhere_than_in_a_municipality_reaches_nothing(visitor: Visitor) -> None:
    await applicant()
    await visitor.sign_in(await make.member(await make.organization(), Role.COORDINATOR, "Per"))
    assert names(await visitor.open("/approvals")) == []


async def test_the_register_is_asked_again(visitor: Visitor, nora: Person, register: Register) -> None:
    made = await applicant(register_state="unreachable")
    page = await visitor.open(f"/approvals/{made.slug}")
    assert "Registeret svarte ikke." in page.text
    register.knows(NUMBER)
    assert (await visitor.submit(page, "/register")).status == 303
    shown = await visitor.open(f"/approvals/{made.slug}")
    assert ("LURA STRIKKELAG" in shown.text, "Spør registeret på nytt" in shown.text) == (True, False)


async def test_the_list_comes_in_pages_that_each_ask_as_often(
    visitor: Visitor, nora: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, asked = AsyncpgDBClient.execute_query_dict, []

    async def counted(self: Any, *statement: Any) -> Any:
        asked.append(statement)
        return await original(self, *statement)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
    await visitor.open("/approvals")
    for_none = len(asked)
    for number in range(25):
        await make.organization(f"Lag {number:02}", state="applied", slug=f"lag-{number}")
    asked.clear()
    first = await visitor.open("/approvals")
    assert len(asked) == for_none
    more = str(first.soup.find("a", string="Vis flere organisasjoner")["href"])  # type: ignore[index]
    second = await visitor.open(more)
    assert names(first) + names(second) == [f"Lag {number:02}" for number in range(25)]
    assert len(names(first)) == 20


async def test_whoever_answers_sees_whose_turn_it_is_and_that_the_register_has_another_name(
    visitor: Visitor, nora: Person
) -> None:
    made = await applicant(register_state="found", register_name="LURA STRIKKELAG")
    turn, other_name = "Nå er det deres tur.", "Navnet er et annet enn det de har skrevet."
    page = await visitor.open(f"/approvals/{made.slug}")
    assert (turn in page.text, other_name in page.text) == (False, False)
    await answer(visitor, made, "asked", reason="Hvor møtes dere?")
    await Organization.filter(id=made.id).update(register_name="SANDNES TURVENNER")
    page = await visitor.open(f"/approvals/{made.slug}")
    assert (turn in page.text, other_name in page.text) == (True, True)
    visitor.wait(timedelta(minutes=1))
    await Organization.filter(id=made.id).update(created_at=NOW + timedelta(minutes=1))  # it is sent again
    assert turn not in (await visitor.open(f"/approvals/{made.slug}")).text


@pytest.mark.parametrize(
    "known", ["Røde Kors Lura", "Rode kors, Lura", "Røde K\u043ers Lura", "Røde-Kors LURA"]
)
async def test_who_answers_is_told_of_a_name_that_can_be_taken_for_anothers(
    visitor: Visitor, nora: Person, known: str
) -> None:
    """Whoever applies under the name of somebody known, with a letter of another alphabet, stands beside them."""
    await make.organization(known, slug="known")
    await make.organization("Røde Kors Lurø", slug="elsewhere")
    await make.organization("Røde Kors Lura", slug="not-let-in", state="declined")
    page = await visitor.open(f"/approvals/{(await applicant('Røde Kors Lura', slug='new')).slug}")
    told = page.soup.find(string="Noen her heter det samme, eller nesten").find_parent(class_="ds-alert")  # type: ignore[union-attr]
    assert [one["href"] for one in told.select("a")] == ["/organizations/known"]  # type: ignore[union-attr]


async def test_whoever_is_called_like_nobody_else_is_not_warned_of(visitor: Visitor, nora: Person) -> None:
    await make.organization("Lura turlag")
    page = await visitor.open(f"/approvals/{(await applicant()).slug}")
    assert "heter det samme" not in page.text
