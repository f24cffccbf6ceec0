"""Steady diffusion with first-order loss in a layered half-space, axisymmetric and directly solved.

Solves, for one unit of substance put down as `source`,

    -(1/r) d/dr(r D_r(z) de/dr) - d/dz(D_z(z) de/dz) + k(z) e = source,

by finite volumes on a rectangular (r, z) mesh. The mesh may be uneven in both directions; layer
boundaries must be cell edges in z. Because the coefficients depend on z alone, the discrete operator
separates: the radial part is diagonalised once per radial mesh (a symmetric tridiagonal eigenproblem)
and every radial mode leaves one tridiagonal system in z. The result is the solution of the same discrete
equations a sparse LU would solve, to round-off, at a fraction of the work.

Boundaries: no flux through the top (z = 0); the outer radius absorbs; the bottom absorbs or reflects.
What leaves through an absorbing edge is measured and returned, so the balance always closes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import scipy.linalg
import scipy.sparse
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RadialMesh:
    """Ring cells and the modes of their diffusion operator.

    `edges` (nr + 1,) mm from 0; `areas` (nr,) mm2; `rates` (nm,) 1/mm2; `modes` (nr, nm) with
    modes.T @ diag(areas) @ modes = 1; `edge_conductance` is the absorbing edge's, dimensionless per mm depth.
    """

    edges: Array
    centres: Array
    areas: Array
    rates: Array
    modes: Array
    edge_conductance: float


@dataclass(frozen=True)
class LayeredMedium:
    """Coefficients per z cell: `edges` (nz + 1,) mm; diffusivities mm2/day; loss 1/day."""

    edges: Array
    radial_diffusivity: Array
    vertical_diffusivity: Array
    loss_rate: Array
    absorbing_bottom: bool = False

    @property
    def thickness(self) -> Array:
        """Cell thickness (nz,) in mm."""
        return np.diff(self.edges)


@dataclass(frozen=True)
class AxisymmetricSolution:
    """Exposure per unit injected (nr, nz) in day/mm3, and the share that left through the absorbing edges."""

    exposure: Array
    edge_flux: float


def radial_mesh(edges: Array) -> RadialMesh:
    """Build the ring cells between `edges` (nr + 1,) mm and diagonalise their operator."""
    edges = np.asarray(edges, dtype=np.float64)
    centres = 0.5 * (edges[1:] + edges[:-1])
    areas = np.pi * (edges[1:] ** 2 - edges[:-1] ** 2)
    inner = 2.0 * np.pi * edges[1:-1] / np.diff(centres)
    outer = 2.0 * np.pi * edges[-1] / (edges[-1] - centres[-1])
    diagonal = np.zeros(centres.size)
    diagonal[:-1] += inner
    diagonal[1:] += inner
    diagonal[-1] += outer
    scale = 1.0 / np.sqrt(areas)
    rates, vectors = scipy.linalg.eigh_tridiagonal(diagonal * scale**2, -inner * scale[:-1] * scale[1:])
    return RadialMesh(edges, centres, areas, rates, scale[:, None] * vectors, outer)


def graded_edges(fine_until: float, fine_step: float, growth: float, radius: float) -> Array:
    """Edges (mm): even steps up to `fine_until`, then steps growing by `growth` until `radius` is passed."""
    count = max(2, int(np.ceil(fine_until / fine_step)))
    edges = list(np.linspace(0.0, count * fine_step, count + 1))
    step = fine_step
    while edges[-1] < radius:
        step *= growth
        edges.append(edges[-1] + step)
    return np.array(edges)


def vertical_conductance(medium: LayeredMedium) -> Array:
    """Conductance per area between neighbouring z cells (nz - 1,) in mm/day; series resistances, so exact at layers."""
    half = 0.5 * medium.thickness / medium.vertical_diffusivity
    return 1.0 / (half[:-1] + half[1:])


def _bottom_conductance(medium: LayeredMedium) -> float:
    if not medium.absorbing_bottom:
        return 0.0
    return float(2.0 * medium.vertical_diffusivity[-1] / medium.thickness[-1])


@numba.njit(cache=True)
def _solve_modes(
    rates: Array, radial: Array, fixed: Array, conductance: Array, source: Array
) -> Array:  # pragma: no cover - compiled
    """Thomas algorithm for every mode at once; modes run along the last, contiguous axis."""
    nz, nm = source.shape
    pivot = np.empty((nz, nm))
    solution = source.copy()
    for m in range(nm):
        pivot[0, m] = fixed[0] + radial[0] * rates[m]
    for j in range(1, nz):
        g = conductance[j - 1]
        for m in range(nm):
            factor = g / pivot[j - 1, m]
            pivot[j, m] = fixed[j] + radial[j] * rates[m] - g * factor
            solution[j, m] += factor * solution[j - 1, m]
    for m in range(nm):
        solution[nz - 1, m] /= pivot[nz - 1, m]
    for j in range(nz - 2, -1, -1):
        g = conductance[j]
        for m in range(nm):
            solution[j, m] = (solution[j, m] + g * solution[j + 1, m]) / pivot[j, m]
    return solution


def solve_axisymmetric(mesh: RadialMesh, medium: LayeredMedium, source: Array) -> AxisymmetricSolution:
    """Exposure for `source` (nr, nz), the amount put into each cell (sums to one for a unit dose)."""
    return solve_axisymmetric_each(mesh, medium, source[None])[0]


def solve_axisymmetric_each(mesh: RadialMesh, medium: LayeredMedium, sources: Array) -> list[AxisymmetricSolution]:
    """Exposures for several `sources` (k, nr, nz) in the same medium, solved together."""
    dz = medium.thickness
    conductance = vertical_conductance(medium)
    bottom = _bottom_conductance(medium)
    fixed = medium.loss_rate * dz
    fixed[:-1] += conductance
    fixed[1:] += conductance
    fixed[-1] += bottom
    count, modes = sources.shape[0], mesh.rates.size
    spectrum = np.ascontiguousarray((sources.transpose(2, 0, 1) @ mesh.modes).reshape(dz.size, count * modes))
    rates = np.tile(mesh.rates, count)
    solved = _solve_modes(rates, medium.radial_diffusivity * dz, fixed, conductance, spectrum)
    exposures = mesh.modes @ solved.reshape(dz.size, count, modes).transpose(1, 2, 0)
    sides = mesh.edge_conductance * (exposures[:, -1] @ (medium.radial_diffusivity * dz))
    below = bottom * (exposures[:, :, -1] @ mesh.areas)
    return [AxisymmetricSolution(e, float(flux)) for e, flux in zip(exposures, sides + below, strict=True)]


def assemble_axisymmetric(mesh: RadialMesh, medium: LayeredMedium) -> scipy.sparse.csc_array:
    """The same discrete operator as a sparse matrix (nr*nz square, z fastest), for checks and for time stepping."""
    nr, nz = mesh.areas.size, medium.thickness.size
    inner = 2.0 * np.pi * mesh.edges[1:-1] / np.diff(mesh.centres)
    diagonal = np.zeros(nr)
    diagonal[:-1] += inner
    diagonal[1:] += inner
    diagonal[-1] += mesh.edge_conductance
    radial = scipy.sparse.diags_array([-inner, diagonal, -inner], offsets=[-1, 0, 1], shape=(nr, nr))
    conductance = vertical_conductance(medium)
    column = np.zeros(nz)
    column[:-1] += conductance
    column[1:] += conductance
    column[-1] += _bottom_conductance(medium)
    vertical = scipy.sparse.diags_array([-conductance, column, -conductance], offsets=[-1, 0, 1], shape=(nz, nz))
    dz = medium.thickness
    matrix = (
        scipy.sparse.kron(radial, scipy.sparse.diags_array(medium.radial_diffusivity * dz))
        + scipy.sparse.kron(scipy.sparse.diags_array(mesh.areas), vertical)
        + scipy.sparse.kron(scipy.sparse.diags_array(mesh.areas), scipy.sparse.diags_array(medium.loss_rate * dz))
    )
    return scipy.sparse.csc_array(matrix)


def spheroid_share(
    r_edges: Array, z_edges: Array, *, depth: float, radius: float, half_height: float, top: float, bottom: float
) -> Array:
    """Share of a uniform spheroid in each (r, z) cell, (nr, nz), exact, summing to one.

    The spheroid (semi-axes `radius`, `half_height`, centre at `depth`, all mm) is cut off at `top` and
    `bottom`; what is cut is spread evenly over the rest.
    """
    inside = int(np.searchsorted(r_edges, radius)) + 1
    z = np.clip(z_edges, top, bottom)
    u = np.clip((z - depth) / half_height, -1.0, 1.0)[None, :]
    ring = np.minimum(r_edges[:inside], radius)[:, None] ** 2
    flat = np.sqrt(np.maximum(0.0, 1.0 - ring / radius**2))

    def cap(t: Array) -> Array:
        return radius**2 * (t - t * t * t / 3.0)

    below, middle, above = np.minimum(u, -flat), np.clip(u, -flat, flat), np.maximum(u, flat)
    cumulative = cap(below) + ring * (middle + flat) + cap(above) - cap(flat)
    volume = np.diff(np.diff(cumulative, axis=0), axis=1)
    total = volume.sum()
    if total <= 0.0:
        raise ValueError("the spheroid lies outside the tissue between top and bottom")
    share = np.zeros((r_edges.size - 1, z_edges.size - 1))
    share[: inside - 1] = np.maximum(volume, 0.0) / total
    return share


def exponential_disc_share(r_edges: Array, z_edges: Array, *, length: float, top: float, bottom: float) -> Array:
    """Share in each cell of a sheet between `top` and `bottom` with density proportional to exp(-r/length)."""
    x = r_edges / length
    rings = np.diff(-(1.0 + x) * np.exp(-x))
    slab = np.diff(np.clip(z_edges, top, bottom))
    return np.outer(rings / rings.sum(), slab / slab.sum())
