"""Every harm that a weak muscle brings, wherever its parameters stand."""

from __future__ import annotations

from collections.abc import Mapping

from holocrine.domain.vocabulary import Harm
from holocrine.models.grip import HAND_HARMS
from holocrine.models.readout import HARMS, ORGAN_HARMS, Readout

EVERY_HARM: Mapping[Harm, Readout] = {**HARMS, **ORGAN_HARMS, **HAND_HARMS}
