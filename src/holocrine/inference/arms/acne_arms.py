"""What an arm of an acne trial was given and who was in it, from the words of the evidence tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from holocrine.domain.vocabulary import DrugClass, Sex
from holocrine.inference.arms.given import NotModelledError
from holocrine.knowledge.evidence import Arm
from holocrine.simulation.systems.drugs import DrugCourse

_WORDS: Mapping[str, tuple[DrugClass, ...]] = {
    r"adapalene|\bada\b|\btretinoin|trifarotene|tazarotene": ("topical_retinoid",),
    r"benzoyl peroxide|\bbpo\b": ("benzoyl_peroxide",),
    r"clindamycin|\bclin\b": ("topical_antibiotic",),
    r"doxycycline|sarecycline": ("oral_antibiotic",),
    r"azelaic": ("azelaic_acid",),
    r"clascoterone": ("topical_antiandrogen",),
    r"spironolactone": ("spironolactone",),
    r"ethinyl ?estradiol|\bee\b|contracepti": ("combined_oral_contraceptive",),
    r"isotretinoin": ("oral_isotretinoin",),
    r"idp-126": ("topical_antibiotic", "topical_retinoid", "benzoyl_peroxide"),
}
"""Classes by how trials name their drugs. Strength, form and dose of a drug are not modelled."""
_HORMONAL: tuple[DrugClass, ...] = ("topical_antiandrogen", "spironolactone", "combined_oral_contraceptive")
_EITHER = re.compile(r"minocycline")
"""Given on the skin or by mouth."""
_FIRST_MONTHS = re.compile(r"(\d+) (?:mo|months?)\b")
DAYS_PER_MONTH = 30.4
USUAL_ENTRY = 3
"""Grade from which people enter trials of acne drugs that do not say (moderate; assumption)."""


@dataclass(frozen=True)
class Regimen:
    """Drugs of an arm from day 0 on. No courses: vehicle, placebo or nothing.

    `sex` only where it matters to the drugs and one sex alone is in the arm.
    """

    courses: tuple[DrugCourse, ...] = ()
    sex: Sex | None = None


@dataclass(frozen=True)
class Entry:
    """Who was in an arm: the lowest global grade let in, and mean counts at the start where these were printed."""

    grade: int = USUAL_ENTRY
    inflammatory: float | None = None
    noninflammatory: float | None = None


def regimens(arm: Arm) -> tuple[Regimen, ...]:
    """What an arm was given; several where its number spans several groups. Raises NotModelledError."""
    if arm.has_toxin:
        raise NotModelledError("toxin and acne lesions: the fall of sebum it would need is another block's")
    words = arm.drug.lower()
    if not words:
        return (Regimen(),)
    groups = words[words.index("(") + 1 :].split(";") if words.startswith("dyad") else [words]
    courses = [_courses(group, arm) for group in groups]
    return tuple(Regimen(each, _sex(each, arm)) for each in courses)


def _sex(courses: tuple[DrugCourse, ...], arm: Arm) -> Sex | None:
    classes = [course.drug_class for course in courses]
    if "combined_oral_contraceptive" in classes:
        return "female"
    if arm.female_share not in (0.0, 1.0) or not set(classes) & set(_HORMONAL):
        return None
    return "female" if arm.female_share else "male"


def _courses(words: str, arm: Arm) -> tuple[DrugCourse, ...]:
    classes = [drug for pattern, drugs in _WORDS.items() if re.search(pattern, words) for drug in drugs]
    if _EITHER.search(words):
        classes.append("oral_antibiotic" if arm.route == "oral" else "topical_antibiotic")
    if not classes:
        raise NotModelledError(f"drug without a mechanism in the model: {arm.drug}")
    return tuple(DrugCourse(drug, 0.0, _end(drug, words)) for drug in dict.fromkeys(classes))


def _end(drug: DrugClass, words: str) -> float | None:
    """Day on which an oral antibiotic was stopped, where the arm says for how many months it was given."""
    found = _FIRST_MONTHS.search(words) if drug == "oral_antibiotic" else None
    return DAYS_PER_MONTH * float(found[1]) if found else None


def entry(arm: Arm, design: str) -> Entry:
    """Who was let in, by the words of arm and design."""
    words = f"{arm.label} {arm.note} {arm.selected_for} {design} {arm.study_id}".lower()
    severe = re.search(r"\biga 4\b|severe", words) and not re.search(r"iga 3|moderate", words)
    mild = "mild" in words
    return Entry(
        4 if severe else 2 if mild else USUAL_ENTRY,
        _printed(arm, "inflammatory_lesions"),
        _printed(arm, "noninflammatory_lesions"),
    )


def _printed(arm: Arm, count: str) -> float | None:
    """A mean count at the start."""
    return float(arm.baseline[count]) if count in arm.baseline else None
