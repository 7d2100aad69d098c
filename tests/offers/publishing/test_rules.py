"""Slugs, lists of dates, holidays, defaults and who is told: no database."""

from datetime import date

import pytest

from marketplace.base.data.slugs import free_slug, slug_of
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Offer, OfferText
from offers.catalogue.states import OfferState
from offers.publishing import rules
from offers.publishing.rules import Objection
from offers.publishing.series import rules as series_rules
from offers.publishing.series.rules import Repeat


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Strikkekafé for alle", "strikkekafe-for-alle"),
        ("Når nøden er størst: æøå!", "nar-noden-er-storst-aeoa"),
        ("  ---  ", "tilbud"),
        ("Київ", "kiiv"),
        ("Кафе", "kafe"),
        ("دورة اللغة", "dwrh-llghh"),
        ("گفتگوی فارسی", "gftgwy-frsy"),
        ("ካፈ", "kafe"),
        ("한국어", "hangugeo"),
        ("Sámi giellaguovddáš i Đorđe", "sami-giellaguovddas-i-dorde"),
        ("Spra\u030akkafe\u0301", "sprakkafe"),  # as some machines write it, a letter and its accent apart
        ("挪威语", "nuoweiyu"),
        ("🎉", "tilbud"),  # then a number tells them apart
        ("x" * 200, "x" * 60),
    ],
)
def test_slugs_are_written_in_our_letters_and_never_empty(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_slug_that_is_taken_gets_the_first_free_number() -> None:
    assert free_slug("kafe", set()) == "kafe"
    assert free_slug("kafe", {"kafe", "kafe-2", "kafe-4"}) == "kafe-3"
    assert free_slug("new", set()) == "new-2"


@pytest.mark.parametrize(
    ("repeat", "first", "last", "found"),
    [
        (Repeat.ONCE, "2026-10-20", None, ["2026-10-20"]),
        (Repeat.WEEKLY, "2026-10-20", "2026-11-03", ["2026-10-20", "2026-10-27", "2026-11-03"]),
        (Repeat.FORTNIGHTLY, "2026-10-20", "2026-11-16", ["2026-10-20", "2026-11-03"]),
        (
            Repeat.MONTHLY,
            "2026-10-20",
            "2027-01-31",
            ["2026-10-20", "2026-11-17", "2026-12-15", "2027-01-19"],
        ),
        (
            Repeat.MONTHLY,
            "2026-10-29",
            "2027-01-31",
            ["2026-10-29", "2026-11-26", "2026-12-31", "2027-01-28"],
        ),
    ],
)
def test_repetitions(repeat: Repeat, first: str, last: str | None, found: list[str]) -> None:
    until = date.fromisoformat(last) if last else None
    assert [str(day) for day in series_rules.dates(date.fromisoformat(first), until, repeat)] == found


def test_holidays_of_three_years() -> None:
    for year, easter in ((2026, date(2026, 4, 5)), (2027, date(2027, 3, 28)), (2038, date(2038, 4, 25))):
        assert series_rules.holidays(year)[easter] == "Første påskedag"
    assert series_rules.holidays(2027)[date(2027, 5, 6)] == "Kristi himmelfartsdag"
    assert len(series_rules.holidays(2026)) == 14


@pytest.mark.parametrize(
    ("kind", "audiences", "joining", "sensitive"),
    [
        (Kind.SELF_HELP_GROUP, ["everyone"], Joining.DROP_IN, True),
        (Kind.COURSE, ["adults", "next_of_kin"], Joining.WHOLE, True),
        (Kind.GROUP, ["everyone"], Joining.REQUEST, True),
        (Kind.ACTIVITY, ["youth"], Joining.PER_SESSION, False),
    ],
)
def test_what_is_sensitive(kind: Kind, audiences: list[str], joining: Joining, sensitive: bool) -> None:
    assert rules.is_sensitive(kind, audiences, joining) is sensitive


@pytest.mark.parametrize(
    ("reached", "to_call", "words"),
    [
        (0, 0, "Ingen er påmeldt, så ingen får beskjed når du lagrer."),
        (1, 0, "Én påmeldt får beskjed."),
        (12, 2, "12 påmeldte får beskjed, 2 må dere ringe."),
        (0, 1, "Én må dere ringe."),
    ],
)
def test_who_is_told_in_words(reached: int, to_call: int, words: str) -> None:
    assert rules.told(reached, to_call) == words


def offer(joining: Joining, **other: object) -> Offer:
    return Offer(kind=Kind.COURSE, joining=joining, visibility="public", state=OfferState.DRAFT, **other)


def test_what_each_way_to_join_needs() -> None:
    bare = OfferText(title="Kurs", summary="")
    missing = {
        joining: list(rules.objections(offer(joining), bare, coming=0, members=0)) for joining in Joining
    }
    meets = [
        Objection.SUMMARY,
        Objection.WHAT_HAPPENS,
        Objection.MAIN_AUDIENCE,
        Objection.BRING_SOMEONE,
        Objection.PLACE,
        Objection.MEETS_YOU,
    ]
    assert missing == {
        Joining.WHOLE: [*meets, Objection.DATES],
        Joining.PER_SESSION: [*meets, Objection.DATES],
        Joining.DROP_IN: [*meets, Objection.DATES],
        Joining.REQUEST: meets,
        Joining.EXTERNAL: [Objection.SUMMARY, Objection.MAIN_AUDIENCE, Objection.LINK],
        Joining.NONE: [Objection.SUMMARY, Objection.MAIN_AUDIENCE],
    }


def test_nothing_is_missing_from_a_whole_offer() -> None:
    text = OfferText(title="Kurs", summary="x", what_happens="x", bring_someone="x", meets_you="x")
    online = offer(Joining.WHOLE, online_url="https://example.no", main_audience="seniors")
    assert list(rules.objections(online, text, coming=1, members=0)) == []
