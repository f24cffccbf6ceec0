"""The layers under one injection: those of its region, or of the muscle that an intramuscular needle is meant for."""

from __future__ import annotations

from dataclasses import replace

from holocrine.anatomy.face import Face, MuscleArea
from holocrine.anatomy.polygons import contains
from holocrine.anatomy.sites import LayerStack, layer_stack
from holocrine.domain.vocabulary import Plane, Region

SIDES = ("left", "right")
THINNEST_FAT_MM = 0.2
"""Left of the subcutis where a muscle lies directly under the skin, mm."""
OTHER_MUSCLES = (
    "depressor_septi",
    *(
        f"{name}_{side}"
        for name in ("orbicularis_oculi_lateral", "orbicularis_oris_upper", "masseter")
        for side in SIDES
    ),
)
"""Muscles that needles are meant for and that are not the ones under their region's skin in the layer table."""
DEEP_MM = 7.5
"""Muscles that begin deeper than this lie in a plane of their own, under those of expression."""


def stack_at(face: Face, region: Region, x: float, y: float, plane: Plane) -> LayerStack:
    """The layers (mm) that a needle of `plane` meets at a place (mm) of a region."""
    stack = layer_stack(region, face.sex)
    if plane != "intramuscular":
        return stack
    for name in OTHER_MUSCLES:
        if contains(face.muscles[name].polygon, [(x, y)])[0]:
            return over_muscle(stack, face.muscles[name])
    return stack


def is_deep(stack: LayerStack) -> bool:
    """Whether needles into this stack's muscle go past those of expression: bone under a deep muscle."""
    return stack.bottom == "bone" and stack.top("muscle") > DEEP_MM


def over_muscle(stack: LayerStack, muscle: MuscleArea) -> LayerStack:
    """The skin of a region over another muscle: fat down to it, then that muscle, then bone."""
    heights = {
        "subcutis": max(muscle.depth_top_mm - stack.top("subcutis"), THINNEST_FAT_MM),
        "muscle": muscle.depth_bottom_mm - muscle.depth_top_mm,
    }
    layers = tuple(replace(layer, thickness_mm=heights.get(layer.name, layer.thickness_mm)) for layer in stack.layers)
    return replace(stack, layers=layers, bottom="bone")
