"""Forms with a file: where they may be sent to, how large they may be, and what is in them."""

import re
from collections.abc import AsyncGenerator

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Scope

from marketplace.base.errors import BadRequest
from marketplace.base.i18n import gettext

UPLOAD_LIMIT = 2 * 1024 * 1024
"""Bytes of a form with a file."""
PATHS = re.compile(r"(?:/[a-z]{2})?/manage/(?:organizations/[^/]+/logo|offers/[^/]+/picture)")
"""The only addresses that take one, with or without a language: elsewhere a body is as small as words are."""
MOST_FIELDS = 20


def is_upload(scope: Scope) -> bool:
    """Is this a form with a file, sent to where one is taken?"""
    if scope["method"] != "POST" or not PATHS.fullmatch(scope["path"]):
        return False
    sent = next((text for name, text in scope["headers"] if name == b"content-type"), b"")
    return bool(sent.lower().startswith(b"multipart/form-data"))


async def parts_of(headers: Headers, body: bytes) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    """The fields of the form, and its file by the field's name. What the file was called is forgotten here.

    Raises BadRequest. The body is in memory, and bounded: nothing is written to a disk.
    """

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(headers, whole(), max_files=1, max_fields=MOST_FIELDS)
    parser.spool_max_size = UPLOAD_LIMIT
    fields: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError) as problem:
        raise BadRequest(gettext("Skjemaet kom i en form vi ikke kan lese.")) from problem
    for name, part in form.multi_items():
        if isinstance(part, UploadFile):
            files[name] = await part.read()
        else:
            fields.append((name, part))
    await form.close()
    return fields, files
