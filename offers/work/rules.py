"""Words for what those who lead offers have to know: no database, no clock."""

from collections.abc import Sequence
from datetime import date, datetime

from marketplace.base import clock
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext, short_day
from marketplace.base.text import isolated
from offers.work.told.queries import Happened


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


def waited(talk_asked: datetime | None, asked: datetime, today: date) -> str:
    """How long somebody has waited for an answer, as people say it."""
    if talk_asked:
        return _("Dere ba om en prat %(day)s", day=short_day(talk_asked))
    days = (today - clock.today(asked)).days
    if days < 1:
        return _("Spurte i dag")
    return ngettext("Spurte i går", "Har ventet i %(num)s dager", days)


def hosts_text(names: Sequence[str]) -> str:
    """Who leads a meeting: "Aud og Yonas er verter."; nothing where nobody is set up."""
    if not names:
        return ""
    if len(names) == 1:
        return _("%(name)s er vert.", name=isolated(names[0]))
    return _("%(names)s og %(last)s er verter.", names=", ".join(map(isolated, names[:-1])),
             last=isolated(names[-1]))  # fmt: skip


def standing(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    """How far a meeting of today has come; nothing before it begins."""
    if now >= ends_at:
        return _("Ferdig for i dag. Oppmøtet er ikke ført ennå.")
    return _("Pågår nå.") if now >= starts_at else ""
