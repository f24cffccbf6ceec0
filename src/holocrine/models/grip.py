"""From weak thumb muscles to a weak grip: the harm of treating palms."""

from __future__ import annotations

from collections.abc import Mapping

from holocrine.models.readout import Harm, Readout

HAND_HARMS: Mapping[Harm, Readout] = {
    "grip_weakness": Readout(
        ("thenar",),
        "grip_thenar_share",
        None,
        20.0,
        "pinch between thumb and fingers at least a fifth weaker in one hand (assumption)",
        unit="%",
    ),
}
"""Harms whose parameters stand in the table of sweat."""
