"""Writing SVG: elements as text, every user word escaped, and one palette for all figures.

Figures colour themselves by class, so that the same drawing serves a light page, a dark page and paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np
from numpy.typing import NDArray

from holocrine.report.style import figure_style

Attribute = str | float | int | None


def number(value: float) -> str:
    """A coordinate with at most two decimals; figures need no more and stay small."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def element(name: str, *content: str, **attributes: Attribute) -> str:
    """One element. `class_` writes class, underscores become hyphens, None is left out; `content` is markup."""
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        shown = number(value) if isinstance(value, float | int) else escape(value, quote=True)
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{shown}"')
    opening = " ".join(parts)
    return f"<{opening}>{''.join(content)}</{name}>" if content else f"<{opening}/>"


def tooltip(words: str) -> str:
    """The title of an element, shown on hovering; the words are escaped."""
    return element("title", escape(words))


def text(x: float, y: float, words: str, class_: str = "", **attributes: Attribute) -> str:
    """A line of text at `x`, `y`; the words are escaped."""
    return element("text", escape(words), x=x, y=y, class_=class_ or None, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str, **attributes: Attribute) -> str:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_, **attributes)


def rect(x: float, y: float, width: float, height: float, class_: str = "", **attributes: Attribute) -> str:
    """A rectangle."""
    return element("rect", x=x, y=y, width=width, height=height, class_=class_ or None, **attributes)


def path_data(points: NDArray[np.float64], *, closed: bool = False) -> str:
    """The `d` of a path through `points` (n, 2), already in drawing coordinates."""
    moves = " ".join(f"{number(float(px))},{number(float(py))}" for px, py in points)
    return f"M{moves}{'Z' if closed else ''}"


def path(points: NDArray[np.float64], class_: str, *, closed: bool = False, **attributes: Attribute) -> str:
    """A path through `points` (n, 2), already in drawing coordinates."""
    return element("path", d=path_data(points, closed=closed), class_=class_, **attributes)


def figure(key: str, title: str, description: str, size: tuple[float, float], content: Iterable[str]) -> str:
    """A complete SVG with its text alternative.

    `key` makes the ids unique in a document that holds several figures; `size` is width and height of the
    drawing coordinates.
    """
    width, height = size
    return element(
        "svg",
        element("title", escape(title), id=f"{key}-title"),
        element("desc", escape(description), id=f"{key}-desc"),
        f"<style>{figure_style()}</style>",
        *content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        class_="hc",
    )
