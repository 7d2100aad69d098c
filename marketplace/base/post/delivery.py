"""Brings one message to its recipient: by SMTP, by an SMS gateway, or in the demo into its mailbox."""

import asyncio
import base64
import http.client
import json
import re
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from marketplace import AGENT
from marketplace.base.models import Channel
from marketplace.base.post import mailbox
from marketplace.base.post.letter import (
    POLICY,
    Letter,
    Rejected,
    email_message,
    headed,
    host,
    identity,
    one_line,
    recipient,
)
from marketplace.base.site import site
from marketplace.settings import settings
from marketplace.settings.addresses import LOOPBACK

ANSWER_WITHIN = 20.0
"""Seconds that a server gets for each of its answers."""
CONNECT_WITHIN = 10.0
MESSAGE_WITHIN = 60.0
"""Seconds for a whole message."""
CLOSES = 421
"""The reply of a server that goes, or has too many of us."""
BUSY = frozenset({401, 403, 404, 407, 408, 421, 429, 502, 503, 504})
"""Answers of an SMS gateway that are about it or about us, not about the message."""


class Postponed(Exception):
    """Not now: the network, or a server that is busy or wrongly set up.

    `code` is the reply without its text: servers repeat addresses in it.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Away(Postponed):
    """The server cannot be reached at all: the next message would fare no better."""


class Broken(Postponed):
    """The server was there, and then it broke off or had enough of us. It may be the message's fault, or the server's:
    the next one shows which."""


class Carrier(Protocol):
    """A way to send. `send` returns when the other side has the letter, else raises Postponed or Rejected."""

    async def send(self, letter: Letter) -> None: ...

    async def close(self) -> None: ...


def carrier(channel: Channel) -> Carrier:
    """How messages of this channel leave, by the settings."""
    if channel is Channel.EMAIL and settings().smtp_url:
        return Smtp(settings().smtp_url or "")
    if channel is Channel.SMS and settings().sms_url:
        return SmsGateway(settings().sms_url or "")
    return Mailbox() if settings().demo else Nowhere()


class Smtp:
    """One connection, opened by the first letter and used for all of a round.

    smtp:// upgrades by STARTTLS when that is offered; smtps:// is TLS from the start. A password is only
    given over TLS, or to this machine.
    """

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.client: aiosmtplib.SMTP | None = None
        self.away: str | None = None

    async def send(self, letter: Letter) -> None:
        message = email_message(letter)
        to = recipient(letter.address).addr_spec
        if self.away:
            raise Away(self.away)
        try:
            async with asyncio.timeout(MESSAGE_WITHIN):
                client = await self.connected()
                await client.sendmail(parseaddr(settings().mail_from)[1], [to], bytes(message))
        except aiosmtplib.SMTPRecipientsRefused as refused:
            answer = refused.recipients[0]
            if answer.code >= 500:
                raise Rejected(str(answer.code), nobody_there(answer.code, answer.message)) from refused
            raise self.not_now(answer.code) from refused
        except aiosmtplib.SMTPDataError as refused:
            if refused.code >= 500:
                raise Rejected(str(refused.code)) from refused
            raise self.not_now(refused.code) from refused
        except aiosmtplib.SMTPResponseException as answer:  # about us, for the operator to repair
            raise Broken(str(answer.code)) from answer
        except (aiosmtplib.SMTPException, OSError) as fault:
            self.drop()
            raise Broken("timeout" if isinstance(fault, TimeoutError) else "connection") from fault

    def not_now(self, code: int) -> Postponed:
        """What a 4xx means: of this message, unless the server says that it closes."""
        if code != CLOSES:
            return Postponed(str(code))
        self.drop()
        return Broken(str(code))

    async def connected(self) -> aiosmtplib.SMTP:
        if self.client and self.client.is_connected:
            return self.client
        url = self.url
        client = aiosmtplib.SMTP(
            hostname=url.hostname or "localhost", port=url.port, use_tls=url.scheme == "smtps",
            timeout=ANSWER_WITHIN, local_hostname=host(),  # else it asks the name service, which may hang
        )  # fmt: skip
        try:
            await client.connect(timeout=CONNECT_WITHIN)
            if url.username:
                if client.get_transport_info("ssl_object") is None and url.hostname not in LOOPBACK:
                    client.close()
                    raise Away("no TLS")
                await client.login(unquote(url.username), unquote(url.password or ""))
        except aiosmtplib.SMTPResponseException as answer:
            client.close()
            self.away = str(answer.code)
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as fault:
            client.close()
            self.away = "timeout" if isinstance(fault, TimeoutError) else "connection"
        except Away as away:
            self.away = away.code
        if self.away:
            raise Away(self.away)
        self.client = client
        return client

    def drop(self) -> None:
        if self.client:
            self.client.close()
            self.client = None

    async def close(self) -> None:
        if self.client and self.client.is_connected:
            try:
                async with asyncio.timeout(2):
                    await self.client.quit()
            except (aiosmtplib.SMTPException, OSError):
                pass
        self.drop()


def nobody_there(code: int, text: str) -> bool:
    """Does a 5xx mean that the address is nobody's? 5.1.x and 5.2.1 do (RFC 3463), and 550, 551, 553 alone.

    5.7.x is about us, for example a blocked network: people must not lose their channel for that.
    """
    found = re.match(r"\s*5\.(\d{1,3})\.(\d{1,3})\b", text)
    if found:
        return found[1] == "1" or found.groups() == ("2", "1")
    return code in (550, 551, 553)


class SmsGateway:
    """An SMS gateway that takes POST {"to", "text", "from", "id"} as JSON; the same id is the same message.

    2xx: taken. 410 and 422: no such number. User and password in the address become Basic authorisation.
    """

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    async def send(self, letter: Letter) -> None:
        body = {
            "to": letter.address, "text": letter.content.text, "from": site().name,
            "id": identity(letter.key),
        }  # fmt: skip
        try:
            async with asyncio.timeout(MESSAGE_WITHIN):
                status = await asyncio.to_thread(self.post, json.dumps(body).encode())
        except (OSError, http.client.HTTPException) as fault:
            raise Broken("timeout" if isinstance(fault, TimeoutError) else "connection") from fault
        if status in (410, 422):
            raise Rejected(str(status), nobody=True)
        if status in BUSY or 300 <= status < 400:
            raise Broken(str(status))
        if not 200 <= status < 300:
            raise Postponed(str(status))

    def post(self, body: bytes) -> int:
        """One request, without following redirects. The answer's status. Raises Away where nobody listens."""
        url = self.url
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "localhost", url.port, timeout=ANSWER_WITHIN)
        headers = {"Content-Type": "application/json", "User-Agent": AGENT}
        if url.username:
            pair = f"{unquote(url.username)}:{unquote(url.password or '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            connection.connect()
        except OSError as fault:
            raise Away("timeout" if isinstance(fault, TimeoutError) else "connection") from fault
        try:
            connection.request("POST", target, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    async def close(self) -> None:
        pass


class Nowhere:
    """There is no way to send this: it is never said to be sent."""

    async def send(self, letter: Letter) -> None:
        raise Rejected("no way to send")

    async def close(self) -> None:
        pass


class Mailbox:
    """The demo's mailbox, of both channels."""

    async def send(self, letter: Letter) -> None:
        if letter.channel is Channel.EMAIL:
            message = email_message(letter)
        else:
            message = EmailMessage(policy=POLICY)
            message["X-Channel"] = letter.channel.value
            message["To"] = one_line(letter.address)
            headed(message, letter)
            message.set_content(letter.content.text, cte="quoted-printable")
        await asyncio.to_thread(mailbox.keep, letter.id, message)

    async def close(self) -> None:
        pass
