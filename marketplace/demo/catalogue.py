"""The demo's municipalities, organisations, places and offers: from *.toml to rows."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.base.clock import at_oslo, today
from marketplace.demo.tables import Row, Said, Tables
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import BOOKED, Joining
from offers.publishing.series.rules import holidays as _holidays
from offers.search.words.keywords import keywords

HERE = Path(__file__).parent
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_VISIT = ("body", "meets_you", "way_in", "bring_someone", "what_happens", "may_leave", "bring")


@dataclass
class Made:
    """An offer's rows, as the makers of bookings need them, with what its file says of it (`spec`)."""

    offer: Row
    spec: Said
    sessions: list[Row] = field(default_factory=list)
    pools: list[Row] = field(default_factory=list)

    def pool_of(self, session: Row) -> Row | None:
        """The seats of a session: its own, or the offer's."""
        return next((pool for pool in self.pools if pool["session_id"] in (session["id"], None)), None)


@dataclass
class Catalogue:
    """Everything by its key in the files."""

    municipalities: dict[str, Row] = field(default_factory=dict)
    organizations: dict[str, Row] = field(default_factory=dict)
    venues: dict[str, Row] = field(default_factory=dict)
    offers: dict[str, Made] = field(default_factory=dict)
    attended: dict[str, list[str]] = field(default_factory=dict)
    """Slug of a dialogue meeting's offer: the organisations that were there."""


def read(name: str) -> Said:
    """One of the files."""
    return tomllib.loads((HERE / name).read_text())


def offers_of(name: str) -> list[Said]:
    return list(read(name)["offers"])


holidays = cache(_holidays)


def build(tables: Tables, now: datetime) -> Catalogue:
    """Places, organisations and offers. Dates count from the Monday of this week."""
    made = Catalogue()
    _places(tables, made, now)
    for file in sorted(HERE.glob("offers-*.toml")):
        for spec in offers_of(file.name):
            made.offers[spec["slug"]] = make_offer(tables, made, spec, now)
    return made


def _places(tables: Tables, made: Catalogue, now: datetime) -> None:
    """Municipalities, organisations and places."""
    file = read("organizations.toml")
    for spec in file["municipalities"]:
        made.municipalities[spec["slug"]] = tables.add("municipality", **spec, host=None)
    for spec in file["organizations"]:
        parent = made.organizations[spec["parent"]]["id"] if "parent" in spec else None
        row = organization_row(tables, made, spec, now - timedelta(days=400), parent_id=parent)
        made.organizations[spec["key"]] = row
        for owner in spec.get("owners", ()):
            tables.add("organization_owner", organization_id=row["id"],
                       municipality_id=made.municipalities[owner]["id"])  # fmt: skip
        for lang, text in spec["texts"].items():
            tables.add("organization_text", organization_id=row["id"], lang=lang, summary=text["summary"],
                       body=text.get("body", ""))  # fmt: skip
    optional = ("street", "postcode", "city", "lat", "lon", "step_free", "hearing_loop", "accessible_toilet")
    file = read("venues.toml")
    for spec in file["districts"]:
        municipality = made.municipalities[spec["municipality"]]["id"]
        row = tables.add("district", municipality_id=municipality, slug=spec["slug"], name=spec["name"])
        for column in ("postcode", "city"):
            for place in spec["postcodes" if column == "postcode" else "towns"]:
                tables.add("district_place", district_id=row["id"], municipality_id=municipality,
                           postcode=None, city=None)[column] = place  # fmt: skip
    for spec in file["venues"]:
        row = tables.add(
            "venue", name=spec["name"], municipality_id=made.municipalities[spec["municipality"]]["id"],
            **{column: spec.get(column) for column in optional},
        )  # fmt: skip
        made.venues[spec["key"]] = row
        for lang, text in spec.get("texts", {}).items():
            tables.add("venue_text", venue_id=row["id"], lang=lang, entrance=text.get("entrance", ""),
                       transport=text.get("transport", ""))  # fmt: skip


def organization_row(tables: Tables, made: Catalogue, spec: Said, since: datetime, **other: Any) -> Row:
    """An approved organisation; `other` says what is otherwise. What the demo's register knows, it was asked about."""
    named = spec.get("register_name")
    common: Row = {
        "state": "approved", "parent_id": None, "source_lang": "nb", "number": spec.get("number"),
        "register_state": "found" if named else None, "register_name": named,
        "voluntary_register": True if named else None, "register_at": since if named else None,
    }  # fmt: skip
    return tables.add(
        "organization", slug=spec["key"], name=spec["name"], kind=spec["kind"], contact_name=spec["contact_name"],
        phone=spec["phone"], email=spec["email"], created_at=since,
        municipality_id=made.municipalities[spec["municipality"]]["id"], **common | other,
    )  # fmt: skip


def moments(rule: Said, now: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    """(week, start, end) of each meeting of a rule, in UTC: 18:00 stays 18:00 in Norway all year.

    What goes on week after week rests on public holidays; a row of `count` meetings does not.
    """
    monday = today(now) - timedelta(days=today(now).weekday())
    first, every = rule["from_weeks"], rule["every_weeks"]
    last = rule["until_weeks"] if "until_weeks" in rule else first + (rule["count"] - 1) * every
    for week in range(first, last + 1, every):
        for weekday in rule["weekdays"]:
            day = monday + timedelta(weeks=week, days=WEEKDAYS.index(weekday))
            if "until_weeks" in rule and day in holidays(day.year):
                continue
            starts = at_oslo(day, time.fromisoformat(rule["start"]))
            yield week, starts, starts + timedelta(minutes=rule["minutes"])


def offer_row(tables: Tables, **columns: Any) -> Row:
    """A published offer; what most have in common is given here."""
    common: Row = {
        "visibility": "public", "state": "published", "source_lang": "nb", "online_url": None, "contact_name": None,
        "phone": None, "max_party": 1, "promotion": "automatic", "hold_hours": 24, "keep_months": 6,
        "age_from": None, "age_to": None, "spoken": [], "cost": "free", "cost_text": "",
        "certificate_share": None,
        "opens_at": None, "continues_id": None, "session_count": 0,
        "next_session_at": None, "next_session_ends": None, "last_session_ends": None,
    }  # fmt: skip
    return tables.add("offer", **common | columns)


def session_row(
    tables: Tables, offer: Row, starts: datetime, ends: datetime, changed: datetime, note: str | None = None
) -> Row:
    """A session; with a note it is cancelled."""
    return tables.add(
        "session", offer_id=offer["id"], starts_at=starts, ends_at=ends, status="cancelled" if note else "scheduled",
        note=note or "", sequence=1 if note else 0, changed_at=changed,
    )  # fmt: skip


def pool_rows(tables: Tables, made: Made, capacity: int | None, now: datetime) -> None:
    """The seats of an offer, and the copies of its sessions' times (as offers/seats/upkeep.py keeps them)."""
    offer, held = made.offer, [session for session in made.sessions if session["status"] != "cancelled"]
    known = held or made.sessions
    starts = min((session["starts_at"] for session in known), default=None)
    ends = max((session["ends_at"] for session in known), default=None)
    coming = [session for session in held if session["ends_at"] > now]
    first = min(coming, key=lambda session: session["starts_at"]) if coming else None
    offer["session_count"], offer["last_session_ends"] = len(held), ends
    if first:
        offer["next_session_at"], offer["next_session_ends"] = first["starts_at"], first["ends_at"]
    if offer["joining"] not in BOOKED:
        return
    if offer["joining"] == Joining.REQUEST:
        tables.requests.add(offer["id"])
    each: list[Row | None] = [*made.sessions] if offer["joining"] == Joining.PER_SESSION else [None]
    for session in each:
        made.pools.append(tables.add(
            "seat_pool", offer_id=offer["id"], session_id=session["id"] if session else None, capacity=capacity,
            taken=0, waiting=0, starts_at=session["starts_at"] if session else starts,
            ends_at=session["ends_at"] if session else ends,
            opens_at=offer["opens_at"],
            closes_at=session["changed_at"] if session and session["status"] == "cancelled" else None,
        ))  # fmt: skip


def _main(audiences: list[str]) -> str:
    """Whom an offer of the files is most for: who is named first, and "everyone" only where nobody else is."""
    return next((one for one in audiences if one != "everyone"), "everyone")


def make_offer(tables: Tables, made: Catalogue, spec: Said, now: datetime) -> Made:
    """An offer with its texts, sessions and seats, in the catalogue's organisations and places."""
    owner = made.organizations[spec["owner"]]
    others = [made.organizations[key] for key in spec.get("co_organizers", ())]
    venue = made.venues[spec["venue"]] if "venue" in spec else None
    dates = sorted((start, end, week) for rule in spec["sessions"] for week, start, end in moments(rule, now))
    published = min(now - timedelta(days=30), dates[0][0] - timedelta(days=35) if dates else now)
    capacity = spec.get("capacity")
    offer = offer_row(
        tables, slug=spec["slug"], owner_id=owner["id"], municipality_id=owner["municipality_id"], kind=spec["kind"],
        audiences=spec["audiences"], main_audience=_main(spec["audiences"]), joining=spec["joining"],
        visibility=spec.get("visibility", "public"),
        sensitive=spec["sensitive"], venue_id=venue["id"] if venue else None, online_url=spec.get("online_url"),
        contact_name=spec.get("contact_name"), phone=spec.get("phone"),
        max_party=min(spec.get("max_party", 1), capacity or 1000), promotion=spec.get("promotion", "automatic"),
        continues_id=made.offers[spec["continues"]].offer["id"] if "continues" in spec else None,
        age_from=spec.get("age_from"), age_to=spec.get("age_to"), spoken=spec.get("spoken", []),
        cost="some" if "cost" in spec else "free", cost_text=spec.get("cost", ""),
        certificate_share=spec.get("certificate_share"),
        opens_at=at_oslo(today(now) + timedelta(days=spec["opens_days"]), time(9)) if "opens_days" in spec else None,
        created_at=published, changed_at=published, published_at=published,
    )  # fmt: skip
    this = Made(offer, spec)
    names = [owner["name"], *(other["name"] for other in others)]
    whom = [Audience(one) for one in spec["audiences"]]
    for lang, text in spec["texts"].items():
        tables.add(
            "offer_text", offer_id=offer["id"], lang=lang, title=text["title"], summary=text["summary"],
            **{column: text.get(column, "") for column in FIRST_VISIT},
            keywords=keywords(Kind(spec["kind"]), whom, names, lang),
        )  # fmt: skip
    for other in others:
        tables.add("offer_organizer", offer_id=offer["id"], organization_id=other["id"], may_edit=False)
    for key in spec.get("visible_to", ()):
        tables.add(
            "offer_audience_organization", offer_id=offer["id"], organization_id=made.organizations[key]["id"]
        )
    for position, question in enumerate(spec.get("questions", ())):
        tables.add("offer_question", offer_id=offer["id"], position=position, required=False, **question)
    notes = {each["week"]: each["note"] for each in spec.get("cancelled", ())}
    for starts, ends, week in dates:
        note = notes.get(week)
        changed = max(published, now - timedelta(days=2)) if note else published
        this.sessions.append(session_row(tables, offer, starts, ends, changed, note))
    pool_rows(tables, this, capacity, now)
    return this
