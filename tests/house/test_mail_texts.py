"""Every mail, in every language and by every channel: it can be read, its subject names nothing, its SMS is one SMS."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import product
from uuid import UUID

import pytest
import time_machine
from uuid_utils.compat import uuid7

from marketplace.base.data.database import rows
from marketplace.base.i18n import LANGUAGES, gettext, speaking
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS, Content
from marketplace.base.web.templates import TEMPLATES
from marketplace.demo import samples
from marketplace.demo.samples import ABOUT_A_BOOKING, NAMES, Words, made_up
from marketplace.every_mail import MAILS as MODULES
from tests.conftest import NOW
from tests.production import production

LABELS = re.compile(
    r"\b(Hva|Når|Ny tid|Før|Hvor|Hvem|Nummer|Neste gang|Møter deg|Gå inn|Ta med|Hei|https?)\b[:,!]"
)  # fmt: skip
LITTLE = Words(full=False)
LONG = Words(
    title="Sov bedre, våkn uthvilt: kurs over mange uker om søvn, uro og tanker som ikke vil slippe taket",
    organization="Foreningen for nærmiljø, friluftsliv og møteplasser i Eksempel og omegn",
    name="Maximiliana Alexandrine Wilhelmine Elisabeth", other="Bartholomeus Christoffer Emmanuel Sebastian",
)  # fmt: skip


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


async def write(name: str, words: Words) -> dict[tuple[Channel, str], Content]:
    """A mail for every channel in every language, of one town."""
    found = {}
    async with made_up(name, NOW, words) as facts:
        for channel, lang in product(Channel, LANGUAGES):
            content = await MAILS[name](channel, lang, **facts)
            assert content is not None, name
            found[channel, lang] = content
    return found


_written: dict[tuple[str, Words], dict[tuple[Channel, str], Content]] = {}
"""Written once, for all that read them."""


async def written(name: str, words: Words, channel: Channel = Channel.EMAIL, lang: str = "nb") -> Content:
    if (name, words) not in _written:
        _written[name, words] = await write(name, words)
    return _written[name, words][channel, lang]


def test_every_mail_is_looked_at_here() -> None:
    there = {name for name, function in MAILS.items() if function.__module__ in {m.__name__ for m in MODULES}}
    assert there == set(NAMES)
    texts = {path.name.removesuffix(".txt") for path in (TEMPLATES / "mails").glob("[!_]*.txt")}
    assert {name for name in texts if not name.endswith(".sms")} == there


@pytest.mark.parametrize("words", [Words(), LITTLE], ids=["all said", "little said"])
@pytest.mark.parametrize("name", ABOUT_A_BOOKING)
async def test_no_two_labels_stand_on_one_line(db: None, name: str, words: Words) -> None:
    text = (await written(name, words)).text
    for line in text.splitlines():
        assert [found.start() for found in LABELS.finditer(line)] in ([], [0]), text
        assert not re.search(r"[a-zæøå0-9)][.!:][A-ZÆØÅ]", line), text
    assert "\n\n\n" not in text, text
    if name != "host_message":
        assert re.search(r"^Hva: Generasjonslekene$", text, re.MULTILINE), text
        first = text.index("Hva: ")
        assert text[first - 2 : first] == "\n\n", "an empty line before what it is about"


@pytest.mark.parametrize("words", [Words(), LITTLE], ids=["all said", "little said"])
@pytest.mark.parametrize("name", ABOUT_A_BOOKING)
async def test_the_html_says_all_that_the_text_says(db: None, name: str, words: Words) -> None:
    mail = await written(name, words)
    assert mail.html is not None
    shown = unescape(re.sub(r"<[^>]+>", "", mail.html))
    for line in filter(None, mail.text.splitlines()):
        if line.startswith("http"):  # a link has words, and says where it leads to whoever looks
            assert f'href="{line}"' in mail.html, line
        else:
            assert re.sub(rf"^{LABELS.pattern} ", "", line).rstrip(":") in shown, line


@pytest.mark.parametrize("name", sorted({*ABOUT_A_BOOKING} - {"host_message", "missed", "thanks"}))
async def test_each_mail_about_a_booking_says_whom_it_is_about(db: None, name: str) -> None:
    assert re.search(r"^Hvem: Ola", (await written(name, Words())).text, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
async def test_telephone_numbers_stand_as_people_read_them(db: None, name: str) -> None:
    mail, sms = await written(name, Words()), await written(name, Words(), Channel.SMS)
    for said in (re.sub(r'href="[^"]*"', "", mail.html or ""), mail.text, sms.text):
        assert not re.search(r"(?<!\w)(?<!/)\d{8}(?!\w)", said), said


@pytest.mark.parametrize("name", ["sign_in", "new_address"])
async def test_a_made_up_token_never_looks_like_a_telephone_number(
    db: None, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "uuid7", lambda: UUID(uuid7().hex[:-8] + "81325613"))
    async with made_up(name, NOW, Words()) as facts:
        assert not re.search(r"\d{8}", facts["token"])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
async def test_each_mail_in_each_language_and_channel(db: None, name: str, lang: str) -> None:
    for words in (Words(), LITTLE, LONG):
        mail = await written(name, words, lang=lang)
        sms = await written(name, words, Channel.SMS, lang)
        assert mail.html is not None
        assert f'<html lang="{lang}">' in mail.html
        for secret in (words.title, words.organization, words.name, words.other):
            assert secret not in mail.subject
        assert words.title not in sms.text
        for said in (mail.subject, mail.text, mail.html, sms.text):
            assert said.strip()
            assert not re.search(r"\bNone\b|%\(|\{\{|UUID|<Channel", said), said
        assert len(sms.text) <= 160, (len(sms.text), sms.text)
        assert not re.search("[\u00a0\u2060–…«»]", sms.text), "a letter that makes an SMS hold 70"


@pytest.mark.parametrize("name", NAMES)
async def test_an_sms_with_a_long_address_keeps_its_link_and_the_words_give_way(
    db: None, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = "https://treffpunkt.ytre-namdal-og-omegn.kommune.no"
    with production(monkeypatch, public_url=site, allowed_hosts=site.partition("//")[2]):
        there = await write(name, LONG)
    for lang in LANGUAGES:
        before, sms = (await written(name, LONG, Channel.SMS, lang)).text, there[Channel.SMS, lang].text
        assert len(sms) <= 160, sms
        assert sms.count("http") == before.count("http"), (before, sms)
        if "http" in sms:
            links = [re.search(r"http\S+", said) for said in (sms, before)]
            longer, plain = [len(link[0]) for link in links if link]
            assert longer - len(site) == plain - len("http://127.0.0.1:8000"), "the link is whole"


async def test_nothing_of_the_made_up_town_stays(db: None) -> None:
    for name in NAMES:
        await write(name, Words())
    assert await rows("SELECT id FROM organization UNION SELECT id FROM booking") == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
async def test_how_a_mail_begins_names_nothing_on_a_locked_screen(db: None, name: str, lang: str) -> None:
    html = (await written(name, Words(), lang=lang)).html or ""
    begins = unescape(re.sub(r"<[^>]+>", "", html.partition("<body")[2].partition(">")[2])).strip()
    with speaking(lang):
        words = str(gettext("Åpne meldingen for å lese den."))
    assert begins.startswith(words)
    shown = re.sub("[\u034f\u200c\u00a0\\s]", "", begins[:200])
    assert shown == words.replace(" ", ""), "and nothing else as far as a screen shows it"
