"""Applying, and the municipality's answers. One transaction each; the registers are asked before it begins."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from tortoise.exceptions import IntegrityError

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, row, rows
from marketplace.base.data.ledger import Lost
from marketplace.base.data.slugs import insert_named
from marketplace.base.errors import Conflict, NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import Mail, name_of, post
from organizations.approval import mails, rules
from organizations.approval.acts import Act
from organizations.approval.models import Answer, Decision
from organizations.approval.queries import has_number
from organizations.approval.register import Answer as Registered
from organizations.directory.models import (
    STATE_LABELS,
    Organization,
    OrganizationKind,
    OrganizationState,
    OrganizationText,
    RegisterState,
)
from organizations.members.addressees import about
from organizations.members.impartial import only_impartial
from organizations.members.models import Membership, Role
from organizations.members.queries import Told, coordinators_to_tell, managers_to_tell


class NumberTaken(Refused):
    """An organisation here has this number."""


class Said(TypedDict):
    """What the registers said, as columns."""

    register_state: RegisterState | None
    register_name: str | None
    voluntary_register: bool | None
    register_at: datetime | None


def _said(registered: Registered | None, now: datetime) -> Said:
    if registered is None:
        return Said(register_state=None, register_name=None, voluntary_register=None, register_at=None)
    return Said(
        register_state=registered.state, register_name=registered.name, voluntary_register=registered.voluntary,
        register_at=now,
    )  # fmt: skip


async def apply(
    *,
    by: UUID,
    now: datetime,
    registered: Registered | None,
    name: str,
    summary: str,
    municipality: UUID,
    **facts: Any,
) -> Organization:
    """A new organisation that waits for the municipality, led by whoever applies. Raises NumberTaken."""
    organization = Organization(
        name=name, municipality_id=municipality, state=OrganizationState.APPLIED, created_at=now, **facts,
        **_said(registered, now),
    )  # fmt: skip
    async with in_transaction():
        try:
            await insert_named(organization, name, "organisasjon")
        except Conflict:
            if facts.get("number") and await has_number(facts["number"]):
                raise NumberTaken from None
            raise
        await OrganizationText.create(
            organization=organization, lang=organization.source_lang, summary=summary
        )
        await Membership.create(person_id=by, organization=organization, role=Role.MANAGER, created_at=now)
        await record(Act.ORGANIZATION_APPLIED, now=now, actor=by, object_id=organization.id, person=by,
                     organization=organization.id)  # fmt: skip
        await _tell(
            mails.application_received, await managers_to_tell(organization.id), organization.id, "", now
        )
        await _tell_coordinators(organization, now)
    return organization


ANSWERED = """UPDATE decision SET reply = $2, replied_at = $3 WHERE id = (SELECT id FROM decision
    WHERE organization_id = $1 AND answer = 'asked' ORDER BY at DESC, id DESC LIMIT 1)"""
"""An answer stands beside the question it answers."""


async def send_again(
    organization: UUID, *, by: UUID, now: datetime, registered: Registered | None, summary: str, municipality: UUID,
    reply: str = "", **facts: Any,
) -> None:  # fmt: skip
    """The application as it is now that the municipality has asked for more, with what they answer. Raises
    NumberTaken, and Refused when it is answered meanwhile."""
    async with in_transaction():
        found = await _lock(organization)
        if found.state != OrganizationState.APPLIED:
            raise Refused(_("Kommunen har svart, så søknaden kan ikke endres nå."))
        if facts.get("number") and await has_number(facts["number"], organization):
            raise NumberTaken
        facts |= {"municipality_id": municipality, "created_at": now, **_said(registered, now)}
        if municipality != found.municipality_id or facts["kind"] is not OrganizationKind.MUNICIPAL:
            facts["parent_id"] = None  # it was put under a unit as what it said that it was
        await found.update_from_dict(facts).save(update_fields=list(facts))
        await OrganizationText.filter(organization_id=organization, lang=found.source_lang).update(
            summary=summary
        )
        if reply:
            await rows(ANSWERED, organization, reply, now)
        await record(
            Act.ORGANIZATION_SENT_AGAIN, now=now, actor=by, object_id=organization, organization=organization
        )
        await _tell_coordinators(found, now)


async def decide(
    organization: UUID, answer: Answer, *, reason: str, vouched: bool, seen: int, by: UUID | None, now: datetime,
    sent: datetime | None = None,
) -> None:  # fmt: skip
    """Answer an organisation. `by` None: the operator, for the municipality. Raises OwnOrganization for a coordinator
    who is or was in it, and Refused when the answer does not fit the state it is in, somebody has answered
    since the coordinator had `seen` so many answers, or the application is not the one `sent` then; `Lacking` when the
    answer lacks something."""
    await only_impartial(by, [organization], answer, now=now)
    async with in_transaction():
        found = await _lock(organization)
        if sent and sent != found.created_at:
            raise Refused(
                _("De har sendt søknaden på nytt etter at du åpnet siden. Se over den før du svarer.")
            )
        new = rules.MOVES[found.state].get(answer)
        if new is None or seen != await Decision.filter(organization_id=organization).count():
            raise Refused(
                _("Noen andre har svart i mellomtiden. Se hva de svarte. Nå er organisasjonen: %(state)s.",
                  state=STATE_LABELS[found.state])
            )  # fmt: skip
        lacking = rules.objections(
            answer, reason, kind=found.kind, numbered=bool(found.number), in_tree=found.parent_id is not None,
            vouched=vouched,
        )  # fmt: skip
        if missing := dict(lacking):
            raise Lacking(missing)
        decision = await Decision.create(
            organization_id=organization, answer=answer, reason=reason or str(rules.WELCOME), decided_by_id=by, at=now,
            vouched=vouched and not found.number and answer in rules.LETS_IN,
        )  # fmt: skip
        if OrganizationState.SUSPENDED in (found.state, new):
            ledger.note(Lost.ORGANIZATION, organization, number=int(new is OrganizationState.SUSPENDED))
        found.state = new
        await found.save(update_fields=["state"])
        await record(
            Act(f"organization.{answer}"), now=now, actor=by, object_id=decision.id, organization=organization
        )
        for one in await managers_to_tell(organization):
            await post(
                mails.decision, channel=Channel(one.channel), address=one.value, lang=one.lang, now=now,
                key=f"decision:{decision.id}:{one.person_id}", about=about(one), decision=str(decision.id),
            )  # fmt: skip


async def decide_as_operator(slug: str, answer: str, reason: str, vouched: bool, *, now: datetime) -> None:
    """The same by whoever runs the instance, for the municipality. Raises NotFound too."""
    found = await Organization.get_or_none(slug=slug)
    if found is None:
        raise NotFound
    seen = await Decision.filter(organization_id=found.id).count()
    await decide(found.id, Answer(answer), reason=reason, vouched=vouched, seen=seen, by=None, now=now)


async def set_name(
    organization: UUID,
    *,
    name: str,
    number: str | None,
    registered: Registered | None,
    by: UUID,
    now: datetime,
) -> None:
    """What an organisation is called and its number; its address stays, and those who lead it are told. `registered`:
    what the registers say of a new number. Raises NumberTaken, OwnOrganization, and Lacking: a number may be another,
    but not go, since it was why they were let in. The same again changes nothing."""
    await only_impartial(by, [organization], "name", now=now)
    try:
        async with in_transaction():
            found = await _lock(organization)
            renamed, renumbered = name != found.name, number != found.number
            if not renamed and not renumbered:
                return
            if found.number and not number:
                raise Lacking({"number": _("Skriv organisasjonsnummeret.")})
            found.name, found.number = name, number
            if renumbered:
                found.update_from_dict({**_said(registered, now)})
            await found.save(update_fields=["name", "number", *Said.__annotations__])
            await record(Act.ORGANIZATION_NAME_CHANGED, now=now, actor=by, object_id=organization,
                         organization=organization,
                         details={"name": int(renamed), "number": int(renumbered)})  # fmt: skip
            await _tell(
                mails.name_changed,
                await managers_to_tell(organization),
                organization,
                f"{now.isoformat()}:",
                now,
            )
    except IntegrityError:
        if number and await has_number(number, organization):
            raise NumberTaken from None
        raise


class Lacking(Refused):
    """The answer lacks something: the field and the words of each thing."""

    def __init__(self, missing: dict[str, str]) -> None:
        super().__init__(" ".join(missing.values()))
        self.missing = missing


async def put_under(organization: Organization, parent: UUID, *, by: UUID, now: datetime) -> None:
    """Give a municipal unit the unit above it. One at a time in a municipality, so that no two make a ring. Raises
    Refused, and OwnOrganization: under whom it stands decides who answers it."""
    await only_impartial(by, [organization.id], "put_under", now=now)
    async with in_transaction():
        await rows(
            "SELECT id FROM municipality WHERE id = $1 FOR NO KEY UPDATE", organization.municipality_id
        )
        ring = await row(
            """WITH RECURSIVE above AS (SELECT id, parent_id FROM organization WHERE id = $1
                UNION SELECT o.id, o.parent_id FROM organization o JOIN above a ON o.id = a.parent_id)
            SELECT id FROM above WHERE id = $2""",
            parent, organization.id,
        )  # fmt: skip
        if ring:
            raise Refused(_("En enhet kan ikke høre under seg selv."))
        await Organization.filter(id=organization.id).update(parent_id=parent)
        await record(
            Act.ORGANIZATION_PUT_UNDER, now=now, actor=by, object_id=parent, organization=organization.id
        )


async def note_register(
    organization: Organization, registered: Registered, *, by: UUID, now: datetime
) -> None:
    """Keep what the registers said of the number that they were asked about."""
    async with in_transaction():
        said = _said(registered, now)
        await Organization.filter(id=organization.id, number=organization.number).update(**said)
        await record(Act.REGISTER_ASKED, now=now, actor=by, object_id=organization.id, organization=organization.id,
                     details={"said": registered.state.value})  # fmt: skip


async def _lock(organization: UUID) -> Organization:
    """The organisation, locked, as it is now."""
    await rows("SELECT id FROM organization WHERE id = $1 FOR NO KEY UPDATE", organization)
    found = await Organization.get_or_none(id=organization)
    if found is None:
        raise NotFound
    return found


async def _tell_coordinators(organization: Organization, now: datetime) -> None:
    await tell_who_answers(organization.id, organization.municipality_id, now, now)


async def tell_who_answers(organization: UUID, municipality: UUID, since: datetime, now: datetime) -> None:
    """Tell those who may answer that an application waits `since` then: each once, also whoever can be told only later,
    and once more when it has waited for LATE."""
    late = "late:" if now - since >= rules.LATE else ""
    told = await coordinators_to_tell(municipality)
    await _tell(mails.application_waiting, told, organization, f"{int(since.timestamp())}:{late}", now)


async def _tell(mail: Mail, told: Iterable[Told], organization: UUID, nth: str, now: datetime) -> None:
    for one in told:
        await post(
            mail, channel=Channel(one.channel), address=one.value, lang=one.lang, now=now,
            key=f"{name_of(mail)}:{organization}:{nth}{one.person_id}", about=about(one),
            organization=str(organization),
        )  # fmt: skip
