"""What words of the closed lists are called on a page: targets, harms, and which target a course belongs to."""

from __future__ import annotations

from collections.abc import Mapping

from holocrine.domain.forecast import Quantity
from holocrine.domain.vocabulary import Target

READ_OUTS: Mapping[Target, str] = {
    "sebum": "sebum",
    "sweat": "sweat",
    "pores": "visible pore area",
    "acne": "acne lesions",
    "scars": "scar severity",
    "forehead_lines": "forehead lines",
    "glabellar_lines": "frown lines",
    "crows_feet": "lines beside the eyes",
    "jaw": "masseter thickness",
    "nose_tip": "pull on the nose tip",
    "upper_lip": "pull of the lip's edge",
    "bladder": "leak episodes",
}
"""What falls when a target gets better; stands after "fall in"."""

COURSES: Mapping[Target, tuple[Quantity, ...]] = {
    "sebum": ("sebum", "sebum_level"),
    "sweat": ("sweat", "sweat_hdss"),
    "pores": ("pore_area",),
    "acne": ("lesions", "iga"),
    "scars": ("scar_severity", "new_scars"),
    "forehead_lines": ("forehead_lines", "frontalis_force", "brow_height"),
    "glabellar_lines": ("glabellar_lines",),
    "crows_feet": ("crows_feet",),
    "jaw": ("masseter_thickness", "masseter_force"),
    "nose_tip": ("septi_pull", "nasolabial_angle"),
    "upper_lip": ("lip_pull", "upper_lip_show"),
    "bladder": ("leak_episodes", "residual_volume"),
}
"""Courses that are drawn for a target, the one it is judged by first."""

STAGES: tuple[Quantity, ...] = ("closed_comedones", "open_comedones", "papules", "pustules", "nodules", "macules")
"""Parts of the lesion count, which a table holds better than a figure each."""

BESIDE: tuple[Quantity, ...] = (
    "sebum",
    "sweat",
    "pore_area",
    "forehead_lines",
    "glabellar_lines",
    "crows_feet",
    "frontalis_force",
    "brow_height",
)
"""Courses that a person would notice although they are no target; drawn when the plan moves them."""
