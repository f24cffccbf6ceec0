"""Use cases after a treatment: one person's forecast, updated with their own readings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from holocrine import __version__
from holocrine.anatomy.case_face import face_of_case
from holocrine.anatomy.face import Face
from holocrine.anatomy.sheets import on_face
from holocrine.assessment.assess import assess
from holocrine.assessment.limits import limit_checks
from holocrine.domain.case import Case, ProductAvailable
from holocrine.domain.individual import IndividualForecast, UnusedReading
from holocrine.domain.interval import Interval
from holocrine.domain.observation import Observation
from holocrine.domain.plan import Provenance
from holocrine.domain.seed import SEED
from holocrine.domain.session import Session
from holocrine.domain.vocabulary import Instrument, Region, Target
from holocrine.errors import FieldError, InputError
from holocrine.execution.person_draws import fitted_parameters, person_draws
from holocrine.inference.person import advice, answer, doses, posterior, visits
from holocrine.inference.person.known import body_of
from holocrine.inference.person.outlook import FOLLOWED, weeks_of_half
from holocrine.inference.person.posterior import FULL, QUICK, Posterior, Size
from holocrine.inference.person.problem import Problem, times_for
from holocrine.inference.person.readings import LINES_OF_REGION, Reading, Unused, readings_of
from holocrine.inference.person.traits import anchors_of
from holocrine.knowledge.load import table_hash
from holocrine.knowledge.parameters import Block, ParameterSet, load_block, load_parameters
from holocrine.knowledge.people import load_people
from holocrine.knowledge.posterior import load_posterior
from holocrine.knowledge.variability import load_variability
from holocrine.simulation.evidence_limits import LIMITS
from holocrine.simulation.history import remembered
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.systems.acne_history import informed
from holocrine.simulation.systems.retreatment import earliest_next

if TYPE_CHECKING:
    from holocrine.record.store import Store

Array = NDArray[np.float64]

DRAWS = 1024
WEEKS_AHEAD = 26
DECIDING = 512
"""People, equally likely, on whom another session is tried."""
TABLES = (
    "parameters.csv",
    *(f"parameters_{block}.csv" for block in get_args(Block)),
    *("hypotheses.csv", "layers.csv", "anthropometry.csv", "muscles.csv", "glands.csv", "sheets.csv"),
    *("drug_ingredients.csv", "rules.csv", "variability.csv", "correlations.csv", "readings.csv", "posterior.npz"),
    *("baseline.csv", "covariates.csv", "covariate_effects.csv"),
)
LIMITS_OF_FOLLOWING = (
    "How people differ is borrowed from few studies; an update with readings of one person has been checked on virtual "
    "persons of this model only, on no real one.",
    "Acne drugs begun or stopped between visits are not part of this update; such visits stand out as odd readings.",
    "Harms of the next session are not judged here: a plan does that.",
)
FORGOTTEN = "a session of more than two years ago, which is no longer followed, may still have acted then"
STEPS = ("where the toxin lies", "before the readings", "after the readings", "next visit and dose")
"""What `tell` hears, in order."""


def _silent(step: str) -> None:
    """Tell nobody."""


def forecast(
    case: Case, *, full: bool = False, seed: int = SEED, tell: Callable[[str], None] = _silent
) -> IndividualForecast:
    """What this person's own readings say about their response, and what follows for the next visit and dose.

    Readings are the observations of the case and its findings, dated on the day of the assessment unless the same one
    is listed as an observation. The posterior is approximated about its mode and then weighted; with `full` it rests on
    five times as many populations and eight times as many people. Same case and seed, same answer. Raises FieldError
    when there is no session to learn from, or no target that readings tell of.
    """
    tell(STEPS[0])
    person = _person(case, FULL if full else QUICK, seed)
    problem, times, size = person.problem, person.times, person.size
    tell(STEPS[1])
    before = posterior.prior(problem, times, max(size.people, DECIDING), seed)
    tell(STEPS[2])
    after = posterior.posterior(problem, times, size, seed)
    tell(STEPS[3])
    return _answer(case, person, before, after, seed)


def case_of_record(store: Store, patient: str) -> Case:
    """The case of a patient of the record, by pseudonym or id, on the day of the last entry.

    Targets are what was read, regions what was treated or read. Raises InputError when there is no such patient, and
    when nothing was given or read.
    """
    person, history = store.patient(patient), store.case_history(patient)
    days = [session.date for session in history.sessions] + [each.date for each in history.observations]
    if not history.sessions or not history.observations:
        missing = "treatment" if not history.sessions else "observation"
        raise InputError(
            f"forecast: the record holds no {missing} of {person.pseudonym}, so there is nothing to learn from. "
            f"Add it with holocrine record add {missing} FILE."
        )
    places = [region for session in history.sessions for region in session.regions or ("forehead",)]
    places += [observation.region for observation in history.observations if observation.region]
    regions = tuple(region for region in dict.fromkeys(places) if region != "bladder")
    told = dict.fromkeys(target for each in history.observations for target in _told_by(each))
    facial = any(on_face(region) for region in regions)
    targets = tuple(target for target in told if regions and (facial or target == "sweat"))
    if not targets:
        raise InputError(
            f"forecast: no observation of {person.pseudonym} tells of a target that can be followed where "
            f"treatment was given. Allowed: readings of {', '.join(FOLLOWED)}. "
            "Add one with holocrine record add observation FILE."
        )
    last = history.sessions[-1]
    return Case.model_validate(
        {
            "schema": "holocrine.case/1",
            "assessed_on": max(days),
            "patient": person,
            "goals": {"targets": targets, "regions": regions},
            # No vial is drawn up for a forecast: what stands here besides the name is not used.
            "product": ProductAvailable(name=last.product, vial_units=100.0, diluent_volumes=(2.0,)),
            "session": history.sessions,
            "observation": history.observations,
        }
    )


def _told_by(observation: Observation) -> tuple[Target, ...]:
    """The target that a reading tells of."""
    if observation.instrument in ("line_severity", "line_return"):
        kind = LINES_OF_REGION.get(observation.region) if observation.region else None
        return (kind,) if kind else ()
    return _TOLD.get(observation.instrument, ())


_TOLD: dict[Instrument, tuple[Target, ...]] = {
    "Sebumeter": ("sebum",),
    "sebum_return": ("sebum",),
    "HDSS": ("sweat",),
    "sweat_return": ("sweat",),
    "lesion_count": ("acne",),
    "IGA": ("acne",),
}


@dataclass(frozen=True)
class _Person:
    """A case made ready: its sessions, readings and what is not used, and the problem they pose."""

    face: Face
    sessions: tuple[Session, ...]
    findings: frozenset[int]
    unused: tuple[Unused, ...]
    problem: Problem
    times: Array
    size: Size
    targets: tuple[Target, ...]

    @property
    def first(self) -> dt.date:
        """Day 0."""
        return self.sessions[0].date


def _person(case: Case, size: Size, seed: int) -> _Person:
    sessions, targets = _sessions(case), _targets(case)
    face = face_of_case(case)
    used, findings, unused = _readings(case, sessions)
    draws, parameters = informed(case, person_draws(seed, DRAWS)), load_parameters()
    anchors = anchors_of(draws, parameters, load_variability(parameters), load_posterior(), size.anchors)
    days = visits.candidate_days(case.assessed_on)
    organs = ParameterSet({**load_block("sweat").parameters, **load_block("organs").parameters})
    library = KernelLibrary(draws.spatial)
    body = body_of(case, sessions, used, days, face, anchors, library, load_people(), organs)
    today = float((case.assessed_on - sessions[0].date).days)
    ahead = [float((day - sessions[0].date).days) for day in days]
    times = np.union1d(times_for(used, today + 7.0 * WEEKS_AHEAD), [today, *ahead])
    return _Person(face, sessions, findings, unused, Problem(body, used), times, size, targets)


def _sessions(case: Case) -> tuple[Session, ...]:
    sessions = remembered(case.sessions, case.assessed_on)
    if not sessions:
        raise FieldError(
            "no session of the last two years is listed, so there is no response to learn from",
            where="case",
            field="session",
            allowed="at least one [[session]] in the two years before assessed_on",
            remedy="List the sessions that were given, or use holocrine plan for a first treatment.",
        )
    return sessions


def _targets(case: Case) -> tuple[Target, ...]:
    """The targets that readings tell of, the main one first."""
    wanted = dict.fromkeys((case.goals.main_target, *case.goals.targets))
    if found := tuple(target for target in wanted if target in FOLLOWED):
        return found
    raise FieldError(
        f"no reading tells of {', '.join(case.goals.targets)}, so this person's forecast cannot be updated",
        where="case",
        field="goals.targets",
        allowed=", ".join(FOLLOWED),
        remedy="Add one of these targets, or use holocrine simulate.",
    )


def _readings(
    case: Case, sessions: Sequence[Session]
) -> tuple[tuple[Reading, ...], frozenset[int], tuple[Unused, ...]]:
    """Readings in the order of days, the numbers of those that are findings, and what is not used."""
    first = sessions[0].date
    forgotten = len(sessions) < len(case.sessions)
    old = [each for each in case.observations if forgotten and each.date < first]
    told = [each for each in case.observations if each not in old]
    listed = {(each.date, each.instrument, each.region, each.lesion) for each in told}
    found = [f for f in findings_as_observations(case) if (f.date, f.instrument, f.region, f.lesion) not in listed]
    dates, targets = [session.date for session in sessions], case.goals.targets
    used, unused = readings_of([*told, *found], dates, targets)
    of_today, _ = readings_of(found, dates, targets)
    findings = frozenset(number for number, reading in enumerate(used) if reading in of_today)
    return used, findings, (*(Unused(each, FORGOTTEN) for each in old), *unused)


def findings_as_observations(case: Case) -> Iterator[Observation]:
    """What was found on the day of the assessment, as readings of that day."""
    day, findings = case.assessed_on, case.findings
    for region, level in findings.sebum.items():
        yield Observation(date=day, instrument="Sebumeter", region=region, value=f"{level:.6g} ug/cm2")
    for place, counts in findings.lesions.items():
        for lesion, count in counts.items():
            yield Observation(date=day, instrument="lesion_count", region=place, lesion=lesion, value=count)
    if findings.iga is not None:
        yield Observation(date=day, instrument="IGA", value=findings.iga)
    if findings.sweat_hdss is not None:
        yield Observation(date=day, instrument="HDSS", value=findings.sweat_hdss)
    for region, kind in LINES_OF_REGION.items():
        grade = getattr(findings, kind)
        if grade is not None and not region.endswith("_right"):
            yield Observation(date=day, instrument="line_severity", region=region, value=grade)


def _answer(case: Case, person: _Person, before: Posterior, after: Posterior, seed: int) -> IndividualForecast:
    problem, last, today = person.problem, person.sessions[-1], case.assessed_on
    main, targets = person.targets[0], person.targets
    wanted = {target: case.goals.meaningful_fall(target) for target in targets}
    rules = _rules(case, person.face, last)
    due = {target: _due(after, target, last.date, max(today, rules.earliest)) for target in targets}
    day = float((due[main][0] - person.first).days)
    deciding = after.equally_likely(DECIDING)
    updated = doses.tried(problem, targets, deciding, day, doses.SCALES)
    prior = doses.tried(problem, targets, before.equally_likely(DECIDING), day, (1.0,))
    responses = tuple(
        advice.responds(target, wanted[target], prior.at(target, 1.0), updated.at(target, 1.0)) for target in targets
    )
    options = visits.candidates(problem.body, person.first, visits.candidate_days(today))
    at_visits = problem.body.courses(person.times, deciding.anchor, problem.body.correlated(deciding.z))
    worth = visits.worth(problem, at_visits, deciding, options, updated.at(main, 1.0), seed)
    facial = any(on_face(region) for region in last.regions) or not last.regions
    parameters = fitted_parameters()
    return IndividualForecast(
        status=parameters.status,
        pseudonym=case.patient.pseudonym,
        assessed_on=today,
        first_session=person.first,
        last_session=last.date,
        sessions=len(person.sessions),
        readings=answer.readings(after, person.findings, seed),
        unused=tuple(_unused(each) for each in person.unused),
        not_followed=tuple(each for each in case.goals.targets if each not in FOLLOWED),
        courses=answer.courses(before, after),
        traits=answer.traits(before, after),
        hypotheses=answer.hypotheses(before, after),
        responses=responses,
        touch_up=advice.touch_up(after, main, wanted[main], last.date, today),
        next_visit=advice.next_visit(worth, last.date, today, due[main][0], facial=facial),
        next_doses=tuple(
            advice.next_dose(updated, target, wanted[target], last, *due[target], rules) for target in targets
        ),
        fit=answer.fit(after),
        accuracy=answer.accuracy(after),
        limits_of_evidence=(*LIMITS_OF_FOLLOWING, *LIMITS),
        provenance=Provenance(
            package_version=__version__,
            parameter_set=parameters.identifier,
            parameter_hash=parameters.hash,
            evidence_hash=table_hash(*TABLES)[:16],
            seed=seed,
            draws=after.people.n,
            solver_status="converged",
        ),
    )


def _due(after: Posterior, target: Target, last: dt.date, earliest: dt.date) -> tuple[dt.date, Interval | None]:
    """When half of the last session's effect is gone, not before `earliest`; and the weeks until then, if there is any
    effect."""
    weeks, seen = weeks_of_half(after.problem.body, after.courses, target, after.people)
    if not seen.any():
        return earliest, None
    half_gone = after.interval(weeks, seen)
    return max(earliest, last + dt.timedelta(days=round(7.0 * half_gone.median))), half_gone


def _unused(each: Unused) -> UnusedReading:
    told = each.observation
    return UnusedReading(
        date=told.date, instrument=told.instrument, region=told.region, lesion=told.lesion, reason=each.reason
    )


def _rules(case: Case, face: Face, last: Session) -> advice.Rules:
    """What the rules say of the last session given again."""
    product = last.product if last.product != "unknown" else "onabotulinumtoxinA"
    earliest, rule_ids = earliest_next(case.model_copy(update={"assessed_on": last.date}), product)
    on = max(earliest, case.assessed_on)
    units = units_by_region(last, face)

    def broken(scale: float) -> tuple[str, ...]:
        if last.product == "unknown":
            return ()
        planned = {region: scale * each for region, each in units.items()}
        checks = limit_checks(case, last.product, planned, on=on)
        return tuple(c.rule_id for c in checks if c.exceeded and c.unit == f"units {last.product}")

    def refusal(day: dt.date) -> str:
        verdict = assess(case.model_copy(update={"assessed_on": day}))
        return "" if verdict.permits_plan else f"The assessment permits no plan on that day: {verdict.summary}"

    return advice.Rules(earliest, rule_ids, broken, refusal)


def units_by_region(session: Session, face: Face) -> dict[Region, float]:
    """Units of a session by region: at its points, or else in equal parts over its regions."""
    regions = session.regions or ("forehead",)
    units: dict[Region, float] = {}
    for point in session.points:
        at: Region = face.region_at(point.x, point.y) or regions[0]
        units[at] = units.get(at, 0.0) + point.units
    return units or {region: session.units / len(regions) for region in regions}
