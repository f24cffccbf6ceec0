"""From toxin at the terminals to lesions in one system: skin, muscle, gland, follicle and acne, without drugs."""

from __future__ import annotations

from holocrine.modelling.declaration import Constant, Piece, compose
from holocrine.models.acne import BRANCHING, FOLLICLE, LESIONS
from holocrine.models.junction import SPROUTS, junction
from holocrine.models.muscle import FIBRES
from holocrine.models.sebum import DIRECT, SEBACEOUS_GLAND
from holocrine.models.sweat import SWEAT_GLAND

ALONE = Piece(
    constants=(
        Constant("E_K", "1", "share of plug formation that drugs remove", "none given"),
        Constant("kill", "1/day", "rate at which drugs kill C. acnes", "none given"),
        Constant("E_I", "1", "share of inflammation that drugs remove", "none given"),
        Constant("f", "1", "flare: cycle and season", "none"),
    )
)
"""What acts on the follicle from outside, held still."""

WHOLE = compose(
    "whole",
    (
        *(junction("motor"), SPROUTS, FIBRES),
        *(junction("sudomotor"), SWEAT_GLAND),
        *(junction("sebaceous"), DIRECT, SEBACEOUS_GLAND),
        *(ALONE, FOLLICLE, BRANCHING, LESIONS),
    ),
    outputs=("force", "M", "sweat", "R", "cc", "oc", "p", "u", "o", "a", "s", "s_o"),
)
"""Forecasts run its two halves one after the other, because the sebum of a region is an average over places."""
