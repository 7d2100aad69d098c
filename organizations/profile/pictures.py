"""A picture that somebody sends, made into one of ours: read by Pillow, turned the way it was held, made small, and
written anew. Nothing of the file that was sent is kept: no place, no device, no comment, no profile."""

import asyncio
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from PIL import Image, ImageOps

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 20_000_000
"""A picture with more is not unpacked: a small file may hold one that fills the memory."""
SIDE = 512
MOST_BYTES = 300_000
SAMPLES = {"L;2": 2, "L;4": 4, "I;16B": 16, "RGB;16B": 16}
"""Bits of one sample, by what Pillow calls the raw data of a PNG."""
QUALITIES = (85, 60, 30, 5)
_alone = ThreadPoolExecutor(1, "picture")
"""Unpacks one picture at a time in a process: 90 kB may hold 80 MB. Who has waited in vain no longer waits here either;
what has begun cannot be stopped, and the next begins after it."""


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
    return await asyncio.get_running_loop().run_in_executor(_alone, _made, sent, *words)


def _in_eight_bits(seen: Image.Image) -> Image.Image:
    """The picture with samples of eight bits. Those of a PNG may have 1 to 16: Pillow makes eight of most, but leaves
    grey of 16 (and would take all but the darkest for white), and the transparent colour in the file's own numbers."""
    raw = getattr(seen, "tile", None)
    width = SAMPLES.get(str(raw[0].args if raw else ""), 8)
    clear = seen.info.get("transparency")
    picture: Image.Image = seen
    if seen.mode.startswith("I"):
        picture = seen.point(lambda grey: grey / 256).convert("L")
    if width != 8 and clear is not None:
        scaled = [each >> 8 if width == 16 else each * 255 // (2**width - 1) for each in _numbers(clear)]
        picture = picture.copy()
        picture.info["transparency"] = scaled[0] if picture.mode == "L" else tuple(scaled)
    return picture


def _numbers(color: int | tuple[int, ...]) -> tuple[int, ...]:
    return color if isinstance(color, tuple) else (color,)


def _made(sent: bytes, unreadable: str, too_many: str) -> Made:
    try:
        with Image.open(io.BytesIO(sent), formats=FORMATS) as seen:
            if seen.width * seen.height > MOST_PIXELS:
                raise NotAPicture(too_many)
            seen.verify()
        with Image.open(io.BytesIO(sent), formats=FORMATS) as seen:  # verify() has used the first one up
            seen.draft("RGB", (2 * SIDE, 2 * SIDE))
            picture = _in_eight_bits(seen)
            ImageOps.exif_transpose(picture, in_place=True)
            mode = "RGBA" if picture.has_transparency_data else "RGB"
            picture = picture if picture.mode == mode else picture.convert(mode)
            picture.thumbnail((SIDE, SIDE))  # before the file is closed: nothing was copied
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise NotAPicture(too_many) from problem
    except NotAPicture:
        raise
    except Exception as problem:  # a broken file makes Pillow raise nearly anything
        raise NotAPicture(unreadable) from problem
    picture.info = {}  # else the colour profile would go along
    for quality in QUALITIES:
        written = io.BytesIO()
        picture.save(written, "WEBP", quality=quality)
        if written.tell() <= MOST_BYTES:
            break
    return Made(written.getvalue(), picture.width, picture.height)
