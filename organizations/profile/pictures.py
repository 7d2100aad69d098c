"""A picture that somebody sends, made into one of ours: read by Pillow, turned the way it was held, made small, and
written anew. Nothing of the file that was sent is kept: no place, no device, no comment, no profile."""

import asyncio
import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 20_000_000
"""A picture with more is not unpacked: a small file may hold one that fills the memory."""
SIDE = 512
MOST_BYTES = 300_000
QUALITIES = (85, 60, 30, 5)


class NotAPicture(Refused):
    """What was sent cannot be shown as a picture. The message says why."""


@dataclass(frozen=True)
class Made:
    """A picture as we keep it."""

    content: bytes
    width: int
    height: int
    media_type: str = "image/webp"

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


async def picture_of(sent: bytes) -> Made:
    """The picture in a file that somebody sent. Raises NotAPicture."""
    words = (
        _("Dette er ikke et bilde vi kan lese. Velg et bilde i formatet JPEG, PNG eller WebP."),
        _("Bildet har for mange punkter. Gjør det mindre, og prøv igjen."),
    )
    return await asyncio.to_thread(_made, sent, *words)


def _made(sent: bytes, unreadable: str, too_many: str) -> Made:
    try:
        with Image.open(io.BytesIO(sent), formats=FORMATS) as seen:
            if seen.width * seen.height > MOST_PIXELS:
                raise NotAPicture(too_many)
            seen.verify()
        with Image.open(io.BytesIO(sent), formats=FORMATS) as seen:  # verify() has used the first one up
            seen.draft("RGB", (2 * SIDE, 2 * SIDE))
            turned = ImageOps.exif_transpose(seen)
            picture = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise NotAPicture(too_many) from problem
    except NotAPicture:
        raise
    except Exception as problem:  # a broken file makes Pillow raise nearly anything
        raise NotAPicture(unreadable) from problem
    picture.thumbnail((SIDE, SIDE))
    picture.info = {}  # else the colour profile would go along
    for quality in QUALITIES:
        written = io.BytesIO()
        picture.save(written, "WEBP", quality=quality)
        if written.tell() <= MOST_BYTES:
            break
    return Made(written.getvalue(), picture.width, picture.height)
