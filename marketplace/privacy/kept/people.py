"""People and how they get in. In this order: who has no sign-in and no role any more goes in the same night."""

from marketplace.base.i18n import lazy
from marketplace.privacy.kept.rules import (
    ANSWERED,
    DAY,
    LAST_TIME,
    MONTH,
    OFFER_GONE,
    OFFER_OVER,
    PERSON_GONE,
    TWO_YEARS,
    WORK,
    Goes,
    Table,
    last_use,
    person_done,
)

PEOPLE: dict[str, Table] = {
    "sign_in_ticket": Table(
        {
            "channel": lazy("å sende lenken dit"),
            "address": lazy("å sende lenken dit"),
            "next_path": lazy("å komme videre dit du var på vei"),
            "person_id": lazy("å vite hvem adressen skal høre til"),
        },
        "id link_hash code_hash guesses created_at expires_at used_at",
        Goes("t.expires_at", DAY),
        called=lazy("Innloggingslenker og koder"),
        until=lazy("%(after)s etter at lenken gikk ut"),
    ),
    "sign_in": Table(
        {
            "person_id": lazy("å vite hvem som er logget inn"),
            "device": lazy("å kjenne igjen egne enheter"),
            "seen_at": lazy("å avslutte innlogginger som ikke er i bruk"),
        },
        "id secret_hash created_at expires_at ended_at second_factor_at",
        Goes("least(t.ended_at, t.expires_at)", MONTH),
        called=lazy("Innlogginger"),
        until=lazy("%(after)s etter at innloggingen er avsluttet"),
    ),
    "membership": Table(
        {"person_id": lazy("å vite hva noen har lov til"), "role": lazy("å vite hva noen har lov til")},
        "id created_at ended_at organization_id",
        Goes(
            f"""coalesce(t.ended_at, (SELECT {ANSWERED.format(o="o")} FROM organization o
            WHERE o.id = t.organization_id AND o.state = 'declined'))""",
            TWO_YEARS,
        ),
        called=lazy("Roller i organisasjoner og i kommunen"),
        until=lazy("%(after)s etter at rollen er slutt, eller organisasjonen fikk nei"),
    ),
    "invitation": Table(
        {
            "channel": lazy("å sende invitasjonen"),
            "address": lazy("å sende invitasjonen"),
            "lang": lazy("å skrive på rett språk"),
            "role": lazy("å vite hva de inviteres til"),
            "leads_as": lazy("å vite hvordan de skal lede tilbudet"),
            "invited_by_id": WORK,
        },
        "id token_hash created_at expires_at accepted_at ended_at organization_id offer_id",
        Goes("least(t.accepted_at, t.ended_at, t.expires_at)", 30 * DAY),
        called=lazy("Invitasjoner"),
        until=lazy("%(after)s etter at invitasjonen er brukt, trukket tilbake eller gått ut"),
    ),
    "acts_for": Table(
        {
            "actor_id": lazy("å vite hvem som hjelper"),
            "person_id": lazy("å vite hvem som får hjelp"),
            "relation": lazy("å vite hva de er for hverandre"),
            "called": lazy("å kalle dem det den som hjelper, kjenner dem som"),
        },
        "id created_at accepted_at ended_at desk_id",
        Goes(f"""coalesce(t.ended_at + interval '{MONTH.days} days', CASE
            WHEN t.relation = 'guide' THEN {last_use("b.participant_id = t.person_id", "t.created_at")}
            WHEN t.accepted_at IS NULL THEN t.created_at + interval '{MONTH.days} days'
            ELSE {person_done("t.actor_id", "t.created_at")} END)"""),
        called=lazy("Hvem som hjelper hvem"),
        until=lazy(
            "%(month)s etter at hjelpen er slutt eller ikke ble godtatt. "
            "Ellers når ingen innlogging, rolle eller påmelding trenger det lenger"
        ),
    ),
    "totp": Table(
        {"person_id": lazy("å vite hvem appen tilhører"), "secret": lazy("å kontrollere kodene")},
        "id last_step created_at",
        Goes(person_done("t.person_id", "t.created_at")),
        called=lazy("Kodeapper"),
        until=PERSON_GONE,
    ),
    "passkey": Table(
        {
            "person_id": lazy("å vite hvem nøkkelen tilhører"),
            "credential": lazy("å be om den ved innlogging"),
            "device": lazy("å kjenne igjen egne enheter"),
        },
        "id public_key sign_count created_at used_at",
        Goes(person_done("t.person_id", "t.created_at")),
        called=lazy("Passnøkler"),
        until=PERSON_GONE,
    ),
    "recovery_code": Table(
        {"person_id": lazy("å vite hvem koden tilhører")},
        "id code_hash created_at used_at",
        Goes(
            f"coalesce(t.used_at + interval '{MONTH.days} days', {person_done('t.person_id', 't.created_at')})"
        ),
        called=lazy("Reservekoder"),
        until=lazy(
            "%(month)s etter at koden er brukt. "
            "Ellers når ingen innlogging, rolle eller påmelding trenger det lenger"
        ),
    ),
    "member_notice": Table(
        {"person_id": lazy("å vite hvem som har valgt"), "wanted": lazy("å si fra om det de vil vite")},
        "id kind changed_at organization_id",
        Goes("""CASE WHEN NOT EXISTS (SELECT FROM membership m WHERE m.person_id = t.person_id
            AND m.organization_id = t.organization_id AND m.ended_at IS NULL) THEN t.changed_at END"""),
        called=lazy("Hva den som har en rolle, vil ha beskjed om"),
        until=lazy("når rollen er slutt"),
    ),
    "host_assignment": Table(
        {
            "person_id": lazy("å vite hvem som leder et tilbud"),
            "leads_as": lazy("å telle tilbud som ledes sammen av folk med ulik bakgrunn"),
        },
        "id offer_id",
        Goes(f"(SELECT {OFFER_OVER.format(o='o')} FROM offer o WHERE o.id = t.offer_id)", TWO_YEARS),
        called=lazy("Hvem som leder et tilbud"),
        until=OFFER_GONE,
    ),
    "host_ended": Table(
        {"person_id": lazy("å ta imot det de førte mens de ledet tilbudet")},
        "id offer_id ended_at",
        Goes("t.ended_at", 90 * DAY),
        called=lazy("Hvem som har ledet et tilbud"),
        until=lazy("%(after)s etter at de sluttet å lede det"),
    ),
    "calendar_address": Table(
        {"person_id": lazy("å vite hvem kalenderen tilhører")},
        "id secret_hash hosting organization_id created_at revoked_at",
        Goes(
            f"coalesce(t.revoked_at + interval '{MONTH.days} days', {person_done('t.person_id', 't.created_at')})"
        ),
        called=lazy("Kalenderadresser"),
        until=lazy(
            "%(month)s etter at adressen er trukket tilbake. "
            "Ellers når ingen innlogging, rolle eller påmelding trenger det lenger"
        ),
    ),
    "contact_point": Table(
        {
            "person_id": lazy("å vite hvem det tilhører"),
            "channel": lazy("å nå deg"),
            "value": lazy("å nå deg"),
            "verified_at": lazy("å vite hvem det tilhører"),
            "refused_at": lazy("å vite hvem som må ringes"),
        },
        "id created_at",
        Goes(f"""CASE WHEN EXISTS (SELECT FROM acts_for a WHERE a.person_id = t.person_id AND a.ended_at IS NULL
                AND a.accepted_at IS NULL AND a.relation <> 'guide') THEN NULL
            WHEN t.verified_at IS NULL THEN {last_use("b.contact_id = t.id", "t.created_at")}
            ELSE {person_done("t.person_id", "t.created_at")} END"""),
        called=lazy("E-postadresser og telefonnumre"),
        until=LAST_TIME,
    ),
    "own_goal": Table(
        {
            "person_id": lazy("å vite hvem det tilhører"),
            "sealed": lazy("det du har skrevet for deg selv, forseglet"),
        },
        "id created_at changed_at",
        Goes(person_done("t.person_id", "t.created_at")),
        called=lazy("Egne mål"),
        until=PERSON_GONE,
    ),
    "person": Table(
        {
            "name": lazy("å vite hva du vil kalles"),
            "lang": lazy("å skrive til deg på ditt språk"),
            "shielded": lazy("å følge ønsket om å være skjult"),
        },
        "id created_at",
        Goes(
            person_done("t.id", "t.created_at"), becomes={"name": "NULL", "lang": "'nb'", "shielded": "false"}
        ),
        called=lazy("Navn eller kallenavn, språk og ønsket om å være skjult"),
        until=PERSON_GONE,
    ),
    "outbox_message": Table(
        {
            "channel": lazy("å nå deg"),
            "address": lazy("å nå deg"),
            "facts": lazy("å skrive meldingen"),
            "lang": lazy("å skrive meldingen"),
            "dedupe_key": lazy("å sende den bare én gang"),
            "booking_id": lazy("å stoppe den når retten til å få den er borte"),
            "person_id": lazy("å stoppe den når retten til å få den er borte"),
            "link_version": lazy("å avslutte lenker sammen med retten til dem"),
        },
        "id mail offer_id created_at due_at attempts sent_at failed_at problem waits_for",
        Goes(
            """coalesce(t.sent_at, t.failed_at,
            CASE WHEN t.waits_for = 'word' THEN greatest(t.created_at, t.due_at) END)""",
            30 * DAY,
        ),
        called=lazy("Meldinger vi har sendt"),
        until=lazy("%(after)s etter at meldingen er sendt eller gitt opp"),
    ),
    "carrier_away": Table(plain="id channel since again_at failures problem"),
    "sent_form": Table(
        {
            "key": lazy("å kjenne igjen et skjema som sendes to ganger (en kode, ikke innholdet)"),
            "led_to": lazy("å gi det samme svaret igjen"),
        },
        "id created_at",
        Goes("t.created_at", 7 * DAY),
        called=lazy("Skjemaer som kan bli sendt to ganger"),
        until=lazy("%(after)s etter at skjemaet ble sendt"),
    ),
    "rate_limit": Table(
        {"id": lazy("å stoppe den som prøver for mange ganger (en kode, ikke adressen)")},
        "count window_ends",
        Goes("t.window_ends"),
        called=lazy("Hvor ofte noe er prøvd"),
        until=lazy("når grensen ikke gjelder lenger, etter 30 dager eller mindre"),
    ),
    "audit_entry": Table(
        {
            "actor_id": WORK,
            "object_id": WORK,
            "person_id": lazy("å kunne fortelle deg hvem som har sett på opplysningene dine"),
        },
        "id at action organization_id details",
        stays=lazy("hele måneder slettes når de er %(audit)s måneder gamle"),
        called=lazy("Loggen over hvem som har gjort eller sett hva"),
    ),
    "instance": Table({}, "id demo began_at calendar_domain calendar_organizer"),
    "secret_used": Table(plain="id fingerprint since"),
    "forgetting": Table(plain="id at gone", goes=Goes("t.at", 400 * DAY)),
    "job_run": Table(plain="id job slot leased_until done_at", goes=Goes("t.done_at", 400 * DAY)),
    "job_report": Table(plain="id job ran_at failed_at problem took_ms runs failures busy_ms asked_at"),
    "passkey_challenge": Table(plain="id challenge expires_at", goes=Goes("t.expires_at", DAY)),
    "saved_search": Table(
        {"owner_id": lazy("å vite hvem søket tilhører"), "query": lazy("å vise søket som kalender")},
        "id slug created_at used_at",
        Goes("t.used_at", TWO_YEARS),
        called=lazy("Søk som vises i en kalender"),
        until=lazy("%(after)s etter at kalenderen sist ble hentet"),
    ),
    "tortoise_migrations": Table(plain="id app name applied_at"),
    "migration_mark": Table(plain="name compatible"),
}
