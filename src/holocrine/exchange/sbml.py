"""A declared model as SBML level 3 version 2: units, equations, sources, sessions as events.

Version 2 because its core has min and max; version 1 has not. States are parameters with a rate rule (nothing here
has an amount in a compartment), assigned quantities have an assignment rule, constants are constant parameters.
SBML has no word for an output, so the model's annotation lists them in order.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from holocrine.errors import InternalError
from holocrine.exchange.sbml_math import add_unit, infix, library, math_of, unit_id
from holocrine.modelling.declaration import Model

LEVEL, VERSION = 3, 2
NAMESPACE = "urn:holocrine:sbml:1"
"""XML namespace of the annotation."""
PREFIX = "holocrine_"
"""Begins the identifiers of model and events, which SBML keeps in one list with the symbols."""


@dataclass(frozen=True)
class Event:
    """At `day` the `value` is added to a state, or becomes the new value of a constant; in the symbol's own unit."""

    day: float
    symbol: str
    value: float


def sbml_text(
    model: Model,
    values: Mapping[str, float],
    events: Sequence[Event] = (),
    *,
    about: Sequence[str] = (),
    sources: Mapping[str, str] | None = None,
) -> str:
    """The model as one SBML document, checked by libSBML for consistency and units.

    `values` gives every constant, and any state that does not start at rest, by symbol. `about` are lines for the
    notes; `sources` says more about a constant's source than its name. Raises InputError without libSBML, InternalError
    when a value is missing or the document is at fault.
    """
    _check_numbers(model, values, events)
    sbml = library()
    document = sbml.SBMLDocument(LEVEL, VERSION)
    target = _head(document, model, about)
    _add_symbols(target, model, values, {event.symbol for event in events}, sources or {})
    _add_rules(target, model)
    _add_events(target, model, events)
    text: str = sbml.writeSBMLToString(document)
    found = faults(text)
    if found:
        raise InternalError(f"model {model.name}: the SBML document is at fault: {'; '.join(found)}")
    return text


def faults(text: str) -> list[str]:
    """Every error and warning of libSBML on a document, units included."""
    document = library().readSBMLFromString(text)
    document.checkConsistency()
    found = [document.getError(i) for i in range(document.getNumErrors())]
    return [f"{error.getErrorId()} line {error.getLine()}: {' '.join(error.getMessage().split())}" for error in found]


def _check_numbers(model: Model, values: Mapping[str, float], events: Sequence[Event]) -> None:
    missing = [name for name in model.constant_names if name not in values]
    if missing:
        raise InternalError(f"model {model.name}: no value for {', '.join(missing)}")
    numbers = {**values, **{f"{event.symbol} on day {event.day:g}": event.value for event in events}}
    wild = [name for name, value in numbers.items() if not math.isfinite(value)]
    if wild:
        raise InternalError(f"model {model.name}: no finite value for {', '.join(wild)}")


def _done(*codes: int) -> None:
    """libSBML answers with a number where Python would raise."""
    if any(codes):
        raise InternalError(f"libSBML refused to set a value (codes {codes})")


def _paragraphs(lines: Iterable[str]) -> str:
    body = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f'<body xmlns="http://www.w3.org/1999/xhtml">{body}</body>'


def _head(document: Any, model: Model, about: Sequence[str]) -> Any:
    target = document.createModel()
    _done(target.setId(PREFIX + model.name), target.setName(f"Holocrine, model {model.name}"))
    outputs = "".join(f"<h:output symbol={quoteattr(name)}/>" for name in model.outputs)
    head = f"<h:declaration xmlns:h={quoteattr(NAMESPACE)} model={quoteattr(model.name)} hash={quoteattr(model.hash)}>"
    lines = (
        f"Model {model.name}, declaration {model.hash}, written by Holocrine.",
        f"Outputs, in order: {', '.join(model.outputs)}. Time is in days.",
        *about,
    )
    _done(
        target.setAnnotation(f"{head}{outputs}</h:declaration>"),
        target.setNotes(_paragraphs(lines)),
        target.setTimeUnits(add_unit(target, "day")),
    )
    return target


def _add_symbols(
    target: Any, model: Model, values: Mapping[str, float], changed: set[str], sources: Mapping[str, str]
) -> None:
    for state in model.states:
        start = values.get(state.symbol, state.initial)
        _add_symbol(target, state.symbol, state.unit, state.meaning, value=start)
    for constant in model.constants:
        fixed, value = constant.symbol not in changed, values[constant.symbol]
        source = f"Source: {sources.get(constant.source, constant.source)}"
        _add_symbol(target, constant.symbol, constant.unit, constant.meaning, source, value=value, fixed=fixed)
    for assigned in model.assigned:
        _add_symbol(target, assigned.symbol, assigned.unit, assigned.meaning)


def _add_symbol(
    target: Any,
    symbol: str,
    unit: str,
    meaning: str,
    source: str = "",
    *,
    value: float | None = None,
    fixed: bool = False,
) -> None:
    item = target.createParameter()
    _done(
        item.setId(symbol),
        item.setName(meaning),
        item.setUnits(add_unit(target, unit)),
        item.setConstant(fixed),
        item.setNotes(_paragraphs((meaning, f"Unit: {'1 (a share or ratio)' if unit == '1' else unit}.", source))),
    )
    if value is not None:
        _done(item.setValue(float(value)))


def _add_rules(target: Any, model: Model) -> None:
    for assigned in model.assigned:
        rule = target.createAssignmentRule()
        _done(rule.setVariable(assigned.symbol), rule.setMath(math_of(infix(assigned.expression), target)))
    for state in model.states:
        rule = target.createRateRule()
        _done(rule.setVariable(state.symbol), rule.setMath(math_of(infix(state.rate), target)))


def _add_events(target: Any, model: Model, events: Sequence[Event]) -> None:
    """One SBML event per day. It also fires on day 0 (initialValue false) and is never taken back (persistent)."""
    by_day: defaultdict[float, list[Event]] = defaultdict(list)
    for event in events:
        if event.symbol not in (*model.state_names, *model.constant_names) or not 0.0 <= event.day < math.inf:
            raise InternalError(f"model {model.name}: nothing can happen to {event.symbol} on day {event.day:g}")
        by_day[event.day].append(event)
    for number, day in enumerate(sorted(by_day), start=1):
        item = target.createEvent()
        _done(
            item.setId(f"{PREFIX}event_{number}"), item.setName(f"day {day:g}"), item.setUseValuesFromTriggerTime(True)
        )
        trigger = item.createTrigger()
        _done(
            trigger.setInitialValue(False),
            trigger.setPersistent(True),
            trigger.setMath(math_of(f"time >= {day!r} day", target)),
        )
        for symbol, text in _assignments(model, by_day[day]).items():
            assignment = item.createEventAssignment()
            _done(assignment.setVariable(symbol), assignment.setMath(math_of(text, target)))


def _assignments(model: Model, events: Sequence[Event]) -> dict[str, str]:
    """What one day's events make of each symbol, as text; what is added to one state on one day is summed."""
    sums: dict[str, float] = {}
    for event in events:
        if event.symbol in sums and event.symbol in model.constant_names:
            raise InternalError(f"model {model.name}: {event.symbol} changes twice on day {event.day:g}")
        sums[event.symbol] = sums.get(event.symbol, 0.0) + float(event.value)
    texts = {symbol: f"{value!r} {unit_id(model.units[symbol])}" for symbol, value in sums.items()}
    return {symbol: f"{symbol} + {text}" if symbol in model.state_names else text for symbol, text in texts.items()}
