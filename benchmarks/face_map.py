"""The face map of a 100-point plan at 1 mm for all terminal types, once the kernels exist.

One parameter vector, needles where they were planned. Aim: at most 10 ms.
"""

from __future__ import annotations

import os
import tempfile

import numpy as np
from numpy.typing import NDArray

import timing
from holocrine.anatomy.face import Face, build_face
from holocrine.anatomy.polygons import cells, raster
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.vocabulary import Region
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.junction import TERMINALS
from holocrine.population.typical import table_values
from holocrine.simulation.binding import Shots, bound_dose, nominal_volume
from holocrine.simulation.draws import typical
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.placement import as_planned
from holocrine.simulation.spread import DEPTHS, RADIUS_STEP
from holocrine.solvers.superposition import superpose

POINTS = 100
DEPTH_MM, VOLUME_ML = 1.1, 0.02


def spread_points(face: Face) -> tuple[NDArray[np.float64], list[Region]]:
    """A hundred points over all regions: the coarsest square lattice with enough of them, thinned evenly."""
    for spacing in np.arange(20.0, 5.0, -0.25):
        found = [(region, place) for region, outline in face.regions.items() for place in cells(outline, spacing)]
        if len(found) >= POINTS:
            keep = np.linspace(0, len(found) - 1, POINTS).round().astype(int)
            return np.array([found[i][1] for i in keep]), [found[i][0] for i in keep]
    raise RuntimeError("the face is too small")


def main() -> None:
    """Measure, print, save."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOLOCRINE_CACHE"] = folder
        measured()


def measured() -> None:
    """Build face, plan and kernels, then time the map as a whole and the sum in it."""
    face = build_face("female", FaceMeasurements())
    x, y, region_of, _ = raster(face, 1.0)
    places = np.stack(np.meshgrid(x, y), axis=-1)[region_of >= 0]
    points, regions = spread_points(face)
    stacks = [layer_stack(region, "female") for region in regions]
    draws = typical(table_values(load_parameters()), load_hypotheses())
    depth, one = np.full(POINTS, DEPTH_MM), np.ones(POINTS)
    shots = Shots("onabotulinumtoxinA", points, depth, one, VOLUME_ML * one, stacks)
    landed = as_planned(points, depth, draws)
    library = KernelLibrary(draws.spatial)
    sites = [(stack, nominal_volume(VOLUME_ML)) for stack in stacks]
    tables, table_of = library.tables(sites, TERMINALS)
    levels = np.interp(landed[1], DEPTHS, np.arange(DEPTHS.size))

    def only_sum() -> object:
        return superpose(tables, RADIUS_STEP, table_of, draws.spatial_of, one[None], landed[0], levels, places)

    times = timing.interleaved(
        {
            "map": lambda: bound_dose(shots, landed, places, draws, library),
            "sum": only_sum,
        },
        runs=50,
    )
    timing.save("face_map", {"points": POINTS, "cells": int(places.shape[0]), "times": times})
    print(f"{POINTS} points, {places.shape[0]} cells of 1 mm, three terminal types")
    for name, seconds in times.items():
        print(f"  {name:8s} {timing.milliseconds(seconds)} ms")


if __name__ == "__main__":
    main()
