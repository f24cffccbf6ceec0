"""Where published data contradict one another, what the posterior says, and which measurement would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from holocrine.domain.validation import Disagreement, ObservationScore, Validation
from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.predicting import worlds_of
from holocrine.inference.unknowns import Unknowns
from holocrine.knowledge.load import read_table
from holocrine.knowledge.parameters import Hypothesis, load_block
from holocrine.knowledge.posterior import UNDETERMINED, Posterior

DRAWS = 2048
IDENTIFIED = 0.3
"""Contraction from which the data count as having said something about a parameter."""
PRIORS: dict[str, dict[HypothesisId, float]] = {
    "the table's": {},
    "equal": {"H1": 0.25, "H2": 0.25, "H3": 0.25, "H3b": 0.25},
    "sceptical": {"H1": 0.2, "H2": 0.05, "H3": 0.5, "H3b": 0.25},
    "trusting": {"H1": 0.75, "H2": 0.1, "H3": 0.1, "H3b": 0.05},
}
"""Weights of the explanations before the data; the table's own stand in hypotheses.csv."""


def disagreements_of(
    validation: Validation, posterior: Posterior, unknowns: Unknowns, hypotheses: tuple[Hypothesis, ...]
) -> tuple[Disagreement, ...]:
    """The open questions, the sebum ones first, then what the data do not identify."""
    rows = {row.observation_id: row for row in validation.observations}
    return (
        _ring(rows.values(), posterior),
        _controlled(rows.values(), posterior, hypotheses),
        _flat(rows.values()),
        _ratios(rows.values(), posterior, unknowns),
        _pores(),
        *_unidentified(posterior, unknowns),
    )


def _open(key: str, model_says: str) -> Disagreement:
    """An open question of the packaged table with what the model says."""
    row = next(row for row in read_table("disagreements.csv") if row["key"] == key)
    return Disagreement(
        title=row["title"], data_say=row["data_say"], model_says=model_says, settled_by=row["settled_by"]
    )


def _ring(rows: Iterable[ObservationScore], posterior: Posterior) -> Disagreement:
    words = [row for row in rows if row.study_id == "MIN2015" and row.direction == "increase" and row.probability]
    chance = np.mean([row.probability for row in words if row.probability is not None]) if words else float("nan")
    factor, error = posterior.log_bayes_factor("H3b", "H1")
    return _open(
        "ring",
        f"No mechanism in the model raises sebum: the reported rise gets a probability of {chance:.0%}. "
        f"Redistribution or artefact against a cholinergic effect: {_factor(factor, error)}.",
    )


def _controlled(
    rows: Iterable[ObservationScore], posterior: Posterior, hypotheses: tuple[Hypothesis, ...]
) -> Disagreement:
    factors = ", ".join(
        f"H1 over {other}: {_factor(*posterior.log_bayes_factor('H1', other))}" for other in ("H2", "H3", "H3b")
    )
    weights = "; ".join(f"{name} prior: {_weights(posterior, prior, hypotheses)}" for name, prior in PRIORS.items())
    chances = {
        study: [row.probability for row in rows if row.study_id == study and row.probability is not None]
        for study in ("KIMMJ2019", "SAYED2021")
    }
    said = ", ".join(f"{study} {np.mean(found):.0%}" for study, found in chances.items() if found)
    return _open(
        "controlled", f"Mean probability of what was reported: {said or 'not expressed'}. {factors}. {weights}."
    )


def _weights(posterior: Posterior, prior: dict[HypothesisId, float], hypotheses: tuple[Hypothesis, ...]) -> str:
    before = prior or {h.id: h.weight for h in hypotheses}
    return ", ".join(f"{h} {weight:.2f}" for h, weight in posterior.weights(before).items())


def _factor(log_factor: float, error: float) -> str:
    """A Bayes factor with its Monte-Carlo range, and whether it decides anything."""
    low, high = np.exp(log_factor - 2.0 * error), np.exp(log_factor + 2.0 * error)
    verdict = ", undetermined" if abs(log_factor) < UNDETERMINED else ""
    return f"Bayes factor {np.exp(log_factor):.2g} (Monte-Carlo range {low:.2g} to {high:.2g}){verdict}"


def _flat(rows: Iterable[ObservationScore]) -> Disagreement:
    found = [row for row in rows if row.study_id == "DRESSLER2013" and row.predicted is not None]
    said = "; ".join(f"{row.arm}: {row.in_words}" for row in found)
    return _open("flat", f"Loading saturates, so the slope is small but not nil. {said}")


def _ratios(rows: Iterable[ObservationScore], posterior: Posterior, unknowns: Unknowns) -> Disagreement:
    found = [row for row in rows if row.outcome_class == "product ratio" and row.predicted is not None]
    said = "; ".join(row.in_words for row in found)
    return _open(
        "ratio",
        f"Skin and muscle have potencies of their own: {_one_over(posterior, unknowns, 'skin_potency')} units in "
        f"skin, {_one_over(posterior, unknowns, 'potency')} on muscle (median, 90% interval). {said}",
    )


def _pores() -> Disagreement:
    weights = load_block("skin")
    sebum, tone = (weights[f"pore_weight_{name}"].value for name in ("sebum", "tone"))
    return _open(
        "pores",
        f"Three explanations are kept, weighted by judgement: through less sebum {sebum:g}, through tone whatever the "
        f"sebum does {tone:g}, no true effect {1.0 - sebum - tone:g}. What the needle alone does is not "
        "forecast.",
    )


def _one_over(posterior: Posterior, unknowns: Unknowns, prefix: str) -> str:
    name = f"{prefix}_abobotulinumtoxinA"
    scores = np.concatenate(
        [posterior.column(h, name) if name in posterior.names else np.zeros(1) for h in posterior.scores]
    )
    low, middle, high = np.quantile(1.0 / unknowns.at(name, scores), [0.05, 0.5, 0.95])
    return f"{middle:.1f} ({low:.1f} to {high:.1f})"


def _unidentified(posterior: Posterior, unknowns: Unknowns) -> Sequence[Disagreement]:
    """Parameters on which the data are all but silent, with the measurement that would speak."""
    found = []
    weights = dict.fromkeys(posterior.scores, 1.0 / len(posterior.scores))
    worlds = worlds_of(posterior, weights, posterior.names, n=DRAWS, seed=1)
    for row in read_table("measurements.csv"):
        name = row["parameter"]
        learned = 0.0
        if name in posterior.names:
            learned = float(1.0 - worlds.scores[:, posterior.names.index(name)].var())
        if learned >= IDENTIFIED:
            continue
        parameter = unknowns.table[name]
        unit = "" if parameter.unit == "1" else f" {parameter.unit}"
        found.append(
            Disagreement(
                title=f"Not identified: {parameter.meaning}",
                data_say=f"The data removed {max(learned, 0.0):.0%} of the prior variance of the typical value.",
                model_says=f"Prior {parameter.value:g} (90% {parameter.low90:g} to {parameter.high90:g})"
                f"{unit}; it stays in every forecast's interval.",
                settled_by=row["measurement"],
            )
        )
    return found
