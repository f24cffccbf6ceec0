"""Landmarks of one face in map coordinates, from its distances."""

from __future__ import annotations

from collections.abc import Mapping

from holocrine.anatomy.measurements import Measurement
from holocrine.domain.vocabulary import Sex

Place = tuple[float, float]

# Vertical places for which no distance was found; all are assumptions checked by eye on the drawn face.
_CANTHUS_BELOW_NASION = 6.0
"""mm; assumption: the palpebral fissure lies just below the deepest point of the nasal root."""
ORBIT_HALF_HEIGHT = 17.0
"""mm; assumption: bony orbital opening about 34 mm high."""
RIM_BEYOND_CANTHUS = 5.5
"""mm; assumption: lateral orbital rim lies this far lateral to the outer canthus."""
RIM_BEFORE_CANTHUS = 2.5
"""mm; assumption: medial orbital rim (anterior lacrimal crest) lies this far medial to the inner canthus."""


def landmarks(sex: Sex, distances: Mapping[str, Measurement]) -> dict[str, Place]:
    """Named points (x, y) in mm: origin mid-glabella, x to the patient's left, y up.

    The map is a frontal view: lengths along the curved skin are not unrolled.
    """
    mm = {name: measurement.value for name, measurement in distances.items()}
    middle = _midline(mm)
    left = _left_side(sex, mm, middle)
    right = {f"{name}_right": (-x, y) for name, (x, y) in left.items()}
    return middle | {f"{name}_left": place for name, place in left.items()} | right


def _midline(mm: Mapping[str, float]) -> dict[str, Place]:
    nasion = -mm["glabella_nasion"]
    subnasale = nasion - mm["nasal_height"]
    stomion = subnasale - mm["upper_lip_height"]
    upper_vermilion = mm["upper_lip_height"] - mm["philtrum_height"]
    lower_vermilion = upper_vermilion * mm["lower_vermilion_height"] / mm["upper_vermilion_height"]
    menton = subnasale - mm["lower_face_height"]
    heights = {
        "trichion": mm["forehead_height"],
        "glabella": 0.0,
        "nasion": nasion,
        "pronasale": subnasale + 0.17 * mm["nasal_height"],  # assumption: tip a sixth of the nose above its base
        "subnasale": subnasale,
        "labiale_superius": stomion + upper_vermilion,
        "stomion": stomion,
        "labiale_inferius": stomion - lower_vermilion,
        "sublabiale": stomion - 0.43 * (stomion - menton),  # assumption: crease at 43% from mouth to menton
        "menton": menton,
    }
    return {name: (0.0, height) for name, height in heights.items()}


def _left_side(sex: Sex, mm: Mapping[str, float], middle: Mapping[str, Place]) -> dict[str, Place]:
    canthus = middle["nasion"][1] - _CANTHUS_BELOW_NASION
    inner, outer = mm["intercanthal_distance"] / 2.0, mm["biocular_width"] / 2.0
    rim = canthus + ORBIT_HALF_HEIGHT
    pupil = (inner + outer) / 2.0
    temple = mm["bitemporal_width"] / 2.0
    # assumption: a woman's brow arches above the rim, a man's runs level along it
    head, peak, tail = (1.5, 8.0, 2.0) if sex == "female" else (1.0, 5.0, 0.5)
    nose = middle["subnasale"][1]
    mouth = middle["stomion"][1]
    return {
        "endocanthion": (inner, canthus - 1.0),
        "exocanthion": (outer, canthus + 1.0),
        "pupil": (pupil, canthus),
        "orbitale_superius": (pupil, rim),
        "brow_head": (inner - 3.5, rim + head),
        "brow_peak": (pupil + 9.0, rim + peak),
        "brow_tail": (min(outer + 6.5, temple - 0.5), rim + tail),
        "alare": (mm["nasal_width"] / 2.0, nose + 5.0),
        "cheilion": (mm["mouth_width"] / 2.0, mouth - 0.5),
        "frontotemporale": (temple, rim + 13.0),
        "zygion": (mm["bizygomatic_width"] / 2.0, middle["nasion"][1] - 0.45 * mm["nasal_height"]),
        "gonion": (mm["bigonial_width"] / 2.0, mouth - 7.0),
    }
