"""The plans that no other found beats, as a figure: dose across, expected fall up."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.plan import TradeOff
from holocrine.report import svg, wording
from holocrine.report.charts import nice_ticks

_WIDTH, _HEIGHT = 760.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 20.0, 16.0, 48.0
_LABEL = (60.0, 14.0)
"""Width and height of a label; a mark that close to a labelled one goes without."""


def plot_trade_offs(plans: Sequence[TradeOff], product: str) -> str:
    """SVG: one mark per plan with its number of points; hollow where a harm limit is broken, ringed if chosen."""
    across = nice_ticks(0.0, max([plan.units for plan in plans], default=1.0) or 1.0)
    up = nice_ticks(0.0, max([plan.benefit for plan in plans], default=1.0) or 1.0)

    def place(units: float, benefit: float) -> tuple[float, float]:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * units / across[-1]
        return x, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * benefit / up[-1]

    content = []
    for tick in up:
        _, y = place(0.0, tick)
        content.append(svg.line(_LEFT, y, _WIDTH - _RIGHT, y, "axis" if tick == 0 else "rule"))
        content.append(svg.text(_LEFT - 6, y + 4, wording.decimal(tick, 2), "soft end"))
    for tick in across:
        x, y = place(tick, 0.0)
        content.append(svg.text(x, y + 16, wording.decimal(tick, 2), "soft mid"))
    content.append(svg.text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, f"units {product}", "soft mid"))
    content.append(svg.text(_LEFT + 4, _TOP - 4, "expected fall, percent", "soft"))
    labelled: list[tuple[float, float]] = []
    for plan in sorted(plans, key=lambda plan: not plan.chosen):
        x, y = place(plan.units, plan.benefit)
        kept = plan.harm_share <= 1.0
        if plan.chosen:
            content.append(svg.element("circle", cx=x, cy=y, r=9.0, class_="hollow", stroke_width=1.2))
        content.append(svg.element("circle", cx=x, cy=y, r=4.5, class_="mark" if kept else "hollow", stroke_width=1.6))
        if all(abs(x - other) > _LABEL[0] or abs(y - above) > _LABEL[1] for other, above in labelled):
            content.append(svg.text(x, y - 13, wording.count(plan.points, "point"), "soft mid", font_size=10))
            labelled.append((x, y))
    words = " ".join(
        f"{wording.dose(plan.units, product)} in {wording.count(plan.points, 'point')}: "
        f"{wording.percent(plan.benefit)}{'' if plan.harm_share <= 1.0 else ', breaks a harm limit'}"
        f"{', chosen' if plan.chosen else ''}."
        for plan in plans
    )
    return svg.figure("trade-offs", "Dose and expected fall of the plans found", words, (_WIDTH, _HEIGHT), content)
