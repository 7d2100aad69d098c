"""Where the database is: its address as asyncpg wants it, with what it says of TLS."""

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from marketplace.settings.database import SYSTEM_ROOTS

Credentials = dict[str, Any]
"""Arguments of asyncpg.connect."""


def credentials(url: str) -> Credentials:
    """asyncpg's arguments from postgres://user:password@host:port/name?host=/socket/folder&sslmode=verify-full.

    Whoever connects takes them from here, so what the address says of TLS holds for every connection.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    found: Credentials = {
        "host": query.get("host") or parts.hostname or "localhost",
        "port": int(query.get("port") or parts.port or 5432),
        "user": unquote(parts.username or query.get("user", "treffpunkt")),
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")) or "treffpunkt",
    }
    if (mode := query.get("sslmode")) and not found["host"].startswith(
        "/"
    ):  # a socket's folder is no network
        found["ssl"] = tls(mode, query)
    return found


def tls(mode: str, query: Mapping[str, str]) -> ssl.SSLContext | str:
    """What libpq does with sslmode, sslrootcert, sslcert and sslkey. Where no roots are named the machine's count."""
    if mode in ("disable", "allow", "prefer"):
        return mode
    roots = query.get("sslrootcert", SYSTEM_ROOTS)
    context = ssl.create_default_context(cafile=None if roots == SYSTEM_ROOTS else roots)
    context.set_alpn_protocols(["postgresql"])
    context.check_hostname = mode == "verify-full"
    if mode == "require" and "sslrootcert" not in query:
        context.verify_mode = ssl.CERT_NONE
    if "sslcert" in query:
        context.load_cert_chain(query["sslcert"], query.get("sslkey"))
    return context
