"""What the printed report can show: every character let through has a glyph, and no other is lost or obeyed."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.errors import InternalError
from holocrine.report.printed.characters import SHOWN, printable
from holocrine.report.printed.typesetting import pdf

DAY = dt.date(2026, 3, 2)


def set_words(text: str, style: str = "plain") -> bytes:
    """A PDF/UA of one paragraph; typst refuses it when a character has no glyph."""
    paragraph = {"kind": "paragraph", "words": [[{"text": text, "style": style}]], "tone": ""}
    texts = dict.fromkeys(("title", "off_label", "who", "standing", "basis"), "-")
    return pdf(json.dumps({**texts, "date": [2026, 3, 2], "draft": True, "blocks": [paragraph]}), DAY)


@pytest.mark.parametrize("style", ["plain", "strong", "soft", "code"])
def test_every_character_let_through_has_a_glyph_in_the_bundled_fonts(style: str) -> None:
    assert set_words(" ".join(chr(code) for code in sorted(SHOWN)), style).startswith(b"%PDF-1.7")


def test_a_character_without_a_glyph_is_refused_by_typst() -> None:
    with pytest.raises(InternalError, match="could not be displayed"):
        set_words("中")


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("P-014", "P-014"),
        ("a\nb\tc", "a b c"),
        ("Zoë, Łódź, Ж, α, −4 × 10⁻⁸, ≥", "Zoë, Łódź, Ж, α, −4 × 10⁻⁸, ≥"),
        ("中", "[U+4E2D]"),
        ("\x07", "[U+0007]"),
        ("4\u202e01", "4[U+202E]01"),  # would show 410
        ("soft\u00adhyphen", "soft[U+00AD]hyphen"),
        ("😀", "[U+1F600]"),
    ],
)
def test_what_cannot_be_shown_is_named(given_text: str, shown: str) -> None:
    assert printable(given_text) == shown


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_any_text_can_be_set(text: str) -> None:
    assert set_words(printable(text)).startswith(b"%PDF-1.7")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_naming_twice_changes_nothing(text: str) -> None:
    assert printable(printable(text)) == printable(text)
