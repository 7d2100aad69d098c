"""What a mail looks like on the wire, and the SMS gateway."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from uuid_utils.compat import uuid7

from marketplace.base.models import Channel
from marketplace.base.post.delivery import Away, Postponed, SmsGateway, Smtp, carrier, nobody_there
from marketplace.base.post.letter import Letter, Rejected, email_message, message_id
from marketplace.base.post.mail import Content
from marketplace.settings import settings
from tests.conftest import NOW

CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Bl\xc3\xa5b\xc3\xa6rtur\r\nEND:VCALENDAR\r\n"
LETTER = Letter(
    uuid7(), Channel.EMAIL, "kari@example.no", "receipt:42:1",
    Content("Påmeldingen din", "Hei på deg\n", "<p>Hei på deg</p>", CALENDAR, "REQUEST"), NOW,
)  # fmt: skip


def sent(letter: Letter = LETTER) -> tuple[bytes, EmailMessage]:
    """The bytes, and as a mail program reads them."""
    raw = bytes(email_message(letter))
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return raw, read


def test_plain_then_html_and_last_the_calendar_part() -> None:
    _, mail = sent()
    assert mail.get_content_type() == "multipart/alternative"
    plain, html, calendar = mail.iter_parts()
    assert [part.get_content_type() for part in (plain, html, calendar)] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    assert {part.get_content_charset() for part in (plain, html, calendar)} == {"utf-8"}
    assert calendar.get_param("method") == "REQUEST"
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert calendar["Content-Disposition"] is None
    assert calendar.get_payload(decode=True) == CALENDAR
    assert plain.get_content() == "Hei på deg\r\n"  # type: ignore[attr-defined]


def test_it_is_seven_bit_with_short_lines_and_crlf() -> None:
    raw, _ = sent()
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_headers_say_who_when_and_that_a_machine_wrote_it() -> None:
    _, mail = sent()
    assert mail["From"] == "Treffpunkt <treffpunkt@example.no>"
    assert mail["To"] == "kari@example.no"
    assert mail["Subject"] == "Påmeldingen din"
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_message_id_is_the_same_each_time_and_tells_nothing() -> None:
    assert (
        sent()[1]["Message-ID"]
        == sent(replace(LETTER, id=uuid7()))[1]["Message-ID"]
        == message_id("receipt:42:1")
    )
    assert message_id("receipt:42:2") != message_id("receipt:42:1")
    assert "42" not in message_id("receipt:42:1")[:3]
    assert message_id("receipt:42:1").endswith("@127.0.0.1>")


def test_no_line_break_gets_into_a_header() -> None:
    content = replace(
        LETTER.content,
        subject="Hei\r\nBcc: all@example.no\x0b\u2028x",
        headers={"List-Id": "a\nBcc: b@example.no"},
    )
    raw, mail = sent(replace(LETTER, content=content))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hei Bcc: all@example.no x"
    assert b"\nBcc" not in raw


@pytest.mark.parametrize(
    "address", ["kari@example.no\r\nBcc: all@example.no", "kari", "", "a@b@", "kåre@example.no", "a b@example.no",
                "kari@example.no, ola@example.no"],
)  # fmt: skip
def test_what_is_no_address_is_rejected_before_anything_is_sent(address: str) -> None:
    with pytest.raises(Rejected):
        email_message(replace(LETTER, address=address))


def test_a_norwegian_domain_is_written_as_the_mail_system_wants_it() -> None:
    assert sent(replace(LETTER, address="kari@blåbær.example.no"))[1]["To"] == "kari@xn--blbr-roah.example.no"


@pytest.mark.parametrize(
    ("code", "text", "nobody"),
    [
        (550, "5.1.1 User unknown", True), (550, "No such user here", True), (553, "bad mailbox", True),
        (550, "5.2.1 Disabled", True), (550, "5.7.1 Blocked", False), (554, "5.7.1 Blocked", False),
        (552, "5.2.2 Mailbox full", False), (554, "Transaction failed", False),
    ],
)  # fmt: skip
def test_only_some_refusals_mean_that_nobody_is_there(code: int, text: str, nobody: bool) -> None:
    assert nobody_there(code, text) is nobody


async def test_a_password_is_not_given_to_another_machine_without_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[bytes] = []

    async def plain_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.no\r\n")
        while line := await reader.readline():
            said.append(line)
            writer.write(b"250-mail.example.no\r\n250 AUTH PLAIN LOGIN\r\n")
        writer.close()

    monkeypatch.setattr("marketplace.base.post.delivery.LOOPBACK", set())
    server = await asyncio.start_server(plain_server, "127.0.0.1", 0)
    smtp = Smtp(f"smtp://user:hush@127.0.0.1:{server.sockets[0].getsockname()[1]}")
    with pytest.raises(Away, match="no TLS"):
        await smtp.send(LETTER)
    await smtp.close()
    server.close()
    assert not any(b"AUTH" in line for line in said)


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[str, list[bytes], list[int]]]:
    """An HTTP server: its address, the requests it got, the statuses it will answer."""
    got: list[bytes] = []
    answers: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        got.append(head + await reader.readexactly(int(length.partition(b":")[2])))
        writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % answers.pop(0))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://user:hush@127.0.0.1:{server.sockets[0].getsockname()[1]}/send?v=1", got, answers
    server.close()


SMS = replace(LETTER, channel=Channel.SMS, address="+4751000001", content=Content("", "Hei på deg"))


async def test_an_sms_is_one_post_with_the_same_id_each_time(
    gateway: tuple[str, list[bytes], list[int]],
) -> None:
    url, got, answers = gateway
    answers += [200, 202]
    for _ in range(2):
        await SmsGateway(url).send(SMS)
    head, _, body = got[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /send?v=1 HTTP/1.1\r\n")
    assert b"Authorization: Basic dXNlcjpodXNo" in head
    assert json.loads(body) == {
        "to": "+4751000001", "text": "Hei på deg", "from": "Treffpunkt", "id": message_id("receipt:42:1")[1:41],
    }  # fmt: skip
    assert got[1].partition(b"\r\n\r\n")[2] == body


async def test_a_service_may_be_called_what_it_likes(
    gateway: tuple[str, list[bytes], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header takes no such signs: the gateway would never be asked."""
    url, got, answers = gateway
    answers.append(200)
    monkeypatch.setenv("TREFFPUNKT_SITE_NAME", "Gávnnadanbáiki ȟ")
    settings.cache_clear()
    await SmsGateway(url).send(SMS)
    monkeypatch.undo()
    settings.cache_clear()
    head, _, body = got[0].partition(b"\r\n\r\n")
    assert b"User-Agent: Treffpunkt/" in head
    assert json.loads(body)["from"] == "Gávnnadanbáiki ȟ"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(500, Postponed), (429, Postponed), (401, Postponed), (302, Postponed), (422, Rejected)],
)
async def test_what_the_gateway_answers_decides(
    gateway: tuple[str, list[bytes], list[int]], status: int, outcome: type[Exception]
) -> None:
    url, _, answers = gateway
    answers.append(status)
    with pytest.raises(outcome, match=str(status)):
        await SmsGateway(url).send(SMS)


async def test_a_gateway_that_is_away_is_tried_again() -> None:
    with pytest.raises(Postponed, match="connection"):
        await SmsGateway("http://127.0.0.1:1/").send(SMS)


@pytest.mark.parametrize("channel", list(Channel))
async def test_in_production_nothing_that_cannot_be_sent_is_called_sent(
    monkeypatch: pytest.MonkeyPatch, channel: Channel
) -> None:
    monkeypatch.setitem(settings().__dict__, "demo", False)
    with pytest.raises(Rejected):
        await carrier(channel).send(replace(LETTER, channel=channel))
