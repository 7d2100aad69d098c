"""What a probe is told."""

from marketplace.operations.ready.facts import OK


def schema(newest: str | None, ours: str, unknown: str | None) -> str:
    """Can a program whose newest migration is `ours` serve on a database whose newest is `newest`? `unknown`: the
    newest of those it does not know that programs of before do not get on with."""
    if newest is None or newest < ours:
        return f"at {newest}" if newest else "not there"
    return f"at {unknown}, which needs a newer program" if unknown else OK
