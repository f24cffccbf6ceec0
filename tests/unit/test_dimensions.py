"""The unit check: right declarations pass, every wrong unit is caught, all faults come in one message."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.errors import InternalError
from holocrine.modelling.declaration import Assigned, Constant, Model, Piece, State, compose
from holocrine.modelling.dimensions import check_units, parse_unit
from holocrine.models.acne import ACNE
from holocrine.models.androgens import HORMONES
from holocrine.models.bladder import BLADDER
from holocrine.models.drugs import ACNE_DRUGS
from holocrine.models.muscle import MUSCLE
from holocrine.models.needle_reactions import WEAL
from holocrine.models.onset import LEBEDA
from holocrine.models.pores import PORES
from holocrine.models.scars import SCARS
from holocrine.models.sebum import SEBUM
from holocrine.models.site import SITE
from holocrine.models.sweat import SWEAT

COUPLED = (MUSCLE, SWEAT, SEBUM, SITE, LEBEDA, HORMONES, ACNE_DRUGS, ACNE, PORES, SCARS, BLADDER)
MODELS = (*COUPLED, WEAL)
"""A weal is one state by itself, in which any unit of volume will do."""


def model(rate: str, unit: str = "pM", assigned: tuple[Assigned, ...] = ()) -> Model:
    """One state with that rate, beside a rate k (1/day), a time tau (day), a concentration K (pM), a number n."""
    constants = (
        Constant("k", "1/day", "", ""),
        Constant("tau", "day", "", ""),
        Constant("K", "pM", "", ""),
        Constant("n", "1", "", ""),
    )
    return compose("probe", (Piece((State("c", unit, rate, 0.0, ""),), constants, assigned),), ("c",))


@pytest.mark.parametrize("declared", MODELS, ids=lambda declared: declared.name)
def test_declared_models_are_consistent(declared: Model) -> None:
    check_units(declared)


@pytest.mark.parametrize("declared", COUPLED, ids=lambda declared: declared.name)
def test_any_wrong_unit_of_a_state_is_caught(declared: Model) -> None:
    """A state's own unit appears on both sides of its rate; what catches it is its company in other expressions."""
    for position, state in enumerate(declared.states):
        wrong = dataclasses.replace(state, unit="kg")
        states = (*declared.states[:position], wrong, *declared.states[position + 1 :])
        changed = dataclasses.replace(declared, states=states)
        with pytest.raises(InternalError, match="kg"):
            check_units(changed)


@pytest.mark.parametrize("declared", COUPLED, ids=lambda declared: declared.name)
def test_any_wrong_unit_of_a_constant_is_caught(declared: Model) -> None:
    for position, constant in enumerate(declared.constants):
        wrong = dataclasses.replace(constant, unit=f"{constant.unit}*kg")
        constants = (*declared.constants[:position], wrong, *declared.constants[position + 1 :])
        with pytest.raises(InternalError, match=f"model {declared.name}"):
            check_units(dataclasses.replace(declared, constants=constants))


@pytest.mark.parametrize(
    "rate",
    [
        "-k*c",
        "(K - c)/tau",
        "k*c/(c + K)*K",
        "k*(c**2/K - c)",
        "k*K*exp(-c/K)",
        "k*Max(c, K)",
        "k*K*(c/K)**n",
        "+k*c",
        "k*K*log(1 + c/K)",
    ],
)
def test_right_rates_pass(rate: str) -> None:
    check_units(model(rate))


@pytest.mark.parametrize(
    ("rate", "fault"),
    [
        ("k + c", "adds"),
        ("c", "dc/dt has unit pM\\^1, declared pM/day"),
        ("k*c*c", "has unit"),
        ("k*tau*c", "has unit"),
        ("k*exp(c)", "exp of a quantity with a unit"),
        ("k*log(c)", "log of a quantity with a unit"),
        ("k*Min(c, tau)", "Min of different units"),
        ("k*c**n", "not a whole number"),
        ("k*2**c", "exponent has a unit"),
        ("k*c*unknown", "unknown symbol unknown"),
        ("k*sin(c/K)*K", "function sin not allowed"),
        ("k*c if c else 0", "not understood"),
        ("k*c % 2", "operator not understood"),
    ],
)
def test_wrong_rates_are_named(rate: str, fault: str) -> None:
    with pytest.raises(InternalError, match=fault):
        check_units(model(rate))


def test_every_fault_is_listed_at_once() -> None:
    assigned = (
        Assigned("a", "pM", "c + tau", ""),
        Assigned("b", "1", "c/K", ""),
        Assigned("d", "day", "1/k + K", ""),
    )
    with pytest.raises(InternalError) as error:
        check_units(model("c", assigned=assigned))
    text = str(error.value)
    assert all(part in text for part in ("model probe", "a: adds", "d: adds", "dc/dt has unit"))
    assert "b:" not in text, "what is right is not mentioned"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", {}),
        ("1/day", {"day": -1}),
        ("unit/mm3/day", {"unit": 1, "mm": -3, "day": -1}),
        ("mm2/day", {"mm": 2, "day": -1}),
        ("mm*mm/day", {"mm": 2, "day": -1}),
        ("mm/mm", {}),
    ],
)
def test_units_are_read(text: str, expected: dict[str, int]) -> None:
    assert parse_unit(text) == {name: Fraction(power) for name, power in expected.items()}


@settings(max_examples=50, deadline=None, derandomize=True)
@given(powers=st.dictionaries(st.sampled_from(["mm", "day", "pM", "unit"]), st.integers(1, 4), min_size=1))
def test_reading_a_written_unit_gives_it_back(powers: dict[str, int]) -> None:
    text = "/".join(["1", *(f"{name}{power}" for name, power in powers.items())])
    assert parse_unit(text) == {name: Fraction(-power) for name, power in powers.items()}


def test_repeated_and_missing_symbols_are_refused() -> None:
    constant = Constant("k", "1/day", "", "")
    piece = Piece(states=(State("y", "1", "-y*k", 0.0, ""),), constants=(constant,))
    with pytest.raises(InternalError, match=r"repeated symbols \['y'\]"):
        compose("twice", (piece, piece), ("y",))
    other = Piece(constants=(dataclasses.replace(constant, unit="1/hour"),))
    with pytest.raises(InternalError, match=r"repeated symbols \['k'\]"):
        compose("unlike", (piece, other), ("y",))
    with pytest.raises(InternalError, match=r"unknown outputs \['z'\]"):
        compose("missing", (piece,), ("z",))


def test_pieces_may_share_a_constant() -> None:
    constant = Constant("k", "1/day", "", "")
    pieces = [Piece(states=(State(name, "1", f"-{name}*k", 0.0, ""),), constants=(constant,)) for name in "yz"]
    shared = compose("shared", pieces, ("y",))
    assert shared.constants == (constant,)
    assert shared.state_names == ("y", "z")
