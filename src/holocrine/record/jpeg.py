"""A JPEG file without anything that is not the image (ITU-T T.81, annex B)."""

from __future__ import annotations

from holocrine.record.exif import orientation_in

_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_KEPT = _FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD}
"""Frame headers, Huffman and arithmetic tables, quantisation, number of lines, restart interval."""
_SCAN, _END, _EXIF, _ADOBE = 0xDA, 0xD9, 0xE1, 0xEE
_ADOBE_LENGTH = 12
_DROPPED = frozenset({*range(0xE0, 0xF0), 0xFE})


def bare_jpeg(data: bytes) -> tuple[bytes, int, int, int]:
    """The file without application segments and comments, width and height in pixels, EXIF orientation (1-8).

    Of the application segments Adobe's is kept, without which some colours cannot be decoded. What follows the end of
    the image is left out. Raises ValueError when the file is cut off or not built as a JPEG.
    """
    kept, place, orientation = bytearray(b"\xff\xd8"), 2, 1
    size: tuple[int, int] | None = None
    scans = 0
    while True:
        marker, place = _marker(data, place)
        if marker == _END:
            break
        segment = _segment(data, place)
        place += len(segment)
        body = segment[2:]
        if marker == _EXIF and body.startswith(b"Exif\0\0"):
            orientation = orientation_in(body[6:])
        if marker in _FRAMES:
            size = _size(body)
        if marker == _SCAN:
            scans += 1
            after = _scan_end(data, place)
            kept += bytes((0xFF, marker)) + segment + data[place:after]
            place = after
        elif marker in _KEPT or (marker == _ADOBE and body.startswith(b"Adobe") and len(body) == _ADOBE_LENGTH):
            kept += bytes((0xFF, marker)) + segment
        elif marker not in _DROPPED:
            raise ValueError(f"holds a part that no photo has (marker {marker:02X})")
    if size is None or not scans:
        raise ValueError("holds no image")
    return bytes(kept + b"\xff\xd9"), *size, orientation


def _marker(data: bytes, place: int) -> tuple[int, int]:
    """The marker at `place` and where it ends; any number of fill bytes may stand in front."""
    if data[place : place + 1] != b"\xff":
        raise ValueError("is cut off or damaged")
    while data[place : place + 1] == b"\xff":
        place += 1
    if place >= len(data):
        raise ValueError("is cut off")
    return data[place], place + 1


def _segment(data: bytes, place: int) -> bytes:
    """A segment with its two bytes of length."""
    length = int.from_bytes(data[place : place + 2], "big")
    segment = data[place : place + length]
    if length < 2 or len(segment) != length:
        raise ValueError("is cut off or damaged")
    return segment


def _size(frame: bytes) -> tuple[int, int]:
    width, height = int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
    if not width or not height:
        raise ValueError("does not say how large the image is")
    return width, height


def _scan_end(data: bytes, place: int) -> int:
    """Where the compressed image ends: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise ValueError("is cut off")
        if data[place + 1] == 0 or 0xD0 <= data[place + 1] <= 0xD7:
            place += 2
        elif data[place + 1] == 0xFF:
            place += 1
        else:
            return place
