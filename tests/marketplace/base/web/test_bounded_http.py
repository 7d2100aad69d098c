"""Endless or slow header lines are hung up on; what is whole is answered."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from marketplace.base.web import bounded_http
from marketplace.base.web.bounded_http import HEAD_LIMIT, BoundedHttp


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
