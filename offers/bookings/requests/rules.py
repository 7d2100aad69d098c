"""How long an organisation usually takes to answer, in words that tell of nobody."""

from datetime import timedelta

from marketplace.base.i18n import gettext as _

ENOUGH = 5
"""Different people must have got an answer before anything is said: else it would tell of one of them."""
LATE = timedelta(days=7)
"""Whoever has waited so long is told whom to ring."""


def usually(owner: str, took: timedelta | None) -> str:
    """A sentence for the time within which three of four were answered, rounded up; nothing when it is not known, or so
    long that it says nothing."""
    day = timedelta(days=1)
    sentences = (
        (day, _("%(owner)s svarer vanligvis innen en dag.", owner=owner)),
        (2 * day, _("%(owner)s svarer vanligvis innen to dager.", owner=owner)),
        (4 * day, _("%(owner)s svarer vanligvis innen fire dager.", owner=owner)),
        (7 * day, _("%(owner)s svarer vanligvis innen en uke.", owner=owner)),
        (14 * day, _("%(owner)s svarer vanligvis innen to uker.", owner=owner)),
    )
    if took is None:
        return ""
    return next((words for most, words in sentences if took <= most), "")
