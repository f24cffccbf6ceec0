"""Vials opened and what is left in the last of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holocrine.planning.vials import opened, wasted

SIZES = st.sampled_from([50.0, 100.0, 200.0, 300.0, 500.0])


def test_a_single_vial_has_to_be_opened_for_any_plan() -> None:
    assert (opened(0.0, 100.0), opened(0.1, 100.0), opened(100.0, 100.0)) == (0, 1, 1)
    assert wasted(3.0, 100.0) == wasted(100.0, 100.0) == 0.0
    assert wasted(104.0, 100.0) == pytest.approx(96.0)


@given(marks=st.integers(0, 4000), vial=SIZES)
def test_vials_hold_what_is_given_and_no_vial_stays_full(marks: int, vial: float) -> None:
    units = 0.1 * marks
    vials = opened(units, vial)
    assert vials * vial >= units - 1e-6
    assert max(vials - 1, 0) * vial < units or units == 0.0
    assert 0.0 <= wasted(units, vial) < vial
