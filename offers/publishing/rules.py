"""What an offer needs before it is shown, when it meets, and what follows from what: pure decisions."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import BOOKED, Joining, Offer, OfferText, Visibility
from offers.catalogue.states import OfferState

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


def changeable(offer: Offer) -> None:
    """Raises Refused when an offer is cancelled: people were told so, and it does not come back."""
    if offer.called_off:
        raise Refused(str(CANCELLED))


def deletable(state: OfferState) -> None:
    """Raises Refused for what is more than a draft."""
    if state != OfferState.DRAFT:
        raise Refused(_("Bare kladder kan slettes. Avlys tilbudet i stedet."))


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


def seats_text(capacity: int | None, taken: int, waiting: int) -> str:
    """ "7 av 10 plasser tatt, 2 på venteliste", or how many without a limit."""
    if capacity is None:
        seats = ngettext("%(num)s påmeldt", "%(num)s påmeldte", taken)
    else:
        seats = _("%(taken)s av %(capacity)s plasser tatt", taken=taken, capacity=capacity)
    return f"{seats}, {_('%(num)s på venteliste', num=waiting)}" if waiting else seats


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
    joining, meets = Joining(offer.joining), offer.meets
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
