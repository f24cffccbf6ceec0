"""SBML: no complaint from libSBML, units and sources on every symbol, and the same equations when read back."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import libsbml
import numpy as np
import pytest

from holocrine.errors import InputError, InternalError
from holocrine.exchange.kinetics import MODELS, lebeda_values
from holocrine.exchange.sbml import Event, faults, sbml_text
from holocrine.exchange.sbml_math import add_unit, infix, math_of, python_text, unit_id
from holocrine.exchange.sbml_read import read_sbml
from holocrine.modelling.declaration import Assigned, Constant, Model, State
from holocrine.models.onset import LEBEDA
from holocrine.models.site import SITE

FUNCTIONS: Mapping[str, Any] = {"exp": math.exp, "log": math.log, "Min": min, "Max": max}


def some_values(model: Model, seed: int = 5) -> dict[str, float]:
    """A positive number for every state and constant."""
    numbers = np.random.default_rng(seed).uniform(0.1, 0.9, len(model.state_names) + len(model.constant_names))
    return dict(zip((*model.state_names, *model.constant_names), numbers.tolist(), strict=True))


def rates_and_outputs(model: Model, values: Mapping[str, float]) -> dict[str, float]:
    """Every rate (by d_ and its state) and output, worked out by Python from the declaration's text."""
    known = dict(values)
    for assigned in model.assigned:
        known[assigned.symbol] = eval(assigned.expression, dict(FUNCTIONS), known)
    rates = {f"d_{state.symbol}": eval(state.rate, dict(FUNCTIONS), known) for state in model.states}
    return rates | {name: known[name] for name in model.outputs}


def constants_alone(model: Model, values: Mapping[str, float]) -> dict[str, float]:
    return {name: values[name] for name in model.constant_names}


EVERY_OPERATION = Model(
    "every_operation",
    (State("y", "mm", "-k*y*exp(-x0) + Min(v, Max(w, v - w))", 2.0, "a length"),),
    (
        Constant("k", "1/day", "a rate", "made up"),
        Constant("x0", "1", "a share", "made up & <quoted>"),
        Constant("v", "mm/day", "a speed", "made up"),
        Constant("w", "mm/day", "another", "made up"),
        Constant("dose", "unit/mm3", "potency per volume", "made up"),
    ),
    (Assigned("z", "mm3", "-y**3*(-x0)**2 + y**2*y*log(1 + x0**(1/2))", "powers and signs"),),
    ("y", "z"),
)


@pytest.fixture
def empty() -> Iterator[Any]:
    """An empty libSBML model; its document must outlive it."""
    document = libsbml.SBMLDocument(3, 2)
    yield document.createModel()
    del document


# --- what is written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [*MODELS.values(), EVERY_OPERATION], ids=lambda model: model.name)
def test_libsbml_finds_nothing_at_all_units_included(model: Model) -> None:
    events = [Event(0.0, model.state_names[0], 0.5), Event(84.5, model.constant_names[0], 1e-7)]
    text = sbml_text(model, constants_alone(model, some_values(model)), events)
    document = libsbml.readSBMLFromString(text)
    categories = (libsbml.LIBSBML_CAT_UNITS_CONSISTENCY, libsbml.LIBSBML_CAT_MODELING_PRACTICE)
    for category in categories:
        document.setConsistencyChecks(category, True)
    document.checkConsistency()
    assert [document.getError(i).getMessage() for i in range(document.getNumErrors())] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('units="per_day" constant="true"', 'units="pM" constant="true"'),
        ("<ci> k_S </ci>", "<ci> k_missing </ci>"),
        ('<cn sbml:units="dimensionless" type="integer"> 1 </cn>', '<cn type="integer"> 1 </cn>'),
    ],
)
def test_the_check_does_find_faults(old: str, new: str) -> None:
    """Were units not looked at, an empty list of faults would mean nothing."""
    text = sbml_text(SITE, constants_alone(SITE, some_values(SITE)))
    assert faults(text) == []
    assert old in text
    assert faults(text.replace(old, new, 1))


def test_every_symbol_has_its_unit_meaning_source_and_value() -> None:
    values = some_values(SITE)
    document = libsbml.readSBMLFromString(sbml_text(SITE, constants_alone(SITE, values), about=["a & b"]))
    model = document.getModel()
    assert (document.getLevel(), document.getVersion(), model.getTimeUnits()) == (3, 2, "day")
    assert "a &amp; b" in model.getNotesString()
    assert SITE.hash in model.getNotesString()
    for item in (*SITE.states, *SITE.constants, *SITE.assigned):
        found = model.getParameter(item.symbol)
        assert (found.getName(), found.getUnits()) == (item.meaning, unit_id(item.unit))
        assert found.getConstant() == isinstance(item, Constant)
        if isinstance(item, State):
            assert found.getValue() == item.initial
        if isinstance(item, Constant):
            assert f"Source: {item.source}" in found.getNotesString()
            # libSBML writes 15 digits
            assert found.getValue() == pytest.approx(values[item.symbol], rel=1e-14)


def test_a_state_may_start_elsewhere() -> None:
    text = sbml_text(LEBEDA, lebeda_values() | {"Bulk": 0.25})
    assert libsbml.readSBMLFromString(text).getModel().getParameter("Bulk").getValue() == 0.25


@pytest.mark.parametrize(
    ("unit", "identifier", "factor"),
    [
        ("1/day", "per_day", 1.0 / 86400.0),
        ("day", "day", 86400.0),
        ("pM", "pM", 1e-9),  # mol/m3
        ("unit/mm3/day", "unit_per_mm3_per_day", 1e9 / 86400.0),
        ("ug/cm2", "ug_per_cm2", 1e-5),  # kg/m2
        ("pg*mL", "pg_mL", 1e-15 * 1e-6),  # kg m3
    ],
)
def test_units_multiply_out_to_the_international_ones(unit: str, identifier: str, factor: float, empty: Any) -> None:
    assert add_unit(empty, unit) == identifier
    assert add_unit(empty, unit) == identifier, "asking twice defines it once"
    assert empty.getNumUnitDefinitions() == 1
    definition = libsbml.UnitDefinition.convertToSI(empty.getUnitDefinition(identifier))
    product = 1.0
    for i in range(definition.getNumUnits()):
        part = definition.getUnit(i)
        product *= (part.getMultiplier() * 10.0 ** part.getScale()) ** part.getExponent()
    assert product == pytest.approx(factor, rel=1e-12)  # a handful of rounded products


def test_an_unknown_unit_is_our_fault(empty: Any) -> None:
    with pytest.raises(InternalError, match="furlong"):
        add_unit(empty, "furlong/day")


@pytest.mark.parametrize(
    "expression",
    ["-x**2", "x**y**2", "2**-x", "(x - y) - (x - 1)", "x - (y - 1)", "x/y/2", "x/(y/2)", "-(x - y)*3", "1e-7*x + 2.5"],
)
def test_signs_powers_and_brackets_keep_pythons_order(expression: str, empty: Any) -> None:
    again = python_text(math_of(infix(expression), empty), str)
    point = {"x": 1.7, "y": 0.6}
    assert eval(again, {}, point) == pytest.approx(eval(expression, {}, point), rel=1e-14)  # the same operations


@pytest.mark.parametrize("expression", ["sin(x)", "x if x > 1 else 2", "x % 2", "'text'"])
def test_what_sbml_is_not_told_is_refused(expression: str) -> None:
    with pytest.raises(InternalError, match="no counterpart"):
        infix(expression)


def test_one_event_per_day_that_also_fires_on_day_0() -> None:
    given = [Event(84.0, "A_m", 0.2), Event(0.0, "A_m", 0.5), Event(84.0, "A_s", 0.3), Event(84.0, "A_m", 0.1)]
    document = libsbml.readSBMLFromString(sbml_text(SITE, constants_alone(SITE, some_values(SITE)), given))
    events = list(document.getModel().getListOfEvents())
    assert [event.getName() for event in events] == ["day 0", "day 84"]
    assert not any(event.getTrigger().getInitialValue() for event in events)
    assert all(event.getTrigger().getPersistent() for event in events)
    sums = {a.getVariable(): a.getMath().getChild(1).getValue() for a in events[1].getListOfEventAssignments()}
    assert sums == pytest.approx({"A_m": 0.3, "A_s": 0.3}, rel=1e-12)


@pytest.mark.parametrize(
    "events",
    [
        [Event(0.0, "rho_m", 1.0)],
        [Event(-1.0, "A_m", 1.0)],
        [Event(0.0, "no_such", 1.0)],
        [Event(0.0, "k_S", 1.0), Event(0.0, "k_S", 2.0)],
        [Event(math.nan, "A_m", 1.0)],
        [Event(0.0, "A_m", math.inf)],
    ],
)
def test_impossible_events_are_our_fault(events: list[Event]) -> None:
    with pytest.raises(InternalError):
        sbml_text(SITE, constants_alone(SITE, some_values(SITE)), events)


def test_values_must_be_complete_and_finite() -> None:
    values = constants_alone(SITE, some_values(SITE))
    with pytest.raises(InternalError, match="k_S"):
        sbml_text(SITE, {name: value for name, value in values.items() if name != "k_S"})
    with pytest.raises(InternalError, match="k_S"):
        sbml_text(SITE, values | {"k_S": math.nan})


def test_without_libsbml_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libsbml", None)
    with pytest.raises(InputError, match=re.escape('pip install "holocrine[sbml]"')):
        sbml_text(LEBEDA, lebeda_values())
    with pytest.raises(InputError, match=re.escape('pip install "holocrine[sbml]"')):
        read_sbml("<sbml/>")


# --- what is read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [*MODELS.values(), EVERY_OPERATION], ids=lambda model: model.name)
def test_reading_back_gives_the_same_equations(model: Model) -> None:
    values = some_values(model)
    events = (Event(0.0, model.state_names[0], 0.5), Event(84.5, model.constant_names[0], 1e-7))
    again = read_sbml(sbml_text(model, constants_alone(model, values), events))
    assert again.model.name == model.name
    assert again.model.outputs == model.outputs
    assert again.model.units == model.units
    assert again.model.state_names == model.state_names
    assert [state.initial for state in again.model.states] == [state.initial for state in model.states]
    assert again.events == events
    assert again.values == pytest.approx(constants_alone(model, values), rel=1e-14)  # 15 digits in the file
    for seed in range(5):
        point = some_values(model, seed)
        expected = rates_and_outputs(model, point)
        # The same operations in the same order but for brackets around products: a few roundings apart.
        assert rates_and_outputs(again.model, point) == pytest.approx(expected, rel=1e-12, abs=1e-15)


REACTIONS = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="onset">
<listOfFunctionDefinitions><functionDefinition id="first"><math xmlns="http://www.w3.org/1998/Math/MathML"><lambda>
<bvar><ci>a</ci></bvar><bvar><ci>b</ci></bvar><apply><times/><ci>a</ci><ci>b</ci></apply></lambda></math>
</functionDefinition></listOfFunctionDefinitions>
<listOfUnitDefinitions><unitDefinition id="time"><listOfUnits><unit kind="second" multiplier="60"/></listOfUnits>
</unitDefinition></listOfUnitDefinitions>
<listOfCompartments><compartment id="bath" size="2"/></listOfCompartments>
<listOfSpecies>{species}</listOfSpecies>
<listOfParameters><parameter id="k_S" value="0.00015"/><parameter id="tension" constant="false"/></listOfParameters>
<listOfRules><assignmentRule variable="tension"><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><minus/>
<cn type="integer">1</cn><ci>Lytic</ci></apply></math></assignmentRule></listOfRules>
<listOfReactions>{reactions}</listOfReactions></model></sbml>"""
_SPECIES = '<species id="{0}" compartment="bath" initialConcentration="{1}"/>'
_REACTION = """<reaction id="to_{1}" reversible="false">
<listOfReactants><speciesReference species="{0}"/></listOfReactants>
<listOfProducts><speciesReference species="{1}"/></listOfProducts>
<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>bath</ci><apply><ci>first</ci>
<ci>{2}</ci><ci>{0}</ci></apply></apply></math>{3}</kineticLaw></reaction>"""


def onset_as_reactions() -> str:
    """Lebeda's four steps as another program would write them: level 2, minutes, species, reactions, local rates."""
    states = LEBEDA.state_names
    rates = {"k_S": None, "k_B": 0.058, "k_T": 0.141, "lambda": 0.013}
    local = '<listOfParameters><parameter id="{}" value="{}"/></listOfParameters>'
    reactions = [
        _REACTION.format(before, after, name, "" if value is None else local.format(name, value))
        for before, after, (name, value) in zip(states, states[1:], rates.items(), strict=False)
    ]
    species = [_SPECIES.format(name, 1.0 if name == "Bulk" else 0.0) for name in states]
    return REACTIONS.format(species="".join(species), reactions="".join(reactions))


def test_the_published_onset_model_as_reactions_is_ours() -> None:
    read = read_sbml(onset_as_reactions())
    assert read.model.state_names == LEBEDA.state_names == read.model.outputs
    assert [state.initial for state in read.model.states] == [state.initial for state in LEBEDA.states]
    for seed in range(5):
        point = some_values(LEBEDA, seed)
        ours = rates_and_outputs(LEBEDA, point | lebeda_values())
        theirs = rates_and_outputs(read.model, point | read.values)
        # Minutes become days by one multiplication, the bath's volume comes in and out: a few roundings.
        assert {name: theirs[name] for name in ours} == pytest.approx(ours, rel=1e-13)


def test_a_python_word_becomes_a_symbol_and_a_taken_name_is_left_alone() -> None:
    text = onset_as_reactions().replace("k_S", "lambda").replace("tension", "per_day")
    read = read_sbml(text)
    assert read.values["lambda_"] == 0.00015
    assert read.values["per_day_"] == 1440.0
    assert read.model.assigned[0].symbol == "per_day"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('reversible="false"', 'reversible="false" fast="true"', "fast"),
        ("<ci>bath</ci>", "<ci>nowhere</ci>", "nowhere"),
        ('variable="tension"', 'variable="nothing"', "SBML"),
        ('size="2"', 'size="2" constant="false"', "bath"),
        ('multiplier="60"', 'multiplier="60" exponent="2"', "SBML"),
        ('initialConcentration="1.0"', "", "Bulk"),
        ('<assignmentRule variable="tension">', "<algebraicRule>", "SBML"),
    ],
)
def test_what_another_programs_file_may_not_hold(old: str, new: str, named: str) -> None:
    text = onset_as_reactions()
    assert old in text
    text = text.replace(old, new, 1)
    if "algebraic" in new:
        text = text.replace("</assignmentRule>", "</algebraicRule>")
    with pytest.raises(InputError) as caught:
        read_sbml(text)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


OURS = sbml_text(LEBEDA, lebeda_values(), [Event(1.0, "Bulk", 0.5)])


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("<sbml", "<smbl", "SBML"),
        ('timeUnits="day"', "", "unit of time"),
        ("<geq/>", "<lt/>", "fixed time"),
        ("<ci> Free </ci>", '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time"/>', "time"),
        ('value="18.72" units="per_day" constant="true"', 'units="per_day" constant="true"', "k_L"),
        ("<ci> k_T </ci>", "<ci> k_unknown </ci>", "k_unknown"),
        ('units="per_day" constant="true"', 'units="day" constant="true"', "unit"),
        ('<cn sbml:units="dimensionless"> 0.5 </cn>', "<ci> k_S </ci>", "number is needed"),
    ],
)
def test_what_no_declaration_can_hold_is_refused_in_one_message(old: str, new: str, named: str) -> None:
    assert old in OURS
    with pytest.raises(InputError) as caught:
        read_sbml(OURS.replace(old, new, 1))
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_circle_of_assignments_is_refused() -> None:
    text = sbml_text(EVERY_OPERATION, constants_alone(EVERY_OPERATION, some_values(EVERY_OPERATION)))
    with pytest.raises(InputError):
        read_sbml(text.replace("<ci> y </ci>", "<ci> z </ci>"))
