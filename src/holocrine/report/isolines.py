"""Isolines of a raster by marching squares (Lorensen and Cline's cubes in two dimensions), joined into lines."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

Node = tuple[int, int, int]
"""A crossing on the grid: row, column, and 0 for the edge to the right or 1 for the edge upwards."""

_BOTTOM, _RIGHT, _TOP, _LEFT = range(4)
_SEGMENTS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((_LEFT, _BOTTOM),),
    2: ((_BOTTOM, _RIGHT),),
    3: ((_LEFT, _RIGHT),),
    4: ((_RIGHT, _TOP),),
    6: ((_BOTTOM, _TOP),),
    7: ((_LEFT, _TOP),),
    8: ((_TOP, _LEFT),),
    9: ((_TOP, _BOTTOM),),
    11: ((_TOP, _RIGHT),),
    12: ((_RIGHT, _LEFT),),
    13: ((_RIGHT, _BOTTOM),),
    14: ((_BOTTOM, _LEFT),),
}
_SADDLE_JOINED = {5: ((_LEFT, _TOP), (_RIGHT, _BOTTOM)), 10: ((_BOTTOM, _LEFT), (_TOP, _RIGHT))}
_SADDLE_APART = {5: ((_LEFT, _BOTTOM), (_RIGHT, _TOP)), 10: ((_BOTTOM, _RIGHT), (_TOP, _LEFT))}


def isolines(
    x: NDArray[np.float64], y: NDArray[np.float64], values: NDArray[np.float64], level: float
) -> list[NDArray[np.float64]]:
    """Lines along which `values` equals `level`.

    `x` (nx,) and `y` (ny,) in mm, ascending; `values` (ny, nx), NaN where nothing is known: cells that touch a
    NaN carry no line. Returns one array (n, 2) of x, y in mm per line; a closed line repeats its first point.
    """
    if values.shape != (y.size, x.size):
        raise ValueError(f"values have shape {values.shape}, the grid is {(y.size, x.size)}")
    neighbours: dict[Node, list[Node]] = defaultdict(list)
    for row, column, case in _crossed_cells(values, level):
        corners = values[row : row + 2, column : column + 2]
        for start, end in _segments(case, float(corners.mean()) >= level):
            first, second = _node(row, column, start), _node(row, column, end)
            neighbours[first].append(second)
            neighbours[second].append(first)
    return [_points(line, x, y, values, level) for line in _chains(neighbours)]


def _crossed_cells(values: NDArray[np.float64], level: float) -> list[tuple[int, int, int]]:
    """Row, column and corner pattern (bits: lower left, lower right, upper right, upper left) of crossed cells."""
    above = (values >= level).astype(np.int8)
    known = np.isfinite(values)
    pattern = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    complete = known[:-1, :-1] & known[:-1, 1:] & known[1:, 1:] & known[1:, :-1]
    rows, columns = np.nonzero(complete & (pattern > 0) & (pattern < 15))
    return [(int(r), int(c), int(pattern[r, c])) for r, c in zip(rows, columns, strict=True)]


def _segments(case: int, centre_above: bool) -> tuple[tuple[int, int], ...]:
    if case in _SADDLE_JOINED:
        return _SADDLE_JOINED[case] if centre_above else _SADDLE_APART[case]
    return _SEGMENTS[case]


def _node(row: int, column: int, side: int) -> Node:
    if side == _BOTTOM:
        return row, column, 0
    if side == _TOP:
        return row + 1, column, 0
    return (row, column, 1) if side == _LEFT else (row, column + 1, 1)


def _chains(neighbours: dict[Node, list[Node]]) -> list[list[Node]]:
    """Walk the segments into lines: open ones from their ends first, then the closed ones."""
    left = {node: list(ends) for node, ends in neighbours.items()}
    starts = [node for node, ends in neighbours.items() if len(ends) == 1] + list(neighbours)
    chains = []
    for start in starts:
        if not left[start]:
            continue
        chain = [start]
        while left[chain[-1]]:
            here = chain[-1]
            following = left[here].pop()
            left[following].remove(here)
            chain.append(following)
        chains.append(chain)
    return chains


def _points(
    line: list[Node], x: NDArray[np.float64], y: NDArray[np.float64], values: NDArray[np.float64], level: float
) -> NDArray[np.float64]:
    points = np.empty((len(line), 2))
    for i, (row, column, upwards) in enumerate(line):
        here = values[row, column]
        there = values[row + 1, column] if upwards else values[row, column + 1]
        share = (level - here) / (there - here)
        points[i, 0] = x[column] if upwards else x[column] + share * (x[column + 1] - x[column])
        points[i, 1] = y[row] + share * (y[row + 1] - y[row]) if upwards else y[row]
    return points
