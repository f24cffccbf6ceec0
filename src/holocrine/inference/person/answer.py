"""From prior and posterior to the parts of the answer that a clinician reads."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
import scipy.special
from numpy.typing import NDArray

from holocrine.domain.individual import Accuracy, Band, Fit, HypothesisUpdate, IndividualCourse, Trait, UsedReading
from holocrine.domain.vocabulary import Instrument, Target
from holocrine.inference.person.likelihoods import simulated
from holocrine.inference.person.outlook import FOLLOWED, shown
from holocrine.inference.person.posterior import ENOUGH, Posterior
from holocrine.inference.person.problem import People
from holocrine.inference.person.signals import sebum_level
from holocrine.inference.person.traits import TERMINAL_OF
from holocrine.models.junction import Terminal

Array = NDArray[np.float64]

LEVELS = (0.5, 0.25, 0.75, 0.05, 0.95)
ODD = 0.01
"""Two-sided probability below which one reading is called odd."""
UNITS: dict[Instrument, str] = {
    "Sebumeter": "ug/cm2",
    "HDSS": "grade",
    "IGA": "grade",
    "lesion_count": "lesions",
    "line_severity": "grade",
    "lid_ptosis": "% yes",
    "brow_height": "mm",
    "sebum_return": "weeks",
    "sweat_return": "weeks",
    "line_return": "weeks",
}

TERMINAL_OF_TARGET: dict[Target, Terminal] = {
    "sebum": "sebaceous",
    "acne": "sebaceous",
    "sweat": "sudomotor",
    "forehead_lines": "motor",
    "glabellar_lines": "motor",
    "crows_feet": "motor",
}


def courses(before: Posterior, after: Posterior) -> tuple[IndividualCourse, ...]:
    """Prior and updated course of every followed target, at every week."""
    weekly = np.flatnonzero(np.mod(after.courses.times, 7.0) == 0.0)
    weeks = tuple(float(day / 7.0) for day in after.courses.times[weekly])
    old, new = (shown(each.problem.body, each.courses, each.people) for each in (before, after))
    return tuple(
        IndividualCourse(
            target=course.target,
            label=course.label,
            region=course.region,
            unit=course.unit,
            weeks=weeks,
            prior=_band(before, prior.values[:, weekly]),
            updated=_band(after, course.values[:, weekly]),
        )
        for prior, course in zip(old, new, strict=True)
    )


def readings(after: Posterior, findings: Set[int], seed: int) -> tuple[UsedReading, ...]:
    """Every reading with what the posterior expects that day; `findings` numbers those that were findings."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(103,))))
    used = after.problem.readings
    read = simulated(used, after.signals, after.problem.errors, random)
    rows = []
    for number, reading in enumerate(used):
        percent = 100.0 if reading.instrument == "lid_ptosis" else 1.0
        middle, low, high = (
            [100.0 * float(np.sum(after.answering * read[:, number]))] * 3
            if reading.instrument == "lid_ptosis"
            else [float(q) for q in after.quantiles(read[:, number], (0.5, 0.05, 0.95))]
        )
        rows.append(
            UsedReading(
                date=reading.visit,
                instrument=reading.instrument,
                region=reading.region,
                lesion=reading.lesion,
                source="finding" if number in findings else "observation",
                before_treatment=reading.day <= 0.0,
                value=percent * reading.value,
                unit=UNITS[reading.instrument],
                expected=middle,
                lo90=low,
                hi90=high,
                probability=100.0 * after.check.each[number],
                odd=after.check.each[number] < ODD,
                not_over_yet=reading.censored,
            )
        )
    return tuple(rows)


def traits(before: Posterior, after: Posterior) -> tuple[Trait, ...]:
    """The person's parameters that the followed targets hang on, and untreated sebum by region."""
    body = after.problem.body
    best = int(np.argmax(after.mixture))
    mode = People(after.modes.anchor[[best]], after.modes.z[[best]])
    three = [(people.anchor, body.correlated(people.z)) for people in (before.people, after.people, mode)]
    values = [body.anchors.values(anchor, scores, body.layout) for anchor, scores in three]
    terminals = {TERMINAL_OF_TARGET[target] for target in body.targets if target in FOLLOWED}
    found = []
    for name, terminal in TERMINAL_OF.items():
        if terminal is None or terminal in terminals:
            parameter = body.anchors.parameters[name]
            own = [value[name] for value in values]
            found.append(_trait(before, after, name, parameter.meaning, parameter.unit, own))
    for region in body.goals if "sebum" in body.targets else ():
        if region in body.sebum:
            levels = [np.exp(sebum_level(body, region, scores)) for _, scores in three]
            meaning = f"casual sebum of the untreated {region.replace('_', ' ')}"
            found.append(_trait(before, after, f"untreated_sebum_{region}", meaning, "ug/cm2", levels))
    return tuple(found)


def hypotheses(before: Posterior, after: Posterior) -> tuple[HypothesisUpdate, ...]:
    """Weights of the explanations of the sebum effect; none where sebum plays no part."""
    if not {"sebum", "acne"} & set(after.problem.body.targets):
        return ()
    old, new = before.hypotheses(), after.hypotheses()
    return tuple(
        HypothesisUpdate(id=h.id, label=h.label, before=old[h.id], after=new[h.id])
        for h in after.problem.body.anchors.draws.hypotheses
    )


def fit(after: Posterior) -> Fit:
    """Whether the readings fit the model."""
    found = after.check
    odd = sum(probability < ODD for probability in found.each)
    if found.contradicts:
        statement = (
            "These readings do not fit this model: they contradict each other or what it can do. They were trusted "
            "less and every interval is wider. Check dates, units, regions and doses."
        )
    elif odd:
        statement = f"The readings fit the model as a whole; {odd} of {len(found.each)} stand out by themselves."
    else:
        statement = "The readings fit the model."
    return Fit(
        probability=100.0 * found.whole,
        contradicts=found.contradicts,
        trust=after.problem.trust,
        statement=statement,
    )


def accuracy(after: Posterior) -> Accuracy:
    """How the posterior was worked out, and how far its two answers lie apart."""
    weekly = np.flatnonzero(np.mod(after.courses.times, 7.0) == 0.0)[1:]
    every = shown(after.problem.body, after.courses, after.people)
    apart = [after.disagreement(course.values[:, weekly]) for course in every]
    return Accuracy(
        method="laplace" if after.uncertain else "weighted",
        populations=after.problem.body.anchors.n,
        populations_effective=float(1.0 / np.sum(after.mixture**2)),
        people=after.people.n,
        effective=after.effective,
        enough=ENOUGH,
        widened=after.uncertain,
        difference=100.0 * max(apart, default=0.0),
    )


def _band(of: Posterior, values: Array) -> Band:
    median, lo50, hi50, lo90, hi90 = (tuple(float(v) for v in row) for row in of.quantiles(values, LEVELS))
    return Band(median=median, lo50=lo50, hi50=hi50, lo90=lo90, hi90=hi90)


def _trait(before: Posterior, after: Posterior, name: str, meaning: str, unit: str, values: Sequence[Array]) -> Trait:
    """`values` are those of the people before, of the people after and of the mode."""
    share = after.problem.body.anchors.parameters
    scale = scipy.special.logit if name in share and share[name].distribution == "logitnormal" else np.log
    spread = [_variance(each, scale(value)) for each, value in zip((before, after), values, strict=False)]
    return Trait(
        name=name,
        meaning=meaning,
        unit=unit,
        prior=before.interval(values[0]),
        updated=after.interval(values[1]),
        most_likely=float(values[2][0]),
        learnt=100.0 * (1.0 - spread[1] / spread[0]),
    )


def _variance(of: Posterior, values: Array) -> float:
    mean = float(np.sum(of.answering * values))
    return float(np.sum(of.answering * (values - mean) ** 2))
