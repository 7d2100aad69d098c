"""Which processes an instance consists of when somebody watches it: the web processes with a board, and a collector."""

import socket
from collections.abc import Callable, Iterable
from functools import partial

import click
from starlette.routing import Route

from marketplace.base.insight.board import Board, Series, mine
from marketplace.operations.jobs.running import Job
from marketplace.settings import settings

Task = Callable[[], None]


def watched(web: list[Task], routes: Iterable[Route], timetable: Iterable[Job]) -> list[Task]:
    """These web processes; where a port is set for metrics, each with a row of a board, and one more that shows it.
    Raises ClickException when the port cannot be opened."""
    port, host = settings().metrics_port, settings().metrics_host
    if port is None:
        return web
    from marketplace.operations.insight.serving import serve_metrics  # nobody else needs prometheus-client

    try:
        opened = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as problem:
        raise click.ClickException(
            f"Port {port} of {host} cannot be opened for metrics: {problem.strerror}"
        ) from problem
    board = Board(series(routes), len(web))
    every = {job.name: (settings().demo and job.in_demo) or job.every for job in timetable}
    counting = [partial(_counting, task, board, number) for number, task in enumerate(web)]
    return [*counting, partial(serve_metrics, opened, board, every)]


def _counting(task: Task, board: Board, number: int) -> None:
    mine.take(board, number)
    task()


def series(routes: Iterable[Route]) -> list[Series]:
    """What requests are counted under: each route's name with each of its methods."""
    return [
        (route.path, method)
        for route in routes
        for method in sorted(route.methods or ("GET",))
        if method != "HEAD"
    ]
