"""The answer all programs are measured against, by a method none of them uses.

The coefficients depend on depth alone, so every product of cosines in x and y is an independent problem in
depth. A bleb's slice at one depth is a disc, whose transform is a Bessel function. What is left per radial
wavenumber is one tridiagonal system in depth, solved on two fine grids and extrapolated. The walls of the box
are in the cosines. Run as a script it prints how far the answer moves when everything is halved.
"""

from __future__ import annotations

import numpy as np
import scipy.interpolate
import scipy.linalg
import scipy.special
from numpy.typing import NDArray

from spread_peers import problem

Array = NDArray[np.float64]

MODES_PER_MM = 20
"""Cosines per mm of box length; the shortest wave is 0.1 mm long."""
WAVENUMBERS = 3000
"""Radial wavenumbers at which the systems in depth are solved; between them a cubic spline is used."""
HEIGHT = 0.02
"""Cell height (mm) of the coarser of the two grids in depth."""


def _disc(wavenumber: Array, radius: Array) -> Array:
    """Integral of cos(k x) over a disc: (wavenumbers, radii), mm2."""
    z = np.outer(wavenumber, radius)
    ratio = np.full_like(z, 0.5)
    np.divide(scipy.special.j1(z), z, out=ratio, where=z > 1e-9)
    return 2.0 * np.pi * radius**2 * ratio


def _source(wavenumber: Array, depth: float, height: float) -> Array:
    """Transform of one bleb in every cell of depth (wavenumbers, nz); the first row sums to one."""
    nodes, weights = np.polynomial.legendre.leggauss(4)
    edges = np.arange(round(problem.SIZE[2] / height) + 1) * height
    low = np.clip(edges[:-1], depth - problem.BLEB_HALF_HEIGHT, depth + problem.BLEB_HALF_HEIGHT)
    high = np.clip(edges[1:], depth - problem.BLEB_HALF_HEIGHT, depth + problem.BLEB_HALF_HEIGHT)
    total = np.zeros((wavenumber.size, low.size))
    touched = high > low
    for node, weight in zip(nodes, weights, strict=True):
        z = 0.5 * (low + high + node * (high - low))[touched]
        flat = np.maximum(0.0, 1.0 - ((z - depth) / problem.BLEB_HALF_HEIGHT) ** 2)
        slices = _disc(wavenumber, problem.BLEB_RADIUS * np.sqrt(flat))
        total[:, touched] += 0.5 * weight * (high - low)[touched] * slices
    volume = total[0].sum()
    return np.asarray(total / volume)


def _response(wavenumber: Array, depth: float, height: float) -> Array:
    """Bound dose per unit in both bands for every radial wavenumber, (wavenumbers, 2), 1/mm (mm2 times 1/mm3)."""
    centres = (np.arange(round(problem.SIZE[2] / height)) + 0.5) * height
    layer = np.searchsorted(problem.BOUNDS, centres) - 1
    half = 0.5 * height / problem.ACROSS[layer]
    conductance = 1.0 / (half[:-1] + half[1:])
    between = np.zeros(centres.size)
    between[:-1] += conductance
    between[1:] += conductance
    loss = (problem.CLEARANCE + problem.UPTAKE)[layer]
    source = _source(wavenumber, depth, height)
    bands = np.stack([problem.UPTAKE[b] * (layer == b) / np.count_nonzero(layer == b) for b in problem.BANDS])
    banded = np.zeros((3, centres.size))
    banded[0, 1:] = -conductance
    banded[2, :-1] = -conductance
    response = np.empty((wavenumber.size, 2))
    for i, k in enumerate(wavenumber):
        banded[1] = between + height * (loss + problem.ALONG[layer] * k**2)
        response[i] = bands @ scipy.linalg.solve_banded((1, 1), banded, source[i])
    return response


def bound_maps(modes_per_mm: int = MODES_PER_MM, height: float = HEIGHT, wavenumbers: int = WAVENUMBERS) -> Array:
    """Bound dose (2, 100, 60) per mm3 at the centres of the map's squares."""
    x, y = problem.map_places()
    spots = problem.blebs()
    kx = np.pi / problem.SIZE[0] * np.arange(int(modes_per_mm * problem.SIZE[0]))
    ky = np.pi / problem.SIZE[1] * np.arange(int(modes_per_mm * problem.SIZE[1]))
    norm = np.outer(np.where(kx > 0, 2.0, 1.0), np.where(ky > 0, 2.0, 1.0)) / (problem.SIZE[0] * problem.SIZE[1])
    radial = np.hypot(kx[:, None], ky[None, :])
    wavenumber = radial.max() * np.linspace(0.0, 1.0, wavenumbers) ** 2
    spectrum = np.zeros((2, *radial.shape))
    for place, depth in zip(spots.places, spots.depths, strict=True):
        coarse = _response(wavenumber, float(depth), height)
        fine = _response(wavenumber, float(depth), height / 2.0)
        spline = scipy.interpolate.CubicSpline(wavenumber, (4.0 * fine - coarse) / 3.0)
        wave = norm * np.outer(np.cos(kx * place[0]), np.cos(ky * place[1]))
        values = spline(radial)
        for band in range(2):
            spectrum[band] += wave * values[:, :, band]
    to_x, to_y = np.cos(np.outer(x, kx)), np.cos(np.outer(ky, y))
    return np.stack([to_x @ part @ to_y for part in spectrum])


if __name__ == "__main__":
    one = bound_maps()
    for change in ({"modes_per_mm": MODES_PER_MM // 2}, {"height": 2 * HEIGHT}, {"wavenumbers": WAVENUMBERS // 2}):
        print(change, problem.errors(bound_maps(**change), one))
