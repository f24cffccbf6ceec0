"""The statistical library, loaded only when a trial is analysed (extra `trials`)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from holocrine.errors import InputError


def statsmodels(module: str) -> Any:
    """A module of statsmodels by its name below the package. Raises InputError when the extra is not installed."""
    try:
        return import_module(f"statsmodels.{module}")
    except ImportError as error:
        raise InputError(
            "Trials are analysed with statsmodels, which is not installed. Install holocrine[trials]."
        ) from error
