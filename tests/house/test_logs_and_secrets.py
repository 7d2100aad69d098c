"""What nobody is to read stands in no log, and no secret in anything that the program says or leaves lying about."""

import json
import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from marketplace.settings import Settings, settings
from offers.attendance.year_keys import key_of
from tests import make
from tests.conftest import NOW
from tests.marketplace.operations.commanded import command
from tests.production import GOOD
from tests.visitor import Visitor

CANARY = "kanarifugl"
REQUEST = {"event", "id", "method", "route", "status", "ms", "level", "timestamp"}
"""All that a line about a request says."""
SECRET = "Kanarifugl-som-ingen-skal-lese-0123456789"
SECRETS = {
    "secret_key": SECRET,
    "secret_keys_before": f"{SECRET}-for,{SECRET}-enda-eldre",
    "database_url": f"postgres://treffpunkt:{SECRET}@127.0.0.1:1/treffpunkt",
    "smtp_url": f"smtp://post:{SECRET}@127.0.0.1:1",
    "sms_url": f"https://sms:{SECRET}@127.0.0.1:1/send",
}


async def test_what_people_type_and_where_they_come_from_is_in_no_line_of_the_log(
    visitor: Visitor, capfd: pytest.CaptureFixture[str]
) -> None:
    """A booking, a search, a sign-in, addresses that are none, and headers of one's own: each with a canary."""
    offer = await make.offer(starts=[NOW + timedelta(days=1)], capacity=5)
    visitor.client.headers |= {
        "user-agent": CANARY, "referer": f"https://{CANARY}.example/", "x-forwarded-for": "203.0.113.77",
        "x-request-id": CANARY, "accept-language": CANARY,
    }  # fmt: skip
    capfd.readouterr()
    form = await visitor.open(
        f"/offers/{offer.slug}/bookings/new?session={await value('SELECT id FROM session')}"
    )
    typed: dict[str, Any] = {"name": CANARY, "contact": "email", "email": f"{CANARY}@example.no"}
    booked = await visitor.submit(form, "/bookings", **typed)
    assert booked.status == 303
    token = booked.response.headers["location"].rsplit("/", 1)[-1]
    await visitor.submit(await visitor.open("/sign-in"), address=f"{CANARY}@example.no")
    wrong = await visitor.submit(await visitor.open("/sign-in"), address=f"{CANARY} at example")
    assert wrong.status == 422
    for path in (f"/offers?q={CANARY}", f"/offers/{CANARY}", f"/bookings/{CANARY}", f"/{CANARY}", booked.url,
                 f"/bookings/{token}"):  # fmt: skip
        await visitor.open(path)
    said = "".join(capfd.readouterr())
    lines = [json.loads(line) for line in said.splitlines() if '"event": "request"' in line]
    assert len(lines) >= 9
    assert {key for line in lines for key in line} == REQUEST
    assert [
        line["route"] for line in lines if CANARY in line["route"].lower() or token in line["route"]
    ] == []
    for hidden in (CANARY, "203.0.113.77", token):
        assert hidden not in said.lower(), hidden


async def test_what_the_audit_log_says_is_ids_and_counts(visitor: Visitor) -> None:
    """Whatever is done, no name and no words of anybody stand in it."""
    owner = await make.organization()
    offer = await make.offer(owner=owner, starts=[NOW + timedelta(days=1)], capacity=5)
    editor = await make.member(owner, email="kari@example.no")
    form = await visitor.open(
        f"/offers/{offer.slug}/bookings/new?session={await value('SELECT id FROM session')}"
    )
    await visitor.submit(form, "/bookings", name=CANARY, contact="email", email=f"{CANARY}@example.no")
    await visitor.sign_in(editor)
    await visitor.open(f"/manage/offers/{offer.slug}/bookings?q={CANARY}")
    noted = await rows("SELECT t::text AS line FROM audit_entry t")
    assert noted
    assert [each["line"] for each in noted if CANARY in each["line"].lower() or "@" in each["line"]] == []


def test_settings_show_no_secret_when_they_are_printed() -> None:
    """As they would be in an error, by a debugger, or by somebody who asks for them all."""
    told = Settings.model_validate(SECRETS)
    assert SECRET not in repr(told)
    assert SECRET not in str(told)


@pytest.mark.parametrize("said", ["settings", "doctor", "migrate"])
async def test_no_command_says_a_secret(said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also when it fails: neither the database nor the mail server of these settings is there."""
    for name in [name for name in os.environ if name.startswith("TREFFPUNKT_")]:
        monkeypatch.delenv(name)
    ours = {f"TREFFPUNKT_{name.upper()}": text for name, text in SECRETS.items()}
    folders = {f"TREFFPUNKT_{name}_DIR": str(tmp_path / name) for name in ("DATA", "KEYS")}
    for name, text in (GOOD | ours | folders).items():
        monkeypatch.setenv(name, str(text))
    ran = await command(*said.split())
    assert ran.said
    assert SECRET not in ran.said
    assert (ran.code == 0) == (said == "settings")


async def test_a_page_of_an_error_says_no_secret(visitor: Visitor) -> None:
    hidden = settings().secret_key.get_secret_value()
    for path in ("/health/ready", "/nothing-here", "/offers?page=nothing"):
        assert hidden not in (await visitor.open(path)).text


async def test_only_its_owner_reads_a_years_key(db: None, data_dir: Path) -> None:
    await key_of(NOW.year, NOW)
    folder = settings().keys
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
