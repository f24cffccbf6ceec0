"""Back through a step of Rodas5P, stage by stage, as text to compile beside the method itself."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.modelling.adjoint import AdjointLayout
from holocrine.modelling.codegen import COMPILED, LANES, at, lane_function, put
from holocrine.solvers.rodas5p import COUPLING, DENSE, FIRST_LATE, GAMMA, STAGE, STAGES, STEP, StepLayout, weighted


def source(step: StepLayout, bars: AdjointLayout) -> str:
    """Source of `sweep`, from the bars of the new state (`later`) to those of the old one (`state`), and `hand_back`.

    `late` gathers what the late stages, which share their weights, have in common. Lanes that did not move count
    nothing.
    """
    layout = step.model
    lines = [
        "m = memory(b)",
        f"for i in range({len(bars.entries) * LANES}):",
        f"    poke(m, {bars.jacobian * LANES} + i, 0.0)",
    ]
    lines += ["for lane in range(LANES):", f"    moving = {at(step.moving)}"]
    for i in range(layout.states):
        lines.append("    " + put(bars.late + i, f"moving * {at(bars.later + i)}"))
    for stage in reversed(range(STAGES)):
        lines += _stage(step, bars, stage)
    everything = weighted((bars.state, bars.late, *bars.moved[:FIRST_LATE]), [1.0] * (2 + FIRST_LATE), "i")
    lines += [
        f"for i in range({layout.states * LANES}):",
        f"    poke(m, {bars.state * LANES} + i, {everything})",
        "jacobian_pullback(b)",
    ]
    body = "\n".join(f"    {line}" for line in lines)
    sweep = f'{COMPILED}def sweep(b):\n    """Back through the step that `attempt` has just made."""\n{body}\n'
    return f"{sweep}\n\n{_hand_back(step, bars)}"


def _hand_back(step: StepLayout, bars: AdjointLayout) -> str:
    lines = [f"moving = {at(step.moving)} > 0.0"]
    for i in range(step.model.states):
        lines.append(f"new, old = {at(bars.state + i)}, {at(bars.later + i)}")
        lines.append(put(bars.later + i, "new if moving else old"))
    meaning = "Where a lane moved, the old state's bars are those of the step before."
    return lane_function("hand_back", meaning, lines)


def _stage(step: StepLayout, bars: AdjointLayout, stage: int) -> list[str]:
    """Gather the stage and its bar, go back through it, keep what earlier stages take from it."""
    layout = step.model
    first = bars.moved[stage] * LANES
    lines = [
        f"for i in range({layout.states * LANES}):",
        *_state_of_stage(step, stage),
        f"    poke(m, {layout.current * LANES} + i, peek(m, {step.stages[stage] * LANES} + i))",
        f"    poke(m, {bars.given * LANES} + i, {' + '.join(_given(bars, stage))})",
        "for lane in range(LANES):",
    ]
    for number, state in enumerate(step.interpolated):
        bent = weighted([first + number for first in bars.dense], [weights[stage] for weights in DENSE], "lane")
        row = bars.given + state
        lines.append("    " + put(row, f"{at(row)} + {bent}"))
    lines.append("stage_pullback(b)")
    size = layout.states * LANES
    if stage >= FIRST_LATE:
        late = f"peek(m, {bars.late * LANES} + i) + peek(m, {bars.taken * LANES} + i)"
        coupled = f"peek(m, {(bars.taken + layout.states) * LANES} + i)"
        lines += [f"for i in range({size}):", f"    poke(m, {bars.late * LANES} + i, {late})"]
        return [*lines, f"    poke(m, {bars.coupled[stage] * LANES} + i, {coupled})"]
    return [*lines, f"for i in range({2 * size}):", f"    poke(m, {first} + i, peek(m, {bars.taken * LANES} + i))"]


def _state_of_stage(step: StepLayout, stage: int) -> list[str]:
    """The state at which the stage was evaluated; that of the last one is still there."""
    if stage == STAGES - 1:
        return []
    rows: Sequence[int] = (step.model.state, *step.stages[:stage])
    weights: Sequence[float] = (1.0, *STAGE[stage])
    if stage >= FIRST_LATE:
        rows, weights = (step.model.stage, step.stages[stage]), (1.0, -1.0)
    return [f"    poke(m, {step.model.stage * LANES} + i, {weighted(rows, weights, 'i')})"]


def _given(bars: AdjointLayout, stage: int) -> list[str]:
    """Terms of a stage's bar: from the new state, and from what later stages took from it."""
    later = range(stage + 1, STAGES)
    early = [other for other in later if other < FIRST_LATE]
    terms = [weighted([bars.late], [STEP[stage]], "i")]
    terms.append(weighted([bars.moved[other] for other in early], [STAGE[other][stage] for other in early], "i"))
    coupled = [GAMMA * COUPLING[other][stage] for other in later]
    terms.append(weighted([bars.coupled[other] for other in later], coupled, "i"))
    return [term for term in terms if term]
