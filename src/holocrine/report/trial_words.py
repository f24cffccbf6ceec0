"""How trials are put into words, the same on terminal, page and protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from holocrine.domain.trial_answer import Power, SizeNeeded, Soonest, TrialAnswer, TrialScenario
from holocrine.report import wording

SCENARIOS: dict[TrialScenario, str] = {
    "no effect": "no effect at all",
    "H1": "H1, cholinergic",
    "H2": "H2, direct",
    "H3": "H3, none on the gland",
    "H3b": "H3b, redistribution",
    "all": "all, by their weights",
}


def share(value: float) -> str:
    """A share in percent."""
    return f"{wording.decimal(100.0 * value, 0)}%"


def with_error(value: float, error: float) -> str:
    """A share in percent with its Monte-Carlo standard error."""
    return f"{share(value)} (error {wording.decimal(100.0 * error, 1)})"


def overall(powers: Iterable[Power]) -> list[Power]:
    """Rows for at least one arm, or for the only one there is."""
    rows = list(powers)
    several = {row.endpoint for row in rows if row.arm == "any"}
    return [row for row in rows if row.arm == "any" or row.endpoint not in several]


def primary(answer: TrialAnswer) -> list[Power]:
    """Overall power of the primary endpoint."""
    return [row for row in overall(answer.power) if row.endpoint == answer.estimands[0].endpoint]


def needed_words(needed: SizeNeeded, sizes: Sequence[int]) -> str:
    """'about 310 patients', or that no size evaluated is enough."""
    if needed.patients is None:
        return f"more than {wording.count(sizes[-1], 'patient')}"
    if needed.patients <= sizes[0]:
        return f"at most {wording.count(sizes[0], 'patient')}"
    return f"about {wording.count(int(wording.round_to_figures(needed.patients, 2)), 'patient')}"


def trial_lines(answer: TrialAnswer) -> list[str]:
    """The answer in short, for a terminal."""
    rows = primary(answer)
    sizes = sorted({row.patients for row in rows})
    by = {(row.scenario, row.patients): row for row in rows}
    here = by["all", answer.patients]
    lines = [
        answer.name,
        f"  {answer.question}",
        f"  Primary endpoint: {answer.estimands[0].endpoint}, {answer.estimands[0].summary}",
        f"  Power with {wording.count(answer.patients, 'patient')}: {with_error(here.power, here.error)}",
    ]
    for scenario, words in SCENARIOS.items():
        curve = [f"{size}: {share(by[scenario, size].power)}" for size in sizes if (scenario, size) in by]
        lines.append(f"    {words:<24} {'  '.join(curve)}")
    null = by["no effect", answer.patients]
    lines.append(f"  Type I error: {with_error(null.power, null.error)}")
    lines += [
        f"  {wording.decimal(one.target, 0)}% power, {SCENARIOS[one.scenario]}: {needed_words(one, sizes)}"
        for one in answer.needed
        if one.scenario in ("H1", "all")
    ]
    return lines


def soonest_lines(rows: Sequence[Soonest]) -> list[str]:
    """For each explanation the designs in the order in which they settle it."""
    lines = ["Which trial settles which explanation of the sebum effect soonest"]
    for name in dict.fromkeys(row.hypothesis for row in rows):
        lines.append(f"  If {SCENARIOS[name]} holds:")
        for row in (row for row in rows if row.hypothesis == name):
            size = wording.count(row.patients, "patient")
            if row.settles:
                lines.append(f"    week {row.week:g}, {size}: {row.design}")
            else:
                lines.append(
                    f"    not settled ({share(row.believed)} believed, {size}, week {row.week:g}): {row.design}"
                )
    return lines
