"""What people have written is brought into the one form that text has at the door (base/text.py), and what was made
of the old form, hashes and pseudonyms, is still found."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from marketplace.base.models import Channel
from marketplace.base.text import clean
from marketplace.people.rules import contact
from offers.attendance.keys import year_key, years
from offers.attendance.rules import pseudonym, pseudonym_before
from offers.messages.follow_up.rules import address_hash

WRITTEN = {
    "booking": ("reply",),
    "booking_answer": ("text",),
    "decision": ("reason",),
    "dialogue_meeting": ("agenda",),
    "host_message": ("text",),
    "municipality": ("name",),
    "offer": ("contact_name", "phone", "online_url"),
    "offer_question": ("text", "purpose"),
    "offer_text": ("title", "summary", "body", "meets_you", "way_in", "bring_someone", "what_happens", "may_leave",
                   "bring"),
    "organization": ("name", "contact_name", "phone", "email", "website"),
    "organization_text": ("summary", "body"),
    "session": ("note",),
    "venue": ("name", "street", "city"),
    "venue_text": ("entrance", "transport"),
}  # fmt: skip
"""Columns of words. None is unique, so nothing collides; two who become namesakes were namesakes to everybody."""
ODD = "{column} ~ '[^\\x01-\\x7f]' OR {column} LIKE '%' || chr(13) || '%'"
NOTHING = "Uten navn"
"""Whoever was called by marks that nobody sees: a blank row tells a host nothing."""
MET = """SELECT a.id, a.pseudonym, n.name, c.value AS address, b.participant_id,
    extract(year FROM s.starts_at AT TIME ZONE 'Europe/Oslo')::int AS year
FROM attendance a JOIN session s ON s.id = a.session_id JOIN booking b ON b.id = a.booking_id
    JOIN person n ON n.id = b.participant_id JOIN contact_point c ON c.id = b.contact_id
WHERE a.pseudonym IS NOT NULL AND n.name IS NOT NULL AND (b.participant_id = $1 OR c.id = $1)"""
"""The attendances of a participant, or of those who are reached at a contact."""
NUMBERS = """SELECT id, channel, {column} AS address FROM {table}
WHERE channel = 'sms' AND {column} NOT LIKE '+47%'"""


async def _registered(database: Any, whose: Any) -> dict[Any, tuple[bytes, Any]]:
    """By attendance: its pseudonym as it was made, for those that were made of what still stands here."""
    open_years = years()
    return {
        each["id"]: (each["pseudonym"], each)
        for each in await database.execute_query_dict(MET, [whose])
        if each["year"] in open_years
        and each["pseudonym"]
        == pseudonym_before(year_key(each["year"]), each["name"], each["address"], each["participant_id"])
    }


async def _renew(database: Any, whose: Any, known: dict[Any, tuple[bytes, Any]]) -> None:
    """Make the pseudonyms of these attendances of what stands here now."""
    for each in await database.execute_query_dict(MET, [whose]):
        if each["id"] in known:
            made = pseudonym(year_key(each["year"]), each["name"], each["address"], each["participant_id"])
            await database.execute_query_dict(
                "UPDATE attendance SET pseudonym = $2 WHERE id = $1", [each["id"], made]
            )


async def _words(database: Any) -> None:
    for table, columns in WRITTEN.items():
        for column in columns:
            found = await database.execute_query_dict(
                f"SELECT id, {column} AS text FROM {table} WHERE {ODD.format(column=column)}"
            )
            for each in found:
                if (text := clean(each["text"]).strip()) and text != each["text"]:
                    await database.execute_query_dict(
                        f"UPDATE {table} SET {column} = $2 WHERE id = $1", [each["id"], text]
                    )
    for table in ("plan", "focus_area", "measure", "goal", "dialogue"):
        for column in ("title", "summary") if table not in ("measure", "goal") else ("title",):
            await database.execute_query_dict(
                f"""UPDATE {table} SET {column} = normalize({column}::text, NFC)::jsonb
                WHERE {column}::text IS NOT NFC NORMALIZED"""
            )
    for each in await database.execute_query_dict(
        "SELECT id, choices FROM offer_question WHERE cardinality(choices) > 0"
    ):
        choices = list(dict.fromkeys(clean(choice).strip() for choice in each["choices"]))
        if choices != each["choices"]:
            await database.execute_query_dict(
                "UPDATE offer_question SET choices = $2 WHERE id = $1", [each["id"], choices]
            )


async def _names(database: Any) -> None:
    odd = f"{ODD.format(column='name')} OR name ~ '\\s\\s|^\\s|\\s$'"
    for each in await database.execute_query_dict(f"SELECT id, name FROM person WHERE {odd}"):
        name = " ".join(clean(each["name"]).split()) or NOTHING
        if name != each["name"]:
            known = await _registered(database, each["id"])
            await database.execute_query_dict("UPDATE person SET name = $2 WHERE id = $1", [each["id"], name])
            await _renew(database, each["id"], known)
    for each in await database.execute_query_dict(f"SELECT id, name FROM companion WHERE {odd}"):
        if name := " ".join(clean(each["name"]).split()):
            await database.execute_query_dict(
                "UPDATE companion SET name = $2 WHERE id = $1", [each["id"], name]
            )
        else:  # who has no name is only counted
            await database.execute_query_dict("DELETE FROM companion WHERE id = $1", [each["id"]])


async def _numbers(database: Any) -> None:
    """Foreign numbers with a zero too many: whoever types one again is known again, and who is unsubscribed stays so."""
    for table, column in (("contact_point", "value"), ("opening_notice", "address"), ("invitation", "address")):
        for each in await database.execute_query_dict(NUMBERS.format(table=table, column=column)):
            found = contact(each["address"])
            if found is None or found[1] == each["address"]:
                continue
            if not await _free(database, table, column, each["id"], found[1]):
                continue  # two rows that were one number all along: each keeps what it has
            known = await _registered(database, each["id"]) if table == "contact_point" else {}
            await database.execute_query_dict(
                f"UPDATE {table} SET {column} = $2 WHERE id = $1", [each["id"], found[1]]
            )
            await _renew(database, each["id"], known)
            await database.execute_query_dict(
                """INSERT INTO unsubscription (id, address_hash, created_at)
                SELECT gen_random_uuid(), $2, created_at FROM unsubscription WHERE address_hash = $1
                ON CONFLICT (address_hash) DO NOTHING""",
                [address_hash(Channel.SMS, each["address"]), address_hash(Channel.SMS, found[1])],
            )


async def _free(database: Any, table: str, column: str, row: Any, address: str) -> bool:
    """May this row have the address? It is unique among the proven, and among the notices of a pool."""
    others = {
        "contact_point": "x.verified_at IS NOT NULL AND t.verified_at IS NOT NULL",
        "opening_notice": "x.pool_id = t.pool_id",
    }.get(table, "false")
    found = await database.execute_query_dict(
        f"""SELECT FROM {table} t JOIN {table} x ON x.channel = t.channel AND x.{column} = $2 AND x.id <> t.id
        AND {others} WHERE t.id = $1""",
        [row, address],
    )
    return not found


async def to_one_form(database: Any) -> None:
    """All of it; done again, it changes nothing."""
    await _words(database)
    await _names(database)
    await _numbers(database)


async def forward(_apps: Any, editor: Any) -> None:
    await to_one_form(editor.client)


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0010_sent_forms")]

    initial = False

    operations = [ops.RunPython(forward, ops.RunPython.noop)]
