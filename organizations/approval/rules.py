"""What a coordinator may answer, and what comes of it: pure decisions."""

from collections.abc import Iterator, Sized
from datetime import timedelta

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.text import name_key, without_marks
from organizations.approval.models import Answer
from organizations.directory.models import Organization, OrganizationKind, OrganizationState, RegisterState

MOVES: dict[OrganizationState, dict[Answer, OrganizationState]] = {
    OrganizationState.APPLIED: {
        Answer.APPROVED: OrganizationState.APPROVED,
        Answer.ASKED: OrganizationState.APPLIED,
        Answer.DECLINED: OrganizationState.DECLINED,
    },
    OrganizationState.APPROVED: {Answer.SUSPENDED: OrganizationState.SUSPENDED},
    OrganizationState.SUSPENDED: {Answer.REOPENED: OrganizationState.APPROVED},
    OrganizationState.DECLINED: {Answer.REOPENED: OrganizationState.APPROVED},
}
"""From each state: the answers that are possible, and the state that each leads to."""
LATE = timedelta(days=7)
"""The municipality is told once more of what has waited for so long."""
LETS_IN = {Answer.APPROVED, Answer.REOPENED}

ANSWER_LABELS = {
    Answer.APPROVED: lazy("Godkjenn"),
    Answer.ASKED: lazy("Be om å få vite mer"),
    Answer.DECLINED: lazy("Avslå"),
    Answer.SUSPENDED: lazy("Steng for en tid"),
    Answer.REOPENED: lazy("Åpne igjen"),
}
ANSWER_HINTS = {
    Answer.APPROVED: lazy("De får en egen side, og kan lage tilbud med en gang."),
    Answer.ASKED: lazy("De kan rette søknaden og sende den igjen."),
    Answer.DECLINED: lazy("De får ikke lage tilbud her. Du kan åpne for dem senere."),
    Answer.SUSPENDED: lazy(
        "Tilbudene forsvinner fra sidene med en gang, og ingen kan melde seg på. De som er påmeldt, beholder plassen."
    ),
    Answer.REOPENED: lazy("Siden og tilbudene vises igjen, og de kan lage nye."),
}
ANSWERED_LABELS = {
    Answer.APPROVED: lazy("Godkjent"),
    Answer.ASKED: lazy("Kommunen vil vite mer"),
    Answer.DECLINED: lazy("Ikke godkjent"),
    Answer.SUSPENDED: lazy("Stengt for en tid"),
    Answer.REOPENED: lazy("Åpnet igjen"),
}
REGISTER_LABELS = {
    RegisterState.FOUND: lazy("Nummeret er i bruk."),
    RegisterState.CLOSED: lazy("Organisasjonen er slettet, konkurs eller i ferd med å avvikles."),
    RegisterState.NOT_FOUND: lazy("Ingen har dette nummeret."),
    RegisterState.UNREACHABLE: lazy("Registeret svarte ikke."),
}
DOUBTFUL = {RegisterState.CLOSED, RegisterState.NOT_FOUND}
"""What a coordinator should look twice at."""
WELCOME = lazy("Velkommen! Nå kan dere lage tilbud.")
"""The reason of an approval where the coordinator gives none."""


LOOKS_AS = str.maketrans(
    dict(zip("аеорсухкмтвнѕԁԛԝһαορνκτυχβεηζμøłđ0", "aeopcyxkmtbhsdqwhaopvktyxbehzmoldo", strict=True))
    | dict.fromkeys("iıіӏι1|", "l")
    | {"æ": "ae"}
)
"""Letters that are taken for others, of our own alphabet and of two that have the same shapes; in small letters."""


def looks_as(name: str) -> str:
    """What is equal for names of organisations that a reader can take for each other: letters of one shape, accents,
    dots, dashes and spaces aside."""
    plain = without_marks(name_key(name)).translate(LOOKS_AS)
    return "".join(sign for sign in plain if sign.isalnum()) or name_key(name)


def objections(
    answer: Answer, reason: str, *, kind: OrganizationKind, numbered: bool, in_tree: bool, vouched: bool
) -> Iterator[tuple[str, str]]:
    """(field, words) of what an answer lacks. `in_tree`: a municipal unit has a unit above it, so that nobody takes it
    for the municipality itself."""
    if not reason and answer is not Answer.APPROVED:
        yield "reason", _("Skriv hvorfor. Organisasjonen får lese det.")
    if answer in LETS_IN and not numbered and not vouched:
        yield (
            "vouched",
            _("Sett kryss hvis du kjenner dem og går god for dem. Uten nummer må noen gjøre det."),
        )
    if answer in LETS_IN and kind is OrganizationKind.MUNICIPAL and not in_tree:
        yield "answer", _("Velg først hvilken enhet den hører under.")


SUSPENDED = lazy(
    "Organisasjonen er stengt for en tid. Dere kan ta imot dem som er påmeldt, og flytte eller avlyse, men ikke lage, "
    "endre eller fylle opp tilbud."
)


def theirs_to_change(their_turn: bool) -> None:
    """Raises Refused while the municipality has the application."""
    if not their_turn:
        raise Refused(_("Søknaden er hos kommunen, og kan ikke endres nå."))


def to_ask_about(organization: Organization) -> str:
    """The number that the registers are asked about. Raises Refused where there is none."""
    if not organization.number:
        raise Refused(_("De har ikke noe organisasjonsnummer å spørre om."))
    return organization.number


def at_work(state: OrganizationState) -> None:
    """Raises Refused when an organisation may make and change nothing for a while."""
    if state != OrganizationState.APPROVED:
        raise Refused(str(SUSPENDED))


def some_at_work(organizations: Sized) -> None:
    """Raises Refused when none of somebody's organisations may make anything."""
    if not organizations:
        raise Refused(str(SUSPENDED))
