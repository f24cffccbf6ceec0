"""The models in time with numbers in them, ready for another simulator: whose values, which sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from holocrine import __version__
from holocrine.domain.export import ExportedSession, SbmlDocument
from holocrine.domain.vocabulary import HypothesisId, KineticModel
from holocrine.errors import InputError
from holocrine.exchange.sbml import Event, sbml_text
from holocrine.knowledge.parameters import ParameterSet
from holocrine.modelling.declaration import Model
from holocrine.models.junction import K_B, K_L, K_T, MINUTES_PER_DAY
from holocrine.models.muscle import MUSCLE
from holocrine.models.onset import LEBEDA, PUBLISHED_K_S
from holocrine.models.sebum import SEBUM
from holocrine.models.site import SITE
from holocrine.models.sweat import SWEAT
from holocrine.simulation.constants import constant_values, constants_of
from holocrine.simulation.draws import Draws

MODELS: Mapping[KineticModel, Model] = {
    "site": SITE,
    "muscle": MUSCLE,
    "sweat": SWEAT,
    "sebum": SEBUM,
    "lebeda": LEBEDA,
}
LEBEDA_SETTING = "slow therapeutic onset"
"""Which published k_S an exported onset model carries; the others stand in its notes."""


def lebeda_values(setting: str = LEBEDA_SETTING) -> dict[str, float]:
    """Constants of the onset model, 1/day, for one of PUBLISHED_K_S."""
    return {"k_S": PUBLISHED_K_S[setting] * MINUTES_PER_DAY, "k_B": K_B, "k_T": K_T, "k_L": K_L}


def values_of(model: Model, draws: Draws, hypothesis: str) -> dict[str, float]:
    """Every constant of `model` by symbol for the single draw in `draws` under `hypothesis`."""
    row = constants_of(model, constant_values(draws.value, np.array([hypothesis])), 1)[0]
    return dict(zip(model.constant_names, row.tolist(), strict=True))


def sessions_of(days: Sequence[float], loadings: Sequence[float]) -> tuple[ExportedSession, ...]:
    """Sessions by day; a single loading holds for every day. Raises InputError on impossible days or loadings."""
    if len(loadings) not in (1, len(days)):
        raise InputError(
            f"loadings: {len(loadings)}, days: {len(days)}. Give one loading for all days, or one per day."
        )
    if len(set(days)) < len(days):
        raise InputError("a day is given twice. Give every session a day of its own.")
    for day in days:
        if not 0.0 <= day < float("inf"):
            raise InputError(f"day {day:g} is not possible. Allowed: 0 or more.")
    for loading in loadings:
        if not 0.0 <= loading < 1.0:
            raise InputError(f"loading {loading:g} is not possible. Allowed: 0 (no session) to below 1 (full).")
    each = list(loadings) * (len(days) if len(loadings) == 1 else 1)
    given = [ExportedSession(day=day, loading=loading) for day, loading in zip(days, each, strict=True)]
    return tuple(sorted((session for session in given if session.loading > 0.0), key=lambda session: session.day))


def events_of(
    model: Model, sessions: Sequence[ExportedSession], values: Mapping[str, float], hypothesis: str
) -> list[Event]:
    """What the sessions do to the states: the loading goes to every depot.

    Under H2 the toxin also reaches the gland directly: the concentration C that has the share `loading` of its full
    effect, EC50*loading/(1 - loading).
    """
    events = []
    for session in sessions:
        share = session.loading
        events += [Event(session.day, name, share) for name in model.state_names if name.startswith("A_")]
        if hypothesis == "H2" and "C" in model.state_names:
            events.append(Event(session.day, "C", values["EC50"] * share / (1.0 - share)))
    return events


@dataclass(frozen=True)
class Person:
    """Whose values a model carries: one draw, its number under its seed (None: typical values) and hypothesis."""

    draws: Draws
    patient: int | None
    hypothesis: HypothesisId


def sbml_document(
    name: KineticModel, sessions: Sequence[ExportedSession], person: Person | None, parameters: ParameterSet, seed: int
) -> SbmlDocument:
    """The answer of `export sbml`; `person` is None for the onset model. Raises InputError without libSBML."""
    model = MODELS[name]
    if person is None:
        values, events = lebeda_values(), []
    else:
        values = values_of(model, person.draws, person.hypothesis)
        events = events_of(model, sessions, values, person.hypothesis)
    drawn = person is not None and person.patient is not None
    document = SbmlDocument(
        package_version=__version__,
        model=name,
        hash=model.hash,
        outputs=model.outputs,
        sessions=tuple(sessions),
        values=values,
        parameter_set=parameters.identifier if person else None,
        parameter_hash=parameters.hash if person else None,
        seed=seed if drawn else None,
        patient=person.patient if person else None,
        hypothesis=person.hypothesis if person else None,
    )
    sources = {row.name: f"{row.name}, grade {row.grade}: {row.basis}" for row in parameters.values()}
    text = sbml_text(model, values, events, about=_about(document, parameters), sources=sources)
    return document.model_copy(update={"sbml": text})


def _about(document: SbmlDocument, parameters: ParameterSet) -> list[str]:
    """Lines for the notes: version, whose values, sessions, what the file is not."""
    lines = [f"Holocrine {document.package_version}. A research model, not advice on a patient."]
    if document.hypothesis is None:
        others = ", ".join(f"{rate:g} ({setting})" for setting, rate in PUBLISHED_K_S.items())
        lines.append(f"Rates of Simpson 1980 and Lebeda 2008 per day; published k_S per minute: {others}.")
        return [*lines, f"k_S here is that of: {LEBEDA_SETTING}."]
    whose = f"virtual patient {document.patient} of seed {document.seed}" if document.patient else "typical values"
    lines.append(f"Parameters: set {parameters.identifier} ({parameters.status}), hash {parameters.hash}, {whose}.")
    lines.append(f"Explanation of the sebum effect: {document.hypothesis}; it decides e_ach and e_X.")
    sessions = ", ".join(f"day {session.day:g} loading {session.loading:g}" for session in document.sessions)
    return [*lines, f"Sessions as events: {sessions or 'none'}. Every depot A_ gets the loading; 1 is full."]
