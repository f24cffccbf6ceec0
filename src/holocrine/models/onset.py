"""Lebeda's published onset model (2008), rebuilt as the reference our delivery steps are held against.

Four first-order steps without recovery; BioModels BIOMD0000000178, doi 10.1007/s10928-008-9087-3.
"""

from __future__ import annotations

from holocrine.modelling.declaration import Constant, Piece, State, compose

LEBEDA = compose(
    "lebeda_onset",
    (
        Piece(
            states=(
                State("Bulk", "1", "-k_S*Bulk", 1.0, "toxin in the bulk solution"),
                State("Free", "1", "k_S*Bulk - k_B*Free", 0.0, "free toxin at the terminal"),
                State("Bound", "1", "k_B*Free - k_T*Bound", 0.0, "bound toxin"),
                State("Translocated", "1", "k_T*Bound - k_L*Translocated", 0.0, "translocated toxin"),
                State("Lytic", "1", "k_L*Translocated", 0.0, "lytic fraction; tension is one minus this"),
            ),
            constants=(
                Constant("k_S", "1/day", "bulk to free", "Lebeda 2008"),
                Constant("k_B", "1/day", "binding", "Simpson 1980"),
                Constant("k_T", "1/day", "translocation", "Simpson 1980"),
                Constant("k_L", "1/day", "lytic step", "Simpson 1980"),
            ),
        ),
    ),
    outputs=("Lytic",),
)

PUBLISHED_K_S = {"isolated junction": 0.01, "mouse, intramuscular": 0.001, "slow therapeutic onset": 0.00015}
"""k_S of the three published settings, 1/minute."""
