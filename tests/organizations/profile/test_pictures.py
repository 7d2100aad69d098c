"""A logo looks as what was sent, whatever kind of file it came in: left and right half are compared, pixel by pixel."""

import asyncio
import io
import struct
import sys
import threading
import zlib
from typing import Any

import pytest
from PIL import Image

from organizations.profile import pictures
from organizations.profile.pictures import Made, NotAPicture, picture_of

SIDE = 64
Color = tuple[int, int, int, int]
DARK, LIGHT = (64, 64, 64, 255), (192, 192, 192, 255)
SKY, RED, BLUE = (64, 128, 192, 255), (192, 0, 0, 255), (0, 0, 255, 255)
NOTHING = None
"""Transparent, whatever its colour."""


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(bits: int, kind: int, left: bytes, right: bytes, **chunks: bytes) -> bytes:
    """A PNG of our own, since Pillow writes few of the kinds that it reads. `left`, `right`: half a row of each."""
    head = struct.pack(">IIBBBBB", SIDE, SIDE, bits, kind, 0, 0, 0)
    extra = b"".join(chunk(name.encode(), data) for name, data in chunks.items())
    rows = chunk(b"IDAT", zlib.compress((b"\0" + left + right) * SIDE))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + rows + chunk(b"IEND", b"")


def halves(mode: str, left: Any, right: Any, kind: str, **more: Any) -> bytes:
    image = Image.new(mode, (SIDE, SIDE), right)
    image.paste(left, (0, 0, SIDE // 2, SIDE))
    return written(image, kind, **more)


def written(image: Image.Image, kind: str, **more: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **more)
    return content.getvalue()


async def drawn(sent: bytes) -> Image.Image:
    return Image.open(io.BytesIO((await picture_of(sent)).content)).convert("RGBA")


def alike(seen: Any, wanted: Color | None) -> bool:
    """Within what WebP loses."""
    if wanted is None:
        return bool(seen[3] == 0)
    return all(abs(one - other) <= 6 for one, other in zip(seen, wanted, strict=True))


HALF = SIDE // 2
GREY_16 = (b"\x40\x00" * HALF, b"\xc0\x00" * HALF)
COLOR_16 = (b"\x40\x00\x80\x00\xc0\x00" * HALF, b"\xc0\x00\x00\x00\x00\x00" * HALF)
COLOR_8 = (b"\x40\x80\xc0" * HALF, b"\xc0\0\0" * HALF)
PALETTE = b"\x40\x80\xc0\xc0\0\0"


@pytest.mark.parametrize(
    ("sent", "left", "right"),
    [
        pytest.param(png(16, 0, *GREY_16), DARK, LIGHT, id="grey of 16 bits"),
        pytest.param(png(16, 0, *GREY_16, tRNS=b"\x40\0"), NOTHING, LIGHT, id="grey of 16 bits, one clear"),
        pytest.param(png(16, 4, b"\x40\0\0\0" * HALF, b"\xc0\0\xff\xff" * HALF), NOTHING, LIGHT, id="grey, alpha"),
        pytest.param(png(16, 2, *COLOR_16), SKY, RED, id="colour of 16 bits"),
        pytest.param(png(16, 2, *COLOR_16, tRNS=COLOR_16[0][:6]), NOTHING, RED, id="colour of 16 bits, one clear"),
        pytest.param(png(8, 2, *COLOR_8, tRNS=b"\0\x40\0\x80\0\xc0"), NOTHING, RED, id="colour of 8 bits, one clear"),
        pytest.param(png(1, 0, b"\0" * 4, b"\xff" * 4), (0, 0, 0, 255), (255, 255, 255, 255), id="black and white"),
        pytest.param(png(1, 0, b"\0" * 4, b"\xff" * 4, tRNS=b"\0\1"), (0, 0, 0, 255), NOTHING, id="black and clear"),
        pytest.param(png(2, 0, b"\x55" * 8, b"\xaa" * 8), (85,) * 3 + (255,), (170,) * 3 + (255,), id="grey of 2 bits"),
        pytest.param(png(2, 0, b"\x55" * 8, b"\xaa" * 8, tRNS=b"\0\1"), NOTHING, (170,) * 3 + (255,),
                     id="grey of 2 bits, one clear"),
        pytest.param(png(4, 0, b"\x55" * 16, b"\xaa" * 16, tRNS=b"\0\5"), NOTHING, (170,) * 3 + (255,),
                     id="grey of 4 bits, one clear"),
        pytest.param(png(1, 3, b"\0" * 4, b"\xff" * 4, PLTE=PALETTE), SKY, RED, id="palette of 1 bit"),
        pytest.param(png(8, 3, b"\0" * HALF, b"\1" * HALF, PLTE=PALETTE, tRNS=b"\0\xff"), NOTHING, RED,
                     id="palette, one clear"),
        pytest.param(halves("LA", (40, 0), (192, 255), "PNG"), NOTHING, LIGHT, id="grey and alpha"),
        pytest.param(halves("L", 64, 192, "JPEG"), DARK, LIGHT, id="grey JPEG"),
        pytest.param(halves("CMYK", (255, 255, 0, 0), (0, 255, 255, 0), "JPEG", quality=95), BLUE, (255, 0, 0, 255),
                     id="CMYK"),
    ],
)  # fmt: skip
async def test_every_kind_of_file_looks_as_it_did(
    sent: bytes, left: Color | None, right: Color | None
) -> None:
    seen = await drawn(sent)
    assert seen.size == (SIDE, SIDE)
    assert alike(seen.getpixel((16, 32)), left)
    assert alike(seen.getpixel((48, 32)), right)


async def test_a_picture_stands_as_it_was_held() -> None:
    held = Image.Exif()
    held[0x112] = 6
    seen = await drawn(halves("RGB", (0, 0, 255), (255, 0, 0), "JPEG", exif=held, quality=95))
    assert alike(seen.getpixel((32, 16)), BLUE)
    assert alike(seen.getpixel((32, 48)), (255, 0, 0, 255))


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
async def test_of_what_moves_the_first_picture_stands_still(kind: str) -> None:
    first, second = (Image.new("RGBA", (SIDE, SIDE), color) for color in ("blue", "red"))
    sent = written(first, kind, save_all=True, append_images=[second], duration=100)
    made = Image.open(io.BytesIO((await picture_of(sent)).content))
    assert getattr(made, "n_frames", 1) == 1
    assert alike(made.convert("RGBA").getpixel((32, 32)), BLUE)


async def test_what_moves_in_an_old_way_is_refused_with_what_will_do() -> None:
    with pytest.raises(NotAPicture, match="JPEG, PNG eller WebP"):
        await picture_of(halves("P", 1, 2, "GIF"))


async def test_one_picture_is_unpacked_at_a_time_whoever_still_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 90 kB holds 80 MB, and a thread that unpacks it goes on when nobody waits for it any more."""
    lock, begun, ended, unpacked = threading.Lock(), threading.Event(), threading.Event(), []

    def slow(sent: bytes, *_words: str) -> Made:
        assert lock.acquire(blocking=False), "two at once"
        unpacked.append(sent)
        begun.set()
        ended.wait(10)
        lock.release()
        return Made(sent, 1, 1)

    monkeypatch.setattr(pictures, "_made", slow)
    sent = [asyncio.create_task(picture_of(b"%d" % number)) for number in range(4)]
    await asyncio.to_thread(begun.wait, 10)
    for gave_up in sent[:3]:
        gave_up.cancel()
    await asyncio.gather(*sent[:3], return_exceptions=True)
    ended.set()
    assert (await sent[3]).content == b"3"
    assert unpacked == [b"0", b"3"], "who gave up while they waited costs nothing"


async def test_a_large_picture_is_not_copied_before_it_is_small() -> None:
    """Of 20 million points each copy is 80 MB."""
    large = written(Image.new("RGBA", (4000, 4000), (200, 10, 10, 128)), "PNG")
    program = """
import re, sys
from pathlib import Path
from organizations.profile import pictures
def most():
    return int(re.search(r"VmHWM:\\s*([0-9]+) kB", Path("/proc/self/status").read_text())[1]) // 1024
sent, began = sys.stdin.buffer.read(), most()
pictures._made(sent, "", "")
print(most() - began)"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    used, _none = await process.communicate(large)
    assert int(used) < 190, f"{int(used)} MB for a picture of 64"
