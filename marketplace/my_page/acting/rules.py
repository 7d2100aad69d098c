"""Whom somebody may begin to act for. No database here."""

from collections.abc import Iterable, Iterator

from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.people.queries import Address

MOST = 30
"""People that one person acts for; more is a job, and that is a guide's."""


def objections(
    contact: tuple[Channel, str] | None, named: bool, own: Iterable[Address], helped: int
) -> Iterator[tuple[str, str]]:
    """Why nobody can be asked at this address, each at its field. `named`: has whoever asks a name; `own`: their own
    addresses; so many are `helped` already."""
    if contact in {(each.channel, each.value) for each in own}:
        yield "address", _("Dette er din egen adresse. La feltet stå tomt, så går meldingene til deg.")
    if contact and not named:
        yield "own_name", _("Skriv hva du heter, så den du hjelper vet hvem som spør.")
    if helped >= MOST:
        yield "form", _("Du hjelper %(num)s allerede. Avslutt for noen først.", num=MOST)
