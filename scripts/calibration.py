"""Keep docs/calibration.md true: how good the packaged fit is, what it learned and what it left open.

python scripts/calibration.py            print the page
python scripts/calibration.py --write    put it into docs/calibration.md
python scripts/calibration.py --check    exit 1 if docs/calibration.md is out of date
"""

from __future__ import annotations

import sys

import numpy as np
from written_page import ROOT, keep

from holocrine.domain.vocabulary import HypothesisId
from holocrine.execution.workers import load_unknowns
from holocrine.inference.disagreements import PRIORS
from holocrine.knowledge.fitted import fitted
from holocrine.knowledge.parameters import load_hypotheses
from holocrine.knowledge.posterior import UNDETERMINED, Posterior, load_posterior

PAGE = ROOT / "docs" / "calibration.md"
HEAD = """# The population fit

<!-- written by `python scripts/calibration.py --write` from the packaged posterior -->

`holocrine calibrate` fits the typical values of the model's parameters to published results: group means, shares of
responders, durations, halo areas, product ratios, rates of drooping lids, and words such as "no significant change".
What is fitted and what is kept out stands in [held-out.md](held-out.md); how, in
[ADR 0010](adr/0010-how-the-population-is-fitted.md) and [ADR 0011](adr/0011-what-a-published-result-says.md).
`holocrine validate` then predicts every result, those kept out included.

Posterior `{identifier}`: {rows} results ({sebum} on sebum), {runs} independent runs of {particles} particles under each
explanation of the sebum effect, seed {seed}, evidence `{evidence}`, parameters `{parameters}`.

## Did the runs agree?

R-hat is the rank-normalised split R-hat over the runs, the effective size the number of independent draws as good for
the mean, from the spread between runs.

| explanation | largest R-hat | smallest effective size | log evidence over the mean, each run |
|---|---|---|---|
"""


def page() -> str:
    """The page as it should be."""
    made = load_posterior()
    about = made.about
    text = HEAD.format(
        identifier=made.identifier,
        rows=about["fitted_rows"],
        sebum=about["sebum_rows"],
        runs=about["runs"],
        particles=about["particles"],
        seed=about["seed"],
        evidence=about["evidence_hash"],
        parameters=about["parameter_hash"],
    )
    for h, found in about["by_explanation"].items():
        hat, size = found["worst_r_hat"], found["smallest_effective_size"]
        logs = ", ".join(f"{value:.2f}" for value in made.log_evidence[h])
        text += f"| {h} | {hat[1]} (`{hat[0]}`) | {size[1]} (`{size[0]}`) | {logs} |\n"
    return text + _weights(made) + _learned(made)


def _weights(made: Posterior) -> str:
    lines = ["\n## Which explanation of the sebum effect?\n\n"]
    ids: tuple[HypothesisId, ...] = ("H1", "H2", "H3", "H3b")
    lines += [f"- {h.id}: {h.label}\n" for h in load_hypotheses()]
    lines += ["\n| pair | Bayes factor | Monte-Carlo range | |\n|---|---|---|---|\n"]
    for number, one in enumerate(ids):
        for other in ids[number + 1 :]:
            value, error = made.log_bayes_factor(one, other)
            low, high = np.exp(value - 2.0 * error), np.exp(value + 2.0 * error)
            verdict = "undetermined" if abs(value) < UNDETERMINED else ""
            lines.append(f"| {one} over {other} | {np.exp(value):.2g} | {low:.2g} to {high:.2g} | {verdict} |\n")
    lines += [
        "\nUndetermined: between 1/3 and 3.\n\n| prior weights | " + " | ".join(ids) + " |\n|---|---|---|---|---|\n"
    ]
    table: dict[HypothesisId, float] = {h.id: h.weight for h in load_hypotheses()}
    for name, prior in PRIORS.items():
        before = prior or table
        after = made.weights(before)
        cells = " | ".join(f"{before[h]:.2f} to {after[h]:.2f}" for h in ids)
        lines.append(f"| {name} | {cells} |\n")
    return "".join(lines)


def _learned(made: Posterior) -> str:
    """Every fitted typical value before and after, the most informed first."""
    unknowns = load_unknowns()
    rows = []
    for name, found in fitted(made, unknowns.table, {h.id: h.weight for h in load_hypotheses()}).items():
        before = [f"{float(unknowns.at(name, z)):.3g}" for z in (-1.645, 0.0, 1.645)]
        prior = f"{before[1]} ({before[0]} to {before[2]})"
        after = f"{found.median:.3g} ({found.low90:.3g} to {found.high90:.3g})"
        meaning, unit = unknowns.table[name].meaning, unknowns.table[name].unit
        profile = " ".join("-" if value is None else f"{value:g}" for value in made.about["profiles"][name])
        cells = (meaning, unit, prior, after, f"{found.contraction:.0%}", profile)
        rows.append((-found.contraction, f"| {' | '.join(cells)} |\n"))
    text = (
        "\n## What was learned\n\nTypical values, median and 90% interval before and after. Contraction: share of the "
        "prior variance that the data removed; below zero the data widened it. What is not listed was not touched by "
        "any fitted result and keeps its prior. "
        "Profile: how far the highest log posterior among the draws of the first explanation lies below its top (nats) "
        "with the value 4 to 1.5, 1.5 to 0.5, 0.5 prior SDs to either side, 0.5 to 1.5 and 1.5 to 4 from the table's; "
        "a lower bound of the true profile, a dash where no draw fell. Flat: not identified.\n\n"
        "| parameter | unit | before | after | contraction | profile |\n|---|---|---|---|---|---|\n"
    )
    return text + "".join(line for _, line in sorted(rows))


def main() -> int:
    """Print, write or check the page; returns the exit code."""
    return keep(PAGE, page, "the packaged posterior")


if __name__ == "__main__":
    sys.exit(main())
