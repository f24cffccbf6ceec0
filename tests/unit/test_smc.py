"""The sampler finds known evidences and posteriors, within the error between its runs, and resumes to the byte."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from holocrine.errors import SolverError
from holocrine.inference.sampler.moves import LogLikelihood
from holocrine.inference.sampler.smc import Settings, advance, complete, start
from holocrine.inference.sampler.state import State
from holocrine.inference.sampler.tempering import next_beta, systematic

Array = np.ndarray
RUNS = 8


def likelihood_of(factor) -> LogLikelihood:
    """A callable with no base."""
    return lambda z: (np.zeros(len(z)), factor(z))


def runs_of(log_likelihood: LogLikelihood, n: int, d: int, first_seed: int = 0) -> list[State]:
    return [complete(start(n, d, first_seed + run), log_likelihood) for run in range(RUNS)]


def assert_mean(values: Array, truth: float, largest_error: float) -> None:
    """The mean of independent runs is right within their own error, and that error is not too large to tell."""
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert error < largest_error
    assert abs(values.mean() - truth) < scipy.stats.t.ppf(0.9995, len(values) - 1) * error


# --- known targets ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LinearModel:
    """y = A z + noise with z ~ N(0, I): posterior and evidence in closed form."""

    design: Array
    y: Array
    sd: float

    def log_likelihood(self, z: Array) -> Array:
        residual = (self.y - z @ self.design.T) / self.sd
        return -0.5 * np.sum(residual**2, axis=1) - len(self.y) * np.log(self.sd * np.sqrt(2.0 * np.pi))

    @property
    def log_evidence(self) -> float:
        covariance = self.design @ self.design.T + self.sd**2 * np.eye(len(self.y))
        return float(scipy.stats.multivariate_normal(cov=covariance).logpdf(self.y))

    @property
    def posterior(self) -> tuple[Array, Array]:
        covariance = np.linalg.inv(np.eye(self.design.shape[1]) + self.design.T @ self.design / self.sd**2)
        return covariance @ self.design.T @ self.y / self.sd**2, covariance


def linear_model(rows: int, d: int) -> LinearModel:
    random = np.random.default_rng(5)
    design = random.standard_normal((rows, d))
    return LinearModel(design, design @ random.standard_normal(d) + 0.3 * random.standard_normal(rows), 0.3)


def test_gaussian_posterior_and_evidence() -> None:
    model = linear_model(5, 8)
    runs = runs_of(likelihood_of(model.log_likelihood), 400, 8)
    mean, covariance = model.posterior
    assert_mean(np.array([run.log_evidence for run in runs]), model.log_evidence, 0.1)
    for coordinate in range(8):
        draws = np.array([run.z[:, coordinate] for run in runs])
        sd = np.sqrt(covariance[coordinate, coordinate])
        assert_mean(draws.mean(axis=1), mean[coordinate], 0.05 * sd)
        assert_mean(((draws - mean[coordinate]) ** 2).mean(axis=1), sd**2, 0.1 * sd**2)


def test_banana() -> None:
    """The ridge z1 = z0^2 - 1, with two further coordinates; the truth by quadrature."""

    def factor(z: Array) -> Array:
        return -0.5 * ((z[..., 1] - z[..., 0] ** 2 + 1.0) / 0.1) ** 2

    grid = np.linspace(-6.0, 6.0, 2401)
    x, y = np.meshgrid(grid, grid, indexing="ij")
    density = np.exp(factor(np.stack([x, y], axis=-1)) - 0.5 * (x**2 + y**2)) / (2.0 * np.pi)
    cell = (grid[1] - grid[0]) ** 2
    evidence = density.sum() * cell
    runs = runs_of(likelihood_of(factor), 600, 4)
    assert_mean(np.array([run.log_evidence for run in runs]), np.log(evidence), 0.05)
    assert_mean(np.array([run.z[:, 1].mean() for run in runs]), (y * density).sum() * cell / evidence, 0.05)
    assert_mean(np.array([(run.z[:, 0] ** 2).mean() for run in runs]), (x**2 * density).sum() * cell / evidence, 0.05)
    assert_mean(np.array([(run.z[:, 3] ** 2).mean() for run in runs]), 1.0, 0.05)


def test_two_modes_keep_their_weights() -> None:
    """A reading of |z0| about 2 whose sign is known 3 to 1: the share of each sign and the evidence in closed form."""
    sd = 0.1

    def factor(z: Array) -> Array:
        low, high = (scipy.stats.norm.logpdf(z[:, 0], place, sd) for place in (-2.0, 2.0))
        return np.logaddexp(np.log(0.25) + low, np.log(0.75) + high)

    runs = runs_of(likelihood_of(factor), 500, 3)
    truth = scipy.stats.norm.logpdf(2.0, 0.0, np.sqrt(1.0 + sd**2))
    assert_mean(np.array([run.log_evidence for run in runs]), truth, 0.1)
    assert_mean(np.array([np.mean(run.z[:, 0] > 0.0) for run in runs]), 0.75, 0.03)


def test_bayes_factor_of_two_branches_of_one_run() -> None:
    """The same new reading under two hypotheses, each on top of the posterior given the earlier readings."""
    model = linear_model(6, 5)
    earlier, later = replace(model, design=model.design[:4], y=model.y[:4]), slice(4, 6)
    sure = replace(model, design=model.design[later], y=model.y[later])
    vague = replace(sure, sd=1.5)

    def joint(new: LinearModel) -> float:
        noise = np.concatenate([np.full(4, 0.3), np.full(2, new.sd)])
        covariance = model.design @ model.design.T + np.diag(noise**2)
        return float(scipy.stats.multivariate_normal(cov=covariance).logpdf(model.y))

    log_factors = []
    for seed in range(RUNS):
        first = complete(start(400, 5, seed), likelihood_of(earlier.log_likelihood))
        branches = [
            complete(
                start(400, 5, 100 + seed, first.z),
                lambda z, new=new: (earlier.log_likelihood(z), new.log_likelihood(z)),
            )
            for new in (sure, vague)
        ]
        log_factors.append(branches[0].log_evidence - branches[1].log_evidence)
    assert_mean(np.array(log_factors), joint(sure) - joint(vague), 0.15)


# --- reproducible and resumable ---------------------------------------------------------------------------


def same(a: State, b: State) -> bool:
    return all(np.asarray(getattr(a, f.name)).tobytes() == np.asarray(getattr(b, f.name)).tobytes() for f in fields(a))


def test_a_saved_run_continues_to_the_same_bytes() -> None:
    log_likelihood = likelihood_of(linear_model(4, 6).log_likelihood)
    whole = complete(start(120, 6, 3), log_likelihood)
    state = start(120, 6, 3)
    while not state.finished:
        file = io.BytesIO()
        np.savez(file, **state.arrays())
        file.seek(0)
        read = State.from_arrays(np.load(file))
        assert same(read, state)
        state = advance(read, log_likelihood)
    assert same(state, whole)
    assert not same(complete(start(120, 6, 4), log_likelihood), whole)


def test_history_tells_every_stage() -> None:
    state = complete(start(200, 4, 1), likelihood_of(linear_model(4, 4).log_likelihood))
    assert state.stage == state.betas.size == state.moves.size == state.jumps.size == len(state.acceptance)
    assert np.all(np.diff(state.betas[:-1]) > 0.0)
    assert state.betas[-2:].tolist() == [1.0, 1.0]
    assert state.moves[-1] == Settings().final_moves
    assert np.all((state.moves[:-1] >= Settings().min_moves) & (state.moves[:-1] <= Settings().max_moves))
    assert np.all((state.ancestors >= 0) & (state.ancestors < 200))
    assert state.particles.log_likelihood == pytest.approx(linear_model(4, 4).log_likelihood(state.z))


# --- what a likelihood may answer -------------------------------------------------------------------------


@pytest.mark.parametrize("impossible", [-np.inf, np.nan, np.inf])
def test_impossible_regions_stay_empty(impossible: float) -> None:
    """Half of the prior is impossible: its evidence is 1/2 and its mean that of a half-normal."""
    runs = runs_of(likelihood_of(lambda z: np.where(z[:, 0] > 0.0, 0.0, impossible)), 400, 2)
    assert all(np.all(run.z[:, 0] > 0.0) for run in runs)
    first = start(400, 2, 0).z
    assert np.all(first[runs[0].ancestors, 0] > 0.0), "nobody descends from an impossible particle"
    assert_mean(np.exp([run.log_evidence for run in runs]), 0.5, 0.05)
    assert_mean(np.array([run.z[:, 0].mean() for run in runs]), np.sqrt(2.0 / np.pi), 0.05)


def test_faults_are_named() -> None:
    with pytest.raises(SolverError, match="every particle"):
        advance(start(10, 2, 1), likelihood_of(lambda z: np.full(len(z), np.nan)))
    with pytest.raises(SolverError, match="differs too much"):
        next_beta(np.array([0.0, -1e300, -2e300]), 0.5, 0.9)
    with pytest.raises(ValueError, match="two arrays of"):
        advance(start(10, 2, 1), lambda z: (np.zeros(len(z)), z))
    with pytest.raises(ValueError, match="has a base"):
        advance(start(10, 2, 1), lambda z: (np.ones(len(z)), np.zeros(len(z))))
    with pytest.raises(ValueError, match="shape"):
        start(10, 2, 1, np.zeros((9, 2)))
    with pytest.raises(ValueError, match="is finished"):
        advance(replace(start(10, 2, 1), finished=True), likelihood_of(lambda z: np.zeros(len(z))))
    with pytest.raises(ValueError, match="strictly between"):
        Settings(share=1.0)
    with pytest.raises(ValueError, match="min_moves"):
        Settings(min_moves=9, max_moves=8)
    with pytest.raises(ValueError, match="sum to one"):
        Settings(mixture=(0.5, 0.5, 0.5))


# --- tempering --------------------------------------------------------------------------------------------


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=50), st.floats(0.0, 0.99), st.floats(0.3, 0.95))
def test_next_beta_keeps_the_share(values: list[float], beta: float, share: float) -> None:
    log_likelihood = np.array([*values, -np.inf])
    rise = next_beta(log_likelihood, beta, share) - beta
    weights = np.exp(rise * (log_likelihood[:-1] - max(values)))
    kept = weights.sum() ** 2 / np.sum(weights**2) / len(values)
    assert rise > 0.0
    assert kept >= share - 1e-6
    assert kept == pytest.approx(share, abs=1e-4) or rise == pytest.approx(1.0 - beta)


@given(
    st.lists(st.floats(0.0, 1.0), min_size=1, max_size=50).filter(lambda w: sum(w) > 0.01), st.floats(0.0, 1.0 - 1e-9)
)
def test_systematic_resampling_is_fair_to_one(values: list[float], uniform: float) -> None:
    weights = np.array(values) / sum(values)
    index = systematic(weights, uniform)
    copies = np.bincount(index, minlength=weights.size)
    assert index.size == weights.size
    assert np.all(np.diff(index) >= 0)
    assert np.all(np.abs(copies - weights.size * weights) < 1.0 + 1e-9)
    assert not copies[weights == 0.0].any()
