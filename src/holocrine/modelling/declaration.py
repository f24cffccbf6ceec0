"""A model is declared once: states, constants, assigned quantities and outputs, as text with units.

Right-hand side, Jacobian, unit check and documented equations are all derived from this declaration
(see `codegen`, `dimensions`, `equations`). Time is in days throughout.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from holocrine.errors import InternalError


@dataclass(frozen=True)
class Constant:
    """A parameter of the equations; `source` names the row of the parameter table or the paper."""

    symbol: str
    unit: str
    meaning: str
    source: str


@dataclass(frozen=True)
class Assigned:
    """A quantity given by an expression of states, constants and earlier assigned quantities."""

    symbol: str
    unit: str
    expression: str
    meaning: str


@dataclass(frozen=True)
class State:
    """A state with its rate (unit per day) and where it starts when nothing was ever injected."""

    symbol: str
    unit: str
    rate: str
    initial: float
    meaning: str


@dataclass(frozen=True)
class Model:
    """States, constants, assigned quantities; `outputs` names what a simulation returns."""

    name: str
    states: tuple[State, ...]
    constants: tuple[Constant, ...]
    assigned: tuple[Assigned, ...]
    outputs: tuple[str, ...]

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every symbol."""
        items: tuple[State | Constant | Assigned, ...] = (*self.states, *self.constants, *self.assigned)
        return {item.symbol: item.unit for item in items}

    @property
    def state_names(self) -> tuple[str, ...]:
        """State symbols in order."""
        return tuple(state.symbol for state in self.states)

    @property
    def constant_names(self) -> tuple[str, ...]:
        """Constant symbols in order."""
        return tuple(constant.symbol for constant in self.constants)

    @property
    def hash(self) -> str:
        """Fingerprint (16 hex digits) of the whole declaration."""
        return hashlib.sha256(
            repr((self.name, self.states, self.constants, self.assigned, self.outputs)).encode()
        ).hexdigest()[:16]


@dataclass(frozen=True)
class Piece:
    """A part of a model that can be joined with others."""

    states: tuple[State, ...] = ()
    constants: tuple[Constant, ...] = ()
    assigned: tuple[Assigned, ...] = ()


def compose(name: str, pieces: Iterable[Piece], outputs: tuple[str, ...]) -> Model:
    """Join pieces into one model; assigned quantities keep their order.

    Pieces may share a constant, declared alike in each. Raises InternalError on any other repeated symbol.
    """
    pieces = tuple(pieces)
    model = Model(
        name,
        tuple(state for piece in pieces for state in piece.states),
        tuple(dict.fromkeys(constant for piece in pieces for constant in piece.constants)),
        tuple(assigned for piece in pieces for assigned in piece.assigned),
        outputs,
    )
    items: tuple[State | Constant | Assigned, ...] = (*model.states, *model.constants, *model.assigned)
    symbols = [item.symbol for item in items]
    repeated = {symbol for symbol in symbols if symbols.count(symbol) > 1}
    missing = set(outputs) - set(symbols)
    if repeated or missing:
        raise InternalError(f"model {name}: repeated symbols {sorted(repeated)}, unknown outputs {sorted(missing)}")
    return model
