"""Photos on their way in: only the image stays. Place, time, device, names and previews are left behind."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from holocrine.domain.record import PhotoEntry, PhotoFile
from holocrine.errors import FileError
from holocrine.record.jpeg import bare_jpeg
from holocrine.record.png import bare_png


@dataclass(frozen=True)
class BareImage:
    """An image file without metadata; `orientation` is how the camera was held (EXIF 1-8), read before it went."""

    data: bytes
    media_type: Literal["image/jpeg", "image/png"]
    width: int
    height: int
    orientation: int = 1


def bare_image(data: bytes) -> BareImage:
    """The image of a JPEG or PNG file. Raises ValueError saying what is wrong with the file."""
    if data.startswith(b"\xff\xd8\xff"):
        plain, width, height, orientation = bare_jpeg(data)
        return BareImage(plain, "image/jpeg", width, height, orientation)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        plain, width, height, orientation = bare_png(data)
        return BareImage(plain, "image/png", width, height, orientation)
    raise ValueError("is neither JPEG nor PNG")


def photo_entry(described: PhotoFile, data: bytes, where: str) -> tuple[PhotoEntry, bytes]:
    """The entry of a photo and the bytes to keep. Raises FileError when the file `where` is no whole image."""
    try:
        image = bare_image(data)
    except ValueError as error:
        raise FileError(
            f"{where}: {error}. Allowed: a complete JPEG or PNG photo. Save it again as one of these."
        ) from error
    shared = described.model_dump(exclude={"schema_name", "file"})
    entry = PhotoEntry(
        **shared,
        media_type=image.media_type,
        width=image.width,
        height=image.height,
        orientation=image.orientation,
        size=len(image.data),
        sha256=hashlib.sha256(image.data).hexdigest(),
    )
    return entry, image.data
