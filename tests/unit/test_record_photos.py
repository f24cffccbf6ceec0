"""Photos lose everything but the image: checked with Pillow, which wrote them and reads them again."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from holocrine.record.exif import orientation_in
from holocrine.record.photos import bare_image

SECRET = "48.2082 N, 16.3738 E"
ORIENTATION, CAMERA, GPS = 0x0112, 0x010F, 0x8825


def picture(mode: str = "RGB") -> Image.Image:
    """Something with structure, so that a decoding fault shows."""
    image = Image.new("RGB", (37, 23))
    image.putdata([(x * 7 % 256, y * 11 % 256, (x * y) % 256) for y in range(23) for x in range(37)])
    return image.convert(mode)


def exif(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[ORIENTATION], made[CAMERA] = orientation, SECRET
    made.get_ifd(GPS)[29] = "2026:03:02"
    return made


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").tobytes()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("restart", [0, 2])
def test_a_jpeg_keeps_its_pixels_and_nothing_else(mode: str, progressive: bool, restart: int) -> None:
    data = saved(
        picture(mode),
        "JPEG",
        exif=exif(6),
        comment=SECRET,
        icc_profile=SECRET.encode() * 9000,
        progressive=progressive,
        restart_marker_blocks=restart,
    )
    bare = bare_image(data + SECRET.encode())
    assert SECRET.encode() not in bare.data
    assert b"Exif" not in bare.data
    assert pixels(bare.data) == pixels(data)
    assert (bare.media_type, bare.width, bare.height, bare.orientation) == ("image/jpeg", 37, 23, 6)
    with Image.open(io.BytesIO(bare.data)) as image:
        assert not image.getexif()
        assert not {"comment", "icc_profile", "exif"} & set(image.info)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1"])
def test_a_png_keeps_its_pixels_and_nothing_else(mode: str) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Place", SECRET)
    texts.add_itxt("Author", SECRET)
    texts.add_text("Zipped", SECRET, zip=True)
    image = picture("RGB").convert(mode)
    data = saved(image, "PNG", exif=exif(3), pnginfo=texts, icc_profile=SECRET.encode(), dpi=(72, 72))
    bare = bare_image(data + SECRET.encode())
    assert SECRET.encode() not in bare.data
    assert not any(name in bare.data for name in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP"))
    assert pixels(bare.data) == pixels(data)
    assert (bare.media_type, bare.width, bare.height, bare.orientation) == ("image/png", 37, 23, 3)


def test_what_is_bare_stays_as_it_is() -> None:
    for kind in ("JPEG", "PNG"):
        bare = bare_image(saved(picture(), kind, exif=exif(1)))
        assert bare_image(bare.data).data == bare.data


def test_a_preview_inside_the_exif_goes_too() -> None:
    preview = saved(picture().resize((16, 16)), "JPEG")
    body = b"Exif\0\0II*\0" + preview
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    data = saved(picture(), "JPEG")
    bare = bare_image(data[:2] + segment + data[2:])
    assert preview[:100] not in bare.data
    assert pixels(bare.data) == pixels(data)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP"])
def test_other_formats_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="neither JPEG nor PNG"):
        bare_image(saved(picture(), kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_file_that_is_cut_off_anywhere_is_refused(kind: str) -> None:
    data = saved(picture(), kind)
    for length in range(len(data)):
        with pytest.raises(ValueError, match=r"cut off|damaged|neither"):
            bare_image(data[:length])


def test_a_damaged_png_is_refused() -> None:
    data = bytearray(saved(picture(), "PNG"))
    data[60] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        bare_image(bytes(data))


def test_a_png_of_unknown_parts_is_refused() -> None:
    data = saved(picture(), "PNG")
    part = b"ABCD" + SECRET.encode()
    chunk = len(SECRET).to_bytes(4, "big") + part + zlib.crc32(part).to_bytes(4, "big")
    with pytest.raises(ValueError, match="no photo has"):
        bare_image(data[:33] + chunk + data[33:])


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1", b"\x89PNG\r\n\x1a\n"]))
def test_no_bytes_do_harm(data: bytes, start: bytes) -> None:
    with pytest.raises(ValueError, match=r"is|holds|does"):
        bare_image(start + data)


@given(st.data())
def test_one_changed_byte_never_brings_metadata_in(data: st.DataObject) -> None:
    whole = bytearray(saved(picture(), "JPEG", exif=exif(6), comment=SECRET))
    place = data.draw(st.integers(2, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    try:
        bare = bare_image(bytes(whole))
    except ValueError:
        return
    assert b"Exif" not in bare.data
    assert 1 <= bare.orientation <= 8


@given(st.binary(max_size=200), st.sampled_from([b"", b"II*\0", b"MM\0*", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
def test_an_orientation_is_always_one(data: bytes, start: bytes) -> None:
    assert 1 <= orientation_in(start + data) <= 8
