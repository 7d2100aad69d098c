"""Reads of those who apply and of those who answer. Fetching is permission: what is not theirs is NotFound."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import column, row, rows, value
from marketplace.base.errors import NotFound, Refused
from marketplace.base.text import name_order
from organizations.approval.rules import SUSPENDED, looks_as
from organizations.directory.models import Organization, OrganizationState, OrganizationText, Stands
from organizations.members.queries import APPROVAL_REACH, coordinators_to_tell, managers_to_tell

PAGE = 20
SHELVES: dict[str, tuple[OrganizationState, str]] = {
    "waiting": (
        OrganizationState.APPLIED,
        "to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    ),
    "approved": (OrganizationState.APPROVED, name_order("o.name")),
    "suspended": (OrganizationState.SUSPENDED, name_order("o.name")),
    "declined": (OrganizationState.DECLINED, name_order("o.name")),
}
"""The parts of the list, each with its state and the text it is sorted by: who has waited longest, else names."""
LAST = """LEFT JOIN LATERAL (SELECT answer, reason, at FROM decision WHERE organization_id = o.id
    ORDER BY at DESC, id DESC LIMIT 1) d ON true"""
THEIR_TURN = "o.state = 'applied' AND d.answer = 'asked' AND d.at >= o.created_at"
"""They were asked and have not sent it again: `created_at` is when an application was last sent."""


# --- those who apply ---
@dataclass(frozen=True, slots=True)
class Application(Stands):
    """What an organisation says of itself; `their_turn`: they were asked for more."""

    id: UUID
    slug: str
    name: str
    kind: str
    state: str
    number: str | None
    contact_name: str | None
    email: str | None
    phone: str | None
    website: str | None
    municipality: UUID
    municipality_name: str
    summary: str | None
    their_turn: bool


@dataclass(frozen=True, slots=True)
class Applied:
    slug: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A municipality or a unit to choose from a list."""

    id: UUID
    name: str


async def application_of(person: Any, slug: str) -> Application:
    """The application as those who lead the organisation see it, in any state. Raises NotFound."""
    found = await row(
        Application,
        f"""SELECT o.id, o.slug, o.name, o.kind, o.state, o.number, o.contact_name, o.email, o.phone, o.website,
            o.municipality_id AS municipality, n.name AS municipality_name, t.summary,
            coalesce({THEIR_TURN}, false) AS their_turn
        FROM organization o JOIN municipality n ON n.id = o.municipality_id
        LEFT JOIN organization_text t ON t.organization_id = o.id AND t.lang = o.source_lang {LAST}
        WHERE o.slug = $2 AND EXISTS (SELECT FROM membership m WHERE m.organization_id = o.id
            AND m.person_id = $1 AND m.role = 'manager' AND m.ended_at IS NULL)""",
        person.id, slug,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


async def applications_of(person: Any) -> list[Applied]:
    """What the person leads and that is not approved."""
    return await rows(
        Applied,
        f"""SELECT o.slug, o.name, o.state FROM membership m JOIN organization o ON o.id = m.organization_id
        WHERE m.person_id = $1 AND m.role = 'manager' AND m.ended_at IS NULL AND o.state <> 'approved'
        GROUP BY o.id ORDER BY {name_order("o.name")}, o.slug LIMIT 20""",
        person.id,
    )


async def municipalities() -> list[Choice]:
    """Those that the instance serves, by name."""
    return await rows(Choice, f"SELECT id, name FROM municipality ORDER BY {name_order('name')}, id")


async def nobody_hears(organization: UUID, municipality: UUID) -> bool:
    """Is there nobody in the municipality who is told of this organisation's application and may answer it? Whoever
    leads it themselves answers nothing."""
    own = {one.person_id for one in await managers_to_tell(organization)}
    return all(one.person_id in own for one in await coordinators_to_tell(municipality))


async def has_number(number: str, other_than: UUID | None = None) -> bool:
    """Does an organisation here have this number?"""
    return bool(
        await value(
            "SELECT true FROM organization WHERE number = $1 AND id IS DISTINCT FROM $2::uuid",
            number,
            other_than,
        )
    )


# --- those who answer ---
class Counts(NamedTuple):
    """How many organisations stand on each shelf."""

    waiting: int
    approved: int
    suspended: int
    declined: int


async def shelf_counts(person: Any) -> Counts:
    """Of those in the coordinator's reach."""
    counts = ", ".join(
        f"count(*) FILTER (WHERE o.state = '{state.value}') AS {name}" for name, (state, _) in SHELVES.items()
    )
    found = await row(
        Counts,
        f"WITH {APPROVAL_REACH} SELECT {counts} FROM approval_reach r JOIN organization o USING (id)",
        person.id,
    )
    assert found is not None  # whoever counts gets a row
    return found


@dataclass(frozen=True, slots=True)
class Followed:
    """An organisation that a coordinator follows; `decides`: and answers."""

    id: UUID
    slug: str
    name: str
    kind: str
    created_at: datetime
    decides: bool
    municipality: str
    answered_at: datetime | None
    their_turn: bool


async def in_reach(person: Any, shelf: str, after: UUID | None = None) -> list[Followed]:
    """A page of the organisations that a coordinator follows. `after`: the last one seen. One more than PAGE: there
    are more."""
    state, key = SHELVES[shelf]
    values: list[Any] = [person.id, state]
    beyond = ""
    if after:
        values.append(after)
        beyond = f"AND ({key}, o.id) > (SELECT {key.replace('o.', 'a.')}, a.id FROM organization a WHERE a.id = $3)"
    return await rows(
        Followed,
        f"""WITH {APPROVAL_REACH} SELECT o.id, o.slug, o.name, o.kind, o.created_at, r.decides,
            n.name AS municipality, d.at AS answered_at, coalesce({THEIR_TURN}, false) AS their_turn
        FROM approval_reach r JOIN organization o USING (id) JOIN municipality n ON n.id = o.municipality_id {LAST}
        WHERE o.state = $2 {beyond} ORDER BY {key}, o.id LIMIT {PAGE + 1}""",
        *values,
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a coordinator reaches an organisation. `asked_at`: they were asked for more, and it is their
    turn."""

    id: UUID
    decides: bool
    asked_at: datetime | None


async def organization_reached_by(person: Any, slug: str) -> tuple[Organization, Reach]:
    """An organisation with its municipality and the unit above, and how far this coordinator reaches. Raises
    NotFound."""
    reach = await row(
        Reach,
        f"""WITH {APPROVAL_REACH} SELECT id, r.decides, CASE WHEN {THEIR_TURN} THEN d.at END AS asked_at
        FROM approval_reach r JOIN organization o USING (id) {LAST} WHERE o.slug = $2""",
        person.id, slug,
    )  # fmt: skip
    if reach is None:
        raise NotFound
    return await Organization.get(id=reach.id).select_related("municipality", "parent"), reach


async def organization_decided_by(person: Any, slug: str) -> tuple[Organization, Reach]:
    """The same of one that this coordinator decides about. Raises NotFound."""
    organization, reach = await organization_reached_by(person, slug)
    if not reach.decides:
        raise NotFound
    return organization, reach


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the municipality, and what the organisation answered to it."""

    answer: str
    reason: str
    vouched: bool
    at: datetime
    reply: str
    replied_at: datetime | None


async def decisions_about(organization: UUID) -> list[Answered]:
    """Every answer, the latest first."""
    return await rows(
        Answered,
        """SELECT answer, reason, vouched, at, reply, replied_at FROM decision WHERE organization_id = $1
        ORDER BY at DESC, id DESC""",
        organization,
    )


async def named_alike(organization: Organization) -> list[Applied]:
    """Those that everybody sees, and whose name can be taken for this one's."""
    shown = await rows(
        Applied,
        f"""SELECT slug, name, state FROM organization WHERE state = 'approved' AND id <> $1
        ORDER BY {name_order("name")}, slug""",
        organization.id,
    )
    wanted = looks_as(organization.name)
    return [one for one in shown if looks_as(one.name) == wanted]


class Hidden(NamedTuple):
    offers: int
    dates: int


async def would_hide(organization: UUID, now: datetime) -> Hidden:
    """What closing the organisation hides: its `offers` that are on, and their `dates` to come. Never how many are
    booked: of one offer with one date that would tell of a person.

    It only asks what is there; offers belong to a floor above.
    """
    found = await row(
        Hidden,
        """SELECT count(*) AS offers, coalesce(sum((SELECT count(*) FROM session s WHERE s.offer_id = o.id
                AND s.ends_at > $2 AND s.status <> 'cancelled')), 0)::int AS dates
        FROM offer o WHERE o.owner_id = $1 AND o.state = 'published'
            AND (o.last_session_ends IS NULL OR o.last_session_ends > $2)""",
        organization, now,
    )  # fmt: skip
    return found or Hidden(0, 0)


async def summary_of(organization: Organization) -> str:
    """What it says that it does."""
    found = await OrganizationText.get_or_none(organization_id=organization.id, lang=organization.source_lang)
    return found.summary if found else ""


async def owners_of(organization: UUID) -> list[str]:
    """Names of the municipalities that own it together."""
    return await column(
        f"""SELECT n.name FROM organization_owner x JOIN municipality n ON n.id = x.municipality_id
        WHERE x.organization_id = $1 ORDER BY {name_order("n.name")}""",
        organization,
    )


async def units_above(person: Any, organization: Organization) -> list[Choice]:
    """The municipal units that this one can belong to: those that the coordinator has a role in or
    follows, in the same municipality, and none that is below it."""
    return await rows(
        Choice,
        f"""WITH {APPROVAL_REACH}, under AS (
            SELECT $2::uuid AS id UNION SELECT o.id FROM organization o JOIN under u ON o.parent_id = u.id)
        SELECT o.id, o.name FROM organization o WHERE o.kind = 'municipal' AND o.municipality_id = $3
            AND o.state = 'approved' AND o.id NOT IN (SELECT id FROM under)
            AND (o.id IN (SELECT id FROM coordinates) OR o.id IN (SELECT id FROM approval_reach WHERE decides))
        ORDER BY {name_order('o.name')}, o.id""",
        person.id, organization.id, organization.municipality_id,
    )  # fmt: skip


async def only_approved(owner: UUID) -> None:
    """Raises Refused when the organisation is not approved (any more): then nothing is made, changed or filled up."""
    if await value("SELECT state FROM organization WHERE id = $1", owner) != OrganizationState.APPROVED:
        raise Refused(str(SUSPENDED))
