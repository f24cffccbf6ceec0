"""The border between text with units and floats."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from typing import get_args

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.vocabulary import Product
from holocrine.units import CANONICAL, MAX_TEXT, PRODUCTS, dose, from_text, registry, spellings, to_text


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("12.5 mm", "mm", 12.5),
        ("-12.5mm", "mm", -12.5),
        ("−3 mm", "mm", -3.0),
        ("1.1 cm", "mm", 11.0),
        ("0.3 m", "mm", 300.0),
        ("250 um", "mm", 0.25),
        ("250 μm", "mm", 0.25),
        ("0.05 mL", "mL", 0.05),
        ("50 uL", "mL", 0.05),
        ("50 µL", "mL", 0.05),
        ("0.002 L", "mL", 2.0),
        ("90 days", "day", 90.0),
        ("2 weeks", "day", 14.0),
        ("2 months", "day", 60.875),
        ("1 year", "day", 365.25),
        ("180 ug/cm2", "ug/cm2", 180.0),
        ("180 µg/cm²", "ug/cm2", 180.0),
        ("180 mcg/cm2", "ug/cm2", 180.0),
        ("1.8 g/m2", "ug/cm2", 180.0),
        ("20%", "%", 20.0),
        ("1 ng", "pg", 1000.0),
        ("0.5 mg", "ug", 500.0),
        ("1e1 mm", "mm", 10.0),
        ("4 units onabotulinumtoxinA", "units_onabotulinumtoxinA", 4.0),
    ],
)
def test_reads_every_notation(text: str, unit: str, expected: float) -> None:
    assert from_text(text, unit) == expected  # conversions are rounded to 12 digits, so equality is exact


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (5, "mm", 'such as "5 mm"'),
        (0.05, "mL", 'such as "0.05 mL"'),
        ("5", "mm", 'such as "5 mm"'),
        (True, "mm", "true is not a quantity"),
        (None, "mm", "not a quantity"),
        (["5 mm"], "mm", "a list is not a quantity"),
        ("", "mm", "empty"),
        ("   ", "mm", "empty"),
        ("5 mL", "mm", "a unit of volume, not of length"),
        ("5 mm", "mL", "a unit of length, not of volume"),
        ("5 mn", "mm", "use one of mm, cm, m, um"),
        ("5 dais", "day", "did you mean 'days'"),
        ("5 mm mm", "mm", "not a known unit"),
        ("5 + 3 mm", "mm", "not one number followed by one unit"),
        ("5 mm * 2", "mm", "not one number followed by one unit"),
        ("5 mm**2", "mm", "not one number followed by one unit"),
        ("1e999 mm", "mm", "too large"),
        ("1e307 m", "mm", "too large"),
        ("nan mm", "mm", "not one number"),
        ("inf mm", "mm", "not one number"),
        (math.nan, "mm", "without a unit"),
        ("5,8 mm", "mm", "decimal point"),
        ("10⁵ mm", "mm", "not one number"),
        ("٥ mm", "mm", "not one number"),
        ("__import__('os').system('true')", "mm", "not one number"),
        ("5 __import__", "mm", "not one number"),
        ("5 mm\n", "mm", "not one number"),
        ("1" * 70 + " mm", "mm", "characters"),
        ("4 units abobotulinumtoxinA", "units_onabotulinumtoxinA", "dose of abobotulinumtoxinA, not"),
    ],
)
def test_refuses_with_one_clear_message(value: object, unit: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)) as caught:
        from_text(value, unit)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


@given(st.text(max_size=MAX_TEXT + 10), st.sampled_from(CANONICAL))
@settings(derandomize=True, max_examples=300, deadline=None)
def test_any_text_gives_a_finite_float_or_a_value_error(text: str, unit: str) -> None:
    try:
        number = from_text(text, unit)
    except ValueError:
        return
    assert math.isfinite(number)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(CANONICAL))
@settings(derandomize=True, max_examples=500, deadline=None)
def test_round_trip_is_exact(number: float, unit: str) -> None:
    text = to_text(number, unit)
    assert len(text) <= MAX_TEXT
    assert from_text(text, unit) == number


@pytest.mark.parametrize(
    ("number", "unit", "expected"),
    [
        (0.05, "mL", "0.05 mL"),
        (2.0, "mL", "2 mL"),
        (100.0, "mm", "100 mm"),
        (-12.50, "mm", "-12.5 mm"),
        (-0.0, "mm", "0 mm"),
        (1e-5, "mm", "0.00001 mm"),
        (180.0, "ug/cm2", "180 ug/cm2"),
        (20.0, "%", "20 %"),
        (4.0, "units_onabotulinumtoxinA", "4 units onabotulinumtoxinA"),
    ],
)
def test_writes_leading_zero_and_no_trailing_zero(number: float, unit: str, expected: str) -> None:
    assert to_text(number, unit) == expected


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_does_not_write_what_is_no_number(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        to_text(number, "mm")


def test_does_not_write_an_unknown_unit() -> None:
    with pytest.raises(ValueError, match="canonical"):
        to_text(1.0, "furlong")


def test_every_spelling_is_understood_by_pint_with_the_right_dimension() -> None:
    for unit in CANONICAL:
        for word in spellings(unit):
            assert from_text(f"1 {word}", unit) > 0


def test_units_of_two_products_never_mix() -> None:
    assert (dose(4, PRODUCTS[0]) + dose(2, PRODUCTS[0])).magnitude == 6
    for other in PRODUCTS[1:]:
        with pytest.raises(pint.DimensionalityError):
            dose(4, PRODUCTS[0]) + dose(4, other)
        with pytest.raises(pint.DimensionalityError):
            dose(4, other).to(f"units_{PRODUCTS[0]}")
    with pytest.raises(ValueError, match="not a product"):
        dose(4, "toxin")


def test_every_product_of_the_vocabulary_has_its_unit() -> None:
    assert set(PRODUCTS) == set(get_args(Product))


def test_there_is_one_registry_and_it_is_loaded_late() -> None:
    assert registry() is registry()
    code = "import sys, holocrine, holocrine.units, holocrine.domain.case; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
