"""What the page's own code says of taps, in the reader's language."""

from marketplace.base.i18n import gettext as _


def words() -> dict[str, str]:
    """By the name that the code knows each by."""
    return {
        "present": _("Her"),
        "excused": _("Ga beskjed"),
        "absent": _("Kom ikke"),
        "unmarked": _("Ikke merket"),
        "came": _("%(num)s kom"),
        "saved": _("Lagret %(clock)s"),
        "one_waits": _("Ett merke er ikke sendt. Det sendes av seg selv når du har nett."),
        "wait": _("%(num)s merker er ikke sendt. De sendes av seg selv når du har nett."),
        "signed_out": _("Du er ikke logget inn lenger. Merkene ligger trygt her til du logger inn igjen."),
        "unstored": _("Merket ble ikke lagret på telefonen. Prøv igjen."),
        "different": _("Dere har skrevet ulikt: %(name)s. Hva er riktig?"),
        "you": _("du"),
        "somebody": _("noen"),
    }
