"""Addresses of a database that can never be right, and those that lead over an open network. rules.py
asks these."""

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from marketplace.settings.addresses import LOOPBACK, is_loopback, parts_of, urlsplit_scheme

if TYPE_CHECKING:
    from marketplace.settings import Settings

DATABASE_SCHEMES = ("postgres", "postgresql")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
DATABASE_PARAMETERS = ("host", "port", "user", "sslmode", "sslrootcert", "sslcert", "sslkey")
"""What may stand after the ? of the database's address; base/data/database.py honours each of them."""
SYSTEM_ROOTS = "system"
"""sslrootcert of libpq: those that the machine trusts. So it is also where none is named."""


def database_address(settings: "Settings") -> Iterator[str]:
    url = settings.database_url
    parts = parts_of(url or "")
    if not url or parts is None:
        return
    given = parse_qsl(parts.query, keep_blank_values=True)
    names = [name for name, _ in given]
    for name in sorted({name for name in names if name not in DATABASE_PARAMETERS}):
        yield f"TREFFPUNKT_DATABASE_URL has {name}, which is not honoured; {hint(name)}"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"TREFFPUNKT_DATABASE_URL says {name} twice"
    if parts.fragment:
        yield "TREFFPUNKT_DATABASE_URL has a #: write %23 for one in a password"
    query = dict(given)
    if "sslmode" in query and query["sslmode"] not in SSL_MODES:
        yield f"set sslmode in TREFFPUNKT_DATABASE_URL to one of {', '.join(SSL_MODES)}"
    if not re.fullmatch("[0-9]{1,5}", query.get("port", "5432")):
        yield "set port in TREFFPUNKT_DATABASE_URL to a number"
    for name in ("sslrootcert", "sslcert", "sslkey"):
        file = query.get(name, SYSTEM_ROOTS)
        if not (name == "sslrootcert" and file == SYSTEM_ROOTS) and name in query and not readable(file):
            yield f"set {name} in TREFFPUNKT_DATABASE_URL to a file that can be read: {file!r} cannot"
    if ("sslkey" in query) > ("sslcert" in query):
        yield "set sslcert in TREFFPUNKT_DATABASE_URL too: a key alone says nothing"


def readable(file: str) -> bool:
    return bool(file) and Path(file).is_file() and os.access(file, os.R_OK)


def hint(name: str) -> str:
    near = get_close_matches(name.lower(), DATABASE_PARAMETERS, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(DATABASE_PARAMETERS)}"


def database_far(url: str) -> bool:
    """Does the address lead over a network to another machine?"""
    parts = urlsplit(url)
    host = dict(parse_qsl(parts.query)).get("host") or parts.hostname or "localhost"
    return not host.startswith("/") and host not in LOOPBACK and not is_loopback(host)


def database_in_the_open(settings: "Settings") -> Iterator[str]:
    """To another machine it is said, not guessed, whether names and addresses travel so that others can read them."""
    url = settings.database_url or ""
    ours = parts_of(url) and urlsplit_scheme(url) in DATABASE_SCHEMES
    if ours and database_far(url) and "sslmode" not in dict(parse_qsl(urlsplit(url).query)):
        yield (
            "set sslmode in TREFFPUNKT_DATABASE_URL: verify-full with sslrootcert, or disable where the network "
            "between is yours alone"
        )
