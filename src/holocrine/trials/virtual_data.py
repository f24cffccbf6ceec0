"""The data set of one virtual trial of any size, in chunks that are the same whoever works on them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.trial import TrialDesign
from holocrine.domain.vocabulary import HypothesisId
from holocrine.simulation.draws import stream
from holocrine.trials.conduct import conduct
from holocrine.trials.dataset import TrialData
from holocrine.trials.enrolment import population_of
from holocrine.trials.tables import LESION_KINDS, rings_of, tables_of
from holocrine.trials.worlds import Knowledge, draw_world

CHUNK = 4096
"""Patients of one chunk."""
FIRST_PATIENT = 2**41
"""Number of the first patient, beyond those of every evaluation."""
WORLD = 2**20
"""Number of the world, beyond those of every evaluation."""


def chunks_of(patients: int) -> int:
    """Number of chunks of a trial."""
    return -(-patients // CHUNK)


def explanation_of(knowledge: Knowledge, seed: int) -> HypothesisId:
    """The explanation of the sebum effect that holds in the data set, drawn by the weights."""
    names = list(knowledge.weights)
    edges = np.cumsum(list(knowledge.weights.values()))
    rank = stream(seed, "posterior", zlib.crc32(b"trial, data set")).random() * edges[-1]
    return names[int(np.searchsorted(edges[:-1], rank, side="right"))]


def chunk_of(
    design: TrialDesign, knowledge: Knowledge, number: int, patients: int, seed: int
) -> dict[str, NDArray[Any]]:
    """Chunk `number` of a trial of `patients`, in arrays as small as the readings allow; `unpacked` reads them."""
    typical = draw_world(knowledge, explanation_of(knowledge, seed), WORLD, seed)
    ids = np.arange(number * CHUNK, min((number + 1) * CHUNK, patients))
    data = conduct(
        design, tables_of(design, typical, knowledge), population_of(design, knowledge, seed), ids + FIRST_PATIENT
    )
    found: dict[str, NDArray[Any]] = {
        "ids": ids,
        "arm": data.arm.astype(np.int8),
        "age": data.age.astype(np.int16),
        "sex": data.sex == "male",
        "skin_type": data.skin_type.astype(np.int8),
        "grade": data.grade.astype(np.int8),
        "droop": data.droop,
        "gone": data.gone,
        "missed": data.missed,
    }
    found |= {f"sebum_{i}": data.sebum[ring].astype(np.float32) for i, ring in enumerate(rings_of(design))}
    return found | {f"lesions_{kind}": data.lesions[kind].astype(np.int32) for kind in LESION_KINDS}


def unpacked(design: TrialDesign, chunk: Mapping[str, NDArray[Any]]) -> TrialData:
    """The data of a chunk."""
    return TrialData(
        ids=chunk["ids"].astype(np.int64),
        arm=chunk["arm"].astype(np.int64),
        age=chunk["age"].astype(np.int64),
        sex=np.where(chunk["sex"], "male", "female"),
        skin_type=chunk["skin_type"].astype(np.int64),
        sebum={ring: chunk[f"sebum_{i}"].astype(np.float64) for i, ring in enumerate(rings_of(design))},
        lesions={kind: chunk[f"lesions_{kind}"].astype(np.float64) for kind in LESION_KINDS},
        grade=chunk["grade"].astype(np.float64),
        droop=chunk["droop"],
        gone=chunk["gone"],
        missed=chunk["missed"],
    )
