"""What somebody is called, of a name in one field."""

import pytest

from marketplace.base.first_names import first_name


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Kari Nordmann", "Kari"),
        ("Anne Marie Hansen", "Anne Marie"),
        ("Anne Marie", "Anne Marie"),
        ("PER OLAV DAHL", "PER OLAV"),
        ("Jan-Erik Berg", "Jan-Erik"),
        ("Abdul Rahman Ali", "Abdul Rahman"),
        ("Per Martin Dahl", "Per Martin"),
        ("Ricky Martin", "Ricky"),  # a family name, where nothing follows
        ("Kari Dahl Hansen", "Kari"),  # a middle name is nobody's business
        ("Ahmed Ali Hassan", "Ahmed"),
        ("Du! har vunnet", "Du"),
        ("Du! Marie vant", "Du"),
        ("Dr. Hansen", "Dr"),
        ("Amina", "Amina"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_double_name_is_whole_and_a_family_name_is_left_out(name: str | None, called: str) -> None:
    assert first_name(name) == called
