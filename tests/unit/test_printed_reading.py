"""The pages of the report as blocks: every word arrives, in its place, and nothing is dropped in silence."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit import report_fixture as made

from holocrine.errors import InternalError
from holocrine.report import basis, first_page, markup, pages
from holocrine.report.aftermath_page import aftermath_page
from holocrine.report.consent_page import consent_page
from holocrine.report.printed.characters import printable
from holocrine.report.printed.reading import blocks_of
from holocrine.report.reasons import reasons_page
from holocrine.report.safety_card import safety_page
from holocrine.report.signing_page import signing_page
from holocrine.report.vial_page import vial_page

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60)

PLAN, FORECAST, ASSESSMENT = made.plan(), made.forecast(), made.assessment()
PAGES = {
    "verdict": first_page.verdict(ASSESSMENT),
    "headline": first_page.headline(FORECAST.benefit, FORECAST.status),
    "benefits": first_page.benefits_table(made.forecast(further_benefits=(made.benefit(target="pores"),))),
    "limits": first_page.limits_table(PLAN.limits, PLAN.solution.product),
    "points": pages.points_page(PLAN),
    "vial": vial_page(PLAN, "abobotulinumtoxinA"),
    "consent": consent_page(made.case(), ASSESSMENT, PLAN, FORECAST),
    "risks": pages.risks_page(FORECAST.risks),
    "aftermath": aftermath_page(FORECAST.needle_reactions, FORECAST.retreatment),
    "alternatives": pages.alternatives_page(PLAN),
    "safety": safety_page(PLAN, FORECAST.start, ["sebum"]),
    "reasons": reasons_page(ASSESSMENT),
    "evidence": basis.limits_page(FORECAST),
    "basis": basis.basis_page(PLAN, FORECAST),
    "signing": signing_page(PLAN),
}


def words_in(content: Any) -> list[str]:
    """All texts of blocks in order, but for the names of kinds, tones and styles."""
    if isinstance(content, str):
        return [content]
    if isinstance(content, dict):
        hidden = ("kind", "tone", "style")
        return [text for key, value in content.items() if key not in hidden for text in words_in(value)]
    if isinstance(content, list | tuple):
        return [text for value in content for text in words_in(value)]
    return []


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", PAGES)
def test_every_word_of_a_page_is_printed_in_order(name: str) -> None:
    """But for what the paper says otherwise: the off-label line at its top, and figures, which have tables."""
    left = re.sub(r'<p class="off-label-line">.*?</p>|<figure.*?</figure>', "", PAGES[name], flags=re.DOTALL)
    expected = letters(unescape(re.sub(r"<[^>]+>", " ", left)))
    assert letters("".join(words_in(blocks_of(PAGES[name])))) == expected
    assert expected


@given(TEXTS, TEXTS, TEXTS)
def test_any_words_pass_through_every_element_of_the_pages(one: str, two: str, three: str) -> None:
    page = (
        markup.paragraph(one)
        + markup.bullets([one, two])
        + markup.callout("stop", one, markup.paragraph(three))
        + markup.table(one, (two, three), [(markup.stacked(one, two), markup.text(three))])
        + markup.definitions([(one, two)])
    )
    found = letters("".join(words_in(blocks_of(page))))
    order = [one, one, two, one, three, one, two, three, one, two, three, one, two]
    assert found == letters("".join(printable(text) for text in order))


def test_an_unknown_element_is_refused_rather_than_dropped() -> None:
    for page in ("<video>x</video>", '<div class="new">x</div>', "<p><b>x</b></p>", "<div>x</div>"):
        with pytest.raises(InternalError, match="cannot set"):
            blocks_of(page)
    with pytest.raises(ElementTree.ParseError):
        blocks_of("<p>open")


def test_a_table_keeps_its_columns_and_gives_each_room_for_its_longest_word() -> None:
    (table,) = blocks_of(
        markup.table("C", ("What", "Number"), [("a", "1"), ("interminable words of a row", "22")], numeric=(1,))
    )
    assert table["kind"] == "table"
    assert (table["caption"], table["head"], table["numeric"]) == ("C", ["What", "Number"], [1])
    assert [[cell[0][0]["text"] for cell in row] for row in table["rows"]][1] == ["interminable words of a row", "22"]
    assert table["shares"][0] > len("interminable") > len("Number") < table["shares"][1]


def test_what_stands_on_its_own_line_on_the_screen_does_so_on_paper() -> None:
    (table,) = blocks_of(markup.table("C", ("H",), [(markup.stacked("8%", "0 to 20%"),)]))
    assert table["kind"] == "table"
    assert table["rows"][0][0] == [[{"text": "8%", "style": "plain"}], [{"text": "0 to 20%", "style": "soft"}]]


def test_headings_boxes_lines_and_frames_keep_their_meaning() -> None:
    blocks = blocks_of(PAGES["safety"])
    kinds = [block["kind"] for block in blocks]
    assert kinds == ["heading", "heading", "items", "blanks", "framed"]
    assert blocks[2] == {**blocks[2], "boxes": True}
    frame = blocks[4]
    assert frame["kind"] == "framed"
    assert frame["tone"] == "cut"
    assert [inner["tone"] for inner in frame["blocks"] if inner["kind"] == "framed"] == ["stop", "caution"]
