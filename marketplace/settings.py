"""Every setting: name, type, default, meaning. Read once from the environment (prefix TREFFPUNKT_), then frozen."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_SECRET = "only-for-demo-and-tests"  # noqa: S105 - refused outside demo mode
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="TREFFPUNKT_", frozen=True, extra="ignore")

    demo: bool = Field(False, description="Demo mode: demo data, /demo pages, a clock that can be moved. Loopback only.")
    debug: bool = Field(False, description="Readable logs and tracebacks in the log. Refused in production.")
    public_url: str = Field("http://127.0.0.1:8000", description="The address people use; links are built from it.")
    allowed_hosts: list[str] = Field([], description="Host names answered; others get 400. Must be set in production.")
    trusted_proxies: list[str] = Field([], description="Addresses of proxies whose X-Forwarded-For counts.")
    secret_key: SecretStr = Field(SecretStr(DEFAULT_SECRET), description="Signs links and form tokens. Keep it secret.")
    data_dir: Path = Field(Path("var"), description="Folder of the embedded database, keys and the demo's mailbox.")
    keys_dir: Path | None = Field(None, description="Folder of the yearly counting keys. Default: DATA/keys.")
    database_url: str | None = Field(None, description="postgres://… (15 or newer). Default: the embedded PostgreSQL.")
    database_pool: int = Field(4, description="Most database connections of one process.", ge=1, le=50)
    web_processes: int = Field(2, description="Web processes that `run` and `serve` start.", ge=1, le=64)
    smtp_url: str | None = Field(None, description="smtp://user:password@host:port. Default: a mailbox in DATA/mailbox.")
    sms_url: str | None = Field(None, description="Address of an SMS gateway (HTTP POST). Default: DATA/mailbox.")
    mail_from: str = Field("Treffpunkt <treffpunkt@example.no>", description="Neutral sender of all mail.")
    site_name: str = Field("Treffpunkt", description="Name of the service.")
    place_name: str = Field("Sandnes", description="The place in the page titles.")
    helpline_name: str = Field("Infohjelpen", description="Who answers the telephone.")
    helpline_phone: str = Field("51 00 00 00", description="Telephone number on every page.")
    helpline_hours: str = Field("09:00-15:00", description="Opening hours on working days.")
    helpline_email: str = Field("infohjelpen@example.no", description="Address of those who help.")
    loopback_limit_factor: int = Field(
        1, description="Limits for visitors from loopback are this many times higher (demo, tests, benchmarks).", ge=1
    )

    @model_validator(mode="after")
    def refuse_what_is_unsafe(self) -> "Settings":
        host = urlsplit(self.public_url).hostname
        if self.demo:
            if host not in LOOPBACK:
                raise ValueError("demo mode runs on a loopback address only; set TREFFPUNKT_PUBLIC_URL to one")
            return self
        if self.debug:
            raise ValueError("TREFFPUNKT_DEBUG is refused outside demo mode")
        if self.secret_key.get_secret_value() == DEFAULT_SECRET or len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("set TREFFPUNKT_SECRET_KEY to at least 32 random characters")
        if not self.allowed_hosts:
            raise ValueError("set TREFFPUNKT_ALLOWED_HOSTS")
        return self

    @property
    def secure(self) -> bool:
        """Is the public address https? Then cookies are __Host- and Secure."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """Host names that are answered."""
        own = urlsplit(self.public_url).hostname or ""
        return frozenset({own, *self.allowed_hosts, *(LOOPBACK if self.demo else ())})

    @property
    def keys(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
