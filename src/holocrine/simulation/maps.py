"""Expected effects drawn on the face: what each square millimetre can expect."""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.polygons import Polygon, contains
from holocrine.anatomy.sheets import is_sheet, on_face, region_polygon
from holocrine.domain.forecast import AreaShare
from holocrine.domain.maps import FaceMaps
from holocrine.domain.vocabulary import Region, SheetRegion
from holocrine.models.junction import Terminal
from holocrine.simulation.binding import Shots, bound_dose, loading
from holocrine.simulation.draws import Draws
from holocrine.simulation.history import residual_loading
from holocrine.simulation.placement import placed
from holocrine.simulation.response import NEW_NODES, PAST_NODES, node_positions
from holocrine.simulation.simulator import Simulator

Array = NDArray[np.float64]

MAP_CELL_MM = 1.0
MAP_DRAWS = 128
MAP_WEEKS = (0.0, 2.0, 4.0, 8.0, 12.0, 16.0, 20.0, 26.0)
AREA_WEEK = 4.0
FALL_STEPS = (10, 20, 30, 40)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _mean_surface(past: Array, new: Array, values: Array, out: Array) -> None:  # pragma: no cover - compiled
    draws, count = new.shape
    for d in range(draws):
        for c in range(count):
            i = min(int(past[d, c]), max(values.shape[1] - 2, 0))
            s = past[d, c] - i
            upper = min(i + 1, values.shape[1] - 1)
            j = min(int(new[d, c]), values.shape[2] - 2)
            t = new[d, c] - j
            for w in range(values.shape[3]):
                low = (1.0 - t) * values[d, i, j, w] + t * values[d, i, j + 1, w]
                high = (1.0 - t) * values[d, upper, j, w] + t * values[d, upper, j + 1, w]
                out[w, c] += ((1.0 - s) * low + s * high) / draws


def mean_surface(past: Array, new: Array, values: Array) -> Array:
    """Mean over draws of surfaces (draws, past, new, weeks) at node positions (draws, cells); (weeks, cells)."""
    out = np.zeros((values.shape[3], new.shape[1]))
    _mean_surface(past, new, np.ascontiguousarray(values), out)
    return out


def _expected(simulator: Simulator, shots: Shots, places: Array, terminal: Terminal, draws: Draws) -> Array:
    """Expected read-out over untreated at places, (map weeks, places)."""
    person = simulator.person
    face = person.scene.face
    landed = placed(shots.xy, shots.depth, draws, person.experience)
    bound = bound_dose(shots, landed, places, draws, simulator.library, (terminal,))[terminal]
    new = node_positions(loading(terminal, bound, shots.product, draws), NEW_NODES)
    past = np.zeros(new.shape)
    if person.sessions:
        left = residual_loading(terminal, person.sessions, face, person.experience, places, draws, simulator.library)
        past = node_positions(left, PAST_NODES)
    weeks = np.searchsorted(simulator.weeks, MAP_WEEKS)
    return mean_surface(past, new, simulator.responses[terminal].values[:MAP_DRAWS][..., weeks])


def face_maps(simulator: Simulator, shots: Shots) -> FaceMaps | None:
    """Expected maps of the face's read-out regions and of the frontalis, on `MAP_DRAWS` of the draws; None without."""
    scene = simulator.person.scene
    regions = tuple(region for region in scene.regions if on_face(region))
    lifting = [muscle.polygon for name, muscle in scene.face.muscles.items() if name.startswith("frontalis")]
    return _maps(simulator, shots, regions, lifting) if regions else None


def sheet_maps(simulator: Simulator, shots: Shots) -> dict[SheetRegion, FaceMaps]:
    """The same for every sheet that is read out; places on the common plane."""
    sheets = [region for region in simulator.person.scene.regions if is_sheet(region) and region != "bladder"]
    return {region: _maps(simulator, shots, (region,), ()) for region in sheets}


def _maps(simulator: Simulator, shots: Shots, regions: tuple[Region, ...], muscles: Sequence[Polygon]) -> FaceMaps:
    face = simulator.person.scene.face
    draws = simulator.draws.subset(np.arange(min(MAP_DRAWS, simulator.draws.n)))
    outline = np.concatenate([*(region_polygon(face, region) for region in regions), *muscles])
    low, high = np.floor(outline.min(axis=0)), np.ceil(outline.max(axis=0))
    x = np.arange(low[0], high[0]) + 0.5 * MAP_CELL_MM
    y = np.arange(low[1], high[1]) + 0.5 * MAP_CELL_MM
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    region_of = np.full(grid.shape[0], -1, dtype=np.int16)
    for number, region in enumerate(regions):
        region_of[contains(region_polygon(face, region), grid)] = number
    in_muscle = np.any([contains(polygon, grid) for polygon in muscles], axis=0) & np.ones(grid.shape[0], dtype=bool)
    shape = (len(MAP_WEEKS), y.size, x.size)

    def layer(terminal: Terminal, where: NDArray[np.bool_]) -> Array:
        values = np.full((len(MAP_WEEKS), grid.shape[0]), np.nan)
        values[:, where] = 100.0 * (1.0 - _expected(simulator, shots, grid[where], terminal, draws))
        return values.reshape(shape)

    return FaceMaps(
        x=x,
        y=y,
        weeks=MAP_WEEKS,
        regions=regions,
        region_of=region_of.reshape(y.size, x.size),
        sebum_fall=layer("sebaceous", region_of >= 0),
        sweat_fall=layer("sudomotor", region_of >= 0),
        frontalis_loss=layer("motor", in_muscle),
    )


def area_shares(maps: FaceMaps | None, simulator: Simulator) -> tuple[AreaShare, ...]:
    """Share of each region of the face whose expected fall in sebum at week 4 reaches 10, 20, 30, 40 percent."""
    if maps is None:
        return ()
    week = maps.weeks.index(AREA_WEEK)
    shares = []
    for region in maps.regions:
        falls = maps.sebum_fall[week][maps.region_of == maps.regions.index(region)]
        by_fall = {f"{step}": float((falls >= step).mean()) for step in FALL_STEPS}
        area = simulator.person.scene.areas[region]
        shares.append(AreaShare(region=region, area_cm2=round(area, 2), share_by_fall=by_fall))
    return tuple(shares)
