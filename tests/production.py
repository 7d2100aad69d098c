"""The settings of a production instance, as README asks for them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from marketplace.settings import settings

GOOD = {
    "TREFFPUNKT_DEMO": "no",
    "TREFFPUNKT_SECRET_KEY": "k3Yd0-vQ8s_LwZ6bTnR1xJ7mHc5uFgAe",
    "TREFFPUNKT_ALLOWED_HOSTS": "treffpunkt.example, www.treffpunkt.example",
    "TREFFPUNKT_PUBLIC_URL": "https://treffpunkt.example",
    "TREFFPUNKT_TRUSTED_PROXIES": "127.0.0.1",
    "TREFFPUNKT_SMTP_URL": "smtps://user:password@mail.treffpunkt.example",
    "TREFFPUNKT_MAIL_FROM": "Treffpunkt <post@treffpunkt.example>",
    "TREFFPUNKT_HELPLINE_PHONE": "51 33 50 00",
    "TREFFPUNKT_HELPLINE_EMAIL": "hjelp@treffpunkt.example",
    "TREFFPUNKT_KEYS_DIR": "/srv/treffpunkt-keys",
    "TREFFPUNKT_DATA_DIR": "/srv/treffpunkt",
}
"""What a production instance must set."""


@contextmanager
def production(monkeypatch: pytest.MonkeyPatch, **more: str) -> Iterator[None]:
    """This process as production, with its own database and folders; `more` as public_url="…"."""
    ours = {name: text for name, text in GOOD.items() if not name.endswith("_DIR")} | {
        "TREFFPUNKT_KEYS_DIR": GOOD["TREFFPUNKT_KEYS_DIR"]
    }
    with monkeypatch.context() as environment:
        environment.delenv("TREFFPUNKT_LOOPBACK_LIMIT_FACTOR")
        for name, text in (
            ours | {f"TREFFPUNKT_{name.upper()}": text for name, text in more.items()}
        ).items():
            environment.setenv(name, text)
        settings.cache_clear()
        yield
    settings.cache_clear()
