"""Bookings, and who came."""

from marketplace.privacy.kept.rules import DAY, NUMBERS, TWO_YEARS, WORK, Goes, Table, last_use

BOOKINGS: dict[str, Table] = {
    "booking": Table(
        {"participant_id": "who comes", "booked_by_id": "who booked", "contact_id": "reaching them",
         "reference": "finding the booking by telephone", "lang": "the language of messages",
         "reply": "what the organisation wrote to them",
         "form_digest": "a keyed hash: knowing a form that is sent again",
         "handed_over_at": "telling what they made from what others did"},
        "id by_host seats state ended_by form_key queue_no link_version held_until waited_at placed_at seated_at "
        "given_back_in_time asked talk_asked_at answered_at told_times made_with_id moved_to_id told_useful_at "
        "created_at changed_at offer_id organization_id pool_id",
        Goes(last_use("b.id = t.id", "t.created_at"), becomes={"reply": "''", "form_digest": "NULL"}),
        stays=NUMBERS,
    ),
    "companion": Table(
        {"name": "what the host calls them"},
        "id booking_id",
        Goes(last_use("b.id = t.booking_id", "'-infinity'::timestamptz")),
    ),
    "phone_call": Table(
        {"booking_id": "whom to ring", "about": "what to say", "number": "where they asked to be rung",
         "called_by_id": WORK},
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
    "coming_again": Table(
        {"booking_id": "telling the host whom to expect"}, "id at session_id",
        Goes(last_use("b.id = t.booking_id", "t.at")),
    ),
    "sent_word": Table({"booking_id": "excused, not absent"}, "id at session_id", stays=NUMBERS),
    "attendance": Table(
        {"booking_id": "who came", "state": "who came", "seats_present": "who came", "pseudonym": "counting people"},
        "id cause recorded_at session_id",
        stays=f"{NUMBERS}, and the pseudonym's key is destroyed with its year",
    ),
    "register": Table(
        {"saved_by_id": WORK, "closed_by_person_id": WORK},
        "id saved_at volunteers closed_at closed_by session_id",
        Goes("t.saved_at", TWO_YEARS, {"saved_by_id": "NULL", "closed_by_person_id": "NULL"}),
    ),
    # As long as the register may be mended.
    "register_tap": Table(
        {"booking_id": "who came", "value": "who came", "person_id": WORK, "substitute_id": WORK},
        "id field saw version tapped_at arrived_at outcome why chosen_at session_id",
        Goes("""(SELECT (date_trunc('year', s.starts_at AT TIME ZONE 'Europe/Oslo') + interval '13 months')
            AT TIME ZONE 'Europe/Oslo' FROM session s WHERE s.id = t.session_id)"""),
    ),
    "ended_register": Table(
        {"marks": "telling a host what became of what they marked"},
        "id ended_by starts_at saved_at ended_at head_count session_id",
        Goes("t.ended_at", 90 * DAY),
    ),
    "head_count": Table(plain="id count adults children by_code recorded_at session_id"),
    "check_in": Table(
        plain="id version digest opened_at session_id",
        goes=Goes("(SELECT s.ends_at FROM session s WHERE s.id = t.session_id)", DAY),
    ),
    "substitute": Table(
        {"made_by_id": "telling hosts who sent it", "channel": "telling hosts where it went",
         "address": "telling hosts whom they sent it to", "browser": "a keyed hash: a link is one browser's"},
        "id created_at ends_at opened_at revoked_at session_id",
        Goes("t.ends_at", 30 * DAY),
    ),
    "register_taken": Table(
        {"person_id": "asking them what became of it when nothing comes"}, "id taken_at told_at session_id",
        Goes("t.taken_at", 30 * DAY),
    ),
    "check_in_browser": Table(
        {"browser": "a keyed hash: one browser is one head"}, "id counted_as session_id",
        Goes("(SELECT s.ends_at FROM session s WHERE s.id = t.session_id)", DAY),
    ),
    "seat_pool": Table(plain="id capacity taken waiting reserved starts_at ends_at opens_at closes_at offer_id "
                             "session_id"),
}  # fmt: skip
