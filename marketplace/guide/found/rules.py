"""Why a guide looks for a booking. No database here."""

from enum import StrEnum

from marketplace.base.i18n import lazy


class Why(StrEnum):
    """What whoever rings wants. It stands in the audit log beside who looked."""

    CHANGE = "change"
    LEAVE = "leave"
    HEAR = "hear"


WHY_LABELS = {
    Why.CHANGE: lazy("Vil endre tid"),
    Why.LEAVE: lazy("Vil melde seg av"),
    Why.HEAR: lazy("Vil høre hva som er avtalt"),
}
