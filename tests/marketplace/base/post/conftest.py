"""The post office of these tests."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiosmtpd.smtp import SMTP

from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS, RIGHTS, Content, mail, whoever_is_there
from marketplace.settings import settings
from tests.marketplace.base.post.office import Handler


@pytest.fixture
async def post_office(monkeypatch: pytest.MonkeyPatch, pool: None) -> AsyncIterator[Handler]:
    """A mail server on a port of its own; the settings point to it."""
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="mail.example.no"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("TREFFPUNKT_SMTP_URL", f"smtp://127.0.0.1:{port}")
    settings.cache_clear()
    yield handler
    monkeypatch.undo()
    settings.cache_clear()
    server.close()


@pytest.fixture(autouse=True)
async def mails(db: None) -> AsyncIterator[None]:
    """Two mail functions: one that writes, one that cannot."""

    async def greeting(channel: Channel, lang: str, number: int) -> Content | None:
        return Content("Påmeldingen din", f"Hei nummer {number}!\n", f"<p>Hei nummer {number}!</p>")

    async def broken(channel: Channel, lang: str) -> Content | None:
        raise LookupError("no such booking")

    async def silent(channel: Channel, lang: str) -> Content | None:
        return None

    for function in (greeting, broken, silent):
        mail(to=whoever_is_there)(function)
    yield
    for name in ("greeting", "broken", "silent"):
        del MAILS[name], RIGHTS[name]
