"""Whose pages these are: what the service and the place are called there, and who answers the telephone.

One instance may serve several municipalities, each by a host name of its own. What is being done now (a request, a
message that is written) has one site; where nothing says which, it is that of the instance, from its settings.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from marketplace.base.i18n import pick
from marketplace.settings import settings


@dataclass(frozen=True, slots=True)
class Site:
    """What pages and messages say of themselves."""

    name: str
    place: str
    helpline_name: str
    helpline_phone: str
    helpline_hours: str
    helpline_email: str
    logo: str | None = None
    """SHA-256 of the picture, in hex: /pictures/<that>."""
    welcomes: Mapping[str, str] = field(default_factory=dict)
    """The first sentence of the front page, by language, where they have written one."""

    @property
    def welcome(self) -> str:
        """In the present language, else in one that there is; nothing where none is written."""
        return pick(dict(self.welcomes))


def standard() -> Site:
    """The site of the instance."""
    set_ = settings()
    return Site(set_.site_name, set_.place_name, set_.helpline_name, set_.helpline_phone, set_.helpline_hours,
                set_.helpline_email)  # fmt: skip


_site: ContextVar[Site | None] = ContextVar("site", default=None)


def site() -> Site:
    """The site of what is being done now."""
    return _site.get() or standard()


def set_site(found: Site | None) -> None:
    """From here on, in this request. None: the instance's."""
    _site.set(found)


@contextmanager
def at_site(found: Site | None) -> Iterator[None]:
    """Within this block; for messages."""
    token = _site.set(found)
    try:
        yield
    finally:
        _site.reset(token)
