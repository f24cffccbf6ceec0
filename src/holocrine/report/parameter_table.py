"""Every parameter behind the forecast, with its interval, grade and source or assumption."""

from __future__ import annotations

from holocrine.knowledge.fitted import Fitted, fitted
from holocrine.knowledge.parameters import Parameter, load_hypotheses, load_parameters
from holocrine.knowledge.posterior import load_posterior
from holocrine.report import wording
from holocrine.report.markup import paragraph, section, table, text

_NOTE = (
    "Value: the typical one (median). Interval: central 90% of its distribution, over people or over what is known. "
    "After the fit: the typical value with its 90% interval once published results had been taken into account; "
    "without it no published result speaks about the parameter. Grades as under limits of the evidence."
)

_UNITS = {"1": "", "unit/mm3": "units onabotulinumtoxinA per mm3"}
"""Units that prose writes out; bound doses are in the reference product, others enter with their potency."""


def parameters_page() -> str:
    """The parameter table as it is packaged with this version."""
    head = ("Symbol", "Meaning", "Value", "90% interval", "Unit", "Grade", "Source or assumption")
    parameters = load_parameters()
    found = fitted(load_posterior(), parameters, {h.id: h.weight for h in load_hypotheses()})
    rows = [_row(parameter, found.get(name)) for name, parameter in parameters.items()]
    return section(
        "parameters",
        "Appendix: parameters and their sources",
        paragraph(_NOTE, "soft small"),
        table("Parameters of the model", head, rows, numeric=(2, 3)),
    )


def _row(parameter: Parameter, after: Fitted | None) -> tuple[str, ...]:
    fixed = parameter.distribution == "fixed"
    span = "fixed" if fixed else f"{wording.significant(parameter.low90)} to {wording.significant(parameter.high90)}"
    learned = ""
    if after is not None:
        low, middle, high = (wording.significant(value) for value in (after.low90, after.median, after.high90))
        learned = f'<span class="source">after the fit {text(f"{middle} ({low} to {high})")}</span>'
    return (
        text(parameter.symbol),
        text(parameter.meaning),
        text(wording.significant(parameter.value)),
        text(span) + learned,
        text(_UNITS.get(parameter.unit, parameter.unit)),
        text(parameter.grade),
        f'<span class="source">{text(parameter.basis)}</span>',
    )
