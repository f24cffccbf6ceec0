"""The one thing worth knowing from a photo's EXIF before it is thrown away: how the camera was held."""

from __future__ import annotations

from typing import Literal

_ORIENTATION, _SHORT = 0x0112, 3
_UPRIGHT = 1


def orientation_in(exif: bytes) -> int:
    """The orientation (1-8) in the first directory of a TIFF structure; 1 when there is none or it makes no sense."""
    orders: dict[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
    order = orders.get(exif[:4])
    if order is None:
        return _UPRIGHT
    start = int.from_bytes(exif[4:8], order)
    entries = int.from_bytes(exif[start : start + 2], order)
    for index in range(entries):
        entry = exif[start + 2 + 12 * index : start + 14 + 12 * index]
        if len(entry) < 12:
            break
        tag, kind = int.from_bytes(entry[:2], order), int.from_bytes(entry[2:4], order)
        if tag == _ORIENTATION and kind == _SHORT:
            value = int.from_bytes(entry[8:10], order)
            return value if 1 <= value <= 8 else _UPRIGHT
    return _UPRIGHT
