"""Reads of those who apply and of those who answer. Fetching is permission: what is not theirs is NotFound."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.errors import NotFound, Refused
from marketplace.base.text import name_order
from organizations.approval.rules import SUSPENDED
from organizations.directory.models import Organization, OrganizationState, OrganizationText
from organizations.members.queries import APPROVAL_REACH

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
async def application_of(person: Any, slug: str) -> dict[str, Any]:
    """What an organisation said of itself, for those who lead it, in any state; `their_turn`: they were asked for more.
    Raises NotFound."""
    found = await row(
        f"""SELECT o.id, o.slug, o.name, o.kind, o.state, o.number, o.contact_name, o.email, o.phone, o.website,
            o.created_at, o.municipality_id AS municipality, n.name AS municipality_name, t.summary,
            {THEIR_TURN} AS their_turn
        FROM organization o JOIN municipality n ON n.id = o.municipality_id
        LEFT JOIN organization_text t ON t.organization_id = o.id AND t.lang = o.source_lang {LAST}
        WHERE o.slug = $2 AND EXISTS (SELECT FROM membership m WHERE m.organization_id = o.id
            AND m.person_id = $1 AND m.role = 'manager' AND m.ended_at IS NULL)""",
        person.id, slug,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


async def applications_of(person: Any) -> list[dict[str, Any]]:
    """slug, name and state of what the person leads and that is not approved."""
    return await rows(
        f"""SELECT o.slug, o.name, o.state FROM membership m JOIN organization o ON o.id = m.organization_id
        WHERE m.person_id = $1 AND m.role = 'manager' AND m.ended_at IS NULL AND o.state <> 'approved'
        GROUP BY o.id ORDER BY {name_order("o.name")}, o.slug LIMIT 20""",
        person.id,
    )


async def municipalities() -> list[dict[str, Any]]:
    """id and name of those that the instance serves, by name."""
    return await rows(f"SELECT id, name FROM municipality ORDER BY {name_order('name')}, id")


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
async def shelf_counts(person: Any) -> dict[str, int]:
    """How many organisations in the coordinator's reach stand on each shelf."""
    counts = ", ".join(
        f"count(*) FILTER (WHERE o.state = '{state.value}') AS {name}" for name, (state, _) in SHELVES.items()
    )
    found = await row(
        f"WITH {APPROVAL_REACH} SELECT {counts} FROM approval_reach r JOIN organization o USING (id)",
        person.id,
    )
    return found or {}


async def in_reach(person: Any, shelf: str, after: UUID | None = None) -> list[dict[str, Any]]:
    """A page of the organisations that a coordinator follows. `after`: the last one seen. One more than PAGE: there
    are more."""
    state, key = SHELVES[shelf]
    values: list[Any] = [person.id, state]
    beyond = ""
    if after:
        values.append(after)
        beyond = f"AND ({key}, o.id) > (SELECT {key.replace('o.', 'a.')}, a.id FROM organization a WHERE a.id = $3)"
    return await rows(
        f"""WITH {APPROVAL_REACH} SELECT o.id, o.slug, o.name, o.kind, o.state, o.number, o.created_at, r.decides,
            n.name AS municipality, d.at AS answered_at, {THEIR_TURN} AS their_turn
        FROM approval_reach r JOIN organization o USING (id) JOIN municipality n ON n.id = o.municipality_id {LAST}
        WHERE o.state = $2 {beyond} ORDER BY {key}, o.id LIMIT {PAGE + 1}""",
        *values,
    )


async def organization_reached_by(person: Any, slug: str) -> tuple[Organization, bool]:
    """An organisation with its municipality and the unit above, and whether this coordinator decides about it. Raises
    NotFound."""
    found = await row(
        f"WITH {APPROVAL_REACH} SELECT id, r.decides FROM approval_reach r JOIN organization o USING (id) "
        "WHERE o.slug = $2",
        person.id, slug,
    )  # fmt: skip
    if found is None:
        raise NotFound
    organization = await Organization.get(id=found["id"]).select_related("municipality", "parent")
    return organization, found["decides"]


async def organization_decided_by(person: Any, slug: str) -> Organization:
    """An organisation that this coordinator decides about. Raises NotFound."""
    organization, decides = await organization_reached_by(person, slug)
    if not decides:
        raise NotFound
    return organization


async def decisions_about(organization: UUID) -> list[dict[str, Any]]:
    """answer, reason, vouched, at, and what the organisation answered to it, of every answer, the latest first."""
    return await rows(
        """SELECT answer, reason, vouched, at, reply, replied_at FROM decision WHERE organization_id = $1
        ORDER BY at DESC, id DESC""",
        organization,
    )


async def would_hide(organization: UUID, now: datetime) -> dict[str, int]:
    """What closing the organisation hides: its `offers` that are on, and their `dates` to come. Never how many are
    booked: of one offer with one date that would tell of a person.

    It only asks what is there; offers belong to a floor above.
    """
    found = await row(
        """SELECT count(*) AS offers, coalesce(sum((SELECT count(*) FROM session s WHERE s.offer_id = o.id
                AND s.ends_at > $2 AND s.status <> 'cancelled')), 0)::int AS dates
        FROM offer o WHERE o.owner_id = $1 AND o.state = 'published'
            AND (o.last_session_ends IS NULL OR o.last_session_ends > $2)""",
        organization, now,
    )  # fmt: skip
    return found or {"offers": 0, "dates": 0}


async def summary_of(organization: Organization) -> str:
    """What it says that it does."""
    found = await OrganizationText.get_or_none(organization_id=organization.id, lang=organization.source_lang)
    return found.summary if found else ""


async def owners_of(organization: UUID) -> list[str]:
    """Names of the municipalities that own it together."""
    found = await rows(
        f"""SELECT n.name FROM organization_owner x JOIN municipality n ON n.id = x.municipality_id
        WHERE x.organization_id = $1 ORDER BY {name_order("n.name")}""",
        organization,
    )
    return [one["name"] for one in found]


async def units_above(person: Any, organization: Organization) -> list[dict[str, Any]]:
    """id and name of the municipal units that this one can belong to: those that the coordinator has a role in or
    follows, in the same municipality, and none that is below it."""
    return await rows(
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
