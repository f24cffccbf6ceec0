"""From the report's pages to what is printed: the same sections, tables and notes, read from their markup.

Every page is written once, in `report`, and read here; so screen and paper cannot say different things. Pages use only
the elements of `holocrine.report.markup`; any other is refused rather than dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from holocrine.errors import InternalError
from holocrine.report.printed.blocks import Block, Facts, Framed, Heading, Items, Paragraph, Run, Style, Table, Words
from holocrine.report.printed.characters import printable
from holocrine.report.printed.columns import shares

_GROUPS = frozenset({"masthead", "pair", "split", "card", "columns"})
_STYLES: dict[str, Style] = {
    "soft": "soft",
    "source": "soft",
    "tag": "soft",
    "status-bad": "strong",
    "status-good": "plain",
    "line": "plain",
}
_OWN_LINE = frozenset({"source", "line"})


def blocks_of(markup: str) -> list[Block]:
    """The blocks of one or more pages of `markup`. Raises InternalError on an element that no page uses."""
    root = ElementTree.fromstring(f"<main>{printable(markup)}</main>")
    return list(_blocks(root))


def _blocks(parent: Element) -> Iterator[Block]:
    if any((text or "").strip() for text in (parent.text, *(child.tail for child in parent))):
        raise InternalError(f"the printed report cannot set words beside the blocks of <{parent.tag}>")
    for child in parent:
        classes = _classes(child)
        match child.tag:
            case "section":
                yield from _blocks(child)
            case "header":  # of a section; its off-label line stands at the top of every printed page
                yield Heading(kind="heading", level=1, text=_plain(child[0]), apart=False)
            case "h3":
                yield Heading(kind="heading", level=2, text=_plain(child), apart=False)
            case "p" if "brand" in classes:
                pass
            case "p":
                yield Paragraph(kind="paragraph", words=_words(child), tone=" ".join(classes))
            case "ul":
                items = [_words(item) for item in child]
                yield Items(kind="items", items=items, boxes="checks" in classes)
            case "dl":
                yield _facts(child)
            case "h1" | "figure":
                pass  # the document has its own title; a table beside every figure says the same
            case "div":
                yield from _division(child, classes)
            case _:
                raise InternalError(f"the printed report cannot set <{child.tag}>")


def _division(division: Element, classes: list[str]) -> Iterator[Block]:
    if "scroll" in classes:
        yield _table(division)
    elif "callout" in classes:
        tone = next((name for name in classes if name in ("stop", "caution", "good")), "note")
        yield Framed(kind="framed", tone=tone, blocks=list(_blocks(division)))
    elif "cut" in classes:
        yield Framed(kind="framed", tone="cut", blocks=list(_blocks(division)))
    elif "fill" in classes:
        yield {"kind": "blanks", "labels": [_plain(label) for label in division]}
    elif not classes or _GROUPS.intersection(classes):
        yield from _blocks(division)
    else:
        raise InternalError(f'the printed report cannot set <div class="{" ".join(classes)}">')


def _facts(listing: Element) -> Facts:
    return Facts(kind="facts", facts=[(_plain(entry[0]), _words(entry[1])) for entry in listing])


def _table(region: Element) -> Table:
    table = region[0]
    caption, head, body = table[0], table[1][0], table[2]
    names, rows = [_plain(cell) for cell in head], [[_words(cell) for cell in row] for row in body]
    numeric = [column for column, cell in enumerate(head) if "number" in _classes(cell)]
    return Table(
        kind="table",
        caption=_plain(caption),
        head=names,
        rows=rows,
        numeric=numeric,
        shares=shares(names, rows),
        blank="blank" in _classes(table),
    )


def _words(element: Element) -> Words:
    """The element's words line by line: what the page sets on a line of its own stands on one here."""
    lines: Words = [[]]
    _gather(element, "plain", lines)
    return [line for line in lines if line]


def _gather(element: Element, style: Style, lines: Words) -> None:
    _add(element.text, style, lines)
    for child in element:
        own_line = child.tag == "span" and (not _classes(child) or bool(_OWN_LINE.intersection(_classes(child))))
        if own_line and lines[-1]:
            lines.append([])
        _gather(child, _style(child, style), lines)
        if own_line:
            lines.append([])
        _add(child.tail, style, lines)


def _style(element: Element, around: Style) -> Style:
    if element.tag == "strong":
        return "strong"
    if element.tag == "code":
        return "code"
    if element.tag not in ("span", "p"):
        raise InternalError(f"the printed report cannot set <{element.tag}> among words")
    if element.tag == "span" and not _classes(element):
        return "soft"
    marked = [_STYLES[name] for name in _classes(element) if name in _STYLES]
    return "strong" if "strong" in marked else next((style for style in marked if style != "plain"), around)


def _add(text: str | None, style: Style, lines: Words) -> None:
    if text and (text.strip() or lines[-1]):
        lines[-1].append(Run(text=text, style=style))


def _plain(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _classes(element: Element) -> list[str]:
    return element.get("class", "").split()
