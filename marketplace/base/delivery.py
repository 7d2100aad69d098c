"""Brings one message to its recipient: by SMTP, by an SMS gateway, or in the demo into its mailbox."""

import asyncio
import base64
import http.client
import json
import re
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from marketplace.addresses import LOOPBACK
from marketplace.base import mailbox
from marketplace.base.http import signature
from marketplace.base.mail import Content
from marketplace.base.models import Channel
from marketplace.settings import settings

ANSWER_WITHIN = 20.0
"""Seconds that a server gets for each of its answers."""
CONNECT_WITHIN = 10.0
MESSAGE_WITHIN = 60.0
"""Seconds for a whole message."""


class Policy(EmailPolicy):
    """The address to unsubscribe at stays whole: the library encodes what is longer than a line."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() == "list-unsubscribe":
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


POLICY = Policy(linesep="\r\n")


class Postponed(Exception):
    """Not now: the network, or a server that is busy or wrongly set up.

    `code` is the reply without its text: servers repeat addresses in it.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Away(Postponed):
    """The server cannot be reached at all: the next message would fare no better."""


class Rejected(Exception):
    """Never. `nobody`: the server says that there is nobody at this address."""

    def __init__(self, code: str, nobody: bool = False) -> None:
        super().__init__(code)
        self.code, self.nobody = code, nobody


@dataclass(frozen=True)
class Letter:
    """One message, written and ready to go. `key` is the outbox row's dedupe key."""

    id: UUID
    channel: Channel
    address: str
    key: str
    content: Content
    at: datetime


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


def host() -> str:
    return urlsplit(settings().public_url).hostname or "localhost"


def message_id(key: str) -> str:
    """The same at each try: a mail that was sent twice is seen once. It tells nothing about the act."""
    return f"<{signature('message-id', key)[:40]}@{host()}>"


def one_line(text: str) -> str:
    """A header's text: no line breaks, no control characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())


def recipient(address: str) -> Address:
    """The address as it may stand in a header and in RCPT. Raises Rejected where it is none."""
    local, _, domain = address.rpartition("@")
    try:
        if one_line(address) != address:
            raise ValueError("not one line")
        spec = f"{local}@{domain.encode('idna').decode()}"
        return Address(addr_spec=spec.encode("ascii").decode())
    except (MessageError, ValueError, IndexError) as problem:
        raise Rejected("address", nobody=True) from problem


def email_message(letter: Letter) -> EmailMessage:
    """The mail: plain text, then html, and last the calendar part, or several attached (design/calendar.md)."""
    message = EmailMessage(policy=POLICY)
    message["From"] = one_line(settings().mail_from)
    message["To"] = recipient(letter.address)
    headed(message, letter)
    content = letter.content
    for name, text in content.headers.items():
        message[name] = one_line(text)
    message.set_content(content.text, cte="quoted-printable")
    if content.html is not None:
        message.add_alternative(content.html, subtype="html", cte="quoted-printable")
    if content.calendar is not None:
        parameters = {"charset": "UTF-8", "method": content.method or "PUBLISH"}
        message.add_alternative(content.calendar, "text", "calendar", cte="base64", params=parameters)
    for number, attached in enumerate(content.attached, 1):
        message.add_attachment(attached, "text", "calendar", cte="base64", filename=f"avlyst-{number}.ics",
                               params={"charset": "UTF-8", "method": "CANCEL"})  # fmt: skip
    return message


def headed(message: EmailMessage, letter: Letter) -> None:
    """What every message bears."""
    message["Subject"] = one_line(letter.content.subject)
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = message_id(letter.key)
    message["Auto-Submitted"] = "auto-generated"


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
            raise Postponed(str(answer.code)) from refused
        except aiosmtplib.SMTPDataError as refused:
            if refused.code >= 500:
                raise Rejected(str(refused.code)) from refused
            raise Postponed(str(refused.code)) from refused
        except aiosmtplib.SMTPResponseException as answer:  # about us, for the operator to repair
            raise Postponed(str(answer.code)) from answer
        except (aiosmtplib.SMTPException, OSError) as fault:
            self.drop()
            raise Postponed("timeout" if isinstance(fault, TimeoutError) else "connection") from fault

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
            "to": letter.address, "text": letter.content.text, "from": settings().site_name,
            "id": signature("message-id", letter.key)[:40],
        }  # fmt: skip
        try:
            async with asyncio.timeout(MESSAGE_WITHIN):
                status = await asyncio.to_thread(self.post, json.dumps(body).encode())
        except (OSError, http.client.HTTPException) as fault:
            raise Postponed("timeout" if isinstance(fault, TimeoutError) else "connection") from fault
        if status in (410, 422):
            raise Rejected(str(status), nobody=True)
        if not 200 <= status < 300:
            raise Postponed(str(status))

    def post(self, body: bytes) -> int:
        """One request, without following redirects. The answer's status."""
        url = self.url
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "localhost", url.port, timeout=ANSWER_WITHIN)
        headers = {"Content-Type": "application/json", "User-Agent": settings().site_name}
        if url.username:
            pair = f"{unquote(url.username)}:{unquote(url.password or '')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
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
