"""One place of skin with the muscle beneath it: all three terminal types and the organs they drive."""

from __future__ import annotations

from holocrine.modelling.declaration import compose
from holocrine.models.junction import SPROUTS, junction
from holocrine.models.muscle import FIBRES
from holocrine.models.sebum import DIRECT, SEBACEOUS_GLAND
from holocrine.models.sweat import SWEAT_GLAND

SITE = compose(
    "site",
    (
        *(junction("motor"), SPROUTS, FIBRES),
        *(junction("sudomotor"), SWEAT_GLAND),
        *(junction("sebaceous"), DIRECT, SEBACEOUS_GLAND),
    ),
    outputs=("force", "M", "rho_eff", "sweat", "rho_s", "R", "rho_g"),
)
