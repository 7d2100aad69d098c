"""References stay on one line, so that nobody reads half of one."""

import re
from pathlib import Path

import pytest

from marketplace.base.web.templates import TEMPLATES

KEPT = re.compile(
    r'tp-ref[^>]*>\{\{ [\w.]+ \}\}|white-space:nowrap">\{\{ [\w.]+ \}\}|shown_reference\|(?:unbroken|replace)'
)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("**/*.html")), ids=lambda path: path.stem)
def test_a_reference_is_never_broken_at_its_hyphen(path: Path) -> None:
    source = path.read_text()
    assert len(re.findall(r"shown_reference", source)) == sum(
        "shown_reference" in found[0] for found in KEPT.finditer(source)
    )
