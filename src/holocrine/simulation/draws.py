"""Monte-Carlo draws of the parameters: one seeded stream per purpose, quasi-random inside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy
import scipy.special
from numpy.typing import NDArray

from holocrine.knowledge.parameters import Hypothesis, ParameterSet
from holocrine.modelling.cache import cached_arrays, fingerprint

Array = NDArray[np.float64]

SPATIAL = (
    "diffusivity",
    "convective_dispersion",
    "dispersion_across",
    "diffusivity_ratio_subcutis",
    "clearance_half_life",
    "uptake_half_life_dermis",
    "uptake_half_life_muscle",
    "sudomotor_share",
    "tissue_thickness_factor",
    "bleb_radius",
    "bleb_exponent",
    "planar_confinement",
    "tail_fraction",
    "tail_length",
)
"""Parameters that shape the spread kernel; drawn `n_spatial` times and shared by the full draws."""

PURPOSES = {"spatial": 1, "local": 2, "placement": 3, "reading": 4, "posterior": 5, "typical": 6, "block": 7}
"""Stream number of every purpose, so that adding a purpose never moves another's numbers."""


@dataclass(frozen=True)
class Draws:
    """`n` full draws over `n_spatial` spatial draws.

    `spatial[name]` is (n_spatial,), `local[name]` is (n,); draw i uses spatial draw `spatial_of[i]`.
    `hypothesis` (n,) indexes `hypotheses`. `paired` says that spatial and local values were drawn jointly.
    """

    seed: int
    spatial: Mapping[str, Array]
    local: Mapping[str, Array]
    spatial_of: NDArray[np.int64]
    hypothesis: NDArray[np.int64]
    hypotheses: tuple[Hypothesis, ...]
    paired: bool = False

    @property
    def n(self) -> int:
        """Number of full draws."""
        return int(self.spatial_of.size)

    @property
    def n_spatial(self) -> int:
        """Number of spatial draws."""
        return int(next(iter(self.spatial.values())).size)

    @property
    def hypothesis_ids(self) -> NDArray[np.str_]:
        """Identifier of each draw's hypothesis, (n,)."""
        return np.array([hypothesis.id for hypothesis in self.hypotheses])[self.hypothesis]

    def expand(self, name: str) -> Array:
        """A spatial parameter repeated to one value per full draw, (n,)."""
        return self.spatial[name][self.spatial_of]

    def value(self, name: str) -> Array:
        """Any parameter, one value per full draw, (n,)."""
        return self.expand(name) if name in self.spatial else self.local[name]

    def subset(self, index: NDArray[np.int64]) -> Draws:
        """The same draws, only those in `index`; spatial draws stay whole."""
        local = {name: values[index] for name, values in self.local.items()}
        return replace(self, local=local, spatial_of=self.spatial_of[index], hypothesis=self.hypothesis[index])

    def repaired(self, times: int) -> Draws:
        """`times` copies of the draws; all but the first get other spatial draws, unless `paired`."""
        index = np.tile(np.arange(self.n), times)
        if self.paired:
            return self.subset(index)
        shift = 37 * np.repeat(np.arange(times), self.n)
        again = self.subset(index)
        return replace(again, spatial_of=(again.spatial_of + shift) % self.n_spatial)


def stream(seed: int, purpose: str, *within: int) -> np.random.Generator:
    """The random stream of one purpose under one seed; `within` numbers independent parts of it."""
    key = (PURPOSES[purpose], *within)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def normal_scores(seed: int, purpose: str, n: int, dimensions: int) -> Array:
    """Standard-normal scores (n, dimensions) from a scrambled Sobol' sequence; n a power of two.

    Kept in the cache because importing SciPy's sequences alone takes a second.
    """

    def make() -> dict[str, Array]:
        from scipy.stats.qmc import Sobol

        uniform = Sobol(dimensions, scramble=True, rng=stream(seed, purpose)).random_base2(int(np.log2(n)))
        return {"scores": scipy.special.ndtri(np.clip(uniform, 1e-12, 1.0 - 1e-12))}

    key = fingerprint((__name__,), scipy.__version__, seed, purpose, n, dimensions)
    return cached_arrays(f"scores_{key}", make)["scores"]


def draw(
    parameters: ParameterSet, hypotheses: Sequence[Hypothesis], *, seed: int, n: int = 1024, n_spatial: int = 128
) -> Draws:
    """Draw `n` parameter vectors on `n_spatial` spatial ones from the prior, both powers of two.

    Every full draw also falls on one hypothesis, in the proportion of the weights.
    """
    check_sizes(n, n_spatial)
    local_names = [name for name in parameters if name not in SPATIAL]
    z_spatial = normal_scores(seed, "spatial", n_spatial, len(SPATIAL))
    z_local = normal_scores(seed, "local", n, len(local_names) + 1)
    spatial = {name: parameters[name].from_normal(z_spatial[:, i]) for i, name in enumerate(SPATIAL)}
    local = {name: parameters[name].from_normal(z_local[:, i]) for i, name in enumerate(local_names)}
    edges = np.cumsum([h.weight for h in hypotheses])[:-1]
    share = scipy.special.ndtr(z_local[:, -1])
    hypothesis = np.searchsorted(edges, share, side="right").astype(np.int64)
    return Draws(seed, spatial, local, np.arange(n) % n_spatial, hypothesis, tuple(hypotheses))


def check_sizes(n: int, n_spatial: int) -> None:
    """Raises ValueError unless both are powers of two and full draws are at least as many as spatial ones."""
    if n & (n - 1) or n_spatial & (n_spatial - 1) or n < n_spatial:
        raise ValueError("n and n_spatial must be powers of two with n >= n_spatial")


def typical(values: Mapping[str, float], hypotheses: Sequence[Hypothesis]) -> Draws:
    """One draw at typical `values`, under the heaviest hypothesis."""
    spatial = {name: np.array([values[name]]) for name in SPATIAL}
    local = {name: np.array([value]) for name, value in values.items() if name not in SPATIAL}
    best = int(np.argmax([h.weight for h in hypotheses]))
    none = np.zeros(1, dtype=np.int64)
    return Draws(0, spatial, local, none, none + best, tuple(hypotheses))
