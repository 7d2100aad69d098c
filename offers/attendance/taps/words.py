"""What a host is told of a tap that is refused."""

from marketplace.base.i18n import lazy
from offers.attendance.taps.rules import Why

WORDS = {
    Why.UNREADABLE: lazy("Merket kom i en form vi ikke kan lese."),
    Why.ELSEWHERE: lazy("Merket er sendt for en annen gang."),
    Why.ROLE: lazy("Du leder ikke denne gangen lenger, så merket er ikke tatt med."),
    Why.CANCELLED: lazy("Denne samlingen er avlyst."),
    Why.MOVED: lazy("Samlingen er flyttet siden du trykket."),
    Why.EARLY: lazy("Oppmøtet kan føres fra to timer før start."),
    Why.FUTURE: lazy("Klokka på telefonen går for fort."),
    Why.YEAR: lazy("Året er gjort opp, så oppmøtet kan ikke endres lenger."),
    Why.GONE: lazy("Påmeldingen gjelder ikke denne gangen lenger."),
    Why.VALUE: lazy("Det antallet eller svaret kan vi ikke ta imot."),
}
"""Each reason, as a sentence without blame."""
