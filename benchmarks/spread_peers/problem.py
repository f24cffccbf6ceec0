"""The one spread problem every program solves: 15 blebs in four layers, and how their answers are read.

Concentration c (per mm3, one unit per bleb) obeys dc/dt = div(D grad c) - k c with no flux through the walls of
a box of 100 x 60 x 6 mm. Wanted are two maps of the dose bound at the end: the uptake rate times the time
integral of c, averaged over the depth of the dermis (terminals of glands) and of the muscle (motor terminals).

The coefficients are the typical values of Holocrine's parameter table, rounded; the subcutis spreads 1.5 times
as fast as the dermis (assumption), so that every layer differs from its neighbours. Lengths mm, times day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIZE = (100.0, 60.0, 6.0)
"""Box in mm: two directions along the skin, and depth."""
BOUNDS = np.array([0.0, 0.2, 2.0, 4.0, 6.0])
"""Depths (mm) between epidermis, dermis, subcutis and muscle; every grid used here has cell edges on them."""
ALONG = np.array([0.45, 4.5, 6.75, 4.5])
"""Spreading coefficient along the skin, per layer, mm2/day."""
ACROSS = np.array([0.09, 0.9, 1.35, 0.9])
"""Spreading coefficient across the skin, per layer, mm2/day."""
CLEARANCE = 1.4
"""1/day in all layers: half-life 11.9 h."""
UPTAKE = np.array([0.0, 4.2, 0.0, 5.5])
"""Uptake by terminals per layer, 1/day: half-lives 4 h in the dermis, 3 h in the muscle."""
BANDS = (1, 3)
"""Layers of the two terminal kinds: dermis and muscle."""
BLEB_RADIUS, BLEB_HALF_HEIGHT = 2.0, 1.19
"""Semi-axes (mm) of the spheroid that 0.02 mL fills."""
LEFT_OVER = 0.005
"""A program that steps through time stops when this share of the dose is left."""


@dataclass(frozen=True)
class Blebs:
    """Centres (15, 2) mm and depths (15,) mm; each holds one unit. What lies above the skin is spread over the rest."""

    places: Array
    depths: Array


@dataclass(frozen=True)
class Box:
    """The problem on cells: coefficients per layer of cells (nz,), `source` (nx, ny, nz) in units per mm3."""

    step: float
    height: float
    along: Array
    across: Array
    loss: Array
    layer: NDArray[np.int64]
    source: Array

    @property
    def conductance(self) -> Array:
        """Between neighbouring cells across the skin (nz - 1,), mm/day: half cells in series."""
        half = 0.5 * self.height / self.across
        return 1.0 / (half[:-1] + half[1:])

    @property
    def largest_rate(self) -> float:
        """Upper bound (1/day) of the discrete operator's spectrum; explicit Euler is stable below 2 over it."""
        across = np.zeros(self.loss.size)
        across[:-1] += self.conductance
        across[1:] += self.conductance
        return float((8.0 * self.along / self.step**2 + 2.0 * across / self.height + self.loss).max())


def blebs() -> Blebs:
    """Five by three blebs about 15 mm apart at depths of 0.8 to 1.8 mm, moved off the grid by a fixed seed."""
    rng = np.random.default_rng(20)
    x, y = np.meshgrid(50.0 + 15.0 * np.arange(-2, 3), 30.0 + 15.0 * np.arange(-1, 2), indexing="ij")
    places = np.stack([x.ravel(), y.ravel()], axis=1) + rng.uniform(-1.5, 1.5, (15, 2))
    return Blebs(places, rng.uniform(0.8, 1.8, 15))


def box(step: float, height: float) -> Box:
    """Cells of `step` mm along and `height` mm across the skin; both must divide the box and the layers."""
    nx, ny, nz = (round(SIZE[0] / step), round(SIZE[1] / step), round(SIZE[2] / height))
    centres = (np.arange(nz) + 0.5) * height
    layer = np.searchsorted(BOUNDS, centres) - 1
    if not np.allclose(np.array([nx, ny, nz]) * [step, step, height], SIZE) or np.any(
        np.abs(BOUNDS / height % 1) > 1e-9
    ):
        raise ValueError("step and height must divide the box and the layers")
    source = np.zeros((nx, ny, nz))
    spots = blebs()
    for place, depth in zip(spots.places, spots.depths, strict=True):
        _add_bleb(source, step, height, place, float(depth))
    source /= step**2 * height
    return Box(step, height, ALONG[layer], ACROSS[layer], (CLEARANCE + UPTAKE)[layer], layer, source)


def _add_bleb(source: Array, step: float, height: float, place: Array, depth: float) -> None:
    """Add one unit: columns of a 12 x 12 sub-grid in every cell, their height inside the spheroid taken exactly."""
    fine = 12
    reach = int(np.ceil(BLEB_RADIUS / step)) + 1
    low = np.floor(place / step).astype(int) - reach
    offsets = (np.arange(fine * (2 * reach + 1)) + 0.5) * step / fine
    dx = low[0] * step + offsets - place[0]
    dy = low[1] * step + offsets - place[1]
    inside = 1.0 - (dx[:, None] ** 2 + dy[None, :] ** 2) / BLEB_RADIUS**2
    half = BLEB_HALF_HEIGHT * np.sqrt(np.maximum(inside, 0.0))
    edges = np.arange(source.shape[2] + 1) * height
    filled = np.clip(edges, (depth - half)[:, :, None], (depth + half)[:, :, None])
    share = np.diff(filled, axis=2)
    cells = 2 * reach + 1
    share = share.reshape(cells, fine, cells, fine, -1).sum(axis=(1, 3))
    source[low[0] : low[0] + cells, low[1] : low[1] + cells] += share / share.sum()


def days_until_done(given: Box, share: float = LEFT_OVER) -> float:
    """Days until only `share` of the dose is left; lateral spread takes nothing away, so one column of cells tells."""
    column = given.source.sum(axis=(0, 1))
    column /= column.sum()
    across = np.diag(given.loss)
    for i, g in enumerate(given.conductance / given.height):
        across[i : i + 2, i : i + 2] += g * np.array([[1.0, -1.0], [-1.0, 1.0]])
    rates, modes = np.linalg.eigh(across)
    weights = modes.sum(axis=0) * (modes.T @ column)
    times = np.linspace(0.0, 10.0, 10001)
    left = np.exp(-np.outer(times, rates)) @ weights
    return float(times[np.argmax(left <= share)])


def bound_maps(exposure: Array, grid: Box) -> Array:
    """Bound dose (2, nx, ny) per mm3, averaged over each band, from the time integral of c (nx, ny, nz)."""
    return np.stack([UPTAKE[band] * exposure[:, :, grid.layer == band].mean(axis=2) for band in BANDS])


def map_places() -> tuple[Array, Array]:
    """Centres of the map's 1 mm squares: x (100,) and y (60,) mm."""
    return np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5


def read(maps: Array, step: float) -> Array:
    """Cell values (2, nx, ny) read at the map's places (2, 100, 60) by cubic interpolation in both directions."""
    along_x, along_y = (_interpolation(places, step, n) for places, n in zip(map_places(), maps.shape[1:], strict=True))
    return np.stack([along_x @ part @ along_y.T for part in maps])


def _interpolation(places: Array, step: float, count: int) -> Array:
    position = places / step - 0.5
    start = np.clip(np.floor(position + 1e-9).astype(int) - 1, 0, count - 4)
    weights = np.zeros((places.size, count))
    for j in range(4):
        others = [m for m in range(4) if m != j]
        factor = np.prod([(position - start - m) / (j - m) for m in others], axis=0)
        weights[np.arange(places.size), start + j] = factor
    return weights


def errors(maps: Array, truth: Array) -> dict[str, float]:
    """Largest and root-mean-square departure of the worse map, both relative to the truth's (2, 100, 60)."""
    apart = maps - truth
    largest = np.abs(apart).max(axis=(1, 2)) / np.abs(truth).max(axis=(1, 2))
    square = np.sqrt((apart**2).sum(axis=(1, 2)) / (truth**2).sum(axis=(1, 2)))
    return {"max": float(largest.max()), "l2": float(square.max())}
