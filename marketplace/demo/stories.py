"""What a demo of some hundred bookings would not show by itself: a held place, somebody who must be rung, a guardian
and her daughter who both sign in, and what was cancelled with somebody left to ring."""

from datetime import datetime, timedelta

from marketplace.demo.catalogue import Catalogue
from marketplace.demo.participants import Register, Resident
from marketplace.demo.tables import Row
from marketplace.my_page.own_goals.rules import sealed
from offers.attendance.substitute.rules import end_of_day

LANDLINE = "+4751000{:03}"


def tell(register: Register, made: Catalogue, staff: dict[str, Resident]) -> None:
    """Add them all, after everybody has booked."""
    held_place(register, made)
    by_a_guide(register, made, staff["solveig@example.no"])
    guardian(register, made, staff["anne@example.no"], staff["emma@example.no"])
    proof(register, made, staff["anne@example.no"])
    cancelled(register, made)


def held_place(register: Register, made: Catalogue) -> None:
    """Somebody has left what was full, and the first who waits for one seat has until tomorrow to answer."""
    now, bookings = register.now, register.tables.rows["booking"]
    for offer in made.offers.values():
        for pool in offer.pools:
            if (
                offer.offer["state"] != "published"
                or not pool["starts_at"]
                or pool["starts_at"] < now + timedelta(3)
            ):
                continue
            here = [one for one in bookings if one["pool_id"] == pool["id"] and one["seats"] == 1]
            leaves = next((one for one in here if one["state"] == "confirmed"), None)
            waits = sorted(
                (one for one in here if one["state"] == "waiting"), key=lambda one: int(one["queue_no"])
            )
            first = min((one["queue_no"] for one in bookings
                         if one["pool_id"] == pool["id"] and one["state"] == "waiting"), default=None)  # fmt: skip
            if leaves and waits and waits[0]["queue_no"] == first:
                offer.offer["promotion"] = "held"
                leaves |= {"state": "cancelled", "ended_by": "self", "changed_at": now - timedelta(hours=2),
                           "given_back_in_time": True}  # fmt: skip
                waits[0] |= {"state": "offered", "held_until": now + timedelta(hours=22),
                             "changed_at": now - timedelta(hours=2), "seated_at": now - timedelta(hours=2)}  # fmt: skip
                pool["waiting"] -= 1
                return


def coming(register: Register, made: Catalogue, slug: str) -> Row:
    """The next seats of an offer that have room for one more."""
    return next(
        pool for pool in made.offers[slug].pools
        if pool["starts_at"] > register.now and not pool["closes_at"]
        and (pool["capacity"] is None or pool["taken"] < pool["capacity"])
    )  # fmt: skip


def by_a_guide(register: Register, made: Catalogue, guide: Resident) -> None:
    """The guide has booked for somebody who has a telephone and nothing else."""
    olaug = register.person("Olaug", {"seniors"}, call=LANDLINE.format(41))
    row = register.book(coming(register, made, "friskliv-75"), olaug, booker=guide, days_before=1)
    row["contact_id"] = olaug.contact
    register.tables.add(
        "acts_for", actor_id=guide.id, person_id=olaug.id, relation="guide", created_at=row["created_at"],
        accepted_at=None, ended_at=None, desk_id=made.organizations["infohjelpen"]["id"],
    )  # fmt: skip


def guardian(register: Register, made: Catalogue, mother: Resident, daughter: Resident) -> None:
    """Both sign in; the mother has booked one thing for her daughter, who has booked another herself."""
    pools = [
        pool for pool in made.offers["generasjonslekene"].pools
        if pool["starts_at"] > register.now and not pool["closes_at"] and pool["taken"] + 1 < (pool["capacity"] or 99)
    ]  # fmt: skip
    register.book(pools[0], daughter, booker=mother, days_before=1)
    register.book(pools[-1], daughter, days_before=1)
    register.tables.add(
        "acts_for", actor_id=mother.id, person_id=daughter.id, relation="guardian", created_at=register.closed_until,
        accepted_at=register.closed_until, ended_at=None, desk_id=None,
    )  # fmt: skip


def proof(register: Register, made: Catalogue, anne: Resident) -> None:
    """She has been through a whole course, so there is a certificate; and has written down what matters to her."""
    course = made.offers["hap-i-hverdagen-forrige"]
    pool, owner = course.pools[0], course.offer["owner_id"]
    recorded = {one["session_id"]: one for one in register.tables.rows["register"]}
    booking = register.book(pool, anne, days_before=20)
    for session in course.sessions:
        if saved := recorded.get(session["id"]):
            register.mark(session, booking, anne, anne, owner, "present", 1, saved["saved_at"])
    wrote = register.now - timedelta(days=60)
    for words in (
        "Komme meg ut to kvelder i uka, også når det er mørkt.",
        "Bli kjent med noen som liker å synge.",
    ):
        register.tables.add("own_goal", person_id=anne.id, sealed=sealed(anne.id, words), created_at=wrote,
                            changed_at=wrote)  # fmt: skip


def at_the_door(register: Register, made: Catalogue, host: Resident) -> None:
    """The last time of a weekly offer: somebody came in without having booked, and got a place then and there; somebody
    else took the register for the host. For the next time a link is sent, and not opened yet."""
    offer = made.offers["torsdagssuppa"]
    times = sorted(zip(offer.sessions, offer.pools, strict=True), key=lambda one: one[0]["starts_at"])
    links: list[tuple[Row, datetime | None, bytes | None]] = []
    recorded = {one["session_id"]: one for one in register.tables.rows["register"]}
    held = [(session, pool) for session, pool in times if session["id"] in recorded]
    if held:
        session, pool = held[-1]
        links.append((session, session["starts_at"], register.chance.randbytes(16)))
        frida = register.person("Frida")
        booking = register.book(pool, frida, days_before=-0.01)
        booking["by_host"] = True
        if pool["capacity"] is not None:
            pool["capacity"] = max(pool["capacity"], pool["taken"])
        register.mark(session, booking, frida, frida, offer.offer["owner_id"], "present", 1,
                      recorded[session["id"]]["saved_at"])  # fmt: skip
    ahead = [session for session, _pool in times if session["starts_at"] > register.now]
    links += [(session, None, None) for session in ahead[:1]]
    for session, opened_at, browser in links:
        register.tables.add(
            "substitute", session_id=session["id"], made_by_id=host.id, channel="email", address="vikar@example.no",
            created_at=min(register.now, session["starts_at"]) - timedelta(hours=3), opened_at=opened_at,
            ends_at=end_of_day(session["starts_at"]), browser=browser, revoked_at=None,
        )  # fmt: skip


def cancelled(register: Register, made: Catalogue) -> None:
    """An offer that was cancelled yesterday: one has been rung, and one is left to ring."""
    tables, at = register.tables, register.now - timedelta(days=1)
    model = made.offers["generasjonslekene"]
    starts = register.now + timedelta(days=9)
    over = {"next_session_at": None, "next_session_ends": None, "session_count": 0,
            "last_session_ends": starts + timedelta(hours=2)}  # fmt: skip
    offer = tables.add("offer", **without_id(model.offer) | over | {
        "slug": "hagedag-for-alle", "state": "cancelled", "joining": "whole", "changed_at": at, "picture_id": None,
        "created_at": at - timedelta(days=30), "published_at": at - timedelta(days=30)})  # fmt: skip
    text = next(one for one in tables.rows["offer_text"] if one["offer_id"] == model.offer["id"])
    tables.add("offer_text", **without_id(text) | {
        "offer_id": offer["id"], "title": "Hagedag for alle", "summary": "Vi planter og prater."})  # fmt: skip
    tables.add("session", **without_id(model.sessions[-1]) | {
        "offer_id": offer["id"], "starts_at": starts, "ends_at": starts + timedelta(hours=2), "status": "cancelled",
        "note": "Hagen er under vann.", "sequence": 1, "changed_at": at})  # fmt: skip
    pool = tables.add("seat_pool", **without_id(model.pools[-1]) | {
        "offer_id": offer["id"], "session_id": None, "starts_at": starts, "ends_at": starts + timedelta(hours=2),
        "capacity": 12, "taken": 0, "waiting": 0, "closes_at": at - timedelta(hours=1), "opens_at": None})  # fmt: skip
    for number, (name, called) in enumerate(
        (("Borghild", at + timedelta(hours=2)), ("Torleif", None)), start=51
    ):
        who = register.person(name, {"seniors"}, call=LANDLINE.format(number))
        row = register.book(pool, who, "cancelled", days_before=20, ended_by="offer")
        row["changed_at"] = at
        tables.add(
            "phone_call", booking_id=row["id"], about="offer_cancelled", key=f"offer_cancelled:demo:{row['id']}",
            since=at, called_at=called,
            called_by_id=tables.rows["person"][0]["id"] if called else None,
        )  # fmt: skip


def without_id(row: Row) -> Row:
    """The columns of a row, for another one."""
    return {name: value for name, value in row.items() if name != "id"}
