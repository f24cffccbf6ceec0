"""Distances of one face: what was measured, and anthropometry for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from holocrine.anatomy.tables import Row, provenance, read_rows
from holocrine.domain.patient import FaceMeasurements
from holocrine.domain.vocabulary import Sex
from holocrine.errors import FieldError, KnowledgeError

_WIDTHS = ("bitemporal_width", "bizygomatic_width", "bigonial_width", "mouth_width")
_HEIGHTS_BELOW_NASION = (
    "nasal_height",
    "lower_face_height",
    "upper_lip_height",
    "philtrum_height",
    "upper_vermilion_height",
    "lower_vermilion_height",
)
_MEANING = {
    "forehead_height": "hairline (trichion) to glabella",
    "bitemporal_width": "between the temporal crests (ft-ft)",
    "bizygomatic_width": "between the cheekbones (zy-zy)",
    "intercanthal_distance": "between the inner corners of the eyes (en-en)",
    "nasal_width": "between the wings of the nose (al-al)",
    "face_height": "nasion to menton (n-gn) or hairline to menton (tr-gn)",
}
HAIRLINE_HEIGHT_FROM = 148.0
"""mm; a face height above this is read as hairline to menton: nasion to menton ends at 145 mm in adults."""


@dataclass(frozen=True)
class Measurement:
    """One distance in mm with the standard deviation between people (0 once measured) and its source."""

    value: float
    sd: float
    source: str
    measured: bool


def complete(sex: Sex, measurements: FaceMeasurements) -> dict[str, Measurement]:
    """Every distance the face map needs: measured where given, else anthropometry for the sex.

    Distances nobody measured follow the measured ones of their group in proportion (widths of face, jaw,
    mouth and eyes; the heights below nasion). Raises FieldError when a measured distance is implausible for an
    adult or two of them contradict each other, KnowledgeError when the table is faulty.
    """
    rows = _default_rows(sex)
    result = {
        name: Measurement(float(row["mean_mm"]), float(row["sd_mm"]), provenance(row), measured=False)
        for name, row in rows.items()
    }
    result["glabella_nasion"] = _glabella_to_nasion(rows)
    given = {name: value for name, value in measurements if value is not None}
    for name, value in given.items():
        if name != "face_height":
            _check_plausible(name, value, rows[name])
            result[name] = Measurement(value, 0.0, "measured on this person", measured=True)
    if "face_height" in given:
        result["face_height"] = _nasion_to_menton(given["face_height"], result, rows["face_height"])
    _follow(result, rows, _WIDTHS, [name for name in _WIDTHS if name in given])
    _follow(result, rows, _HEIGHTS_BELOW_NASION, [name for name in ("face_height",) if name in given])
    _place_eyes(result, rows)
    _check_room(result)
    return result


def _default_rows(sex: Sex) -> dict[str, Row]:
    table = read_rows(
        "anthropometry.csv",
        text=("name", "landmarks", "sex", "role"),
        numbers=("mean_mm", "sd_mm"),
        optional=("lowest_mm", "highest_mm"),
    )
    rows = {row["name"]: row for row in table if row["role"] == "default" and row["sex"] == sex}
    needed = {*_WIDTHS, *_HEIGHTS_BELOW_NASION, *_MEANING, "trichion_nasion", "biocular_width"}
    if missing := sorted(needed - set(rows)):
        raise KnowledgeError(f"anthropometry.csv: no default row ({sex}) for {', '.join(missing)}")
    return rows


def _nasion_to_menton(value: float, result: Mapping[str, Measurement], row: Row) -> Measurement:
    """Both facial heights in clinical use are accepted: their adult ranges do not meet, so the value tells which."""
    if value < HAIRLINE_HEIGHT_FROM:
        _check_plausible("face_height", value, row)
        return Measurement(value, 0.0, "measured on this person, nasion to menton", measured=True)
    above = result["forehead_height"].value + result["glabella_nasion"].value
    low, high = float(row["lowest_mm"]), float(row["highest_mm"])
    if not low <= value - above <= high:
        allowed = f"{low:g} to {high:g} mm from nasion, or {low + above:.0f} to {high + above:.0f} mm from the hairline"
        _reject("face_height", f"{value:g} mm is implausible for an adult", allowed)
    source = f"measured on this person, hairline to menton ({value:g} mm), less {above:.1f} mm from hairline to nasion"
    return Measurement(value - above, 0.0, source, measured=True)


def _follow(
    result: dict[str, Measurement], rows: Mapping[str, Row], group: tuple[str, ...], leaders: list[str]
) -> None:
    """Carry what was measured over to the unmeasured members of its group, and say so in their source."""
    if not leaders:
        return
    ratio = sum(result[name].value / float(rows[name]["mean_mm"]) for name in leaders) / len(leaders)
    because = f"scaled by {ratio:.3f} with the measured {', '.join(leaders)} (assumption: same proportions)"
    for name in group:
        if not result[name].measured:
            result[name] = _carried(result[name], result[name].value * ratio, because)


def _place_eyes(result: dict[str, Measurement], rows: Mapping[str, Row]) -> None:
    """The eyes move with the inner corners and are as wide, in proportion, as the face."""
    inner, outer = result["intercanthal_distance"], result["biocular_width"]
    ratio = result["mouth_width"].value / float(rows["mouth_width"]["mean_mm"])  # never measured: carries the group's
    both_eyes = ratio * (outer.value - float(rows["intercanthal_distance"]["mean_mm"]))
    value = inner.value + both_eyes
    if value != outer.value:
        because = "moved with the intercanthal distance, eyes scaled with the facial widths (assumption)"
        result["biocular_width"] = _carried(outer, value, because)


def _glabella_to_nasion(rows: Mapping[str, Row]) -> Measurement:
    """The drop from glabella to nasion, which no hand measures: the difference of two tabulated heights."""
    long, short = rows["trichion_nasion"], rows["forehead_height"]
    value = float(long["mean_mm"]) - float(short["mean_mm"])
    spread = abs(float(long["sd_mm"]) ** 2 - float(short["sd_mm"]) ** 2) ** 0.5
    because = "assumption: tr-n less tr-g; SD as if the two shared the forehead's variation"
    return Measurement(value, spread, f"{provenance(long)}; {because}", measured=False)


def _carried(measurement: Measurement, value: float, because: str) -> Measurement:
    return replace(measurement, value=value, source=f"{measurement.source}; {because}")


def _check_room(result: Mapping[str, Measurement]) -> None:
    temples, inner = result["bitemporal_width"], result["intercanthal_distance"]
    if temples.value > result["bizygomatic_width"].value:
        _reject("bitemporal_width", "wider than the bizygomatic width", "at most the bizygomatic width")
    spare = temples.value - 3.0 - result["biocular_width"].value
    if spare < 0.0 and inner.measured:
        _reject("intercanthal_distance", "leaves no room for the eyes", f"at most {inner.value + spare:.0f} mm")
    if spare < 0.0:
        _reject("bitemporal_width", "leaves no room for the eyes", f"at least {temples.value - spare:.0f} mm")


def _check_plausible(name: str, value: float, row: Row) -> None:
    low, high = float(row["lowest_mm"]), float(row["highest_mm"])
    if not low <= value <= high:
        _reject(name, f"{value:g} mm is implausible for an adult", f"{low:g} to {high:g} mm")


def _reject(name: str, problem: str, allowed: str) -> None:
    raise FieldError(
        problem,
        where="case",
        field=f"patient.face.{name}",
        allowed=allowed,
        remedy=f"Measure {_MEANING[name]} again, or leave the field out to use anthropometry.",
    )
