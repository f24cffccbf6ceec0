"""Lines of the upper face: their grade at full effort (0-3) from the force of the muscles that fold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.standard_points import TARGET_MUSCLES
from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Region
from holocrine.models.lines import MOST_SEVERE, never_treated, severity
from holocrine.simulation.course import Simulation
from holocrine.simulation.scene import SIDES
from holocrine.simulation.simulator import Simulator
from holocrine.simulation.systems.outcome import Outcome

Array = NDArray[np.float64]

LineKind = Literal["forehead_lines", "glabellar_lines", "crows_feet"]

FRONTALIS_PARTS = ("frontalis_lower", "middle_frontalis", "frontalis_upper")


@dataclass(frozen=True)
class Lines:
    """One kind of lines: its label, where it is seen, and the factors whose product is its exponent."""

    label: str
    region: Region | None
    exponents: tuple[str, ...]


LINES: Mapping[LineKind, Lines] = {
    "forehead_lines": Lines("forehead lines at full effort", "forehead", ("line_exponent", "line_exponent_forehead")),
    "glabellar_lines": Lines("frown lines at full effort", "glabella", ("line_exponent",)),
    "crows_feet": Lines("lines beside the eyes at full effort", None, ("line_exponent", "line_exponent_canthus")),
}


def lines_outcomes(case: Case, simulator: Simulator, simulation: Simulation) -> tuple[Outcome, ...]:
    """The grade of every kind of lines that is a goal or was graded."""
    organs, muscles = simulator.draws.local, simulator.person.scene.muscles
    found = []
    for kind, lines in LINES.items():
        seen: int | None = getattr(case.findings, kind)
        if seen is None and kind not in case.goals.targets:
            continue
        sizes = {name: float(len(muscles[name])) for name in TARGET_MUSCLES[kind]}
        courses = [line_force(kind, force, sizes) for force in (simulation.force, simulation.force_untreated)]
        treated, untreated = line_grades(seen, courses, exponent(kind, organs), organs)
        source = "graded on this person" if seen is not None else "not graded; as in trials of moderate to severe lines"
        basis = f"power of the muscles' force, as the fit reads trials of lines; untreated: {source}"
        found.append(Outcome(kind, lines.label, lines.region, "grade", treated, untreated, "B", basis))
    return tuple(found)


def exponent(kind: LineKind, organs: Mapping[str, Array]) -> Array:
    """Power of the force that a kind of lines follows, (draws,)."""
    return np.asarray(np.prod([organs[name] for name in LINES[kind].exponents], axis=0))


def line_force(kind: LineKind, force: Mapping[str, Array], sizes: Mapping[str, float]) -> Array:
    """Force (draws, weeks) over never treated that folds a kind of lines; `sizes` weights the muscle areas.

    Fibres of the frontalis run up and down and pull no harder than where they are weakest: low, in the middle, high.
    """
    if kind == "forehead_lines":
        parts = [[force[f"{part}_{side}"] for part in FRONTALIS_PARTS] for side in SIDES]
        return np.asarray(np.min(parts, axis=1).mean(axis=0))
    total = sum(sizes[name] for name in TARGET_MUSCLES[kind])
    return np.asarray(np.sum([sizes[name] / total * force[name] for name in TARGET_MUSCLES[kind]], axis=0))


def line_grades(
    seen: int | None, forces: Sequence[Array], exponent: Array, organs: Mapping[str, Array]
) -> tuple[Array, Array]:
    """Grades (draws, weeks) at the forces with and without the session, from the grade seen at week 0 of the latter.

    Without a grade the severity never treated is drawn as in trials; a grade seen carries the error of one rating.
    """
    with_session, without = forces
    power = exponent[:, None]
    if seen is None:
        before = np.clip(organs["line_grade_unknown"], 0.0, MOST_SEVERE)
    else:
        rated = np.clip(seen + (organs["line_grade_error"] if seen else 0.0), 0.0, MOST_SEVERE)
        before = never_treated(np.broadcast_to(rated, exponent.shape), without[:, 0], exponent)
    return severity(before[:, None], with_session, power), severity(before[:, None], without, power)
