"""The acne model at rest and on the move: exact where it is known, and the fast integrator against the stiff one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from holocrine.knowledge.parameters import load_block
from holocrine.modelling.dimensions import check_units
from holocrine.models.acne import ACNE
from holocrine.simulation.acne_course import (
    AT_REST,
    INPUTS,
    KNOTS_A_WEEK,
    LEAD_WEEKS,
    OWN,
    STEP,
    Surroundings,
    flare,
    knot_days,
    relative_states,
)
from holocrine.simulation.block_draws import block_draws
from holocrine.solvers.relaxation import driven
from holocrine.solvers.stiff import Events, simulate, target_of

PARAMETERS = load_block("acne")
VALUES = block_draws(PARAMETERS, "acne", seed=3, n=32)
CONSTANTS = {c.symbol: VALUES[c.source] for c in ACNE.constants if c.source in VALUES}
WEEKS = 26


@dataclass(frozen=True)
class Drugs:
    sebum: np.ndarray
    keratin: np.ndarray
    killing: np.ndarray
    inflammation: np.ndarray


def integrated(starts: np.ndarray, inputs: dict[str, np.ndarray], rtol: float = 1e-8) -> np.ndarray:
    """Outputs (weeks, outputs, draws) by the stiff solver; `inputs` (knots, draws) become slopes set at the knots."""
    draws, knots = starts.shape[1], len(inputs["R"])
    table = np.zeros((draws, len(ACNE.constants)))
    for i, constant in enumerate(ACNE.constants):
        table[:, i] = CONSTANTS.get(constant.symbol, 0.0)
    first = [inputs[s.symbol][0] if s.symbol in INPUTS else starts[OWN.index(s.symbol)] for s in ACNE.states]
    slopes = [f"v_{name}" for name in ("R", "K", "kill", "I", "f")]
    days = np.tile(np.repeat(np.arange(knots - 1) * STEP, 5), (draws, 1))
    targets = np.tile([target_of(ACNE, slope) for slope in slopes], (draws, knots - 1))
    steps = np.stack([np.diff(inputs[name], axis=0) / STEP for name in INPUTS], axis=1)
    events = Events(days, targets.astype(np.int64), steps.reshape(-1, draws).T)
    times = 7.0 * np.arange(WEEKS + 1)
    runs = simulate(ACNE, np.stack(first, axis=1), table, times, events=events, rtol=rtol).checked()
    return np.moveaxis(runs.outputs, 0, 2)


def rates_of(constants: dict[str, np.ndarray], states: np.ndarray, inputs: dict[str, np.ndarray]) -> np.ndarray:
    system = driven(ACNE, constants, INPUTS)
    return system.rates(states, system.worked_out(inputs))


def at_knots(weekly: np.ndarray) -> np.ndarray:
    knots = np.arange(WEEKS * KNOTS_A_WEEK + 1) / KNOTS_A_WEEK
    return np.stack([np.interp(knots, np.arange(WEEKS + 1), row) for row in weekly], axis=1)


def test_units_agree() -> None:
    check_units(ACNE)


def test_every_constant_is_a_row_or_a_slope() -> None:
    assert {c.source for c in ACNE.constants} - {"set at every knot"} <= set(PARAMETERS)
    symbols = {c.source: c.symbol for c in ACNE.constants}
    assert {name: PARAMETERS[name].symbol for name in PARAMETERS if name in symbols} == {
        name: symbol for name, symbol in symbols.items() if name in PARAMETERS
    }


def test_untreated_rates_vanish_and_half_a_year_moves_nothing() -> None:
    at_rest = np.tile(AT_REST[:, None], (1, 32))
    inputs = {name: np.zeros(1) + start for name, start in zip(INPUTS, (1.0, 0.0, 0.0, 0.0, 1.0), strict=True)}
    rates = rates_of(CONSTANTS, at_rest, inputs)
    lasting = [i for i, name in enumerate(OWN) if name not in ("s", "s_o")]
    assert np.abs(rates[lasting]).max() < 1e-14
    inputs = {name: np.tile(values, (WEEKS * KNOTS_A_WEEK + 1, 32)) for name, values in inputs.items()}
    moved = integrated(at_rest, inputs, rtol=1e-6)
    kept = [i for i, name in enumerate(ACNE.outputs) if name not in ("s", "s_o")]
    assert np.abs(moved[:, kept] - 1.0).max() < 1e-6


def test_branching_is_that_of_the_faces_followed() -> None:
    """Counted as a study would: where each new inflamed lesion came from, how stocks are shared, what scarred."""
    value = {name: PARAMETERS[name].value for name in PARAMETERS}
    constants = {c.symbol: np.array(value[c.source]) for c in ACNE.constants if c.source in value}

    def rates(states: np.ndarray, given: dict[str, np.ndarray]) -> np.ndarray:
        return rates_of(constants, states, given)

    rest = AT_REST[:, None].copy()
    inputs = dict(zip(INPUTS, np.array([[1.0], [0.0], [0.0], [0.0], [1.0]]), strict=True))
    inflow = rates(_without(rest, "p"), inputs)[OWN.index("p")]
    sources = {
        name: 1.0 - rates(_without(rest, "p", name), inputs)[OWN.index("p")] / inflow for name in ("cc", "m", "a")
    }
    assert sources["cc"] == pytest.approx(0.54)
    assert sources["m"] == pytest.approx(0.28)
    assert sources["a"] == pytest.approx(0.12)
    # The stocks each flow keeps up, in lesions, from lives and branching alone: inflow times life.
    shares = {"p": 0.15, "u": 0.02, "o": 0.01, "cc": 0.37, "oc": 0.12, "a": 0.26}
    born = shares["p"] * inflow  # inflamed lesions a day per visible lesion
    pustules, nodules = (
        share / value["papule_days"] / value[ratio]
        for share, ratio in ((0.02, "pustule_ratio"), (0.01, "nodule_ratio"))
    )
    assert 0.0 < pustules + nodules < born
    scars = shares["p"] * (rates(rest, inputs)[OWN.index("s")] + rates(rest, inputs)[OWN.index("s_o")])
    assert scars / born == pytest.approx(0.057, rel=1e-6)
    life = {name: -1.0 / (rates(_raised(rest, name), inputs)[OWN.index(name)] / 1e-6) for name in shares}
    assert shares["cc"] / life["cc"] * value["closed_inflaming"] == pytest.approx(0.54 * born)
    assert shares["a"] / life["a"] == pytest.approx(value["macule_after"] * born)
    assert life["p"] == pytest.approx(value["papule_days"])


def _without(states: np.ndarray, *names: str) -> np.ndarray:
    changed = states.copy()
    changed[[OWN.index(name) for name in names]] = 0.0
    return changed


def _raised(states: np.ndarray, name: str) -> np.ndarray:
    changed = states.copy()
    changed[OWN.index(name)] += 1e-6
    return changed


def test_steps_of_the_fast_integrator_are_fine_enough() -> None:
    """Strong toxin, strong drugs and a strong flare at once: within 1e-3 of the stiff solver at 1e-8."""
    weeks, days = np.arange(WEEKS + 1.0), knot_days(WEEKS)
    draws = VALUES["papule_days"].size
    depth = np.linspace(0.0, 0.8, draws)[:, None]
    sebum = 1.0 - depth * np.minimum(weeks / 2.0, 1.0) * np.exp(-np.maximum(weeks - 10.0, 0.0) / 6.0)
    onset = np.tile(-np.expm1(-np.maximum(days, 0.0) / 5.0), (draws, 1))
    drugs = Drugs(1.0 - 0.5 * onset, 0.4 * onset, 0.2 * onset, 0.3 * onset)
    around = Surroundings(drugs, flare(VALUES, premenstrual=True, days=days, seed=1))
    fast = relative_states(VALUES, sebum[None], around)[:, :, 0]
    after = slice(LEAD_WEEKS * KNOTS_A_WEEK, None)
    inputs = {
        "R": at_knots(sebum) * drugs.sebum.T[after],
        "E_K": drugs.keratin.T[after],
        "kill": drugs.killing.T[after],
        "E_I": drugs.inflammation.T[after],
        "f": around.flare.T[after],
    }
    exact = integrated(fast[0], inputs)
    ours = np.stack([fast[:, OWN.index(name)] for name in ACNE.outputs], axis=1)
    size = np.maximum(np.abs(exact), 1e-2)
    assert np.abs(ours - exact).max() <= 1e-3, np.abs(ours - exact).max(axis=(0, 2))
    assert np.median(np.abs(ours - exact) / size) < 1e-4
