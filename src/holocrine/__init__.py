"""Holocrine: model-informed botulinum toxin treatment of acne-prone skin.

The names below are the public interface. Each is loaded when it is first used, so that `import holocrine` stays
light: the numerical libraries wait until something is computed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holocrine import population as population
    from holocrine import report as report
    from holocrine.domain.assessment import Assessment as Assessment
    from holocrine.domain.case import Case as Case
    from holocrine.domain.forecast import Forecast as Forecast
    from holocrine.domain.plan import Override as Override
    from holocrine.domain.plan import Plan as Plan
    from holocrine.errors import FieldError as FieldError
    from holocrine.errors import HolocrineError as HolocrineError
    from holocrine.errors import InputError as InputError
    from holocrine.following import forecast as forecast
    from holocrine.learning import calibrate as calibrate
    from holocrine.learning import evidence as evidence
    from holocrine.learning import validate as validate
    from holocrine.services import Answer as Answer
    from holocrine.services import assess as assess
    from holocrine.services import build_face as build_face
    from holocrine.services import export_sbml as export_sbml
    from holocrine.services import load_case as load_case
    from holocrine.services import load_plan as load_plan
    from holocrine.services import plan as plan
    from holocrine.services import schema as schema
    from holocrine.services import simulate as simulate
    from holocrine.services import virtual_population as virtual_population
    from holocrine.trialling import evaluate_trial as evaluate_trial
    from holocrine.trialling import load_trial as load_trial

__version__ = "0.1.0"

# Where each public name lives; the block above tells type checkers the same.
_HOME = {
    "load_case": "holocrine.services",
    "load_plan": "holocrine.services",
    "assess": "holocrine.services",
    "plan": "holocrine.services",
    "simulate": "holocrine.services",
    "build_face": "holocrine.services",
    "schema": "holocrine.services",
    "export_sbml": "holocrine.services",
    "virtual_population": "holocrine.services",
    "forecast": "holocrine.following",
    "calibrate": "holocrine.learning",
    "validate": "holocrine.learning",
    "evidence": "holocrine.learning",
    "load_trial": "holocrine.trialling",
    "evaluate_trial": "holocrine.trialling",
    "Case": "holocrine.domain.case",
    "Plan": "holocrine.domain.plan",
    "Override": "holocrine.domain.plan",
    "Forecast": "holocrine.domain.forecast",
    "Assessment": "holocrine.domain.assessment",
    "Answer": "holocrine.services",
    "HolocrineError": "holocrine.errors",
    "InputError": "holocrine.errors",
    "FieldError": "holocrine.errors",
}
_ROOMS = ("population", "report")

__all__ = [*_HOME, *_ROOMS]


def __getattr__(name: str) -> object:
    """Load a public name, or a public room such as `holocrine.report`, at its first use (PEP 562)."""
    if name in _HOME:
        value: object = getattr(importlib.import_module(_HOME[name]), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"holocrine.{name}")
    else:
        raise AttributeError(f"module 'holocrine' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
