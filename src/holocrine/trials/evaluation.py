"""How well a design does: power and assurance by size, type I error, bias and coverage, patients needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from holocrine.domain.trial_answer import Power, Quality, SizeNeeded, TrialScenario
from holocrine.trials.analysis.estimate import scale_of
from holocrine.trials.dataset import Array
from holocrine.trials.parts import Evaluated, Stack
from holocrine.trials.replicates import REPLICATES, Scenario

ANY = "any"
Z95 = 1.959963984540054
"""Half width of a 95% interval in standard errors."""


def powers(evaluated: Evaluated) -> tuple[Power, ...]:
    """Power, assurance and type I error for every comparison and for at least one: of the primary endpoint at every
    size, of the others at the planned one."""
    return tuple(
        power
        for number, _ in enumerate(evaluated.design.endpoint)
        for place, _ in enumerate(evaluated.sizes)
        if number == 0 or place == evaluated.planned
        for power in _powers_at(evaluated, number, place)
    )


def primary_power(evaluated: Evaluated, place: int, scenario: TrialScenario) -> tuple[float, float]:
    """Power of the primary endpoint at a size, with its Monte-Carlo error."""
    shares = {s: _significant(evaluated, stack, 0, place)[ANY] for s, stack in evaluated.stacks.items()}
    return _weighed(evaluated, shares) if scenario == "all" else _share(shares[scenario])


def needed(evaluated: Evaluated) -> tuple[SizeNeeded, ...]:
    """Patients for the power asked for, by explanation and on average; between two sizes on a straight line."""
    target = evaluated.design.evaluation.target / 100.0
    scenarios: tuple[TrialScenario, ...] = (*evaluated.explanations, "all")
    found = []
    for scenario in scenarios:
        curve = [primary_power(evaluated, place, scenario)[0] for place in range(len(evaluated.sizes))]
        found.append(
            SizeNeeded(
                scenario=scenario, target=100.0 * target, patients=_reaching(curve, list(evaluated.sizes), target)
            )
        )
    return tuple(found)


def qualities(evaluated: Evaluated) -> tuple[Quality, ...]:
    """Bias and coverage at the planned size, in worlds where the trial differs from its ideal by chance and losses."""
    return tuple(
        _quality(evaluated, stack, scenario, number, contrast)
        for number, _ in enumerate(evaluated.design.endpoint)
        for contrast, _ in enumerate(evaluated.design.contrasts)
        for scenario, stack in evaluated.stacks.items()
    )


def _powers_at(evaluated: Evaluated, number: int, place: int) -> Iterator[Power]:
    design = evaluated.design
    shares = {s: _significant(evaluated, stack, number, place) for s, stack in evaluated.stacks.items()}
    arms = [design.arm_names[arm] for arm in design.contrasts]
    for arm in arms if len(arms) == 1 else (*arms, ANY):
        common = {"endpoint": design.endpoint[number].name, "arm": arm, "patients": evaluated.sizes[place]}
        for scenario, by_arm in shares.items():
            mean, error = _share(by_arm[arm])
            trials = evaluated.stacks[scenario].trials
            yield Power(**common, scenario=scenario, power=mean, error=error, trials=trials)
        if evaluated.explanations:
            mean, error = _weighed(evaluated, {s: by_arm[arm] for s, by_arm in shares.items()})
            trials = sum(evaluated.stacks[s].trials for s in evaluated.explanations)
            yield Power(**common, scenario="all", power=mean, error=error, trials=trials)


def _significant(evaluated: Evaluated, stack: Stack, number: int, place: int) -> dict[str, Array]:
    """Share of the trials of each world that were significant, (worlds,), by arm and for any."""
    hit = stack.p[:, :, place, number] < evaluated.design.level
    arms = [evaluated.design.arm_names[arm] for arm in evaluated.design.contrasts]
    found = {name: hit[..., i].mean(axis=1) for i, name in enumerate(arms)}
    return {**found, ANY: hit.any(axis=-1).mean(axis=1)}


def _share(by_world: Array) -> tuple[float, float]:
    """Mean of the shares in every world, and its standard error: where all worlds agree, by the rule of succession."""
    mean, error = _mean(by_world)
    trials = REPLICATES * by_world.size
    guess = (trials * mean + 1.0) / (trials + 2.0)
    return mean, error if np.ptp(by_world) > 0.0 else float(np.sqrt(guess * (1.0 - guess) / trials))


def _mean(by_world: Array) -> tuple[float, float]:
    """Mean over worlds and its standard error; nought with one world alone, which tells nothing about it."""
    error = float(by_world.std(ddof=1) / np.sqrt(by_world.size)) if by_world.size > 1 else 0.0
    return float(by_world.mean()), error


def _weighed(evaluated: Evaluated, shares: Mapping[Scenario, Array]) -> tuple[float, float]:
    """Mean over the explanations by their weights, and its standard error.

    World by world, because the same patients take part under every explanation.
    """
    weights = {s: evaluated.weights[s] for s in evaluated.explanations}
    total = sum(weights.values())
    common = min(shares[s].size for s in weights)
    by_world = sum((weights[s] / total * shares[s][:common] for s in weights), np.zeros(common))
    return _share(np.asarray(by_world))


def _reaching(curve: list[float], sizes: list[int], target: float) -> int | None:
    if curve[0] >= target:
        return sizes[0]
    for low in range(len(sizes) - 1):
        if curve[low] < target <= curve[low + 1]:
            part = (target - curve[low]) / (curve[low + 1] - curve[low])
            return int(np.ceil(sizes[low] + part * (sizes[low + 1] - sizes[low])))
    return None


def _quality(evaluated: Evaluated, stack: Stack, scenario: TrialScenario, number: int, contrast: int) -> Quality:
    design, place = evaluated.design, evaluated.planned
    value, se = stack.value[:, :, place, number, contrast], stack.se[:, :, place, number, contrast]
    truth = stack.truth[:, number, contrast]
    there = np.isfinite(value) & np.isfinite(truth)[:, None]
    off = np.where(there, value - truth[:, None], np.nan)
    inside = np.where(there, np.abs(off) <= Z95 * se, np.nan)
    usable = there.any(axis=1)
    bias, bias_error = _mean(np.nanmean(off[usable], axis=1)) if usable.any() else (0.0, 0.0)
    coverage, coverage_error = _share(np.nanmean(inside[usable], axis=1)) if usable.any() else (0.0, 0.0)
    return Quality(
        endpoint=design.endpoint[number].name,
        arm=design.arm_names[design.contrasts[contrast]],
        scenario=scenario,
        scale=scale_of(design.endpoint[number]),
        truth=float(np.nanmean(truth)) if np.isfinite(truth).any() else 0.0,
        bias=bias,
        bias_error=bias_error,
        coverage=coverage,
        coverage_error=coverage_error,
        width=float(2.0 * Z95 * np.nanmean(np.where(there, se, np.nan))) if usable.any() else 0.0,
        estimated=float(there.mean()),
    )
