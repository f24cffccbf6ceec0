"""The persons of the comparison: three of the examples and random, valid variations of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
from benchmarks.planner.tasks import Task, task_of

from holocrine import services
from holocrine.domain.case import Case
from holocrine.domain.vocabulary import Experience, Region, Sex
from holocrine.errors import FieldError

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMED = ("oily-forehead", "oily-sweating", "acne-add-on")
REGIONS: tuple[tuple[Region, ...], ...] = (
    ("forehead",),
    ("nose",),
    ("cheek_left", "cheek_right"),
    ("chin",),
    ("temple_left", "temple_right"),
    ("scalp_edge",),
)
MEASURED = {
    "forehead_height": (48.0, 70.0),
    "bitemporal_width": (104.0, 122.0),
    "bizygomatic_width": (120.0, 144.0),
    "intercanthal_distance": (29.0, 36.0),
    "nasal_width": (34.0, 48.0),
}
"""Range of each measurement in mm, between what the face map accepts for a slight and for a large face."""
DILUTIONS_ML = (2.5, 4.0, 5.0, 8.0)
SEBUM = (60.0, 300.0)
"""Sebumeter readings, ug/cm2."""
MOST_TRIES = 200


def example(name: str) -> Task:
    """A packaged example by name."""
    return task_of(name, services.load_case(EXAMPLES / f"{name}.toml"))


def variation(name: str, number: int, seed: int) -> Task:
    """The `number`-th variation of an example that permits a plan."""
    random = np.random.default_rng([seed, number])
    base = services.load_case(EXAMPLES / f"{name}.toml")
    for _ in range(MOST_TRIES):
        case = _varied(base, random)
        try:
            if services.assess(case).permits_plan:
                return task_of(f"{name}, variation {number}", case)
        except FieldError:
            continue  # a face that no one has
    raise RuntimeError(f"no variation {number} of {name} permits a plan")


def everyone(variations: int, seed: int) -> Iterator[Task]:
    """The named examples, then `variations` of them in turn."""
    yield from (example(name) for name in NAMED)
    yield from (variation(NAMED[number % len(NAMED)], number + 1, seed) for number in range(variations))


def _varied(base: Case, random: np.random.Generator) -> Case:
    sex: Sex = random.choice(get_args(Sex))
    regions = _regions(random)
    volumes = sorted(random.choice(DILUTIONS_ML, random.integers(1, 3), replace=False).tolist())
    changes: dict[str, dict[str, Any]] = {
        "patient": {
            "age": int(random.integers(18, 61)),
            "sex": sex,
            "pregnancy": "no",
            "lactation": "no",
            "face": base.patient.face.model_copy(update=_measured(random)),
        },
        "findings": {"sebum": {region: round(float(random.uniform(*SEBUM)), 0) for region in regions}},
        "goals": {"regions": regions},
        "product": {"diluent_volumes": tuple(volumes)},
        "injector": {"experience": random.choice(get_args(Experience))},
    }
    parts = {name: getattr(base, name).model_copy(update=change) for name, change in changes.items()}
    return base.model_copy(update=parts)


def _regions(random: np.random.Generator) -> tuple[Region, ...]:
    """One to three parts of the face, both sides of it alike."""
    chosen = sorted(random.choice(len(REGIONS), random.integers(1, 4), replace=False).tolist())
    return tuple(region for number in chosen for region in REGIONS[number])


def _measured(random: np.random.Generator) -> dict[str, float]:
    """Some of the measurements; the others come from anthropometry."""
    return {name: round(float(random.uniform(*span)), 0) for name, span in MEASURED.items() if random.random() < 0.5}
