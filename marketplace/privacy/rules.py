"""What is kept about people, why, and until when: one table. The program runs on it (actions.py), and a test fails on
a column that is not here. Product.md, "Privacy, by design", and design/security.md are what it follows.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from marketplace.needs.rules import KEPT
from offers.seats.sql import active

AUDIT_MONTHS = 24
"""Whole months of the audit log that are kept besides the present one."""
MAILBOX = timedelta(days=30)
"""How long messages lie in the local mailbox, where no mail server is set."""
DAY = timedelta(days=1)
TWO_YEARS = timedelta(days=730)


@dataclass(frozen=True)
class Goes:
    """It goes `after` the moment `since`, which is SQL over the row `t`; null is not yet.

    `becomes` says what columns turn into; without it the whole row goes.
    """

    since: str
    after: timedelta = timedelta(0)
    becomes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """`personal`: what each column that tells something of a person is for. `plain`: the other columns.

    Personal columns either go by themselves (`goes`), or `stays` says why they may be there.
    """

    personal: dict[str, str] = field(default_factory=dict)
    plain: str = ""
    goes: Goes | None = None
    stays: str = ""


def last_use(bookings: str, made: str) -> str:
    """When the last of these bookings is done with: the offer's months after its last session.

    What has no dates is done with when it is over; an active booking of an offer that is on is not. A day is given
    to whoever has no booking yet.
    """
    return f"""greatest({made} + interval '1 day', (
        SELECT max(CASE
            WHEN p.ends_at IS NOT NULL THEN p.ends_at + make_interval(months => o.keep_months)
            WHEN {active()} AND o.state = 'published' THEN 'infinity'
            ELSE greatest(b.changed_at, o.changed_at) + make_interval(months => o.keep_months) END)
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN offer o ON o.id = b.offer_id WHERE {bookings}))"""


def person_done(person: str, made: str) -> str:
    """When nothing needs a person's name any more: no sign-in, no role, nobody at home who acts for them, no booking
    that is not done with."""
    return f"""CASE WHEN EXISTS (SELECT FROM sign_in s WHERE s.person_id = {person})
        OR EXISTS (SELECT FROM membership m WHERE m.person_id = {person})
        OR EXISTS (SELECT FROM acts_for a WHERE a.person_id = {person} AND a.ended_at IS NULL
            AND a.relation <> 'guide') THEN NULL
        ELSE {last_use(f"b.participant_id = {person} OR b.booked_by_id = {person}", made)} END"""


OFFER_OVER = "CASE WHEN {o}.state = 'cancelled' THEN {o}.changed_at ELSE {o}.last_session_ends END"
ANSWERED = "(SELECT coalesce(max(d.at), {o}.created_at) FROM decision d WHERE d.organization_id = {o}.id)"
WORK = "answering for what was done at work"
NUMBERS = "points to a person who has no name any more; numbers remain"

TABLES: dict[str, Table] = {
    # People, in this order: who has no sign-in and no role any more goes in the same night.
    "sign_in_ticket": Table(
        {"channel": "where the link goes", "address": "where the link goes", "next_path": "where they wanted to go",
         "person_id": "whose address it becomes"},
        "id link_hash code_hash guesses created_at expires_at used_at",
        Goes("t.expires_at", DAY),
    ),
    "sign_in": Table(
        {"person_id": "whose sign-in it is", "device": "knowing one's own devices", "seen_at": "ending unused ones"},
        "id secret_hash created_at expires_at ended_at second_factor_at",
        Goes("least(t.ended_at, t.expires_at)", 30 * DAY),
    ),
    "membership": Table(
        {"person_id": "what a person may do", "role": "what a person may do"},
        "id created_at ended_at organization_id",
        Goes(f"""coalesce(t.ended_at, (SELECT {ANSWERED.format(o="o")} FROM organization o
            WHERE o.id = t.organization_id AND o.state = 'declined'))""", TWO_YEARS),
    ),
    "invitation": Table(
        {"channel": "where the invitation goes", "address": "where the invitation goes", "lang": "their language",
         "role": "what they are asked to do", "leads_as": "as what they are to lead an offer",
         "invited_by_id": WORK},
        "id token_hash created_at expires_at accepted_at ended_at organization_id offer_id",
        Goes("least(t.accepted_at, t.ended_at, t.expires_at)", 30 * DAY),
    ),
    "acts_for": Table(
        {"actor_id": "who acts", "person_id": "for whom", "relation": "what they are to each other"},
        "id created_at accepted_at ended_at",
        Goes(f"""coalesce(t.ended_at + interval '30 days', CASE
            WHEN t.relation = 'guide' THEN {last_use("b.participant_id = t.person_id", "t.created_at")}
            WHEN t.accepted_at IS NULL THEN t.created_at + interval '30 days'
            ELSE {person_done("t.actor_id", "t.created_at")} END)"""),
    ),
    "totp": Table(
        {"person_id": "whose app it is", "secret": "checking its codes"},
        "id last_step created_at",
        Goes(person_done("t.person_id", "t.created_at")),
    ),
    "passkey": Table(
        {"person_id": "whose key it is", "credential": "asking for it", "device": "knowing one's own devices"},
        "id public_key sign_count created_at used_at",
        Goes(person_done("t.person_id", "t.created_at")),
    ),
    "recovery_code": Table(
        {"person_id": "whose code it is"},
        "id code_hash created_at used_at",
        Goes(f"coalesce(t.used_at + interval '30 days', {person_done('t.person_id', 't.created_at')})"),
    ),
    "member_notice": Table(
        {"person_id": "whose choice it is", "wanted": "what they want to be told"},
        "id kind changed_at organization_id",
        Goes("""CASE WHEN NOT EXISTS (SELECT FROM membership m WHERE m.person_id = t.person_id
            AND m.organization_id = t.organization_id AND m.ended_at IS NULL) THEN t.changed_at END"""),
    ),
    "host_assignment": Table(
        {"person_id": "who leads an offer", "leads_as": "counting offers that different people lead together"},
        "id offer_id",
        Goes(f"(SELECT {OFFER_OVER.format(o='o')} FROM offer o WHERE o.id = t.offer_id)", TWO_YEARS),
    ),
    "calendar_address": Table(
        {"person_id": "whose calendar it is"},
        "id secret_hash hosting organization_id created_at revoked_at",
        Goes(f"coalesce(t.revoked_at + interval '30 days', {person_done('t.person_id', 't.created_at')})"),
    ),
    "contact_point": Table(
        {"person_id": "whose it is", "channel": "reaching them", "value": "reaching them",
         "verified_at": "whose it is", "refused_at": "knowing whom to ring"},
        "id created_at",
        Goes(f"""CASE WHEN EXISTS (SELECT FROM acts_for a WHERE a.person_id = t.person_id AND a.ended_at IS NULL
                AND a.accepted_at IS NULL AND a.relation <> 'guide') THEN NULL
            WHEN t.verified_at IS NULL THEN {last_use("b.contact_id = t.id", "t.created_at")}
            ELSE {person_done("t.person_id", "t.created_at")} END"""),
    ),
    "person": Table(
        {"name": "what the host calls them", "lang": "the language of their messages", "shielded": "their wish"},
        "id created_at",
        Goes(person_done("t.id", "t.created_at"), becomes={"name": "NULL", "lang": "'nb'", "shielded": "false"}),
    ),
    "outbox_message": Table(
        {"channel": "reaching them", "address": "reaching them", "facts": "writing the message",
         "lang": "writing the message", "dedupe_key": "sending it once",
         "booking_id": "whose right it follows", "person_id": "whose right it follows",
         "link_version": "ending links with the right to them"},
        "id mail offer_id created_at due_at attempts sent_at failed_at problem",
        Goes("coalesce(t.sent_at, t.failed_at)", 30 * DAY),
    ),
    "sent_form": Table(
        {"key": "a keyed hash: a form sent again", "led_to": "the answer to a form sent again"}, "id created_at",
        Goes("t.created_at", 7 * DAY),
    ),
    "rate_limit": Table({"id": "a hash: bounding tries"}, "count window_ends", Goes("t.window_ends")),
    "audit_entry": Table(
        {"actor_id": WORK, "object_id": WORK, "person_id": "telling a person who looked"},
        "id at action organization_id details",
        stays=f"whole months are dropped after {AUDIT_MONTHS}",
    ),
    # Bookings and who came.
    "booking": Table(
        {"participant_id": "who comes", "booked_by_id": "who booked", "contact_id": "reaching them",
         "reference": "finding the booking by telephone", "lang": "the language of messages",
         "reply": "what the organisation wrote to them",
         "form_digest": "a keyed hash: knowing a form that is sent again",
         "handed_over_at": "telling what they made from what others did"},
        "id by_host seats state ended_by form_key queue_no link_version held_until waited_at placed_at talk_asked_at "
        "answered_at told_times made_with_id moved_to_id told_useful_at created_at changed_at offer_id "
        "organization_id pool_id",
        Goes(last_use("b.id = t.id", "t.created_at"), becomes={"reply": "''", "form_digest": "NULL"}),
        stays=NUMBERS,
    ),
    "companion": Table(
        {"name": "what the host calls them"},
        "id booking_id",
        Goes(last_use("b.id = t.booking_id", "'-infinity'::timestamptz")),
    ),
    "phone_call": Table(
        {"booking_id": "whom to ring", "about": "what to say", "called_by_id": WORK},
        "id session_id sequence message_id key since called_at",
        Goes(last_use("b.id = t.booking_id", "t.since")),
    ),
    "booking_answer": Table(
        {"booking_id": "whose answer it is", "text": "what the organiser asked for, with the reason shown"},
        "id question_id",
        Goes("""(SELECT coalesce(p.ends_at, b.created_at) + make_interval(days => q.keep_days)
            FROM booking b JOIN seat_pool p ON p.id = b.pool_id, offer_question q
            WHERE b.id = t.booking_id AND q.id = t.question_id)"""),
    ),
    "opening_notice": Table(
        {"channel": "telling them when it opens", "address": "telling them when it opens",
         "lang": "the language of the message"},
        "id created_at pool_id",
        Goes("(SELECT coalesce(p.opens_at, t.created_at) FROM seat_pool p WHERE p.id = t.pool_id)", 7 * DAY),
    ),
    "host_message": Table(
        {"author_id": WORK, "text": "what the participants were told; it may name somebody"},
        "id offer_id session_id recipients told created_at",
        Goes("t.created_at", 365 * DAY),
    ),
    "unsubscription": Table(
        {"address_hash": "a keyed hash: whom not to write to"}, "id created_at",
        stays="their wish, until they change it",
    ),
    "calendar_entry": Table(
        {"booking_id": "taking an event back from a calendar", "contact_id": "whose calendar it is in"},
        "id session_id sequence given_at taken_back_at",
        Goes("(SELECT s.ends_at FROM session s WHERE s.id = t.session_id)", 30 * DAY),
    ),
    "sent_word": Table({"booking_id": "excused, not absent"}, "id at session_id", stays=NUMBERS),
    "attendance": Table(
        {"booking_id": "who came", "state": "who came", "seats_present": "who came", "pseudonym": "counting people"},
        "id recorded_at session_id",
        stays=f"{NUMBERS}, and the pseudonym's key is destroyed with its year",
    ),
    "register": Table(
        {"saved_by_id": WORK}, "id saved_at volunteers session_id",
        Goes("t.saved_at", TWO_YEARS, {"saved_by_id": "NULL"}),
    ),
    "ended_register": Table(
        {"marks": "telling a host what became of what they marked"},
        "id ended_by starts_at saved_at ended_at head_count session_id",
        Goes("t.ended_at", 90 * DAY),
    ),
    "head_count": Table(plain="id count recorded_at session_id"),
    # Those who may be asked about an offer.
    "offer": Table(
        {"contact_name": "whom to ask", "phone": "whom to ask"},
        "id slug kind audiences main_audience joining visibility sensitive state source_lang online_url max_party "
        "promotion hold_hours opens_at closes_hours narrowed_at age_from age_to remind_hours keep_months "
        "created_at changed_at published_at session_count next_session_at next_session_ends last_session_ends "
        "continues_id municipality_id owner_id picture_id venue_id",
        Goes(OFFER_OVER.format(o="t"), TWO_YEARS, {"contact_name": "NULL", "phone": "NULL"}),
    ),
    "offer_text": Table(
        {"meets_you": "knowing who meets you"},
        "id lang title summary body way_in bring_someone what_happens may_leave bring keywords offer_id search",
        Goes(f"(SELECT {OFFER_OVER.format(o='o')} FROM offer o WHERE o.id = t.offer_id)", TWO_YEARS,
             {"meets_you": "''"}),
    ),
    "organization": Table(
        {"contact_name": "whom to ask", "phone": "whom to ask", "email": "whom to ask"},
        "id slug name kind state number website source_lang created_at logo_id municipality_id parent_id "
        "register_state register_name voluntary_register register_at",
        # Of one that is let in it is public, and its own to change while it is here.
        Goes(f"CASE WHEN t.state = 'declined' THEN {ANSWERED.format(o='t')} END", TWO_YEARS),
    ),
    "picture": Table(
        {"content": "showing what it is like; people in it have said yes"},
        "id sha256 media_type width height created_at",
        Goes("""CASE WHEN NOT EXISTS (SELECT FROM offer o WHERE o.picture_id = t.id)
            AND NOT EXISTS (SELECT FROM organization o WHERE o.logo_id = t.id)
            AND NOT EXISTS (SELECT FROM report_version r WHERE r.logo_id = t.id) THEN t.created_at END""", 30 * DAY),
    ),
    # Nothing about a person.
    "catalogue_revision": Table(plain="id revision changed_at"),
    "decision": Table(
        {"decided_by_id": WORK, "reason": "what the organisation was told; it may name somebody",
         "reply": "what the organisation answered; it may name somebody"},
        "id answer vouched at replied_at organization_id",
        Goes("t.at", TWO_YEARS, {"decided_by_id": "NULL", "reason": "'–'", "reply": "''"}),
    ),
    # Numbers of people, rounded before they are stored (docs/statistics.md).
    "cell": Table(plain="id main_audience kind evening district_id municipality_id organization_id"),
    "cell_figure": Table(plain="id figures cell_id closing_id"),
    "closing": Table(plain="id year number closed_at rule key_fingerprint municipality_id"),
    "session_cell": Table(plain="id led_together stamped_at cell_id session_id"),
    "offer_cell": Table(plain="id stamped_at cell_id offer_id"),
    "district": Table(plain="id slug name municipality_id"),
    "district_place": Table(plain="id postcode city district_id municipality_id"),
    "dialogue": Table(plain="id slug title summary created_at coordinated_by_id municipality_id"),
    "dialogue_item": Table(plain="id main_audience kinds evening made_at dialogue_id meeting_id district_id offer_id"),
    "need": Table(
        {"text": "what somebody misses, in their own words; who it was is not known"},
        "id audience said_at municipality_id district_id", Goes("t.said_at", KEPT),
    ),
    "register_reminder": Table(plain="id sent_at organization_id"),
    "dialogue_meeting": Table(plain="id agenda nobody_came dialogue_id offer_id"),
    "dialogue_member": Table(plain="id joined_at left_at dialogue_id organization_id"),
    "focus_area": Table(plain="id number title summary plan_id"),
    "goal": Table(
        plain="id slug title indicator counted_as direction target first_year last_year term each_year audiences kinds "
        "districts organizations evening cells_known baseline baseline_year baseline_source withdrawn_at dialogue_id "
        "focus_area_id"
    ),
    "goal_change": Table(
        {"changed_by_id": WORK, "why": "why a municipal goal was changed; it may name somebody"},
        "id what before after at goal_id",
        stays="it is part of the municipality's plan; who a person was goes with them",
    ),
    "goal_figure": Table(plain="id month value counted_at goal_id"),
    "instance": Table({}, "id demo began_at"),
    "year_key": Table({}, "year fingerprint made_at closed_at"),
    "job_run": Table(plain="id job slot leased_until done_at", goes=Goes("t.done_at", 400 * DAY)),
    "measure": Table(plain="id number title deadline state told_at focus_area_id responsible_id"),
    "meeting_organization": Table(plain="id meeting_id organization_id"),
    "municipality": Table(plain="id number slug name host"),
    "offer_audience_organization": Table(plain="id offer_id organization_id"),
    "offer_organizer": Table(plain="id may_edit offer_id organization_id"),
    "offer_question": Table(plain="id position kind text purpose choices required keep_days offer_id"),
    "organization_text": Table(plain="id lang summary body organization_id search"),
    "organization_owner": Table(plain="id organization_id municipality_id"),
    "passkey_challenge": Table(plain="id challenge expires_at", goes=Goes("t.expires_at", DAY)),
    "plan": Table(plain="id slug title summary first_year last_year retired_at municipality_id"),
    "plan_comment": Table(
        {"written_by_id": WORK, "body": "what was said of municipal work; it may name somebody"},
        "id at measure_id goal_id organization_id",
        stays="it is part of the municipality's plan, and shown without the person; who that was goes with them",
    ),
    "population": Table(plain="id year number source municipality_id"),
    "report_version": Table(
        {"made_by_id": WORK, "approved_by_id": WORK, "approved_as": "the office that answers for it",
         "reason": "why it was corrected; it may name somebody", "content": "what was approved; it may name somebody"},
        "id number made_at approved_at logo_id report_id",
        stays="the municipality's own report is kept as it was approved; who a person was goes with them",
    ),
    "report_words": Table(
        {"text": "what the municipality says in its report; it may name somebody", "written_by_id": WORK},
        "id section written_at version_id",
        stays="it is part of the municipality's report",
    ),
    "saved_search": Table(
        {"owner_id": "whose search it is", "query": "what they look for, as a calendar they read"},
        "id slug created_at used_at", Goes("t.used_at", TWO_YEARS),
    ),
    "seat_pool": Table(plain="id capacity taken waiting reserved starts_at ends_at opens_at closes_at offer_id "
                             "session_id"),
    "session": Table(plain="id starts_at ends_at status note sequence vevent changed_at untold_since offer_id "
                           "venue_id"),
    "tortoise_migrations": Table(plain="id app name applied_at"),
    "usefulness": Table(plain="id month answer count offer_id"),
    "yearly_report": Table(plain="id year slug lang municipality_id"),
    "venue": Table(
        plain="id name street postcode city lat lon step_free hearing_loop accessible_toilet municipality_id"
    ),
    "venue_text": Table(plain="id lang entrance transport venue_id"),
}  # fmt: skip
