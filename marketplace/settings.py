"""Every setting: name, type, default, meaning. Read once from the environment (prefix TREFFPUNKT_), then frozen."""

from collections.abc import Iterator
from functools import cache, cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEFAULT_SECRET = "only-for-demo-and-tests"  # noqa: S105 - refused outside demo mode
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PREFIX = "TREFFPUNKT_"
SCHEMES = {
    "public_url": ("https", "http"),
    "database_url": ("postgres", "postgresql"),
    "smtp_url": ("smtp", "smtps"),
    "sms_url": ("https", "http"),
    "register_url": ("https", "http"),
}
"""How each address begins."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def split(text: Any) -> Any:
    """a, b as a list."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


Names = Annotated[list[str], NoDecode, BeforeValidator(split)]
"""A list that stands in one variable with commas between."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    demo: bool = Field(
        False, description="Demo mode: demo data, /demo pages, a clock that can be moved. Loopback only."
    )
    debug: bool = Field(False, description="Readable logs and tracebacks in the log. Refused in production.")
    public_url: str = Field(
        "http://127.0.0.1:8000",
        description="The address people use; links are built from it. Must be https in production.",
    )
    allowed_hosts: Names = Field(
        [], description="Host names answered, with commas between; others get 400. Must be set in production."
    )
    trusted_proxies: Names = Field(
        [], description="Addresses of proxies whose X-Forwarded-For counts, with commas between."
    )
    secret_key: SecretStr = Field(
        SecretStr(DEFAULT_SECRET),
        description="Signs links and form tokens. Keep it secret. At least 32 characters in production.",
    )
    data_dir: Path = Field(
        Path("var"), description="Folder of the embedded database, keys and the demo's mailbox."
    )
    keys_dir: Path | None = Field(None, description="Folder of the yearly counting keys. Default: DATA/keys.")
    database_url: str | None = Field(
        None, description="postgres://… (15 or newer). Default: the embedded PostgreSQL."
    )
    database_pool: int = Field(4, description="Most database connections of one process.", ge=1, le=50)
    web_processes: int = Field(2, description="Web processes that `run` and `serve` start.", ge=1, le=64)
    page_seconds: int = Field(
        1,
        description="Seconds for which a public page is shown again as it is to visitors without a cookie. 0: never.",
        ge=0,
        le=60,
    )
    smtp_url: str | None = Field(
        None, description="smtp://user:password@host:port. Default: a mailbox in DATA/mailbox."
    )
    sms_url: str | None = Field(
        None, description="Address of an SMS gateway (HTTP POST). Default: DATA/mailbox."
    )
    register_url: str = Field(
        "https://data.brreg.no",
        description="Enhetsregisteret and Frivillighetsregisteret. In demo mode made-up ones answer by default.",
    )
    mail_from: str = Field("Treffpunkt <treffpunkt@example.no>", description="Neutral sender of all mail.")
    site_name: str = Field("Treffpunkt", description="Name of the service.")
    place_name: str = Field("Sandnes", description="The place in the page titles.")
    helpline_name: str = Field("Infohjelpen", description="Who answers the telephone.")
    helpline_phone: str = Field("51 00 00 00", description="Telephone number on every page.")
    helpline_hours: str = Field("09:00-15:00", description="Opening hours on working days.")
    helpline_email: str = Field("infohjelpen@example.no", description="Address of those who help.")
    loopback_limit_factor: int = Field(
        1,
        description="Limits for visitors from loopback are this many times higher (demo, tests, benchmarks).",
        ge=1,
    )

    @model_validator(mode="after")
    def refuse_what_is_unsafe(self) -> "Settings":
        if found := list(self.objections()):
            raise ValueError("\n".join(found))
        return self

    def objections(self) -> Iterator[str]:
        """What is wrong, one sentence each. Each value alone is of its type already."""
        for name, schemes in SCHEMES.items():
            url = getattr(self, name)
            if url is not None and urlsplit(url).scheme not in schemes:
                yield f"{variable(name)} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}"
        for address in self.trusted_proxies:
            if not is_address(address):
                yield f"TREFFPUNKT_TRUSTED_PROXIES holds {address}, which is no network address"
        if self.demo:
            if urlsplit(self.public_url).hostname not in LOOPBACK:
                yield "demo mode runs on a loopback address only; set TREFFPUNKT_PUBLIC_URL to one"
            return
        if self.debug:
            yield "TREFFPUNKT_DEBUG is refused outside demo mode"
        secret = self.secret_key.get_secret_value()
        if secret == DEFAULT_SECRET or len(secret) < 32:
            yield "set TREFFPUNKT_SECRET_KEY to at least 32 random characters"
        if not self.allowed_hosts:
            yield "set TREFFPUNKT_ALLOWED_HOSTS to the host names that are answered"
        if (
            not self.register_url.startswith("https://")
            and urlsplit(self.register_url).hostname not in LOOPBACK
        ):
            yield "set TREFFPUNKT_REGISTER_URL to an https address"
        if not self.secure:
            yield "set TREFFPUNKT_PUBLIC_URL to an https address"

    @property
    def secure(self) -> bool:
        """Is the public address https? Then cookies are __Host- and Secure."""
        return self.public_url.startswith("https://")

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Host names that are answered."""
        own = urlsplit(self.public_url).hostname or ""
        return frozenset({own, *self.allowed_hosts, *(LOOPBACK if self.demo else ())})

    @property
    def register(self) -> str:
        """Where the registers of organisations answer."""
        own = self.demo and "register_url" not in self.model_fields_set
        return f"{self.public_url}/demo/register" if own else self.register_url

    @property
    def keys(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()


def problems(wrong: ValidationError) -> list[str]:
    """What is wrong with the settings, one sentence each, without the values: some are secret."""
    found: list[str] = []
    for error in wrong.errors(include_url=False, include_input=False):
        name = variable(str(error["loc"][0])) if error["loc"] else ""
        said = error["msg"].removeprefix("Value error, ")
        found += [f"{name}: {said}"] if name else said.split("\n")
    return found


TYPES = {bool: "yes/no", str: "text", int: "number", Path: "folder", SecretStr: "secret text"}


def table() -> str:
    """Every setting as a Markdown table, for docs/settings.md."""
    lines = ["| Variable | Type | Default | Meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        lines.append(
            f"| `{variable(name)}` | {kind(field.annotation)} | {shown(field.default)} | {field.description} |"
        )
    return "\n".join(lines)


def kind(annotation: Any) -> str:
    if get_origin(annotation) is list:
        return "list"
    return next(TYPES[one] for one in (annotation, *get_args(annotation)) if one in TYPES)


def shown(default: Any) -> str:
    match default:
        case SecretStr() | None | []:
            return ""
        case bool():
            return "yes" if default else "no"
    return f"`{default}`"
