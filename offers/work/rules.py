"""Words for what those who lead offers have to know: no database, no clock."""

from datetime import timedelta

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from offers.work.told_queries import Happened


def lines(day: Happened) -> list[str]:
    """What happened, a line each; nothing of what did not."""
    found = [
        (day.booked, ngettext("%(num)s ny påmelding", "%(num)s nye påmeldinger", day.booked)),
        (day.cancelled, ngettext("%(num)s meldte seg av", "%(num)s meldte seg av", day.cancelled)),
        (day.queued, ngettext("%(num)s ny på venteliste", "%(num)s nye på venteliste", day.queued)),
        (
            day.waiting,
            ngettext("%(num)s står på venteliste nå", "%(num)s står på venteliste nå", day.waiting),
        ),
        (day.full, _("Fullt nå") if day.full == 1 else _("Fullt på %(num)s datoer nå", num=day.full)),
    ]
    return [words for count, words in found if count]


def waited(age: timedelta) -> str:
    """How long somebody has waited, as people say it."""
    days = age.days
    if days < 1:
        return _("Spurte i dag eller i går")
    return ngettext("Har ventet i %(num)s dag", "Har ventet i %(num)s dager", days)
