"""What is said of a drill."""

from math import ceil

from marketplace.base.i18n import ngettext


def duration(seconds: float) -> str:
    """So long, in the words of people: rounded up, for nobody is told less than it was."""
    whole = max(1, ceil(seconds))
    if whole < 120:
        return ngettext("%(num)s sekund", "%(num)s sekunder", whole)
    minutes = ceil(whole / 60)
    if minutes < 120:
        return ngettext("%(num)s minutt", "%(num)s minutter", minutes)
    hours = ceil(minutes / 60)
    return ngettext("%(num)s time", "%(num)s timer", hours)
