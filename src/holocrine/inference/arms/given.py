"""What an arm was given: product, dose, volume, plane and points, with usual values where nothing was printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np

from holocrine.domain.vocabulary import BodySite, Plane, Product, Region
from holocrine.inference.arms.scenes import (
    LOWER_FACE,
    SMALL_MUSCLES,
    Scene,
    labelled,
    lattice,
    lower_face,
    parotid,
    row,
    single,
    small_muscle,
)
from holocrine.knowledge.evidence import Arm
from holocrine.knowledge.evidence.reported import reported
from holocrine.knowledge.evidence.words import CONTROLS

PRODUCTS: tuple[Product, ...] = get_args(Product)
UNIDENTIFIED = "botulinum toxin A"

LABEL_UNITS = {
    ("glabella", "onabotulinumtoxinA"): 20.0,
    ("glabella", "abobotulinumtoxinA"): 50.0,
    ("glabella", "incobotulinumtoxinA"): 20.0,
    ("glabella", "prabotulinumtoxinA"): 20.0,
    ("glabella", "letibotulinumtoxinA"): 20.0,
    ("glabella", "daxibotulinumtoxinA"): 40.0,
    ("forehead", "onabotulinumtoxinA"): 20.0,
    ("forehead", "incobotulinumtoxinA"): 20.0,
    ("lateral canthus", "onabotulinumtoxinA"): 24.0,
    ("lateral canthus", "incobotulinumtoxinA"): 24.0,
    ("lateral canthus", "abobotulinumtoxinA"): 60.0,
    ("brow depressors", "onabotulinumtoxinA"): 10.0,
    ("brow depressors", "abobotulinumtoxinA"): 25.0,
    ("extensor digitorum brevis", "onabotulinumtoxinA"): 5.0,
    ("depressor anguli oris", "onabotulinumtoxinA"): 2.5,
    ("neck (cervical dystonia)", "onabotulinumtoxinA"): 200.0,
    ("masseter", "onabotulinumtoxinA"): 50.0,
    ("upper lip", "onabotulinumtoxinA"): 4.0,
    ("upper lip elevators", "onabotulinumtoxinA"): 2.5,
    ("axilla", "onabotulinumtoxinA"): 50.0,
    ("axilla", "abobotulinumtoxinA"): 150.0,
    ("axilla", "incobotulinumtoxinA"): 50.0,
    ("palm", "onabotulinumtoxinA"): 100.0,
    ("sole", "onabotulinumtoxinA"): 100.0,
}
"""Units per treatment (labels; axilla, palm and sole per side; muscles without a label as commonly used)."""
USUAL_AREA_CM2 = {"axilla": 45.0, "palm": 160.0, "sole": 200.0, "forehead": 60.0, "cheek_left": 30.0}
"""Treated area where none is printed (assumption; 10 to 20 points 1.5 to 2 cm apart in an axilla)."""
USUAL_SPACING_MM = 15.0
USUAL_ML = {"intradermal": 0.05, "subcutaneous": 0.1, "intramuscular": 0.1}
ROW_SPACING_MM = 20.0
"""Five points across a forehead some 10 cm wide (assumption)."""
MICRODROPLET = {"onabotulinumtoxinA": 1.0, "abobotulinumtoxinA": 2.5}
"""Units per point 10 mm apart taken for skin treatments that print no dose (assumption)."""
UNPRINTED_DOSE_SD = 0.5
"""Log SD of a dose that had to be taken from a label or from custom."""
_POINTS = {"glabella": 5, "forehead": 5, "lateral canthus": 6, "brow depressors": 2, "masseter": 8, "upper lip": 4}
_MUSCLE_POINTS = {"neck (cervical dystonia)": 8}
"""Points over which the dose of a large muscle group is shared out (assumption)."""
_AREAS = {
    "glabella": ("glabella", "frown", "corrugator", "upper face"),
    "forehead": ("forehead", "frontal", "upper face"),
    "lateral canthus": ("canth", "crow", "lateral orbital", "periorbital", "upper face"),
    "brow depressors": ("brow depressor", "superolateral orbicularis"),
}
_BOTH_SIDES = re.compile(r"\b(a|per|each) (side|half|muscle)\b")
_BODY: dict[str, Region | BodySite] = {
    "axilla": "axilla",
    "palm": "palm",
    "hand": "palm",
    "sole": "sole",
    "plantar": "sole",
    "foot": "sole",
    "abdom": "abdomen",
    "back": "back",
    "forehead": "forehead",
    "glabella": "glabella",
    "scalp": "scalp_edge",
    "temple": "temple_left",
    "nose": "nose",
    "cheek": "cheek_left",
    "periorbital": "temple_left",
    "chin": "chin",
    "face": "cheek_left",
}
MUSCLE_TARGETS = ("line severity", "eyelid", "brow", "muscle", "jaw", "lip", "smile")


class NotModelledError(Exception):
    """An arm or outcome the model cannot express; the message is the reason shown to users."""


@dataclass(frozen=True, eq=False)
class Given:
    """A treatment: `units` of `product` per dose share of the scene. Controls have `product` "" and no units.

    `dose_sd` is the log SD of a dose that was not printed; `assumed` says what was taken from custom.
    """

    product: str
    units: float
    scene: Scene
    dose_sd: float
    assumed: tuple[str, ...]
    areas: tuple[str, ...] = ()


def given(arm: Arm, target: str) -> Given:
    """The treatment of an arm as far as it matters for `target`. Raises NotModelledError with the reason."""
    product = _product(arm)
    if target == "muscle" and arm.route == "intradermal":
        return _in_skin(arm, product)
    if target == "smile" and arm.route == "intradermal" and "cheek" in arm.site:
        return _over_parotid(arm, product)
    if target in MUSCLE_TARGETS and (areas := _areas(arm)):
        return _labelled(arm, product, areas)
    if target in ("muscle", "lip") and arm.site in SMALL_MUSCLES:
        return _in_small_muscle(arm, product)
    if target == "muscle" and "palm" in arm.site:
        return _in_skin(arm, product)
    if target in MUSCLE_TARGETS:
        raise NotModelledError(f"site not modelled: {arm.site or 'not reported'}")
    return _in_skin(arm, product)


def product_of(given: Given, number: int) -> str:
    """The product in draw `number`; an unidentified one goes round all that are known."""
    return PRODUCTS[number % len(PRODUCTS)] if given.product == UNIDENTIFIED else given.product


def _product(arm: Arm) -> str:
    if arm.product in CONTROLS:
        return ""
    if arm.route in ("topical", "oral", "intradetrusor"):
        raise NotModelledError(f"route not modelled: {arm.route}")
    if arm.product in PRODUCTS or arm.product == UNIDENTIFIED:
        return arm.product
    if not arm.product and arm.drug:
        raise NotModelledError(f"drug not modelled yet: {arm.drug}")
    raise NotModelledError(f"product not modelled: {arm.product or 'not reported'}")


def _areas(arm: Arm) -> tuple[str, ...]:
    """Areas of the face that were treated; the medial depressors of the brow are those of the glabella."""
    words = arm.site.lower()
    if words in LOWER_FACE:
        return (words,)
    areas = tuple(area for area, keys in _AREAS.items() if any(key in words for key in keys))
    return (*areas, "glabella") if areas == ("brow depressors",) and "medial" in arm.label else areas


def _labelled(arm: Arm, product: str, areas: tuple[str, ...]) -> Given:
    """Points at the label's places; the units printed are shared out over the areas as the labels do."""
    reference = product if (areas[0], product) in LABEL_UNITS else "onabotulinumtoxinA"
    label = {area: LABEL_UNITS.get((area, reference), 2.5 * 24.0) for area in areas}
    total = _total_units(arm, sum(_POINTS[area] for area in areas))
    if total is not None and _BOTH_SIDES.search(arm.facts.get("total_units", "")):
        total *= 2.0
    assumed = ["dose taken from the label"] if total is None and product else []
    scale = 1.0 if total is None else total / sum(label.values())
    volume = arm.ml_per_point.mid if arm.ml_per_point else USUAL_ML["intramuscular"]
    first = label[areas[0]] / _POINTS[areas[0]]
    relative = tuple((area, label[area] / _POINTS[area] / first) for area in areas)
    doubt = UNPRINTED_DOSE_SD if total is None and arm.has_toxin else 0.0
    units = scale * first if product else 0.0
    scene = _lower_face_scene(areas[0], volume) if areas[0] in LOWER_FACE else _labelled_scene(relative, volume)
    return Given(product, units, scene, doubt, tuple(assumed), areas)


def _over_parotid(arm: Arm, product: str) -> Given:
    """Intradermal points of the cheek as they are set against sweating over the parotid gland, one side."""
    total, spacing = _total_units(arm, 1), arm.spacing_mm.mid if arm.spacing_mm else USUAL_SPACING_MM
    if arm.units_per_point is None or total is None:
        raise NotModelledError("dose of intradermal points over the parotid not reported")
    volume = arm.ml_per_point.mid if arm.ml_per_point else USUAL_ML["intradermal"]
    scene = _parotid_scene(max(1, round(total / arm.units_per_point.mid)), spacing, volume)
    return Given(product, arm.units_per_point.mid if product else 0.0, scene, 0.0, ())


def _in_small_muscle(arm: Arm, product: str) -> Given:
    """The points of a muscle that is treated as a whole: each in the middle of its share."""
    volume = arm.ml_per_point.mid if arm.ml_per_point else USUAL_ML["intramuscular"]
    total = _total_units(arm, 1)
    usual = LABEL_UNITS.get((arm.site, product), LABEL_UNITS[(arm.site, "onabotulinumtoxinA")])
    assumed = ("dose as commonly used in this muscle",) if total is None and product else ()
    units = (usual if total is None else total) / _MUSCLE_POINTS.get(arm.site, 1) if product else 0.0
    scene = _small_muscle_scene(arm.site, volume)
    return Given(product, units, scene, UNPRINTED_DOSE_SD if assumed else 0.0, assumed, (arm.site,))


def _total_units(arm: Arm, usual_points: int) -> float | None:
    if "total_units" in arm.facts:
        return reported(arm.facts["total_units"].split()[0]).mid
    if arm.units_per_point is None:
        return None
    return arm.units_per_point.mid * (arm.points.mid if arm.points else usual_points)


def _in_skin(arm: Arm, product: str) -> Given:
    site = next((place for word, place in _BODY.items() if word in arm.site.lower()), None)
    if site is None and arm.site:
        raise NotModelledError(f"site not modelled: {arm.site}")
    place: Region | BodySite = site or "cheek_left"
    plane = _plane(arm.route)
    volume = arm.ml_per_point.mid if arm.ml_per_point else USUAL_ML[plane]
    if arm.pattern == "single":
        return _dosed(arm, product, _single_scene(place, plane, volume), 1.0)
    count = max(1, round(arm.points.mid)) if arm.points else None
    if arm.pattern == "row" or (plane == "intramuscular" and place == "forehead"):
        spacing = arm.spacing_mm.mid if arm.spacing_mm else ROW_SPACING_MM
        return _dosed(arm, product, _row_scene(place, plane, count or 5, spacing, volume), float(count or 5))
    area = arm.area_cm2.mid if arm.area_cm2 else USUAL_AREA_CM2.get(place, 30.0)
    spacing = _spacing(arm, count, area)
    points = count or max(4, round(100.0 * area / spacing**2))
    scene = _lattice_scene(place, plane, min(points, 64), spacing, volume)
    return _dosed(arm, product, scene, float(points))


def _plane(route: str) -> Plane:
    return route if route in ("intramuscular", "subcutaneous") else "intradermal"  # type: ignore[return-value]


def _spacing(arm: Arm, count: int | None, area_cm2: float) -> float:
    if arm.spacing_mm:
        return arm.spacing_mm.mid
    if count:
        return float(np.sqrt(100.0 * area_cm2 / count))
    return USUAL_SPACING_MM if "palm" in arm.site or "axilla" in arm.site or "sole" in arm.site else 10.0


def _dosed(arm: Arm, product: str, scene: Scene, points: float) -> Given:
    """Units per point as printed, from a total, from a density, from the label, or from custom, in this order."""
    if not product:
        return Given("", 0.0, scene, 0.0, ())
    if arm.units_per_point:
        return Given(product, arm.units_per_point.mid, scene, 0.0, ())
    total = _total_units(arm, 1)
    if total is not None:
        return Given(product, total / points, scene, 0.0, ())
    word = next((word for word in ("axilla", "palm", "sole") if word in arm.site.lower()), "")
    label = LABEL_UNITS.get((word, product)) if word else None
    if label is None and word:
        label = 2.5 * LABEL_UNITS[(word, "onabotulinumtoxinA")]
    if label is not None:
        return Given(product, label / points, scene, UNPRINTED_DOSE_SD, ("dose as commonly used at this site",))
    usual = MICRODROPLET.get(product, MICRODROPLET["onabotulinumtoxinA"])
    return Given(product, usual, scene, UNPRINTED_DOSE_SD, ("dose of common microdroplet treatments",))


@lru_cache(maxsize=256)
def _labelled_scene(units: tuple[tuple[str, float], ...], volume_ml: float) -> Scene:
    return labelled(dict(units), volume_ml)


@lru_cache(maxsize=16)
def _lower_face_scene(area: str, volume_ml: float) -> Scene:
    return lower_face(area, volume_ml)


@lru_cache(maxsize=16)
def _parotid_scene(count: int, spacing_mm: float, volume_ml: float) -> Scene:
    return parotid(count, spacing_mm, volume_ml)


@lru_cache(maxsize=256)
def _small_muscle_scene(name: str, volume_ml: float) -> Scene:
    return small_muscle(name, volume_ml)


@lru_cache(maxsize=256)
def _single_scene(site: Region | BodySite, plane: Plane, volume_ml: float) -> Scene:
    return single(site, plane, volume_ml)


@lru_cache(maxsize=256)
def _row_scene(site: Region | BodySite, plane: Plane, count: int, spacing_mm: float, volume_ml: float) -> Scene:
    return row(site, plane, count, spacing_mm, volume_ml)


@lru_cache(maxsize=256)
def _lattice_scene(site: Region | BodySite, plane: Plane, count: int, spacing_mm: float, volume_ml: float) -> Scene:
    return lattice(site, plane, count, spacing_mm, volume_ml)
