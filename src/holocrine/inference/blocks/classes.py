"""Kinds of statistics that the studies of the blocks report."""

from __future__ import annotations

from collections.abc import Mapping

from holocrine.inference.arms.questions import OutcomeClass

CLASSES: Mapping[str, OutcomeClass] = {
    item.name: item
    for item in (
        OutcomeClass("lesion change", "remaining", "study_sd_lesions", 0.7),
        OutcomeClass("fall of lesions", "positive", "study_sd_lesion_number", 0.9),
        OutcomeClass("lesions left", "positive", "study_sd_lesion_number", 0.9),
        OutcomeClass("lesion change against an arm", "identity", "study_sd_lesion_points", 30.0),
        OutcomeClass("follicular casts", "remaining", "study_sd_lesions", 0.7),
        OutcomeClass("acne success", "share", "study_sd_share", 0.0),
        OutcomeClass("acne success ratio", "positive", "study_sd_share", 2.0),
        OutcomeClass("acne self-rated", "share", "study_sd_share", 0.0),
        OutcomeClass("acne symptoms", "identity", "study_sd_symptoms", 6.0),
        OutcomeClass("acne symptoms against an arm", "identity", "study_sd_symptoms", 8.5),
        OutcomeClass("sebum under drugs", "log change", "study_sd_sebum", 0.35),
        OutcomeClass("leak episodes", "positive", "study_sd_leaks", 0.9),
        OutcomeClass("fall of leak episodes", "positive", "study_sd_leaks", 1.0),
        OutcomeClass("dry diary", "share", "study_sd_share", 0.0),
        OutcomeClass("bladder benefit", "share", "study_sd_share", 0.0),
        OutcomeClass("detrusor pressure", "remaining", "study_sd_level", 0.5),
        OutcomeClass("bladder retreatment", "positive", "study_sd_time", 0.5),
        OutcomeClass("urinary retention", "rare", "study_sd_rare", 0.0),
        OutcomeClass("urinary infection", "share", "study_sd_share", 0.0),
        OutcomeClass("painful voiding", "rare", "study_sd_rare", 0.0),
        OutcomeClass("bruise", "rare", "study_sd_rare", 0.0),
        OutcomeClass("swelling", "rare", "study_sd_rare", 0.0),
        OutcomeClass("headache", "rare", "study_sd_rare", 0.0),
        OutcomeClass("head discomfort", "rare", "study_sd_rare", 0.0),
        OutcomeClass("odd sensation", "rare", "study_sd_rare", 0.0),
        OutcomeClass("adverse events", "share", "study_sd_share", 0.0),
        OutcomeClass("antibodies", "rare", "study_sd_rare", 0.0),
        OutcomeClass("pale halo", "positive", "study_sd_time", 1.5),
        OutcomeClass("pale halo found", "rare", "study_sd_rare", 0.0),
    )
}
