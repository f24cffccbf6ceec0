"""Acne treatments as options to discuss, each with what must be excluded first. No prescriptions."""

from __future__ import annotations

from dataclasses import dataclass

from holocrine.domain.case import Case
from holocrine.domain.vocabulary import DrugClass
from holocrine.knowledge.acne_predicates import tried_long_enough
from holocrine.knowledge.findings import classes_now


@dataclass(frozen=True)
class Option:
    """An acne treatment, the classes that count as it, and its stops (general clinical practice: an assumption)."""

    text: str
    classes: frozenset[DrugClass]
    systemic: bool = False
    women_only: bool = False


OPTIONS: tuple[Option, ...] = (
    Option("topical retinoid, not in pregnancy", frozenset({"topical_retinoid"})),
    Option("benzoyl peroxide", frozenset({"benzoyl_peroxide"})),
    Option("fixed combination with benzoyl peroxide or a retinoid", frozenset({"fixed_combination"})),
    Option("azelaic acid", frozenset({"azelaic_acid"})),
    Option(
        "oral antibiotic for 3-4 months at most, with a non-antibiotic topical; no tetracycline beside isotretinoin",
        frozenset({"oral_antibiotic", "tetracycline"}),
        systemic=True,
    ),
    Option(
        "combined oral contraceptive, after excluding migraine with aura, smoking from 35 and thrombosis",
        frozenset({"combined_oral_contraceptive"}),
        systemic=True,
        women_only=True,
    ),
    Option(
        "spironolactone, after excluding pregnancy, raised potassium and kidney disease",
        frozenset({"spironolactone"}),
        systemic=True,
        women_only=True,
    ),
    Option(
        "oral isotretinoin within the pregnancy programme, not with a tetracycline",
        frozenset({"oral_isotretinoin"}),
        systemic=True,
    ),
)


def options_to_discuss(case: Case, *, systemic_only: bool) -> tuple[str, ...]:
    """Options not yet tried for 12 weeks and not taken now; those for women only for a female aged 18 or over."""
    woman = case.patient.sex == "female" and (case.patient.age or 0) >= 18
    now = classes_now(case)
    return tuple(
        f"Option to discuss: {option.text}"
        for option in OPTIONS
        if (option.systemic or not systemic_only)
        and (woman or not option.women_only)
        and not option.classes & now
        and not tried_long_enough(case, option.classes)
    )
