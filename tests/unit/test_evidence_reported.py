"""Numbers as printed: what is read, what is refused, and that nothing else happens."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holocrine.knowledge.evidence.reported import Reported, reported

FINITE = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number if abs(number) > 1e-300 else 0.0)
"""No table prints a subnormal number; half of one loses a bit, so that the middle of a range could leave it."""
SEPARATORS = st.sampled_from(["-", " - ", "–", ";", "; ", " to "])


@pytest.mark.parametrize(
    ("cell", "low", "high", "bound"),
    [
        ("1.8", 1.8, 1.8, ""),
        (" 12 ", 12.0, 12.0, ""),
        (".05", 0.05, 0.05, ""),
        ("-25.25", -25.25, -25.25, ""),
        ("−25.25", -25.25, -25.25, ""),
        ("1e-3", 0.001, 0.001, ""),
        ("3-5", 3.0, 5.0, ""),
        ("3–5", 3.0, 5.0, ""),
        ("-1.2 to 0.4", -1.2, 0.4, ""),
        ("1.1;1.5", 1.1, 1.5, ""),
        ("1.1 to 1.5", 1.1, 1.5, ""),
        ("-5--3", -5.0, -3.0, ""),
        ("-31 to -51", -51.0, -31.0, ""),
        ("0 to -5", -5.0, 0.0, ""),
        (">42", 42.0, 42.0, ">"),
        (">=85", 85.0, 85.0, ">"),
        ("< 3", 3.0, 3.0, "<"),
    ],
)
def test_reads_what_is_printed(cell: str, low: float, high: float, bound: str) -> None:
    read = reported(cell)
    assert (read.low, read.high, read.bound, read.text) == (low, high, bound, cell.strip())


@pytest.mark.parametrize(
    "cell",
    ["", "-", "n/a", "5.", "1,5", "1 000", "1_000", "12%", "5-3", "3 to -5", "3-5-7", "~4", ">", "<>3", "<3-5", "nan",
     "inf", "1e999", "0-1e999", "٣", "3 5"],
)  # fmt: skip
def test_refuses_everything_else(cell: str) -> None:
    with pytest.raises(ValueError, match=r"range|not"):
        reported(cell)


@pytest.mark.parametrize(("cell", "pair"), [("0;0", True), ("3-5", True), ("3", False), (">3", False), ("-3", False)])
def test_a_pair_has_two_printed_ends(cell: str, pair: bool) -> None:
    assert reported(cell).is_pair is pair


@given(FINITE)
def test_a_printed_number_comes_back(number: float) -> None:
    assert reported(repr(number)) == Reported(number, number, "", repr(number))
    assert reported(repr(number)).mid == pytest.approx(number, rel=1e-15, abs=0.0)


@given(FINITE, FINITE, SEPARATORS)
def test_a_printed_range_comes_back(one: float, other: float, separator: str) -> None:
    low, high = sorted((one, other))
    read = reported(f"{low!r}{separator}{high!r}")
    assert (read.low, read.high, read.bound) == (low, high, "")
    assert read.is_pair
    assert low <= read.mid <= high


@given(FINITE, st.sampled_from(["<", "<=", ">", ">=", "> "]))
def test_a_printed_bound_comes_back(number: float, sign: str) -> None:
    read = reported(f"{sign}{number!r}")
    assert (read.low, read.high, read.bound) == (number, number, sign[0])
    assert not read.is_pair


@given(st.text() | st.text(alphabet="0123456789.-+eE<>=;to –", max_size=12))
def test_any_text_is_read_or_refused(cell: str) -> None:
    try:
        read = reported(cell)
    except ValueError:
        return
    assert math.isfinite(read.low)
    assert math.isfinite(read.high)
    assert read.low <= read.mid <= read.high
    assert read.text == cell.strip()
    assert reported(read.text) == read
