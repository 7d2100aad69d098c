"""What an offer needs before it is shown, when it meets, and what follows from what: pure decisions."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from marketplace.base.clock import at_oslo, oslo, today
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext
from offers.catalogue.models import Audience, Joining, Kind, Offer, OfferState, OfferText, Visibility

MOST_SESSIONS = 200
"""Dates made in one go, and dates ahead of one offer: its page of dates shows no more, and what a draft's page does
not show would be taken away when it is saved."""
YEARS_AHEAD = 5

JOINING_OF_KIND = {
    Kind.COURSE: Joining.WHOLE,
    Kind.WORKSHOP: Joining.PER_SESSION,
    Kind.GROUP: Joining.REQUEST,
    Kind.SELF_HELP_GROUP: Joining.REQUEST,
    Kind.MEETING_PLACE: Joining.DROP_IN,
    Kind.ACTIVITY: Joining.PER_SESSION,
    Kind.TALK: Joining.PER_SESSION,
    Kind.CONVERSATION: Joining.PER_SESSION,
    Kind.COMPANION: Joining.REQUEST,
    Kind.VOLUNTEER_TASK: Joining.REQUEST,
    Kind.ONLINE_SELF_HELP: Joining.EXTERNAL,
    Kind.STAFF_TRAINING: Joining.WHOLE,
}
"""The typical booking of each kind (product.md, "What can be offered"): where a draft begins."""
BOOKED = {Joining.WHOLE, Joining.PER_SESSION, Joining.REQUEST}
"""Ways to join that have seats of ours."""
ELSEWHERE = {Joining.EXTERNAL, Joining.NONE}
"""Ways to join where nobody meets anybody through us."""

JOINING_LABELS = {
    Joining.WHOLE: lazy("Man melder seg på én gang, til alle samlingene"),
    Joining.PER_SESSION: lazy("Man melder seg på hver samling for seg"),
    Joining.REQUEST: lazy("Man spør om å bli med, og dere svarer"),
    Joining.DROP_IN: lazy("Kom innom, ingen påmelding"),
    Joining.EXTERNAL: lazy("Man melder seg på et annet sted på nettet"),
    Joining.NONE: lazy("Bare informasjon"),
}
VISIBILITY_LABELS = {
    Visibility.PUBLIC: lazy("Alle"),
    Visibility.STAFF: lazy("Ansatte i kommunen og andre offentlige virksomheter"),
    Visibility.MEMBERS: lazy("Medlemmer av organisasjoner som dere velger"),
}


CANCELLED = lazy("Tilbudet er avlyst og kan ikke endres. Lag et nytt av det i stedet.")


def is_sensitive(kind: Kind, audiences: Iterable[str], joining: Joining) -> bool:
    """The default of `sensitive` (product.md): self-help, next of kin, and what is joined by request. What continues
    a shielded offer is shielded too (actions.py)."""
    own = kind is Kind.SELF_HELP_GROUP or joining is Joining.REQUEST
    return own or Audience.NEXT_OF_KIN in set(audiences)


def joinings(state: OfferState, present: Joining) -> list[Joining]:
    """The ways to join that may be chosen now. Once published people may have booked: then only those without
    seats can be exchanged."""
    if state is OfferState.DRAFT:
        return list(Joining)
    if present in BOOKED:
        return [present]
    return [joining for joining in Joining if joining not in BOOKED]


# --- dates ---
class Repeat(StrEnum):
    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


REPEAT_LABELS = {
    Repeat.ONCE: lazy("Én gang"),
    Repeat.WEEKLY: lazy("Hver uke"),
    Repeat.FORTNIGHTLY: lazy("Annenhver uke"),
    Repeat.MONTHLY: lazy("Én gang i måneden"),
}


BACKWARDS = lazy("Slutten må være senere enn starten. Går det over midnatt, kan det vare høyst 14 timer.")
LONGEST_NIGHT = timedelta(hours=14)
"""What ends on the next day lasts at most so long: a longer one is a slip of the pen."""


def meeting(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """When something that begins on this day, at these Norwegian clock times, begins and ends: at or after midnight,
    if the end is no later than the start."""
    return at_oslo(day, starts), at_oslo(day if ends > starts else day + timedelta(days=1), ends)


def skipped(day: date, clock: time) -> bool:
    """Does summer time skip this clock time on that day?"""
    return oslo(at_oslo(day, clock)).time() != clock


def time_objections(day: date, starts: time, ends: time, now: datetime) -> Iterator[tuple[str, str]]:
    """What is wrong with one meeting: (field, words) with the fields day, starts and ends."""
    first_day = today(now)
    if day < first_day:
        yield "day", _("Datoen er passert. Skriv en dato som kommer.")
    elif day.year > first_day.year + YEARS_AHEAD:
        yield "day", _("Datoen er langt fram. Skriv en dato de nærmeste fem årene.")
    elif skipped(day, starts):
        yield "starts", _skipped_words(starts)
    elif skipped(day if ends > starts else day + timedelta(days=1), ends):
        yield "ends", _skipped_words(ends)
    elif backwards(starts, ends):
        yield "ends", str(BACKWARDS)
    elif at_oslo(day, starts) <= now:
        yield "starts", _("Klokkeslettet er passert. Skriv et som kommer.")


def backwards(starts: time, ends: time) -> bool:
    """Would something from and to these clock times end before it begins? What goes over midnight is short."""
    lasts = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    return lasts == 0 or (lasts < 0 and timedelta(minutes=lasts, days=1) > LONGEST_NIGHT)


def _skipped_words(clock: time) -> str:
    return _("Klokka stilles fram til sommertid den natta, så %(clock)s finnes ikke. Velg et annet klokkeslett.",
             clock=f"{clock:%H.%M}")  # fmt: skip


def repeat_objections(first: date, last: date | None, repeat: Repeat) -> Iterator[tuple[str, str]]:
    """What is wrong with the span of a repetition: (field, words)."""
    if repeat is Repeat.ONCE:
        return
    if last is None:
        yield "last", _("Skriv den siste dagen dere kan møtes.")
    elif last < first:
        yield "last", _("Siste dag må være etter første dag.")
    elif len(dates(first, last, repeat, MOST_SESSIONS + 1)) > MOST_SESSIONS:
        yield "last", _("Det blir mer enn %(most)s datoer. Velg en tidligere siste dag.", most=MOST_SESSIONS)


def dates(first: date, last: date | None, repeat: Repeat, most: int = MOST_SESSIONS) -> list[date]:
    """The days from `first` to `last` (included), at most `most`.

    Monthly keeps the place of the weekday in the month: the second Tuesday; a fifth one means the last.
    """
    if repeat is Repeat.ONCE or last is None:
        return [first]
    found: list[date] = []
    day = first
    while day <= last and len(found) < most:
        found.append(day)
        if repeat is Repeat.MONTHLY:
            day = _same_weekday_next_month(day, (first.day - 1) // 7)
        else:
            day += timedelta(weeks=1 if repeat is Repeat.WEEKLY else 2)
    return found


def _same_weekday_next_month(day: date, place: int) -> date:
    month = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    first = month + timedelta(days=(day.weekday() - month.weekday()) % 7)
    found = first + timedelta(weeks=place)
    return found if found.month == month.month else found - timedelta(weeks=1)


def holidays(year: int) -> dict[date, str]:
    """Norwegian public holidays and their names: few meet then, so these are not ticked at first."""
    easter = _easter(year)
    moving = {
        -3: _("Skjærtorsdag"), -2: _("Langfredag"), 0: _("Første påskedag"), 1: _("Andre påskedag"),
        39: _("Kristi himmelfartsdag"), 49: _("Første pinsedag"), 50: _("Andre pinsedag"),
    }  # fmt: skip
    return {easter + timedelta(days=days): name for days, name in moving.items()} | {
        date(year, 1, 1): _("Første nyttårsdag"),
        date(year, 5, 1): _("Første mai"),
        date(year, 5, 17): _("Grunnlovsdagen"),
        date(year, 12, 24): _("Julaften"),
        date(year, 12, 25): _("Første juledag"),
        date(year, 12, 26): _("Andre juledag"),
        date(year, 12, 31): _("Nyttårsaften"),
    }


def _easter(year: int) -> date:
    """Easter Sunday by the method of Oudin."""
    century, golden = year // 100, year % 19
    moon = (century - century // 4 - (century - (century - 17) // 25) // 3 + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    sunday = moon - (year + year // 4 + moon + 2 - century + century // 4) % 7
    month = 3 + (sunday + 40) // 44
    return date(year, month, sunday + 28 - 31 * (month // 4))


def seats_text(pool: dict[str, Any]) -> str:
    """ "7 av 10 plasser tatt, 2 på venteliste", or how many without a limit."""
    if pool["capacity"] is None:
        seats = ngettext("%(num)s påmeldt", "%(num)s påmeldte", pool["taken"])
    else:
        seats = _("%(taken)s av %(capacity)s plasser tatt", taken=pool["taken"], capacity=pool["capacity"])
    waiting = _("%(num)s på venteliste", num=pool["waiting"]) if pool["waiting"] else ""
    return f"{seats}, {waiting}" if waiting else seats


def told(reached: int, to_call: int) -> str:
    """Who will be told, in words: "12 påmeldte får beskjed, 2 må dere ringe."."""
    if not reached and not to_call:
        return _("Ingen er påmeldt, så ingen får beskjed når du lagrer.")
    reach = ngettext("Én påmeldt får beskjed", "%(num)s påmeldte får beskjed", reached) if reached else ""
    call = ngettext("én må dere ringe", "%(num)s må dere ringe", to_call) if to_call else ""
    both = ", ".join(part for part in (reach, call) if part)
    return f"{both[0].upper()}{both[1:]}."


# --- before an offer is shown ---
class Objection(StrEnum):
    """What is missing, named as the field where it is given."""

    SUMMARY = "summary"
    WHAT_HAPPENS = "what_happens"
    MAIN_AUDIENCE = "main_audience"
    BRING_SOMEONE = "bring_someone"
    MEMBERS = "members"
    PLACE = "place"
    WAY_IN = "way_in"
    MEETS_YOU = "meets_you"
    DATES = "first"
    LINK = "link"


OBJECTION_LABELS = {
    Objection.SUMMARY: lazy("Skriv en setning om hva dette er."),
    Objection.WHAT_HAPPENS: lazy("Skriv hva som skjer når man kommer."),
    Objection.MAIN_AUDIENCE: lazy("Velg hvem tilbudet er mest for."),
    Objection.BRING_SOMEONE: lazy("Skriv om man kan ta med seg noen."),
    Objection.MEMBERS: lazy("Velg hvilke organisasjoner som skal se tilbudet."),
    Objection.PLACE: lazy("Velg et sted, eller skriv at det er på nett."),
    Objection.WAY_IN: lazy("Skriv hvor man går inn."),
    Objection.MEETS_YOU: lazy("Skriv hvem som møter den som kommer."),
    Objection.DATES: lazy("Legg inn minst én dato som kommer."),
    Objection.LINK: lazy("Skriv adressen til siden der man melder seg på."),
}
STEP_OF = {
    Objection.SUMMARY: "what",
    Objection.WHAT_HAPPENS: "what",
    Objection.MAIN_AUDIENCE: "audience",
    Objection.BRING_SOMEONE: "audience",
    Objection.MEMBERS: "audience",
    Objection.PLACE: "place",
    Objection.WAY_IN: "place",
    Objection.MEETS_YOU: "place",
    Objection.DATES: "sessions",
    Objection.LINK: "joining",
}


def objections(offer: Offer, text: OfferText, *, coming: int, members: int) -> Iterator[Objection]:
    """What is missing before residents can see the offer.

    `coming`: its sessions that are ahead; `members`: the organisations it is shown to. Where people meet, a first
    visit is always described (product.md).
    """
    joining, meets = Joining(offer.joining), offer.joining not in ELSEWHERE
    if not text.summary:
        yield Objection.SUMMARY
    if meets and not text.what_happens:
        yield Objection.WHAT_HAPPENS
    if offer.main_audience is None:
        yield Objection.MAIN_AUDIENCE
    if meets and not text.bring_someone:
        yield Objection.BRING_SOMEONE
    if offer.visibility == "members" and not members:
        yield Objection.MEMBERS
    place = offer.venue_id is not None
    if meets and not place and not offer.online_url:
        yield Objection.PLACE
    if meets and place and not text.way_in:
        yield Objection.WAY_IN
    if meets and not text.meets_you:
        yield Objection.MEETS_YOU
    if joining in (Joining.WHOLE, Joining.PER_SESSION, Joining.DROP_IN) and not coming:
        yield Objection.DATES
    if joining is Joining.EXTERNAL and not offer.online_url:
        yield Objection.LINK
