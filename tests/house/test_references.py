"""References stay on one line, so that nobody reads half of one."""

import re

from marketplace.base.web.templates import TEMPLATES

KEPT = re.compile(
    r'tp-ref[^>]*>\{\{ [\w.]+ \}\}|white-space:nowrap">\{\{ [\w.]+ \}\}|shown_reference\|(?:unbroken|replace)'
)


def breaks(source: str) -> bool:
    """Does a template say a reference otherwise than whole?"""
    return source.count("shown_reference") != sum(
        "shown_reference" in found[0] for found in KEPT.finditer(source)
    )


def test_a_reference_is_never_broken_at_its_hyphen() -> None:
    assert [str(path) for path in sorted(TEMPLATES.rglob("*.html")) if breaks(path.read_text())] == []


def test_a_broken_one_is_seen() -> None:
    assert breaks("<p>{{ booking.shown_reference }}</p>")
    assert not breaks('<p class="tp-ref">{{ booking.shown_reference }}</p>')
