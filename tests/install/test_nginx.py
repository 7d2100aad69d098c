"""deploy/nginx.conf in a real nginx, before a real `serve` on a unix socket: what it lets through and says itself."""

import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest

from marketplace.base.web.bounded_http import HEAD_WITHIN
from marketplace.base.web.edge import BODY_LIMIT
from marketplace.base.web.server import KEEP_ALIVE
from marketplace.base.web.uploads import UPLOAD_LIMIT
from marketplace.operations.doctor import through
from marketplace.operations.ready import seen
from tests.install.conftest import ROOT, at_once, production_in, started, until
from tests.marketplace.test_doctor import certificate
from tests.offers.seats.test_two_servers import free_port
from tests.production import production
from tests.program import Running

SITE = ROOT / "deploy/nginx.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
needs_nginx = pytest.mark.skipif(
    NGINX is None, reason="no nginx here (bin/proxies installs it as root): the site was read, not run"
)


@dataclass
class Front:
    """nginx, and the application behind it."""

    http: int
    https: int
    trust: ssl.SSLContext
    application: Running
    file: Path
    environment: dict[str, str]

    def asked(self, method: str, path: str, **more: object) -> httpx.Response:
        with httpx.Client(verify=self.trust, timeout=30) as client:
            return client.request(
                method, f"https://localhost:{self.https}{path}",
                headers={"host": "treffpunkt.example", **more.pop("headers", {})}, **more,
            )  # type: ignore[arg-type, dict-item]  # fmt: skip


def site(folder: Path, http: int, https: int) -> str:
    """The file as it stands, with this machine's ports, certificate and socket for the operator's."""
    cert, key = certificate(folder)
    text = SITE.read_text()
    for said, here in {
        "/etc/ssl/treffpunkt/fullchain.pem": cert, "/etc/ssl/treffpunkt/privkey.pem": key,
        "/run/treffpunkt/web.sock": folder / "web.sock", "/opt/treffpunkt": ROOT,
        "/var/log/nginx/treffpunkt.log": folder / "nginx.log",
    }.items():  # fmt: skip
        assert said in text
        text = text.replace(said, str(here))
    text = re.sub(r"listen \[::\].*\n", "", text)  # a machine may have no IPv6
    return text.replace("listen 80", f"listen {http}").replace("listen 443", f"listen {https}")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    http, https = free_port(), free_port()
    (folder / "nginx.conf").write_text(
        f"user root;\ndaemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\n"
        "events {}\nhttp {\n"
        + "".join(
            f"{name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"include /etc/nginx/mime.types;\n{site(folder, http, https)}\n}}\n"
    )
    assert NGINX
    checked = subprocess.run([NGINX, "-t", "-c", folder / "nginx.conf"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    environment = production_in(folder) | {"TREFFPUNKT_DATABASE_URL": "postgres://127.0.0.1:1/none"}
    nginx = subprocess.Popen([NGINX, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        socket_file = folder / "web.sock"
        with started(
            environment, "serve", "--unix-socket", str(socket_file), said=folder / "said"
        ) as serving:
            found = Front(
                http,
                https,
                ssl.create_default_context(cafile=folder / "localhost.pem"),
                serving,
                socket_file,
                environment,
            )
            assert until(lambda: ready(found)), (folder / "said").read_text()
            yield found
    finally:
        nginx.terminate()
        nginx.wait(60)


def ready(front: Front) -> bool:
    try:
        return front.asked("GET", "/health/live").status_code == 200
    except httpx.TransportError:
        return False


def test_its_bounds_are_the_applications_own() -> None:
    text = SITE.read_text()
    assert f"client_max_body_size {BODY_LIMIT // 1024}k;" in text
    assert f"client_max_body_size {UPLOAD_LIMIT // 1024**2}m;" in text
    assert text.count("client_max_body_size") == 2
    assert f"client_header_timeout {HEAD_WITHIN:.0f}s;" in text
    keeps = re.search(r"upstream treffpunkt \{[^}]*keepalive_timeout (\d+)s;", text)
    assert keeps is not None
    assert int(keeps[1]) < KEEP_ALIVE, "nginx lets a connection go before the application does"


@needs_nginx
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_the_real_nginx_lets_through_what_it_should(front: Front) -> None:
    """One server for all of it: it takes seconds to start."""
    plain = httpx.get(f"http://127.0.0.1:{front.http}/offers?q=a", headers={"host": "evil.example"})
    assert (plain.status_code, plain.headers["location"]) == (301, "https://treffpunkt.example/offers?q=a")

    page = front.asked("GET", "/health/live")
    assert page.headers.get_list("strict-transport-security") == ["max-age=31536000"]
    assert "nginx/" not in page.headers["server"]
    assert front.asked("GET", "/offers", headers={"host": "evil.example"}).status_code == 400
    assert (
        front.asked("GET", "/health/ready").status_code == 503
    )  # the database is away, and we ask from here

    # What is upgraded to is HTTP alone: nothing can hide behind another protocol.
    for wish in ("websocket", "h2c"):
        answer = front.asked(
            "GET", "/health/live", headers={"upgrade": wish, "connection": "upgrade, http2-settings"}
        )
        assert (answer.status_code, "upgrade" in answer.headers) == (200, False), wish

    for version, taken in ((ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)):
        old = ssl.create_default_context()
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")  # it is nginx that is to refuse
        old.minimum_version = old.maximum_version = version
        with socket.create_connection(("127.0.0.1", front.https)) as out:
            assert shakes_hands(old, out) is taken, version


def shakes_hands(context: ssl.SSLContext, out: socket.socket) -> bool:
    try:
        context.wrap_socket(out).close()
    except (ssl.SSLError, ConnectionError):
        return False
    return True


@needs_nginx
def test_doctor_visits_as_people_do_and_tells_what_the_proxy_passes_on(front: Front) -> None:
    """It says that it is somebody else, which nginx does not pass on; nobody else is told how we see them."""
    asked = front.environment | {"SSL_CERT_FILE": str(front.file.with_name("localhost.pem"))}
    _code, told = at_once(
        asked, "doctor", "--unix-socket", "x", "--through", f"https://localhost:{front.https}"
    )
    lines = [line for line in told.splitlines() if " through: " in line]
    assert lines == [
        f"well   through: the certificate of https://localhost:{front.https} ends in 29 days",
        "away   through: the proxy sends Host localhost, not the name that visitors use",
        "well   through: it hears Host localhost, X-Forwarded-For 127.0.0.1, and knows 127.0.0.1",
    ], told
    _code, told = at_once(front.environment, "doctor", "--through", f"https://localhost:{front.https}")
    assert "away   through: browsers do not trust the certificate" in told
    _code, told = at_once(front.environment, "doctor", "--through", f"http://127.0.0.1:{free_port()}")
    assert "does not answer" in told
    assert "Traceback" not in told
    stranger = front.asked("GET", "/health/live", headers={seen.ASKED: f"word.{'0' * 64}"})
    assert seen.SAID not in stranger.headers


HEARD = {
    "client": "198.51.100.4",
    "peer": "127.0.0.1",
    "host": "treffpunkt.example",
    "forwarded": "198.51.100.4",
}


@pytest.mark.parametrize(("changed", "strict", "said"), [
    ({}, 1, None),
    ({"client": through.MADE_UP, "forwarded": through.MADE_UP}, 1, "that visitors make up"),
    ({"client": "127.0.0.1", "forwarded": ""}, 1, "sends no X-Forwarded-For"),
    ({"peer": "10.0.0.9", "client": "10.0.0.9"}, 1, "10.0.0.9, which is not in TREFFPUNKT_TRUSTED_PROXIES"),
    ({"host": "127.0.0.1:8000"}, 1, "not the name that visitors use"),
    ({}, 0, "comes 0 times"),
    ({}, 2, "comes 2 times"),
])  # fmt: skip
def test_a_proxy_that_hides_who_visits_is_told_of(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], strict: int, said: str | None
) -> None:
    with production(monkeypatch):
        found = through.complaints(HEARD | changed, [("Strict-Transport-Security", "max-age=1")] * strict)
    assert len(found) == (said is not None), found
    assert said is None or said in found[0]


@needs_nginx
def test_what_is_too_large_ends_at_nginx_or_at_us_as_it_should(front: Front) -> None:
    def sent(path: str, size: int) -> httpx.Response:
        kind = {"content-type": "multipart/form-data; boundary=x"}
        return front.asked("POST", path, content=b"x" * size, headers=kind)

    logo, picture = "/manage/organizations/treff/logo", "/en/manage/offers/kor/picture"
    limits = {"/offers": BODY_LIMIT, logo: UPLOAD_LIMIT, f"/nn{logo}": UPLOAD_LIMIT, picture: UPLOAD_LIMIT}
    for path, limit in limits.items():
        over = sent(path, limit + 1)
        assert (over.status_code, over.headers["strict-transport-security"]) == (413, "max-age=31536000"), (
            path
        )
        assert "x-request-id" not in over.headers, "it was nginx that said so"
        assert sent(path, limit).headers.get("x-request-id"), "the application answers this"
    assert front.asked("GET", "/offers?q=" + "a" * 9000).status_code == 414
    assert front.asked("GET", "/offers", headers={"x-long": "a" * 9000}).status_code == 400
    assert front.asked("GET", "/health/live", headers={"x-long": "a" * 7000}).status_code == 200


@needs_nginx
def test_while_the_application_is_away_there_is_a_page_that_says_so(front: Front) -> None:
    """The last but one of this file: it ends the application."""
    front.application.terminate()
    front.application.wait(120)
    page = front.asked("GET", "/offers")
    assert page.status_code == 502
    assert "Vi er straks tilbake" in page.text
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert page.headers["retry-after"] == "30"


@needs_nginx
def test_the_application_hears_who_it_is_from_nginx_alone(front: Front) -> None:
    """What a visitor says of themselves does not come through: somebody listens in the application's place."""
    front.application.terminate()
    front.application.wait(120)
    heard: list[str] = []

    def listen(here: socket.socket) -> None:
        with here.accept()[0] as one:
            heard.append(one.recv(65536).decode())
            one.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    with socket.socket(socket.AF_UNIX) as here:
        here.bind(str(front.file))
        here.listen()
        listener = threading.Thread(target=listen, args=(here,))
        listener.start()
        sent = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9", "upgrade": "h2c",
                "x-forwarded-proto": "http", "connection": "upgrade"}  # fmt: skip
        front.asked("GET", "/offers?q=a", headers=sent)
        listener.join(10)
    (head,) = heard
    lines = head.lower().split("\r\n")
    assert lines[0] == "get /offers?q=a http/1.1"
    ours = ("x-forwarded", "forwarded", "host", "upgrade", "connection")
    assert [line for line in lines if line.startswith(ours)] == [
        "host: treffpunkt.example", "x-forwarded-for: 127.0.0.1", "x-forwarded-proto: https",
    ]  # fmt: skip
