"""Writing HTML: escaped text, accessible tables, sections that all carry the off-label line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from holocrine.report.style import figure_style

OFF_LABEL = "Off-label unless the label names this use; no label names oily or acne-prone skin."

_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'  # needed by an SVG file, implied inside HTML
_KEPT_WHOLE = 4  # rows; a longer table may break across printed pages, its head is then repeated

Cell = str
"""Markup of one cell; words from a user pass through `text` first."""


def text(words: str) -> str:
    """Words as markup: whatever came from a file or a person is escaped."""
    return escape(words, quote=True)


def paragraph(words: str, class_: str = "") -> str:
    """One paragraph of escaped words."""
    return f"<p{_class(class_)}>{text(words)}</p>"


def stacked(words: str, below: str) -> Cell:
    """A cell of two lines, the second one soft; both escaped."""
    return f'{text(words)}<span class="source">{text(below)}</span>'


def bullets(items: Iterable[str], class_: str = "") -> str:
    """A list of escaped sentences; nothing when there are none."""
    made = "".join(f"<li>{text(item)}</li>" for item in items)
    return f"<ul{_class(class_)}>{made}</ul>" if made else ""


def section(key: str, heading: str, *content: str, class_: str = "") -> str:
    """A numbered-by-style section with its heading and the off-label line every page must carry."""
    return (
        f'<section id="{key}"{_class(class_)} aria-labelledby="{key}-heading">'
        f'<header class="section-head"><h2 id="{key}-heading">{text(heading)}</h2>'
        f'<p class="off-label-line">{text(OFF_LABEL)}</p></header>{"".join(content)}</section>'
    )


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], *, numeric: Iterable[int] = (), class_: str = ""
) -> str:
    """A table with caption and scopes: `head` is text, `rows` markup, the first cell of a row is its heading.

    `numeric` names the columns set flush right. The table sits in a region that scrolls on a narrow screen.
    """
    right, rows = frozenset(numeric), list(rows)
    whole = " whole" if len(rows) <= _KEPT_WHOLE else ""
    header = "".join(f'<th scope="col"{_number(i in right)}>{text(words)}</th>' for i, words in enumerate(head))
    body = "".join(_row(row, right) for row in rows)
    return (
        f'<div class="scroll{whole}" role="region" tabindex="0" aria-label="{text(caption)}">'
        f"<table{_class(class_)}><caption>{text(caption)}</caption>"
        f"<thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def definitions(pairs: Iterable[tuple[str, str]], class_: str = "facts") -> str:
    """Term and value pairs, both escaped."""
    made = "".join(f"<div><dt>{text(term)}</dt><dd>{text(value)}</dd></div>" for term, value in pairs)
    return f"<dl{_class(class_)}>{made}</dl>"


def callout(kind: str, heading: str, *content: str) -> str:
    """A framed note; `kind` is one of good, caution, stop, note and is also said in the heading's words."""
    return (
        f'<div class="callout {kind}" role="note"><p class="callout-head">{text(heading)}</p>{"".join(content)}</div>'
    )


def picture(drawing: str, caption: str, class_: str = "") -> str:
    """A figure: the SVG inlined (its own style is already in the page) and a caption."""
    inlined = drawing.replace(_NAMESPACE, "", 1).replace(f"<style>{figure_style()}</style>", "", 1)
    return f"<figure{_class(class_)}>{inlined}<figcaption>{text(caption)}</figcaption></figure>"


def _row(row: Sequence[Cell], right: frozenset[int]) -> str:
    first, *others = row
    cells = "".join(f"<td{_number(i in right)}>{cell}</td>" for i, cell in enumerate(others, 1))
    return f'<tr><th scope="row"{_number(0 in right)}>{first}</th>{cells}</tr>'


def _number(right: bool) -> str:
    return ' class="number"' if right else ""


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
