"""Every test that docs/security.md names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ["Sign-in", "Access", "Forms and redirects", "Abuse", "Privacy", "Logging", "Backups", "Secrets"]


def test_each_line_of_the_list_has_tests_that_are_there() -> None:
    lines = [line for line in (ROOT / "docs/security.md").read_text().splitlines() if line.startswith("| ")][
        1:
    ]
    there = {
        name for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }  # fmt: skip
    for line in lines:
        named = re.findall(r"`(test_\w+)`", line)
        assert named or line.startswith("| **"), f"{line} names no test"
        assert set(named) <= there, line
    parts = re.findall(r"^\| \*\*(.+?)\*\* \|", "\n".join(lines), re.MULTILINE)
    assert parts == PARTS
    assert len(lines) > 60
