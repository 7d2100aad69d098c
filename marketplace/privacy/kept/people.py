"""People and how they get in. In this order: who has no sign-in and no role any more goes in the same night."""

from marketplace.privacy.kept.rules import (
    ANSWERED,
    AUDIT_MONTHS,
    DAY,
    OFFER_OVER,
    TWO_YEARS,
    WORK,
    Goes,
    Table,
    last_use,
    person_done,
)

PEOPLE: dict[str, Table] = {
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
        "id created_at accepted_at ended_at desk_id",
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
    "host_ended": Table(
        {"person_id": "what they tapped while they led is theirs to send"}, "id offer_id ended_at",
        Goes("t.ended_at", 90 * DAY),
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
    "own_goal": Table(
        {"person_id": "whose it is", "sealed": "what they have written for themselves, sealed"},
        "id created_at changed_at",
        Goes(person_done("t.person_id", "t.created_at")),
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
        "id mail offer_id created_at due_at attempts sent_at failed_at problem held_at",
        Goes("coalesce(t.sent_at, t.failed_at, t.held_at)", 30 * DAY),
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
    "instance": Table({}, "id demo began_at"),
    "job_run": Table(plain="id job slot leased_until done_at", goes=Goes("t.done_at", 400 * DAY)),
    "job_report": Table(plain="id job ran_at failed_at problem took_ms runs failures busy_ms asked_at"),
    "passkey_challenge": Table(plain="id challenge expires_at", goes=Goes("t.expires_at", DAY)),
    "saved_search": Table(
        {"owner_id": "whose search it is", "query": "what they look for, as a calendar they read"},
        "id slug created_at used_at", Goes("t.used_at", TWO_YEARS),
    ),
    "tortoise_migrations": Table(plain="id app name applied_at"),
    "migration_mark": Table(plain="name compatible"),
}  # fmt: skip
