"""Every setting: name, type, default, meaning. Read once from the environment (prefix TREFFPUNKT_), then frozen."""

from email.utils import parseaddr
from functools import cache, cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from marketplace.settings import addresses, rules
from marketplace.settings.addresses import LOOPBACK
from marketplace.settings.rules import DEFAULT_SECRET, NO_PROXY
from marketplace.settings.variables import PREFIX, Names, split, split_keys

TrickName = Literal[
    "pages",
    "standing",
    "revised",
    "short_way",
    "first_word",
    "remembered",
    "constants",
    "escaping",
    "lookups",
    "pieces",
]
"""What makes answers quicker and can be turned off (marketplace/base/quick)."""


class Settings(BaseSettings):
    # A variable that is there and empty, as compose files leave them, is one that says nothing.
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, str_strip_whitespace=True
    )

    demo: bool = Field(
        False, description="Demo mode: demo data, /demo pages, a clock that can be moved. Loopback only."
    )
    debug: bool = Field(False, description="Readable logs and tracebacks in the log. Refused in production.")
    public_url: str = Field(
        "http://127.0.0.1:8000",
        description="The address people use, without a path or a slash at the end; links are built from it. "
        "Must be https in production.",
    )
    allowed_hosts: Names = Field(
        [], description="Host names answered, with commas between; others get 400. Must be set in production."
    )
    former_hosts: Names = Field(
        [],
        description="Host names that the service had before, with commas between: links to them lead to the public "
        "address, and calendars that are subscribed to there are answered (docs/operations.md).",
    )
    calendar_domain: str | None = Field(
        None,
        description="The name after @ in the events that lie in people's calendars. Default: the public address's "
        "when the instance began; it must stay when that changes.",
        pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$",
    )
    calendar_organizer: str | None = Field(
        None,
        description="The address that calendars name as the organiser. Default: that of TREFFPUNKT_MAIL_FROM when the "
        "instance began; it must stay when that changes.",
        pattern=r"^[^@\s<>,;:]+@[^@\s<>,;:]+$",
    )
    trusted_proxies: Names = Field(
        [],
        description="Addresses or networks (10.0.0.0/24) of proxies whose X-Forwarded-For counts, with commas "
        f"between; `{NO_PROXY}` when visitors come straight. Must be set in production.",
    )
    known_networks: Names = Field(
        [],
        description="Addresses or networks where many book at once, as a library's: limits a network do not count "
        "there.",
    )
    secret_key: SecretStr = Field(
        SecretStr(DEFAULT_SECRET),
        description="Signs links and form tokens. Keep it secret. At least 32 characters in production.",
    )
    secret_keys_before: Annotated[list[SecretStr], NoDecode, BeforeValidator(split_keys)] = Field(
        [],
        description="Secret keys of before, the newest first, with commas between (or as a JSON list, where one has a "
        "comma in it): what they signed still opens, and they sign nothing new (docs/operations.md).",
    )
    data_dir: Path = Field(
        Path("var"), description="Folder of the embedded database, keys and the demo's mailbox."
    )
    keys_dir: Path | None = Field(
        None,
        description="Folder of the yearly counting keys, outside DATA and its backups. Must be set in production; "
        "in demo mode DATA/keys.",
    )
    ledger_dir: Path | None = Field(
        None,
        description="Folder of the ledger: ids of what must stay gone after a restore (docs/operations.md). Never in a "
        "backup of the database; best on another disk than it. Default: DATA/ledger.",
    )
    backup_dir: Path | None = Field(
        None,
        description="Folder of backups, on another disk: `run` streams the embedded database's log there and copies it "
        "every day; `backup` and `restore` take it where no folder is named.",
    )
    keys_backup_dir: Path | None = Field(
        None,
        description="Folder of copies of the yearly counting keys, apart from all else; gone when a year is closed.",
    )
    provider_restores: bool = Field(
        False,
        description="Says that whoever runs the PostgreSQL elsewhere can restore it to any time, and that you have "
        "tried it.",
    )
    database_url: str | None = Field(
        None,
        repr=False,  # it may hold a password
        description="postgres://… (15 or newer), with sslmode and sslrootcert as libpq has them; to another machine "
        "sslmode must be said in production. Default: the embedded PostgreSQL.",
    )
    figures_role: str | None = Field(
        None,
        description="A role of the database as which stored figures are read; it cannot read who came. You make it "
        "(docs/statistics.md), and `migrate` gives it what it may read.",
        pattern="^[a-z_][a-z0-9_]{0,62}$",
    )
    database_pool: int = Field(4, description="Most database connections of one process.", ge=1, le=50)
    web_processes: int = Field(2, description="Web processes that `run` and `serve` start.", ge=1, le=64)
    drain_seconds: int = Field(
        5,
        description="Seconds for which a process that is told to end still takes requests, while `/health/ready` says "
        "503: longer than your proxy keeps an idle connection. 0 in demo mode.",
        ge=0,
        le=300,
    )
    page_seconds: int = Field(
        1,
        description="Seconds for which a public page is shown again to visitors without a cookie. 0: no page is kept.",
        ge=0,
        le=60,
    )
    catalogue_index: bool = Field(
        True,
        description="Answer lists from each process's memory. Off: the database answers them, the same and slower.",
    )
    tricks_off: Annotated[list[TrickName], NoDecode, BeforeValidator(split)] = Field(
        [],
        description=f"Speed tricks that are turned off, with commas between, for whoever looks for a fault: "
        f"{', '.join(get_args(TrickName))} (docs/performance.md). No answer changes.",
    )
    smtp_url: str | None = Field(
        None,
        repr=False,  # it may hold a password
        description="smtp://user:password@host:port (STARTTLS where it is offered) or smtps://… Must be set in "
        "production; in demo mode mail goes to DATA/mailbox.",
    )
    sms_url: str | None = Field(
        None,
        repr=False,  # it may hold a password
        description="Address of an SMS gateway (HTTP POST). Without one no form offers SMS; in demo mode they go to "
        "DATA/mailbox.",
    )
    register_url: str = Field(
        "https://data.brreg.no",
        description="Enhetsregisteret and Frivillighetsregisteret. In demo mode made-up ones answer by default.",
    )
    mail_from: str = Field(
        "Treffpunkt <treffpunkt@example.no>",
        description="Neutral sender of all mail. Must be set in production.",
    )
    site_name: str = Field("Treffpunkt", description="Name of the service.")
    place_name: str = Field("Sandnes", description="The place in the page titles.")
    helpline_name: str = Field("Infohjelpen", description="Who answers the telephone.")
    helpline_phone: str = Field(
        "51 00 00 00", description="Telephone number on every page. Must be set in production."
    )
    helpline_hours: str = Field("09:00-15:00", description="Opening hours on working days.")
    helpline_email: str = Field(
        "infohjelpen@example.no", description="Address of those who help. Must be set in production."
    )
    security_contact: str | None = Field(
        None,
        description="Whom /.well-known/security.txt names for what is unsafe here: an e-mail address or https://… "
        "Default: the address of those who help.",
    )
    operator_email: str | None = Field(
        None,
        description="Address that is mailed what an operator must see to: a lost key, a backup that stands still, a "
        "full disk, jobs that go wrong (docs/operations.md). Default: nobody is.",
    )
    unproven_seats: int = Field(
        1000,
        description="Most seats that visitors who are not signed in may book from one network in a week; guides and "
        "TREFFPUNKT_KNOWN_NETWORKS have no such bound.",
        ge=20,
    )
    metrics_port: int | None = Field(
        None,
        description="Port on which `run` and `serve` answer /metrics, for Prometheus (docs/operations.md). Default: "
        "none is opened.",
        ge=1,
        le=65535,
    )
    metrics_host: str = Field(
        "127.0.0.1",
        description="Address that /metrics is answered on. It asks nobody who they are: where Prometheus is on another "
        "machine, one of a network of yours.",
    )
    otlp_url: str | None = Field(
        None,
        repr=False,
        description="https://… of a collector of OpenTelemetry traces (OTLP over HTTP), with its path: /v1/traces as a "
        "rule. Default: nothing is traced.",
    )
    loopback_limit_factor: int = Field(
        1,
        description="Limits for visitors from loopback are this many times higher (demo, tests, benchmarks).",
        ge=1,
    )

    @model_validator(mode="after")
    def refuse_what_is_wrong(self) -> "Settings":
        if found := list(rules.objections(self)):
            raise ValueError("\n".join(found))
        return self

    @property
    def secure(self) -> bool:
        """Is the public address https? Then cookies are __Host- and Secure."""
        return self.public_url.startswith("https://")

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Host names that are answered."""
        own = urlsplit(self.public_url).hostname or ""
        return frozenset(
            {own, *(name.lower() for name in self.allowed_hosts), *(LOOPBACK if self.demo else ())}
        )

    @cached_property
    def former(self) -> frozenset[str]:
        """Host names of before."""
        return frozenset(name.lower() for name in self.former_hosts)

    @property
    def uid_domain(self) -> str:
        """What stands after @ in the UIDs of calendar events."""
        return self.calendar_domain or urlsplit(self.public_url).hostname or "treffpunkt"

    @property
    def organizer(self) -> str:
        """Whom calendar events name as the organiser."""
        return self.calendar_organizer or parseaddr(self.mail_from)[1]

    @cached_property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks whose word about who is behind them counts."""
        return addresses.networks(self.trusted_proxies)

    @cached_property
    def crowded(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks where many people come from one address."""
        return addresses.networks(self.known_networks)

    @property
    def sms_offered(self) -> bool:
        """Can anybody be sent an SMS? Where not, no form offers one: it would go nowhere."""
        return self.demo or self.sms_url is not None

    @property
    def drain(self) -> int:
        """Seconds for which a process that is told to end goes on."""
        return 0 if self.demo and "drain_seconds" not in self.model_fields_set else self.drain_seconds

    @property
    def register(self) -> str:
        """Where the registers of organisations answer."""
        own = self.demo and "register_url" not in self.model_fields_set
        return f"{self.public_url}/demo/register" if own else self.register_url

    @property
    def keys(self) -> Path:
        return self.keys_dir or _within(self.data_dir, "keys")

    @property
    def ledger(self) -> Path:
        return self.ledger_dir or _within(self.data_dir, "ledger")


@cache
def _within(folder: Path, name: str) -> Path:
    """Put together once: each tap looks at the year's key."""
    return folder / name


@cache
def settings() -> Settings:
    """The settings of this process. Raises ValidationError; `rules.problems` tells it."""
    return Settings()
