"""Marks that say who may enter a view. They only mark; marketplace/access.py decides.

A route whose view bears no mark does not start (tests/house/test_access.py).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from starlette.responses import Response

from marketplace.base.web.http import Request

View = Callable[[Request], Awaitable[Response]]
V = TypeVar("V", bound=Callable[..., Awaitable[Response]])


@dataclass(frozen=True)
class Mark:
    """`roles` empty: no role is needed. `again`: must they have shown lately who they are? `form_token`: does a POST
    need one? `asks_who`: does it matter who asks? Finding out takes the database. `factor`: must whoever needs a second
    factor have shown it, though no role is asked for?"""

    name: str
    signed_in: bool = False
    roles: frozenset[str] = frozenset()
    again: bool = False
    form_token: bool = True
    asks_who: bool = True
    factor: bool = False


def _mark(mark: Mark) -> Callable[[V], V]:
    def marked(view: V) -> V:
        view.access = mark  # type: ignore[attr-defined]
        return view

    return marked


public = _mark(Mark("public"))
"""Anybody."""
public_from_anywhere = _mark(Mark("public", form_token=False))
"""Anybody, with a POST that need not come from our own form: what mail programs send. The address itself is secret."""
public_probe = _mark(Mark("public", asks_who=False))
"""Anybody, and the same to all, with or without a sign-in: it answers when the database does not."""
signed_in = _mark(Mark("signed_in", signed_in=True))
"""Anybody with a sign-in. What they may see is decided where it is fetched."""
had_role = _mark(Mark("had_role", signed_in=True, factor=True))
"""Whoever has a role, or had one when they noted what they send. Which, is decided where it is fetched."""
signed_in_again = _mark(Mark("signed_in_again", signed_in=True, again=True))
"""Anybody who has signed in within ten minutes: before a change of address, a download or a deletion."""


def asks_beside(asked: Callable[[Request], Awaitable[Any]]) -> Callable[[V], V]:
    """A view that asks the database something in the statement that finds out who asks, a round trip less for what is
    sent often. `asked` says what (people/sign_in/queries.py:Beside) or None; it is found in `request.person`."""

    def marked(view: V) -> V:
        view.beside = asked  # type: ignore[attr-defined]
        return view

    return marked


def member(role: StrEnum, again: bool = False) -> Callable[[V], V]:
    """Whoever has this role, or one that includes it, in any organisation. Which object is theirs is decided where
    it is fetched. `again`: only within ten minutes of signing in, before changes of roles and exports."""
    name = f"member:{role.value}{':again' if again else ''}"
    return _mark(Mark(name, signed_in=True, roles=frozenset({role.value}), again=again))


SECOND_FACTOR = frozenset({"manager", "coordinator"})
"""Whoever has one of these roles must have a second factor before they see anything of others (design/security.md)."""
coordinator = _mark(Mark("coordinator", signed_in=True, roles=frozenset({"coordinator"})))
"""A coordinator of some municipality or unit tree."""
