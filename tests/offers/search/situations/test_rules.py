"""Whoever says how they are is led somewhere, and nobody is led by one word of many."""

from uuid import uuid4

import pytest

from offers.catalogue.kinds import Audience, Kind
from offers.search.situations.rules import Listed, Said, stems
from offers.search.situations.sentences import Sentence, sentences
from offers.search.words.crisis import needs_somebody_now


def listed(one: Sentence) -> Listed:
    return Listed(
        uuid4(), one.text, one.nynorsk, one.english, "\n".join(one.also), one.words, one.kinds, one.audiences,
        one.evening, one.drop_in, None, None,
    )  # fmt: skip


SITUATIONS = [listed(one) for one in sentences()]
SAID = Said(SITUATIONS)


def test_there_are_about_sixty_and_each_leads_somewhere() -> None:
    assert len(SITUATIONS) >= 60
    for one in sentences():
        assert one.words or one.kinds or one.audiences, one.text
        assert {*one.kinds} <= {*Kind} - {Kind.STAFF_TRAINING}, one.text
        assert {*one.audiences} <= {*Audience} - {Audience.STAFF, Audience.EVERYONE}, one.text


def test_each_way_to_say_a_situation_leads_to_it() -> None:
    wrong = [
        (way, found and found.text) for one in SITUATIONS for way in one.ways if (found := SAID.like(way)) != one
    ]  # fmt: skip
    assert wrong == []


def test_none_of_them_is_a_cry_for_help_that_needs_somebody_now() -> None:
    assert [way for one in SITUATIONS for way in one.ways if needs_somebody_now(way)] == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("alene om kveldene", "Jeg er alene om kvelden"),
        ("Eg er AALEINE om kvelden!", "Jeg er alene om kvelden"),
        ("jeg er så ensom om kveldene nå", "Jeg er alene om kvelden"),
        ("mannen drikker for mye", "Mannen min drikker"),
        ("jeg far ikke sove om natta", "Jeg får ikke sove"),
        ("kona mi døde i fjor", "Jeg har mistet noen"),
        ("bekymmret for datteren min", "Jeg er bekymret for en jeg er glad i"),
        ("I am lonely", "Jeg er mye alene hjemme"),
        ("хочу вивчити норвезьку", "Jeg vil lære norsk"),
        ("ho mor er åleina", "Jeg er gammel og kommer meg lite ut"),
        ("bestefar er så einsam", "Jeg er gammel og kommer meg lite ut"),
        ("æ e så aleina", "Jeg er mye alene hjemme"),
        ("eg får ikkje sova", "Jeg får ikke sove"),
        ("demens", "En jeg er glad i glemmer mye"),
        ("kreft", "Sykdom har snudd opp ned på hverdagen"),
        ("mor mi har fått demens", "En hjemme har det vanskelig"),
        ("kona har kreft", "En hjemme har det vanskelig"),
        ("dottera mi er bipolar", "En hjemme har det vanskelig"),
        ("my grandmother has dementia", "En hjemme har det vanskelig"),
        ("eg kjenner ikkje nokon her", "Jeg kjenner ingen her"),
        ("I do not know anyone here", "Jeg kjenner ingen her"),
        ("farmor døydde", "Jeg har mistet noen"),
    ],
)
def test_it_is_known_bent_misspelled_and_in_other_words(typed: str, sentence: str) -> None:
    found = SAID.like(typed)
    assert found
    assert found.text == sentence


@pytest.mark.parametrize(
    "typed",
    ["", "🙂", "barnet vil ikke sove", "strikking", "jeg er", "torget i byen", "hund som ikke sover alene",
     "yoga lørdag", "død fisk", "mor og barn", "syk hund", "mannskor", "mor", "' OR 1=1 --"],
)  # fmt: skip
def test_other_words_lead_nowhere(typed: str) -> None:
    assert SAID.like(typed) is None


def test_words_are_the_same_without_rings_and_endings() -> None:
    assert stems("Kveldene er lange") == stems("KVELDER lang")
    assert stems("søvn") == stems("soevn") == stems("sovn") != frozenset()


def test_somebody_who_types_is_shown_what_they_may_be_about_to_say() -> None:
    assert "Jeg er alene om kvelden" in [one.text for one in SAID.beginning("jeg er al", "nb")]
    assert [one.text for one in SAID.beginning("mannen min dr", "nb")] == ["Mannen min drikker"]
    assert [one.text for one in SAID.beginning("inkas", "nb")] == ["Jeg har ikke råd til regningene"]
    assert "Vi har gått fra hverandre" not in [one.text for one in SAID.beginning("sp", "nb")]
    assert SAID.beginning("ink", "nb") == []  # nobody would see why
    assert SAID.beginning("xyz", "nb") == SAID.beginning("", "nb") == []
