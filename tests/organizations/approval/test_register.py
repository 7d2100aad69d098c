"""What the registers say of a number, and what comes of it when they say nothing."""

import asyncio
import threading
import time

import pytest

from organizations.approval import register as client
from organizations.approval.register import Answer, look_up
from organizations.directory.models import RegisterState
from tests.organizations.approval.conftest import Register

NUMBER = "314510003"
HERE = f"/enhetsregisteret/api/enheter/{NUMBER}"
NOBODY_ANSWERS = Answer(RegisterState.UNREACHABLE)


async def test_an_organisation_is_found_with_its_name(register: Register) -> None:
    register.knows(NUMBER)
    assert await look_up(NUMBER) == Answer(RegisterState.FOUND, "LURA STRIKKELAG", False)
    assert register.asked == [HERE]


async def test_a_voluntary_one_stands_in_both_registers(register: Register) -> None:
    register.knows(NUMBER, registrertIFrivillighetsregisteret=True)
    assert await look_up(NUMBER) == Answer(RegisterState.FOUND, "LURA STRIKKELAG", True)


@pytest.mark.parametrize("there", [True, False])
async def test_frivillighetsregisteret_is_asked_where_the_first_does_not_say(
    register: Register, there: bool
) -> None:
    register.knows(NUMBER, kind="underenheter", registrertIFrivillighetsregisteret=None)
    path = f"/frivillighetsregisteret/api/frivillige-organisasjoner/{NUMBER}"
    if there:
        register.answers[path] = (200, {"organisasjonsnummer": NUMBER})
    assert await look_up(NUMBER) == Answer(RegisterState.FOUND, "LURA STRIKKELAG", there)
    assert register.asked == [HERE, HERE.replace("enheter", "underenheter"), path]


@pytest.mark.parametrize(
    "sign", [{"slettedato": "2024-05-01"}, {"konkurs": True}, {"underAvvikling": True},
             {"underTvangsavviklingEllerTvangsopplosning": True}, {"nedleggelsesdato": "2025-01-01"}],
    ids=lambda sign: next(iter(sign)),
)  # fmt: skip
async def test_what_is_closed_or_closing_is_said_to_be(register: Register, sign: dict[str, object]) -> None:
    register.knows(NUMBER, **sign)
    assert await look_up(NUMBER) == Answer(RegisterState.CLOSED, "LURA STRIKKELAG")


async def test_a_number_that_was_removed_is_closed(register: Register) -> None:
    register.answers[HERE] = (410, {"organisasjonsnummer": NUMBER})
    assert await look_up(NUMBER) == Answer(RegisterState.CLOSED)


async def test_a_number_that_nobody_has_is_not_found(register: Register) -> None:
    assert await look_up(NUMBER) == Answer(RegisterState.NOT_FOUND)


@pytest.mark.parametrize(
    "answer",
    [
        (500, {"error": "Internal Server Error"}),
        (503, b""),
        (429, {}),
        (200, b"<html>Vedlikehold</html>"),
        (200, b'{"navn": '),
        (200, b"\xff\xfe"),
        (200, b"[" * 100_000),
        (200, ["navn"]),
        (200, {"navn": "EN ANNEN", "organisasjonsnummer": "314510224"}),
        (200, {"navn": None, "organisasjonsnummer": NUMBER}),
        (302, {}),
        (200, b'{"navn": "' + b"x" * 300_000 + b'"}'),
    ],
    ids=["500", "503", "429", "a page", "half", "no UTF-8", "deep", "a list", "another", "no name", "redirect", "huge"],
)  # fmt: skip
async def test_any_other_answer_is_none(register: Register, answer: tuple[int, object]) -> None:
    register.knows("314510224")
    register.answers["/elsewhere"] = (200, {"navn": "LURA", "organisasjonsnummer": NUMBER})
    register.answers[HERE] = answer
    assert await look_up(NUMBER) == NOBODY_ANSWERS
    assert "/elsewhere" not in register.asked


async def test_nobody_waits_for_a_slow_register(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WITHIN", 0.3)
    register.slow = 1.0
    began = time.monotonic()
    assert await look_up(NUMBER) == NOBODY_ANSWERS
    assert time.monotonic() - began < 0.9


async def test_a_register_that_is_away_is_no_error() -> None:
    assert await look_up(NUMBER) == NOBODY_ANSWERS


async def test_registers_that_do_not_let_go_keep_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing interrupts a name service that is silent; and what is committed waits for a thread of everybody's."""
    let_go = threading.Event()
    monkeypatch.setattr(client, "_look_up", lambda *_asked: let_go.wait(20))
    monkeypatch.setattr(client, "WITHIN", 0.2)
    try:
        assert {*await asyncio.gather(*(look_up(NUMBER) for _one in range(40)))} == {NOBODY_ANSWERS}
        assert await asyncio.wait_for(asyncio.to_thread(str), 5) == ""
    finally:
        let_go.set()
