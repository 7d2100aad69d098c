"""Every setting is documented, and what is unsafe does not start."""

import os
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from marketplace.operations.settings import table
from marketplace.settings import Settings
from marketplace.settings.rules import problems
from marketplace.settings.variables import variable
from tests.production import GOOD
from tests.program import run

DOCUMENT = Path(__file__).parents[2] / "docs/settings.md"
NO_MAIL = "set TREFFPUNKT_SMTP_URL to your mail server: nobody would get a receipt or a link to sign in"
FROM = "set TREFFPUNKT_MAIL_FROM to an address of yours, as Treffpunkt <treffpunkt@kommune.no>"
RANDOM = "set TREFFPUNKT_SECRET_KEY to random characters: these repeat themselves or count up"
BARE = "set TREFFPUNKT_PUBLIC_URL to scheme and host alone, without path, slash or name: https://treffpunkt.example"


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
        ({"smtp_url": "smtp://mail/queue"}, [
            "set TREFFPUNKT_SMTP_URL to smtp://user:password@host:port alone: nothing is read after the port"]),
        ({"smtp_url": "smtp://:25"}, ["TREFFPUNKT_SMTP_URL names no host"]),
        ({"smtp_url": "smtp://mail:many"}, ["TREFFPUNKT_SMTP_URL is no address: look at its host and port"]),
        ({"sms_url": "http://gateway.example/send"}, ["set TREFFPUNKT_SMS_URL to an https address"]),
        ({"database_url": "mysql://x"}, ["TREFFPUNKT_DATABASE_URL must begin with postgres:// or postgresql://"]),
        ({"trusted_proxies": "::1, it"}, ["TREFFPUNKT_TRUSTED_PROXIES holds it, which is no network address"]),
        ({"trusted_proxies": None}, [
            "set TREFFPUNKT_TRUSTED_PROXIES to the address or network of your proxy, or to none where there is none: "
            "else all visitors are one, and share its limits"]),
        ({"trusted_proxies": "10.0.0.7/24"}, [
            "TREFFPUNKT_TRUSTED_PROXIES holds 10.0.0.7/24, which is an address within a network: write 10.0.0.0/24 or "
            "the address alone"]),
        ({"trusted_proxies": "::/0"}, ["TREFFPUNKT_TRUSTED_PROXIES holds ::/0, which is everybody: name the networks"]),
        ({"trusted_proxies": "none, 10.0.0.7"}, ["set TREFFPUNKT_TRUSTED_PROXIES to proxies or to none, not to both"]),
        ({"known_networks": "biblio"}, ["TREFFPUNKT_KNOWN_NETWORKS holds biblio, which is no network address"]),
        ({"smtp_url": None}, [NO_MAIL]),
        ({"smtp_url": ""}, [NO_MAIL]),
        ({"mail_from": None}, [FROM]),
        ({"mail_from": "Treffpunkt <post@example.com>"}, [FROM]),
        ({"mail_from": "Treffpunkt"}, [FROM]),
        ({"helpline_phone": None}, ["set TREFFPUNKT_HELPLINE_PHONE to the telephone number of those who help"]),
        ({"helpline_phone": "ring oss"}, ["set TREFFPUNKT_HELPLINE_PHONE to the telephone number of those who help"]),
        ({"helpline_email": None}, ["set TREFFPUNKT_HELPLINE_EMAIL to the address of those who help"]),
        ({"security_contact": "javascript:alert(1)"}, [
            "set TREFFPUNKT_SECURITY_CONTACT to an e-mail address or an https address"]),
        ({"operator_email": "drift, vakt@kommune.no"}, ["set TREFFPUNKT_OPERATOR_EMAIL to one address of yours"]),
        ({"operator_email": "drift@example.no"}, ["set TREFFPUNKT_OPERATOR_EMAIL to one address of yours"]),
        ({"keys_dir": None}, ["set TREFFPUNKT_KEYS_DIR to a folder outside TREFFPUNKT_DATA_DIR and its backups"]),
        ({"keys_dir": "/srv/treffpunkt/keys"}, [
            "set TREFFPUNKT_KEYS_DIR to a folder that does not lie in TREFFPUNKT_DATA_DIR"]),
        ({"keys_dir": "/srv/other/../treffpunkt"}, [
            "set TREFFPUNKT_KEYS_DIR to a folder that does not lie in TREFFPUNKT_DATA_DIR"]),
        ({"keys_dir": str(Path(__file__).parents[2] / "static/keys")}, [
            "set TREFFPUNKT_KEYS_DIR to a folder that does not lie in the program's folder"]),
        ({"public_url": "https://treffpunkt.example/"}, [BARE]),
        ({"public_url": "https://treffpunkt.example/booking"}, [BARE]),
        ({"public_url": "https://treffpunkt.example?"}, [BARE]),
        ({"public_url": "https://me@treffpunkt.example"}, [BARE]),
        ({"public_url": "https://Treffpunkt.example"}, [BARE]),
        ({"public_url": "https://treffpunkt.example:443"}, [BARE]),
        ({"public_url": "https://"}, ["TREFFPUNKT_PUBLIC_URL names no host"]),
        ({"public_url": "https://:8443"}, ["TREFFPUNKT_PUBLIC_URL names no host"]),
        ({"public_url": "https://treff_punkt.example"}, [
            "set TREFFPUNKT_PUBLIC_URL to a host name: treff_punkt.example is none"]),
        ({"allowed_hosts": "*"}, [
            "TREFFPUNKT_ALLOWED_HOSTS holds *: write host names alone, without scheme, port or *"]),
        ({"allowed_hosts": "https://treffpunkt.example"}, [
            "TREFFPUNKT_ALLOWED_HOSTS holds https://treffpunkt.example: write host names alone, without scheme, port "
            "or *"]),
        ({"secret_key": "a" * 32}, [RANDOM]),
        ({"secret_key": "1234567890" * 5}, [RANDOM]),
        ({"secret_key": "abcdefghijklmnopqrstuvwxyz0123456789"}, [RANDOM]),
        ({"secret_key": "change-me " * 6}, [RANDOM]),
        ({"loopback_limit_factor": "1000"}, [
            "leave TREFFPUNKT_LOOPBACK_LIMIT_FACTOR out: it is for the demo, tests and benchmarks"]),
        ({"site_name": "Treff\npunkt"}, ["set TREFFPUNKT_SITE_NAME to one line of text"]),
        ({"database_url": "postgres://u@db.example/x"}, [
            "set sslmode in TREFFPUNKT_DATABASE_URL: verify-full with sslrootcert, or disable where the network "
            "between is yours alone"]),
        ({"database_url": "postgres://u@db.example/x?sslmode=verify_full"}, [
            "set sslmode in TREFFPUNKT_DATABASE_URL to one of disable, allow, prefer, require, verify-ca, "
            "verify-full"]),
        ({"database_url": "postgres://u@127.0.0.1/x?ssl_mode=require"}, [
            "TREFFPUNKT_DATABASE_URL has ssl_mode, which is not honoured; did you mean sslmode?"]),
        ({"database_url": "postgres://u@127.0.0.1/x?sslmode=disable&sslmode=require"}, [
            "TREFFPUNKT_DATABASE_URL says sslmode twice"]),
        ({"database_url": "postgres://u@db.example/x?sslmode=verify-full&sslrootcert=/nowhere.pem"}, [
            "set sslrootcert in TREFFPUNKT_DATABASE_URL to a file that can be read: '/nowhere.pem' cannot"]),
        ({"database_url": "postgres://u@127.0.0.1/x#b"}, [
            "TREFFPUNKT_DATABASE_URL has a #: write %23 for one in a password"]),
        ({"database_url": "postgres://u@/x?host=127.0.0.1&port=many"}, [
            "set port in TREFFPUNKT_DATABASE_URL to a number"]),
        ({"database_url": f"postgres://u@127.0.0.1/x?sslkey={__file__}"}, [
            "set sslcert in TREFFPUNKT_DATABASE_URL too: a key alone says nothing"]),
        ({"database_url": "postgres://u@127.0.0.1:many/x"}, [
            "TREFFPUNKT_DATABASE_URL is no address: look at its host and port"]),
        ({"smtp_ulr": "smtp://mail"}, ["TREFFPUNKT_SMTP_ULR is no setting; did you mean TREFFPUNKT_SMTP_URL?"]),
        ({"colour": "blue"}, ["TREFFPUNKT_COLOUR is no setting: docs/settings.md has them"]),
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


def test_a_trick_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = read(monkeypatch, tricks_off="pages, telepathy")
    assert isinstance(told, list)
    assert told[0].startswith("TREFFPUNKT_TRICKS_OFF: Input should be 'pages', ")
    assert isinstance(found := read(monkeypatch, tricks_off="pages, escaping"), Settings)
    assert found.tricks_off == ["pages", "escaping"]


def test_a_prefix_that_is_misspelt_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFPUNKT_SMTP_URL", "smtp://mail")
    assert read(monkeypatch) == ["TREFPUNKT_SMTP_URL is no setting; did you mean TREFFPUNKT_SMTP_URL?"]


@pytest.mark.parametrize(
    "changed",
    [
        {"trusted_proxies": "10.0.0.0/24, ::1"},
        {"trusted_proxies": "none"},
        {"public_url": "https://treffpunkt.example:8443"},
        {"database_url": "postgres://u@db.example/x?sslmode=disable"},
        {"database_url": "postgres://u@/x?host=/run/postgresql"},
        {"secret_key": "".join("0123456789abcdef"[byte % 16] for byte in b"c\x07\xb1\x9e\x12d\x8a\xf3\x2c\x01\x99\x5b"
         b"\xe4\x47\x6d\x0a\xd2\x38\x90\x1f\xcb\x76\x33\xa5\x08\xee\x51\x4c\xb7\x29\x60\xfa")},
        {"helpline_phone": "02286"},
    ],
)  # fmt: skip
def test_production_takes_what_may_be_right(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str | None]
) -> None:
    assert isinstance(read(monkeypatch, **changed), Settings)


def test_sms_is_offered_where_it_can_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def offered(**changed: str | None) -> bool:
        found = read(monkeypatch, **changed)
        assert isinstance(found, Settings)
        return found.sms_offered

    assert not offered()
    assert offered(sms_url="https://gateway.example/send")
    assert offered(demo="1", public_url="http://127.0.0.1:8000")


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
    done = run(*arguments, environment=kept | environment)
    return done.code, done.err.splitlines()


def test_the_program_tells_wrong_settings_in_sentences_and_no_secret() -> None:
    wrong = {"TREFFPUNKT_DATABASE_POOL": "many", "TREFFPUNKT_SECRET_KEY": "abracadabra"}
    assert program("migrate", **wrong) == (
        2, ["TREFFPUNKT_DATABASE_POOL: Input should be a valid integer, unable to parse string as an integer"]
    )  # fmt: skip
    assert program("serve", **GOOD | {"TREFFPUNKT_SECRET_KEY": "abracadabra"}) == (
        2, ["set TREFFPUNKT_SECRET_KEY to at least 32 random characters"]
    )  # fmt: skip


def test_the_program_tells_in_a_sentence_that_there_is_no_database() -> None:
    code, told = program(
        "check-data", TREFFPUNKT_DEMO="1", TREFFPUNKT_DATABASE_URL="postgres://x@127.0.0.1:1/x"
    )
    assert (code, len(told)) == (1, 1)
    assert told[0].startswith("Error: The database cannot be reached:")


def test_readme_asks_for_what_production_refuses_to_start_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """What README's step 3 sets has all that cannot be left out; the rest of it is where things are kept."""
    readme = (DOCUMENT.parents[1] / "README.md").read_text()
    step = readme.split("cat > /etc/treffpunkt/env <<END\n")[1].split("\nEND\n")[0]
    named = set(re.findall(r"^TREFFPUNKT_[A-Z_]+", step, re.MULTILINE))
    needed = {
        name for name in GOOD if isinstance(read(monkeypatch, **{name.removeprefix("TREFFPUNKT_").lower(): None}), list)
    }  # fmt: skip
    kept = {
        f"TREFFPUNKT_{name}"
        for name in ("DATABASE_URL", "DATA_DIR", "BACKUP_DIR", "KEYS_BACKUP_DIR", "OPERATOR_EMAIL")
    }
    assert named - kept == needed


def test_what_makefile_and_tests_set_are_settings() -> None:
    """A variable of ours that is none stops the program, and with it a whole `make soak` that nobody looks at daily."""
    house = DOCUMENT.parents[1]
    here = (house / "Makefile", *(house / "bin").iterdir(), *(house / ".github").rglob("*.yml"))
    texts = [path.read_text() for path in here if path.is_file()]
    texts += [
        " ".join(re.findall(r'environ\.get\("(TREFFPUNKT_[A-Z_]+)', path.read_text()))
        for path in (house / "tests").rglob("*.py")
    ]
    named = {name for text in texts for name in re.findall(r"TREFFPUNKT_[A-Z_]*[A-Z]", text)}
    assert "TREFFPUNKT_DEMO" in named
    assert named <= {variable(name) for name in Settings.model_fields}
