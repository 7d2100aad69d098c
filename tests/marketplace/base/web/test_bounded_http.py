"""Endless or slow header lines are hung up on; what is whole is answered."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from marketplace.base.web import bounded_http
from marketplace.base.web.bounded_http import HEAD_LIMIT, BoundedHttp, InOne


async def app(scope: dict, receive: object, send: object) -> None:  # type: ignore[type-arg]
    if scope["type"] == "http":
        await receive()  # type: ignore[operator]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"ok"})  # type: ignore[operator]


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(bounded_http, "HEAD_WITHIN", 0.5)
    server = uvicorn.Server(uvicorn.Config(app, port=0, http=BoundedHttp, lifespan="off", log_level="error"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


async def said(port: int, *parts: bytes, pause: float = 0.0, until_closed: bool = False) -> bytes:
    """What the server says to these bytes, until it has answered, or until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
    except ConnectionError:
        pass
    try:
        return await asyncio.wait_for(reader.read(-1 if until_closed else 4096), 30)
    except ConnectionResetError:
        return b"hung up"
    finally:
        writer.close()


HEAD = b"POST / HTTP/1.1\r\nhost: x\r\n"


async def test_who_comes_by_a_unix_socket_comes_from_this_machine(tmp_path: Path) -> None:
    """It is the proxy, whose word about who is behind it counts where 127.0.0.1 is trusted."""
    seen: list[object] = []

    async def look(scope: dict, receive: object, send: object) -> None:  # type: ignore[type-arg]
        seen.append(scope["client"])
        await app(scope, receive, send)

    config = uvicorn.Config(look, http=BoundedHttp, lifespan="off", log_level="error")
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(tmp_path / "web.sock"))
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[opened]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "web.sock"))
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
        server.should_exit = True
        await task
    assert seen == [("127.0.0.1", 0)]


async def test_a_line_without_end_is_refused(port: int) -> None:
    assert (await said(port, HEAD, b"x-long: " + b"a" * (HEAD_LIMIT + 1))).startswith(b"HTTP/1.1 431 ")


async def test_lines_without_end_are_refused(port: int) -> None:
    lines = [b"x-line: abcdefgh\r\n" * 100] * 60
    assert (await said(port, HEAD, *lines)).startswith((b"HTTP/1.1 431 ", b"hung up"))


@pytest.mark.parametrize("begun", [b"", b"PO", HEAD])
async def test_a_slow_head_is_hung_up_on(port: int, begun: bytes) -> None:
    assert (await said(port, begun)).startswith(b"HTTP/1.1 408 ")


GET = b"GET / HTTP/1.1\r\nhost: x\r\n"


@pytest.mark.parametrize(
    ("more", "answer"), [(b"x-long: " + b"a" * (HEAD_LIMIT + 1), b" 431 "), (b"", b" 408 ")]
)
async def test_the_next_head_on_the_same_connection_is_bounded_too(
    port: int, more: bytes, answer: bytes
) -> None:
    told = await said(port, GET + b"\r\n", GET, more, until_closed=True)
    assert told.startswith(b"HTTP/1.1 200 ")
    assert answer in told


async def test_a_slow_body_and_one_that_is_longer_than_a_head_are_waited_for(port: int) -> None:
    body = b"a" * (HEAD_LIMIT + 10)
    head = HEAD + b"content-length: %d\r\n\r\n" % len(body)
    assert (await said(port, head, body)).startswith(b"HTTP/1.1 200 ")
    assert (await said(port, head, body[:10], body[10:], pause=0.4)).startswith(b"HTTP/1.1 200 ")


class Written:
    """A connection of which we see each call of the system."""

    def __init__(self) -> None:
        self.calls: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def writelines(self, lines: tuple[bytes, ...]) -> None:
        self.calls.append(b"".join(lines))

    def close(self) -> None:
        self.calls.append(b"closed")

    def is_closing(self) -> bool:
        return b"closed" in self.calls


class Writing:
    """As much of a cycle of uvicorn's as tells what is written."""

    def __init__(self, method: str = "GET") -> None:
        self.scope, self.response_started, self.transport = {"method": method}, True, Written()


async def test_head_and_body_go_out_in_one_piece_and_what_follows_at_once() -> None:
    cycle = Writing()
    answer = InOne(cycle)  # type: ignore[arg-type]
    for part in (b"HTTP/1.1 200 OK\r\n\r\n", b"first", b"second"):
        answer.write(part)
    assert cycle.transport.calls == [b"HTTP/1.1 200 OK\r\n\r\nfirst", b"second"]


async def test_what_has_a_head_only_goes_out_too() -> None:
    """Nothing follows the head of HEAD; of another answer without a body nothing is written; and one that breaks off
    has told its head."""
    answers = []
    for method, follows in (("HEAD", []), ("GET", [b""]), ("GET", [])):
        cycle = Writing(method)
        answer = InOne(cycle)  # type: ignore[arg-type]
        answer.write(b"head")
        for part in follows:
            answer.write(part)
        answer.close()
        answers.append(b"".join(cycle.transport.calls))
    assert answers == [b"headclosed"] * 3


async def test_that_a_body_may_come_is_said_before_it_is_sent(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(HEAD + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n")
        told = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"ab")
        assert (await asyncio.wait_for(reader.readuntil(b"ok"), 30)).startswith(b"HTTP/1.1 200 ")
    finally:
        writer.close()


async def test_answers_on_one_connection_go_out_so_whole_and_in_their_order(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[bytes] = []
    write = InOne.write

    def seen(answer: InOne, data: bytes) -> None:
        parts.append(data)
        write(answer, data)

    monkeypatch.setattr(InOne, "write", seen)
    told = await said(port, GET + b"\r\n" + GET + b"connection: close\r\n\r\n", until_closed=True)
    assert [part == b"ok" for part in parts] == [False, True, False, True]
    assert told.count(b"HTTP/1.1 200 OK\r\n") == told.count(b"\r\n\r\nok") == 2
    assert told.endswith(b"ok")
