"""The demo's dialogue: from dialogue.toml to rows, and who comes to its meetings."""

import json
from datetime import datetime, timedelta

from marketplace.demo.catalogue import Catalogue, Made, make_offer, read
from marketplace.demo.participants import Register, Resident
from marketplace.demo.tables import Row, Tables


def build(tables: Tables, made: Catalogue, now: datetime) -> Row:
    """The dialogue with members, meetings, gaps and what residents miss. Its meetings are offers of the catalogue."""
    file = read("dialogue.toml")
    spec = file["dialogue"]
    dialogue = tables.add(
        "dialogue", municipality_id=made.municipalities[spec["municipality"]]["id"], slug=spec["slug"],
        coordinated_by_id=made.organizations[spec["coordinated_by"]]["id"], title=json.dumps(spec["title"]),
        summary=json.dumps(spec["summary"]), created_at=now - timedelta(days=380),
    )  # fmt: skip
    for key in spec["members"]:
        tables.add("dialogue_member", dialogue_id=dialogue["id"], organization_id=made.organizations[key]["id"],
                   joined_at=now - timedelta(days=370), left_at=None)  # fmt: skip
    for each in file["meetings"]:
        this = make_offer(tables, made, {**each["offer"], "visible_to": spec["members"]}, now)
        made.offers[this.offer["slug"]] = this
        meeting = tables.add("dialogue_meeting", dialogue_id=dialogue["id"], offer_id=this.offer["id"],
                             agenda=each["agenda"].strip())  # fmt: skip
        for gap in each.get("gaps", ()):
            tables.add(
                "dialogue_item", dialogue_id=dialogue["id"], meeting_id=meeting["id"], main_audience=gap["audience"],
                kinds=gap["kinds"], district_id=None, evening=True, made_at=now + timedelta(weeks=gap["from_weeks"]),
                offer_id=made.offers[gap["became"]].offer["id"],
            )  # fmt: skip
        made.attended[this.offer["slug"]] = each["attended"]
        for key in each["attended"]:
            tables.add("meeting_organization", meeting_id=meeting["id"],
                       organization_id=made.organizations[key]["id"])  # fmt: skip
    here = made.municipalities[spec["municipality"]]["id"]
    districts = {one["slug"]: one["id"] for one in tables.rows["district"] if one["municipality_id"] == here}
    for need in file["needs"]:
        tables.add("need", municipality_id=here, district_id=districts.get(need.get("district")), text=need["text"],
                   audience=need.get("audience"), said_at=now + timedelta(days=need["days"]))  # fmt: skip
    return dialogue


def fill_meeting(register: Register, made: Made, catalogue: Catalogue, guests: dict[str, Resident]) -> None:
    """A meeting of the dialogue: each organisation books for itself."""
    pool, (session,) = made.pools[0], made.sessions
    over = session["ends_at"] <= register.now
    members = catalogue.attended[made.offer["slug"]] if over else list(guests)
    for key in members:
        seats = register.chance.randint(1, 2)
        if over or pool["taken"] + seats <= round(pool["capacity"] * made.spec["popularity"]):
            register.book(pool, guests[key], seats=seats)
    if register.over(session):
        register.save_register(session, pool, made.offer["owner_id"])


def representatives(register: Register, catalogue: Catalogue, members: list[str]) -> dict[str, Resident]:
    """Who comes to the dialogue's meetings for each of its members."""
    found: dict[str, Resident] = {}
    for key in members:
        organization = catalogue.organizations[key]
        found[key] = register.person(organization["contact_name"], {"staff"}, email=f"{key}.dialog@example.no",
                                     verified=True)  # fmt: skip
        found[key].organization = organization["id"]
    return found
