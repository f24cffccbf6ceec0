"""SBML read back into a declaration: rate and assignment rules, reactions with kinetic laws, dosing events.

Files written by `exchange.sbml` come back with units and outputs. In any other file units are taken as agreeing:
its numbers become bare ones, and its rates are scaled to days by one constant, `per_day`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from holocrine.errors import InternalError
from holocrine.exchange import sbml_parts as parts
from holocrine.exchange.sbml import LEVEL, NAMESPACE, PREFIX, VERSION, Event
from holocrine.exchange.sbml_math import library
from holocrine.modelling.declaration import Assigned, Constant, Model, State
from holocrine.modelling.dimensions import check_units

SECONDS_PER_DAY = 86400.0
PER_DAY = "per_day"


@dataclass(frozen=True)
class Imported:
    """A declaration with the value of every constant by symbol and the file's dosing events."""

    model: Model
    values: dict[str, float]
    events: tuple[Event, ...]


def read_sbml(text: str) -> Imported:
    """Read an SBML document. Raises InputError without libSBML, on faulty SBML, or on what no declaration can hold."""
    document = _prepared(text)  # must outlive every object libSBML gives out
    source = document.getModel()
    outputs, factor = _outputs(source), _time_units_per_day(source)
    ours = bool(outputs) and factor == 1.0
    model, values = _declaration(source, outputs) if ours else _bare_declaration(source, factor)
    try:
        check_units(model)
    except InternalError as error:
        raise parts.refuse(str(error)) from error
    return Imported(model, values, tuple(parts.events(source, model.state_names, factor)))


def _declaration(source: Any, outputs: tuple[str, ...]) -> tuple[Model, dict[str, float]]:
    """The model with the units the file gives its parameters; every state is an output when none is named."""
    numbers, rates, assigned = parts.numbers(source), parts.rates(source), parts.assigned(source)
    adrift = [name for name in (*rates, *assigned) if name not in numbers]
    unset = [name for name, number in numbers.items() if number.value is None and name not in assigned]
    if adrift or unset:
        raise parts.refuse(f"a rule, or no value, for {', '.join(adrift or unset)}")
    given = {name: number.value or 0.0 for name, number in numbers.items()}
    fixed = [name for name in numbers if name not in rates and name not in assigned]

    def about(name: str) -> tuple[str, str]:
        return name, numbers[name].unit

    model = Model(
        parts.symbol(source.getId().removeprefix(PREFIX) or "sbml"),
        tuple(State(*about(name), rate, given[name], numbers[name].meaning) for name, rate in rates.items()),
        tuple(Constant(*about(name), numbers[name].meaning, "SBML file") for name in fixed),
        tuple(Assigned(*about(name), assigned[name], numbers[name].meaning) for name in parts.in_order(assigned)),
        outputs or tuple(rates),
    )
    return model, {name: given[name] for name in fixed}


def _bare_declaration(source: Any, factor: float) -> tuple[Model, dict[str, float]]:
    """The same without units, its rates scaled to days; `factor` is the number of the file's time units in a day."""
    model, values = _declaration(source, ())
    scale = _free(PER_DAY, model.units)
    bare = replace(
        model,
        states=tuple(replace(state, unit="1", rate=f"{scale}*{state.rate}") for state in model.states),
        constants=(
            *(replace(constant, unit="1") for constant in model.constants),
            Constant(scale, "1/day", "the file's units of time in a day", "SBML file"),
        ),
        assigned=tuple(replace(assigned, unit="1") for assigned in model.assigned),
    )
    return bare, values | {scale: factor}


def _prepared(text: str) -> Any:
    """The document at our level, its functions, initial assignments and local parameters written out."""
    sbml = library()
    document = sbml.readSBMLFromString(text)
    for category in (sbml.LIBSBML_CAT_UNITS_CONSISTENCY, sbml.LIBSBML_CAT_MODELING_PRACTICE):
        document.setConsistencyChecks(category, False)
    document.checkConsistency()
    found = [document.getError(i) for i in range(document.getNumErrors())]
    for error in found:
        if error.getSeverity() >= sbml.LIBSBML_SEV_ERROR:
            raise parts.refuse(" ".join(error.getMessage().split()).rstrip("."))
    source = document.getModel()
    if source is None:
        raise parts.refuse("the document holds no model")
    if any(reaction.getFast() for reaction in source.getListOfReactions()):  # later versions cannot say so
        raise parts.refuse("a fast reaction has no rate")
    if document.getLevel() < LEVEL:
        document.setLevelAndVersion(LEVEL, VERSION, False)
    for step in ("expandFunctionDefinitions", "expandInitialAssignments", "promoteLocalParameters"):
        wanted = sbml.ConversionProperties()
        wanted.addOption(step)
        if document.convert(wanted) != sbml.LIBSBML_OPERATION_SUCCESS:
            raise parts.refuse(f"{step} is not possible in this file")
    return document


def _outputs(source: Any) -> tuple[str, ...]:
    """The outputs our annotation names; none in another program's file."""
    annotation = source.getAnnotation()
    for i in range(annotation.getNumChildren() if annotation is not None else 0):
        child = annotation.getChild(i)
        if child.getURI() == NAMESPACE:
            return tuple(child.getChild(j).getAttrValue("symbol") for j in range(child.getNumChildren()))
    return ()


def _free(name: str, taken: Collection[str]) -> str:
    return name if name not in taken else _free(f"{name}_", taken)


def _time_units_per_day(source: Any) -> float:
    name = source.getTimeUnits()
    definition = source.getUnitDefinition(name)
    if name == "second":
        return SECONDS_PER_DAY
    if definition is None or not definition.isVariantOfTime() or definition.getNumUnits() != 1:
        raise parts.refuse("the unit of time is not stated as a multiple of the second")
    unit = definition.getUnit(0)
    return float(SECONDS_PER_DAY / (unit.getMultiplier() * 10.0 ** unit.getScale()))
