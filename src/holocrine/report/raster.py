"""Colour: the wash of a face map as a PNG inside the document, and its scale.

Cividis (Nunez, Anderton and Renslow 2018, PLOS ONE 13:e0199239) reads the same with and without colour-vision
deficiency and falls steadily in lightness, so it survives a black-and-white printer. It runs reversed here:
no effect is paper, the largest effect is dark.
"""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

_CIVIDIS = np.array(
    [
        [0, 34, 78],
        [0, 45, 104],
        [22, 55, 112],
        [46, 65, 109],
        [63, 76, 108],
        [78, 86, 108],
        [92, 97, 110],
        [105, 107, 113],
        [118, 118, 118],
        [131, 129, 121],
        [146, 140, 120],
        [160, 152, 117],
        [175, 164, 113],
        [191, 176, 107],
        [207, 189, 98],
        [223, 202, 87],
        [240, 216, 70],
        [254, 232, 56],
    ],
    dtype=np.float64,
)  # the published map at 18 even steps; between them it is followed to within 11 of 255

_FADE_BELOW = 8.0  # percent; a drawing choice: the wash fades to paper where hardly anything is expected
_STRONGEST = 0.92  # opacity of the full wash, so that the drawing below it stays visible


def cividis_reversed(share: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Colours (..., 3) for `share` (...) between 0 (light) and 1 (dark)."""
    steps = np.linspace(0.0, 1.0, len(_CIVIDIS))
    where = 1.0 - np.clip(share, 0.0, 1.0)
    channels = [np.interp(where, steps, _CIVIDIS[:, channel]) for channel in range(3)]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def wash(percent: NDArray[np.float64]) -> NDArray[np.uint8]:
    """RGBA (ny, nx, 4) of a raster in percent (ny, nx), on the fixed scale 0-100; NaN is transparent."""
    known = np.isfinite(percent)
    filled = np.where(known, percent, 0.0)
    alpha = _STRONGEST * np.clip(filled / _FADE_BELOW, 0.0, 1.0) * known
    colours = cividis_reversed(filled / 100.0)
    return np.concatenate([colours, np.rint(255 * alpha).astype(np.uint8)[..., None]], axis=-1)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A PNG file (8-bit RGBA) of `pixels` (height, width, 4), first row on top. Source: PNG, third edition (W3C)."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\x00" + pixels[i].tobytes() for i in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def data_uri(pixels: NDArray[np.uint8]) -> str:
    """The PNG of `pixels` (height, width, 4) as a data URI."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def hex_colour(share: float) -> str:
    """One colour of the scale: '#fee838' for 0."""
    red, green, blue = (int(c) for c in cividis_reversed(np.array([share]))[0])
    return f"#{red:02x}{green:02x}{blue:02x}"
