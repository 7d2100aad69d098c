"""Do messages leave: mail and SMS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from marketplace.base.post import delivery
from marketplace.operations.alarm.sending import send
from marketplace.operations.doctor.findings import WITHIN, Found, Kind, Looking
from marketplace.operations.doctor.through import ends
from marketplace.settings import settings
from marketplace.settings.addresses import LOOPBACK


async def mail(at: Looking) -> AsyncIterator[Found]:
    if settings().demo and not settings().smtp_url:
        return
    way = delivery.Smtp(settings().smtp_url or "")
    try:
        async with asyncio.timeout(WITHIN):
            client = await way.connected()
            safe = client.get_transport_info("ssl_object") is not None
            certificate = client.get_transport_info("peercert")
        if certificate:
            yield ends(way.url.hostname or "", certificate, at.now)
        if safe or way.url.hostname in LOOPBACK:
            yield Kind.WELL, f"{way.url.hostname} takes mail, {'by TLS' if safe else 'on this machine'}"
        else:
            yield Kind.AWAY, f"{way.url.hostname} offers no TLS: links to sign in would travel open"
    except TimeoutError:
        yield Kind.AWAY, f"{way.url.hostname} does not answer"
    except delivery.Postponed as away:
        yield Kind.AWAY, f"{way.url.hostname} takes no mail: {away.code}"
    finally:
        await way.close()


async def sms(at: Looking) -> AsyncIterator[Found]:
    if not settings().sms_url:
        yield Kind.WELL, "none is set, so none is offered in any form"
        return
    url = urlsplit(settings().sms_url or "")
    secure = url.scheme == "https"
    try:
        async with asyncio.timeout(WITHIN):
            _reader, writer = await asyncio.open_connection(
                url.hostname, url.port or (443 if secure else 80), ssl=ssl.create_default_context() if secure else None
            )  # fmt: skip
            writer.close()
        yield Kind.WELL, f"{url.hostname} answers"
    except OSError as problem:
        yield Kind.AWAY, f"{url.hostname} does not answer: {type(problem).__name__}"


async def operator(at: Looking) -> AsyncIterator[Found]:
    """Is anybody told when something goes wrong?"""
    if settings().operator_email:
        yield (
            Kind.WELL,
            "whoever looks after the instance is mailed what they must see to; that the machine or its database is "
            "away only somebody elsewhere can tell, who asks /health/ready",
        )
    elif settings().metrics_port:
        yield Kind.WELL, "nobody is mailed; /metrics is there for deploy/alerts.yml"
    elif not settings().demo:
        yield (
            Kind.AWAY,
            "set TREFFPUNKT_OPERATOR_EMAIL: nobody is told of a lost key, a backup that stands still or a full disk",
        )


async def send_to(to: str) -> None:
    """Send one real mail, now. Raises Postponed or Rejected."""
    text = f"This mail shows that {settings().public_url} can send mail.\n"
    await send(to, "doctor", f"{settings().site_name}: a mail to try", text)
