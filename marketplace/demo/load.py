"""Loads the demo into an empty database: everything relative to now, and never twice."""

import json
from base64 import b32encode
from datetime import timedelta
from operator import itemgetter

import asyncpg
import click

from marketplace.base import clock
from marketplace.base.data import audit
from marketplace.base.data.database import credentials
from marketplace.base.data.ids import NEW_ID
from marketplace.base.data.instance import MARK
from marketplace.base.signing import signature
from marketplace.base.web.access import SECOND_FACTOR
from marketplace.demo import catalogue, dialogue, large, last_year, participants, plans, reports, stories
from marketplace.demo.catalogue import Catalogue
from marketplace.demo.participants import Register, Resident
from marketplace.demo.tables import Row, Tables
from marketplace.people.second_factor.actions import sealed_secret
from marketplace.settings import settings
from marketplace.statistics.jobs import close_cells
from offers.attendance.check_in.words import digest, words_of
from offers.attendance.year_keys import remember
from offers.seats.sql import covers

LOCK = 7_310_003
"""Key of the advisory lock: two loaders at once load once."""
PEOPLE = (
    ("editor", "Kari", "frivilligsentralen", ("editor",), "kari@example.no"),
    ("manager", "Reidun", "frivilligsentralen", ("manager",), "reidun@example.no"),
    ("host", "Mariam", "frivilligsentralen", ("host",), "mariam@example.no"),
    ("guide", "Solveig", "infohjelpen", ("guide", "staff"), "solveig@example.no"),
    ("coordinator", "Nora", "sandnes-kommune", ("coordinator",), "nora@example.no"),
    ("coordinator", "Ingeborg", "sondre-land-kommune", ("coordinator",), "ingeborg@example.no"),
    ("coordinator", "Torunn", "sandnes-kommune", ("coordinator",), "torunn@example.no"),
    ("staff", "Espen", "nav-sandnes", ("staff",), "espen@example.no"),
    ("editor", "Hilde", "mestringsenheten", ("editor",), "hilde@example.no"),
    ("resident", "Ola", None, (), "ola@example.no"),
    ("guardian", "Anne", None, (), "anne@example.no"),
    ("youth", "Emma", None, (), "emma@example.no"),
)
"""Who signs in: how scripts ask for them, name, organisation, roles there, address."""
LED_BY_THE_HOST = ("torsdagssuppa", "generasjonslekene", "sprakkafe", "strikkekafe-for-alle")
LED_TOGETHER = "sprakkafe"
"""The host leads it as a peer, and the editor as a professional."""


RECEIPTS = f"""INSERT INTO calendar_entry (id, booking_id, session_id, contact_id, sequence, given_at)
SELECT {NEW_ID}, b.id, s.id, b.contact_id, s.sequence, b.created_at
FROM booking b JOIN seat_pool p ON p.id = b.pool_id
    JOIN contact_point c ON c.id = b.contact_id AND c.channel = 'email'
    JOIN session s ON s.offer_id = b.offer_id AND {covers()}
WHERE b.state = 'confirmed' AND s.status <> 'cancelled' AND s.ends_at > $1"""
"""What the mails that the demo's bookings would have brought have put into calendars: who cancels takes it back."""


async def load_if_empty(offers: int = 0, people: int = 0) -> bool:
    """Load the demo, and so many offers and people more, unless there is a municipality already.

    Returns whether it loaded. Call it inside `connected()`; the copying has a connection of its own.
    """
    now = clock.now()
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            if await connection.fetchval("SELECT EXISTS (SELECT FROM municipality)"):
                return False
            tables = Tables()
            made = catalogue.build(tables, now)
            plans.build(tables, made, now, dialogue.build(tables, made, now))
            register = Register(tables, now, seed=1108)
            register.voluntary = {
                one["id"] for one in made.organizations.values() if one["kind"] == "voluntary"
            }
            staff = workers(register, made)
            applicants(register, made)
            take_part(register, made, staff["ola@example.no"])
            posters(register, made)
            stories.at_the_door(register, made, staff["mariam@example.no"])
            stories.tell(register, made, staff)
            reports.begin(register, made, staff)
            await tables.copy(connection)
            await connection.execute(RECEIPTS, now)
            if offers or people:
                await large.load(connection, register, made, offers, people)
            await connection.execute("SELECT setval('booking_queue', $1)", register.queue + 1)
            await connection.execute(MARK, True, now)
            await remember(connection, now)
            say_who()
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    await audit.open_months(now)
    await close_cells(now)
    await last_year.close(now)
    return True


def workers(register: Register, made: Catalogue) -> dict[str, Resident]:
    """Those who sign in, by address."""
    found: dict[str, Resident] = {}
    for role, name, key, roles, address in PEOPLE:
        who = found[address] = register.person(name, email=address, verified=True)
        for each in roles:
            register.tables.add(
                "membership", person_id=who.id, organization_id=made.organizations[str(key)]["id"], role=each,
                created_at=register.closed_until, ended_at=None,
            )  # fmt: skip
        if role == "host":
            for slug in LED_BY_THE_HOST:
                register.tables.add(
                    "host_assignment", person_id=who.id, offer_id=made.offers[slug].offer["id"],
                    leads_as="peer" if slug == LED_TOGETHER else "volunteer",
                )  # fmt: skip
        if role == "editor" and key == "frivilligsentralen":
            register.tables.add(
                "host_assignment", person_id=who.id, offer_id=made.offers[LED_TOGETHER].offer["id"],
                leads_as="professional",
            )  # fmt: skip
        if SECOND_FACTOR & {*roles}:
            register.tables.add(
                "totp", person_id=who.id, secret=sealed_secret(totp_secret(address)), last_step=0,
                created_at=register.closed_until,
            )  # fmt: skip
    return found


def applicants(register: Register, made: Catalogue) -> None:
    """Organisations that have applied, each led by somebody who may do nothing yet."""
    tables = register.tables
    for spec in catalogue.read("organizations.toml")["applications"]:
        sent = register.now - timedelta(days=spec["days"])
        row = catalogue.organization_row(tables, made, spec, sent, state="applied")
        tables.add(
            "organization_text", organization_id=row["id"], lang="nb", summary=spec["summary"], body=""
        )
        who = register.person(spec["applicant"], email=spec["email"], verified=True)
        tables.add("membership", person_id=who.id, organization_id=row["id"], role="manager", created_at=sent,
                   ended_at=None)  # fmt: skip


def totp_secret(address: str) -> str:
    """The secret of somebody's app: known to scripts by people.json, as their mail is by the mailbox."""
    return b32encode(bytes.fromhex(signature("demo app", address))[:20]).decode()


def take_part(register: Register, made: Catalogue, ola: Resident) -> None:
    """Everybody's bookings, and the registers of what is over."""
    mother = register.person("Aud", {"seniors"})
    his = {ola.id, mother.id}
    everybody = participants.residents(register, made)
    colleagues = participants.employees(register)
    members = catalogue.read("dialogue.toml")["dialogue"]["members"]
    guests = dialogue.representatives(register, made, members)
    his_own(register, made, ola, mother)
    for slug, offer in made.offers.items():
        if slug in made.attended:
            dialogue.fill_meeting(register, offer, made, guests)
            continue
        near = [who for who in everybody if who.municipality == offer.offer["municipality_id"]]
        crowd = colleagues if offer.offer["audiences"] == ["staff"] else near
        participants.fill(register, offer, crowd, offer.spec["popularity"], his)
    hope = made.offers["hap-i-hverdagen"].pools[0]
    register.book(
        hope, ola, "waiting" if hope["taken"] == hope["capacity"] else "confirmed", days_before=0.05
    )


def his_own(register: Register, made: Catalogue, ola: Resident, mother: Resident) -> None:
    """A resident's bookings: ahead, over and cancelled, and one for the mother he acts for."""
    now = register.now

    def coming(slug: str, nth: int = 0) -> Row:
        return [
            pool for pool in made.offers[slug].pools if pool["starts_at"] > now and not pool["closes_at"]
        ][nth]

    def over(slug: str) -> list[Row]:
        offer = made.offers[slug]
        return [
            pool
            for session, pool in zip(offer.sessions, offer.pools, strict=True)
            if register.closed(session)
        ]

    games = register.book(coming("generasjonslekene"), ola, seats=2)
    register.tables.add("companion", booking_id=games["id"], name="Ada")
    register.book(coming("nar-du-er-bekymret-for-noen"), ola)
    register.book(coming("torsdagssuppa", 1), ola, "cancelled", ended_by="self")
    register.book(coming("friskliv-75"), mother, booker=ola)
    register.tables.add(
        "acts_for", actor_id=ola.id, person_id=mother.id, relation="next_of_kin", created_at=register.closed_until,
        accepted_at=register.closed_until, ended_at=None, desk_id=None,
    )  # fmt: skip
    for slug in ("torsdagssuppa", "generasjonslekene"):
        for pool in over(slug)[-2:]:
            register.book(pool, ola)


def posters(register: Register, made: Catalogue) -> None:
    """Where those who come say so themselves: the next time of two offers."""
    for slug in ("sprakkafe", "torsdagssuppa"):
        ahead = [one for one in made.offers[slug].sessions if one["ends_at"] > register.now]
        if ahead:
            first = min(ahead, key=itemgetter("starts_at"))["id"]
            register.tables.add(
                "check_in",
                session_id=first,
                version=1,
                digest=digest(words_of(first, 1)),
                opened_at=register.now,
            )


def say_who() -> None:
    """Write people.json for the demo's pages and for scripts, and tell it on the terminal."""
    names = {spec["key"]: spec["name"] for spec in catalogue.read("organizations.toml")["organizations"]}
    people = [
        {"role": role, "name": name, "organization": names.get(str(key)), "address": address}
        | ({"totp_secret": totp_secret(address)} if SECOND_FACTOR & {*roles} else {})
        for role, name, key, roles, address in PEOPLE
    ]
    path = settings().data_dir / "people.json"
    path.write_text(json.dumps(people, ensure_ascii=False, indent=1) + "\n")
    for one in people:
        click.echo(
            f"{one['role']:<12}{one['name']:<10}{one['address']:<24}{one['organization'] or ''}".rstrip()
        )
