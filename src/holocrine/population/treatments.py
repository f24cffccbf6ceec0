"""Sessions given to virtual patients: from bound dose, or from a prescribed loading, to what each terminal gets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import Product
from holocrine.errors import InputError, KnowledgeError
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.population.virtual import VirtualPatients
from holocrine.simulation.binding import PICOMOLAR_PER_PG_MM3
from holocrine.simulation.constants import POTENCY, periglandular_uptake, tissue_loss_rate

Array = NDArray[np.float64]
Amount = float | Callable[[VirtualPatients], Array]
"""The same for everyone, or worked out from the patients, (n,)."""

FULL = 1.0 - 1e-9
"""A prescribed loading above this counts as this where it stands for a concentration."""


@dataclass(frozen=True)
class Treatment:
    """One session on `day` (from 0) at one place of skin; a terminal type that is not named gets nothing.

    `bound` is the bound dose per terminal type in units of `product` per mm3: what it does depends on the
    patient's half loading in that session. `loading` (0 to 1) prescribes the effect itself instead.
    """

    day: float
    bound: Mapping[Terminal, Amount] = field(default_factory=dict)
    loading: Mapping[Terminal, Amount] = field(default_factory=dict)
    product: Product = "onabotulinumtoxinA"

    def __post_init__(self) -> None:
        """Raises InputError on an impossible day, an unknown word, or a terminal type named twice."""
        if not (math.isfinite(self.day) and self.day >= 0.0):
            raise InputError(f"treatment on day {self.day!r}. Allowed: a number of at least 0.")
        if self.product not in get_args(Product):
            raise InputError(f"product {self.product!r} is not known. Allowed: {', '.join(get_args(Product))}.")
        named = [*self.bound, *self.loading]
        if set(named) - set(TERMINALS) or len(set(named)) != len(named):
            allowed = ", ".join(TERMINALS)
            raise InputError(f"terminal types {', '.join(named)}. Allowed: each of {allowed} once, by dose or loading.")


@dataclass(frozen=True)
class Loads:
    """What k sessions bring n patients: `days` (k,), `loading` (n, k, terminals), `concentration` (n, k) in pM.

    The concentration at the gland is that of the direct effect and 0 in patients in whom it plays no part.
    """

    days: Array
    loading: Array
    concentration: Array


def loads_of(patients: VirtualPatients, treatments: Sequence[Treatment]) -> Loads:
    """Everything the treatments, numbered in order of their days, bring.

    Raises InputError on an impossible amount, KnowledgeError when the tables let a parameter differ between
    sessions that no session reads.
    """
    spreads = patients.population.variability.spreads.values()
    if unread := [s.parameter for s in spreads if s.between_occasion and not s.parameter.startswith("half_loading_")]:
        raise KnowledgeError(
            f"variability.csv: only half loadings may differ between sessions, not {', '.join(unread)}"
        )
    ordered = sorted(treatments, key=lambda treatment: treatment.day)
    loading = np.zeros((patients.n, len(ordered), len(TERMINALS)))
    concentration = np.zeros((patients.n, len(ordered)))
    direct = patients.hypothesis_ids == "H2"
    for number, treatment in enumerate(ordered):
        for column, terminal in enumerate(TERMINALS):
            loading[:, number, column] = _loading(treatment, terminal, patients, number)
        concentration[:, number] = np.where(direct, _concentration(treatment, patients), 0.0)
    return Loads(np.array([treatment.day for treatment in ordered]), loading, concentration)


def _loading(treatment: Treatment, terminal: Terminal, patients: VirtualPatients, number: int) -> Array:
    if terminal in treatment.loading:
        return _amount(treatment.loading[terminal], patients, f"loading of {terminal} terminals", 1.0)
    if terminal not in treatment.bound:
        return np.zeros(patients.n)
    dose = patients.value(f"{POTENCY[terminal]}_{treatment.product}") * _bound(treatment, terminal, patients)
    return np.asarray(dose / (dose + patients.value_in(number)(f"half_loading_{terminal}")))


def _concentration(treatment: Treatment, patients: VirtualPatients) -> Array:
    """Concentration (n,) in pM that stands for the session at the gland, as `simulation.binding.loading` takes it."""
    if "sebaceous" in treatment.loading:
        share = np.minimum(_amount(treatment.loading["sebaceous"], patients, "loading", 1.0), FULL)
        return np.asarray(patients.value("direct_half_effect") * share / (1.0 - share))
    if "sebaceous" not in treatment.bound:
        return np.zeros(patients.n)
    mass = patients.value(f"mass_{treatment.product}") * _bound(treatment, "sebaceous", patients)
    exposure = mass / periglandular_uptake(patients.value)
    return np.asarray(PICOMOLAR_PER_PG_MM3 * exposure * tissue_loss_rate(patients.value))


def _bound(treatment: Treatment, terminal: Terminal, patients: VirtualPatients) -> Array:
    return _amount(treatment.bound[terminal], patients, f"bound dose of {terminal} terminals", math.inf)


def _amount(amount: Amount, patients: VirtualPatients, what: str, most: float) -> Array:
    values = np.asarray(amount(patients) if callable(amount) else amount, dtype=np.float64)
    if values.shape not in ((), (patients.n,)):
        raise InputError(f"{what}: {values.shape} values for {patients.n} patients. Allowed: one, or one for each.")
    if not np.all(np.isfinite(values) & (values >= 0.0) & (values <= most)):
        raise InputError(f"{what} must lie between 0 and {most:g}" if most < math.inf else f"{what} must be at least 0")
    return np.broadcast_to(values, (patients.n,)).copy()
