"""Figures that hold numbers against each other: risks against limits, alternatives, hypotheses."""

from __future__ import annotations

from collections.abc import Sequence

from holocrine.domain.forecast import HypothesisWeight, Risk
from holocrine.domain.plan import Alternative, Plan
from holocrine.report import names, svg, wording
from holocrine.report.charts import nice_ticks

_WIDTH = 760.0
_LABELS = 190.0
_NUMBERS = 150.0
_ROW = 46.0


def plot_risks(risks: Sequence[Risk]) -> str:
    """SVG: each harm's probability with its 90% interval, beside the limit its upper end is held against."""
    largest = max((max(risk.hi90, risk.limit) for risk in risks), default=1.0)
    ticks = nice_ticks(0.0, 1.05 * largest)
    height = 26 + _ROW * len(risks) + 44
    content = _frame(ticks, 26 + _ROW * len(risks), "probability, percent (bar: 90% interval)")
    for i, risk in enumerate(risks):
        content += _risk_row(risk, 26 + _ROW * (i + 0.5), ticks)
    words = " ".join(
        f"{risk.label}: {wording.interval90(risk.probability, risk.lo90, risk.hi90)}, limit "
        f"{wording.percent(risk.limit)}, {_standing(risk)}."
        for risk in risks
    )
    return svg.figure("risks", "Risks against their limits", words, (_WIDTH, height), content)


def plot_alternatives(plan: Plan) -> str:
    """SVG: expected fall of the main target with its 90% interval for every plan weighed; the chosen one is filled."""
    alternatives = plan.alternatives
    fall = names.READ_OUTS[alternatives[0].target] if alternatives else "the target"
    low = min((a.benefit_lo90 for a in alternatives), default=0.0)
    high = max((a.benefit_hi90 for a in alternatives), default=1.0)
    ticks = nice_ticks(min(low, 0.0), max(high, 10.0))
    height = 26 + _ROW * len(alternatives) + 44
    content = _frame(ticks, 26 + _ROW * len(alternatives), f"expected fall in {fall}, percent (bar: 90% interval)")
    for i, alternative in enumerate(alternatives):
        content += _alternative_row(alternative, plan.solution.product, 26 + _ROW * (i + 0.5), ticks)
    words = " ".join(
        f"{wording.capital(wording.words(a.name))}{' (chosen)' if a.chosen else ''}: "
        f"{wording.interval90(a.benefit, a.benefit_lo90, a.benefit_hi90)}."
        for a in alternatives
    )
    return svg.figure("alternatives", "Alternatives and what they buy", words, (_WIDTH, height), content)


def plot_hypotheses(hypotheses: Sequence[HypothesisWeight]) -> str:
    """SVG: one bar cut into the weights of the explanations, each labelled with its id and share."""
    content, x, width = [], 0.0, _WIDTH
    for i, hypothesis in enumerate(hypotheses):
        share = width * hypothesis.weight
        content.append(svg.rect(x, 4, share, 26, "band50" if i % 2 == 0 else "band90"))
        content.append(svg.rect(x, 4, share, 26, "edge", stroke_width=0.8))
        if share > 24:
            label = f"{hypothesis.id} {wording.percent(100 * hypothesis.weight)}" if share > 60 else hypothesis.id
            content.append(svg.text(x + share / 2, 21, label, "mid strong"))
        x += share
    words = " ".join(f"{h.id}, {h.label}: weight {wording.percent(100 * h.weight)}." for h in hypotheses)
    return svg.figure("hypotheses", "Weights of the explanations", words, (width, 34), content)


def _standing(risk: Risk) -> str:
    return "within the limit" if risk.within_limit else "above the limit"


def _to_x(value: float, ticks: list[float]) -> float:
    share = (value - ticks[0]) / (ticks[-1] - ticks[0])
    return _LABELS + (_WIDTH - _LABELS - _NUMBERS) * share


def _frame(ticks: list[float], bottom: float, label: str) -> list[str]:
    drawn = []
    for tick in ticks:
        x = _to_x(tick, ticks)
        drawn.append(svg.line(x, 16, x, bottom, "axis" if tick == 0 else "rule"))
        drawn.append(svg.text(x, bottom + 15, wording.decimal(tick, 3), "soft mid"))
    drawn.append(svg.text((_LABELS + _WIDTH - _NUMBERS) / 2, bottom + 33, label, "soft mid"))
    return drawn


def _bar(low: float, value: float, high: float, y: float, ticks: list[float], *, filled: bool) -> list[str]:
    left, right = _to_x(low, ticks), _to_x(high, ticks)
    return [
        svg.rect(left, y - 7, max(right - left, 1.0), 14, "band50" if filled else "band90", rx=3),
        svg.rect(left, y - 7, max(right - left, 1.0), 14, "edge", rx=3, stroke_width=0.8),
        svg.element(
            "circle", cx=_to_x(value, ticks), cy=y, r=4.5, class_="mark" if filled else "hollow", stroke_width=1.6
        ),
    ]


def _risk_row(risk: Risk, y: float, ticks: list[float]) -> list[str]:
    limit = _to_x(risk.limit, ticks)
    upper = wording.against_limit(risk.hi90, risk.limit)
    return [
        svg.text(0, y - 2, wording.capital(risk.label), "strong", font_size=12),
        svg.text(0, y + 13, f"Grade {risk.grade}: {wording.GRADE_MEANINGS[risk.grade]}", "soft", font_size=10),
        *_bar(risk.lo90, risk.probability, risk.hi90, y, ticks, filled=True),
        svg.line(limit, y - 16, limit, y + 16, "limit", stroke_width=2, stroke_dasharray="4 2"),
        svg.text(limit + 4, y - 10, f"limit {wording.percent(risk.limit)}", "limit-text", font_size=10),
        svg.text(_WIDTH, y - 2, f"{wording.probability(risk.probability)}, up to {upper}", "strong end", font_size=12),
        svg.text(_WIDTH, y + 13, _standing(risk), "end " + ("good" if risk.within_limit else "bad strong")),
    ]


def _alternative_row(alternative: Alternative, product: str, y: float, ticks: list[float]) -> list[str]:
    name = wording.capital(wording.words(alternative.name))
    if alternative.points:
        name += f", {wording.count(alternative.points, 'point')}"
    drawn = [
        svg.text(0, y - 2, name, "strong", font_size=12),
        svg.text(
            0, y + 13, wording.dose(alternative.units, product) if alternative.points else "nothing given", "soft"
        ),
        *_bar(
            alternative.benefit_lo90,
            alternative.benefit,
            alternative.benefit_hi90,
            y,
            ticks,
            filled=alternative.chosen,
        ),
        svg.text(_WIDTH, y - 2, wording.percent(alternative.benefit), "strong end", font_size=12),
    ]
    if alternative.chosen:
        drawn.append(svg.text(_WIDTH, y + 13, "\N{CHECK MARK} chosen", "end good strong"))
    return drawn
