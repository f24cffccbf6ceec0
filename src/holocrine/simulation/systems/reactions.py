"""Needle reactions of one session: probability, course and number, from the plan's punctures and the person's drugs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.aftermath import Grade, NeedleReaction, Reaction
from holocrine.domain.case import Case
from holocrine.domain.plan import InjectionPoint
from holocrine.domain.vocabulary import DrugClass
from holocrine.knowledge.drugs import drug_classes
from holocrine.models.needle_reactions import at_least_one, exceeds, weal_days

Array = NDArray[np.float64]

DAYS = (0.0, 1.0 / 24.0, 0.25, 1.0, 2.0, 3.0, 5.0, 7.0, 14.0, 28.0, 90.0)
"""Days after the session on which reactions are reported; the second is an hour."""
WEEK = 7.0
PAINFUL = 4.0
"""Score of 0 to 10 from which pain counts: moderate pain begins at 4 (convention)."""
RATE_VOLUME_ML = 0.05
"""Volume per puncture to which `swelling_rate` refers."""
BLOOD_THINNERS: tuple[DrugClass, ...] = ("anticoagulant", "antiplatelet")
SAMPLE = (0.1, 0.9)
NEEDLE = "30 to 32 gauge needles; plans do not record the needle"


@dataclass(frozen=True)
class _Found:
    """One reaction, all arrays (draws,): probability 0..1, onset and duration in days, mean number or score."""

    probability: Array
    onset: Array
    duration: Array
    number: Array | None


@dataclass(frozen=True)
class _Punctures:
    """What of a plan matters to the skin; arrays (points,), `meant` is a mask of intradermal ones."""

    meant: NDArray[np.bool_]
    volume: Array
    glabella: NDArray[np.bool_]
    hand_or_foot: NDArray[np.bool_]


TEXTS: Mapping[Reaction, tuple[str, str, Grade, str]] = {
    "pain": (
        "pain at injection",
        f"at least {PAINFUL:g} on a scale of 0 to 10",
        "D",
        "scores and their spread are assumptions",
    ),
    "weal": (
        "blanched weal",
        "a pale raised spot at a puncture, seen at once",
        "C",
        "volume and reading time of skin tests",
    ),
    "swelling": (
        "swelling or redness",
        "at a puncture, beyond the weal",
        "C",
        "label text on intramuscular sessions",
    ),
    "bruise": (
        "bruise",
        "bruise or haematoma at a puncture",
        "C",
        "pooled trials and a large series, toxin and placebo alike",
    ),
    "headache": (
        "headache",
        "any, by toxin, needle or chance",
        "B",
        "pooled trials, toxin and placebo alike",
    ),
    "pale_halo": (
        "late pale halo",
        "a point that stays pale while the skin around flushes",
        "D",
        "case reports only, no incidence found; cause contested: vessels that lost a signal to widen, or pigment",
    ),
}
"""Label, definition, grade and basis of every reaction."""


def needle_reactions(
    case: Case, points: Sequence[InjectionPoint], block: Mapping[str, Array]
) -> tuple[NeedleReaction, ...]:
    """Every reaction to a session of `points`; `block` holds draws of the block "reactions".

    None without punctures of the skin: those of the bladder's wall are made from inside.
    """
    points = [point for point in points if point.region != "bladder"]
    if not points:
        return ()
    punctures = _Punctures(
        np.array([point.plane == "intradermal" for point in points]),
        np.array([point.volume for point in points]),
        np.array([point.region == "glabella" for point in points]),
        np.array([point.region.startswith(("palm", "sole")) for point in points]),
    )
    thinned, drugs = bruise_factor(case, block)
    found: dict[Reaction, _Found] = {
        "pain": _pain(punctures, block),
        "weal": _weal(punctures, block),
        "swelling": _swelling(punctures, block),
        "bruise": _bruise(punctures, block, thinned),
        "headache": _Found(
            block["headache_probability"], block["headache_onset"], block["headache_duration"], number=None
        ),
        "pale_halo": _pale_halo(len(points), block),
    }
    extra: Mapping[Reaction, str] = {"bruise": f"; {drugs}; {NEEDLE}", "pain": f"; {NEEDLE}"}
    return tuple(_record(name, reaction, extra.get(name, "")) for name, reaction in found.items())


def bruise_factor(case: Case, block: Mapping[str, Array]) -> tuple[Array, str]:
    """Factor (draws,) on bruising by drugs that thin the blood, and what is known of them."""
    factors = [block[f"bruise_factor_{name}"] for name in BLOOD_THINNERS]
    if case.safety.drugs is None:
        share = block["blood_thinner_share"]
        return 1.0 + share * (np.max(factors, axis=0) - 1.0), "blood-thinning drugs not asked for"
    classes = {name for drug in case.safety.drugs for name in drug_classes(drug) or ()}
    taken = [factor for name, factor in zip(BLOOD_THINNERS, factors, strict=True) if name in classes]
    words = " and ".join(name for name in BLOOD_THINNERS if name in classes)
    factor = np.prod(taken, axis=0) if taken else np.ones_like(factors[0])
    return factor, f"takes an {words}" if words else "no blood-thinning drug named"


def _pain(punctures: _Punctures, block: Mapping[str, Array]) -> _Found:
    count = punctures.volume.size
    mean = (
        block["pain_base"]
        + block["pain_intradermal"] * punctures.meant.mean()
        + block["pain_palm_sole"] * punctures.hand_or_foot.mean()
        + block["pain_per_doubling"] * np.log2(count / 10.0)
    )
    probability = exceeds(mean, block["pain_spread"], PAINFUL)
    return _Found(probability, np.zeros_like(mean), block["pain_duration"], number=np.clip(mean, 0.0, 10.0))


def _weal(punctures: _Punctures, block: Mapping[str, Array]) -> _Found:
    """Punctures meant for the dermis either raise a weal or land below it, each by itself."""
    lasting = weal_days(punctures.volume, block["weal_half_life"][:, None], block["weal_visible_volume"][:, None])
    chance = block["weal_share"][:, None] * (punctures.meant & (lasting > 0.0))
    return _Found(
        1.0 - np.prod(1.0 - chance, axis=1), np.zeros(len(chance)), lasting.max(axis=1), number=chance.sum(axis=1)
    )


def _swelling(punctures: _Punctures, block: Mapping[str, Array]) -> _Found:
    volume = (punctures.volume / RATE_VOLUME_ML) ** block["swelling_volume_exponent"][:, None]
    plane = np.where(punctures.meant, block["swelling_factor_intradermal"][:, None], 1.0)
    expected = block["swelling_rate"] * (volume * plane).sum(axis=1)
    probability = at_least_one(expected, block["puncture_frailty"])
    return _Found(probability, block["swelling_onset"], block["swelling_duration"], number=expected)


def _bruise(punctures: _Punctures, block: Mapping[str, Array], thinned: Array) -> _Found:
    plane = np.where(punctures.meant, block["bruise_factor_intradermal"][:, None], 1.0)
    place = np.where(punctures.glabella, block["bruise_factor_glabella"][:, None], 1.0)
    expected = block["bruise_rate"] * thinned * (plane * place).sum(axis=1)
    probability = at_least_one(expected, block["puncture_frailty"])
    return _Found(probability, block["bruise_onset"], block["bruise_duration"], number=expected)


def _pale_halo(count: int, block: Mapping[str, Array]) -> _Found:
    """Only some persons can have it, and they have it at many points."""
    able, share = block["halo_susceptible"], block["halo_point_share"]
    return _Found(
        able * (1.0 - (1.0 - share) ** count), block["halo_onset"], block["halo_duration"], number=able * share * count
    )


def _record(name: Reaction, found: _Found, extra: str) -> NeedleReaction:
    """Each draw is one possible person, so quantiles over the draws that can have it are those of affected persons."""
    label, definition, grade, basis = TEXTS[name]
    low, high = np.quantile(found.probability, (0.05, 0.95))
    mean = float(found.probability.mean())
    end, can = found.onset + found.duration, found.probability > 0.0
    there = (found.onset[:, None] <= DAYS) & (np.asarray(DAYS) < end[:, None])
    return NeedleReaction(
        reaction=name,
        label=label,
        definition=definition,
        probability=100.0 * mean,
        lo90=100.0 * float(min(low, mean)),
        hi90=100.0 * float(max(high, mean)),
        onset_days=_bounds(found.onset[can]),
        duration_days=_bounds(found.duration[can]),
        days=DAYS,
        present=tuple(float(100.0 * share) for share in (found.probability[:, None] * there).mean(axis=0)),
        resolved_by_day_7=float(100.0 * (end[can] <= WEEK).mean()) if can.any() else 100.0,
        expected_number=None if found.number is None else float(found.number.mean()),
        grade=grade,
        basis=basis + extra,
    )


def _bounds(values: Array) -> tuple[float, float]:
    if values.size == 0:
        return 0.0, 0.0
    low, high = np.quantile(values, SAMPLE)
    return float(low), float(high)
