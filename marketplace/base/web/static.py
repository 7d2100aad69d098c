"""Static files, read once into memory, compressed beforehand, addressed by their content.

Starlette's StaticFiles reads from the disk in a thread for every request and knows no ready-made gzip.
"""

import gzip
import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

STATIC = Path(__file__).parents[3] / "static"
BESIDE = re.compile(rb'from "\./([a-z-]+\.js)"')
COMPRESSIBLE = {".css", ".js", ".svg", ".json", ".txt"}


class Asset(NamedTuple):
    body: bytes
    packed: bytes | None
    media_type: str
    digest: str


@cache
def asset(name: str) -> Asset | None:
    """The file static/NAME, or None when there is no such file in there."""
    path = (STATIC / name).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        return None
    body = path.read_bytes()
    if path.suffix == ".js":  # what a module imports from beside it is addressed by its content too
        body = BESIDE.sub(lambda found: f'from "{static_url(f"js/{found[1].decode()}")}"'.encode(), body)
    packed = gzip.compress(body, 9, mtime=0) if path.suffix in COMPRESSIBLE else None
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(body, packed, kind, hashlib.sha256(body).hexdigest()[:12])


@cache
def static_url(name: str) -> str:
    """/static/NAME?v=…; a missing file fails here, not in the browser."""
    found = asset(name)
    if found is None:
        raise LookupError(f"no static file {name}")
    return f"/static/{name}?v={found.digest}"


async def serve(request: Request) -> Response:
    """GET /static/{name:path}"""
    name = request.path_params["name"]
    found = asset(name) if len(name) < 200 and "\0" not in name else None
    if found is None:
        return PlainTextResponse("Not found", 404)
    fresh = request.query_params.get("v") == found.digest
    headers = {
        "ETag": f'"{found.digest}"',
        "Vary": "Accept-Encoding",
        "Cache-Control": "public, max-age=31536000, immutable" if fresh else "public, max-age=3600",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    body = found.body
    if found.packed and "gzip" in request.headers.get("accept-encoding", ""):
        body = found.packed
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=found.media_type)
