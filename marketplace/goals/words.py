"""Goals in sentences: what is aimed for, how it goes, what it is counted of. Never a verdict by colour alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext, pick
from marketplace.base.i18n import month as month_name
from marketplace.base.numbers import amount
from marketplace.goals.figures.rules import (
    LOOKS_BACK,
    PERSONS,
    VERDICT_LABELS,
    Aim,
    Point,
    Progress,
    Verdict,
    late,
)
from marketplace.goals.figures.series import Series
from marketplace.goals.figures.spans import Span
from marketplace.goals.models import AT_MEETING, SHARES, CountedAs, Direction, Goal
from marketplace.statistics.measures import INDICATORS, Measure
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind

LOOKS = {
    Verdict.WAITING: ("clock", "neutral"),
    Verdict.REACHED: ("check-circle-fill", "success"),
    Verdict.ON_TRACK: ("check", "success"),
    Verdict.UNCERTAIN: ("hourglass", "warning"),
    Verdict.WILL_NOT: ("warning", "danger"),
    Verdict.NOT_REACHED: ("x", "danger"),
}
"""The icon and the colour that stand beside a verdict's word."""
AT_MEETING_LABEL = lazy("Organisasjoner på hvert dialogmøte")


def indicator_label(indicator: str) -> str:
    return str(AT_MEETING_LABEL if indicator == AT_MEETING else INDICATORS[Measure(indicator)].label)


def unit(aim: Aim) -> str:
    """What stands after the number: «personer», «prosent»."""
    if aim.counted_as in SHARES:
        return _("prosent")
    name = (
        _("organisasjoner") if aim.indicator == AT_MEETING else str(INDICATORS[Measure(aim.indicator)].unit)
    )
    if aim.counted_as is CountedAs.PER_THOUSAND:
        return _("%(unit)s for hver %(thousand)s innbyggere", unit=name, thousand=amount(1000))
    return name


def aimed(aim: Aim) -> str:
    """«minst 140 personer»"""
    number = {"target": amount(aim.target), "unit": unit(aim)}
    if aim.direction is Direction.AT_MOST:
        return _("høyst %(target)s %(unit)s", **number)
    if aim.indicator == AT_MEETING:
        return _("minst %(target)s %(unit)s på hvert møte", **number)
    return _("minst %(target)s %(unit)s", **number)


def lead(goal: Goal, aim: Aim) -> str:
    return _("Målet for %(span)s er %(aim)s.", span=Span.of(goal).words, aim=aimed(aim))


def up_to(span: Span, point: Point) -> str:
    """«til og med oktober», «etter nyttår»"""
    if late(point):
        return _("etter nyttår")
    name = month_name(date(point.year, point.number, 1), year=span.first != span.last)
    return _("til og med %(month)s", month=name)


def part(goal: Goal) -> str:
    """What a share is of; nothing when it is none."""
    if goal.counted_as == CountedAs.SHARE_OF_ALL:
        return _("%(what)s i hele kommunen", what=indicator_label(goal.indicator).lower())
    if goal.counted_as == CountedAs.SHARE:
        return str(INDICATORS[Measure(goal.indicator)].of or "")
    return ""


def narrowed(goal: Goal, districts: dict[UUID, str], organizations: dict[UUID, str]) -> list[str]:
    """Which cells are added, in words; empty: all that is not for staff only."""
    words = [str(AUDIENCE_LABELS[Audience(one)]) for one in goal.audiences]
    words += [str(KIND_LABELS[Kind(one)]) for one in goal.kinds]
    words += [districts.get(one, _("Uten bydel")) if one else _("Uten bydel") for one in goal.districts]
    words += [organizations[one] for one in goal.organizations if one in organizations]
    if goal.evening is not None:
        words.append(_("kveld og helg") if goal.evening else _("dagtid på hverdager"))
    if goal.dialogue:
        words.append(pick(goal.dialogue.title))
    return words


# How it goes


def heading(series: Series) -> str:
    """What it comes to, in one sentence."""
    going, aim = series.progress, series.aim
    if going.at is None:
        return _("Ingen tall ennå")
    if aim.indicator == AT_MEETING:
        return _meetings(going)
    if going.verdict in (Verdict.REACHED, Verdict.NOT_REACHED) or going.expected is None:
        return _over(going, aim, series.frozen)
    expected = {"number": amount(going.expected), "unit": unit(aim)}
    if not aim.adds_up:
        return _("Så langt er det %(number)s %(unit)s", **expected)
    return _("Fortsetter det slik, blir det omtrent %(number)s %(unit)s", **expected)


def _meetings(going: Progress) -> str:
    return {
        Verdict.WAITING: _("Ingen møter ennå"),
        Verdict.REACHED: _("Alle møtene nådde målet"),
        Verdict.ON_TRACK: _("Alle møtene så langt har nådd målet"),
    }.get(going.verdict, _("Minst ett møte hadde færre enn målet"))


def _over(going: Progress, aim: Aim, frozen: bool) -> str:
    if frozen and going.verdict is Verdict.UNCERTAIN:
        return _("Tallene stopper før året er slutt, så vi vet ikke om målet ble nådd")
    if going.verdict is Verdict.REACHED:
        return (
            _("Målet er nådd") if aim.direction is Direction.AT_LEAST else _("Det holdt seg innenfor målet")
        )
    return _("Målet ble ikke nådd")


def explanation(series: Series) -> list[str]:
    """Why it is expected, and what it takes."""
    going, aim = series.progress, series.aim
    words: list[str] = []
    if series.frozen:
        words.append(
            _("Tallene er talt på den gamle måten. De står fast, og kan ikke legges sammen med nyere tall.")
        )
    if series.hidden:
        words.append(ngettext("%(num)s måned er skjult, for den var under 5.",
                              "%(num)s måneder er skjult, for de var under 5.", series.hidden))  # fmt: skip
    if going.at is None or going.expected is None:
        return words
    if aim.adds_up:
        words.append(_recently(going, aim))
        if going.needed and aim.direction is Direction.AT_LEAST and going.verdict is not Verdict.REACHED:
            words.append(_needed(going))
    if going.verdict is Verdict.UNCERTAIN and len(series.points) < LOOKS_BACK:
        words.append(_("Det er for få måneder til å si noe sikkert."))
    elif going.verdict is Verdict.UNCERTAIN:
        words.append(
            _("Det er for nær målet til å si noe sikkert: det kan bli %(margin)s mer eller mindre.",
              margin=amount(going.margin) if going.margin >= 1 else _("litt"))
        )  # fmt: skip
    return words


def _recently(going: Progress, aim: Aim) -> str:
    numbers = {"fewest": amount(going.fewest), "most": amount(going.most)}
    if aim.counted_as is CountedAs.NUMBER and aim.indicator in PERSONS:
        if going.fewest == going.most:
            return _("De siste månedene har det kommet %(most)s nye hver måned.", **numbers)
        return _("De siste månedene har det kommet %(fewest)s til %(most)s nye hver måned.", **numbers)
    if going.fewest == going.most:
        return _("De siste månedene har det vært %(most)s hver måned.", **numbers)
    return _("De siste månedene har det vært %(fewest)s til %(most)s hver måned.", **numbers)


def _needed(going: Progress) -> str:
    more = {"needed": amount(going.needed)}
    return ngettext(
        "For å nå målet trengs omtrent %(needed)s til i den måneden som er igjen.",
        "For å nå målet trengs omtrent %(needed)s til i hver av de %(num)s månedene som er igjen.",
        going.left, **more,
    )  # fmt: skip


@dataclass(frozen=True)
class Card:
    """A goal in a list: its verdict with icon and colour, and one line."""

    verdict: Verdict
    word: str
    icon: str
    color: str
    percent: int
    line: str
    frozen: bool
    shows_bar: bool


def verdict_card(series: Series) -> Card:
    """How a goal stands in a list."""
    going, aim = series.progress, series.aim
    icon, color = LOOKS[going.verdict]
    return Card(
        going.verdict, VERDICT_LABELS[going.verdict], icon, color, going.percent, _line(going, aim), series.frozen,
        shows_bar=going.at is not None and aim.direction is Direction.AT_LEAST,
    )  # fmt: skip


def _line(going: Progress, aim: Aim) -> str:
    said = {"aim": aimed(aim), "span": aim.span.words}
    if going.at is None:
        return _("Målet er %(aim)s i %(span)s.", **said)
    said |= {"number": amount(going.at.value), "up_to": up_to(aim.span, going.at)}
    return _("%(number)s %(up_to)s. Målet er %(aim)s i %(span)s.", **said)


def tally(cards: Iterable[Card]) -> list[tuple[Card, int]]:
    """How many goals have each verdict, those that are worst off first."""
    found: dict[Verdict, tuple[Card, int]] = {}
    for card in cards:
        found[card.verdict] = (card, found.get(card.verdict, (card, 0))[1] + 1)
    return [found[one] for one in reversed(Verdict) if one in found]
