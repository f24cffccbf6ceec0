"""What the instrument and the rater read of each patient at every visit, and how both err."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np

from holocrine.domain.trial import TrialDesign
from holocrine.models.lesion_counts import global_assessment, severity
from holocrine.population.baseline import poisson_quantile
from holocrine.trials.dataset import Array, Flags
from holocrine.trials.enrolment import Enrolled
from holocrine.trials.lesion_courses import Kind
from holocrine.trials.lookup import Lookup
from holocrine.trials.places import Ring
from holocrine.trials.tables import LESION_KINDS, TrackTable, WorldTables

BASELINE = 1
"""Occasion number of the baseline visit; 0 is screening."""
FACE_REGIONS = 12


def sebum_readings(design: TrialDesign, who: Enrolled, lookup: Lookup, ring: Ring) -> Array:
    """Sebumeter readings (n, tracks, visits + 1), ug/cm2; the day shifts the whole face, the error every reading."""

    def factor(track: TrackTable) -> Array:
        return track.reading[ring]

    left = lookup.by_response(factor, "sebaceous")
    patients, region = who.patients, design.regions[0]
    spread = patients.population.sebum_spread(region)
    usual = patients.usual_sebum(region)
    found = np.empty_like(left)
    place = "" if ring is None else f", {ring[0]:g} to {ring[1]:g} mm"
    for visit in range(left.shape[2]):
        day = spread.occasion * patients.scores.occasion("casual_sebum", BASELINE + visit)
        for track in range(left.shape[1]):
            error = spread.reading * who.normal(f"sebum reading on {track}{place}", visit)
            found[:, track, visit] = left[:, track, visit] * usual * np.exp(day + error)
    return found


def expected_lesions(
    design: TrialDesign, who: Enrolled, lookup: Lookup
) -> tuple[Mapping[Kind, Array], Mapping[Kind, Array]]:
    """Lesions to be expected, (n, tracks, visits + 1) by kind: where they are counted, and on the whole face.

    A side of a split face counts as half a face, and its lesions on the whole face are as if both sides were like it.
    """
    tables = lookup.tables
    share = tables.share[who.kind][:, None, None]
    scatter = _scatter(design, who, tables)
    counted: dict[Kind, Array] = {}
    face: dict[Kind, Array] = {}
    for kind in LESION_KINDS:
        treated = lookup.by_response(partial(_treated, kind), "sebaceous")
        elsewhere = lookup.by_kind(partial(_elsewhere, kind))
        common = lookup.by_track(partial(_vehicle, kind)) * scatter
        usual = who.patients.usual_lesions(f"{kind}_lesions")[:, None, None]  # type: ignore[arg-type]
        face[kind] = usual * common * (share * treated + (1.0 - share) * elsewhere)
        here = usual * common * share * treated if design.counted == "treated" else face[kind]
        counted[kind] = 0.5 * here if design.layout == "split_face" else here
    return counted, face


def count(design: TrialDesign, who: Enrolled, lookup: Lookup, kind: Kind, expected: Array, evident: Flags) -> Array:
    """Lesions counted (n, tracks, visits + 1) round `expected`: the day, the rater, and what the rater can tell."""
    regions = len(design.regions) if design.counted == "treated" else FACE_REGIONS
    size = lookup.tables.acne.typical["count_size"] * regions
    spread = math.hypot(math.sqrt(math.log1p(1.0 / size)), design.conduct.rater_error)
    seen = expected * np.where(evident, 1.0 - design.conduct.unblinded_bias / 100.0, 1.0)
    found = np.empty_like(expected)
    for visit in range(expected.shape[2]):
        for track in range(expected.shape[1]):
            score = who.normal(f"rater of {kind} on {track}", visit)
            mean = seen[:, track, visit] * np.exp(spread * score - 0.5 * spread**2)
            found[:, track, visit] = poisson_quantile(who.uniform(f"count of {kind} on {track}", visit), mean)
    return found


def grades(design: TrialDesign, who: Enrolled, lookup: Lookup, face: Mapping[Kind, Array], evident: Flags) -> Array:
    """Global assessment (n, tracks, visits + 1), 0 clear to 4 severe, as a rater gives it."""
    acne = lookup.tables.acne

    def of_kind(values: Array) -> Array:
        return values[who.kind][:, None, None]

    nodules = of_kind(acne.nodules) * face["inflammatory"]
    weights = of_kind(acne.values["iga_nodule_weight"]), of_kind(acne.values["iga_comedo_weight"])
    weighed = severity(face["inflammatory"] - nodules, nodules, face["noninflammatory"], *weights)
    weighed = weighed * np.where(evident, 1.0 - design.conduct.unblinded_bias / 100.0, 1.0)
    for visit in range(weighed.shape[2]):
        for track in range(weighed.shape[1]):
            error = who.normal(f"rater of the grade on {track}", visit)
            weighed[:, track, visit] *= np.exp(design.conduct.rater_error * error)
    return global_assessment(weighed, list(acne.thresholds))


def droops(who: Enrolled, lookup: Lookup) -> Flags:
    """Whether a lid drooped at any time, (n, tracks), from toxin or for another reason."""
    caused = lookup.by_response(lambda track: track.lid_droop, "motor")
    background = lookup.tables.lid_background
    ranks = [who.uniform(f"lid droop on {track}") for track in range(caused.shape[1])]
    return np.stack(ranks, axis=1) < background + (1.0 - background) * caused


def _scatter(design: TrialDesign, who: Enrolled, tables: WorldTables) -> Array:
    """Factor on lesions by which patients differ beyond the model, (n, tracks, visits + 1): mean 1, from 1 on day 0."""
    days = 7.0 * np.array([0.0, *design.visits])
    grown = np.minimum(np.expm1(-days / tables.pace) / np.expm1(-84.0 / tables.pace), 1.0)
    common = who.normal("lesion response")
    scores = common[:, None]
    if design.layout == "split_face":
        shared = design.conduct.side_correlation
        own = [who.normal(f"lesion response on {side}") for side in range(2)]
        scores = np.stack([math.sqrt(shared) * common + math.sqrt(1.0 - shared) * one for one in own], axis=1)
    spread = tables.scatter * grown
    return np.asarray(np.exp(spread * scores[:, :, None] - 0.5 * spread**2))


def _treated(kind: Kind, track: TrackTable) -> Array:
    return track.treated[kind]


def _elsewhere(kind: Kind, track: TrackTable) -> Array:
    return track.elsewhere[kind]


def _vehicle(kind: Kind, track: TrackTable) -> Array:
    return track.vehicle[kind]
