"""The one formatter: what it writes, and what it must never write."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holocrine.domain.forecast import HARM_LABELS, Quantity
from holocrine.domain.interval import Interval
from holocrine.domain.vocabulary import Harm, Target
from holocrine.report import names, wording
from holocrine.simulation.systems.benefit import BENEFIT_OF

DOSE = re.compile(r"^(0|[1-9]\d{0,2}(,\d{3})*)(\.\d*[1-9])? units? onabotulinumtoxinA$")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (4, "4 units onabotulinumtoxinA"),
        (4.0, "4 units onabotulinumtoxinA"),
        (1.0, "1 unit onabotulinumtoxinA"),
        (0.5, "0.5 units onabotulinumtoxinA"),
        (2.50, "2.5 units onabotulinumtoxinA"),
        (0.375, "0.375 units onabotulinumtoxinA"),  # 0.015 mL of 25 units per mL
        (1.0005, "1 unit onabotulinumtoxinA"),  # halves to even: no upward drift of doses
        (0.0625, "0.062 units onabotulinumtoxinA"),
        (1000, "1,000 units onabotulinumtoxinA"),
    ],
)
def test_dose_names_number_unit_and_product(value: float, written: str) -> None:
    assert wording.dose(value, "onabotulinumtoxinA") == written


@given(st.floats(0.0, 5000.0))
def test_any_dose_is_safe_to_read_and_keeps_its_value(value: float) -> None:
    written = wording.dose(value, "onabotulinumtoxinA")
    assert DOSE.match(written), written
    # half of the last decimal shown, plus one rounding error of a double near 5000
    assert abs(float(written.split()[0].replace(",", "")) - value) <= 0.0005 + 1e-12


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_never_written_as_one(value: float) -> None:
    for write in (wording.units, wording.volume, wording.percent, wording.length):
        with pytest.raises(ValueError, match="cannot write"):
            write(value)


def test_volumes_lengths_and_marks() -> None:
    assert wording.volume(0.05) == "0.05 mL"
    assert wording.volume(2.5) == "2.5 mL"
    assert wording.volume(0.025) == "0.025 mL"
    assert wording.length(1.50) == "1.5 mm"
    assert wording.length(-0.04) == "0 mm"  # no minus before a nought
    assert wording.length(-11.5) == "\N{MINUS SIGN}11.5 mm"
    assert wording.marks(1) == "1 mark"
    assert wording.marks(2.5) == "2.5 marks"
    assert wording.concentration(40) == "40 units per mL"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (23.6, "24%"),
        (0.432, "0.43%"),
        (100.0, "100%"),
        (0.0, "0%"),
        (0.004, "under 0.01%"),
        (5.04, "5%"),
        (99.96, "100%"),
    ],
)
def test_percent_has_two_significant_figures(value: float, written: str) -> None:
    assert wording.percent(value) == written


def test_a_probability_short_of_certainty_never_reads_as_certain() -> None:
    assert wording.probability(99.7) == "over 99%"
    assert wording.probability(0.003) == "under 0.01%"
    assert wording.probability(100.0) == "100%"


@given(st.floats(0.011, 10.0), st.sampled_from([1.0, 2.0]))
def test_a_value_beside_its_limit_shows_the_side_it_lies_on(value: float, limit: float) -> None:
    shown = float(wording.against_limit(value, limit).rstrip("%"))
    if abs(value - limit) > 1e-5:  # six significant figures are the most that are written
        assert (shown > limit) == (value > limit)


def test_intervals() -> None:
    interval = Interval(median=23.6, lo50=10, hi50=35, lo90=0.0, hi90=51.2)
    assert wording.interval(interval) == "24% (90% interval 0 to 51%)"
    assert wording.interval90(-0.31, -0.64, -0.04, "mm") == (
        "\N{MINUS SIGN}0.3 mm (90% interval \N{MINUS SIGN}0.6 to 0 mm)"
    )
    assert wording.span(2, 14, "weeks") == "2 to 14 weeks"


def test_micrograms_are_spelled_out() -> None:
    assert wording.quantity(181.7, "ug/cm2") == "182 micrograms per cm2"
    assert wording.unit_name("mcg/cm2") == "micrograms per cm2"
    assert wording.quantity(24, "units onabotulinumtoxinA") == "24 units onabotulinumtoxinA"
    assert wording.quantity(40, "units/mL") == "40 units per mL"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "none in the simulated people"),
        (0.01, "fewer than 1 in 2,000"),
        (0.5, "about 1 in 200"),
        (5.0, "about 1 in 20"),
        (27.5, "about 3 in 10"),
        (57.0, "about 6 in 10"),
        (97.0, "nearly all"),
        (100.0, "10 in 10"),
    ],
)
def test_probabilities_as_frequencies(value: float, written: str) -> None:
    assert wording.in_ten(value) == written


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (0.0022, 0.046, "3 to 66 minutes"),
        (0.3, 3.2, "7 hours to 3 days"),
        (7.0, 7.0, "7 days"),
        (1.5 / 24, 1.5, "90 minutes to 36 hours"),
        (7.0, 511.0, "7 days to 73 weeks"),
        (0.0, 0.0, "0 minutes"),
    ],
)
def test_spans_of_days_in_the_unit_that_suits(low: float, high: float, written: str) -> None:
    assert wording.duration(low, high) == written


def test_units_of_courses() -> None:
    assert wording.interval90(91.2, 70.04, 100.0, "% of untreated") == (
        "91% of untreated (90% interval 70 to 100% of untreated)"
    )
    assert wording.span(25.01, 161.3, "mL") == "25 to 161 mL"
    assert wording.quantity(0.025, "mL") == "0.025 mL"
    assert wording.quantity(0.0261, "grade (0-3)") == "0 grade (0-3)"
    assert wording.quantity(2.61, "1/day") == "2.6 a day"


def test_every_word_of_the_lists_has_a_name() -> None:
    targets = set(get_args(Target))
    assert set(names.READ_OUTS) == set(names.COURSES) == targets
    assert set(HARM_LABELS) == set(get_args(Harm))
    drawn = [quantity for quantities in names.COURSES.values() for quantity in quantities]
    assert sorted([*drawn, *names.STAGES]) == sorted(get_args(Quantity))  # each belongs to one target
    assert {t: q[0] for t, q in names.COURSES.items()} == dict(BENEFIT_OF)  # the one it is judged by comes first
    assert len(set(names.READ_OUTS.values())) == len(targets)


def test_names_of_regions_dates_and_lists() -> None:
    assert wording.region("temple_left") == "left temple"
    assert wording.region("scalp_edge") == "hairline"
    assert wording.date("2026-11-03") == "3 November 2026"
    assert wording.date("day 0") == "day 0"
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert wording.listing([]) == ""
    assert wording.count(1, "syringe") == "1 syringe"
    assert wording.power_of_ten(3e-8) == "3 × 10⁻⁸"
