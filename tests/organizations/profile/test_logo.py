"""A logo is read, turned, made small and written anew; what hides in the file stays outside."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from marketplace.people.models import Person
from organizations.directory.models import Organization, Picture
from organizations.members.models import Role
from organizations.profile.pictures import Made, NotAPicture, picture_of
from tests import make
from tests.visitor import Page, Visitor

HOME = "/manage/organizations/sentralen"
CANARY = b"Hemmelig sted"
UNREADABLE = "Dette er ikke et bilde vi kan lese. Velg et bilde i formatet JPEG, PNG eller WebP."
TOO_MANY = "Bildet har for mange punkter. Gjør det mindre, og prøv igjen."


@pytest.fixture
async def centre(db: None) -> Organization:
    return await make.organization("Frivilligsentralen", slug="sentralen")


@pytest.fixture
async def kari(centre: Organization, visitor: Visitor) -> Person:
    kari = await make.member(centre, Role.MANAGER, "Kari")
    await visitor.sign_in(kari)
    return kari


def file_of(
    kind: str = "PNG",
    size: tuple[int, int] = (800, 400),
    mode: str = "RGB",
    color: Any = "green",
    **more: Any,
) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, color).save(written, kind, **more)
    return written.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes that say that they are a picture of this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )


async def send(visitor: Visitor, content: bytes, name: str = "logo.png") -> Page:
    fields = (await visitor.open(f"{HOME}/logo")).fields("/logo")
    return Page(await visitor.client.post(
        f"{HOME}/logo", data={"form_token": fields["form_token"][0]}, files={"picture": (name, content)},
        headers={"origin": "http://127.0.0.1:8000"},
    ))  # fmt: skip


async def test_a_logo_is_shown_small_and_as_one_of_ours(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    page = await send(visitor, file_of())
    assert page.response.headers["location"] == f"{HOME}?saved=logo"
    made = await Picture.get()
    path = f"/pictures/{made.sha256.hex()}"
    for address in (HOME, "/organizations/sentralen"):
        shown = (await visitor.open(address)).soup.select_one("img.tp-logo")
        assert shown is not None
        assert (shown["src"], shown["alt"], shown["width"], shown["height"]) == (
            path, "Logo: Frivilligsentralen", "512", "256")  # fmt: skip
    visitor.client.cookies.clear()
    answer = (await visitor.open(path)).response
    headers = answer.headers
    assert (answer.status_code, headers["content-type"]) == (200, "image/webp")
    assert (headers["cache-control"], headers["x-content-type-options"]) == (
        "public, max-age=31536000, immutable", "nosniff")  # fmt: skip
    with Image.open(io.BytesIO(answer.content)) as seen:
        assert (seen.format, seen.size) == ("WEBP", (512, 256))


async def test_the_same_picture_is_one_row_and_goes_from_view_when_nobody_shows_it(
    visitor: Visitor, kari: Person
) -> None:
    await send(visitor, file_of())
    await send(visitor, file_of())
    made = await Picture.get()
    path = f"/pictures/{made.sha256.hex()}"
    assert (await visitor.open(path)).status == 200
    page = await visitor.submit(await visitor.open(f"{HOME}/logo"), "/logo/remove")
    assert page.response.headers["location"] == f"{HOME}?saved=no-logo"
    assert (await visitor.open(path)).status == 404
    assert (await visitor.open("/pictures/" + "0" * 64)).status == 404
    assert (await visitor.open(f"/pictures/{made.sha256.hex().upper()}")).status == 404


async def test_nothing_that_hides_in_the_file_is_kept() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = CANARY.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSAreaInformation] = CANARY
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    text = PngInfo()
    text.add_text("Comment", CANARY.decode())
    for sent in (
        file_of("JPEG", exif=exif, icc_profile=profile, comment=CANARY),
        file_of("PNG", exif=exif, icc_profile=profile, pnginfo=text),
        file_of("WEBP", exif=exif, icc_profile=profile, xmp=b"<x>" + CANARY + b"</x>"),
    ):
        assert CANARY in sent
        made = await picture_of(sent)
        assert CANARY not in made.content
        with Image.open(io.BytesIO(made.content)) as seen:
            assert (dict(seen.getexif()), set(seen.info) & {"icc_profile", "xmp", "exif", "comment"}) == (
                {},
                set(),
            )


async def test_a_picture_is_turned_the_way_it_was_held() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # held upright: the first row of what was written is its right side
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("red", (0, 0, 400, 20))
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif)
    made = await picture_of(written.getvalue())
    with Image.open(io.BytesIO(made.content)) as seen:
        assert seen.size == (200, 400)
        red, _green, blue = seen.convert("RGB").getpixel((195, 200))  # type: ignore[misc]
        assert (red > 150, blue < 100) == (True, True)


async def test_a_transparent_logo_stays_so_and_of_an_animation_the_first_picture_is_taken() -> None:
    made = await picture_of(file_of(mode="RGBA", color=(0, 0, 0, 0)))
    with Image.open(io.BytesIO(made.content)) as seen:
        assert (seen.mode, seen.getpixel((5, 5))[3]) == ("RGBA", 0)  # type: ignore[index]
    frames = io.BytesIO()
    Image.new("RGB", (50, 50), "red").save(
        frames, "WEBP", save_all=True, append_images=[Image.new("RGB", (50, 50), "blue")]
    )
    made = await picture_of(frames.getvalue())
    with Image.open(io.BytesIO(made.content)) as seen:
        assert getattr(seen, "n_frames", 1) == 1
        assert seen.convert("RGB").getpixel((25, 25))[0] > 200  # type: ignore[index]


async def test_even_noise_is_made_small() -> None:
    noise = Image.effect_noise((512, 512), 255).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    made: Made = await picture_of(written.getvalue())
    assert len(made.content) <= 300_000


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"hei", UNREADABLE),
        (SVG, UNREADABLE),
        (file_of("GIF"), UNREADABLE),
        (file_of("TIFF"), UNREADABLE),
        (file_of("JPEG", (600, 600))[:700], UNREADABLE),
        (file_of("PNG", (600, 600))[:-60], UNREADABLE),
        (file_of("WEBP", (600, 600))[:30], UNREADABLE),
        (png_that_says(300, 300), UNREADABLE),
        (png_that_says(5000, 5000), TOO_MANY),
        (png_that_says(60_000, 60_000), TOO_MANY),
        (png_that_says(10_000, 10_000), TOO_MANY),
        (b"", "Velg et bilde først."),
    ],
    ids=["text", "svg", "gif", "tiff", "half a jpeg", "half a png", "half a webp", "no pixels", "25 Mpx", "a bomb",
         "a warning of Pillow", "nothing"],
)  # fmt: skip
async def test_what_is_no_picture_is_told_at_the_field(
    visitor: Visitor, kari: Person, sent: bytes, words: str
) -> None:
    page = await send(visitor, sent)
    error = page.soup.find(id="picture-error")
    assert (page.status, error.text if error else page.text) == (422, words)
    assert await Picture.all().count() == 0


async def test_more_than_two_megabytes_are_not_taken(visitor: Visitor, kari: Person) -> None:
    for size in (2 * 1024 * 1024, 10 * 1024 * 1024):
        page = await send(visitor, b"x" * size)
        assert (page.status, "Bildet er for stort. Velg ett på høyst 2 MB." in page.text) == (413, True)
    assert (await send(visitor, b"x" * (2 * 1024 * 1024 - 2000))).status == 422


async def test_elsewhere_a_form_with_a_file_is_not_read(visitor: Visitor, kari: Person) -> None:
    fields = (await visitor.open(f"{HOME}/logo")).fields("/logo")
    for path, size, status in (
        (f"{HOME}/profile", 10, 400), (f"{HOME}/profile", 70_000, 413), (f"{HOME}/logo/remove", 70_000, 413),
    ):  # fmt: skip
        page = Page(await visitor.client.post(
            path, data={"form_token": fields["form_token"][0]}, files={"picture": ("a", b"x" * size)},
            headers={"origin": "http://127.0.0.1:8000"},
        ))  # fmt: skip
        assert page.status == status, path


async def test_a_file_without_our_forms_token_is_refused(visitor: Visitor, kari: Person) -> None:
    for token in ({}, {"form_token": "0" * 48}):
        answer = await visitor.client.post(f"{HOME}/logo", data=token, files={"picture": ("a", file_of())})
        assert answer.status_code == 403
    assert await Picture.all().count() == 0


async def test_a_form_with_a_file_that_is_badly_made_is_no_error_of_ours(
    visitor: Visitor, kari: Person
) -> None:
    named = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"
    for kind, body in (
        ("", b"--x\r\n"),
        ("; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"),
        ("; boundary=x", b"not at all"),
        ("; boundary=x", named),
        ("; boundary=x", named * 30 + b"--x--"),
        ("; boundary=" + "x" * 300, b"--x"),
        ("; boundary=x; charset=finnes-ikke", named.replace(b"1", b"\xff") + b"--x--"),
    ):
        answer = await visitor.client.post(
            f"{HOME}/logo", content=body, headers={"content-type": f"multipart/form-data{kind}"}
        )
        assert answer.status_code in (400, 403), (kind, body[:60], answer.status_code)


async def test_a_refusal_is_of_our_own_kind() -> None:
    with pytest.raises(NotAPicture, match="JPEG, PNG eller WebP"):
        await picture_of(b"GIF89a")
