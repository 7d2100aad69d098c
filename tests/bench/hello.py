"""The limit that pages are measured against: a bare Starlette page, served the same way as ours."""

import sys
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from marketplace.listening import at_port
from marketplace.processes import supervise


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("Hello, world")


def serve(opened: object) -> None:
    uvicorn.Server(
        uvicorn.Config(
            Starlette(routes=[Route("/", hello)]),
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
        )
    ).run(sockets=[opened])  # type: ignore[list-item]


if __name__ == "__main__":
    supervise([partial(serve, at_port(int(sys.argv[1])).opened)] * 2)
