"""Androgens: the closed form is the rest point of the declaration, serum and skin are apart, laws hold draw by draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import lambdify

from holocrine.domain.vocabulary import Sex
from holocrine.knowledge.parameters import load_block
from holocrine.modelling.codegen import expressions
from holocrine.modelling.dimensions import check_units
from holocrine.models.androgens import HORMONES, Intervention, androgen_state, dhea_share, known_interventions
from holocrine.simulation.block_draws import block_draws

TABLE = load_block("drugs")
DRUGS = block_draws(TABLE, "drugs", seed=5, n=64)
TYPICAL = {name: np.array([parameter.value]) for name, parameter in TABLE.items()}
SHARES = st.floats(0.0, 1.0)


def test_units() -> None:
    check_units(HORMONES)


@pytest.mark.parametrize("sex", ["female", "male", None])
def test_the_typical_adult_is_one(sex: Sex | None) -> None:
    state = androgen_state(TYPICAL, sex)
    for value in (state.serum_dht, state.testosterone, state.dht, state.receptor, state.drive):
        assert value == pytest.approx(1.0, abs=1e-12)  # all terms are shares that add up to 1


def test_closed_form_is_where_the_equations_come_to_rest() -> None:
    intervention = Intervention(testosterone=0.5, dheas=0.8, type1=0.6, type2=0.3, block=1.2)
    state = androgen_state(DRUGS, "female", intervention)
    values = {constant.symbol: DRUGS[constant.source] for constant in HORMONES.constants if constant.source in DRUGS}
    values |= {
        "w_d": dhea_share(DRUGS, "female"),
        "i_1": np.full(64, 0.6),
        "i_2": np.full(64, 0.3),
        "free_T": 0.5 * DRUGS["free_testosterone_person"],
        "dheas": 0.8 * DRUGS["dheas_person"],
        "block": np.full(64, 1.2),
        "H": state.serum_dht,
        "T": state.testosterone,
        "D": state.dht,
        "Ra": state.receptor,
    }
    rates, outputs, _ = expressions(HORMONES)
    for rate in rates:
        assert lambdify(list(values), rate)(**values) == pytest.approx(0.0, abs=1e-12)  # sums of numbers of order 10
    assert lambdify(list(values), outputs[3])(**values) == pytest.approx(state.drive, rel=1e-12)


@settings(max_examples=50, deadline=None)
@given(type1=SHARES, type2=SHARES, block=st.floats(0.0, 50.0), fall=SHARES)
def test_blocking_lowers_the_drive_and_inhibiting_lowers_dht(
    type1: float, type2: float, block: float, fall: float
) -> None:
    base = androgen_state(DRUGS, "male")
    blocked = androgen_state(DRUGS, "male", Intervention(block=block, testosterone=1.0 - fall))
    inhibited = androgen_state(DRUGS, "male", Intervention(type1=type1, type2=type2))
    assert np.all(blocked.drive <= base.drive * (1.0 + 1e-12))
    assert np.all(inhibited.serum_dht <= base.serum_dht * (1.0 + 1e-12))
    assert np.all(inhibited.dht <= base.dht * (1.0 + 1e-12))
    assert np.all(inhibited.testosterone >= base.testosterone * (1.0 - 1e-12))


def test_normal_serum_with_high_drive_is_possible() -> None:
    many = block_draws(TABLE, "drugs", seed=6, n=1024)
    state = androgen_state(many, "female")
    normal = np.ones(1024, dtype=bool)
    for serum in (many["free_testosterone_person"], many["dheas_person"], state.serum_dht):
        normal &= (serum > 0.7) & (serum < 1.4)
    assert normal.sum() > 50
    assert np.mean(state.drive[normal] > 1.5) > 0.05


def test_drugs_of_the_gland_leave_serum_alone() -> None:
    """An antagonist changes neither serum nor skin androgens; halving the skin's DHT barely shows in serum."""
    base, known = androgen_state(TYPICAL, "female"), known_interventions(TYPICAL)
    blocked = androgen_state(TYPICAL, "female", known["cyproterone acetate 100 mg/day"])
    assert blocked.serum_dht == base.serum_dht
    assert blocked.dht == base.dht
    inhibited = androgen_state(TYPICAL, "female", known["MK-386 50 mg/day"])
    assert 1.0 - inhibited.dht > 2.0 * (1.0 - inhibited.serum_dht) > 0.0
