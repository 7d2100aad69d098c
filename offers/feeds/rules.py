"""Decisions of HTTP that depend on nothing but headers (RFC 9110, sections 12.5.3 and 13)."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

GZIP = re.compile(r"gzip\s*(?:;\s*q\s*=\s*([0-9.]+))?", re.IGNORECASE)


@lru_cache(256)
def accepts_gzip(accept_encoding: str) -> bool:
    """Did the client ask for gzip? Not asking, and q=0, are no."""
    for part in accept_encoding.split(","):
        found = GZIP.fullmatch(part.strip())
        if found:
            return found[1] is None or found[1].strip("0.") != ""
    return False


def unchanged(
    if_none_match: str | None,
    if_modified_since: str | None,
    etags: Collection[str],
    modified_at: datetime | None,
) -> bool:
    """Has the client what there is now? `etags` without quotes, one a representation; compared weakly.

    If-None-Match decides alone when it is there. A date that cannot be read, and one that we did not promise
    (`modified_at` None), decide nothing.
    """
    if if_none_match is not None:
        return if_none_match.strip() == "*" or not set(re.findall(r'"([^"]*)"', if_none_match)).isdisjoint(
            etags
        )
    if if_modified_since is None or modified_at is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except (TypeError, ValueError, OverflowError):
        return False
    return modified_at <= (since if since.tzinfo else since.replace(tzinfo=UTC))
