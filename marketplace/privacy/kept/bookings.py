"""Bookings, and who came."""

from marketplace.base.i18n import lazy
from marketplace.privacy.kept.rules import (
    DAY,
    LAST_TIME,
    NUMBERS,
    TWO_YEARS,
    WORK,
    YEAR_COUNTED,
    Goes,
    Table,
    last_use,
)

BOOKINGS: dict[str, Table] = {
    "booking": Table(
        {
            "participant_id": lazy("å vite hvem som kommer"),
            "booked_by_id": lazy("å vite hvem som meldte på"),
            "contact_id": lazy("å nå deg"),
            "reference": lazy("å finne påmeldingen når du ringer"),
            "lang": lazy("å skrive på rett språk"),
            "reply": lazy("det organisasjonen har skrevet til deg"),
            "form_digest": lazy("å kjenne igjen et skjema som sendes to ganger (en kode, ikke innholdet)"),
            "handed_over_at": lazy("å skille det du gjorde selv, fra det andre gjorde for deg"),
        },
        "id by_host seats state ended_by form_key queue_no link_version held_until waited_at placed_at seated_at "
        "given_back_in_time asked talk_asked_at answered_at told_times made_with_id moved_to_id told_useful_at "
        "created_at changed_at offer_id organization_id pool_id",
        Goes(last_use("b.id = t.id", "t.created_at"), becomes={"reply": "''", "form_digest": "NULL"}),
        stays=NUMBERS,
        called=lazy("Påmeldinger"),
        until=LAST_TIME,
    ),
    "companion": Table(
        {"name": lazy("å vite hva du vil kalles")},
        "id booking_id",
        Goes(last_use("b.id = t.booking_id", "'-infinity'::timestamptz")),
        called=lazy("Dem du tar med"),
        until=LAST_TIME,
    ),
    "phone_call": Table(
        {
            "booking_id": lazy("å vite hvem som må ringes"),
            "about": lazy("å vite hva samtalen gjelder"),
            "number": lazy("å ringe dit du ba om"),
            "called_by_id": WORK,
        },
        "id session_id sequence message_id key since told_times called_at",
        Goes(last_use("b.id = t.booking_id", "t.since")),
        called=lazy("Dem som må ringes"),
        until=LAST_TIME,
    ),
    "booking_answer": Table(
        {
            "booking_id": lazy("å vite hvem som svarte"),
            "text": lazy("det arrangøren spurte om, av grunnen som sto i skjemaet"),
        },
        "id question_id",
        Goes("""(SELECT coalesce(p.ends_at, b.created_at) + make_interval(days => q.keep_days)
            FROM booking b JOIN seat_pool p ON p.id = b.pool_id, offer_question q
            WHERE b.id = t.booking_id AND q.id = t.question_id)"""),
        called=lazy("Svar på spørsmål i skjemaet"),
        until=lazy("så mange dager etter siste gang som skjemaet sier"),
    ),
    "opening_notice": Table(
        {
            "channel": lazy("å si fra når påmeldingen åpner"),
            "address": lazy("å si fra når påmeldingen åpner"),
            "lang": lazy("å skrive på rett språk"),
        },
        "id created_at pool_id",
        Goes("(SELECT coalesce(p.opens_at, t.created_at) FROM seat_pool p WHERE p.id = t.pool_id)", 7 * DAY),
        called=lazy("Beskjed når påmeldingen åpner"),
        until=lazy("%(after)s etter at påmeldingen åpnet"),
    ),
    "host_message": Table(
        {"author_id": WORK, "text": lazy("det deltakerne fikk vite. Noen kan være nevnt")},
        "id offer_id session_id recipients told created_at",
        Goes("t.created_at", 365 * DAY),
        called=lazy("Det den som leder, skriver til deltakerne"),
        until=lazy("%(after)s etter at det ble skrevet"),
    ),
    "unsubscription": Table(
        {"address_hash": lazy("å la være å skrive til den som ikke vil (en kode, ikke adressen)")},
        "id created_at",
        stays=lazy("til du ombestemmer deg"),
        called=lazy("Ønsket om ikke å få meldinger"),
    ),
    "calendar_entry": Table(
        {
            "booking_id": lazy("å ta en avlyst samling ut av kalenderen din"),
            "contact_id": lazy("å vite hvem sin kalender den ligger i"),
        },
        "id session_id sequence given_at taken_back_at",
        Goes("(SELECT s.ends_at FROM session s WHERE s.id = t.session_id)", 30 * DAY),
        called=lazy("Samlinger vi har lagt i kalenderen din"),
        until=lazy("%(after)s etter samlingen"),
    ),
    "coming_again": Table(
        {"booking_id": lazy("å si til den som leder, hvem som kommer likevel")},
        "id at session_id",
        Goes(last_use("b.id = t.booking_id", "t.at")),
        called=lazy("Beskjed om å komme likevel"),
        until=LAST_TIME,
    ),
    "sent_word": Table(
        {"booking_id": lazy("å føre fravær med beskjed, ikke uten")},
        "id at session_id",
        stays=NUMBERS,
        called=lazy("Beskjed om å ikke komme"),
    ),
    "attendance": Table(
        {
            "booking_id": lazy("å vite hvem som kom"),
            "state": lazy("å vite hvem som kom"),
            "seats_present": lazy("å vite hvem som kom"),
            "pseudonym": lazy("å telle hver person én gang, uten navn"),
        },
        "id cause recorded_at session_id",
        stays=YEAR_COUNTED,
        called=lazy("Oppmøte"),
    ),
    "register": Table(
        {"saved_by_id": WORK, "closed_by_person_id": WORK},
        "id saved_at volunteers closed_at closed_by session_id",
        Goes("t.saved_at", TWO_YEARS, {"saved_by_id": "NULL", "closed_by_person_id": "NULL"}),
        called=lazy("Hvem som har ført oppmøtet"),
        until=lazy("%(after)s etter at oppmøtet sist ble ført"),
    ),
    # As long as the register may be mended.
    "register_tap": Table(
        {
            "booking_id": lazy("å vite hvem som kom"),
            "value": lazy("å vite hvem som kom"),
            "person_id": WORK,
            "substitute_id": WORK,
        },
        "id field saw version tapped_at arrived_at outcome why chosen_at session_id",
        Goes("""(SELECT (date_trunc('year', s.starts_at AT TIME ZONE 'Europe/Oslo') + interval '13 months')
            AT TIME ZONE 'Europe/Oslo' FROM session s WHERE s.id = t.session_id)"""),
        called=lazy("Hvert merke i oppmøtet"),
        until=lazy("1. februar året etter, når året er gjort opp"),
    ),
    "ended_register": Table(
        {"marks": lazy("å vise den som leder, hva som ble av det de førte")},
        "id ended_by starts_at saved_at ended_at head_count session_id",
        Goes("t.ended_at", 90 * DAY),
        called=lazy("Oppmøte som ble ført på en samling som er flyttet eller avlyst"),
        until=lazy("%(after)s etter at samlingen ble flyttet eller avlyst"),
    ),
    "head_count": Table(plain="id count adults children by_code recorded_at session_id"),
    "check_in": Table(
        plain="id version digest opened_at session_id",
        goes=Goes("(SELECT s.ends_at FROM session s WHERE s.id = t.session_id)", DAY),
    ),
    "substitute": Table(
        {
            "made_by_id": lazy("å vite hvem som ba om en vikar"),
            "channel": lazy("å vite hvordan lenken ble sendt"),
            "address": lazy("å vite hvem lenken ble sendt til"),
            "browser": lazy("å la lenken virke i bare én nettleser (en kode)"),
        },
        "id created_at ends_at opened_at revoked_at session_id",
        Goes("t.ends_at", 30 * DAY),
        called=lazy("Vikarer for den som leder"),
        until=lazy("%(after)s etter at lenken sluttet å virke"),
    ),
    "register_taken": Table(
        {"person_id": lazy("å spørre dem når ingenting av oppmøtet kommer")},
        "id taken_at told_at session_id",
        Goes("t.taken_at", 30 * DAY),
        called=lazy("Hvem som har tatt med seg et oppmøte uten nett"),
        until=lazy("%(after)s etter at det ble tatt med"),
    ),
    "check_in_browser": Table(
        {"browser": lazy("å telle hver nettleser én gang (en kode)")},
        "id counted_as session_id",
        Goes("(SELECT s.ends_at FROM session s WHERE s.id = t.session_id)", DAY),
        called=lazy("Nettlesere som har meldt seg med ordene på veggen"),
        until=lazy("%(after)s etter samlingen"),
    ),
    "seat_pool": Table(
        plain="id capacity taken waiting reserved starts_at ends_at opens_at closes_at sequence offer_id session_id"
    ),
}
