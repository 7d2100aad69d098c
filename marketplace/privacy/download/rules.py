"""How what is kept about a person is told on a page. No database here."""

from datetime import datetime
from typing import Any

from marketplace.base.i18n import LANGUAGES, at_clock, lazy, short_day
from marketplace.base.i18n import gettext as _
from marketplace.my_page import rules as my_page
from marketplace.people.models import RELATION_LABELS
from organizations.members.models import LEADS_AS_LABELS, ROLE_LABELS

Found = dict[str, list[dict[str, Any]]]
"""The records of each section, as JSON: what the file holds, and the page tells."""
TITLES = {
    "profile": lazy("Om deg"),
    "contacts": lazy("Adresser"),
    "bookings": lazy("Påmeldinger"),
    "companions": lazy("Folk som kommer sammen med deg"),
    "answers": lazy("Svar på spørsmål fra arrangøren"),
    "opening_notices": lazy("Når du vil ha beskjed om at påmeldingen åpner"),
    "sent_word": lazy("Når du har sagt fra at du ikke kommer"),
    "coming_again": lazy("Når du har sagt at du kommer neste gang"),
    "attendance": lazy("Oppmøte"),
    "marks": lazy("Det som er merket om deg i oppmøte"),
    "calls": lazy("Når noen skal ringe deg"),
    "calendar_entries": lazy("Datoer vi har sendt til kalenderen din"),
    "ended_attendance": lazy("Oppmøte som ikke gjelder lenger"),
    "people_i_help": lazy("Folk du hjelper"),
    "my_helpers": lazy("Folk som hjelper deg"),
    "memberships": lazy("Roller"),
    "notices": lazy("Meldinger du har valgt å få eller slippe"),
    "hosts": lazy("Tilbud du leder"),
    "invitations": lazy("Invitasjoner til deg"),
    "invited": lazy("Invitasjoner fra deg"),
    "registers": lazy("Oppmøte du har ført"),
    "taps": lazy("Merker du har satt i oppmøte"),
    "rung": lazy("Når du har ringt deltakere"),
    "written": lazy("Meldinger du har skrevet til deltakere"),
    "decisions": lazy("Svar du har gitt organisasjoner"),
    "plans": lazy("Det du har skrevet om kommunens mål og årsrapport"),
    "sign_ins": lazy("Innlogginger"),
    "codes": lazy("Lenker og koder vi har sendt"),
    "second_factors": lazy("Innlogging i to steg"),
    "own_goals": lazy("Det som er viktig for deg"),
    "calendar": lazy("Kalenderadresse"),
    "searches": lazy("Søk du har lagret som kalender"),
    "messages": lazy("Meldinger til deg"),
    "substitutes": lazy("Oppmøte du er bedt om å ta"),
    "taken": lazy("Oppmøte telefonen din har hatt med seg"),
    "looked": lazy("Hvem har sett opplysninger om deg"),
    "log": lazy("Det vi har skrevet ned om det du har gjort"),
}
"""The sections, and what each is called on the readable page."""
LABELS = {
    "accepted_at": lazy("Godtatt"), "action": lazy("Hva"), "address": lazy("Adresse"), "answer": lazy("Svar"),
    "at": lazy("Når"), "booked_by_me": lazy("Meldt på av deg"), "changed_at": lazy("Sist endret"),
    "called": lazy("Navn de bruker"),
    "called_at": lazy("Ringt"), "closed_at": lazy("Gjort ferdig"), "ended_by": lazy("Hvorfor den ikke gjelder"),
    "channel": lazy("Måte"), "created_at": lazy("Laget"), "device": lazy("Enhet"), "ended_at": lazy("Avsluttet"),
    "expires_at": lazy("Varer til"), "failed_at": lazy("Kom ikke fram"), "for_me": lazy("Gjelder deg"),
    "given_at": lazy("Sendt"), "taken_back_at": lazy("Tatt bort"),
    "kind": lazy("Hva"), "lang": lazy("Språk"), "leads_as": lazy("Leder som"),
    "mail": lazy("Melding"), "name": lazy("Navn"), "opened_at": lazy("Åpnet"),
    "next_path": lazy("Side du ville til"), "organization": lazy("Organisasjon"),
    "question": lazy("Spørsmål"), "reason": lazy("Begrunnelse"),
    "recorded_at": lazy("Ført"), "reference": lazy("Nummer"), "refused_at": lazy("Ingen hjemme på adressen"),
    "relation": lazy("Forhold"), "reply": lazy("Svar fra arrangøren"),
    "revoked_at": lazy("Fjernet"), "role": lazy("Rolle"), "saved_at": lazy("Lagret"),
    "seats": lazy("Plasser"), "seats_present": lazy("Antall som kom"), "second_factor_at": lazy("Steg to"),
    "seen_at": lazy("Sist brukt"), "sent_at": lazy("Sendt"), "shielded": lazy("Kallenavn på lister"),
    "starts_at": lazy("Når"), "state": lazy("Status"), "text": lazy("Tekst"), "title": lazy("Tilbud"),
    "taken_at": lazy("Hentet"), "tapped_at": lazy("Merket"), "times": lazy("Antall"), "told_at": lazy("Spurt"),
    "used_at": lazy("Brukt"),
    "verified_at": lazy("Bekreftet"), "wanted": lazy("Vil ha dem"), "who": lazy("Hvem"),
}  # fmt: skip
"""What each column is called on the readable page."""
VALUES: dict[str, dict[Any, Any]] = {
    "channel": {"email": lazy("E-post"), "sms": lazy("SMS"), "call": lazy("Oppringning")},
    "lang": dict(LANGUAGES),
    "relation": dict(RELATION_LABELS),
    "role": dict(ROLE_LABELS), "leads_as": dict(LEADS_AS_LABELS),
    "ended_by": {
        "self": lazy("Meldt av"), "host": lazy("Meldt av av arrangøren"), "session": lazy("Datoen ble avlyst"),
        "offer": lazy("Tilbudet ble avlyst"), "time_changed": lazy("Tiden ble byttet"),
        "expired": lazy("Fristen for å svare gikk ut"), "erased": lazy("Opplysningene ble slettet"),
    },
    "state": {
        "present": lazy("Til stede"), "absent": lazy("Ikke til stede"), "excused": lazy("Sa fra"),
        "waiting": lazy("Venteliste"),
    } | {state: words for state, (_look, words) in (my_page.PAST | my_page.COMING).items()},
}  # fmt: skip


def readable(found: Found) -> list[tuple[str, list[list[tuple[str, str]]]]]:
    """The same for a page: (title, records of (label, text)); what is empty is left out."""
    return [
        (str(TITLES[key]),
         [[(str(LABELS[name]), text(name, value)) for name, value in record.items() if value is not None]
          for record in records])
        for key, records in found.items() if records
    ]  # fmt: skip


def text(name: str, value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return _("ja") if value else _("nei")
    if name == "at" or name.endswith("_at"):
        moment = datetime.fromisoformat(value)
        return f"{short_day(moment, year=True)} {at_clock(moment)}"
    return str(VALUES.get(name, {}).get(value, value))
