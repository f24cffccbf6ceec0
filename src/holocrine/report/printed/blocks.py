"""What a printed page is made of: plain data without markup, which the template sets and nothing else interprets."""

from __future__ import annotations

from typing import Literal, TypedDict

Style = Literal["plain", "strong", "soft", "code"]


class Run(TypedDict):
    """Words of one style."""

    text: str
    style: Style


Line = list[Run]
Words = list[Line]
"""Lines of runs: a paragraph has one, a table cell may have several."""


class Heading(TypedDict):
    """`level` 1 opens a section, on a new page if `apart`."""

    kind: Literal["heading"]
    level: int
    text: str
    apart: bool


class Paragraph(TypedDict):
    """`tone` is the class that the page gave it, such as "headline" or "soft small"."""

    kind: Literal["paragraph"]
    words: Words
    tone: str


class Items(TypedDict):
    """A list; its items are ticked off when `boxes`."""

    kind: Literal["items"]
    items: list[Words]
    boxes: bool


class Table(TypedDict):
    """`numeric` are the columns set flush right, `shares` the columns' parts of the width; `blank` rows are filled in
    by hand."""

    kind: Literal["table"]
    caption: str
    head: list[str]
    rows: list[list[Words]]
    numeric: list[int]
    shares: list[float]
    blank: bool


class Facts(TypedDict):
    """Terms with what they stand for."""

    kind: Literal["facts"]
    facts: list[tuple[str, Words]]


class Framed(TypedDict):
    """Blocks in a frame; `tone` is "stop", "caution", "good", "note", or "cut" for a card that stays on one page."""

    kind: Literal["framed"]
    tone: str
    blocks: list[Block]


class Blanks(TypedDict):
    """Lines to write on."""

    kind: Literal["blanks"]
    labels: list[str]


class Chart(TypedDict):
    """A drawing to scale, `width` mm wide on paper; `alt` says in words what it shows."""

    kind: Literal["chart"]
    svg: str
    width: float
    alt: str
    caption: str


class SideBySide(TypedDict):
    """Charts in columns."""

    kind: Literal["side by side"]
    charts: list[Chart]


Block = Heading | Paragraph | Items | Table | Facts | Framed | Blanks | Chart | SideBySide
