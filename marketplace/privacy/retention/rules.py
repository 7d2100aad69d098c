"""What goes when, as everybody may read it: the table in code (privacy/rules.py), grouped by what people recognise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from marketplace.base.data import ledger
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext
from marketplace.base.numbers import amount
from marketplace.privacy.kept.rules import AUDIT_MONTHS, BACKUPS, DIFFERING, MAILBOX, MONTH, Table
from marketplace.privacy.rules import TABLES

YEAR = 365


@dataclass(frozen=True)
class Group:
    called: object
    tables: tuple[str, ...]


GROUPS = (
    Group(
        lazy("Du og innloggingen din"),
        ("person", "contact_point", "sign_in_ticket", "sign_in", "passkey", "totp", "recovery_code", "acts_for",
         "own_goal", "saved_search"),
    ),
    Group(
        lazy("Når du melder deg på"),
        ("booking", "booking_answer", "companion", "opening_notice", "phone_call", "sent_form"),
    ),
    Group(
        lazy("Når du kommer"),
        ("attendance", "sent_word", "coming_again", "check_in_browser", "register_tap", "ended_register"),
    ),
    Group(
        lazy("Meldinger og kalender"),
        ("outbox_message", "host_message", "unsubscription", "calendar_entry", "calendar_address"),
    ),
    Group(
        lazy("Når du leder noe eller har en rolle"),
        ("membership", "invitation", "member_notice", "host_assignment", "host_ended", "register",
         "register_taken", "substitute"),
    ),
    Group(lazy("Organisasjoner og tilbud"), ("organization", "offer", "offer_text", "picture", "decision")),
    Group(
        lazy("Det kommunen planlegger etter"),
        ("need", "unfound", "unfound_key", "goal_change", "plan_comment", "report_version", "report_words"),
    ),
    Group(lazy("Så ingen misbruker tjenesten"), ("audit_entry", "rate_limit")),
)  # fmt: skip
"""Every table that tells something of a person is in one of them; a house test looks."""


@dataclass(frozen=True)
class Line:
    """A table as it is told. `why` is what its columns are for, each once; `until` when it goes; `stays` what is left,
    and why."""

    called: str
    why: tuple[str, ...]
    until: str
    stays: str


@dataclass(frozen=True)
class Column:
    """A column by its name in the database, and what it is for."""

    table: str
    name: str
    purpose: str


def span(length: timedelta) -> str:
    """2 år, 30 dager"""
    days = length.days
    if days % YEAR == 0:
        return ngettext("%(num)s år", "%(num)s år", days // YEAR)
    return ngettext("%(num)s dag", "%(num)s dager", days)


def until(table: Table) -> str:
    """When a table's rows go, in the present language; empty where they do not go by themselves."""
    after = span(table.goes.after) if table.goes and table.goes.after else ""
    return str(table.until) % {"after": after, "month": span(MONTH)} if table.until else ""


def stays(table: Table) -> str:
    """What is left of a table's rows, and why; empty where nothing is."""
    return str(table.stays) % {"audit": AUDIT_MONTHS} if table.stays else ""


def line(name: str) -> Line:
    table = TABLES[name]
    why = tuple(dict.fromkeys(str(purpose) for purpose in table.personal.values()))
    return Line(str(table.called), why, until(table), stays(table))


def groups() -> Iterator[tuple[str, list[Line]]]:
    """All of it, in the present language."""
    for group in GROUPS:
        yield str(group.called), [line(name) for name in group.tables]


def columns() -> list[Column]:
    """Every column that tells something of a person, in the order of the groups."""
    return [
        Column(name, column, str(purpose))
        for group in GROUPS
        for name in group.tables
        for column, purpose in TABLES[name].personal.items()
    ]


def nobodys() -> list[str]:
    """The tables that tell nothing of anybody."""
    return sorted(name for name, table in TABLES.items() if not table.personal)


def elsewhere() -> list[tuple[str, str]]:
    """What is kept outside of the database: what it is, and when it goes."""
    return [
        (
            _("Sikkerhetskopier"),
            _(
                "%(backups)s etter at kopien ble tatt, eller før. Det som er slettet her, er da borte i kopiene også",
                backups=span(BACKUPS),
            ),
        ),
        (
            _("Nøkkelen som brukes til å telle uten navn"),
            _(
                "når året er gjort opp, en måned etter nyttår. Kopiene av den ødelegges også, senest etter %(backups)s",
                backups=span(BACKUPS),
            ),
        ),
        (
            _("Hva som ikke skal komme tilbake om en kopi hentes fram (koder, ingen navn)"),
            _("%(backups)s etter at det ble borte, når ingen kopi er eldre", backups=span(ledger.KEPT)),
        ),
        (
            _("Lister over påmeldinger som er endret etter kopien, når en er hentet fram"),
            _("når de er brukt, senest etter %(lists)s", lists=span(DIFFERING)),
        ),
        (
            _("Meldinger i tjenestens egen postkasse, der det ikke er noen e-postserver"),
            _("etter %(mailbox)s", mailbox=span(MAILBOX)),
        ),
    ]


def about(number: int) -> str:
    """A number of rows in tens: what happened to one person is not told by it."""
    if number < 10:
        return _("færre enn ti")
    return _("om lag %(number)s", number=amount(round(number, -1)))
