"""What is said of a table: what each column is for, and until when it is kept. The words are those of the public page
and of the documents made from it (retention/): Bokmål, to whoever it is about.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from marketplace.base.data import backed_up
from marketplace.base.i18n import lazy
from offers.seats.sql import active

AUDIT_MONTHS = 24
"""Whole months of the audit log that are kept besides the present one."""
MAILBOX = timedelta(days=30)
"""How long messages lie in the local mailbox, where no mail server is set."""
DAY = timedelta(days=1)
MONTH = timedelta(days=30)
"""So long after something ended who may still ask what it was."""
DIFFERING = timedelta(days=14)
"""How long a restore's list of bookings that differ may lie, should nobody have deleted it."""
BACKUPS = backed_up.KEPT
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

    Personal columns either go by themselves (`goes`), or `stays` says why they may be there. `called` is the table in
    plain words, and `until` says in words what `goes` says in SQL: where that has an `after`, so has this.
    """

    personal: dict[str, object] = field(default_factory=dict)
    plain: str = ""
    goes: Goes | None = None
    stays: object = ""
    called: object = ""
    until: object = ""


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
WORK = lazy("å kunne svare for det som gjøres på jobb")
NUMBERS = lazy("Raden blir stående uten navn, så tallene stemmer")
YEAR_COUNTED = lazy(
    "Raden blir stående uten navn, så tallene stemmer. Nøkkelen bak koden ødelegges når året er gjort opp"
)
MUNICIPAL = lazy(
    "Det er en del av kommunens plan eller rapport. Navnet på den som skrev det, går når personen blir glemt"
)
PERSON_GONE = lazy("når ingen innlogging, rolle eller påmelding trenger det lenger")
LAST_TIME = lazy("så mange måneder etter siste gang som tilbudet sier, vanligvis seks")
OFFER_GONE = lazy("%(after)s etter at tilbudet er over")
