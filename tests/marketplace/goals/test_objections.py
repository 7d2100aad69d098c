"""What stands in the way of a goal, at the field it is about."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from marketplace.base.i18n import speaking
from marketplace.goals.forms import GoalForm
from marketplace.goals.objections import Known, cell_objections, objections
from tests.conftest import NOW

AREA, DIALOGUE, LURA, CLUB, OTHER = (UUID(int=number) for number in range(1, 6))
KNOWN = Known(
    2024, 2030, NOW, frozenset({AREA}), frozenset({DIALOGUE}), frozenset({LURA}), frozenset({CLUB}),
    old_years=frozenset({2024}), counted_years=frozenset({2025, 2026}), population=True,
)  # fmt: skip
GOAL = {
    "title": "Flere",
    "focus_area": str(AREA),
    "indicator": "people",
    "target": "40",
    "first_year": "2026",
}


def said(known: Known = KNOWN, **typed: Any) -> dict[str, str]:
    with speaking("nb"):
        return dict(objections(GoalForm(**GOAL | typed), known))


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"indicator": "attendances", "last_year": "2028"},
        {"last_year": "2028", "each_year": "true"},
        {"indicator": "sessions", "term": "autumn"},
        {"indicator": "organizations_at_meeting", "dialogue": str(DIALOGUE)},
        {"counted_as": "share_of_all", "audiences": ["seniors"]},
        {"indicator": "completed", "counted_as": "share"},
        {"counted_as": "per_thousand"},
        {"districts": [str(LURA), "none"], "organizations": [str(CLUB)], "evening": "true"},
        {"baseline": "90", "baseline_year": "2023", "baseline_source": "Talt for hånd"},
        {"indicator": "no_shows", "direction": "at_most"},
    ],
    ids=str,
)
def test_what_can_be_counted_is_not_objected_to(typed: dict[str, Any]) -> None:
    assert said(**typed) == {}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"first_year": "2023"}, "first_year", "Planen gjelder fra 2024 til 2030."),
        ({"last_year": "2031", "each_year": "true"}, "last_year", "Planen gjelder fra 2024 til 2030."),
        ({"first_year": "2027", "last_year": "2026"}, "last_year", "kan ikke være før det første"),
        ({"first_year": "2025"}, "first_year", "Den tida er over"),
        ({"indicator": "sessions", "term": "spring"}, "first_year", "Den tida er over"),
        ({"last_year": "2028"}, "each_year", "ingen vet hvem som er de samme"),
        ({"indicator": "came_three", "last_year": "2028"}, "each_year", "ingen vet hvem som er de samme"),
        ({"term": "autumn"}, "term", "telles for et helt år"),
        ({"indicator": "sessions", "term": "autumn", "last_year": "2027"}, "term", "Et halvår er i ett år."),
        ({"focus_area": str(OTHER)}, "focus_area", "Velg et innsatsområde."),
        ({"indicator": "everything"}, "indicator", "Velg hva dere vil telle."),
        ({"indicator": "expected"}, "indicator", "Velg hva dere vil telle."),
        ({"indicator": "organizations_at_meeting"}, "dialogue", "hvilken dialog"),
        ({"indicator": "organizations_at_meeting", "dialogue": str(DIALOGUE), "direction": "at_most"},
         "direction", "minst så mange"),
        ({"districts": [str(OTHER)]}, "districts", "bydelen finnes ikke"),
        ({"districts": ["Lura"]}, "districts", "bydelen finnes ikke"),
        ({"organizations": [str(OTHER)]}, "organizations", "organisasjonen finnes ikke"),
        ({"kinds": ["online_self_help"]}, "kinds", "aldri noe å telle"),
        ({"indicator": "completed", "audiences": ["youth"]}, "audiences", "bare for hele kommunen"),
        ({"indicator": "completed", "evening": "false"}, "evening", "bare for hele kommunen"),
        ({"counted_as": "share"}, "counted_as", "ikke en del av noe annet"),
        ({"counted_as": "share_of_all"}, "counted_as", "alltid 100 prosent"),
        ({"counted_as": "share_of_all", "audiences": ["staff"]}, "audiences", "bare er for ansatte"),
        ({"counted_as": "share_of_all", "kinds": ["course"], "target": "101"}, "target", "100 prosent"),
        ({"indicator": "sessions", "counted_as": "per_thousand"}, "counted_as", "Bare personer og oppmøter"),
        ({"baseline": "90"}, "baseline_year", "hvilket år"),
        ({"baseline": "90", "baseline_year": "2023"}, "baseline_source", "hvor tallet er fra"),
        ({"baseline_source": "Gjettet"}, "baseline", "tallet dere begynner fra"),
        ({"baseline": "90", "baseline_year": "2026", "baseline_source": "Talt"}, "baseline_year", "før målet begynner"),
        ({"baseline": "90", "baseline_year": "2025", "baseline_source": "Talt"}, "baseline_year", "egne tall"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_counted_says_why_at_its_field(typed: dict[str, Any], field: str, words: str) -> None:
    assert words in said(**typed)[field]


def test_a_rate_needs_to_know_how_many_live_there() -> None:
    assert (
        "hvor mange som bor"
        in said(replace(KNOWN, population=False), counted_as="per_thousand")["counted_as"]
    )


def test_a_year_of_the_old_rule_is_told_from_one_that_is_over() -> None:
    frozen = replace(KNOWN, old_years=frozenset({2026}))
    assert "talt på den gamle måten" in said(frozen)["first_year"]
    assert "2027" in said(frozen)["first_year"]
    assert said(frozen, first_year="2027") == {}


def test_each_field_is_named_once_and_cells_by_themselves_are_asked_the_same() -> None:
    many = GoalForm(
        **GOAL | {"kinds": ["online_self_help"], "districts": ["x"], "focus_area": str(UUID(int=0))}
    )
    fields = [name for name, _words in objections(many, KNOWN)]
    assert len(fields) == len({*fields}) == 3
    assert [name for name, _words in cell_objections(many, KNOWN)] == ["districts", "kinds"]
