"""Rodas5P, a stiffly accurate Rosenbrock method of order 5 (embedded 4) with interpolation of order 4, written out.

Coefficients: Steinebach, Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the Julia
Differential Equations package, BIT Numer. Math. 63:27 (2023), doi 10.1007/s10543-023-00967-x. Stage s solves
(1/(gamma h) - J) k_s = f(u_s) + sum_j c_sj/h k_j with u_s = y + sum_j a_sj k_j. The text made here is compiled with
the functions that `modelling.codegen` writes for a model.
"""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.modelling.codegen import COMPILED, LANES, Layout, System, at, lane_function, put

GAMMA = 0.21193756319429014
ORDER = 5
STAGES = 8
_A5 = (-7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946)
SAFETY, LARGEST_GROWTH, LARGEST_CUT = 0.9, 6.0, 0.2
"""The next step is the best guess times SAFETY, and changes by no more than these factors."""
STAGE: tuple[tuple[float, ...], ...] = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
    _A5,
    (*_A5, 1.0),
    (*_A5, 1.0, 1.0),
)
"""Row s: the state at which stage s is evaluated."""
FIRST_LATE = 5
"""From this stage on every one is evaluated at the last one's state plus the last one."""
STEP = (*_A5, 1.0, 1.0, 1.0)
"""The new state; the last stage is the error estimate."""
COUPLING: tuple[tuple[float, ...], ...] = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
    (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
    (
        *(30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783),
        *(-19.097331116725623, -28.087943162872662),
    ),
    (
        *(37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047),
        *(-40.06618937091002, -54.66780262877968, -9.48861652309627),
    ),
)
"""Row s: what stage s takes over from earlier stages, times 1/h."""
DENSE: tuple[tuple[float, ...], ...] = (
    (
        *(25.948786856663858, -2.5579724845846235, 10.433815404888879, -2.3679251022685204),
        *(0.524948541321073, 1.1241088310450404, 0.4272876194431874, -0.17202221070155493),
    ),
    (
        *(-9.91568850695171, -0.9689944594115154, 3.0438037242978453, -24.495224566215796),
        *(20.176138334709044, 15.98066361424651, -6.789040303419874, -6.710236069923372),
    ),
    (
        *(11.419903575922262, 2.8879645146136994, 72.92137995996029, 80.12511834622643),
        *(-52.072871366152654, -59.78993625266729, -0.15582684282751913, 4.883087185713722),
    ),
)
"""y(s) = (1-s) y0 + s (y1 + (1-s) (d0 + s (d1 + s d2))) with d_m = sum_j DENSE[m][j] k_j and s from 0 to 1."""


class StepLayout:
    """The rows of the block that the method adds behind those of the model."""

    def __init__(self, layout: Layout, interpolated: Sequence[int]) -> None:
        """Reserve rows; `interpolated` are the states that outputs need."""
        self.model = layout
        self.stages = [layout.take(layout.states) for _ in range(STAGES)]
        self.new = layout.take(layout.states)
        self.error = layout.take(1)
        self.factor = layout.take(1)
        self.moving = layout.take(1)
        self.duration = layout.take(1)
        self.interpolated = tuple(interpolated)
        self.dense = [layout.take(len(interpolated)) for _ in DENSE]


def weighted(rows: Sequence[int], weights: Sequence[float], index: str) -> str:
    """The weighted sum of rows of the block, as text; `index` is the place in the row."""
    return " + ".join(
        f"{weight!r} * peek(m, {row * LANES} + {index})" for row, weight in zip(rows, weights, strict=True) if weight
    )


def _stage_lines(step: StepLayout, stage: int) -> list[str]:
    """Put the last stage away, and set up and solve the next one; `current` is where both pass through."""
    layout = step.model
    before = [*step.stages[: stage - 1], layout.current]
    origin, moved = layout.state, weighted(before, STAGE[stage], "i")
    if stage > FIRST_LATE:  # one more of the same sum
        origin, moved = layout.stage, weighted([layout.current], [1.0], "i")
    coupled = weighted(before, [GAMMA * weight for weight in COUPLING[stage]], "i")
    return [
        f"for i in range({layout.states * LANES}):",
        f"    moved = peek(m, {origin * LANES} + i) + {moved}",
        f"    coupled = {coupled}",
        f"    poke(m, {step.stages[stage - 1] * LANES} + i, peek(m, {layout.current * LANES} + i))",
        f"    poke(m, {layout.stage * LANES} + i, moved)",
        f"    poke(m, {layout.current * LANES} + i, coupled)",
        "stage(b)",
    ]


def _attempt(step: StepLayout) -> str:
    layout = step.model
    shift = put(layout.shift, f"{1.0 / GAMMA!r} / {at(step.duration)}")
    lines = ["m = memory(b)", "for lane in range(LANES):", f"    {shift}", "start(b)"]
    for stage in range(1, STAGES):
        lines += _stage_lines(step, stage)
    last = f"peek(m, {layout.current * LANES} + i)"
    lines += [
        f"for i in range({layout.states * LANES}):",
        f"    poke(m, {step.stages[-1] * LANES} + i, {last})",
        f"    poke(m, {step.new * LANES} + i, peek(m, {layout.stage * LANES} + i) + {last})",
    ]
    body = "\n".join(f"    {line}" for line in lines)
    meaning = "One step from the state, of the duration each lane asks for."
    return f'{COMPILED}def attempt(b):\n    """{meaning}"""\n{body}\n'


def _judge(step: StepLayout) -> str:
    layout, last = step.model, step.stages[-1]
    lines = ["error, total = 0.0, 0.0"]
    for i in range(layout.states):
        lines.append(f"size = max(abs({at(layout.state + i)}), abs({at(step.new + i)}))")
        lines += [f"part = abs({at(last + i)}) / (atol + rtol * size)", "error = max(error, part)", "total += part"]
    lines += [
        "error += 0.0 * total",  # max forgets nan, a sum does not
        f"wanted = {SAFETY} * exp(-{1.0 / ORDER} * log(error + 1e-12))",
        put(step.error, "error"),
        put(step.factor, f"min({LARGEST_GROWTH}, max({LARGEST_CUT}, wanted))"),
    ]
    meaning = "Error of the step in tolerances (of the worst state) and the factor for the next step size."
    return lane_function("judge", meaning, lines, "b, rtol, atol")


def _accept(step: StepLayout) -> str:
    layout, index = step.model, "i * LANES + lane"
    state, new = layout.state * LANES, step.new * LANES
    return f'''{COMPILED}def accept(b):
    """Move on where the error is within the tolerance."""
    m = memory(b)
    for lane in range(LANES):
        if peek(m, {step.moving * LANES} + lane) == 0.0:
            for i in range({layout.states}):
                poke(m, {new} + {index}, peek(m, {state} + {index}))
    for i in range({layout.states * LANES}):
        poke(m, {state} + i, peek(m, {new} + i))
'''


def _bend(step: StepLayout) -> str:
    lines = []
    for number, state in enumerate(step.interpolated):
        rows = [first + state for first in step.stages]
        for first, weights in zip(step.dense, DENSE, strict=True):
            lines.append(put(first + number, weighted(rows, weights, "lane")))
    return lane_function("bend", "Coefficients of the interpolation, for the states that outputs need.", lines)


def source(system: System, step: StepLayout) -> str:
    """Source of `attempt`, `judge`, `accept` and `bend`; `system` has been laid out in `step.model`."""
    assert system.interpolated == step.interpolated
    return "\n\n".join([_attempt(step), _judge(step), _accept(step), _bend(step)])
