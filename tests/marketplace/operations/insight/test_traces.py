"""Traces as a real collector gets them: by route name, with SQL and without anything that anybody typed."""

import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2 as httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from marketplace.base.insight.tracing import ATTRIBUTES, LITERAL
from marketplace.routes import ROUTES
from tests import program
from tests.house.canaries import CANARY, FAULTS, ONE_EACH
from tests.offers.seats.test_two_servers import free_port

TYPED = f"{CANARY}-skrevet"


class Collector(BaseHTTPRequestHandler):
    """Takes what is sent, as a collector does."""

    taken: list[bytes]

    def do_POST(self) -> None:
        import gzip

        body = self.rfile.read(int(self.headers["content-length"]))
        self.taken.append(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def spans(database_url: str) -> list[Any]:
    """What was traced of an instance in which all fails that can, and some pages are read."""
    taken = Collector.taken = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port, url = free_port(), f"http://127.0.0.1:{server.server_address[1]}/v1/traces"
    traced = os.environ | {"TREFFPUNKT_OTLP_URL": url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    ran = program.start("-m", "tests.house.canaries", str(port), environment=traced)
    try:
        ask(f"http://127.0.0.1:{port}")
    finally:
        ran.send_signal(signal.SIGTERM)
        ran.wait(60)
        server.shutdown()
        server.server_close()
    requests = [ExportTraceServiceRequest.FromString(body) for body in taken]
    return [
        span
        for request in requests
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def ask(address: str) -> None:
    deadline = time.monotonic() + 40
    headers = dict.fromkeys(("x-typed", "user-agent", "x-request-id"), TYPED) | {
        "cookie": f"form={TYPED}",
        "tracestate": f"x={TYPED}",
        "baggage": f"x={TYPED}",
        "traceparent": f"00-{'1' * 32}-{'2' * 16}-01",
    }
    with httpx.Client(headers=headers, timeout=10, limits=ONE_EACH) as client:
        while True:
            try:
                client.get(f"{address}/health/live")
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        for place in [*FAULTS, "outside"]:
            client.get(f"{address}/{CANARY}/{place}/{TYPED}?q={TYPED}")
        client.get(f"{address}/offers?municipality=all&q={TYPED}")
        client.get(f"{address}/offers/{TYPED}")
        client.request("PROPFIND", f"{address}/offers/{TYPED}")
        client.post(f"{address}/sign-in", data={"address": f"{TYPED}@example.no"})
        time.sleep(2.5)  # the worker's turn


def attributes(span: Any) -> dict[str, str]:
    return {one.key: one.value.string_value or str(one.value.int_value) for one in span.attributes}


def test_requests_are_called_by_route_and_statements_belong_to_them(spans: list[Any]) -> None:
    by_id = {span.span_id: span for span in spans}
    names = {span.name for span in spans}
    assert {"GET /offers", "GET /offers/{slug}", "POST /sign-in"} <= names
    assert any(name.startswith("_OTHER ") for name in names)
    statements = [span for span in spans if span.name in ("SELECT", "INSERT", "WITH", "UPDATE")]
    parents = {by_id[one.parent_span_id].name for one in statements if one.parent_span_id in by_id}
    assert "GET /offers/{slug}" in parents
    assert "job broken" in parents
    known = {route.path for route in ROUTES} | {"none"}
    for span in spans:
        if route := attributes(span).get("http.route"):
            assert route in known or route.startswith(f"/{CANARY}/"), route


def test_sql_has_placeholders_and_never_a_value(spans: list[Any]) -> None:
    sql = [attributes(span)["db.query.text"] for span in spans if "db.query.text" in attributes(span)]
    assert any("$1" in one for one in sql)
    assert [one for one in sql if "'" in one] == []
    assert LITERAL.sub("?", "SELECT 'it''s kari' || name WHERE x = $1 AND y = 'a'") == (
        "SELECT ? || name WHERE x = $1 AND y = ?"
    )


def test_nothing_that_somebody_typed_and_nothing_else_is_told(spans: list[Any]) -> None:
    for span in spans:
        assert set(attributes(span)) <= ATTRIBUTES
        assert list(span.events) == [], "an event would be an exception, with what it says"
        assert span.status.message == ""
        assert span.trace_state == ""
        for text in (span.name, *attributes(span).values()):
            assert CANARY not in text.lower().replace(f"/{CANARY}/", "/"), text
        assert span.trace_id.hex() != "1" * 32, "a visitor does not choose what they are traced by"


def test_what_failed_is_told_by_its_kind(spans: list[Any]) -> None:
    failed = [attributes(span) for span in spans if span.status.code == 2]
    assert {"error.type": "NotNullViolationError", "db.response.status_code": "23502"}.items() <= {
        key: text for one in failed for key, text in one.items() if key.startswith(("error", "db.response"))
    }.items()
    assert any(one.get("http.response.status_code") == "500" for one in failed)
