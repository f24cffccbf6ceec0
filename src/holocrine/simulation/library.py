"""Spread kernels by site and volume, solved once and kept in memory and in the user's cache folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.sites import LayerStack
from holocrine.modelling.cache import cached_arrays, fingerprint
from holocrine.simulation.spread import SpreadKernels, spread_kernels

Array = NDArray[np.float64]

_SOURCES = (
    "holocrine.anatomy.sites",
    "holocrine.models.exposure",
    "holocrine.simulation.spread",
    "holocrine.solvers.diffusion",
)


@dataclass
class KernelLibrary:
    """Kernels of one set of spatial draws; every (site, volume) is solved at most once."""

    spatial: Mapping[str, Array]
    _held: dict[str, SpreadKernels] = field(default_factory=dict)

    def kernels(self, stack: LayerStack, volume_ml: float) -> SpreadKernels:
        """Kernels for a site's layers and an injected volume (mL)."""
        layers = [(layer.name, layer.thickness_mm) for layer in stack.layers]
        parameters = [item for name in sorted(self.spatial) for item in (name, self.spatial[name])]
        key = fingerprint(_SOURCES, layers, stack.bottom, volume_ml, *parameters)
        if key not in self._held:
            arrays = cached_arrays(f"spread_{key}", lambda: vars(spread_kernels(stack, volume_ml, self.spatial)))
            self._held[key] = SpreadKernels(**arrays)
        return self._held[key]
