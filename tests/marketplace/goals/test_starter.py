"""Starter plans are data that holds: every goal of theirs is one that a coordinator could have made."""

from collections import Counter

import pytest

from marketplace.base.i18n import LANGUAGES
from marketplace.goals.models import AT_MEETING, CountedAs
from marketplace.goals.objections import CHOICES
from marketplace.goals.starter import Starter, starters
from marketplace.statistics.measures import INDICATORS, Measure
from offers.catalogue.kinds import Audience, Kind

EACH = pytest.mark.parametrize("starter", list(starters().values()), ids=list(starters()))


def test_there_are_those_of_the_seeds_and_two_templates() -> None:
    assert list(starters()) == ["public_health", "sandnes", "sondre_land", "voluntary"]
    assert len(starters()["sandnes"].areas) == 7
    assert len(starters()["sondre_land"].areas) == 6


@EACH
def test_everything_is_said_in_all_languages(starter: Starter) -> None:
    said = [starter.title, starter.summary]
    for area in starter.areas:
        said += [area.title, area.summary, *area.measures, *(goal.title for goal in area.goals)]
    for texts in said:
        assert {*texts} == {*LANGUAGES}, texts
        assert all(texts.values())


@EACH
def test_every_goal_can_be_counted(starter: Starter) -> None:
    goals = [goal for area in starter.areas for goal in area.goals]
    assert goals
    assert max(Counter(goal.key for goal in goals).values()) == 1
    for goal in goals:
        facts = goal.facts
        assert facts["target"] > 0
        assert {*facts.get("audiences", ())} <= {*Audience}
        assert {*facts.get("kinds", ())} <= {*Kind}
        if facts["indicator"] == AT_MEETING:
            continue
        indicator = INDICATORS[Measure(facts["indicator"])]
        assert indicator.name in CHOICES
        counted = CountedAs(facts.get("counted_as", "number"))
        assert counted is not CountedAs.SHARE or indicator.per
        assert counted not in (CountedAs.SHARE, CountedAs.SHARE_OF_ALL) or facts["target"] <= 100
