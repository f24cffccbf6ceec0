"""Spread kernels by site and volume, solved once and kept in memory and in the user's cache folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import LayerStack
from holocrine.modelling.cache import cached_arrays, fingerprint, is_cached
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.simulation.spread import SpreadKernels, spread_kernels

Array = NDArray[np.float64]

_SOURCES = (
    "holocrine.anatomy.sites",
    "holocrine.anatomy.stacks",
    "holocrine.models.exposure",
    "holocrine.simulation.spread",
    "holocrine.solvers.diffusion",
)


Site = tuple[LayerStack, float]
"""The layers under a site and the injected volume in mL."""


@dataclass
class KernelLibrary:
    """Kernels of one set of spatial draws; every (site, volume) is solved at most once."""

    spatial: Mapping[str, Array]
    _held: dict[Site, SpreadKernels] = field(default_factory=dict)
    _stacked: dict[tuple[Terminal, ...], tuple[list[Site], Array]] = field(default_factory=dict)

    def kernels(self, stack: LayerStack, volume_ml: float) -> SpreadKernels:
        """Kernels for a site's layers and an injected volume (mL)."""
        site = (stack, volume_ml)
        if site not in self._held:
            self._held[site] = self._load(stack, volume_ml)
        return self._held[site]

    def tables(self, sites: Sequence[Site], terminals: tuple[Terminal, ...]) -> tuple[Array, NDArray[np.int64]]:
        """Bound-dose kernels (tables, draws, depths, terminals, radii) holding every site, and each site's table."""
        known, stacked = self._stacked.get(terminals, ([], np.empty(0)))
        missing = [site for site in dict.fromkeys(sites) if site not in known]
        if missing:
            kinds = [TERMINALS.index(terminal) for terminal in terminals]
            added = np.stack([self.kernels(*site).bound[:, :, kinds] for site in missing])
            stacked = np.concatenate([stacked, added]) if known else np.ascontiguousarray(added)
            known = [*known, *missing]
            self._stacked[terminals] = (known, stacked)
        return stacked, np.array([known.index(site) for site in sites], dtype=np.int64)

    def cached(self, stack: LayerStack, volume_ml: float) -> bool:
        """Whether the cache folder already holds these kernels."""
        return is_cached(self._name(stack, volume_ml))

    def _name(self, stack: LayerStack, volume_ml: float) -> str:
        layers = [(layer.name, layer.thickness_mm) for layer in stack.layers]
        parameters = [item for name in sorted(self.spatial) for item in (name, self.spatial[name])]
        return "spread_" + fingerprint(_SOURCES, layers, stack.bottom, volume_ml, *parameters)

    def _load(self, stack: LayerStack, volume_ml: float) -> SpreadKernels:
        name = self._name(stack, volume_ml)
        return SpreadKernels(**cached_arrays(name, lambda: vars(spread_kernels(stack, volume_ml, self.spatial))))
