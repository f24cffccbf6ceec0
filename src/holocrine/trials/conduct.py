"""A trial carried out in one world: patients enrolled, treated, read at every visit, some of them lost.

Patients differ in the kind of person they are, in how the needle lands, in how sensitive they are to a dose, and in how
their lesions respond beyond what the model explains; each of these is drawn from the patient's own streams.
"""

from __future__ import annotations

from holocrine.domain.trial import TrialDesign
from holocrine.inference.arms.scenes import LANDINGS
from holocrine.population.virtual import VirtualPopulation
from holocrine.trials import attrition, readings
from holocrine.trials.dataset import Index, TrialData
from holocrine.trials.enrolment import enrol
from holocrine.trials.lookup import Lookup
from holocrine.trials.tables import LESION_KINDS, WorldTables, rings_of


def conduct(design: TrialDesign, tables: WorldTables, population: VirtualPopulation, ids: Index) -> TrialData:
    """Carry the trial out on the patients `ids` (n,); any split of them gives the same bytes."""
    who = enrol(design, population, ids, landings=LANDINGS)
    lookup = Lookup(design, tables, who)
    evident = attrition.evident(design, who)
    sebum = {ring: readings.sebum_readings(design, who, lookup, ring) for ring in rings_of(design)}
    expected, face = readings.expected_lesions(design, who, lookup)
    lesions = {kind: readings.count(design, who, lookup, kind, expected[kind], evident) for kind in LESION_KINDS}
    gone = attrition.gone(design, who, sebum[None] if design.primary.measure == "sebum" else lesions["inflammatory"])
    covariates = who.patients.covariates
    return TrialData(
        ids=who.patients.ids,
        arm=who.arm,
        age=covariates.age,
        sex=covariates.sex,
        skin_type=covariates.skin_type,
        sebum=sebum,
        lesions=lesions,
        grade=readings.grades(design, who, lookup, face, evident),
        droop=readings.droops(who, lookup),
        gone=gone,
        missed=attrition.missed(design, who) & ~gone,
    )


def without_losses(design: TrialDesign) -> TrialDesign:
    """The same trial in which nobody is lost and no rater knows the arm: what its estimates aim at."""
    ideal = {"drop_out": 0.0, "missed_visits": 0.0, "unblinded": 0.0, "unblinded_bias": 0.0}
    return design.model_copy(update={"conduct": design.conduct.model_copy(update=ideal)})
