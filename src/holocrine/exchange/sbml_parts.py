"""What stands in an SBML document, as a declaration's text: values, rates, assigned quantities, dosing events."""

from __future__ import annotations

import ast
import keyword
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from holocrine.errors import InputError
from holocrine.exchange.sbml import Event
from holocrine.exchange.sbml_math import library, python_text


@dataclass(frozen=True)
class Number:
    """A value of the file (None where it gives none) with its name and, in our own files, its unit."""

    value: float | None
    meaning: str
    unit: str


def refuse(problem: str) -> InputError:
    """The error for what no declaration can hold."""
    return InputError(f"SBML: {problem}. Readable are rate rules, assignment rules, reactions and dosing events.")


def symbol(identifier: str) -> str:
    """An SBML identifier as a symbol: Python's own words get an underscore."""
    return f"{identifier}_" if keyword.iskeyword(identifier) else identifier


def numbers(source: Any) -> dict[str, Number]:
    """Everything that has a value, by symbol: compartments, species, parameters."""
    found = {}
    for item in source.getListOfCompartments():
        found[symbol(item.getId())] = Number(item.getSize() if item.isSetSize() else 1.0, item.getName(), "1")
    for item in source.getListOfSpecies():
        size = _size(source, item)
        amount = item.getInitialAmount() if item.isSetInitialAmount() else item.getInitialConcentration() * size
        known = item.isSetInitialAmount() or item.isSetInitialConcentration()
        value = amount if item.getHasOnlySubstanceUnits() else amount / size
        found[symbol(item.getId())] = Number(value if known else None, item.getName(), "1")
    for item in source.getListOfParameters():
        definition = source.getUnitDefinition(item.getUnits())
        unit = definition.getName() if definition is not None else "1"
        found[symbol(item.getId())] = Number(item.getValue() if item.isSetValue() else None, item.getName(), unit)
    return found


def _size(source: Any, species: Any) -> float:
    compartment = source.getCompartment(species.getCompartment())
    if not compartment.getConstant():
        raise refuse(f"compartment {compartment.getId()} changes its size")
    return float(compartment.getSize()) if compartment.isSetSize() else 1.0


def rates(source: Any) -> dict[str, str]:
    """Rates by symbol in the order of the file: rate rules, and what reactions make of each species."""
    found = {}
    for rule in source.getListOfRules():
        if rule.isAlgebraic():
            raise refuse("an algebraic rule")
        if rule.isRate():
            found[symbol(rule.getVariable())] = python_text(rule.getMath(), symbol)
    terms: defaultdict[str, list[str]] = defaultdict(list)
    for reaction in source.getListOfReactions():
        if reaction.getKineticLaw() is None:
            raise refuse(f"reaction {reaction.getId()} has no kinetic law")
        law = python_text(reaction.getKineticLaw().getMath(), symbol)
        for sign, side in (("-", reaction.getListOfReactants()), ("+", reaction.getListOfProducts())):
            for item in side:
                terms[item.getSpecies()].append(f"{sign} {_stoichiometry(item)}*{law}")
    for item in source.getListOfSpecies():
        if item.isSetConversionFactor() or source.isSetConversionFactor():
            raise refuse(f"the conversion factor of {item.getId()}")
        if item.getId() in terms and not item.getBoundaryCondition() and not item.getConstant():
            volume = "" if item.getHasOnlySubstanceUnits() else f"/{symbol(item.getCompartment())}"
            found[symbol(item.getId())] = f"({' '.join(terms[item.getId()])}){volume}"
    return found


def _stoichiometry(reference: Any) -> str:
    if not reference.getConstant():
        raise refuse(f"the stoichiometry of {reference.getSpecies()} changes")
    return repr(reference.getStoichiometry() if reference.isSetStoichiometry() else 1.0)


def assigned(source: Any) -> dict[str, str]:
    """Expressions of assignment rules by symbol."""
    rules = [rule for rule in source.getListOfRules() if rule.isAssignment()]
    return {symbol(rule.getVariable()): python_text(rule.getMath(), symbol) for rule in rules}


def in_order(expressions: Mapping[str, str]) -> Iterator[str]:
    """Assigned quantities so that each stands after those it uses; SBML allows any order."""
    uses = {
        name: {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and node.id in expressions}
        for name, text in expressions.items()
    }
    try:
        yield from TopologicalSorter(uses).static_order()
    except CycleError as error:
        raise refuse(f"assignment rules in a circle: {', '.join(error.args[1])}") from error


def events(source: Any, states: Collection[str], per_day: float) -> Iterator[Event]:
    """Dosing events: at a fixed time a number is added to a state, or a constant takes a new one.

    `per_day` is the number of the file's time units in a day. Raises InputError on any other event.
    """
    sbml = library()
    for item in source.getListOfEvents():
        when = item.getTrigger().getMath()
        later = when.getType() in (sbml.AST_RELATIONAL_GEQ, sbml.AST_RELATIONAL_GT)
        if not later or when.getChild(0).getType() != sbml.AST_NAME_TIME or item.isSetDelay():
            raise refuse(f"event {item.getId()} does not happen at a fixed time")
        day = _number(when.getChild(1)) / per_day
        for assignment in item.getListOfEventAssignments():
            name, math = symbol(assignment.getVariable()), assignment.getMath()
            if name in states:
                if math.getType() != sbml.AST_PLUS or symbol(math.getChild(0).getName() or "") != name:
                    raise refuse(f"event {item.getId()} does not add to {name}")
                math = math.getChild(1)
            yield Event(day, name, _number(math))


def _number(node: Any) -> float:
    if not node.isNumber():
        raise refuse(f"an event uses {library().formulaToL3String(node)} where a number is needed")
    return float(node.getInteger() if node.isInteger() else node.getValue())
