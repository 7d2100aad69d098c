"""A certificate as PDF. It says what the registers say, and nothing of when it was made."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from marketplace.base.errors import NotFound
from marketplace.base.i18n import day, ngettext, speaking, when
from marketplace.base.i18n import gettext as _
from marketplace.base.press.printing import broken, printed
from offers.bookings.certificates import queries, rules

TEMPLATE = Path(__file__).with_name("certificate.typ")


async def certificate(booking: UUID, now: datetime, lang: str | None = None) -> bytes:
    """The certificate of a booking, in this language or that of its messages: the same bytes as long as the registers
    say the same. It is not kept in memory. Raises NotFound where there is none, and TooSlow."""
    one, course = await queries.attended(booking, now), await queries.course(booking, lang)
    if one is None or course is None or not rules.earned(one, now):
        raise NotFound
    with speaking(course.lang):
        facts = {
            "lang": course.lang,
            "title_lang": course.text_lang,
            "heading": _("Kursbevis"),
            "name": broken(course.name),
            "was_at": _("har vært med på"),
            "title": broken(course.title),
            "owner": broken(course.owner),
            "facts": [
                [_("Arrangør"), broken(course.owner)],
                [_("Tid"), _span(course)],
                [_("Samlinger"), _was_at(one)],
                [_("Til sammen"), hours(one.minutes)],
                [_("Nummer"), rules.number_of(booking)],
            ],
            "times": [when(each.starts_at, each.ends_at, year=True) for each in await queries.times(booking, now)],
            "words": {
                "times": _("Disse gangene"),
                "foot": _("%(owner)s har ført oppmøtet, og kan bekrefte beviset når de får nummeret.",
                          owner=broken(course.owner)),
            },
        }  # fmt: skip
    return await printed(TEMPLATE, facts, course.ends_at, keep=False)


def _was_at(one: rules.Attended) -> str:
    """How many of how many; and of how many it is known, where that is not all."""
    said = _("Var med på %(came)s av %(held)s", came=one.came, held=one.held)
    if one.met == one.held:
        return said
    return f"{said}. " + _("Oppmøtet er ført for %(held)s av %(met)s.", held=one.held, met=one.met)


def _span(course: queries.Course) -> str:
    first, last = day(course.starts_at, True), day(course.ends_at, True)
    return first if first == last else f"{first} – {last}"


def hours(minutes: int) -> str:
    """12 timer, or 12 timer og 30 minutter."""
    whole, rest = divmod(minutes, 60)
    said = ngettext("%(num)s time", "%(num)s timer", whole) if whole else ""
    more = ngettext("%(num)s minutt", "%(num)s minutter", rest) if rest else ""
    return _("%(hours)s og %(minutes)s", hours=said, minutes=more) if said and more else said or more
