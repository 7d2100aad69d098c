"""The secret key can be changed: what was made with the one before still opens while that is named, nothing new is made
with it, and no purpose is forgotten."""

import ast
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from marketplace.base import signing
from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.base.web import seen
from marketplace.base.web.sealing import sealing
from marketplace.guide.caller import rules as caller
from marketplace.my_page.own_goals import rules as own_goals
from marketplace.people.second_factor import actions as second_factor
from marketplace.people.sign_in import actions as sign_in
from marketplace.people.sign_in.actions import code_hash
from marketplace.settings import settings
from offers.attendance.check_in import queries as check_in
from offers.attendance.check_in import rules as check_in_rules
from offers.attendance.check_in import words
from offers.attendance.check_in.actions import turn_on
from offers.attendance.substitute import rules as substitute
from offers.bookings.certificates.rules import number_of
from offers.bookings.mending.rules import Sent
from offers.catalogue.models import Joining, SeatPool, Session
from offers.messages.follow_up import rules as follow_up
from offers.messages.follow_up.actions import stop_news
from offers.messages.follow_up.queries import wants_news
from offers.seats import once
from tests import make
from tests.conftest import NOW
from tests.house.code import nodes, parsed
from tests.house.test_links import BOOKING, BOOKINGS, KINDS, SECRET, UNSUBSCRIBE
from tests.visitor import Visitor

BEFORE, NOW_KEY = "the key of before, of so many signs", "the key of now, of at least as many"
SOMEBODY = UUID("0193714a-0000-7000-8000-0000000000f1")


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch, db: None) -> Any:
    """`secret(now, *before)`: from here on these are the keys."""

    def use(now: str, *before: str) -> None:
        monkeypatch.setenv("TREFFPUNKT_SECRET_KEY", now)
        monkeypatch.setenv("TREFFPUNKT_SECRET_KEYS_BEFORE", json.dumps(before))
        settings.cache_clear()

    use(BEFORE)
    yield use
    monkeypatch.undo()
    settings.cache_clear()


Use = Callable[..., None]


@pytest.mark.parametrize("start", KINDS)
def test_every_kind_of_link_is_read_while_its_key_is_named_and_made_with_that_of_now(
    secret: Use, start: str
) -> None:
    token, parts = KINDS[start]
    word = token.made(*parts)
    secret(NOW_KEY, "another one that came between them", BEFORE)
    assert token.read(word) == parts
    anew = token.made(*parts)
    assert anew != word
    secret(NOW_KEY)
    assert token.read(word) is None
    assert token.read(anew) == parts


async def test_a_link_of_the_first_days_opens_under_a_key_of_before(visitor: Visitor, secret: Use) -> None:
    pool = await SeatPool.get(offer=await make.offer(joining=Joining.WHOLE))
    await make.booking(pool, id=BOOKING, link_version=1)
    secret(NOW_KEY, SECRET)
    assert (await visitor.open(BOOKINGS[1])).status == 200
    assert follow_up.hash_of(next(iter(UNSUBSCRIBE.values())).rpartition("/")[2], NOW)
    secret(NOW_KEY)
    assert (await visitor.open(BOOKINGS[1])).status == 404


async def test_a_form_that_was_open_is_sent_and_one_sent_again_makes_nothing_twice(
    visitor: Visitor, secret: Use
) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    other = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    given = {"name": "Ola Nordmann", "contact": "email", "email": "ola@example.no"}
    sent = await visitor.follow(await visitor.submit(page, **given))
    assert await value("SELECT count(*) FROM booking") == 1
    secret(NOW_KEY, BEFORE)
    again = await visitor.follow(await visitor.submit(page, **given))
    assert await value("SELECT count(*) FROM booking") == 1, "the same form, sent again"
    assert again.heading == sent.heading
    secret(NOW_KEY)
    refused = await visitor.submit(other, **given | {"name": "Nora Berg", "email": "nora@example.no"})
    assert await value("SELECT count(*) FROM booking") == 1, refused.text


def test_what_a_form_brings_is_of_the_key_of_its_page(secret: Use) -> None:
    form_key, content = bytes(16), ["Kari", 1]
    said = seen.seen_of({"title": "Strikkekafé"})
    before = (once.key_of(form_key, "Kari"), once.key_after(form_key), once.digest_of(None, content))
    secret(NOW_KEY, BEFORE)
    assert once.key_of(form_key, "Kari") != before[0], "a page of now"
    signing.read_form_of(BEFORE)
    try:
        assert (
            once.key_of(form_key, "Kari"),
            once.key_after(form_key),
            once.digest_of(None, content),
        ) == before
        assert seen.seen_of({"title": "Strikkekafé"}) == said
        secret(NOW_KEY)
        assert once.key_of(form_key, "Kari") != before[0], "a key that is no longer named signs nothing"
    finally:
        signing._of_form.set(None)


async def test_who_wants_no_more_messages_gets_none(secret: Use) -> None:
    await stop_news(follow_up.address_hash(Channel.EMAIL, "ola@example.no"), now=NOW)
    secret(NOW_KEY, BEFORE)
    assert not await wants_news(Channel.EMAIL, "ola@example.no")
    assert await wants_news(Channel.EMAIL, "kari@example.no")
    secret(NOW_KEY)
    assert await wants_news(Channel.EMAIL, "ola@example.no"), (
        "which is why the key stays named, or is rotated"
    )


async def test_a_code_on_its_way_and_a_recovery_code_are_taken(secret: Use) -> None:
    ticket = uuid7()
    await rows(
        """INSERT INTO sign_in_ticket (id, channel, address, link_hash, code_hash, guesses, created_at, expires_at)
        VALUES ($1, 'email', 'kari@example.no', $2, $3, 0, $4, $5)""",
        ticket, bytes(32), code_hash(ticket, "123456"), NOW, NOW + timedelta(minutes=10),
    )  # fmt: skip
    person = await make.person("Kari")
    codes = await second_factor.new_recovery_codes(person.id, now=NOW)
    secret(NOW_KEY, BEFORE)
    wrong = await sign_in.try_code(ticket, "654321", None, NOW)
    assert wrong is not None
    assert (wrong.used_at, wrong.guesses) == (None, 1)
    right = await sign_in.try_code(ticket, "123456", None, NOW)
    assert right is not None
    assert right.used_at == NOW
    assert await second_factor._use_recovery(person.id, codes[0], NOW)
    assert not await second_factor._use_recovery(person.id, codes[0], NOW), "each is used once"
    secret(NOW_KEY)
    assert not await second_factor._use_recovery(person.id, codes[1], NOW)


async def test_the_words_on_the_wall_stay_and_the_browsers_are_known(visitor: Visitor, secret: Use) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    session = await Session.filter(offer=offer).select_related("offer").order_by("starts_at").first()
    assert session is not None
    await turn_on(session, by=(await make.person("Vert")).id, now=session.starts_at)
    said = (await check_in.wall(session.id)).words
    browsers = check_in_rules.browsers(session.id, "binding")
    cookie = substitute.browser(SOMEBODY, "cookie")
    secret(NOW_KEY, BEFORE)
    assert said
    assert (await check_in.wall(session.id)).words == said
    assert await check_in.of_words(said, session.starts_at) == session.id
    assert words.words_of(session.id, 1) != said, "a session that is opened now has others"
    assert browsers[0] in check_in_rules.browsers(session.id, "binding")
    assert substitute.is_browser(cookie, SOMEBODY, "cookie")
    assert not substitute.is_browser(cookie, SOMEBODY, "another")
    secret(NOW_KEY)
    assert (await check_in.wall(session.id)).words == "", "better none than wrong ones"


async def test_what_is_sealed_opens(secret: Use) -> None:
    call = caller.Call("one", NOW, "q=kor", "kor")
    stored = {
        "goal": own_goals.sealed(SOMEBODY, "Gå til biblioteket"),
        "app": second_factor.sealed_secret("JBSWY3DPEHPK3PXP").decode(),
        "call": caller.as_cookie(call, SOMEBODY),
    }
    secret(NOW_KEY, BEFORE)
    assert own_goals.opened(SOMEBODY, stored["goal"]) == "Gå til biblioteket"
    assert signing.unseal(second_factor.APP, stored["app"]) == b"JBSWY3DPEHPK3PXP"
    assert signing.sealed_before(second_factor.APP, stored["app"])
    assert not signing.sealed_before(second_factor.APP, signing.seal(second_factor.APP, b"x"))
    found = caller.in_cookie(stored["call"], "one", SOMEBODY, NOW)
    assert found is not None
    assert found.words == "kor"
    secret(NOW_KEY)
    assert own_goals.opened(SOMEBODY, stored["goal"]) is None
    assert not signing.sealed_before(second_factor.APP, stored["app"]), "nobody can seal that anew"


def test_cookies_are_known(secret: Use) -> None:
    cookie = Sent(None, NOW).noted("kor", [None], "Kari", bytes(16), NOW)
    browser = signing.signature("browser", "mark", "kari@example.no")
    secret(NOW_KEY, BEFORE)
    sent = Sent(cookie, NOW)
    assert sent.before("kor", None, "Kari", b"another form....") == bytes(16)
    assert sent.before("kor", None, "Ola", b"another form....") is None
    assert signing.made_by(browser, "browser", "mark", "kari@example.no") == BEFORE
    secret(NOW_KEY)
    assert Sent(cookie, NOW).entries == []
    assert signing.made_by(browser, "browser", "mark", "kari@example.no") is None


def test_what_must_stay_the_same_does_while_the_oldest_key_is_named(secret: Use) -> None:
    """The number on a certificate, a check-in that is tapped again."""

    def of_now() -> str:
        tap = check_in_rules.tap_id(SOMEBODY, None, BOOKING, "state", "present", None)
        return json.dumps([number_of(BOOKING), str(tap)])

    before = of_now()
    secret(NOW_KEY, BEFORE)
    assert of_now() == before
    secret("a third one, and the first is named", NOW_KEY, BEFORE)
    assert of_now() == before
    secret(NOW_KEY)
    assert of_now() != before


def test_a_phone_is_told_the_keys_of_all_secrets_and_calls_its_host_the_same_whichever_there_are(
    secret: Use,
) -> None:
    """What it holds was sealed under any of them: it seals that anew, and knows whose the rest is."""
    before = sealing(SOMEBODY)
    secret(NOW_KEY, BEFORE)
    both = sealing(SOMEBODY)
    assert both.person == before.person
    assert both.keys.split()[1:] == [before.keys]
    assert both.marks.split()[1:] == [before.marks]
    secret(NOW_KEY)
    assert sealing(SOMEBODY) == (both.person, both.keys.split()[0], both.marks.split()[0])


# --- no purpose is forgotten ---
READ = {"made_by", "each_signed", "unseal", "Token"}
"""What reads with every key."""
MAKES = {"signature", "signed", "seal"}
FLEETING = {
    "limit": "counts of tries begin anew",
    "message-id": "of a message that is tried again within three days: at worst it is seen twice",
    "meeting": "one message an invitation and a second",
    "links": "one message a minute",
    "facts": "one message a form and an address",
    "demo app": "demo",
}
"""Purposes that nothing is compared with later, and why that does no harm."""
ROOT = Path(__file__).parents[2]


def purpose_of(node: ast.expr, module: ast.Module) -> str:
    """The purpose as it is written: the first words of an f-string, the value of a constant, or the call's name."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text.strip()
        case ast.Name(id=name):
            for each in module.body:
                if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") == name:
                    return purpose_of(each.value, module)
            return name
        case ast.Starred(value=inner) | ast.Call(func=inner):
            return ast.unparse(inner.func if isinstance(inner, ast.Call) else inner).rpartition(".")[2]
    return ast.unparse(node)


def test_whatever_is_signed_can_be_read_with_a_key_of_before() -> None:
    makes: dict[str, str] = {}
    reads: set[str] = set()
    for top in ("marketplace", "offers", "organizations"):
        for path in (ROOT / top).rglob("*.py"):
            if path.name == "signing.py" or "migrations" in path.parts:
                continue
            module = parsed(path.read_text())
            ours = {
                alias.name for node in nodes(module, ast.ImportFrom)
                if node.module == "marketplace.base.signing"
                for alias in node.names
            }  # fmt: skip
            for node in nodes(module, ast.Call):
                name = getattr(node.func, "id", "")
                if name not in ours or name not in MAKES | READ:
                    continue
                purpose = purpose_of(node.args[1 if name == "made_by" else 0], module)
                if name in MAKES:
                    makes[purpose] = path.name
                else:
                    reads.add(purpose)
    assert len(makes) > 15
    assert {purpose: file for purpose, file in makes.items() if purpose not in reads | FLEETING.keys()} == {}
    assert FLEETING.keys() - makes.keys() == set(), "the list grows old"
