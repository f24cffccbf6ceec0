"""Use cases: read, compute, sum up with provenance. The public functions of the package live here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

import numpy as np

from holocrine import __version__
from holocrine.anatomy.case_face import face_of_case
from holocrine.anatomy.face import Face
from holocrine.assessment.assess import assess as assess_case
from holocrine.assessment.benefit import with_forecast
from holocrine.assessment.limits import limit_checks, plan_limit_checks
from holocrine.domain.assessment import Assessment
from holocrine.domain.case import Case
from holocrine.domain.export import ExportedSession, SbmlDocument
from holocrine.domain.forecast import Forecast
from holocrine.domain.maps import FaceMaps
from holocrine.domain.plan import Override, Plan, Provenance
from holocrine.domain.reading import read_case, read_plan
from holocrine.domain.schemas import schema_of
from holocrine.domain.seed import SEED
from holocrine.domain.vocabulary import Harm, HypothesisId, KineticModel, Product, Region, SheetRegion
from holocrine.errors import FileError, InputError, InternalError
from holocrine.exchange.kinetics import Person, sbml_document
from holocrine.execution import prefetch
from holocrine.execution.person_draws import fitted_parameters, person_draws
from holocrine.knowledge.load import table_hash
from holocrine.knowledge.parameters import Block, Hypothesis, ParameterSet, load_hypotheses, load_parameters
from holocrine.knowledge.people import load_people
from holocrine.knowledge.posterior import load_posterior
from holocrine.knowledge.variability import load_variability
from holocrine.planning.alternatives import SEARCH_ORDER, Alternatives
from holocrine.planning.editing import PlanEditor
from holocrine.planning.geometry import checked_points, geometry_checks
from holocrine.planning.kernels import kernels_wanted
from holocrine.planning.misplacement import studied
from holocrine.planning.muscle_sets import standard_regions
from holocrine.planning.plan import choose, plan_of
from holocrine.planning.setting import UnitLimit, setting_of
from holocrine.population.criteria import Criterion
from holocrine.population.typical import fitted_values
from holocrine.population.virtual import HypothesisChoice, VirtualPopulation
from holocrine.population.virtual import virtual_population as population_of
from holocrine.simulation.binding import Shots, nominal_volume
from holocrine.simulation.course import Simulation, run
from holocrine.simulation.draws import Draws, typical
from holocrine.simulation.expected import expected_benefits
from holocrine.simulation.forecast import forecast_of
from holocrine.simulation.informative import variance_shares
from holocrine.simulation.library import KernelLibrary, Site
from holocrine.simulation.maps import face_maps, sheet_maps
from holocrine.simulation.person import days_since_last, person_of
from holocrine.simulation.response import responses
from holocrine.simulation.shots import shots_of_points
from holocrine.simulation.simulator import Simulator, simulator
from holocrine.simulation.systems.acne_history import informed
from holocrine.simulation.systems.every import outcomes_of
from holocrine.simulation.systems.outcome import Outcome

DRAWS = 1024
WEEKS = np.arange(27.0)
TABLES = (
    "parameters.csv",
    *(f"parameters_{block}.csv" for block in get_args(Block)),
    "hypotheses.csv",
    "layers.csv",
    "anthropometry.csv",
    "muscles.csv",
    "glands.csv",
    "sheets.csv",
    "usual_doses.csv",
    "drug_ingredients.csv",
    "rules.csv",
    "variability.csv",
    "correlations.csv",
    "readings.csv",
    "posterior.npz",
)
LARGEST_FILE_BYTES = 1_000_000
SIMULATE_STEPS = ("effect over time", "forecast")
PLAN_STEPS = ("effect over time", "places and doses", *(f"{name} plan" for name in SEARCH_ORDER), "forecast")
"""What `tell` hears, in order."""


def _silent(step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Answer:
    """What `plan` and `simulate` give: the verdict always, the rest when the verdict permits a plan."""

    assessment: Assessment
    plan: Plan | None = None
    forecast: Forecast | None = None
    face: Face | None = None
    maps: FaceMaps | None = None
    sheets: Mapping[SheetRegion, FaceMaps] = field(default_factory=dict)
    editor: PlanEditor | None = None
    """Judges edits of an optimised plan within milliseconds."""


def load_case(path: str | Path) -> Case:
    """Read a case file. Raises FileError or FieldError with one clear message."""
    return read_case(_text(path), str(path))


def load_plan(path: str | Path) -> Plan:
    """Read a plan file, optimised or hand-written. Raises FileError or FieldError with one clear message."""
    return read_plan(_text(path), str(path))


def _text(path: str | Path) -> str:
    place = Path(path)
    try:
        if place.stat().st_size > LARGEST_FILE_BYTES:
            raise FileError(f"{place}: the file is larger than 1 MB. A case or plan has a few kB: check the path.")
        return place.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{place}: cannot be read ({error.strerror}). Give the path of a TOML file.") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{place}: not UTF-8 text. Save it as UTF-8.") from error


def schema(name: str) -> dict[str, Any]:
    """JSON Schema of a file or answer by name, such as "holocrine.case/1"."""
    return schema_of(name)


def build_face(case: Case) -> Face:
    """The face map of a case, in mm. Raises FieldError when sex is unknown or a measurement is implausible."""
    return face_of_case(case)


def assess(case: Case, overrides: Sequence[Override] = ()) -> Assessment:
    """Candidacy: verdict, reasons with their rules, questions, what to try first."""
    return assess_case(case, overrides)


def plan(
    case: Case, overrides: Sequence[Override] = (), *, seed: int = SEED, tell: Callable[[str], None] = _silent
) -> Answer:
    """Assess, optimise, forecast. Same case and seed, same answer.

    When the verdict permits no plan the answer holds the assessment alone. `tell` hears of every step begun.
    """
    assessment = assess(case, overrides)
    if not assessment.permits_plan:
        return Answer(assessment)
    product = _known_product(case)
    face = build_face(case)
    tell(PLAN_STEPS[0])
    limits: dict[Harm, float] = {harm: getattr(case.goals.harm_limits, harm) / 100.0 for harm in get_args(Harm)}
    setting = setting_of(case, face, product, _unit_limits(case, face, product))
    ready, parameters = _simulator(case, face, case.goals.regions, kernels_wanted(setting, case.goals.targets), seed)
    tell(PLAN_STEPS[1])

    def judge(simulation: Simulation, given: Shots) -> Sequence[Outcome]:
        return outcomes_of(case, ready, simulation, given, goals_only=True)

    alternatives = Alternatives(setting, ready, limits, case.goals.targets, judge)
    candidates = alternatives.all(tell)
    tell(PLAN_STEPS[-1])
    chosen = choose(candidates)
    made = plan_of(alternatives, candidates, chosen)
    highs = {harm: high for harm, (_, _, high) in chosen.risks.items()}
    if found := studied(ready, chosen.shots, highs, alternatives.limits):
        made = made.model_copy(update={"misplacements": found.cases, "placement": found.placement})
    outcomes = outcomes_of(case, ready, chosen.simulation, chosen.shots)
    answer = _answer(case, assessment, made, overrides, ready, parameters, chosen.simulation, outcomes)
    return replace(answer, editor=PlanEditor(alternatives))


def simulate(
    case: Case,
    given: Plan,
    overrides: Sequence[Override] = (),
    *,
    seed: int = SEED,
    tell: Callable[[str], None] = _silent,
) -> Answer:
    """Forecast a given plan, such as one the clinician edited or a published protocol, for this person.

    The rules judge the product, vial and diluent of the plan. Raises FieldError when a point lies outside its region.
    """
    case = _with_tray_of(given, case)
    assessment = assess(case, overrides)
    if not assessment.permits_plan:
        return Answer(assessment)
    face = build_face(case)
    given = checked_points(given, face)
    regions = tuple(dict.fromkeys((*case.goals.regions, *(point.region for point in given.points))))
    tell(SIMULATE_STEPS[0])
    shots = shots_of_points(given, face)
    sites = [(stack, float(volume)) for stack, volume in zip(shots.stacks, shots.volume, strict=True)]
    ready, parameters = _simulator(case, face, regions, sites, seed)
    tell(SIMULATE_STEPS[1])
    simulation = run(ready, shots)
    outcomes = outcomes_of(case, ready, simulation, shots)
    return _answer(case, assessment, given, overrides, ready, parameters, simulation, outcomes)


def export_sbml(
    model: KineticModel = "site",
    sessions: Sequence[ExportedSession] = (),
    *,
    patient: int | None = None,
    hypothesis: HypothesisId | None = None,
    seed: int = SEED,
) -> SbmlDocument:
    """A model in time as SBML, with typical values or those of virtual `patient` 1, 2, ... of `seed`.

    Without `hypothesis` the patient's own holds, or the heaviest. Raises InputError on what does not go together.
    """
    if model == "lebeda":
        if sessions or patient is not None or hypothesis is not None:
            raise InputError(
                "the published onset model lebeda has no sessions, patients or hypotheses. Leave them out."
            )
        return sbml_document(model, (), None, load_parameters(), seed)
    if patient is not None and not 1 <= patient <= DRAWS:
        raise InputError(f"virtual patient {patient} does not exist. Allowed: 1 to {DRAWS}.")
    if patient is None:
        parameters, heaviest = fitted_parameters(), _heaviest()
        draws = typical(_fitted(parameters, heaviest.id), (heaviest,))
    else:
        parameters = fitted_parameters()
        draws = person_draws(seed, DRAWS).subset(np.array([patient - 1]))
    chosen = hypothesis or draws.hypotheses[int(draws.hypothesis[0])].id
    return sbml_document(model, sessions, Person(draws, patient, chosen), parameters, seed)


def virtual_population(
    *,
    hypothesis: HypothesisChoice,
    seed: int = SEED,
    criteria: Sequence[Criterion] = (),
    typical_values: Mapping[str, float] | None = None,
) -> VirtualPopulation:
    """Virtual patients from the packaged tables; ask for them by number with `.patients(ids)`.

    `hypothesis` is the explanation of the sebum effect that holds in everyone (H1, H2, H3, H3b), or "weighted";
    `criteria` are what the screening visit asks for (`within`, `only`). Typical values are the centre of the
    population posterior unless `typical_values` are given. Raises InputError on a wrong argument.
    """
    parameters = load_parameters()
    return population_of(
        parameters,
        load_variability(parameters),
        load_people(),
        load_posterior().weighted(load_hypotheses()),
        seed=seed,
        hypothesis=hypothesis,
        criteria=tuple(criteria),
        typical=_fitted(parameters, hypothesis) if typical_values is None else typical_values,
    )


def _fitted(parameters: ParameterSet, hypothesis: HypothesisChoice) -> Mapping[str, float]:
    """Typical values at the centre of the posterior under an explanation of the sebum effect."""
    return fitted_values(parameters, load_variability(parameters), load_posterior(), hypothesis, load_hypotheses())


def _heaviest() -> Hypothesis:
    return max(load_posterior().weighted(load_hypotheses()), key=lambda hypothesis: hypothesis.weight)


def _answer(
    case: Case,
    assessment: Assessment,
    given: Plan,
    overrides: Sequence[Override],
    ready: Simulator,
    parameters: ParameterSet,
    simulation: Simulation,
    outcomes: Sequence[Outcome],
) -> Answer:
    provenance = _provenance(parameters, ready.draws)
    shots = shots_of_points(given, ready.person.scene.face)
    maps = face_maps(ready, shots)
    forecast = forecast_of(
        case, ready, simulation, outcomes, given, shots, maps, status=parameters.status, provenance=provenance
    )
    face = ready.person.scene.face
    complete = given.model_copy(
        update={
            "limits": (*plan_limit_checks(case, given), *geometry_checks(face, given, case.findings.inflamed_lesions)),
            "overrides": tuple(overrides),
            "provenance": provenance,
        }
    )
    final = with_forecast(
        assessment,
        (forecast.benefit, *forecast.further_benefits),
        expected_benefits(case, ready, simulation),
        variance_shares(case, outcomes, ready.weeks),
    )
    return Answer(final, complete, forecast, face, maps, sheet_maps(ready, shots))


def _with_tray_of(given: Plan, case: Case) -> Case:
    """The case with what the plan would inject: an allergy or limit concerns that, whatever else was on offer.

    An unknown product stays unknown, so that it is asked for.
    """
    if case.product.name == "unknown":
        return case
    solution = given.solution
    tray = {
        "name": solution.product,
        "vial_units": solution.vial_units,
        "diluent": solution.diluent,
        "diluent_volumes": (solution.diluent_volume,),
        "syringe": solution.syringe,
    }
    return case.model_copy(update={"product": case.product.model_copy(update=tray)})


def _known_product(case: Case) -> Product:
    if case.product.name == "unknown":
        raise InternalError("a case with an unknown product must not reach the planner")
    return case.product.name


def _unit_limits(case: Case, face: Face, product: Product) -> tuple[UnitLimit, ...]:
    """What every dose limit leaves for the regions that may be injected, earlier sessions counted.

    Which regions a limit counts is found by asking for one unit in each of them.
    """
    regions = tuple(dict.fromkeys((*case.goals.regions, *standard_regions(face, case.goals.targets))))
    none = _limit_values(case, product, dict.fromkeys(regions, 0.0))
    counted: dict[str, set[Region]] = {}
    left: dict[str, float] = {}
    for region in regions:
        for rule, (value, limit) in _limit_values(case, product, {region: 1.0}).items():
            before = none.get(rule, (0.0, limit))[0]
            if value > before:
                counted.setdefault(rule, set()).add(region)
                left[rule] = max(0.0, limit - before) if rule in none else max(0.0, limit - value + 1.0)
    return tuple(UnitLimit(frozenset(counted[rule]), left[rule]) for rule in counted)


def _limit_values(case: Case, product: Product, units: dict[Region, float]) -> dict[str, tuple[float, float]]:
    checks = limit_checks(case, product, units)
    return {check.rule_id: (check.value, check.limit) for check in checks if check.unit == f"units {product}"}


def _simulator(
    case: Case, face: Face, regions: Sequence[Region], sites: Sequence[Site], seed: int
) -> tuple[Simulator, ParameterSet]:
    """Surfaces here, missing kernels for `sites` (layers, mL) in a second process meanwhile."""
    draws, parameters = informed(case, person_draws(seed, DRAWS)), fitted_parameters()
    library = KernelLibrary(draws.spatial)
    wanted = tuple(dict.fromkeys((stack, nominal_volume(volume)) for stack, volume in sites))
    helper = prefetch.start(draws, library, wanted)
    try:
        surfaces = responses(draws, WEEKS, days_since_last(case))
        prefetch.help_along(helper, library, wanted)
        prefetch.finish(helper)
    except BaseException:
        prefetch.stop(helper)
        raise
    return simulator(person_of(case, face, tuple(regions)), draws, library, surfaces), parameters


def _provenance(parameters: ParameterSet, draws: Draws) -> Provenance:
    return Provenance(
        package_version=__version__,
        parameter_set=parameters.identifier,
        parameter_hash=parameters.hash,
        evidence_hash=table_hash(*TABLES)[:16],
        seed=draws.seed,
        draws=draws.n,
        solver_status="converged",
    )
