"""Links that only we can have made: those of before open as long as they may, none is made so any more, and what
somebody has changed or made up leads to a page that helps."""

import ast
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import pytest

from marketplace.base import old_links
from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.base.signing import Token, unseal
from marketplace.people.second_factor.actions import APP as APP_SEAL
from marketplace.people.sign_in.actions import code_hash
from marketplace.settings import settings
from offers.attendance.substitute import rules as substitute
from offers.catalogue.models import Joining, SeatPool
from offers.feeds.models import CalendarAddress
from offers.messages.follow_up import rules as follow_up
from offers.messages.follow_up.models import Unsubscription
from offers.seats import links
from organizations.members import rules as members
from organizations.members.models import Invitation, Role
from organizations.notices import rules as notices
from organizations.notices.models import MemberNotice, Notice
from tests import make
from tests.conftest import NOW
from tests.house.code import ROOT, nodes, trees
from tests.marketplace.base.test_signing import crafted
from tests.visitor import Visitor

SECRET = "links as they were made before, of 2026"
"""Under this key, and of these ids, the code at 5dea5cc made what follows; the notices' kind came after it, and was
made at 592d44f."""
BOOKING = UUID("0193714a-0000-7000-8000-0000000000b1")
INVITED = UUID("0193714a-0000-7000-8000-0000000000c1")
EXPIRES = datetime(2026, 12, 12, 9, 30, tzinfo=UTC)
MEMBER, CENTRE = UUID("0193714a-0000-7000-8000-0000000000d1"), UUID("0193714a-0000-7000-8000-0000000000e1")
BOOKINGS = {
    1: "/bookings/AZNxSgAAcACAAAAAAAAAscJbBllFpRZyq736XQ",
    2: "/bookings/AZNxSgAAcACAAAAAAAAAsdLSZ4rBf2a2aHEe8g",
    300: "/bookings/AZNxSgAAcACAAAAAAAAAsRyz03Et22tdpdy8BQ",
}
UNSUBSCRIBE = {
    (Channel.EMAIL, "ola@example.no"): "/unsubscribe/9wosVkVC-Op86aN2W2hRgaQj60MgKorQ",
    (Channel.SMS, "+4791000001"): "/unsubscribe/Fz8jIdNYjI2mQHz1apufGX8BnxAxWRFz",
}
INVITATION = "/invitations/19d5e854927ddeb125d0eb7af6f91264709eef48"
INVITATION_HASH = "c8ef854e95101d6dd332b8f7d8d24595c755342e6cbb6cc84c9510f8dc405e92"
NOTICES = {
    Notice.REQUEST: "/notices/AAGTcUoAAHAAgAAAAAAAANEBk3FKAABwAIAAAAAAAADhCqzhlDNeR3gebApT",
    Notice.REMINDER: "/notices/AQGTcUoAAHAAgAAAAAAAANEBk3FKAABwAIAAAAAAAADhoieaoAQLnwqNn2sQ",
    Notice.DIGEST: "/notices/AgGTcUoAAHAAgAAAAAAAANEBk3FKAABwAIAAAAAAAADhRi09vNcg1IKzWOd2",
    Notice.TOMORROW: "/notices/AwGTcUoAAHAAgAAAAAAAANEBk3FKAABwAIAAAAAAAADh09C8P-oV9_OybMn5",
    Notice.REGISTERS: "/notices/BAGTcUoAAHAAgAAAAAAAANEBk3FKAABwAIAAAAAAAADhlhw256fgFh-qvP1m",
    Notice.MEASURE: "/notices/BQGTcUoAAHAAgAAAAAAAANEBk3FKAABwAIAAAAAAAADhnER0AGrRX5qs9zGF",
}
CALENDAR = "Zq3vO0pWm1Jx8sYd5uTn7aKc2bLfRgHe"
CALENDAR_HASH = "d596ff712f7bcb8e43fb817eafa4a428ec04dca294d0cdd770f505790e7c2013"
APP = (
    "gAAAAABrC2vRcvOLMmCJD9t-4YyJJ2HAqZoimXyvppf0Ds2MC1P559uj5EMlmSzuokF1mpqF02AdC_meOB8ufQK1Cf4HXsTqUecioLj_TBUBK5O9-7"
    "JKU4U="
)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def of_before(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """The key that the words above were made with."""
    monkeypatch.setenv("TREFFPUNKT_SECRET_KEY", SECRET)
    settings.cache_clear()


@pytest.fixture(autouse=True)
def _own_key_again() -> object:
    yield
    settings.cache_clear()


async def booked(version: int = 1) -> None:
    pool = await SeatPool.get(offer=await make.offer(joining=Joining.WHOLE))
    await make.booking(pool, id=BOOKING, link_version=version)


@pytest.mark.usefixtures("of_before")
@pytest.mark.parametrize("version", BOOKINGS)
async def test_a_link_to_a_booking_opens_it_as_long_as_it_has_that_version(
    visitor: Visitor, version: int
) -> None:
    await booked(version)
    for ending in ("", "/cancel", "/calendar.ics", "/messages"):
        assert (await visitor.open(BOOKINGS[version] + ending)).status == 200, ending
    visitor.wait(timedelta(days=1000))
    assert (await visitor.open(BOOKINGS[version])).status == 200, "as long as the booking is kept"
    for other in BOOKINGS.keys() - {version}:
        assert (await visitor.open(BOOKINGS[other])).status == 404, "it was revoked"


@pytest.mark.usefixtures("of_before")
async def test_a_link_to_a_booking_still_cancels_it(visitor: Visitor) -> None:
    await booked()
    await visitor.submit(await visitor.open(f"{BOOKINGS[1]}/cancel"), "/cancel")
    assert await value("SELECT state FROM booking WHERE id = $1", BOOKING) == "cancelled"


@pytest.mark.usefixtures("of_before")
@pytest.mark.parametrize("whose", UNSUBSCRIBE, ids=["email", "sms"])
async def test_a_link_that_stops_messages_stops_them(visitor: Visitor, whose: tuple[Channel, str]) -> None:
    path = UNSUBSCRIBE[whose]
    assert (await visitor.open(path)).status == 200
    assert (await visitor.client.post(path, data=ONE_CLICK)).status_code == 200
    assert (await Unsubscription.get()).address_hash == follow_up.address_hash(*whose)
    await visitor.submit(await visitor.open(path), "/undo")
    assert await Unsubscription.all().count() == 0


@pytest.mark.usefixtures("of_before")
@pytest.mark.parametrize("kind", NOTICES)
async def test_a_link_that_stops_one_kind_stops_that(visitor: Visitor, kind: Notice) -> None:
    await make.member(await make.organization(id=CENTRE), Role.EDITOR, id=MEMBER)
    assert (await visitor.client.post(NOTICES[kind], data=ONE_CLICK)).status_code == 200
    stopped = await MemberNotice.get()
    assert (stopped.kind, stopped.person_id, stopped.organization_id, stopped.wanted) == (
        kind, MEMBER, CENTRE, False,
    )  # fmt: skip


@pytest.mark.usefixtures("of_before")
async def test_the_links_that_stop_messages_are_read_until_their_time_is_over() -> None:
    last = old_links.OVER - timedelta(seconds=1)
    for path in UNSUBSCRIBE.values():
        word = path.rpartition("/")[2]
        assert follow_up.hash_of(word, last)
        assert follow_up.hash_of(word, old_links.OVER) is None
    for path in NOTICES.values():
        word = path.rpartition("/")[2]
        assert notices.stopped_by(word, last)
        assert notices.stopped_by(word, old_links.OVER) is None


@pytest.mark.usefixtures("of_before")
async def test_an_invitation_is_answered_and_sent_anew_it_has_another_link(visitor: Visitor) -> None:
    centre = await make.organization()
    invitation = await Invitation.create(
        id=INVITED, organization=centre, role=Role.HOST, channel=Channel.EMAIL, address="liv@example.no", lang="nb",
        token_hash=bytes.fromhex(INVITATION_HASH), created_at=EXPIRES - timedelta(days=14), expires_at=EXPIRES,
    )  # fmt: skip
    visitor.now = EXPIRES - timedelta(days=1)
    await visitor.sign_in(await make.person("Liv", email="liv@example.no"))
    await visitor.submit(await visitor.open(INVITATION), "/accept")
    assert await value("SELECT accepted_at IS NOT NULL FROM invitation")
    await Invitation.filter(id=INVITED).update(
        accepted_at=None, token_hash=None, expires_at=EXPIRES + timedelta(2)
    )
    assert (await visitor.open(INVITATION)).status == 404
    await invitation.refresh_from_db()
    assert (await visitor.open(members.invitation_path(INVITED, invitation.expires_at))).status == 200
    assert (await visitor.open(members.invitation_path(INVITED, EXPIRES))).status == 404


@pytest.mark.usefixtures("of_before")
async def test_what_is_stored_of_before_is_known_again(visitor: Visitor) -> None:
    """A calendar that is subscribed to, an app that gives codes, an address that wants no more, a code on its way."""
    ola = await make.person("Ola")
    await CalendarAddress.create(person=ola, secret_hash=bytes.fromhex(CALENDAR_HASH), created_at=NOW)
    assert (await visitor.open(f"/calendar/private/{CALENDAR}.ics")).status == 200
    assert unseal(APP_SEAL, APP) == b"JBSWY3DPEHPK3PXP"
    assert follow_up.address_hash(Channel.EMAIL, "ola@example.no").hex() == "f70a2c564542f8ea7ce9a3765b685181"
    assert (
        code_hash(INVITED, "123456").hex()
        == "587883e2ab6032aa430965300f6066df387cc4fc0a546d35f6b46e0d843d4ab6"
    )


# --- what is written now ---
FORMERLY = {"booking-link", "unsubscribe-link", "stop-notice", "invitation"}
"""The purposes of the old links."""
ENCODES = {
    "marketplace/base/signing.py": "the one form of a link, and the key of what is sealed",
    "offers/feeds/actions.py": "a calendar's secret, which is stored hashed",
    "offers/bookings/mending/rules.py": "a cookie of half an hour",
}


def test_nothing_writes_a_link_as_before() -> None:
    """Nobody signs for those purposes but who reads them; and nobody makes a word of bytes in a form of their own."""
    signs = {
        path.relative_to(ROOT).as_posix()
        for path, tree in trees().items() for node in nodes(tree, ast.Call)
        if getattr(node.func, "id", getattr(node.func, "attr", "")) in ("signature", "_same")
        and any(isinstance(each, ast.Constant) and each.value in FORMERLY for each in node.args)
    }  # fmt: skip
    assert signs == {"marketplace/base/old_links.py"}
    encodes = {
        path.relative_to(ROOT).as_posix()
        for path, tree in trees().items() for node in nodes(tree, ast.Attribute, ast.Name, ast.keyword)
        if "urlsafe_b64encode" in (getattr(node, "attr", ""), getattr(node, "id", "")) or
        (isinstance(node, ast.keyword) and node.arg == "altchars")
    }  # fmt: skip
    assert encodes - {"marketplace/base/old_links.py"} == ENCODES.keys()
    old = trees()[ROOT / "marketplace/base/old_links.py"]
    assert not any("encode" in getattr(node, "attr", "") for node in ast.walk(old)), "it reads, and no more"


KINDS: dict[str, tuple[Token[*tuple[object, ...]], tuple[object, ...]]] = {
    "/bookings": (links.LINK, (BOOKING, 1)),
    "/unsubscribe": (follow_up.LINK, (b"x" * 16,)),
    "/notices": (notices.LINK, (0, MEMBER, CENTRE)),
    "/invitations": (members.LINK, (INVITED, EXPIRES)),
    "/substitute": (substitute.LINK, (MEMBER,)),
}  # type: ignore[dict-item]


def test_no_two_kinds_of_links_have_one_key() -> None:
    made = [
        node.args[0].value
        for tree in trees().values() for node in nodes(tree, ast.Call)
        if getattr(node.func, "id", "") == "Token"
    ]  # fmt: skip
    assert len(made) == len({*made}) == len(KINDS), made


def test_every_path_is_of_the_one_form() -> None:
    written = {
        "/bookings": links.link_path(BOOKING, 1),
        "/unsubscribe": follow_up.unsubscribe_path(Channel.EMAIL, "ola@example.no"),
        "/notices": notices.stop_path(Notice.REQUEST, MEMBER, CENTRE),
        "/invitations": members.invitation_path(INVITED, EXPIRES),
    }
    for start, path in written.items():
        assert KINDS[start][0].read(path.removeprefix(f"{start}/")), path


@pytest.mark.parametrize("start", KINDS)
async def test_a_crafted_link_gets_a_page_that_says_so(visitor: Visitor, start: str) -> None:
    token, parts = KINDS[start]
    word = token.made(*parts)
    others = [kind.made(*other) for kind, other in KINDS.values() if kind is not token]
    of_before = [
        path.rpartition("/")[2]
        for path in [*BOOKINGS.values(), *UNSUBSCRIBE.values(), *NOTICES.values(), INVITATION]
    ]  # under another key
    for wrong in (
        [each for each in crafted(word) if len(each) < 3000 and "\ud800" not in each] + others + of_before
    ):
        path = f"{start}/{quote(wrong, safe='')}"
        if not wrong:
            continue  # another page
        page = await visitor.open(path)
        assert (page.status, bool(page.heading)) == (400 if "\0" in wrong else 404, True), path
        assert (await visitor.client.post(path, data=ONE_CLICK)).status_code in (400, 403, 404, 405), path
    answer = await visitor.client.get(f"{start}/" + "%ff%fe" + "%ED%A0%80" + "A" * 30_000)
    assert 400 <= answer.status_code < 500
    assert await rows("SELECT 1 FROM unsubscription") == await rows("SELECT 1 FROM member_notice") == []
