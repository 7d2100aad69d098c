"""An organisation applies, is asked for more, answers, and sees what the municipality says."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.people.models import ContactPoint, Person
from organizations.approval import mails
from organizations.approval.actions import decide
from organizations.approval.jobs import tell_of_applications
from organizations.approval.models import Answer, Decision
from organizations.directory.models import Organization, OrganizationKind, OrganizationText
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.organizations.approval.conftest import Register
from tests.visitor import Page, Visitor

NUMBER = "314510003"
WHO = {
    "name": "Lura strikkelag", "kind": "voluntary", "has_number": "yes", "number": "314 510 003",
    "summary": "Vi strikker sammen.", "contact_name": "Aud", "email": "Post@Example.no", "phone": "51 00 00 31",
    "website": "www.example.no",
}  # fmt: skip


@pytest.fixture
async def aud(visitor: Visitor) -> Person:
    """Wants to take part with her organisation, and is signed in. Nora coordinates Sandnes."""
    town = await make.organization("Sandnes kommune", kind=OrganizationKind.MUNICIPAL)
    await make.member(town, Role.COORDINATOR, "Nora", email="nora@example.no", lang="nn")
    person = await make.person("Aud", "aud@example.no")
    await visitor.sign_in(person)
    return person


async def send(visitor: Visitor, **other: Any) -> Page:
    page = await visitor.open("/organizations/apply")
    return await visitor.submit(page, "/organizations/apply", **WHO | other)


async def posted() -> list[tuple[str, str, str]]:
    found = await rows("SELECT mail, address, lang FROM outbox_message ORDER BY mail, address")
    return [(one["mail"], one["address"], one["lang"]) for one in found]


async def test_an_application_waits_for_the_municipality(
    visitor: Visitor, aud: Person, register: Register
) -> None:
    register.knows(NUMBER, registrertIFrivillighetsregisteret=True)
    page = await send(visitor)
    assert (page.status, page.response.headers["location"]) == (
        303,
        "/organizations/apply/lura-strikkelag?saved=sent",
    )
    made = await Organization.get(slug="lura-strikkelag")
    assert (made.state, made.number, made.email, made.website) == (
        "applied", NUMBER, "post@example.no", "https://www.example.no")  # fmt: skip
    assert (made.register_state, made.register_name, made.voluntary_register) == (
        "found",
        "LURA STRIKKELAG",
        True,
    )
    assert (await OrganizationText.get(organization=made)).summary == "Vi strikker sammen."
    member = await Membership.get(organization=made)
    assert (member.person_id, member.role) == (aud.id, "manager")
    assert await posted() == [
        ("application_received", "aud@example.no", "nb"), ("application_waiting", "nora@example.no", "nn"),
    ]  # fmt: skip
    assert await value("SELECT actor_id FROM audit_entry WHERE action = 'organization.applied'") == aud.id
    shown = await visitor.follow(page)
    assert (shown.heading, "Søknaden er hos kommunen" in shown.text) == ("Lura strikkelag", True)
    assert (await visitor.open("/organizations/lura-strikkelag")).status == 404
    assert (await visitor.open("/manage")).status == 403


async def test_the_application_goes_on_when_the_register_is_away(visitor: Visitor, aud: Person) -> None:
    assert (await send(visitor)).status == 303
    made = await Organization.get(slug="lura-strikkelag")
    assert (made.register_state, made.register_name) == ("unreachable", None)


async def test_a_group_without_a_number_applies_and_the_register_is_not_asked(
    visitor: Visitor, aud: Person, register: Register
) -> None:
    assert (await send(visitor, has_number="no", number="tull")).status == 303
    made = await Organization.get(slug="lura-strikkelag")
    assert (made.number, made.register_state, register.asked) == (None, None, [])


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (
            {"number": "314510004"},
            "number",
            "Se over nummeret. Det har ni siffer, og ett av dem ser ut til å være feil.",
        ),
        ({"number": ""}, "number", "Skriv organisasjonsnummeret."),
        ({"name": " "}, "name", "Skriv hva dere heter."),
        ({"email": "post"}, "email", "Se over e-postadressen. Skriv for eksempel post@example.no"),
        ({"municipality": "00000000-0000-7000-8000-000000000000"}, "municipality", "Velg kommune."),
        ({"website": "ingen"}, "website", "Skriv en nettadresse, for eksempel https://www.example.no/kurs"),
    ],
    ids=["control digit", "no number", "name", "email", "municipality", "website"],
)  # fmt: skip
async def test_what_is_wrong_is_said_at_the_field(
    visitor: Visitor, aud: Person, typed: dict[str, str], field: str, words: str
) -> None:
    page = await send(visitor, **typed)
    said = page.soup.find(id=f"{field}-error")
    assert (page.status, said and said.get_text()) == (422, words)
    assert page.fields("/organizations/apply")["summary"] == ["Vi strikker sammen."]
    assert await Organization.filter(state="applied").count() == 0


@pytest.mark.parametrize("state", ["approved", "applied", "declined"])
async def test_a_number_that_is_here_already_gets_the_same_answer_in_any_state(
    visitor: Visitor, aud: Person, register: Register, state: str
) -> None:
    await make.organization("De andre", number=NUMBER, state=state)
    page = await send(visitor)
    assert page.status == 422
    assert page.soup.find(id="number-error").get_text() == (  # type: ignore[union-attr]
        "Organisasjonen er her allerede. Be noen som er med, om å invitere deg.")  # fmt: skip
    assert ("De andre" in page.text, register.asked) == (False, [])


async def test_no_organisation_gets_an_address_that_is_ours(visitor: Visitor, aud: Person) -> None:
    page = await send(visitor, name="Apply", has_number="no")
    assert page.response.headers["location"] == "/organizations/apply/apply-2?saved=sent"


async def test_the_application_is_only_theirs(visitor: Visitor, aud: Person) -> None:
    await send(visitor, has_number="no")
    await visitor.sign_in(await make.person("Per"))
    assert (await visitor.open("/organizations/apply/lura-strikkelag")).status == 404
    other = await make.member(await make.organization(), Role.EDITOR, "Else")
    await visitor.sign_in(other)
    assert (await visitor.open("/organizations/apply/lura-strikkelag")).status == 404


async def test_who_is_asked_for_more_corrects_and_sends_again_once(
    visitor: Visitor, aud: Person, register: Register
) -> None:
    await send(visitor, has_number="no")
    home = "/organizations/apply/lura-strikkelag"
    form = {"form_token": (await visitor.open("/organizations/apply")).fields("/apply")["form_token"][0]}
    assert (await visitor.post(home, form | WHO)).status == 422  # nobody has asked
    made = await Organization.get(slug="lura-strikkelag")
    visitor.wait(timedelta(hours=1))
    await Decision.create(
        organization=made, answer=Answer.ASKED, reason="Har dere et nummer?", at=visitor.now
    )
    page = await visitor.open(home)
    assert ("Har dere et nummer?" in page.text, page.fields(home)["name"]) == (True, ["Lura strikkelag"])
    register.knows(NUMBER)
    visitor.wait(timedelta(hours=1))
    again = await visitor.submit(
        page, home, has_number="yes", number=NUMBER, summary="Vi strikker hver tirsdag."
    )
    assert (again.status, again.response.headers["location"]) == (303, f"{home}?saved=again")
    await made.refresh_from_db()
    assert (made.number, made.register_state) == (NUMBER, "found")
    assert made.created_at >= visitor.now
    assert (await OrganizationText.get(organization=made)).summary == "Vi strikker hver tirsdag."
    assert [one[:2] for one in await posted()].count(("application_waiting", "nora@example.no")) == 2
    assert "Søknaden er hos kommunen" in (await visitor.open(home)).text
    assert (await visitor.submit(page, home, name="En gang til")).status == 422


async def test_ten_applications_a_day_are_enough(visitor: Visitor, aud: Person) -> None:
    for number in range(10):
        assert (await send(visitor, name=f"Lag {number}", has_number="no")).status == 303
    assert (await send(visitor, name="Lag 11", has_number="no")).status == 429


async def test_the_municipalitys_question_has_a_field_for_the_answer_and_they_stand_together(
    visitor: Visitor, aud: Person, register: Register
) -> None:
    await send(visitor, has_number="no")
    made, home = await Organization.get(slug="lura-strikkelag"), "/organizations/apply/lura-strikkelag"
    for hours, question in ((1, "Hvem er dere?"), (2, "Hvor møtes dere?")):
        await Decision.create(
            organization=made, answer=Answer.ASKED, reason=question, at=visitor.now + timedelta(hours=hours)
        )
    visitor.wait(timedelta(hours=3))
    page = await visitor.open(home)
    long = await visitor.submit(page, home, reply="a" * 2001)
    assert (long.status, long.fields(home)["reply"]) == (422, ["a" * 2001]), "what was typed is kept"
    await visitor.submit(page, home, reply="På biblioteket,\nhver tirsdag.")
    first, last = await Decision.all().order_by("at")
    assert (first.reply, last.reply) == ("", "På biblioteket,\nhver tirsdag.")
    assert last.replied_at >= visitor.now
    town = await make.organization("Kommunen", kind=OrganizationKind.MUNICIPAL)
    await visitor.sign_in(await make.member(town, Role.COORDINATOR, "Nora"))
    said = (await visitor.open("/approvals/lura-strikkelag")).text
    assert (
        said.index("Hvor møtes dere?")
        < said.index("På biblioteket, hver tirsdag.")
        < said.index("Hvem er dere?")
    )


async def unheard(visitor: Visitor) -> tuple[bool, bool]:
    """Are they told whom to ring, on the page of their application and in the mail?"""
    made = await Organization.get(slug="lura-strikkelag")
    mail = await mails.application_received(Channel.EMAIL, "nb", str(made.id))
    assert mail is not None
    page = await visitor.open("/organizations/apply/lura-strikkelag")
    words = "Sandnes er det ingen som får beskjed"
    assert (words in page.text) == ("Du trenger ikke gjøre noe nå" not in page.text)
    return words in page.text, words in mail.text


@pytest.mark.parametrize("gone", ["role", "address"])
async def test_who_waits_where_nobody_is_told_reads_whom_to_ring(
    visitor: Visitor, aud: Person, gone: str
) -> None:
    await send(visitor)
    assert await unheard(visitor) == (False, False)
    if gone == "role":
        await Membership.filter(role=Role.COORDINATOR).update(ended_at=NOW)
    else:
        await ContactPoint.filter(value="nora@example.no").update(refused_at=NOW)
    assert await unheard(visitor) == (True, True)


async def test_whoever_applies_and_is_the_only_coordinator_is_told_that_nobody_answers(
    visitor: Visitor, aud: Person
) -> None:
    nora = await Person.get(name="Nora")
    await visitor.sign_in(nora)
    await send(visitor)
    assert await unheard(visitor) == (True, True)


async def told_of() -> list[str]:
    return [address for mail, address, _lang in await posted() if mail == "application_waiting"]


async def test_an_application_that_nobody_answers_is_told_of_once_more_and_then_no_more(
    visitor: Visitor, aud: Person, register: Register
) -> None:
    await send(visitor)
    for hours in range(0, 24 * 20, 12):
        await tell_of_applications(NOW + timedelta(hours=hours))
    assert await told_of() == ["nora@example.no"] * 2
    at = await value("SELECT max(created_at) FROM outbox_message WHERE mail = 'application_waiting'")
    assert timedelta(days=7) <= at - NOW < timedelta(days=8)
    made = await Organization.get(slug="lura-strikkelag")
    facts = {"organization": str(made.id)}
    with time_machine.travel(NOW + timedelta(days=7, hours=1)):
        late = await mails.application_waiting(Channel.EMAIL, "nb", **facts)
    assert late is not None
    assert "venter på svar fra kommunen. De har ventet i 7 dager." in late.text
    first = await mails.application_waiting(Channel.EMAIL, "nb", **facts)
    assert first is not None
    assert "De har ventet" not in first.text


async def test_whoever_comes_to_answer_later_is_told_of_what_waits(
    visitor: Visitor, aud: Person, register: Register
) -> None:
    """Nobody could be told when they applied: the only coordinator's address was refused."""
    await ContactPoint.filter(value="nora@example.no").update(refused_at=NOW)
    await send(visitor)
    await tell_of_applications(NOW)
    assert await told_of() == []
    town = await Organization.get(kind=OrganizationKind.MUNICIPAL)
    await make.member(town, Role.COORDINATOR, "Per", email="per@example.no")
    for days in range(3):
        await tell_of_applications(NOW + timedelta(days=days))
    assert await told_of() == ["per@example.no"]


@pytest.mark.parametrize("said", [Answer.ASKED, Answer.APPROVED, Answer.DECLINED])
async def test_what_is_answered_or_waits_for_them_is_not_told_of(
    visitor: Visitor, aud: Person, register: Register, said: Answer
) -> None:
    register.knows(NUMBER)
    await send(visitor)
    made = await Organization.get(slug="lura-strikkelag")
    await decide(made.id, said, reason="Fortell mer.", vouched=True, seen=0, by=None,
                 now=NOW + timedelta(hours=1))  # fmt: skip
    await tell_of_applications(NOW + timedelta(days=8))
    assert await told_of() == ["nora@example.no"]
