"""A telephone number that somebody may ring is a link that rings it: on pages, in mails, and in what an error says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment

from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from marketplace.base.web.templates import environment
from offers.catalogue.models import SeatPool
from offers.messages.closings import mails  # noqa: F401 - fills MAILS
from organizations.directory.models import OrganizationState
from organizations.members.models import Role
from tests import make
from tests.visitor import Visitor

TEMPLATES = Path(__file__).parents[2] / "templates"
SHOWN = re.compile(r"\{\{.*?\}\}", re.DOTALL)
STRING = re.compile(r'"[^"]*"')
NUMBER = re.compile(r"(?<![\w.|])(?:\w+\.)*\w*phone\b(?!=)")
GOES_ON = re.compile(r"\s*(?:\|(?:dial|phone)\b|or\b|and\b|if\b|else\b|\)\|dial\b|%\})")
BUTTONS = {"page.html", "help_now.html", "_box.html", "organization.html", "base.html"}
"""Where a whole button or line with an icon is the link."""


def say(template: str, **values: object) -> str:
    made: Environment = environment("nb")
    return made.from_string(template).render(**values)


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("51000000", '<a href="tel:+4751000000">51 00 00 00</a>'),
        ("+47 990 00 022", '<a href="tel:+4799000022">990 00 022</a>'),
        ("+46 8 123 45", '<a href="tel:+46812345">+46 8 123 45</a>'),
        ("116 117", '<a href="tel:116117">116 117</a>'),
        ("kari@example.no", "kari@example.no"),
        ("<b>1", "&lt;b&gt;1"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_is_a_link_and_what_is_none_is_not(number: str | None, link: str) -> None:
    assert say("{{ number|dial }}", number=number) == link


def test_the_number_in_what_an_error_says_is_a_link_and_the_rest_is_escaped() -> None:
    said = say("{{ text|ringing }}", text="<b>Ring 51 00 00 00, så hjelper vi deg.")
    assert said == '&lt;b&gt;Ring <a href="tel:+4751000000">51 00 00 00</a>, så hjelper vi deg.'


def said_another_way(source: str) -> Iterator[str]:
    for shown in SHOWN.findall(source):
        text = STRING.sub('""', shown)
        yield from (shown for found in NUMBER.finditer(text) if not GOES_ON.match(text, found.end()))


def test_no_template_says_a_number_another_way() -> None:
    found = {
        str(file.relative_to(TEMPLATES)): wrong for file in sorted(TEMPLATES.rglob("*.html"))
        if file.name not in BUTTONS and (wrong := [*said_another_way(file.read_text())])
    }  # fmt: skip
    assert found == {}


async def test_pages_and_mails_say_it_as_a_link(visitor: Visitor) -> None:
    link = 'href="tel:+4751000000"'
    for path in ("/privacy", "/accessibility"):
        page = await visitor.open(path)
        assert page.soup.select_one('main p.tp-measure a[href="tel:+4751000000"]'), path
    owner = await make.organization()
    manager = await make.member(owner, Role.MANAGER, email="kari@example.no")
    await make.contact(manager, "+4799000022")
    await visitor.sign_in(manager)
    members = await visitor.open(f"/manage/organizations/{owner.slug}/members")
    assert members.soup.select_one('main a[href="tel:+4799000022"]')
    owner.state = OrganizationState.SUSPENDED
    await owner.save()
    offer = await make.offer(owner=owner)
    booking = await make.booking(await SeatPool.get(offer=offer))
    mail = await MAILS["organization_closed"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert mail
    assert str(mail.html).count(link) == 2, "in the sentence, and at the end"
