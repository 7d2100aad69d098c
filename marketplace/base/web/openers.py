"""How the token of a form begins: what it is bound to, and who has opened the form. Nobody reads that in it; of one who
is signed in it can be asked whether it was they."""

import secrets
from typing import Any
from uuid import UUID

from marketplace.base.signing import made_by, signature

OF_SIGN_IN, OF_VISITOR = "a", "0"
LENGTH = 16
_DRAWN = 10


def begun(somebody: Any) -> str:
    """The beginning of a new token; each looks different, so that compression tells nothing. `somebody`: who is signed
    in, if anybody is."""
    if somebody is None:
        return OF_VISITOR + secrets.token_hex(LENGTH // 2)[1:]
    drawn = OF_SIGN_IN + secrets.token_hex(_DRAWN // 2)[1:]
    return drawn + signature("opener", drawn, str(somebody.id))[: LENGTH - _DRAWN]


def opened_by(person: UUID, token: str) -> bool:
    """Was the form with this token opened by the person, be it in a sign-in of before?"""
    drawn, mark = token[:_DRAWN], token[_DRAWN:LENGTH]
    return made_by(mark, "opener", drawn, str(person), length=LENGTH - _DRAWN) is not None
