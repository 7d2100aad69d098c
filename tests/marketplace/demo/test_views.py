"""The demo's mailbox, people and clock."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace.base import clock
from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.base.post import mailbox, outbox
from marketplace.base.post.mail import MAILS, RIGHTS, Content, mail, post, whoever_is_there
from marketplace.demo.load import PEOPLE
from marketplace.people.contacts.jobs import refuse
from tests.conftest import NOW
from tests.production import production
from tests.visitor import Visitor

HTML = "<title>Hei</title><h1>Hei</h1><p>Se <a href='http://127.0.0.1:8000/offers'>tilbud</a></p><script>x()</script>"


@pytest.fixture
async def box(db: None, data_dir: Path) -> AsyncIterator[None]:
    """Two messages to Kari and Ola, of which Ola's SMS is the newest."""
    for old in mailbox.folder().glob("*"):
        old.unlink()

    async def greeting(channel: Channel, lang: str) -> Content | None:
        text = "Se http://127.0.0.1:8000/offers. Eller (http://127.0.0.1:8000/calendar).\n\n<b>Hilsen</b>"
        if channel is Channel.SMS:
            return Content("", text)
        return Content("Hei", text, HTML, b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "REQUEST")

    mail(to=whoever_is_there)(greeting)
    for channel, to, at in (
        (Channel.EMAIL, "kari@example.no", NOW - timedelta(minutes=2)),
        (Channel.SMS, "+4751000001", NOW - timedelta(minutes=1)),
    ):
        await post("greeting", channel=channel, address=to, lang="nb", key=to, now=at)
    assert await outbox.send_due(refuse, lambda: NOW) == 2
    yield
    del MAILS["greeting"], RIGHTS["greeting"]


@pytest.fixture
def still_clock(data_dir: Path) -> Iterator[None]:
    yield
    clock.offset_file().unlink(missing_ok=True)


async def test_scripts_read_the_mailbox_newest_first(box: None, visitor: Visitor) -> None:
    sms, mail = json.loads((await visitor.open("/demo/mailbox.json")).response.text)
    assert (sms["channel"], sms["to"], sms["html"], sms["calendar"]) == ("sms", "+4751000001", None, None)
    assert (mail["channel"], mail["to"], mail["subject"]) == ("email", "kari@example.no", "Hei")
    assert mail["calendar"] == "BEGIN:VCALENDAR\nEND:VCALENDAR\n"
    assert mail["links"] == sms["links"] == ["http://127.0.0.1:8000/offers", "http://127.0.0.1:8000/calendar"]
    raw = await visitor.open(mail["eml"])
    assert raw.response.headers["content-type"] == "message/rfc822"
    assert raw.response.content.startswith(
        b"From: Treffpunkt <treffpunkt@example.no>\r\nTo: kari@example.no\r\n"
    )


async def test_people_read_the_mailbox_and_each_message(box: None, visitor: Visitor) -> None:
    page = await visitor.open("/demo/mailbox")
    assert page.heading == "Postkassa"
    assert [" ".join(found.get_text(" ").split())[:22] for found in page.soup.find_all("article")] == [
        "SMS Til +4751000001 ti", "Hei Til kari@example.no"[:22],
    ]  # fmt: skip
    links = [str(link["href"]) for link in page.soup.select("article a")]
    mail = await visitor.open(links[1])
    assert mail.heading == "Hei"
    assert len(mail.soup.find_all("h1")) == 1
    assert mail.soup.select_one("article a[href='http://127.0.0.1:8000/offers']") is not None
    assert "x()" not in mail.response.text
    sms = await visitor.open(links[0])
    assert "<b>Hilsen</b>" in sms.text, "shown as written, not as markup"
    only = await visitor.open("/demo/mailbox?to=kari@example.no")
    assert len(only.soup.find_all("article")) == 1


@pytest.mark.parametrize(
    "name", ["x", "..%2f..%2fclock-offset", "01a20316-8cf6-71da-acdf-23e4d3c4dd26", "%00"]
)
async def test_there_is_nothing_but_messages_in_the_mailbox(visitor: Visitor, name: str) -> None:
    assert (await visitor.open(f"/demo/mailbox/{name}.eml")).status in (400, 404)
    assert (await visitor.open(f"/demo/mailbox/{name}")).status in (400, 404)


async def test_who_can_sign_in_stands_in_a_file_and_on_the_banner(visitor: Visitor, data_dir: Path) -> None:
    path = data_dir / "people.json"
    path.unlink(missing_ok=True)
    assert json.loads((await visitor.open("/demo/people.json")).response.text) == []
    people = [
        {"role": role, "name": name, "organization": of and "Frivilligsentralen", "address": address}
        for role, name, of, _roles, address in PEOPLE
    ]
    path.write_text(json.dumps(people))
    try:
        assert json.loads((await visitor.open("/demo/people.json")).response.text) == people
        page = await visitor.open("/about")
        banner = page.demo
        assert banner is not None
        assert "Redaktør, Frivilligsentralen kari@example.no" in " ".join(banner.get_text(" ").split())
        said = {one.get_text().partition(",")[0] for one in banner.select("dt")}
        assert not said & {role for role, *_others in PEOPLE}, "each role has a word"
        assert "kari@example.no" not in page.text + page.html, (
            "other tests look at the page, not at the panel"
        )
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"step": "hour"}, "tirsdag 13. oktober 2026 kl. 13"),
        ({"step": "day"}, "onsdag 14. oktober 2026 kl. 12"),
        ({"step": "week"}, "tirsdag 20. oktober 2026 kl. 12"),
        ({"step": "month"}, "fredag 13. november 2026 kl. 12"),
        ({"day": "24.12.2026"}, "torsdag 24. desember 2026 kl. 12"),
    ],
)  # fmt: skip
async def test_the_clock_moves_ahead_and_back(
    visitor: Visitor, still_clock: None, sent: dict[str, str], shown: str
) -> None:
    page = await visitor.open("/demo/clock")
    assert "Klokka går rett." in page.text
    moved = await visitor.follow(await visitor.post("/demo/clock", page.fields() | sent))
    assert f"Nå er det {shown}" in moved.text
    assert clock.now() > NOW
    back = await visitor.follow(await visitor.post("/demo/clock", page.fields() | {"step": "back"}))
    assert "Klokka går rett." in back.text


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"day": "12.10.2026"}, "Velg en dato som ikke er over."),
        ({"day": "24.12.2036"}, "Så langt fram kan ikke klokka stilles."),
        ({"day": "30.2.2027"}, ""),
        ({"day": "1" + "0" * 40}, ""),
        ({"step": "year"}, "Velg et av alternativene."),
        ({}, "Skriv en dato."),
    ],
)  # fmt: skip
async def test_the_clock_refuses_what_it_cannot_do(
    visitor: Visitor, still_clock: None, sent: dict[str, str], reason: str
) -> None:
    page = await visitor.open("/demo/clock")
    answer = await visitor.post("/demo/clock", page.fields() | sent)
    assert answer.status == 422
    assert reason in answer.text
    assert abs(clock.now() - NOW) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "path", ["/demo/mailbox", "/demo/mailbox.json", "/demo/mailbox/x", "/demo/mailbox/x.eml", "/demo/people.json",
             "/demo/clock", "/demo/mails", "/demo/mails/receipt"],
)  # fmt: skip
async def test_outside_demo_mode_there_are_no_such_pages(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    with production(monkeypatch, allowed_hosts="127.0.0.1"):
        assert (await visitor.open(path)).status == 404


async def test_every_mail_can_be_looked_at_in_each_language(visitor: Visitor) -> None:
    page = await visitor.open("/demo/mails")
    names = [link.get_text() for link in page.soup.select("main ul.tp-plain a")]
    assert {"receipt", "thanks", "host_message"} <= set(names)
    for name in names:
        for prefix in ("", "/en"):
            one = await visitor.open(f"{prefix}/demo/mails/{name}")
            assert (one.status, bool(one.heading)) == (200, True), name
    assert "av 160 tegn" in (await visitor.open("/demo/mails/receipt")).text
    assert (await visitor.open("/demo/mails/finnes-ikke")).status == 404
    assert await rows("SELECT id FROM organization") == []


async def test_what_a_mail_says_on_a_locked_screen_is_not_shown_with_it(visitor: Visitor) -> None:
    page = await visitor.open("/demo/mails/receipt")
    found = page.soup.find(string=re.compile("Åpne meldingen for å lese den"))
    assert found is not None
    assert found.parent is not None
    assert found.parent.has_attr("hidden")
