"""Which spread kernels a search will ask for."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.anatomy.sites import layer_stack
from holocrine.anatomy.stacks import stack_at
from holocrine.domain.vocabulary import Target
from holocrine.planning.muscle_sets import LEVELS, muscle_group
from holocrine.planning.setting import Setting
from holocrine.simulation.library import Site


def kernels_wanted(setting: Setting, targets: Sequence[Target]) -> list[Site]:
    """Every stack of layers with every volume (mL) that a plan of this setting may inject into it."""
    volumes = dict.fromkeys(dose.volume for dose in setting.doses)
    sites = [(layer_stack(region, setting.face.sex), volume) for region in setting.regions for volume in volumes]
    for target in targets:
        for solution in setting.solutions:
            for level in LEVELS:
                for point in muscle_group(setting, target, solution, level):
                    sites.append((stack_at(setting.face, point.region, point.x, point.y, point.plane), point.volume))
    return sites
