"""Measures of security as the documents tell them, each beside the line of docs/security.md that "
"a test stands for."""

from typing import NamedTuple

from marketplace.base.i18n import lazy


class Measure(NamedTuple):
    said: object
    line: str
    """The line of docs/security.md, word for word."""


MEASURES = (
    Measure(lazy("Innlogging skjer med en engangslenke eller en kode. De virker én gang, og i 15 minutter. Det "
                 "finnes ingen passord."),
            "A link and its code work once, also when used at once"),
    Measure(lazy("Den som styrer en organisasjon, og kommunens koordinatorer må ha en faktor til før de ser noe "
                 "om andre."),
            "Managers and coordinators have a second factor first"),
    Measure(lazy("Innlogginger varer kort, og avsluttes på serveren når noen logger ut eller en rolle er slutt."),
            "Ended on the server at sign-out and when a role ends"),
    Measure(lazy("Hvem som får åpne hver side, står i én tabell som prøves side for side og rolle for rolle."),
            "Every route × role × whose object, as in [access.md](access.md)"),
    Measure(lazy("Deltakerne ses bare av den som leder tilbudet, og av organisasjonen som eier det. Kommunens "
                 "koordinator ser dem ikke."),
            "Participants' data in the owning unit only"),
    Measure(lazy("Den som vil være skjult, vises uten navn og adresse overalt."),
            "Shielded: no name, no address, nowhere"),
    Measure(lazy("Det står i en logg hvem som har lest eller endret noe om andre, og hvem som ble nektet. Loggen "
                 "kan ikke endres."),
            "The audit log: refusals too; nothing is changed in it"),
    Measure(lazy("Alle skjemaer er sikret mot å bli sendt fra andre nettsteder."),
            "Token, Origin, Sec-Fetch-Site; every POST"),
    Measure(lazy("Antall forsøk er begrenset for hver person, adresse og nettverk."),
            "Per network (IPv6: 64 bits), address, person"),
    Measure(lazy("Den som sletter alt om seg, står ikke igjen i noen tabell, logg eller melding. Den som ber om "
                 "det, får alt som er lagret om seg."),
            "Erasure leaves nothing"),
    Measure(lazy("Loggene fra tjenesten sier hvilken slags side som ble åpnet, "
                 "ikke av hvem, hvorfra eller hva som ble skrevet."),
            "A request is told by its route: no path, address, name or words"),
    Measure(lazy("Sikkerhetskopier kan bare leses av den som drifter, og prøves når de tas."),
            "A backup is nobody else's to read, and proven whole"),
    Measure(lazy("Det som er slettet, blir ikke med tilbake når en kopi hentes fram."),
            "What was lost stays lost after a restore"),
)  # fmt: skip
