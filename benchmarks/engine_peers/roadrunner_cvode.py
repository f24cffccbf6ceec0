"""libRoadRunner: CVODE on SBML that it compiles itself.

It is given the equations the other peers get, not the product's SBML export: in these, everything that depends on
constants alone has been worked out beforehand.
"""

from __future__ import annotations

import numpy as np
import sympy
from sympy.printing.mathml import MathMLContentPrinter

from engine_peers import equations
from engine_peers.scipy_odes import each_patient
from engine_peers.worker import Array, Prepared, Task, serve
from holocrine.models.site import SITE

NAMESPACE = "http://www.sbml.org/sbml/level3/version1/core"
MATHML = "http://www.w3.org/1998/Math/MathML"


class _Printer(MathMLContentPrinter):
    """Names as they are: SymPy would typeset what follows an underscore as an index."""

    def _print_Symbol(self, symbol: sympy.Symbol) -> object:  # noqa: N802 - the name SymPy calls
        item = self.dom.createElement("ci")
        item.appendChild(self.dom.createTextNode(symbol.name))
        return item


def derived_sbml() -> str:
    """The hoisted equations: states and derived constants as parameters, one rate rule a state."""
    found = equations.hoisted(SITE)
    names = [str(symbol) for symbol in (*found.states, *found.derived)]
    parameters = "".join(f'<parameter id="{name}" value="1" constant="false"/>' for name in names)
    common, rates = sympy.cse(found.rates, symbols=sympy.numbered_symbols("shared"))
    parameters += "".join(f'<parameter id="{symbol}" constant="false"/>' for symbol, _ in common)
    rules = "".join(_rule("assignmentRule", str(symbol), value) for symbol, value in common)
    rules += "".join(_rule("rateRule", str(state), rate) for state, rate in zip(found.states, rates, strict=True))
    lists = f"<listOfParameters>{parameters}</listOfParameters><listOfRules>{rules}</listOfRules>"
    return f'<sbml xmlns="{NAMESPACE}" level="3" version="1"><model id="site">{lists}</model></sbml>'


def _rule(kind: str, variable: str, value: sympy.Expr) -> str:
    content = _Printer().doprint(value)
    return f'<{kind} variable="{variable}"><math xmlns="{MATHML}">{content}</math></{kind}>'


def prepare(mode: str) -> Prepared:  # noqa: ARG001 - one mode only
    """Compile the model; a run is a Python loop over patients and sessions, the model keeping its compiled code."""
    import roadrunner

    code = equations.compiled(SITE)
    runner = roadrunner.RoadRunner(derived_sbml())
    runner.timeCourseSelections = list(SITE.state_names)
    known = list(runner.model.getGlobalParameterIds())
    constant_at = [known.index(str(symbol)) for symbol in equations.hoisted(SITE).derived]
    state_at = [known.index(name) for name in SITE.state_names]
    runner.integrator.setValue("maximum_num_steps", 100_000)

    def solve(task: Task) -> Array:
        runner.integrator.setValue("relative_tolerance", task.rtol)
        runner.integrator.setValue("absolute_tolerance", task.atol)
        return each_patient(task, code, stretch)

    def stretch(y: Array, grid: Array, d: Array, _: Task) -> Array:
        runner.model.setGlobalParameterValues(constant_at, d)
        runner.model.setGlobalParameterValues(state_at, y)
        runner.model.setTime(0.0)
        return np.array(runner.simulate(times=(grid - grid[0]).tolist()))

    return Prepared(solve, roadrunner.__version__)


if __name__ == "__main__":
    serve(prepare)
