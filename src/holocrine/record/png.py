"""A PNG file without anything that is not the image (PNG, third edition)."""

from __future__ import annotations

import zlib

from holocrine.record.exif import orientation_in

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"IDAT", b"IEND")
_LEAST, _HEADER_LENGTH = 12, 13


def bare_png(data: bytes) -> tuple[bytes, int, int, int]:
    """The file without texts, times, EXIF, profiles and animations, width and height in pixels, EXIF orientation.

    What follows the end of the image is left out. Raises ValueError when the file is cut off or damaged.
    """
    kept, place, orientation = bytearray(_SIGNATURE), len(_SIGNATURE), 1
    names: list[bytes] = []
    while not names or names[-1] != b"IEND":
        length = int.from_bytes(data[place : place + 4], "big")
        chunk = data[place : place + _LEAST + length]
        if len(chunk) < _LEAST + length:
            raise ValueError("is cut off")
        name, body = chunk[4:8], chunk[8:-4]
        if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise ValueError("is damaged")
        if name[:1].isupper() and name not in _KEPT:
            raise ValueError("holds a part that no photo has")
        if name == b"eXIf":
            orientation = orientation_in(body)
        if name in _KEPT:
            kept += chunk
        names.append(name)
        place += len(chunk)
    header = bytes(kept[16 : 16 + _HEADER_LENGTH])
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    if names[0] != b"IHDR" or b"IDAT" not in names or not width or not height:
        raise ValueError("holds no image")
    return bytes(kept), width, height, orientation
