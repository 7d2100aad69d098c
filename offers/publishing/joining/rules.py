"""When one can book an offer, and what else applies to those who do: pure decisions."""

from datetime import datetime, timedelta

from marketplace.base.i18n import at_clock, day, ngettext
from marketplace.base.i18n import gettext as _
from offers.catalogue.models import WHOLE_COURSE, Joining, Offer, Promotion
from offers.publishing.rules import YEARS_AHEAD

USUAL_REMINDERS = (24, 2)
"""Hours before the start, where the offer says nothing (Offer.remind_hours)."""


def share_of(joining: Joining, chosen: str | None) -> int | None:
    """Per cent of the course that a certificate asks for. None: there are no certificates."""
    return int(chosen) if chosen and joining in WHOLE_COURSE else None


def opening_objection(
    opens_at: datetime | None,
    closes_hours: int | None,
    now: datetime,
    joining: Joining,
    starts: list[datetime],
) -> str | None:
    """Why booking cannot open then: it would be closed, or begun. `starts`: the dates ahead, in order. One books a
    whole course before its first date, and one by one until the last."""
    if opens_at is None:
        return None
    if abs((opens_at - now).days) > YEARS_AHEAD * 366:
        return _("Datoen er langt unna. Skriv en dato de nærmeste fem årene.")
    if not starts or joining is Joining.REQUEST:
        return None
    ends = starts[0] if joining is Joining.WHOLE else starts[-1]
    if opens_at >= ends - timedelta(hours=closes_hours or 0):
        return _("Da åpner påmeldingen etter at den er stengt. Skriv et tidligere tidspunkt.")
    return None


def terms(offer: Offer) -> list[str]:
    """What applies to those who book, in words for the offer's editors."""
    if not offer.booked:
        return []
    said = []
    if offer.certificate_share is not None:
        said.append(
            _("Kursbevis til dem som har vært med på minst %(share)s prosent", share=offer.certificate_share)
        )
    if offer.opens_at:
        said.append(_("Åpner %(day)s %(clock)s", day=day(offer.opens_at), clock=at_clock(offer.opens_at)))
    if offer.closes_hours and offer.joining is not Joining.REQUEST:
        said.append(
            ngettext("Stenger %(num)s time før start", "Stenger %(num)s timer før start", offer.closes_hours)
        )
    if offer.promotion is Promotion.HELD:
        said.append(ngettext("Ledig plass holdes i %(num)s time for den første i køen",
                             "Ledig plass holdes i %(num)s timer for den første i køen", offer.hold_hours))  # fmt: skip
    if offer.age_from is not None and offer.age_to is not None:
        said.append(
            _("For dem mellom %(lowest)s og %(highest)s år", lowest=offer.age_from, highest=offer.age_to)
        )
    elif offer.age_from is not None:
        said.append(_("For dem som er %(lowest)s år eller eldre", lowest=offer.age_from))
    elif offer.age_to is not None:
        said.append(_("For dem som er %(highest)s år eller yngre", highest=offer.age_to))
    return said
