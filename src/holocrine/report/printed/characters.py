"""Which characters the printed report can show with the fonts that it carries, and what stands for the others."""

from __future__ import annotations

_RANGES = (
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x024F),  # Latin with marks
    (0x0300, 0x036F),  # combining marks
    (0x0384, 0x038A),  # Greek, without its unassigned places
    (0x038C, 0x038C),
    (0x038E, 0x03A1),
    (0x03A3, 0x03FF),
    (0x0400, 0x04FF),  # Cyrillic
    (0x05D0, 0x05EA),  # Hebrew
    (0x0621, 0x063A),  # Arabic
    (0x0641, 0x064A),
    (0x1E00, 0x1EFF),  # Latin with more marks
    (0x2010, 0x2027),  # punctuation, without what turns the order of reading
    (0x2030, 0x205E),
    (0x2070, 0x2071),  # raised and lowered figures
    (0x2074, 0x208E),
    (0x20A0, 0x20BF),  # currencies
    (0x2190, 0x22FF),  # arrows, mathematics
    (0x25A0, 0x25FF),  # shapes
)
_LEFT_OUT = frozenset({0x00AD, 0x034F, 0x2041, 0x2043, 0x2053})  # invisible, or without a glyph
SHOWN = frozenset(code for first, last in _RANGES for code in range(first, last + 1)) - _LEFT_OUT
"""The characters that are set as they are, by number."""


def printable(words: str) -> str:
    """`words` with line breaks as spaces and every character that cannot be set named by its number: `[U+4E2D]`.

    Nothing vanishes silently, and characters that turn the order of reading are named, not obeyed.
    """
    return "".join(_shown(character) for character in words)


def _shown(character: str) -> str:
    if ord(character) in SHOWN:
        return character
    return " " if character in "\t\n\r" else f"[U+{ord(character):04X}]"
