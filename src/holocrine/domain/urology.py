"""What urology found: needed before anything is injected into the bladder, and for a forecast of leaks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.quantities import _quantity
from holocrine.domain.vocabulary import YesNo

Cause = Literal["idiopathic", "neurogenic"]
UrineVolume = Annotated[float, *_quantity("mL", 0.0, 2000.0, 30.0)]
"""mL in the bladder."""


class Urology(Record):
    """Overactive bladder of one person. `leak_episodes` per day, from a diary; `residual_volume` (mL) after voiding.

    `cause` None means unknown. `self_catheterisation` says whether the person is willing and able, `dysreflexia_risk`
    whether the spinal cord is injured at or above the sixth thoracic segment.
    """

    cause: Cause | None = None
    leak_episodes: Annotated[float, Field(ge=0, le=50)] | None = None
    residual_volume: UrineVolume | None = None
    self_catheterisation: YesNo = "unknown"
    infection: YesNo = "unknown"
    dysreflexia_risk: YesNo = "unknown"
