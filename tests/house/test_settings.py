"""Every setting is documented, and what is unsafe does not start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from marketplace.settings import Settings, problems, table

DOCUMENT = Path(__file__).parents[2] / "docs/settings.md"
GOOD = {
    "TREFFPUNKT_DEMO": "no",
    "TREFFPUNKT_SECRET_KEY": "k" * 32,
    "TREFFPUNKT_ALLOWED_HOSTS": "treffpunkt.example, www.treffpunkt.example",
    "TREFFPUNKT_PUBLIC_URL": "https://treffpunkt.example",
}
"""What a production instance must set."""


def read(monkeypatch: pytest.MonkeyPatch, **changed: str | None) -> Settings | list[str]:
    """The settings of this environment, or what is wrong with them. None takes a variable away."""
    for name in [name for name in os.environ if name.startswith("TREFFPUNKT_")]:
        monkeypatch.delenv(name)
    for name, text in (GOOD | {f"TREFFPUNKT_{name.upper()}": text for name, text in changed.items()}).items():
        if text is not None:
            monkeypatch.setenv(name, text)
    try:
        return Settings()
    except ValidationError as wrong:
        return problems(wrong)


def test_every_setting_stands_in_the_document_as_it_is() -> None:
    assert table() in DOCUMENT.read_text().split("\n\n")[-1]


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_production_starts_when_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(monkeypatch)
    assert isinstance(found, Settings)
    assert found.hosts == {"treffpunkt.example", "www.treffpunkt.example"}
    assert found.secure


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"secret_key": None}, ["set TREFFPUNKT_SECRET_KEY to at least 32 random characters"]),
        ({"secret_key": "short"}, ["set TREFFPUNKT_SECRET_KEY to at least 32 random characters"]),
        ({"debug": "1"}, ["TREFFPUNKT_DEBUG is refused outside demo mode"]),
        ({"allowed_hosts": None}, ["set TREFFPUNKT_ALLOWED_HOSTS to the host names that are answered"]),
        ({"allowed_hosts": " , "}, ["set TREFFPUNKT_ALLOWED_HOSTS to the host names that are answered"]),
        ({"public_url": "http://treffpunkt.example"}, ["set TREFFPUNKT_PUBLIC_URL to an https address"]),
        ({"register_url": "http://register.example"}, ["set TREFFPUNKT_REGISTER_URL to an https address"]),
        ({"smtp_url": "http://mail"}, ["TREFFPUNKT_SMTP_URL must begin with smtp:// or smtps://"]),
        ({"database_url": "mysql://x"}, ["TREFFPUNKT_DATABASE_URL must begin with postgres:// or postgresql://"]),
        ({"trusted_proxies": "::1, it"}, ["TREFFPUNKT_TRUSTED_PROXIES holds it, which is no network address"]),
        (
            {"debug": "1", "secret_key": None, "allowed_hosts": None},
            [
                "TREFFPUNKT_DEBUG is refused outside demo mode",
                "set TREFFPUNKT_SECRET_KEY to at least 32 random characters",
                "set TREFFPUNKT_ALLOWED_HOSTS to the host names that are answered",
            ],
        ),
    ],
)  # fmt: skip
def test_production_refuses_what_is_unsafe(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str | None], told: list[str]
) -> None:
    assert read(monkeypatch, **changed) == told


@pytest.mark.parametrize(
    "url", ["https://treffpunkt.example", "http://10.0.0.7:8000", "http://127.0.0.1.example"]
)
def test_the_demo_refuses_a_public_address(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert read(monkeypatch, demo="1", public_url=url) == [
        "demo mode runs on a loopback address only; set TREFFPUNKT_PUBLIC_URL to one"
    ]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8765", "http://localhost:8000", "http://[::1]:8000"])
def test_the_demo_starts_on_loopback(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert isinstance(read(monkeypatch, demo="1", public_url=url), Settings)


def program(*arguments: str, **environment: str) -> tuple[int, list[str]]:
    """What `python -m marketplace` answers: exit code and the lines of its complaint."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
    done = subprocess.run(
        [sys.executable, "-m", "marketplace", *arguments],
        env=kept | environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr.splitlines()


def test_the_program_tells_wrong_settings_in_sentences_and_no_secret() -> None:
    wrong = {"TREFFPUNKT_DATABASE_POOL": "many", "TREFFPUNKT_SECRET_KEY": "abracadabra"}
    assert program("migrate", **wrong) == (
        2, ["TREFFPUNKT_DATABASE_POOL: Input should be a valid integer, unable to parse string as an integer"]
    )  # fmt: skip
    assert program("check-data", **GOOD | {"TREFFPUNKT_SECRET_KEY": "abracadabra"}) == (
        2, ["set TREFFPUNKT_SECRET_KEY to at least 32 random characters"]
    )  # fmt: skip


def test_the_program_tells_in_a_sentence_that_there_is_no_database() -> None:
    code, told = program(
        "check-data", TREFFPUNKT_DEMO="1", TREFFPUNKT_DATABASE_URL="postgres://x@127.0.0.1:1/x"
    )
    assert (code, len(told)) == (1, 1)
    assert told[0].startswith("Error: The database cannot be reached:")
