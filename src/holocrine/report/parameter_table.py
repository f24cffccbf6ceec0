"""Every parameter behind the forecast, with its interval, grade and source or assumption."""

from __future__ import annotations

from holocrine.knowledge.parameters import Parameter, load_parameters
from holocrine.report import wording
from holocrine.report.markup import paragraph, section, table, text

_NOTE = (
    "Value: the typical one (median). Interval: central 90% of its distribution, over people or over what is known. "
    "Grades as under limits of the evidence."
)

_UNITS = {"1": "", "unit/mm3": "units onabotulinumtoxinA per mm3"}
"""Units that prose writes out; bound doses are in the reference product, others enter with their potency."""


def parameters_page() -> str:
    """The parameter table as it is packaged with this version."""
    head = ("Symbol", "Meaning", "Value", "90% interval", "Unit", "Grade", "Source or assumption")
    rows = [_row(parameter) for parameter in load_parameters().values()]
    return section(
        "parameters",
        "Appendix: parameters and their sources",
        paragraph(_NOTE, "soft small"),
        table("Parameters of the model", head, rows, numeric=(2, 3)),
    )


def _row(parameter: Parameter) -> tuple[str, ...]:
    fixed = parameter.distribution == "fixed"
    span = "fixed" if fixed else f"{wording.significant(parameter.low90)} to {wording.significant(parameter.high90)}"
    return (
        text(parameter.symbol),
        text(parameter.meaning),
        text(wording.significant(parameter.value)),
        text(span),
        text(_UNITS.get(parameter.unit, parameter.unit)),
        text(parameter.grade),
        f'<span class="source">{text(parameter.basis)}</span>',
    )
