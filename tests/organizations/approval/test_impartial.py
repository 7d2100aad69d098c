"""Nobody decides for the municipality about what is their own: another coordinator does, or the operator."""

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from marketplace import cli
from marketplace.base.data.database import rows
from marketplace.dialogue import actions as dialogue
from marketplace.dialogue.models import Dialogue, DialogueMeeting, MeetingOrganization
from marketplace.goals import actions as goals
from marketplace.goals.models import AT_MEETING, Goal
from marketplace.people.models import ActsFor, Person, Relation
from organizations.approval.actions import decide, decide_as_operator, put_under
from organizations.approval.models import Answer, Decision
from organizations.directory.models import Organization, OrganizationKind, OrganizationState
from organizations.members.impartial import OwnOrganization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import plan
from tests.visitor import Visitor

WORDS = "dette kan ikke du avgjøre"


async def town() -> tuple[Organization, Person]:
    here = await make.organization("Sandnes kommune", kind=OrganizationKind.MUNICIPAL)
    return here, await make.member(here, Role.COORDINATOR, "Nora", email="nora@example.no")


async def club(state: OrganizationState = OrganizationState.APPLIED, **other: Any) -> Organization:
    made = await make.organization(
        "Strikkelaget", slug="strikkelaget", state=state, number="314510003", **other
    )
    await make.member(made, Role.MANAGER, "Aud", email="aud@example.no")
    return made


async def has(person: Person, organization: Organization, role: Role, ended: bool = False) -> None:
    await Membership.create(
        person=person, organization=organization, role=role, created_at=NOW - timedelta(days=400),
        ended_at=NOW - timedelta(days=300) if ended else None,
    )  # fmt: skip


async def refusals() -> list[dict[str, Any]]:
    return await rows(
        "SELECT actor_id, organization_id, details->>'act' AS act FROM audit_entry WHERE action = 'decision.refused'"
    )


@pytest.mark.parametrize("tie", ["leads it", "was a host", "her son is in it", "her mother is in it"])
async def test_a_coordinator_cannot_answer_what_is_their_own(visitor: Visitor, tie: str) -> None:
    _here, nora = await town()
    mine = await club()
    if tie == "leads it":
        await has(nora, mine, Role.MANAGER)
    elif tie == "was a host":
        await has(nora, mine, Role.HOST, ended=True)
    else:
        close = await make.person("Nær")
        await has(close, mine, Role.EDITOR)
        two = (nora, close) if tie == "her son is in it" else (close, nora)
        await ActsFor.create(
            actor=two[0], person=two[1], relation=Relation.NEXT_OF_KIN, created_at=NOW, ended_at=NOW
        )
    await visitor.sign_in(nora)
    page = await visitor.open(f"/approvals/{mine.slug}")
    assert "Her må en annen svare" in page.text
    assert page.soup.find("input", {"name": "answer"}) is None
    with pytest.raises(OwnOrganization, match=WORDS):
        await decide(mine.id, Answer.APPROVED, reason="", vouched=False, seen=0, by=nora.id, now=NOW)
    await mine.refresh_from_db()
    assert mine.state == OrganizationState.APPLIED
    assert not await Decision.exists()
    assert await refusals() == [{"actor_id": nora.id, "organization_id": mine.id, "act": "approved"}]


@pytest.mark.parametrize(
    ("state", "said"),
    [(OrganizationState.APPLIED, Answer.ASKED), (OrganizationState.APPLIED, Answer.DECLINED),
     (OrganizationState.APPROVED, Answer.SUSPENDED), (OrganizationState.SUSPENDED, Answer.REOPENED),
     (OrganizationState.DECLINED, Answer.REOPENED)],
)  # fmt: skip
async def test_no_answer_of_any_kind(db: None, state: OrganizationState, said: Answer) -> None:
    _here, nora = await town()
    mine = await club(state)
    await has(nora, mine, Role.EDITOR)
    with pytest.raises(OwnOrganization):
        await decide(mine.id, said, reason="Fordi", vouched=True, seen=0, by=nora.id, now=NOW)
    assert [each["act"] for each in await refusals()] == [said]


async def test_another_coordinator_answers(db: None) -> None:
    here, nora = await town()
    mine = await club()
    await has(nora, mine, Role.MANAGER)
    eli = await make.member(here, Role.COORDINATOR, "Eli")
    await decide(mine.id, Answer.APPROVED, reason="", vouched=False, seen=0, by=eli.id, now=NOW)
    await mine.refresh_from_db()
    assert mine.state == OrganizationState.APPROVED


async def test_a_guide_who_helped_somebody_is_nobodys_next_of_kin(db: None) -> None:
    _here, nora = await town()
    theirs = await club()
    helped = await make.person("Olaug")
    await has(helped, theirs, Role.MANAGER)
    await ActsFor.create(actor=nora, person=helped, relation=Relation.GUIDE, created_at=NOW)
    await decide(theirs.id, Answer.APPROVED, reason="", vouched=False, seen=0, by=nora.id, now=NOW)
    assert await refusals() == []


async def test_the_operator_answers_where_nobody_else_can(db: None) -> None:
    mine = await club()
    await decide_as_operator("strikkelaget", "approved", "", False, now=NOW)
    await mine.refresh_from_db()
    assert mine.state == OrganizationState.APPROVED
    assert (await Decision.get()).decided_by_id is None


def test_the_operators_command_is_there() -> None:
    found = CliRunner().invoke(cli.commands, ["answer", "--help"])
    assert found.exit_code == 0
    assert "suspended" in found.output


async def test_a_unit_is_not_put_anywhere_by_its_own(db: None) -> None:
    here, nora = await town()
    unit = await make.organization(
        "Enheten", kind=OrganizationKind.MUNICIPAL, state=OrganizationState.APPLIED
    )
    await has(nora, unit, Role.MANAGER)
    with pytest.raises(OwnOrganization):
        await put_under(unit, here.id, by=nora.id, now=NOW)
    await unit.refresh_from_db()
    assert unit.parent_id is None


async def dialogue_of(here: Organization) -> Dialogue:
    return await Dialogue.create(
        municipality_id=here.municipality_id, coordinated_by=here, slug="dialog", title={"nb": "Dialog"},
        summary={"nb": "Vi"}, created_at=NOW,
    )  # fmt: skip


async def test_ones_own_is_taken_into_a_dialogue_and_out_of_it_by_another(visitor: Visitor) -> None:
    here, nora = await town()
    mine = await club(OrganizationState.APPROVED)
    await has(nora, mine, Role.HOST, ended=True)
    found = await dialogue_of(here)
    await visitor.sign_in(nora)
    page = await visitor.open("/dialogues/dialog")
    refused = await visitor.submit(page, "/members", organization=mine.id)
    assert refused.status == 422
    assert WORDS in refused.text
    for act in (dialogue.join, dialogue.leave):
        with pytest.raises(OwnOrganization):
            await act(found, mine.id, by=nora.id, now=NOW)
    assert await refusals()


async def test_that_ones_own_was_at_a_meeting_is_said_by_another(db: None) -> None:
    here, nora = await town()
    mine, other = await club(OrganizationState.APPROVED), await make.organization("Andre")
    await has(nora, mine, Role.EDITOR)
    found = await dialogue_of(here)
    for one in (mine, other):
        await dialogue.join(found, one.id, by=(await make.person("Eli")).id, now=NOW)
    meeting = await DialogueMeeting.create(
        dialogue=found, offer=await make.offer(owner=here, starts=[NOW - timedelta(hours=3)])
    )
    await meeting.fetch_related("dialogue", "offer")
    with pytest.raises(OwnOrganization):
        await dialogue.say_who_was_there(meeting, [mine.id], by=nora.id, now=NOW)
    await dialogue.say_who_was_there(meeting, [other.id], by=nora.id, now=NOW)
    assert [one.organization_id for one in await MeetingOrganization.all()] == [other.id]


async def test_a_goal_of_a_dialogue_with_ones_own_in_it_is_anothers_to_set(db: None) -> None:
    here, nora = await town()
    area = await plan()
    mine = await club(OrganizationState.APPROVED)
    found = await dialogue_of(here)
    await dialogue.join(found, mine.id, by=(await make.person("Eli")).id, now=NOW)
    facts: dict[str, Any] = {
        "indicator": AT_MEETING,
        "target": 80,
        "first_year": 2026,
        "last_year": 2026,
        "dialogue_id": found.id,
    }
    made = await goals.make(area, by=nora.id, now=NOW, title={"nb": "Flere er med"}, **facts)
    await has(nora, mine, Role.EDITOR)
    with pytest.raises(OwnOrganization):
        await goals.make(area, by=nora.id, now=NOW, title={"nb": "Flere"}, **facts)
    with pytest.raises(OwnOrganization):
        await goals.change(made, by=nora.id, now=NOW, title=made.title, target=1, why="Lett")
    assert (await Goal.get()).target == 80
