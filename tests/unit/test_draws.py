"""Draws: quantiles as the table says, hypotheses in proportion, independent streams, the same bytes for a seed."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.population.typical import table_values
from holocrine.simulation.draws import PURPOSES, SPATIAL, Draws, draw, stream, typical

PARAMETERS, HYPOTHESES = load_parameters(), load_hypotheses()
UNCERTAIN = [name for name in PARAMETERS if PARAMETERS[name].distribution != "fixed"]


@pytest.fixture(scope="module")
def many() -> Draws:
    return draw(PARAMETERS, HYPOTHESES, seed=5, n=4096, n_spatial=1024)


def values_of(draws: Draws, name: str) -> np.ndarray:
    return draws.spatial[name] if name in SPATIAL else draws.local[name]


@pytest.mark.parametrize("name", UNCERTAIN)
def test_quantiles_are_those_of_the_table(name: str, many: Draws) -> None:
    parameter, values = PARAMETERS[name], values_of(many, name)
    inside = np.mean((values > parameter.low90) & (values < parameter.high90))
    # The table's value is the median and the interval's ends are rounded, so it is not always quite central:
    # up to three points of probability. Sobol' points add well under one at 1,024 draws.
    assert inside == pytest.approx(0.90, abs=0.03)
    assert np.mean(values < parameter.value) == pytest.approx(0.5, abs=0.005)
    below, above = np.mean(values < parameter.low90), np.mean(values > parameter.high90)
    assert max(below, above) < 0.10


def test_fixed_parameters_never_move(many: Draws) -> None:
    fixed = [name for name in PARAMETERS if name not in UNCERTAIN]
    assert fixed
    for name in fixed:
        assert np.all(values_of(many, name) == PARAMETERS[name].value)


def test_every_parameter_is_drawn_once(many: Draws) -> None:
    assert set(many.spatial) | set(many.local) == set(PARAMETERS)
    assert not set(many.spatial) & set(many.local)
    assert all(values.shape == (1024,) for values in many.spatial.values())
    assert all(values.shape == (4096,) for values in many.local.values())


def test_hypotheses_fall_in_proportion(many: Draws) -> None:
    shares = np.bincount(many.hypothesis, minlength=len(HYPOTHESES)) / many.n
    # A Sobol' coordinate fills every interval to within a few points of 4,096.
    assert shares == pytest.approx([h.weight for h in HYPOTHESES], abs=0.002)


def test_parameters_are_independent_of_one_another(many: Draws) -> None:
    for group in (many.spatial, many.local):
        uncertain = [name for name in group if name in UNCERTAIN]
        ranks = np.argsort(np.argsort(np.stack([group[name] for name in uncertain]), axis=1), axis=1)
        correlation = np.corrcoef(ranks) - np.eye(len(uncertain))
        # Random points would leave 1/sqrt(1024) = 0.03; over a thousand pairs the largest of them is four times that.
        assert np.abs(correlation).max() < 0.13
    which = np.corrcoef(many.hypothesis, many.local["cholinergic_share"])[0, 1]
    assert abs(which) < 0.06


def test_spatial_draws_are_reused_evenly(many: Draws) -> None:
    assert np.all(np.bincount(many.spatial_of, minlength=1024) == 4)
    assert np.array_equal(many.expand("diffusivity"), many.spatial["diffusivity"][many.spatial_of])


def test_same_seed_same_bytes_other_seed_others() -> None:
    first, again, other = (draw(PARAMETERS, HYPOTHESES, seed=seed, n=64, n_spatial=16) for seed in (3, 3, 4))
    for name in PARAMETERS:
        assert values_of(first, name).tobytes() == values_of(again, name).tobytes()
    assert first.hypothesis.tobytes() == again.hypothesis.tobytes()
    assert not np.array_equal(first.spatial["diffusivity"], other.spatial["diffusivity"])
    assert not np.array_equal(first.local["threshold_motor"], other.local["threshold_motor"])


def test_more_full_draws_leave_the_spatial_ones() -> None:
    small, large = (draw(PARAMETERS, HYPOTHESES, seed=3, n=n, n_spatial=16) for n in (32, 128))
    for name in SPATIAL:
        assert np.array_equal(small.spatial[name], large.spatial[name])


def test_streams_do_not_share_numbers() -> None:
    numbers = {purpose: stream(1, purpose).standard_normal(4096) for purpose in PURPOSES}
    assert len(set(PURPOSES.values())) == len(PURPOSES)
    names = list(numbers)
    for i, one in enumerate(names):
        assert np.array_equal(numbers[one], stream(1, one).standard_normal(4096)), "a stream starts anew every time"
        for two in names[i + 1 :]:
            # 1/sqrt(4096) = 0.016; five times that is never reached by chance.
            assert abs(np.corrcoef(numbers[one], numbers[two])[0, 1]) < 0.08
    assert not np.array_equal(stream(1, "placement").random(8), stream(2, "placement").random(8))


@pytest.mark.parametrize(("n", "n_spatial"), [(100, 16), (128, 100), (16, 64)])
def test_only_powers_of_two(n: int, n_spatial: int) -> None:
    with pytest.raises(ValueError, match="powers of two"):
        draw(PARAMETERS, HYPOTHESES, seed=1, n=n, n_spatial=n_spatial)


def test_typical_is_the_table_itself() -> None:
    one = typical(table_values(PARAMETERS), HYPOTHESES)
    assert one.n == one.n_spatial == 1
    for name in PARAMETERS:
        assert float(values_of(one, name)[0]) == pytest.approx(PARAMETERS[name].value, rel=1e-12)  # log and back
    heaviest = max(HYPOTHESES, key=lambda h: h.weight)
    assert HYPOTHESES[int(one.hypothesis[0])] == heaviest


def test_subset_keeps_rows_together(many: Draws) -> None:
    index = np.array([7, 7, 2000, 1])
    few = many.subset(index)
    assert few.n == 4
    assert few.n_spatial == many.n_spatial
    assert np.array_equal(few.local["threshold_motor"], many.local["threshold_motor"][index])
    assert np.array_equal(few.expand("diffusivity"), many.expand("diffusivity")[index])
    assert np.array_equal(few.hypothesis, many.hypothesis[index])
