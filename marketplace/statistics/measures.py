"""What is counted, as data: each measure with its definition, printed wherever a number of it is shown."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.base.i18n import lazy

WHOLE_FROM = 50
"""What is shown of the whole municipality only is shown where at least so many people are."""


class Measure(StrEnum):
    """The names under which numbers are stored of a cell. They are never changed: what is stored bears them."""

    # Of every cell.
    ATTENDANCES = "attendances"
    PEOPLE = "people"
    SESSIONS = "sessions"
    OFFERS = "offers"
    DROP_IN = "drop_in"
    SEATS_OFFERED = "seats_offered"
    MINUTES = "minutes"
    DUE = "due"
    LISTED = "listed"
    LED_TOGETHER = "led_together"
    IDEAS = "ideas"
    IDEA_WITHIN_90 = "idea_within_90"
    IDEA_WITHIN_180 = "idea_within_180"
    IDEA_WITHIN_365 = "idea_within_365"
    IDEA_LONGER = "idea_longer"
    VOLUNTEERS_SAID = "volunteers_said"
    # Of the whole municipality only.
    VOLUNTEERS = "volunteers"
    VOLUNTEER_HOURS = "volunteer_hours"
    CAME_THREE = "came_three"
    STARTED = "started"
    COMPLETED = "completed"
    MISSED = "missed"
    CAME_BACK = "came_back"
    EXPECTED = "expected"
    NO_SHOWS = "no_shows"
    CANCELLED = "cancelled"
    CANCELLED_IN_TIME = "cancelled_in_time"
    FREED = "freed"
    REFILLED = "refilled"
    WAITED = "waited"
    PLACED = "placed"
    LEFT = "left"
    REQUESTS = "requests"
    ANSWERED = "answered"
    ANSWERED_IN_TIME = "answered_in_time"
    WITHIN_1 = "within_1"
    WITHIN_7 = "within_7"
    WITHIN_30 = "within_30"
    WITHIN_90 = "within_90"
    LONGER = "longer"
    USEFUL_YES = "useful_yes"
    USEFUL_SOME = "useful_some"
    USEFUL_NO = "useful_no"


DAYS = (Measure.WITHIN_1, Measure.WITHIN_7, Measure.WITHIN_30, Measure.WITHIN_90, Measure.LONGER)
"""Days from asking to a seat, in classes: each booking is in one of them."""
USEFUL = (Measure.USEFUL_YES, Measure.USEFUL_SOME, Measure.USEFUL_NO)
IDEA_DAYS = (Measure.IDEA_WITHIN_90, Measure.IDEA_WITHIN_180, Measure.IDEA_WITHIN_365, Measure.IDEA_LONGER)
"""Days from an item of the dialogue to the first session of what came of it, in classes."""
EXACT = frozenset(
    {Measure.SESSIONS, Measure.OFFERS, Measure.DROP_IN, Measure.SEATS_OFFERED, Measure.MINUTES, Measure.DUE,
     Measure.LISTED, Measure.LED_TOGETHER, Measure.VOLUNTEERS_SAID, Measure.IDEAS, *IDEA_DAYS}
)  # fmt: skip
"""Nobody is counted here, so these are stored as they are. All others are rounded by the cell's staircase."""
OF_EVERY_CELL = EXACT - {Measure.LED_TOGETHER} | {Measure.ATTENDANCES, Measure.PEOPLE}
"""Of a part, an exact one would say which offer a peer leads, and so of somebody there that they are one."""


@dataclass(frozen=True)
class Indicator:
    """One measure in words. `of` is what it is a part of, `per` the measure that it is divided by there."""

    name: Measure
    label: str
    counts: str
    unit: str
    source: str
    of: str | None = None
    per: Measure | None = None
    left_out: str | None = None

    @property
    def exact(self) -> bool:
        return self.name in EXACT

    @property
    def whole_only(self) -> bool:
        """Shown of the whole municipality only, where at least WHOLE_FROM people are shown."""
        return self.name not in OF_EVERY_CELL


REGISTERS, BOOKINGS, OFFERS = lazy("Registrert oppmøte"), lazy("Påmeldinger"), lazy("Tilbud og samlinger")
ANSWERS, DIALOGUE = lazy("Svar etter samlinger"), lazy("Saker i frivillighetsdialogen")
PEOPLE, TIMES, SESSIONS = lazy("personer"), lazy("ganger"), lazy("samlinger")
BOOKED, SEATS = lazy("påmeldinger"), lazy("plasser")
NOT_SAVED = lazy("Samlinger der oppmøtet ikke er ført")


def _rows() -> tuple[Indicator, ...]:
    m = Measure
    return (
        Indicator(
            m.ATTENDANCES, lazy("Oppmøter"),
            lazy("Hvor mange ganger noen kom: påmeldte, de som var med dem, og de som bare kom innom"),
            TIMES, REGISTERS, left_out=NOT_SAVED,
        ),
        Indicator(
            m.PEOPLE, lazy("Forskjellige personer"),
            lazy("Hvor mange som har vært med minst én gang i året, regnet med der de kom først"),
            PEOPLE, REGISTERS, left_out=lazy(
                "De som bare kom innom, og de som var med andre. Den som ikke har logget inn eller brukt lenken sin, "
                "telles én gang for hver organisasjon"),
        ),
        Indicator(
            m.SESSIONS, lazy("Samlinger"), lazy("Samlinger som er holdt, og der oppmøtet er ført"),
            SESSIONS, REGISTERS, left_out=lazy("Avlyste samlinger"), of=lazy("samlinger som er over"), per=m.DUE,
        ),
        Indicator(
            m.OFFERS, lazy("Tilbud"), lazy("Tilbud som har holdt minst én samling"), lazy("tilbud"), REGISTERS,
        ),
        Indicator(
            m.DROP_IN, lazy("Samlinger uten påmelding"), lazy("Samlinger der det er bare å komme"), SESSIONS, REGISTERS,
            of=lazy("samlinger"), per=m.SESSIONS,
        ),
        Indicator(
            m.SEATS_OFFERED, lazy("Plasser som er tilbudt"), lazy("Plasser på samlinger som er holdt"), SEATS, OFFERS,
            left_out=lazy("Samlinger uten et høyeste antall plasser"),
        ),
        Indicator(
            m.MINUTES, lazy("Minutter"), lazy("Hvor lenge samlinger som er holdt, varte til sammen"), lazy("minutter"),
            OFFERS,
        ),
        Indicator(
            m.DUE, lazy("Samlinger som er over"), lazy("Samlinger som er over, der oppmøtet skal føres"), SESSIONS,
            OFFERS, left_out=lazy("Avlyste samlinger, og det en melder seg på andre steder"),
        ),
        Indicator(
            m.LISTED, lazy("Publiserte tilbud"), lazy("Tilbud som har vært publisert i året"), lazy("tilbud"), OFFERS,
        ),
        Indicator(
            m.LED_TOGETHER, lazy("Tilbud ledet av fagperson og likeperson sammen"),
            lazy("Tilbud der minst én samling ble ledet av både en fagperson og en likeperson, slik organisasjonen har "
                 "sagt det før oppmøtet ble telt"),
            lazy("tilbud"), OFFERS, of=lazy("tilbud"), per=m.OFFERS,
            left_out=lazy("Tilbud der det ikke er sagt hvem som leder"),
        ),
        Indicator(
            m.IDEAS, lazy("Tilbud som er kommet ut av dialogen"),
            lazy("Tilbud som holdt sin første samling i året, og som er svar på en sak i frivillighetsdialogen"),
            lazy("tilbud"), DIALOGUE, of=lazy("tilbud"), per=m.OFFERS,
            left_out=lazy("Saker der det ikke er sagt hva det ble av dem"),
        ),
        *(
            Indicator(
                measure, label, lazy("Dager fra saken ble satt på sakslista, til tilbudet holdt sin første samling"),
                lazy("tilbud"), DIALOGUE, of=lazy("tilbud som er kommet ut av dialogen"), per=m.IDEAS,
            )
            for measure, label in zip(IDEA_DAYS, (
                lazy("Fra idé til første samling innen 90 dager"),
                lazy("Fra idé til første samling etter 90 til 180 dager"),
                lazy("Fra idé til første samling etter 180 til 365 dager"),
                lazy("Fra idé til første samling etter mer enn et år"),
            ), strict=True)
        ),
        Indicator(
            m.VOLUNTEERS_SAID, lazy("Samlinger der frivillige er talt"),
            lazy("Samlinger der det står hvor mange frivillige som var med, også når det var ingen"),
            SESSIONS, REGISTERS, of=lazy("samlinger"), per=m.SESSIONS,
        ),
        Indicator(
            m.VOLUNTEERS, lazy("Frivillige på samlinger"),
            lazy("Hvor mange ganger en frivillig hjalp til på en samling. Den som hjelper ti ganger, teller ti"),
            TIMES, REGISTERS, left_out=lazy("Samlinger der frivillige ikke er talt"),
        ),
        Indicator(
            m.VOLUNTEER_HOURS, lazy("Frivillige timer"),
            lazy("Tallet på frivillige ganger hvor lenge samlingene varte i snitt"),
            lazy("timer"), REGISTERS,
            left_out=lazy("Samlinger der frivillige ikke er talt, og arbeid før og etter samlingen"),
        ),
        Indicator(
            m.CAME_THREE, lazy("Kom tre ganger eller mer"),
            lazy("Personer som har kommet minst tre ganger i året"), PEOPLE, REGISTERS,
            of=lazy("forskjellige personer"), per=m.PEOPLE, left_out=NOT_SAVED,
        ),
        Indicator(
            m.STARTED, lazy("Begynte på kurs"), lazy("De som har kommet minst én gang på et kurs som er over"),
            BOOKED, REGISTERS, left_out=NOT_SAVED,
        ),
        Indicator(
            m.COMPLETED, lazy("Fullførte kurs"),
            lazy("De som kom på minst tre av fire samlinger der oppmøtet er ført"), BOOKED, REGISTERS,
            of=lazy("begynte på kurs"), per=m.STARTED, left_out=NOT_SAVED,
        ),
        Indicator(
            m.MISSED, lazy("Var borte en gang"),
            lazy("Personer som ikke kom til en samling de var påmeldt, og som tilbudet har hatt flere samlinger for"),
            PEOPLE, REGISTERS, left_out=NOT_SAVED,
        ),
        Indicator(
            m.CAME_BACK, lazy("Kom tilbake"), lazy("De som kom igjen til det samme tilbudet etter å ha vært borte"),
            PEOPLE, REGISTERS, of=lazy("de som var borte en gang"), per=m.MISSED, left_out=NOT_SAVED,
        ),
        Indicator(
            m.EXPECTED, lazy("Ventet"),
            lazy("Påmeldinger det ble ført oppmøte for. En påmelding til et helt kurs teller én"), BOOKED, REGISTERS,
        ),
        Indicator(
            m.NO_SHOWS, lazy("Kom ikke"),
            lazy("Påmeldinger der noen minst én gang ikke kom, og ikke ga beskjed"), BOOKED, REGISTERS,
            of=lazy("påmeldinger det ble ført oppmøte for"), per=m.EXPECTED, left_out=NOT_SAVED,
        ),
        Indicator(
            m.CANCELLED, lazy("Avmeldinger"), lazy("Påmeldinger som deltakeren selv har meldt av"), BOOKED, BOOKINGS,
        ),
        Indicator(
            m.CANCELLED_IN_TIME, lazy("Avmeldt i god tid"), lazy("Avmeldinger minst et døgn før start"), BOOKED,
            BOOKINGS, of=lazy("avmeldinger"), per=m.CANCELLED,
        ),
        Indicator(
            m.FREED, lazy("Plasser som ble ledige"),
            lazy("Påmeldinger med plass som deltakeren selv har meldt av, der det er et høyeste antall plasser"),
            BOOKED, BOOKINGS,
        ),
        Indicator(
            m.REFILLED, lazy("Ledige plasser som ble fylt igjen"),
            lazy("Ledige plasser som en annen fikk etterpå"), BOOKED, BOOKINGS,
            of=lazy("plasser som ble ledige"), per=m.FREED,
        ),
        Indicator(m.WAITED, lazy("Sto i kø"), lazy("Personer som har stått på venteliste"), PEOPLE, BOOKINGS),
        Indicator(
            m.PLACED, lazy("Fikk plass fra køen"), lazy("Personer som fikk plass fra en venteliste"), PEOPLE, BOOKINGS,
            of=lazy("de som har stått i kø"), per=m.WAITED,
        ),
        Indicator(
            m.LEFT, lazy("Gikk ut av køen"), lazy("Personer som meldte seg av før de fikk plass"), PEOPLE, BOOKINGS,
            of=lazy("de som har stått i kø"), per=m.WAITED,
        ),
        Indicator(m.REQUESTS, lazy("Forespørsler"), lazy("Forespørsler om plass"), BOOKED, BOOKINGS),
        Indicator(
            m.ANSWERED, lazy("Besvarte forespørsler"), lazy("Forespørsler som har fått svar"), BOOKED, BOOKINGS,
            of=lazy("forespørsler"), per=m.REQUESTS,
        ),
        Indicator(
            m.ANSWERED_IN_TIME, lazy("Svar i tide"), lazy("Forespørsler som fikk svar innen sju dager"), BOOKED,
            BOOKINGS, of=lazy("forespørsler"), per=m.REQUESTS,
        ),
        *(
            Indicator(
                measure, label, lazy("Dager fra noen spurte eller stilte seg i kø, til de fikk plass"), BOOKED,
                BOOKINGS,
            )
            for measure, label in zip(DAYS, (
                lazy("Fikk plass innen 1 dag"), lazy("Fikk plass etter 1 til 7 dager"),
                lazy("Fikk plass etter 7 til 30 dager"), lazy("Fikk plass etter 30 til 90 dager"),
                lazy("Fikk plass etter mer enn 90 dager"),
            ), strict=True)
        ),
        *(
            Indicator(measure, label, lazy("Svar på om tilbudet var til nytte"), lazy("svar"), ANSWERS)
            for measure, label in zip(USEFUL, (
                lazy("Svarte at det var til nytte"), lazy("Svarte at det var til litt nytte"),
                lazy("Svarte at det ikke var til nytte"),
            ), strict=True)
        ),
    )  # fmt: skip


INDICATORS: dict[Measure, Indicator] = {row.name: row for row in _rows()}
