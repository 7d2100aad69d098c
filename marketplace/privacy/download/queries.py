"""All that is kept about a person, for the person: one statement, a section for each sort of thing."""

import json
from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import row
from marketplace.my_page.own_goals.rules import opened
from marketplace.privacy.download.rules import Found
from marketplace.privacy.looked.queries import LOOKED, OF_MINE
from offers.bookings.mine import CALLED
from offers.catalogue.queries import offer_text
from offers.seats.known import told_who_came


@dataclass(frozen=True)
class Section:
    """`sql` gives its rows; $1 is the person, $2 the language, and mine and own stand before it (START). `tables`
    are those of privacy/kept whose personal columns it tells of."""

    tables: str
    sql: str


START = f"""{OF_MINE}, own AS (
    SELECT channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
)"""
"""The bookings that are the person's to see, and the addresses that they have proven theirs."""
OFFER = f"""JOIN offer o ON o.id = b.offer_id JOIN organization w ON w.id = o.owner_id
    JOIN {offer_text("$2")} t ON true"""

SECTIONS: dict[str, Section] = {
    "profile": Section("person",
        "SELECT name, lang, shielded, created_at FROM person WHERE id = $1"),
    "contacts": Section("contact_point",
        """SELECT channel, value AS address, created_at, verified_at, refused_at FROM contact_point
        WHERE person_id = $1 ORDER BY created_at, id"""),
    "bookings": Section("booking",
        f"""SELECT b.reference, t.title, w.name AS organization, b.state, b.ended_by, b.seats, b.lang, b.created_at,
            b.changed_at,
            nullif(b.reply, '') AS reply,
            b.booked_by_id = $1 AS booked_by_me, b.participant_id = $1 AS for_me,
            CASE WHEN b.participant_id = $1 OR b.booked_by_id = $1 OR lower(n.name) = lower(me.name)
                THEN {CALLED} END AS name,
            (SELECT c.value FROM contact_point c WHERE c.id = b.contact_id AND (c.person_id = $1
                OR EXISTS (SELECT FROM own WHERE own.channel = c.channel AND own.value = c.value))) AS address
        FROM mine JOIN booking b USING (id) {OFFER} JOIN person n ON n.id = b.participant_id
            JOIN person me ON me.id = $1 ORDER BY b.created_at, b.id"""),
    "companions": Section("companion",
        f"""SELECT b.reference, t.title, x.name FROM mine JOIN booking b USING (id) {OFFER}
            JOIN companion x ON x.booking_id = b.id ORDER BY x.id"""),
    "answers": Section("booking_answer",
        f"""SELECT b.reference, t.title, q.text AS question, x.text AS answer
        FROM mine JOIN booking b USING (id) {OFFER} JOIN booking_answer x ON x.booking_id = b.id
            JOIN offer_question q ON q.id = x.question_id ORDER BY x.id"""),
    "opening_notices": Section("opening_notice",
        f"""SELECT t.title, x.channel, x.address, x.created_at FROM opening_notice x
            JOIN own ON own.channel = x.channel AND own.value = x.address JOIN seat_pool b ON b.id = x.pool_id {OFFER}
        ORDER BY x.id"""),
    "sent_word": Section("sent_word",
        f"""SELECT b.reference, t.title, s.starts_at, x.at FROM mine JOIN booking b USING (id) {OFFER}
            JOIN sent_word x ON x.booking_id = b.id JOIN session s ON s.id = x.session_id ORDER BY x.at, x.id"""),
    "coming_again": Section("coming_again",
        f"""SELECT b.reference, t.title, s.starts_at, x.at FROM mine JOIN booking b USING (id) {OFFER}
            JOIN coming_again x ON x.booking_id = b.id JOIN session s ON s.id = x.session_id ORDER BY x.at, x.id"""),
    "attendance": Section("attendance",
        # Whoever booked for somebody reads what a register says when it is done, not who came when, or checked in;
        # of what is sensitive nothing, nor a register that ended.
        f"""SELECT b.reference, t.title, s.starts_at, a.state, a.seats_present,
            CASE WHEN b.participant_id = $1 THEN a.recorded_at ELSE r.closed_at END AS recorded_at
        FROM mine JOIN booking b USING (id) {OFFER} JOIN attendance a ON a.booking_id = b.id
            JOIN session s ON s.id = a.session_id LEFT JOIN register r ON r.session_id = s.id
            LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.participant_id = $1 OR r.closed_at IS NOT NULL AND {told_who_came()} ORDER BY s.starts_at, a.id"""),
    "marks": Section("register_tap",
        f"""SELECT b.reference, t.title, s.starts_at, CASE x.field WHEN 'state' THEN x.value END AS state,
            CASE x.field WHEN 'seats' THEN x.value::int END AS seats_present, x.tapped_at
        FROM mine JOIN booking b USING (id) {OFFER} JOIN register_tap x ON x.booking_id = b.id
            JOIN session s ON s.id = x.session_id
        WHERE x.value IS NOT NULL AND b.participant_id = $1 ORDER BY x.arrived_at, x.id"""),
    "calls": Section("phone_call",
        f"""SELECT b.reference, t.title, s.starts_at, x.about AS mail, x.number AS address, x.since AS created_at,
            x.called_at
        FROM mine JOIN booking b USING (id) {OFFER} JOIN phone_call x ON x.booking_id = b.id
            LEFT JOIN session s ON s.id = x.session_id LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE x.about <> 'asked' OR b.participant_id = $1 OR {told_who_came()} ORDER BY x.since, x.id"""),
    "calendar_entries": Section("calendar_entry",
        f"""SELECT b.reference, t.title, s.starts_at, e.given_at, e.taken_back_at
        FROM mine JOIN booking b USING (id) {OFFER} JOIN calendar_entry e ON e.booking_id = b.id
            JOIN session s ON s.id = e.session_id
        WHERE EXISTS (SELECT FROM contact_point c WHERE c.id = e.contact_id AND (c.person_id = $1
            OR EXISTS (SELECT FROM own WHERE own.channel = c.channel AND own.value = c.value)))
        ORDER BY s.starts_at, e.id"""),
    "ended_attendance": Section("ended_register",
        f"""SELECT b.reference, t.title, e.starts_at, m.mark ->> 'state' AS state, e.saved_at, e.ended_at
        FROM mine JOIN booking b USING (id) {OFFER} JOIN session s ON s.offer_id = b.offer_id
            JOIN ended_register e ON e.session_id = s.id
            CROSS JOIN LATERAL jsonb_array_elements(e.marks) m (mark)
            LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE m.mark ->> 'booking' = b.id::text AND (b.participant_id = $1 OR {told_who_came()})
        ORDER BY e.ended_at, e.id"""),
    "people_i_help": Section("acts_for",
        """SELECT CASE WHEN a.ended_at IS NULL THEN coalesce(a.called, n.name) END AS name, a.relation, a.created_at,
            a.accepted_at, a.ended_at FROM acts_for a JOIN person n ON n.id = a.person_id
        WHERE a.actor_id = $1 AND a.relation <> 'guide' ORDER BY a.id"""),
    "my_helpers": Section("acts_for",
        """SELECT k.name, a.called, a.relation, a.created_at, a.accepted_at, a.ended_at FROM acts_for a
            JOIN person k ON k.id = a.actor_id WHERE a.person_id = $1 ORDER BY a.id"""),
    "memberships": Section("membership",
        """SELECT w.name AS organization, m.role, m.created_at, m.ended_at FROM membership m
            JOIN organization w ON w.id = m.organization_id WHERE m.person_id = $1 ORDER BY m.id"""),
    "notices": Section("member_notice",
        """SELECT w.name AS organization, x.kind, x.wanted, x.changed_at FROM member_notice x
            JOIN organization w ON w.id = x.organization_id WHERE x.person_id = $1 ORDER BY x.id"""),
    "hosts": Section("host_assignment host_ended",
        f"""SELECT t.title, w.name AS organization, b.leads_as, b.ended_at FROM (
            SELECT id, person_id, offer_id, leads_as, NULL::timestamptz AS ended_at FROM host_assignment
            UNION ALL SELECT id, person_id, offer_id, NULL, ended_at FROM host_ended) b {OFFER}
        WHERE b.person_id = $1 ORDER BY b.id"""),
    "invitations": Section("invitation",
        """SELECT w.name AS organization, i.role, i.leads_as, i.channel, i.address, i.created_at, i.expires_at,
            i.accepted_at, i.ended_at
        FROM invitation i JOIN own ON own.channel = i.channel AND own.value = i.address
            JOIN organization w ON w.id = i.organization_id ORDER BY i.id"""),
    "invited": Section("invitation",
        """SELECT w.name AS organization, i.role, i.created_at FROM invitation i
            JOIN organization w ON w.id = i.organization_id WHERE i.invited_by_id = $1 ORDER BY i.id"""),
    "registers": Section("register",
        f"""SELECT t.title, b.starts_at, CASE WHEN r.saved_by_id = $1 THEN r.saved_at END AS saved_at,
            CASE WHEN r.closed_by_person_id = $1 THEN r.closed_at END AS closed_at
        FROM register r JOIN session b ON b.id = r.session_id {OFFER}
        WHERE $1 IN (r.saved_by_id, r.closed_by_person_id) ORDER BY r.saved_at, r.id"""),
    "taps": Section("register_tap",
        f"""SELECT t.title, b.starts_at, count(*)::int AS times, max(x.tapped_at) AS tapped_at
        FROM register_tap x JOIN session b ON b.id = x.session_id {OFFER}
        WHERE x.person_id = $1 GROUP BY b.id, t.title, b.starts_at ORDER BY b.starts_at, b.id"""),
    "rung": Section("phone_call",
        f"""SELECT t.title, x.called_at FROM phone_call x JOIN booking b ON b.id = x.booking_id {OFFER}
        WHERE x.called_by_id = $1 ORDER BY x.called_at, x.id"""),
    "written": Section("host_message",
        f"""SELECT t.title, b.text, b.created_at FROM host_message b {OFFER} WHERE b.author_id = $1 ORDER BY b.id"""),
    "decisions": Section("decision",
        """SELECT w.name AS organization, d.answer, d.reason, d.at FROM decision d
            JOIN organization w ON w.id = d.organization_id WHERE d.decided_by_id = $1 ORDER BY d.at, d.id"""),
    "plans": Section(
        "goal_change plan_comment report_words report_version",
        """SELECT * FROM (SELECT x.at, x.why AS text FROM goal_change x WHERE x.changed_by_id = $1
            UNION ALL SELECT x.at, x.body FROM plan_comment x WHERE x.written_by_id = $1
            UNION ALL SELECT x.written_at, x.text FROM report_words x WHERE x.written_by_id = $1
            UNION ALL SELECT x.made_at, x.reason FROM report_version x WHERE x.made_by_id = $1
            UNION ALL SELECT x.approved_at, x.approved_as FROM report_version x WHERE x.approved_by_id = $1) y
        ORDER BY at, text"""),
    "sign_ins": Section("sign_in",
        """SELECT device, created_at, seen_at, second_factor_at, expires_at, ended_at FROM sign_in
        WHERE person_id = $1 ORDER BY created_at, id"""),
    "codes": Section("sign_in_ticket",
        """SELECT channel, address, next_path, created_at, expires_at, used_at FROM sign_in_ticket k
        WHERE person_id = $1 OR person_id IS NULL AND EXISTS (
            SELECT FROM own WHERE own.channel = k.channel AND own.value = k.address) ORDER BY created_at, id"""),
    "second_factors": Section("totp passkey recovery_code",
        """SELECT 'app' AS kind, NULL AS device, created_at, NULL::timestamptz AS used_at FROM totp WHERE person_id = $1
        UNION ALL SELECT 'passkey', device, created_at, used_at FROM passkey WHERE person_id = $1
        UNION ALL SELECT 'recovery_code', NULL, created_at, used_at FROM recovery_code WHERE person_id = $1"""),
    "own_goals": Section("own_goal",
        "SELECT sealed AS text, created_at, changed_at FROM own_goal WHERE person_id = $1 ORDER BY created_at, id"),
    "calendar": Section("calendar_address",
        "SELECT created_at, revoked_at FROM calendar_address WHERE person_id = $1 ORDER BY created_at, id"),
    "searches": Section("saved_search",
        "SELECT query AS text, created_at, used_at FROM saved_search WHERE owner_id = $1 ORDER BY created_at, id"),
    "messages": Section("outbox_message",
        """SELECT m.mail, m.channel, m.address, m.lang, m.created_at, m.sent_at, m.failed_at FROM outbox_message m
            JOIN own ON own.channel = m.channel AND own.value = m.address ORDER BY m.created_at, m.id"""),
    "substitutes": Section("substitute",
        """SELECT t.channel, t.address, t.created_at, t.opened_at, t.revoked_at FROM substitute t
            JOIN own ON own.channel = t.channel AND own.value = t.address ORDER BY t.created_at, t.id"""),
    "taken": Section("register_taken",
        """SELECT s.starts_at, t.taken_at, t.told_at FROM register_taken t JOIN session s ON s.id = t.session_id
        WHERE t.person_id = $1 ORDER BY t.id"""),
    "looked": Section("audit_entry",
        f"""SELECT l.at, l.action, l.who, l.organization, l.title FROM ({LOOKED}) l ORDER BY l.at, l.id"""),
    "log": Section("audit_entry",
        """SELECT at, action FROM audit_entry WHERE actor_id = $1 OR person_id = $1 AND actor_id IS NULL
        ORDER BY at, id"""),
}  # fmt: skip

NOT_HERE = {
    "sent_form": "a hash that nobody can turn back into a person, and where a form's answer led",
    "rate_limit": "a hash that nobody can turn back into a person",
    "unsubscription": "a hash that nobody can turn back into an address",
    "check_in_browser": "a hash that nobody can turn back into a browser, and nobody knows whose it was",
    "offer": "whom to ask is what an organisation writes in public, without a link to a person",
    "offer_text": "the same",
    "organization": "the same",
    "picture": "nobody knows who is in it",
    "need": "nobody knows who said it",
    "unfound": "nobody knows who looked for it",
    "unfound_key": "it is about nobody",
}
"""Tables with personal columns that the download leaves out, and why."""


async def everything(person: UUID, lang: str) -> Found:
    """All that is kept about the person, by section; moments as ISO texts in UTC. Nothing of anybody else but what the
    person typed and who has looked."""
    parts = ", ".join(
        f"(SELECT coalesce(json_agg(x), '[]') FROM ({section.sql}) x) AS {key}"
        for key, section in SECTIONS.items()
    )
    found = await row(f"{START} SELECT {parts}", person, lang)
    assert found is not None  # it selects from nothing
    kept: Found = {key: json.loads(text) for key, text in found.items()}
    for goal in kept["own_goals"]:
        goal["text"] = opened(person, goal["text"])
    return kept
