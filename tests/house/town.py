"""A small town with one of everything, and what of it stands in each address: for tests that walk the URL map.

A route with a path parameter that is not known here fails `test_access.py`: add the parameter to `Town.parameters`.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.database import rows
from marketplace.base.models import Channel
from marketplace.dialogue.models import Dialogue, DialogueMeeting, DialogueMember
from marketplace.goals.models import FocusArea, Goal, Metric, Plan
from marketplace.people.models import Person, SignIn, SignInTicket
from marketplace.people.queries import secret_hash
from marketplace.routes import ROUTES
from offers.bookings.models import BookingState
from offers.bookings.rules import link_path
from offers.catalogue.models import Joining, OfferOrganizer, SeatPool, Session, Visibility
from offers.feeds.models import CalendarAddress
from offers.publishing.models import HostAssignment
from organizations.directory.models import Organization, OrganizationKind, Picture
from organizations.members.models import Invitation, Membership, Role
from tests import make
from tests.conftest import NOW

GUARDED = [route for route in ROUTES if isinstance(route, Route) and isinstance(route.endpoint, Guarded)]


def routes(method: str) -> list[Route]:
    """Every route with a door that answers to this method."""
    return [route for route in GUARDED if method in (route.methods or ())]


@dataclass
class Town:
    """`parameters`: (what stands before it, its name) of each path parameter, and a value that exists."""

    people: dict[str, Person] = field(default_factory=dict)
    """Who may sign in, by role; `everybody` has all roles."""
    parameters: dict[tuple[str, str], str] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)

    def values(self, route: Route) -> dict[str, str]:
        """The route's path parameters, each with a value that exists."""
        found, before = {}, ""
        for part in route.path.split("/"):
            name = part.partition("{")[2].partition("}")[0]
            if name:
                found[name] = self.parameters[before, name]
            before = part
        return found

    def path(self, route: Route, **other: str) -> str:
        """An address of the route that leads somewhere; `other` values in place of ours."""
        path = route.path
        for name, value in (self.values(route) | other).items():
            path = path.replace(f"{{{name}}}", value)
        return path


async def build() -> Town:
    """Put the town into an empty database, on Tuesday 13 October 2026 at noon."""
    town = Town()
    centre = await make.organization("Frivilligsentralen", slug="frivilligsentralen", email="post@example.no")
    unit = await make.organization(
        "Mestringsenheten", kind=OrganizationKind.MUNICIPAL, slug="mestringsenheten"
    )
    venue = await make.venue()
    town.people["resident"] = await make.person("Ola", "ola@example.no")
    for role in Role:
        home = unit if role in (Role.GUIDE, Role.COORDINATOR, Role.STAFF) else centre
        town.people[role.value] = await make.member(
            home, role, f"{role.value.title()}", email=f"{role}@example.no"
        )
    everybody = town.people["everybody"] = await make.person("Alle", "alle@example.no")
    for role in Role:
        home = unit if role in (Role.GUIDE, Role.COORDINATOR, Role.STAFF) else centre
        await Membership.create(person=everybody, organization=home, role=role, created_at=NOW)

    walk = await make.offer("Gå på tur", slug="tur", owner=centre, venue=venue, capacity=5, starts=[
        NOW + timedelta(hours=1), NOW + timedelta(days=7)])  # fmt: skip
    draft = await make.offer(
        "Strikkekafé", slug="strikkekafe", owner=centre, state="draft", joining=Joining.WHOLE
    )
    talk = await make.offer("Samtale", slug="samtale", owner=centre, joining=Joining.REQUEST)
    for offer in (walk, draft, talk):
        await HostAssignment.create(person=town.people["host"], offer=offer)
    first, second = await Session.filter(offer=walk).order_by("starts_at")
    pool = await SeatPool.get(session=first)
    me = town.people["resident"]
    contact = await me.contact_points.all().first()
    booking = await make.booking(pool, me, contact=contact)
    held = await make.booking(pool, await make.person("Tove"), BookingState.OFFERED)
    asked = await make.booking(
        await SeatPool.get(offer=talk), await make.person("Per"), BookingState.REQUESTED
    )

    plan = await Plan.create(
        municipality=await make.municipality(), slug="temaplan", title={"nb": "Temaplan"}, summary={"nb": "Alle med"},
        first_year=2024, last_year=2027,
    )  # fmt: skip
    area = await FocusArea.create(
        plan=plan, number=1, title={"nb": "Deltakelse"}, summary={"nb": "Flere med"}
    )
    dialogue = await Dialogue.create(
        municipality=await make.municipality(), coordinated_by=unit, slug="frivillighetsdialogen",
        title={"nb": "Frivillighetsdialogen"}, summary={"nb": "Vi møtes"}, created_at=NOW,
    )  # fmt: skip
    await DialogueMember.create(dialogue=dialogue, organization=centre, joined_at=NOW)
    meeting = await make.offer(
        "Dialogmøte", slug="dialogmote", owner=unit, joining=Joining.WHOLE, visibility=Visibility.MEMBERS, venue=venue,
        starts=[NOW - timedelta(days=1)],
    )  # fmt: skip
    await DialogueMeeting.create(dialogue=dialogue, offer=meeting)
    coming = await make.offer(
        "Neste møte", slug="neste-mote", owner=unit, joining=Joining.WHOLE, visibility=Visibility.MEMBERS, venue=venue,
    )  # fmt: skip
    await DialogueMeeting.create(dialogue=dialogue, offer=coming)
    await Goal.create(focus_area=area, slug="flere-med", title={"nb": "Flere med"}, metric=Metric.DISTINCT_PEOPLE,
                      target=100, year=2026)  # fmt: skip

    secret, token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    await CalendarAddress.create(person=me, secret_hash=secret_hash(secret), created_at=NOW)
    ticket = await SignInTicket.create(
        channel="email", address="ola@example.no", link_hash=secret_hash(token), code_hash=secret_hash("code"),
        created_at=NOW, expires_at=NOW + timedelta(minutes=15),
    )  # fmt: skip
    device = await SignIn.create(person=me, secret_hash=secret_hash("another device"), device="Firefox", created_at=NOW,
                                 seen_at=NOW, expires_at=NOW + timedelta(days=30))  # fmt: skip
    asks = await Invitation.create(
        organization=centre, role=Role.HOST, channel=Channel.EMAIL, address="alle@example.no", lang="nb", offer=draft,
        token_hash=secret_hash("invitation"), created_at=NOW, expires_at=NOW + timedelta(days=14),
    )  # fmt: skip
    partner = await make.organization("Turlaget", slug="turlaget")
    await OfferOrganizer.create(offer=walk, organization=partner)
    membership = await Membership.get(person=town.people["host"])
    logo = await Picture.create(sha256=bytes(32), media_type="image/webp", width=1, height=1, content=b"RIFF",
                                created_at=NOW)  # fmt: skip
    await Organization.filter(id=centre.id).update(logo=logo)
    town.ids = {
        "session": first.id, "later_session": second.id, "pool": pool.id, "venue": venue.id, "booking": booking.id,
        "held": held.id, "asked": asked.id, "ticket": ticket.id, "area": area.id, "dialogue": dialogue.id,
        "organization": centre.id, "unit": unit.id,
    }  # fmt: skip
    town.parameters = {
        ("offers", "slug"): walk.slug,
        ("organizations", "slug"): centre.slug,
        ("bookings", "token"): link_path(booking.id, 1).removeprefix("/bookings/"),
        ("kinds", "kind"): "activity",
        ("sessions", "id"): str(first.id),
        ("private", "secret"): secret,
        ("sign-in", "token"): token,
        ("sign-ins", "id"): str(device.id),
        ("texts", "lang"): "en",
        ("hosts", "person"): str(town.people["host"].id),
        ("plans", "slug"): plan.slug,
        ("goals", "slug"): "flere-med",
        ("dialogues", "slug"): dialogue.slug,
        ("meetings", "offer"): meeting.slug,
        ("members", "id"): str(centre.id),
        ("pictures", "sha256"): bytes(32).hex(),
        ("members", "membership"): str(membership.id),
        ("invitations", "invitation"): str(asks.id),
        ("invitations", "token"): "invitation",
        ("organizers", "organization"): str(partner.id),
        ("mailbox", "id"): "00000000-0000-7000-8000-000000000000",
    }
    return town


async def content() -> dict[str, str]:
    """A digest of each table, to see that nothing was written; without counted tries and noted reads."""
    tables = await rows("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                        "AND relnamespace = 'public'::regnamespace AND relname <> 'rate_limit'")  # fmt: skip
    noted = {"audit_entry": "WHERE action NOT LIKE '%.read'"}
    found = await rows(" UNION ALL ".join(
        f"SELECT '{each['relname']}' AS name, md5(string_agg(t::text, '' ORDER BY t::text)) AS digest "
        f"FROM {each['relname']} t {noted.get(each['relname'], '')}" for each in tables
    ))  # fmt: skip
    return {each["name"]: each["digest"] for each in found}
