"""Settings that can never be right: each rule looks at what was set and says in one sentence what to set instead.

`Settings` asks them all, so that no command starts with such settings; what has to be looked at outside them (folders,
the database, servers) stands in marketplace/operations/doctor.
"""

import os
import re
import zlib
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from email.utils import parseaddr
from ipaddress import ip_network
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import ValidationError

from marketplace.settings.addresses import LOOPBACK, is_address, is_network, parts_of, urlsplit_scheme
from marketplace.settings.database import DATABASE_SCHEMES, database_address, database_in_the_open
from marketplace.settings.folders import backups_apart, keys_apart
from marketplace.settings.variables import PREFIX, variable

if TYPE_CHECKING:
    from marketplace.settings import Settings

DEFAULT_SECRET = "only-for-demo-and-tests"  # noqa: S105 - refused outside demo mode
NO_PROXY = "none"
"""Said of proxies where there is none."""
SCHEMES = {
    "public_url": ("https", "http"),
    "database_url": DATABASE_SCHEMES,
    "smtp_url": ("smtp", "smtps"),
    "sms_url": ("https", "http"),
    "register_url": ("https", "http"),
    "otlp_url": ("https", "http"),
}
"""How each address begins."""
DOCUMENTATION = re.compile(r"(?:.*\.)?example\.(?:no|com|net|org)", re.IGNORECASE)
"""Domains that stand in manuals: nobody reads what is sent there."""
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
ADDRESS = re.compile(r"[^@\s<>,;:]+@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
Rule = Callable[["Settings"], Iterator[str]]


def objections(settings: "Settings") -> Iterator[str]:
    """What is wrong, one sentence each. Each value alone is of its type already."""
    yield from unknown_names(settings)
    for rule in ALWAYS:
        yield from rule(settings)
    for rule in IN_DEMO if settings.demo else IN_PRODUCTION:
        yield from rule(settings)


def problems(wrong: ValidationError) -> list[str]:
    """What is wrong with the settings, one sentence each, without the values: some are secret."""
    found: list[str] = []
    for error in wrong.errors(include_url=False, include_input=False):
        name = variable(str(error["loc"][0])) if error["loc"] else ""
        said = error["msg"].removeprefix("Value error, ")
        found += [f"{name}: {said}"] if name else said.split("\n")
    return found


def unknown_names(settings: "Settings") -> Iterator[str]:
    """A name that is misspelt would be as if it were not set."""
    known = {variable(name) for name in type(settings).model_fields}
    for name in sorted(os.environ):
        said = name.upper()
        ours = said.startswith(PREFIX)
        if said in known or not (ours or get_close_matches(said, known, 1, 0.9)):
            continue
        rest = [each.removeprefix(PREFIX) for each in known]
        near = get_close_matches(said.removeprefix(PREFIX), rest if ours else known, 1)
        meant = PREFIX + near[0].removeprefix(PREFIX) if near else ""
        yield f"{name} is no setting" + (
            f"; did you mean {meant}?" if near else ": docs/settings.md has them"
        )


def addresses(settings: "Settings") -> Iterator[str]:
    for name, schemes in SCHEMES.items():
        url = getattr(settings, name)
        if url is None:
            continue
        parts = parts_of(url)
        if urlsplit_scheme(url) not in schemes:
            yield f"{variable(name)} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}"
        elif parts is None or re.search(r"\s", url):
            yield f"{variable(name)} is no address: look at its host and port"
        elif not parts.hostname and name != "database_url":
            yield f"{variable(name)} names no host"


def public_address(settings: "Settings") -> Iterator[str]:
    """Links are made by writing a path behind it, and browsers send it as Origin: so there is one spelling."""
    parts = parts_of(settings.public_url)
    if parts is None or not parts.hostname or parts.scheme not in SCHEMES["public_url"]:
        return
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    plain = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port and parts.port != usual else "")
    if settings.public_url != plain:
        yield f"set TREFFPUNKT_PUBLIC_URL to scheme and host alone, without path, slash or name: {plain}"
    elif not (is_address(parts.hostname) or HOST.fullmatch(parts.hostname)):
        yield f"set TREFFPUNKT_PUBLIC_URL to a host name: {parts.hostname} is none"


def mail_server(settings: "Settings") -> Iterator[str]:
    parts = parts_of(settings.smtp_url or "")
    if parts and (parts.path.strip("/") or parts.query or parts.fragment):
        yield "set TREFFPUNKT_SMTP_URL to smtp://user:password@host:port alone: nothing is read after the port"


def named_networks(settings: "Settings") -> Iterator[str]:
    for name in ("trusted_proxies", "known_networks"):
        for text in getattr(settings, name):
            if name == "trusted_proxies" and text.lower() == NO_PROXY:
                continue
            yield from network_wrong(variable(name), text)
    if len(settings.trusted_proxies) > 1 and NO_PROXY in map(str.lower, settings.trusted_proxies):
        yield f"set TREFFPUNKT_TRUSTED_PROXIES to proxies or to {NO_PROXY}, not to both"


def network_wrong(name: str, text: str) -> Iterator[str]:
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        yield f"{name} holds {text}, which is no network address"
        return
    if not is_network(text):
        yield f"{name} holds {text}, which is an address within a network: write {meant} or the address alone"
    elif meant.prefixlen == 0:
        yield f"{name} holds {text}, which is everybody: name the networks"


def demo_on_loopback(settings: "Settings") -> Iterator[str]:
    parts = parts_of(settings.public_url)
    if parts and parts.hostname not in LOOPBACK:
        yield "demo mode runs on a loopback address only; set TREFFPUNKT_PUBLIC_URL to one"


def no_debug(settings: "Settings") -> Iterator[str]:
    if settings.debug:
        yield "TREFFPUNKT_DEBUG is refused outside demo mode"


def usual_limits(settings: "Settings") -> Iterator[str]:
    if settings.loopback_limit_factor != 1:
        yield "leave TREFFPUNKT_LOOPBACK_LIMIT_FACTOR out: it is for the demo, tests and benchmarks"


def secret(settings: "Settings") -> Iterator[str]:
    before = [one.get_secret_value() for one in settings.secret_keys_before]
    for name, text in [("secret_key", settings.secret_key.get_secret_value())] + [
        ("secret_keys_before", one) for one in before
    ]:
        if text == DEFAULT_SECRET or len(text) < 32:
            yield f"set {variable(name)} to at least 32 random characters" + " each" * (name != "secret_key")
        elif not looks_random(text):
            yield f"set {variable(name)} to random characters: these repeat themselves or count up"


def hosts_of_before(settings: "Settings") -> Iterator[str]:
    for name in settings.former_hosts:
        if not (HOST.fullmatch(name.lower()) or is_address(name.strip("[]"))):
            yield f"TREFFPUNKT_FORMER_HOSTS holds {name}: write host names alone, without scheme, port or *"
        elif name.lower() in settings.hosts:
            yield f"take {name} out of TREFFPUNKT_FORMER_HOSTS: it is answered, so links to it need not lead elsewhere"


def secrets_before(settings: "Settings") -> Iterator[str]:
    before = [one.get_secret_value() for one in settings.secret_keys_before]
    if settings.secret_key.get_secret_value() in before:
        yield "take the key of TREFFPUNKT_SECRET_KEY out of TREFFPUNKT_SECRET_KEYS_BEFORE: it holds those of before"
    if len({*before}) < len(before):
        yield "name each key once in TREFFPUNKT_SECRET_KEYS_BEFORE"


def looks_random(text: str) -> bool:
    """Not that it is: that it is no single sign, pattern, row of the keyboard or alphabet."""
    codes = [ord(sign) for sign in text]
    steps = [after - before for before, after in pairwise(codes)]
    counting = sum(abs(step) <= 1 for step in steps) > len(steps) / 2
    return not counting and len(set(text)) >= 8 and len(zlib.compress(text.encode(), 9)) >= 32


def hosts(settings: "Settings") -> Iterator[str]:
    if not settings.allowed_hosts:
        yield "set TREFFPUNKT_ALLOWED_HOSTS to the host names that are answered"
    for name in settings.allowed_hosts:
        if not (HOST.fullmatch(name.lower()) or is_address(name.strip("[]"))):
            yield f"TREFFPUNKT_ALLOWED_HOSTS holds {name}: write host names alone, without scheme, port or *"


def proxies(settings: "Settings") -> Iterator[str]:
    if not settings.trusted_proxies:
        yield (
            "set TREFFPUNKT_TRUSTED_PROXIES to the address or network of your proxy, or to none where there is none: "
            "else all visitors are one, and share its limits"
        )


def mail(settings: "Settings") -> Iterator[str]:
    if not settings.smtp_url:
        yield "set TREFFPUNKT_SMTP_URL to your mail server: nobody would get a receipt or a link to sign in"
    _name, address = parseaddr(settings.mail_from)
    if not ADDRESS.fullmatch(address) or manual(address):
        yield "set TREFFPUNKT_MAIL_FROM to an address of yours, as Treffpunkt <treffpunkt@kommune.no>"


def sms(settings: "Settings") -> Iterator[str]:
    for name in ("sms_url", "register_url", "otlp_url"):
        url = getattr(settings, name)
        parts = parts_of(url or "")
        if parts and parts.scheme == "http" and parts.hostname not in LOOPBACK:
            yield f"set {variable(name)} to an https address"


def manual(address: str) -> bool:
    return DOCUMENTATION.fullmatch(address.rpartition("@")[2]) is not None


def help_line(settings: "Settings") -> Iterator[str]:
    phone = settings.helpline_phone
    default = type(settings).model_fields["helpline_phone"].default
    if phone == default or not re.fullmatch(r"\+?[0-9 ]{3,20}", phone) or len(re.sub(r"\D", "", phone)) < 3:
        yield "set TREFFPUNKT_HELPLINE_PHONE to the telephone number of those who help"
    if not ADDRESS.fullmatch(settings.helpline_email) or manual(settings.helpline_email):
        yield "set TREFFPUNKT_HELPLINE_EMAIL to the address of those who help"
    contact = settings.security_contact
    if contact and not re.fullmatch(r"https://\S+", contact) and not ADDRESS.fullmatch(contact):
        yield "set TREFFPUNKT_SECURITY_CONTACT to an e-mail address or an https address"


def operator(settings: "Settings") -> Iterator[str]:
    address = settings.operator_email
    if address and (not ADDRESS.fullmatch(address) or manual(address)):
        yield "set TREFFPUNKT_OPERATOR_EMAIL to one address of yours"


def names(settings: "Settings") -> Iterator[str]:
    """They stand in subjects, titles and headers: a line each."""
    for name, field in type(settings).model_fields.items():
        text = getattr(settings, name)
        if field.annotation is str and (not text or not text.isprintable()):
            yield f"set {variable(name)} to one line of text"


def https(settings: "Settings") -> Iterator[str]:
    if not settings.secure:
        yield "set TREFFPUNKT_PUBLIC_URL to an https address"


ALWAYS: tuple[Rule, ...] = (
    addresses,
    public_address,
    mail_server,
    database_address,
    named_networks,
    names,
    backups_apart,
    secrets_before,
    hosts_of_before,
)
IN_DEMO: tuple[Rule, ...] = (demo_on_loopback,)
IN_PRODUCTION: tuple[Rule, ...] = (
    no_debug, usual_limits, secret, hosts, proxies, https, mail, sms, help_line, operator, keys_apart,
    database_in_the_open,
)  # fmt: skip
