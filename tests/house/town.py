"""A small town with one of everything, and what of it stands in each address: for tests that walk the URL map.

A route with a path parameter that is not known here fails `test_access.py`: add the parameter to `Town.parameters`.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.base.signing import secret_hash
from marketplace.dialogue.models import Dialogue, DialogueItem, DialogueMeeting, DialogueMember
from marketplace.dialogue.needs.models import Need
from marketplace.goals.models import FocusArea, Goal, Measure, Plan
from marketplace.my_page.own_goals.models import OwnGoal
from marketplace.my_page.own_goals.rules import sealed
from marketplace.people.models import ActsFor, Person, Relation
from marketplace.people.second_factor.actions import sealed_secret
from marketplace.people.second_factor.models import Passkey, Totp
from marketplace.people.sign_in.models import SignIn, SignInTicket
from marketplace.reports.content import Content, stored
from marketplace.reports.models import ReportVersion, YearlyReport
from marketplace.routes import ROUTES
from marketplace.statistics.models import Cell, CellFigure, Closing
from offers.attendance import keys
from offers.attendance.models import Attendance, AttendanceState, Cause, ClosedBy, Register
from offers.attendance.substitute.models import Substitute
from offers.attendance.substitute.rules import browser
from offers.attendance.substitute.rules import path as substitute_path
from offers.bookings.companions.models import Companion
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool, Session, Visibility
from offers.catalogue.sharing.short import code_of
from offers.feeds.models import CalendarAddress, SavedSearch
from offers.messages.follow_up.rules import unsubscribe_path
from offers.publishing.questions.models import OfferQuestion, QuestionKind
from offers.rights.models import HostAssignment
from offers.search.equal.models import EqualWords
from offers.search.situations.models import Situation
from offers.seats.links import link_path
from offers.seats.models import BookingState
from offers.telling.models import CallAbout, PhoneCall
from organizations.approval.models import Answer, Decision
from organizations.directory.models import (
    District,
    DistrictPlace,
    Municipality,
    Organization,
    OrganizationKind,
    OrganizationState,
    Picture,
)
from organizations.members.models import Invitation, Membership, Role
from organizations.members.rules import invitation_path
from organizations.notices.models import Notice
from organizations.notices.rules import stop_path
from tests import make
from tests.conftest import NOW

GUARDED = [route for route in ROUTES if isinstance(route, Route) and isinstance(route.endpoint, Guarded)]


def routes(method: str) -> list[Route]:
    """Every route with a door that answers to this method."""
    return [route for route in GUARDED if method in (route.methods or ())]


BROWSER = "opened-here"
"""The cookie of the browser that has opened the link of a substitute."""
VOCABULARY = (("texts", "lang"),)
"""What is nobody's in an address."""
OBJECTS = ("session", "pool", "booking", "call")
"""Fields of forms that name something that is somebody's."""


@dataclass
class Town:
    """`parameters`: (what stands before it, its name) of each path parameter, and a value that exists."""

    people: dict[str, Person] = field(default_factory=dict)
    """Who may sign in, by role; `everybody` has all roles."""
    parameters: dict[tuple[str, str], str] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    named: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of routes whose form or query names an object: its fields, and the path parameters that go with it."""

    def missing(self) -> "Town":
        """The same addresses with things in them that are nowhere."""
        nowhere = {}
        for key, value in self.parameters.items():
            try:
                nowhere[key] = str(UUID(value)).replace(value[-12:], "0" * 12)
            except ValueError:
                nowhere[key] = "finnes-ikke"
        named = {
            path: fields | ({name: "00000000-0000-7000-8000-000000000000" for name in fields if name in OBJECTS}
                            or {name: "finnes-ikke" for name in fields if name == "slug"})
            for path, fields in self.named.items()
        }  # fmt: skip
        return Town(parameters=nowhere | {key: self.parameters[key] for key in VOCABULARY}, named=named)

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


def counted_under(year: int) -> None:
    """The key of what the town has counted. Made without chance, which twins of a town must meet alike."""
    path = keys.path_of(year)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(bytes(reversed(range(keys.LENGTH))))


async def build(suffix: str = "", municipality: Municipality | None = None) -> Town:
    """Put the town into an empty database, on Tuesday 13 October 2026 at noon. With a suffix to all that must be
    unique another one like it: neighbours, in the same municipality or in another."""
    town = Town()
    here = municipality or await make.municipality()
    centre = await make.organization(
        "Frivilligsentralen", slug=f"frivilligsentralen{suffix}", email="post@example.no", municipality=here
    )
    unit = await make.organization(
        "Mestringsenheten",
        kind=OrganizationKind.MUNICIPAL,
        slug=f"mestringsenheten{suffix}",
        municipality=here,
    )
    venue = await make.venue(municipality=here)
    town.people["resident"] = await make.person("Ola", f"ola{suffix}@example.no")
    for role in Role:
        home = unit if role in (Role.GUIDE, Role.COORDINATOR, Role.STAFF) else centre
        town.people[role.value] = await make.member(
            home, role, f"{role.value.title()}", email=f"{role}{suffix}@example.no"
        )
    everybody = town.people["everybody"] = await make.person("Alle", f"alle{suffix}@example.no")
    for role in Role:
        home = unit if role in (Role.GUIDE, Role.COORDINATOR, Role.STAFF) else centre
        await Membership.create(person=everybody, organization=home, role=role, created_at=NOW)

    clinic = await make.organization(
        "Helsestasjonen", kind=OrganizationKind.MUNICIPAL, slug=f"helsestasjonen{suffix}", municipality=here,
        state=OrganizationState.APPLIED, number=f"31451000{suffix[-1:] or 1}",
    )  # fmt: skip
    for person in (town.people["manager"], everybody):
        await Membership.create(person=person, organization=clinic, role=Role.MANAGER, created_at=NOW)
    await Decision.create(organization=clinic, answer=Answer.ASKED, reason="Hva gjør dere?", at=NOW)

    walk = await make.offer("Gå på tur", slug=f"tur{suffix}", owner=centre, venue=venue, capacity=5, starts=[
        NOW + timedelta(hours=1), NOW + timedelta(days=7), NOW + timedelta(days=14)])  # fmt: skip
    draft = await make.offer(
        "Strikkekafé", slug=f"strikkekafe{suffix}", owner=centre, state="draft", joining=Joining.WHOLE
    )
    talk = await make.offer("Samtale", slug=f"samtale{suffix}", owner=centre, joining=Joining.REQUEST)
    soon = await make.offer("Kor", slug=f"kor{suffix}", owner=centre, joining=Joining.WHOLE)
    await SeatPool.filter(offer=soon).update(opens_at=NOW + timedelta(days=1))
    await make.offer(
        "Bingo",
        slug=f"bingo{suffix}",
        owner=centre,
        joining=Joining.DROP_IN,
        starts=[NOW - timedelta(days=2)],
    )  # nobody has saved its register
    course = await make.offer(
        "Sov bedre", slug=f"sov-bedre{suffix}", owner=centre, joining=Joining.WHOLE, certificate_share=80,
        starts=[NOW - timedelta(days=9)],
    )  # fmt: skip
    was, proven = await Session.get(offer=course), await make.booking(await SeatPool.get(offer=course))
    await Register.create(session=was, saved_at=was.ends_at, closed_at=was.ends_at, closed_by=ClosedBy.HOST)
    counted_under(was.starts_at.year)
    await Attendance.create(
        session=was, booking=proven, state=AttendanceState.PRESENT, seats_present=1, pseudonym=bytes(32),
        recorded_at=was.ends_at, cause=Cause.TAP,
    )  # fmt: skip
    away = await make.booking(await SeatPool.get(offer=course))
    await Attendance.create(
        session=was, booking=away, state=AttendanceState.ABSENT, seats_present=0, recorded_at=was.ends_at,
        cause=Cause.CLOSING,
    )  # fmt: skip
    for offer in (walk, draft, talk, course):
        await HostAssignment.create(person=town.people["host"], offer=offer)
    for number, text in enumerate(("Hva vil du spise?", "Trenger du skyss?")):
        question = await OfferQuestion.create(
            offer=walk, position=number, kind=QuestionKind.TEXT, text=text, purpose="Vi handler.", choices=[]
        )
    first, later, last = await Session.filter(offer=walk).order_by("starts_at")
    pool = await SeatPool.get(session=first)
    me = town.people["resident"]
    contact = await me.contact_points.all().first()
    booking = await make.booking(pool, me, contact=contact, seats=2)
    await Companion.create(booking=booking, name="Aud")
    await make.booking(await SeatPool.get(session=last), me, contact=contact, made_with_id=booking.id)
    await type(booking).filter(id=booking.id).update(made_with_id=booking.id)
    held = await make.booking(pool, await make.person("Tove"), BookingState.OFFERED)
    asked = await make.booking(
        await SeatPool.get(offer=talk), await make.person("Per"), BookingState.REQUESTED
    )
    waits = await make.booking(await SeatPool.get(offer=talk), await make.person("Pia"), BookingState.WAITING)
    guide = town.people["guide"]
    helped = await make.booking(
        await SeatPool.get(session=later), await make.person("Olaug"), booked_by=guide
    )
    await ActsFor.create(
        actor=guide, person_id=helped.participant_id, relation=Relation.GUIDE, created_at=NOW
    )
    call, guides_call = [
        await PhoneCall.create(booking=one, about=CallAbout.OFFER_CANCELLED, key=f"call:{one.id}", since=NOW)
        for one in (booking, helped)
    ]

    plan = await Plan.create(
        municipality=here, slug=f"temaplan{suffix}", title={"nb": "Temaplan"}, summary={"nb": "Alle med"},
        first_year=2024, last_year=2027,
    )  # fmt: skip
    area = await FocusArea.create(
        plan=plan, number=1, title={"nb": "Deltakelse"}, summary={"nb": "Flere med"}
    )
    dialogue = await Dialogue.create(
        municipality=here, coordinated_by=unit, slug=f"frivillighetsdialogen{suffix}",
        title={"nb": "Frivillighetsdialogen"}, summary={"nb": "Vi møtes"}, created_at=NOW,
    )  # fmt: skip
    await DialogueMember.create(dialogue=dialogue, organization=centre, joined_at=NOW)
    meeting = await make.offer(
        "Dialogmøte", slug=f"dialogmote{suffix}", owner=unit, joining=Joining.WHOLE, visibility=Visibility.MEMBERS,
        venue=venue, starts=[NOW - timedelta(days=1)],
    )  # fmt: skip
    await DialogueMeeting.create(dialogue=dialogue, offer=meeting)
    coming = await make.offer(
        "Neste møte", slug=f"neste-mote{suffix}", owner=unit, joining=Joining.WHOLE, visibility=Visibility.MEMBERS,
        venue=venue,
    )  # fmt: skip
    await DialogueMeeting.create(dialogue=dialogue, offer=coming)
    await Goal.create(focus_area=area, slug=f"flere-med{suffix}", title={"nb": "Flere med"},
                      indicator="people", target=100, first_year=2026, last_year=2026)  # fmt: skip
    measure = await Measure.create(focus_area=area, number=1, title={"nb": "Gå tur"}, responsible=centre)

    district = await District.create(municipality=here, slug=f"sentrum{suffix}", name="Sentrum")
    empty = await District.create(municipality=here, slug=f"figgjo{suffix}", name=f"Figgjo{suffix}")
    if not await DistrictPlace.exists(municipality=here, postcode="4306"):
        await DistrictPlace.create(district=district, municipality=here, postcode="4306")
    cells = [
        await Cell.create(
            municipality=here, organization=centre, main_audience="everyone", kind="activity", district=where,
            evening=False,
        )
        for where in (None, district)
    ]  # fmt: skip
    closing, _made = await Closing.get_or_create(
        municipality=here, year=2026, number=9,
        defaults={"closed_at": NOW - timedelta(days=12), "rule": 1, "key_fingerprint": b"of a key"},
    )  # fmt: skip
    await CellFigure.create(
        closing=closing, cell=cells[0], figures={"sessions": 3, "people": 15, "attendances": 25}
    )

    year = 2024 if suffix == "-2" else 2025  # over; one report a municipality and year
    report = await YearlyReport.create(municipality=here, year=year, slug=f"{here.slug}-{year}", lang="nb")
    await ReportVersion.create(report=report, number=1, made_by=town.people["coordinator"], made_at=NOW)
    old = await YearlyReport.create(
        municipality=here, year=year - 2, slug=f"{here.slug}-{year - 2}", lang="nb"
    )
    said = Content(
        "nb", here.name, f"Årsrapport {year - 2}", "Temaplan", year - 2, ("Mange var med.",), (), (), ""
    )
    await ReportVersion.create(
        report=old, number=1, made_by=town.people["coordinator"], made_at=NOW, approved_at=NOW, approved_as="leder",
        approved_by=town.people["everybody"], content=stored(said),
    )  # fmt: skip
    corrected = await YearlyReport.create(
        municipality=here, year=year - 4, slug=f"{here.slug}-{year - 4}", lang="nb"
    )
    await ReportVersion.create(
        report=corrected, number=1, made_by=town.people["coordinator"], made_at=NOW, approved_at=NOW,
        approved_as="leder", approved_by=town.people["everybody"], content=stored(said),
    )  # fmt: skip
    await ReportVersion.create(
        report=corrected,
        number=2,
        made_by=town.people["coordinator"],
        made_at=NOW,
        reason="Et tall var feil.",
    )

    item = await DialogueItem.create(
        dialogue=dialogue, main_audience="parents", kinds="activity", made_at=NOW
    )

    situation = await Situation.create(
        text="Jeg savner hagen", text_nn="Eg saknar hagen", text_en="I miss my garden", words="hage", kinds=[],
        audiences=[],
    )  # fmt: skip
    words = await EqualWords.create(
        group_id=situation.id, number=1, words=["hage", "parsell"], written_at=NOW
    )
    await EqualWords.create(group_id=situation.id, number=2, words=["hage", "kolonihage"], written_at=NOW)
    need = await Need.create(municipality=here, district=district, text="Dans for ungdom", said_at=NOW)

    secret, token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    await CalendarAddress.create(person=me, secret_hash=secret_hash(secret), created_at=NOW)
    await CalendarAddress.create(
        person=everybody, organization=centre, secret_hash=secret_hash(f"work{suffix}"), created_at=NOW
    )
    search = await SavedSearch.create(
        slug=f"tur{suffix}", query=f"q=tur{suffix}", created_at=NOW, used_at=NOW
    )
    ticket = await SignInTicket.create(
        channel="email", address=f"ola{suffix}@example.no", link_hash=secret_hash(token), code_hash=secret_hash("code"),
        created_at=NOW, expires_at=NOW + timedelta(minutes=15),
    )  # fmt: skip
    await Totp.create(person=me, secret=sealed_secret("JBSWY3DPEHPK3PXP"), created_at=NOW)
    key = await Passkey.create(
        person=me, credential=b"key" + suffix.encode(), public_key=b"", device="", created_at=NOW
    )
    device = await SignIn.create(person=me, secret_hash=secret_hash(f"another device{suffix}"), device="Firefox",
                                 created_at=NOW, seen_at=NOW, expires_at=NOW + timedelta(days=30))  # fmt: skip
    second = await make.contact(me, f"ola.to{suffix}@example.no")
    proof = secrets.token_urlsafe(24)
    await SignInTicket.create(
        person=me, channel="email", address=f"ny{suffix}@example.no", link_hash=secret_hash(proof),
        code_hash=secret_hash("code"), created_at=NOW, expires_at=NOW + timedelta(minutes=15),
    )  # fmt: skip
    child, mother = await make.person("Ada"), await make.person("Mor")
    acting = await ActsFor.create(
        actor=me, person=child, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    helping = await ActsFor.create(actor=mother, person=me, relation=Relation.NEXT_OF_KIN, created_at=NOW)
    asks = await Invitation.create(
        organization=centre, role=Role.HOST, channel=Channel.EMAIL, address=f"alle{suffix}@example.no", lang="nb",
        offer=walk, created_at=NOW, expires_at=NOW + timedelta(days=14),
    )  # fmt: skip
    partner = await make.organization("Turlaget", slug=f"turlaget{suffix}", municipality=here)
    await OfferOrganizer.create(offer=walk, organization=partner)
    membership = await Membership.get(person=town.people["host"])
    logo = await Picture.create(
        sha256=f"{suffix:>32}".encode(),
        media_type="image/webp",
        width=1,
        height=1,
        content=b"RIFF",
        created_at=NOW,
    )
    await Organization.filter(id=centre.id).update(logo=logo)
    await Offer.filter(id=walk.id).update(picture=logo)
    town.ids = {
        "session": first.id, "later_session": later.id, "pool": pool.id, "venue": venue.id, "booking": booking.id,
        "held": held.id, "asked": asked.id, "waits": waits.id, "ticket": ticket.id, "area": area.id,
        "dialogue": dialogue.id, "organization": centre.id, "unit": unit.id,
    }  # fmt: skip
    town.named = {
        "/offers/{slug}/bookings": {"session": str(first.id)},
        "/offers/{slug}/bookings/notice": {"slug": soon.slug},
        "/bookings/{token}/sent-word": {"session": str(first.id)},
        "/manage/offers/{slug}/capacity": {"pool": str(pool.id), "capacity": "9"},
        "/manage/offers/{slug}/keep": {"pool": str(pool.id), "reserved": "1"},
        "/manage/offers/{slug}/opening": {"pool": str(pool.id), "opening": "close"},
        "/manage/offers/{slug}/requests/{booking}": {
            "slug": talk.slug,
            "booking": str(asked.id),
            "answer": "yes",
        },
        "/manage/offers/{slug}/queue": {
            "slug": talk.slug,
            "booking": str(waits.id),
            "place": "1",
            "reason": "mistake",
        },
        "/manage/calendars": {"calendar": centre.slug},
        "/manage/calendars/revoke": {"calendar": centre.slug},
        "/manage/offers/{slug}/take-off": {"booking": str(booking.id)},
        **{
            f"/bookings/{{token}}/missed/{{session}}/{way}": {
                "token": link_path(away.id, 1).removeprefix("/bookings/"),
                "session": str(was.id),
            }
            for way in ("coming", "call")
        },
        "/manage/offers/{slug}/certificates/{booking}": {"slug": course.slug, "booking": str(proven.id)},
        "/manage/offers/{slug}/calls": {"call": str(call.id), "said": "rung"},
        "/reports/{slug}/correct": {"slug": old.slug},
        "/reports/{slug}/discard": {"slug": corrected.slug},
        "/guide/calls": {"call": str(guides_call.id), "said": "rung"},
    }
    goal = await OwnGoal.create(
        person=everybody, sealed=sealed(everybody.id, "Komme ut mer"), created_at=NOW, changed_at=NOW
    )
    stands_in, opened = [
        await Substitute.create(
            session=first, made_by=everybody, channel="email", address=f"{who}{suffix}@example.no",
            created_at=NOW, ends_at=NOW + timedelta(days=400),
        )
        for who in ("vikar", "annen.vikar")
    ]  # fmt: skip
    # In the browser of whoever may everything (conftest.py).
    await Substitute.filter(id=opened.id).update(opened_at=NOW, browser=browser(opened.id, BROWSER))
    town.named["/manage/sessions/{id}/substitute/revoke"] = {"substitute": str(stands_in.id)}
    town.parameters = {
        ("goals", "goal"): str(goal.id),
        ("certificates", "booking"): str(proven.id),
        ("missed", "session"): str(was.id),
        ("offers", "slug"): walk.slug,
        ("t", "code"): code_of((await rows("SELECT number FROM offer WHERE id = $1", walk.id))[0]["number"]),
        ("sitemap", "page"): "1",
        ("organizations", "slug"): centre.slug,
        ("apply", "slug"): clinic.slug,
        ("approvals", "slug"): clinic.slug,
        ("opens", "pool"): str(pool.id),
        ("desk", "call"): "0123456789abcdef",
        ("bookings", "token"): link_path(booking.id, 1).removeprefix("/bookings/"),
        ("receipts", "token"): link_path(helped.id, 1).removeprefix("/bookings/"),
        ("unsubscribe", "token"): unsubscribe_path(Channel.EMAIL, f"ola{suffix}@example.no").rpartition("/")[
            2
        ],
        ("notices", "token"): stop_path(Notice.REQUEST, town.people["manager"].id, centre.id).rpartition("/")[
            2
        ],
        ("kinds", "kind"): "activity",
        ("audiences", "audience"): "everyone",
        ("municipalities", "slug"): here.slug,
        ("searches", "slug"): search.slug,
        ("sessions", "id"): str(first.id),
        ("registers", "id"): str(opened.id),
        ("substitute", "token"): substitute_path(stands_in.id).rpartition("/")[2],
        ("private", "secret"): secret,
        ("sign-in", "token"): token,
        ("sign-ins", "id"): str(device.id),
        ("passkeys", "id"): str(key.id),
        ("contacts", "id"): str(second.id),
        ("link", "token"): proof,
        ("people", "id"): str(acting.id),
        ("helpers", "id"): str(helping.id),
        ("texts", "lang"): "en",
        ("requests", "booking"): str(asked.id),
        ("hosts", "person"): str(town.people["host"].id),
        ("plans", "slug"): plan.slug,
        ("goals", "slug"): f"flere-med{suffix}",
        ("areas", "area"): str(area.id),
        ("measures", "id"): str(measure.id),
        ("reports", "slug"): report.slug,
        ("versions", "number"): "1",
        ("words", "section"): "people",
        ("dialogues", "slug"): dialogue.slug,
        ("meetings", "offer"): meeting.slug,
        ("items", "item"): str(item.id),
        ("districts", "district"): str(empty.id),
        ("needs", "need"): str(need.id),
        ("situations", "situation"): str(situation.id),
        ("words", "group"): str(words.group_id),
        ("versions", "version"): "1",
        ("members", "id"): str(centre.id),
        ("api", "kind"): "enheter",
        ("{kind}", "number"): "314510003",
        ("pictures", "sha256"): logo.sha256.hex(),
        ("members", "membership"): str(membership.id),
        ("invitations", "invitation"): str(asks.id),
        ("invitations", "token"): invitation_path(asks.id, asks.expires_at).rpartition("/")[2],
        ("organizers", "organization"): str(partner.id),
        ("questions", "question"): str(question.id),
        ("mails", "name"): "receipt",
        ("mailbox", "id"): "00000000-0000-7000-8000-000000000000",
    }
    return town


_digests: list[str] = []
"""The statement that gives them, made once."""


async def content() -> dict[str, str]:
    """A digest of each table, to see that nothing was written; without counted tries, noted reads, registers
    that a phone took along, and words that found nothing."""
    if not _digests:
        _digests.append(await _digest_of_each())
    [found] = await rows(_digests[0])
    return {name: str(digest) for name, digest in found.items()}


async def _digest_of_each() -> str:
    """Each is a column: as rows of one UNION they take the server seven times as long."""
    tables = await rows("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                        "AND relnamespace = 'public'::regnamespace "
                        "AND relname NOT IN ('rate_limit', 'unfound', 'unfound_key', 'register_taken')")  # fmt: skip
    noted = {
        "audit_entry": "WHERE action NOT LIKE '%.read' AND action NOT IN ('export.made', 'register.downloaded')"
    }
    return "SELECT " + ", ".join(
        f"(SELECT sum(hashtextextended(t::text, 0)) FROM {name} t {noted.get(name, '')}) AS {name}"
        for name in (each["relname"] for each in tables)
    )
