"""What an offer is found by besides its own words, and that is not shown."""

from collections.abc import Iterable

from marketplace.base.i18n import speaking
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind


def keywords(kind: Kind, audiences: Iterable[Audience], organizers: Iterable[str], lang: str) -> str:
    """The names of its kind, of those who offer it and of whom it is for, in the language of a text. Where it meets is
    not among them: who looks for sorg does not mean a street of that name, and places have a field of their own."""
    with speaking(lang):
        whom = [str(AUDIENCE_LABELS[one]) for one in audiences if one is not Audience.EVERYONE]
        return " ".join([str(KIND_LABELS[kind]), *organizers, *whom])
